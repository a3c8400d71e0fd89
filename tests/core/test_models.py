"""Models against the paper's figure: shapes, weights, and losses by torch.distributions."""

import dataclasses
import json
import math
from pathlib import Path
from typing import get_args

import pytest
import torch
from torch import nn

from core.continuous_bernoulli import continuous_bernoulli_nll, limit_logits
from core.data import Digits, to_float
from core.models import Architecture, Kind, Likelihood, ModelConfig, build, mean_image, sample_image
from core.models.classifier import (
    Classifier,
    ClassifierConfig,
    RejectingClassifier,
    RejectingConfig,
)
from core.models.vae import VariationalAutoencoder, reparameterise

BETAS = json.loads((Path(__file__).parent / "reference_values.json").read_text())["seed_rf_to_beta"]

each_kind = pytest.mark.parametrize("kind", get_args(Kind))
each_architecture = pytest.mark.parametrize("architecture", get_args(Architecture))
each_likelihood = pytest.mark.parametrize("likelihood", get_args(Likelihood))


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def vae(**settings) -> VariationalAutoencoder:
    model = build(ModelConfig(kind="vae", **settings))
    assert isinstance(model, VariationalAutoencoder)
    return model


@pytest.fixture
def x(few: Digits) -> torch.Tensor:
    return to_float(few.train_images[:12])


@each_kind
@each_architecture
@pytest.mark.parametrize("latent_dim", [1, 2, 64])
def test_images_become_codes_and_codes_logits(
    kind: Kind, architecture: Architecture, latent_dim: int, x: torch.Tensor
):
    model = build(ModelConfig(kind, architecture, latent_dim))
    z = model.encode(x)
    assert z.shape == (12, latent_dim)
    assert model.decode(z).shape == (12, 1, 28, 28)
    if isinstance(model, VariationalAutoencoder):
        mean, logvar = model.posterior(x)
        assert mean.shape == logvar.shape == (12, latent_dim)
        assert torch.equal(mean, z)


