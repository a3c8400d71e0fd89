"""The true posterior against importance sampling, a finer grid and torch's densities."""

import functools
import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.distributions import Independent, MultivariateNormal, Normal

from core import checkpoints, evaluation, ledger, posterior
from core.data import Digits, to_float
from core.models import ModelConfig, VariationalAutoencoder, build
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


def test_quadrature_finds_the_evidence_that_draws_from_where_it_is_find(
    model, true_of, digits: Digits
):
    """Importance sampling from a wide Gaussian around the true posterior: unbiased, whatever the
    cells say, and good where its draws weigh alike."""
    for index in range(3):
        image, true = digits.test_images[index : index + 1], true_of(model, index)
        share = true.share.double().unsqueeze(1)
        mean = (share * true.middle).sum(0)
        offset = true.middle - mean
        covariance = 2 * (share * offset).T @ offset + 1e-6 * torch.eye(2)
        wide = MultivariateNormal(mean, covariance)
        noise = torch.randn(8000, 2, generator=seeded(), dtype=torch.float64)
        z = (mean + noise @ wide.scale_tril.T).float()
        weight = posterior.log_joint(model, to_float(image), z) - wide.log_prob(z.double())
        effective = (2 * weight.logsumexp(0) - (2 * weight).logsumexp(0)).exp().item()
        assert effective > 400
        evidence = weight.logsumexp(0).item() - math.log(len(z))
        assert true.log_evidence == pytest.approx(evidence, abs=4 / effective**0.5)


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


def test_the_elbo_and_the_gap_close_the_account(model, line, true_of, digits: Digits):
    """With the ELBO from draws, and not from the gap's own trapezium rule."""
    for vae in (model, line):
        for index in range(3):
            image, evidence = (
                digits.test_images[index : index + 1],
                true_of(vae, index).log_evidence,
            )
            gap = posterior.gap(vae, image, evidence)
            assert gap > 0
            elbo = ledger.ledger(vae, image).elbo
            assert elbo + gap == pytest.approx(evidence, abs=0.05)


def test_the_gap_is_the_divergence_to_the_cells_of_the_true_posterior(
    model, true_of, digits: Digits
):
    """Counted over the true posterior's own cells instead of the encoder's cloud."""
    image, true = digits.test_images[:1], true_of(model, 0)
    with torch.no_grad():
        mean, logvar = model.posterior(to_float(image))
    cloud = Independent(Normal(mean[0].double(), (logvar[0] / 2).exp().double()), 1)
    log_q = cloud.log_prob(true.middle.double())
    density = true.share.double().clamp(min=1e-300).log() - 2 * true.side.double().log()
    weight = (log_q + 2 * true.side.double().log()).exp()
    held = true.share > 1e-30
    assert weight[held].sum().item() == pytest.approx(1, abs=0.01)
    divergence = (weight * (log_q - density))[held].sum().item()
    gap = posterior.gap(model, image, true.log_evidence)
    assert divergence == pytest.approx(gap, abs=0.05 + 0.02 * gap)


def test_a_decoder_that_ignores_its_code_leaves_the_prior_as_true_posterior(digits: Digits):
    blind = build(ModelConfig("vae"))
    for parameter in blind.parameters():
        nn.init.zeros_(parameter)
    assert isinstance(blind, VariationalAutoencoder)
    true = posterior.true_posterior(blind, digits.test_images[:1])
    assert true.log_evidence == pytest.approx(-784 * math.log(2), abs=1e-3)
    assert posterior.gap(blind, digits.test_images[:1], true.log_evidence) == pytest.approx(
        0, abs=1e-3
    )
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
