"""The true posterior against importance sampling, a finer grid and torch's densities."""

import functools
import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal

from core import checkpoints, evaluation, ledger, posterior
from core.data import Digits, to_float
from core.models import ModelConfig, Posterior, VariationalAutoencoder, build
from core.posterior import TruePosterior

PRETRAINED = Path(__file__).resolve().parents[2] / "pretrained"


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def line(trained) -> VariationalAutoencoder:
    return trained(likelihood="bernoulli", latent_dim=1)


@pytest.fixture(scope="module")
def true_of(digits: Digits) -> Callable[[VariationalAutoencoder, int], TruePosterior]:
    """The true posterior of that test image, found once for all tests."""

    @functools.cache
    def find(model: VariationalAutoencoder, index: int) -> TruePosterior:
        return posterior.true_posterior(model, digits.test_images[index : index + 1])

    return find


@pytest.mark.parametrize(
    ("name", "index"), [("beta-1", 8), ("gaussian", 5), ("continuous-bernoulli", 18)]
)
def test_quadrature_finds_the_evidence_that_5000_weighted_samples_find(
    name: str, index: int, digits: Digits
):
    """On images that the encoder hits: elsewhere 5000 of its samples bound it from below."""
    vae, _ = checkpoints.load(PRETRAINED / f"vae-lite-2-{name}")
    assert isinstance(vae, VariationalAutoencoder)
    image = digits.test_images[index : index + 1]
    hundreds = evaluation.bounds.iwae(vae, image.expand(50, -1, -1, -1), 100, seeded())
    bound = hundreds.logsumexp(0).item() - math.log(50)
    assert posterior.true_posterior(vae, image).log_evidence == pytest.approx(bound, abs=0.2)


def test_quadrature_finds_the_evidence_that_importance_sampling_finds(
    model, line, true_of, digits: Digits
):
    for vae in (model, line):
        for index in range(3):
            image, true = digits.test_images[index : index + 1], true_of(vae, index)
            sampled = posterior.sampled_evidence(vae, image, true, seeded())
            assert sampled.error < 0.05
            assert true.log_evidence == pytest.approx(sampled.log_evidence, abs=4 * sampled.error)


def test_importance_sampling_finds_what_the_cells_have_missed(line, true_of, digits: Digits):
    """Cells that know of nothing but a far place: the draws from the prior do not go by them."""
    image, true = digits.test_images[:1], true_of(line, 0)
    place = (true.share * true.middle[:, 0]).sum()
    far = (true.middle[:, 0] - place).abs() > 2
    blind = true._replace(log_share=true.log_share.masked_fill(~far, -math.inf).log_softmax(0))
    sampled = posterior.sampled_evidence(line, image, blind, seeded())
    assert sampled.log_evidence == pytest.approx(true.log_evidence, abs=4 * sampled.error)


def test_importance_sampling_knows_its_own_error(model, true_of, digits: Digits):
    image, true = digits.test_images[1:2], true_of(model, 1)
    found = [
        posterior.sampled_evidence(model, image, true, seeded(seed), draws=500)
        for seed in range(40)
    ]
    spread = torch.tensor([each.log_evidence for each in found]).std().item()
    told = torch.tensor([each.error for each in found]).mean().item()
    assert spread == pytest.approx(told, rel=0.4)


def test_quadrature_on_a_line_finds_what_a_plain_fine_grid_finds(line, true_of, digits: Digits):
    image = digits.test_images[:1]
    z = torch.arange(-12, 12, 0.001).view(-1, 1)
    with torch.no_grad():
        pixels = torch.distributions.Bernoulli(
            logits=line.decode(z).flatten(1), validate_args=False
        )
        likelihood = pixels.log_prob(to_float(image).flatten()).double().sum(1)
    prior = Normal(0.0, 1.0).log_prob(z).double().sum(1)
    evidence = (likelihood + prior).logsumexp(0).item() + math.log(0.001)
    assert true_of(line, 0).log_evidence == pytest.approx(evidence, abs=1e-3)