@each_kind
@each_architecture
def test_an_image_s_code_and_logits_depend_on_that_image_alone(
    kind: Kind, architecture: Architecture, x: torch.Tensor
):
    model = build(ModelConfig(kind, architecture))
    z = model.encode(x)
    torch.testing.assert_close(model.encode(x[5:6]), z[5:6], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(model.decode(z[5:6]), model.decode(z)[5:6], rtol=1e-4, atol=1e-5)


def linear(inputs: int, outputs: int) -> int:
    return inputs * outputs + outputs


def conv(inputs: int, outputs: int) -> int:
    return 3 * 3 * inputs * outputs + outputs


@each_kind
@each_architecture
def test_between_two_layers_with_weights_stands_one_relu(kind: Kind, architecture: Architecture):
    """Two without are one linear map; and neither codes nor logits are cut off below 0."""
    model = build(ModelConfig(kind, architecture))
    for half in (model.encoder, model.decoder):
        names = [type(layer).__name__ for layer in half]
        steps = [name for name in names if name in ("Linear", "Conv2d", "ConvTranspose2d", "ReLU")]
        assert all((name == "ReLU") == bool(place % 2) for place, name in enumerate(steps))
        assert len(steps) % 2 == 1


@each_kind
@pytest.mark.parametrize("latent_dim", [1, 2, 64])
def test_every_architecture_has_the_parameters_of_its_description(kind: Kind, latent_dim: int):
    d, code = latent_dim, latent_dim * (2 if kind == "vae" else 1)
    expected = {
        "dense": linear(784, 30) + linear(30, code) + linear(d, 30) + linear(30, 784),
        "lite": conv(1, 16) + conv(16, 32) + linear(1568, code)
        + linear(d, 1568) + conv(32, 128) + conv(32, 4),
        "shallow": conv(1, 32) + conv(32, 64) + linear(3136, code)
        + linear(d, 1568) + conv(32, 64) + conv(64, 32) + conv(32, 1),
        "deep": conv(1, 8) + conv(8, 8) + conv(8, 16) + conv(16, 16) + conv(16, 32) + conv(32, 32)
        + conv(32, 64) + conv(64, 64) + linear(576, 200) + linear(200, 100) + linear(100, code)
        + linear(d, 200) + linear(200, 576) + conv(64, 64) + conv(64, 32)
        + conv(32, 16) + conv(16, 16) + conv(16, 8) + conv(8, 1),
    }  # fmt: skip
    for architecture in get_args(Architecture):
        model = build(ModelConfig(kind, architecture, latent_dim, hidden_dim=30))
        assert sum(p.numel() for p in model.parameters()) == expected[architecture], architecture


@each_kind
@each_architecture
def test_weights_fill_glorot_s_interval_and_biases_are_zero(kind: Kind, architecture: Architecture):
    model = build(ModelConfig(kind, architecture, latent_dim=16))
    for layer in model.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            fans = (layer.weight.shape[0] + layer.weight.shape[1]) * layer.weight[0, 0].numel()
            scaled = layer.weight.detach() / math.sqrt(6 / fans)
            assert scaled.abs().max() <= 1
            if scaled.numel() > 1000:  # enough to see that they are uniform: sd 1/√3 of the bound
                assert scaled.abs().max() > 0.98
                assert scaled.std().item() == pytest.approx(1 / math.sqrt(3), rel=0.1)
            assert layer.bias is not None and not layer.bias.any()


@each_architecture
def test_both_kinds_start_from_the_same_decoder(architecture: Architecture):
    pair = [build(ModelConfig(kind, architecture), seeded(3)) for kind in get_args(Kind)]
    for ours, theirs in zip(*(model.decoder.parameters() for model in pair), strict=True):
        assert torch.equal(ours, theirs)


@each_kind
def test_weights_come_from_the_given_generator_alone(kind: Kind):
    before = torch.random.get_rng_state()
    one, same, other, default, zero = (
        nn.utils.parameters_to_vector(build(ModelConfig(kind), rng).parameters())
        for rng in (seeded(5), seeded(5), seeded(6), None, seeded(0))
    )
    assert torch.equal(one, same) and torch.equal(default, zero)
    assert not torch.equal(one, other)
    assert torch.equal(before, torch.random.get_rng_state())


@each_likelihood
def test_the_loss_of_a_vae_is_what_torch_distributions_make_of_it(
    likelihood: Likelihood, x: torch.Tensor
):
    model = vae(latent_dim=3, likelihood=likelihood, beta=2.5, variance=0.2)
    before = torch.random.get_rng_state()
    loss = model.loss(x, seeded(7))

    assert torch.equal(before, torch.random.get_rng_state())
    mean, logvar = model.posterior(x)
    cloud = torch.distributions.Normal(mean, (logvar / 2).exp())
    z = cloud.mean + cloud.stddev * torch.randn(12, 3, generator=seeded(7))
    logits = model.decode(z)
    pixels = {
        "bernoulli": lambda: torch.distributions.Bernoulli(logits=logits, validate_args=False),
        "gaussian": lambda: torch.distributions.Normal(logits.sigmoid(), math.sqrt(0.2)),
        # torch's is exact to 1e-4 a pixel at worst; logits of a fresh model are small
        "continuous_bernoulli": lambda: torch.distributions.ContinuousBernoulli(logits=logits),
    }[likelihood]()
    reconstruction = -pixels.log_prob(x).flatten(1).sum(1).mean()
    prior = torch.distributions.Normal(0.0, 1.0)
    kl = torch.distributions.kl_divergence(cloud, prior).sum(1).mean()
    torch.testing.assert_close(loss.reconstruction, reconstruction, rtol=1e-5, atol=0.02)
    torch.testing.assert_close(loss.kl, kl)
    torch.testing.assert_close(loss.total, loss.reconstruction + 2.5 * loss.kl)


def test_fixed_noise_is_the_same_cloud_around_every_mean(x: torch.Tensor):
    model = vae(latent_dim=3, noise=0.3)
    loss = model.loss(x, seeded(7))
    mean, logvar = model.posterior(x)
    torch.testing.assert_close((logvar / 2).exp(), torch.full((12, 3), 0.3))
    cloud, prior = torch.distributions.Normal(mean, 0.3), torch.distributions.Normal(0.0, 1.0)
    kl = torch.distributions.kl_divergence(cloud, prior).sum(1).mean()
    torch.testing.assert_close(loss.kl, kl)
    logits = model.decode(mean + 0.3 * torch.randn(12, 3, generator=seeded(7)))
    pixels = torch.distributions.Bernoulli(logits=logits, validate_args=False)
    torch.testing.assert_close(loss.reconstruction, -pixels.log_prob(x).flatten(1).sum(1).mean())


def test_without_noise_z_is_the_mean_and_the_penalty_is_on_the_means_alone(x: torch.Tensor):
    model = vae(latent_dim=3, noise=0, beta=2.0)
    one, other = model.loss(x, seeded(7)), model.loss(x, seeded(8))
    assert torch.equal(one.total, other.total)
    mean, logvar = model.posterior(x)
    assert logvar.isfinite().all()
    pixels = torch.distributions.Bernoulli(logits=model.decode(mean), validate_args=False)
    torch.testing.assert_close(one.reconstruction, -pixels.log_prob(x).flatten(1).sum(1).mean())
    # -log N(mean; 0, I) up to its constant
    at_zero, prior = torch.zeros(3), torch.distributions.Normal(0.0, 1.0)
    penalty = (prior.log_prob(at_zero) - prior.log_prob(mean)).sum(1).mean()
    torch.testing.assert_close(one.kl, penalty)
    torch.testing.assert_close(one.total, one.reconstruction + 2 * one.kl)


@pytest.mark.parametrize("noise", [None, 0, 0.3])
def test_whatever_the_noise_a_seed_gives_the_same_weights(noise: float | None):
    """So that models with and without noise begin alike, and differ by what they are taught."""
    ours, usual = (build(ModelConfig("vae", noise=each), seeded(3)) for each in (noise, None))
    for one, other in zip(ours.parameters(), usual.parameters(), strict=True):
        assert torch.equal(one, other)


@each_likelihood
def test_an_autoencoder_pays_for_the_reconstruction_alone(likelihood: Likelihood, x: torch.Tensor):
    ae = build(ModelConfig("ae", likelihood=likelihood, variance=0.2, beta=100.0))
    one = vae(likelihood=likelihood, variance=0.2)
    loss = ae.loss(x, seeded())
    assert loss.kl == 0
    assert loss.total == loss.reconstruction
    # Blind, with all weights 0, both decode logits of 0 and pay the same.
    for model in (ae, one):
        for parameter in model.parameters():
            nn.init.zeros_(parameter)
    assert ae.loss(x, seeded()).total == one.loss(x, seeded()).total
    expected = {"bernoulli": 784 * math.log(2), "continuous_bernoulli": 0.0}
    if likelihood in expected:
        assert ae.loss(x, seeded()).total.item() == pytest.approx(expected[likelihood], abs=1e-3)


@pytest.mark.parametrize("latent_dim", [2, 10, 20])
def test_the_seed_s_rf_is_a_beta_of_784_over_latents_times_rf(latent_dim: int, x: torch.Tensor):
    """JL-ML weighed mean-over-pixels BCE by rf and the mean-over-latents KL by 1."""
    for rf, beta in BETAS[f"d{latent_dim}"].items():
        model = vae(latent_dim=latent_dim, beta=beta)
        mean, logvar = model.posterior(x)
        z = mean + (logvar / 2).exp() * torch.randn(mean.shape, generator=seeded())
        bce = nn.functional.binary_cross_entropy_with_logits(model.decode(z), x)
        prior = torch.distributions.Normal(0.0, 1.0)
        cloud = torch.distributions.Normal(mean, (logvar / 2).exp())
        seed_loss = float(rf) * bce + torch.distributions.kl_divergence(cloud, prior).mean()
        ours = model.loss(x, seeded()).total
        torch.testing.assert_close(ours, 784 / float(rf) * seed_loss, rtol=1e-4, atol=1e-3)


def test_the_clouds_of_a_vae_differ_from_draw_to_draw(x: torch.Tensor):
    model, rng = vae(latent_dim=8), seeded()
    first, second = model.loss(x, rng), model.loss(x, rng)
    assert first.kl == second.kl
    assert first.reconstruction != second.reconstruction


def test_the_encoder_gives_the_means_first(x: torch.Tensor):
    """Whoever runs a saved encoder elsewhere, as the browser does, relies on it."""
    model = vae(latent_dim=3)
    assert torch.equal(model.posterior(x).mean, model.encoder(x)[:, :3])


def test_z_moves_with_logvar_by_half_sigma_epsilon():
    rng = seeded(4)
    mean, logvar, epsilon = (
        torch.randn(5, 3, generator=rng, dtype=torch.float64, requires_grad=True) for _ in range(3)
    )
    z = reparameterise(mean, logvar, epsilon)
    by_mean, by_logvar, by_epsilon = torch.autograd.grad(z.sum(), (mean, logvar, epsilon))
    sigma = logvar.exp().sqrt()
    torch.testing.assert_close(by_mean, torch.ones_like(mean))
    torch.testing.assert_close(by_logvar, sigma * epsilon / 2)
    torch.testing.assert_close(by_epsilon, sigma)


@each_kind
@each_architecture
@each_likelihood
def test_gradients_reach_every_parameter(
    kind: Kind, architecture: Architecture, likelihood: Likelihood, x: torch.Tensor
):
    model = build(ModelConfig(kind, architecture, likelihood=likelihood))
    model.loss(x, seeded()).total.backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.any(), name


@pytest.mark.parametrize(
    ("likelihood", "logit_bound", "largest"),
    [
        ("continuous_bernoulli", 9.21024, 9.21024),
        ("continuous_bernoulli", 3.0, 3.0),
        ("continuous_bernoulli", None, math.inf),
        ("bernoulli", 3.0, math.inf),
        ("gaussian", 3.0, math.inf),
    ],
)
@each_kind
def test_logits_keep_within_the_bound_of_a_continuous_bernoulli(
    kind: Kind, likelihood: Likelihood, logit_bound: float | None, largest: float
):
    model = build(ModelConfig(kind, likelihood=likelihood, logit_bound=logit_bound))
    logits = model.decode(1000 * torch.randn(20, 2, generator=seeded()))
    if largest == math.inf:
        assert logits.abs().max() > 100
    else:
        assert logits.max().item() == pytest.approx(largest)
        assert logits.min().item() == pytest.approx(-largest)


def test_a_logit_beyond_the_bound_can_come_back_but_not_go_further():
    """By the gradient mean - x, where a λ of .9999 has the mean .8915."""
    beyond, inside = 20.0, 2.0
    logits = torch.tensor([beyond, beyond, -beyond, -beyond, inside, -inside]).requires_grad_()
    x = torch.tensor([0.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    bounded = limit_logits(ModelConfig(likelihood="continuous_bernoulli"), logits)
    continuous_bernoulli_nll(bounded.unsqueeze(1), x.unsqueeze(1)).sum().backward()
    mean = 1 / (1 - math.exp(-inside)) - 1 / inside
    expected = torch.tensor([0.8915, 0, -0.8915, 0, mean, 1 - mean])
    torch.testing.assert_close(logits.grad, expected, atol=1e-4, rtol=0)


def test_the_default_bound_is_a_lambda_of_one_in_ten_thousand():
    bound = ModelConfig().logit_bound
    assert bound is not None
    assert 1 / (1 + math.exp(bound)) == pytest.approx(1e-4, rel=1e-5)


def test_pictures_show_the_mean_of_the_likelihood():
    magnitude = torch.linspace(0.05, 8, 784).view(1, 1, 28, 28)
    logits = torch.cat([magnitude, -magnitude])
    means: dict[Likelihood, torch.Tensor] = {
        "bernoulli": torch.distributions.Bernoulli(logits=logits).mean,
        "gaussian": torch.distributions.Normal(logits.sigmoid(), 0.3).mean,
        "continuous_bernoulli": torch.distributions.ContinuousBernoulli(logits=logits).mean,
    }
    for likelihood, mean in means.items():
        shown = mean_image(ModelConfig(likelihood=likelihood), logits)
        torch.testing.assert_close(shown, mean, atol=1e-4, rtol=0)


@each_likelihood
def test_sampled_images_have_the_moments_of_the_likelihood(likelihood: Likelihood):
    config = ModelConfig(likelihood=likelihood, variance=0.3)
    eta = 1.7
    logits = torch.full((60, 1, 28, 28), eta)
    drawn = sample_image(config, logits, seeded()).double()
    lam = 1 / (1 + math.exp(-eta))
    mean, variance = {
        "bernoulli": (lam, lam * (1 - lam)),
        "gaussian": (lam, 0.3),
        "continuous_bernoulli": (
            1 / (1 - math.exp(-eta)) - 1 / eta,
            1 / eta**2 - 1 / (4 * math.sinh(eta / 2) ** 2),
        ),
    }[likelihood]
    assert drawn.mean().item() == pytest.approx(mean, abs=0.01)
    assert drawn.var().item() == pytest.approx(variance, rel=0.03)
    assert torch.equal(drawn.float(), sample_image(config, logits, seeded()))
    assert not torch.equal(drawn[0], drawn[1])


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"kind": "gan"}, "kind is `gan`; choose one of ae, vae"),
        ({"architecture": "Dense"}, "choose one of dense, lite, shallow, deep"),
        ({"likelihood": None}, "choose one of bernoulli, gaussian, continuous_bernoulli"),
        *(
            ({name: value}, f"{name} is .*; it must be a whole number from 1 to {largest}")
            for name, largest in (("latent_dim", 64), ("hidden_dim", 512))
            for value in (0, -1, largest + 1, 2.0, True, "2", None)
        ),
        *(
            ({name: value}, f"{name} is .*; it must be a finite number, {least}")
            for name, least in (
                ("beta", "0 or more"),
                ("variance", "more than 0"),
                ("logit_bound", "more than 0"),
            )
            for value in (-1e-9, math.nan, math.inf, "1", True, 10**400, 1e39, 1e-39)
        ),
        ({"beta": None}, "beta is None"),
        ({"variance": 0.0}, "variance is 0.0"),
        ({"logit_bound": 0}, "logit_bound is 0"),
        *(
            (
                {"kind": "vae", "noise": value},
                "noise is .*; it must be a number from 0 to 10, or None",
            )
            for value in (-1e-9, 10.1, math.nan, math.inf, "1", True, 10**400)
        ),
        ({"kind": "ae", "noise": 0.1}, "noise is 0.1, but only a VAE has noise; leave it None"),
    ],
    ids=lambda value: f"{value}"[:30],
)
@pytest.mark.usefixtures("unchecked")
def test_a_wrong_configuration_fails_at_birth_with_a_sentence(settings: dict, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        ModelConfig(**settings)


@pytest.mark.parametrize("likelihood", get_args(Likelihood))
@pytest.mark.parametrize(
    "number", [torch.finfo(torch.float32).tiny, torch.finfo(torch.float32).max]
)
def test_a_model_bears_every_number_its_configuration_allows(likelihood: Likelihood, number: float):
    """float32 holds them all: nothing overflows on the way to its pictures."""
    config = ModelConfig(
        "vae", likelihood=likelihood, beta=number, variance=number, logit_bound=number
    )
    model = build(config)
    x = torch.rand(2, 1, 28, 28, generator=seeded())
    logits = model.decode(model.encode(x))
    assert logits.isfinite().all() and mean_image(config, logits).isfinite().all()
    assert not model.loss(x, seeded()).total.isnan()


def test_a_misspelt_field_fails_at_birth():
    with pytest.raises(TypeError, match="latent_dims"):
        ModelConfig(latent_dims=2)  # pyright: ignore[reportCallIssue]


def test_a_configuration_is_a_key_and_goes_through_json():
    config = ModelConfig("vae", "lite", 64, likelihood="gaussian", beta=0.0, logit_bound=None)
    again = ModelConfig(**json.loads(json.dumps(dataclasses.asdict(config))))
    assert again == config and hash(again) == hash(config)
    assert dataclasses.replace(config, beta=4.0) != config


def test_the_classifier_gives_ten_probabilities_an_image():
    images = torch.rand(1001, 1, 28, 28, generator=seeded())
    classifier = Classifier(ClassifierConfig(), seeded())
    probabilities = classifier.probabilities(images)
    assert probabilities.shape == (1001, 10)
    torch.testing.assert_close(probabilities.sum(1), torch.ones(1001))
    one = classifier.probabilities(images[1000:])
    torch.testing.assert_close(one, probabilities[1000:], rtol=1e-4, atol=1e-6)
    with pytest.raises(ValueError, match="a classifier's is 'classifier'"):
        ClassifierConfig("vae")


def test_a_classifier_that_can_refuse_has_an_eleventh_probability():
    images = torch.rand(101, 1, 28, 28, generator=seeded())
    probabilities = RejectingClassifier(RejectingConfig(), seeded()).probabilities(images)
    assert probabilities.shape == (101, 11)
    torch.testing.assert_close(probabilities.sum(1), torch.ones(101))
    with pytest.raises(ValueError, match="its kind is 'rejecting classifier'"):
        RejectingConfig("classifier")
