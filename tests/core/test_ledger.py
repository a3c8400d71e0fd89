"""The ledger of one image against draws, torch's densities and quadrature."""

import pytest
import torch
from torch.distributions import Bernoulli, ContinuousBernoulli, Normal

from core import evaluation, ledger, posterior
from core.data import Digits, to_float
from core.models import ModelConfig, VariationalAutoencoder, build


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("latent_dim", [1, 2, 12])
def test_the_ledger_is_the_mean_cost_over_many_draws(latent_dim: int, trained, digits: Digits):
    vae = trained(likelihood="bernoulli", latent_dim=latent_dim)
    image = digits.test_images[4:5]
    entries = ledger.ledger(vae, image)
    copies = image.expand(100, -1, -1, -1)
    reconstruction, kl = evaluation.bounds.terms_per_image(vae, copies, seeded(), samples=50)
    assert entries.reconstruction == pytest.approx(reconstruction.mean().item(), abs=0.5)
    assert entries.kl == pytest.approx(kl[0].item(), rel=1e-5)
    assert entries.elbo == -entries.reconstruction - entries.kl
    assert entries.latents.shape == (latent_dim,)


def test_each_pixel_of_the_ledger_costs_what_torch_says(model, digits: Digits):
    image = digits.test_images[:1]
    x = to_float(image)
    with torch.no_grad():
        mean, logvar = model.posterior(x)
        draws = mean + (logvar / 2).exp() * torch.randn(4000, 2, generator=seeded())
        logits = model.decode(draws)
        match model.config.likelihood:
            case "bernoulli":
                pixels = Bernoulli(logits=logits, validate_args=False)
            case "gaussian":
                pixels = Normal(logits.sigmoid(), model.config.variance**0.5)
            case _:
                pixels = ContinuousBernoulli(logits=logits)
    costs = -pixels.log_prob(x).mean(0)[0]
    torch.testing.assert_close(ledger.ledger(model, image).pixels, costs, atol=0.1, rtol=0.05)


def test_bounds_rise_with_k_towards_the_evidence(model, digits: Digits):
    image = digits.test_images[:1]
    evidence = posterior.true_posterior(model, image).log_evidence
    one, ten, hundred = ledger.bounds(model, image, seeded())
    assert [bound.k for bound in (one, ten, hundred)] == [1, 10, 100]
    assert one.mean == pytest.approx(ledger.ledger(model, image).elbo, abs=5 * one.error + 0.05)
    assert one.mean < ten.mean + 3 * ten.error
    assert ten.mean < hundred.mean + 3 * hundred.error
    assert hundred.mean <= evidence + 4 * hundred.error + 0.02


@torch.no_grad()
def test_the_error_of_a_bound_is_how_much_repeated_measurements_differ(digits: Digits):
    small = build(ModelConfig("vae", hidden_dim=8))
    assert isinstance(small, VariationalAutoencoder)
    measured = [ledger.bounds(small, digits.test_images[:1], seeded(i)) for i in range(20)]
    for bounds in zip(*measured, strict=True):
        spread = torch.tensor([bound.mean for bound in bounds], dtype=torch.float64).std().item()
        error = sum(bound.error for bound in bounds) / len(bounds)
        assert error / 1.6 < spread < 1.6 * error  # of 20 values, a spread is known to a sixth