def gap_of(model: VariationalAutoencoder, image: Tensor, log_evidence: float) -> float:
    """E_q [log q(z|x) - log p(x, z)] + log p(x) by the trapezium rule over the encoder's cloud."""
    latent = model.config.latent_dim
    with torch.no_grad():
        mean, logvar = model.posterior(to_float(image))
    steps = torch.arange(-6, 6.01, 0.25)  # in standard deviations
    epsilon = torch.cartesian_prod(*[steps] * latent).view(-1, latent)
    z = mean + (0.5 * logvar).exp() * epsilon
    cloud = Independent(Normal(mean[0].double(), (logvar[0] / 2).exp().double()), 1)
    weight = torch.softmax(-0.5 * epsilon.double().square().sum(1), 0)
    log_ratio = cloud.log_prob(z.double()) - posterior.log_joint(model, to_float(image), z)
    return (weight * log_ratio).sum().item() + log_evidence


def cloud_of(model: VariationalAutoencoder, image: Tensor) -> Posterior:
    with torch.no_grad():
        return model.posterior(to_float(image))


def test_the_gap_from_the_cells_is_its_definition_over_the_encoder_s_cloud(
    model, line, true_of, digits: Digits
):
    for vae in (model, line):
        for index in range(3):
            image, true = digits.test_images[index : index + 1], true_of(vae, index)
            gap = true.divergence_of(cloud_of(vae, image))
            assert gap > 0
            assert gap == pytest.approx(gap_of(vae, image, true.log_evidence), abs=0.05)


def test_the_account_closes_with_the_sampled_evidence_and_with_no_wrong_one(
    model, line, true_of, digits: Digits
):
    """The ELBO from draws, the gap from cells, log p(x) from other draws. The gap does not hear
    what is claimed of log p(x): a claim that is 100 nats off leaves the account open by as much.
    """
    for vae in (model, line):
        for index in range(3):
            image, true = digits.test_images[index : index + 1], true_of(vae, index)
            closed = ledger.ledger(vae, image).elbo + true.divergence_of(cloud_of(vae, image))
            sampled = posterior.sampled_evidence(vae, image, true, seeded())
            assert closed == pytest.approx(sampled.log_evidence, abs=0.05 + 4 * sampled.error)
            wrong = true._replace(log_evidence=true.log_evidence + 100)
            gap = wrong.divergence_of(cloud_of(vae, image))
            claimed = ledger.ledger(vae, image).elbo + gap
            assert wrong.log_evidence - claimed == pytest.approx(100, abs=0.1)


def test_a_decoder_that_ignores_its_code_leaves_the_prior_as_true_posterior(digits: Digits):
    blind = build(ModelConfig("vae"))
    for parameter in blind.parameters():
        nn.init.zeros_(parameter)
    assert isinstance(blind, VariationalAutoencoder)
    true = posterior.true_posterior(blind, digits.test_images[:1])
    assert true.log_evidence == pytest.approx(-784 * math.log(2), abs=1e-3)
    assert true.divergence_of(cloud_of(blind, digits.test_images[:1])) == pytest.approx(0, abs=0.01)
    half = true.regions(0.5)
    radius = true.middle.norm(dim=1)
    assert radius[half].max().item() == pytest.approx(math.sqrt(2 * math.log(2)), abs=0.3)
    assert true.share[half].sum().item() == pytest.approx(0.5, abs=0.05)


def test_the_smallest_regions_lie_inside_one_another(model, true_of):
    true = true_of(model, 0)
    half, most = true.regions(0.5), true.regions(0.9)
    assert (most | ~half).all()
    assert true.share[half].sum() >= 0.5 and true.share[most].sum() >= 0.9
    assert true.share.sum().item() == pytest.approx(1, abs=1e-4)


def test_more_than_two_latents_are_refused_in_words(digits: Digits):
    large = build(ModelConfig("vae", latent_dim=3))
    assert isinstance(large, VariationalAutoencoder)
    with pytest.raises(ValueError, match="up to 2 latents, this model has 3"):
        posterior.true_posterior(large, digits.test_images[:1])
