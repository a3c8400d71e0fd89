"""Measures against quadrature, brute force, scipy and scikit-learn, and published figures."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import ndimage, stats
from scipy.spatial.distance import cdist
from sklearn.metrics import confusion_matrix
from torch import nn

from core import data, evaluation
from core.data import Digits, to_float
from core.latent import Codes, encode
from core.models import Likelihood, Model, ModelConfig, VariationalAutoencoder, build, mean_image
from core.models.classifier import (
    NO_DIGIT,
    Classifier,
    ClassifierConfig,
    RejectingClassifier,
    RejectingConfig,
)

NORMAL = torch.distributions.Normal(0.0, 1.0)
LIKELIHOODS: tuple[Likelihood, ...] = ("bernoulli", "gaussian", "continuous_bernoulli")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def all_zero(kind, likelihood: Likelihood = "bernoulli") -> Model:
    """Blind: every posterior is the prior, every logit 0."""
    model = build(ModelConfig(kind, likelihood=likelihood))
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    return model


@pytest.fixture(params=LIKELIHOODS)
def smooth(request: pytest.FixtureRequest) -> VariationalAutoencoder:
    """So gentle a VAE that a coarse grid integrates over its plane; its posteriors miss."""
    config = ModelConfig("vae", hidden_dim=8, likelihood=request.param, variance=0.5)
    model = build(config, seeded(1))
    with torch.no_grad():
        model.get_parameter("encoder.3.bias").copy_(torch.tensor([1.0, -0.8, 1.0, 1.0]))
    assert isinstance(model, VariationalAutoencoder)
    return model


@torch.no_grad()
def log_evidence(model: VariationalAutoencoder, x: torch.Tensor) -> torch.Tensor:
    """log p(x) = log ∫ p(x|z) N(z) dz by the trapezium rule, with torch's densities."""
    axis = torch.arange(-7, 7.01, 0.25)
    z = torch.cartesian_prod(axis, axis)
    logits = model.decode(z).flatten(1)
    match model.config.likelihood:
        case "bernoulli":  # a score on grey pixels, and so without torch's check of the support
            pixels = torch.distributions.Bernoulli(logits=logits, validate_args=False)
        case "gaussian":
            pixels = torch.distributions.Normal(logits.sigmoid(), model.config.variance**0.5)
        case "continuous_bernoulli":
            pixels = torch.distributions.ContinuousBernoulli(logits=logits)
    prior = torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(1)
    joint = [pixels.log_prob(image.flatten()).sum(1) + prior for image in x]
    return torch.stack(joint).logsumexp(1) + 2 * math.log(0.25)


def test_many_samples_reach_the_evidence_that_quadrature_finds(
    smooth: VariationalAutoencoder, digits: Digits
):
    images = digits.test_images[:4]
    evidence = log_evidence(smooth, to_float(images))
    bound = evaluation.bounds.iwae(smooth, images, 1000, seeded())
    torch.testing.assert_close(bound, evidence, atol=0.15, rtol=0)


def test_the_bound_rises_with_k_from_the_elbo_to_the_evidence(
    smooth: VariationalAutoencoder, digits: Digits
):
    images, rng = digits.test_images[:4], seeded(1)
    evidence = log_evidence(smooth, to_float(images)).mean().item()
    reconstruction, kl = evaluation.bounds.terms_per_image(smooth, images, rng, samples=300)
    elbo = -(reconstruction + kl).mean().item()
    means = []
    for k, repeats in ((1, 300), (4, 75), (60, 5)):
        draws = [evaluation.bounds.iwae(smooth, images, k, rng).mean() for _ in range(repeats)]
        means.append(torch.stack(draws).mean().item())
    assert evidence - elbo > 1.5
    assert means[0] == pytest.approx(elbo, abs=0.2)
    assert elbo + 0.5 < means[1] < means[2] < evidence + 0.1


def test_the_exact_divergence_is_the_mean_of_log_q_over_p(
    smooth: VariationalAutoencoder, digits: Digits
):
    images = digits.test_images[:50]
    _, kl = evaluation.bounds.terms_per_image(smooth, images, seeded(), samples=1)
    with torch.no_grad():
        mean, logvar = smooth.posterior(to_float(images))
    cloud = torch.distributions.Normal(mean, (logvar / 2).exp())
    prior = torch.distributions.Normal(0.0, 1.0)
    torch.testing.assert_close(kl, torch.distributions.kl_divergence(cloud, prior).sum(1))


@pytest.mark.parametrize("k", [1, 2, 50])
def test_where_the_posterior_is_the_prior_and_the_picture_blank_every_bound_is_exact(
    k: int, digits: Digits
):
    model = all_zero("vae")
    assert isinstance(model, VariationalAutoencoder)
    bound = evaluation.bounds.iwae(model, digits.test_images[:5], k, seeded())
    torch.testing.assert_close(bound, torch.full((5,), -784 * math.log(2)), atol=1e-3, rtol=0)


@pytest.mark.parametrize("kind", ["ae", "vae"])
def test_a_blind_model_pays_784_coin_flips_and_no_divergence(kind, digits: Digits):
    """On 1 001 images, which are more than fit in one batch."""
    terms = evaluation.bounds.mean_terms(all_zero(kind), digits.train_images[:1001], seeded())
    assert terms.reconstruction == pytest.approx(784 * math.log(2), rel=1e-6)
    assert terms.kl == 0
    assert terms.total == terms.reconstruction
    per_image = evaluation.bounds.terms_per_image(
        all_zero(kind), digits.train_images[:1001], seeded()
    )
    assert per_image.reconstruction.shape == per_image.kl.shape == (1001,)


def test_a_uniform_density_costs_eight_bits_a_byte(digits: Digits):
    model = all_zero("vae", "continuous_bernoulli")  # λ = ½ everywhere is uniform on [0, 1]
    assert isinstance(model, VariationalAutoencoder)
    bits = evaluation.bounds.bits_per_dimension(model, digits.test_images[:20], seeded())
    assert bits == pytest.approx(8, abs=1e-6)


@pytest.mark.parametrize("likelihood", ["gaussian", "continuous_bernoulli"])
def test_bits_are_a_little_more_than_those_of_the_byte_s_cell(likelihood: Likelihood):
    """Against the exact probability of a black byte, the density's mass on [0, 1/256]."""
    model = all_zero("vae", likelihood)
    assert isinstance(model, VariationalAutoencoder)
    with torch.no_grad():
        model.get_parameter("decoder.2.bias").fill_(-3.0)  # for every z
    if likelihood == "gaussian":
        mass = stats.norm(1 / (1 + math.exp(3)), model.config.variance**0.5)
    else:
        mass = stats.truncexpon(3, scale=1 / 3)
    exact = -math.log2(mass.cdf(1 / 256) - mass.cdf(0))
    black = torch.zeros(200, 1, 28, 28, dtype=torch.uint8)
    bits = evaluation.bounds.bits_per_dimension(model, black, seeded())
    assert exact - 1e-5 < bits < exact + 1e-4


def test_a_coin_has_no_bits_for_grey_bytes(digits: Digits):
    model = all_zero("vae")
    assert isinstance(model, VariationalAutoencoder)
    with pytest.raises(ValueError, match="no density"):
        evaluation.bounds.bits_per_dimension(model, digits.test_images[:2], seeded())


def test_the_total_is_the_negative_elbo_whatever_beta_trained_the_model(digits: Digits):
    images = digits.test_images[:20]
    plain, heavy = (
        evaluation.bounds.mean_terms(build(ModelConfig("vae", beta=beta)), images, seeded())
        for beta in (1.0, 100.0)
    )
    assert plain == heavy
    assert plain.kl > 0
    assert plain.total == plain.reconstruction + plain.kl


def test_an_autoencoder_s_cost_has_no_noise_in_it(digits: Digits):
    model, images = build(ModelConfig(latent_dim=5)), digits.test_images[:30]
    one, other = (evaluation.bounds.terms_per_image(model, images, seeded(s), s) for s in (1, 2))
    assert torch.equal(one.reconstruction, other.reconstruction)
    logits = model.decode(model.encode(to_float(images))).detach()
    pixels = torch.distributions.Bernoulli(logits=logits, validate_args=False)
    cost = -pixels.log_prob(to_float(images)).flatten(1).sum(1)
    torch.testing.assert_close(one.reconstruction, cost)


def test_more_draws_of_z_mean_less_noise_not_another_cost(digits: Digits):
    model, images = build(ModelConfig("vae", latent_dim=5)), digits.test_images[:30]
    rng = seeded()
    few, many = (
        torch.stack(
            [
                evaluation.bounds.terms_per_image(model, images, rng, n).reconstruction
                for _ in range(60)
            ]
        )
        for n in (1, 16)
    )
    error = few.std(0).mean().item() / math.sqrt(60)
    assert few.mean().item() == pytest.approx(many.mean().item(), abs=error)
    assert many.std(0).mean().item() == pytest.approx(few.std(0).mean().item() / 4, rel=0.15)


CODES = Codes(
    mean=torch.tensor([[0.0, 1.0, 5.0], [0.2, 1.0, -5.0], [0.0, 1.0, 5.0], [0.2, 1.0, -5.0]]),
    logvar=torch.tensor([[0.0, -2.0, -4.0], [0.0, 2.0, -4.0], [0.0, -2.0, -4.0], [0.0, 2.0, -4.0]]),
)


def test_units_are_active_where_their_variance_passes_one_hundredth():
    """The first latent has 4/3 · 0.1², just enough; scaled down by 0.8, no more."""
    assert evaluation.codes.active_units(CODES) == 2
    assert evaluation.codes.active_units(Codes(CODES.mean * 0.8, None)) == 1
    assert evaluation.codes.active_units(Codes(torch.zeros(9, 4), None)) == 0


def test_spread_and_radius_are_those_of_numpy():
    np.testing.assert_allclose(
        evaluation.codes.code_spread(CODES), np.std(CODES.mean.numpy(), axis=0, ddof=1), rtol=1e-6
    )
    expected = [1, (math.exp(-1) + math.exp(1)) / 2, math.exp(-2)]
    np.testing.assert_allclose(evaluation.codes.mean_radius(CODES), expected, rtol=1e-6)
    assert evaluation.codes.mean_radius(Codes(CODES.mean, None)).tolist() == [0, 0, 0]


def test_the_kl_of_each_unit_is_that_of_torch_distributions():
    mean, logvar = torch.randn(2, 50, 3, generator=seeded()).unbind()
    mean[:, 2], logvar[:, 2] = 0, 0  # a silent unit
    clouds, prior = torch.distributions.Normal(mean, (logvar / 2).exp()), NORMAL
    expected = torch.distributions.kl_divergence(clouds, prior).mean(0)
    got = evaluation.codes.kl_per_unit(Codes(mean, logvar))
    torch.testing.assert_close(got, expected)
    assert got[2] == 0
    with pytest.raises(ValueError, match="points"):
        evaluation.codes.kl_per_unit(Codes(mean, None))


def test_fifteen_neighbours_vote_as_by_brute_force():
    rng = seeded(1)
    codes, queries = torch.randn(400, 3, generator=rng), torch.randn(150, 3, generator=rng)
    labels, answers = (c[:, 0].gt(0).long() + 2 * c[:, 1].gt(0.3).long() for c in (codes, queries))
    distance = cdist(queries.double().numpy(), codes.double().numpy())
    voters = labels.numpy()[distance.argsort(1)[:, :15]]
    right = stats.mode(voters, axis=1).mode == answers.numpy()
    share = evaluation.codes.knn_accuracy(codes, labels, queries, answers)
    assert 0.8 < share < 1
    assert share == pytest.approx(right.mean(), abs=1e-12)


def test_the_pairs_of_classes_taken_for_one_another_are_those_of_a_confusion_matrix():
    rng = seeded(3)
    labels, votes = torch.randint(10, (2, 500), generator=rng)
    matrix = confusion_matrix(labels.numpy(), votes.numpy())
    both = matrix + matrix.T
    pairs = evaluation.codes.confused_pairs(votes, labels)
    assert len(pairs) == 45
    assert all(pair.times == both[pair.first, pair.second] for pair in pairs)
    times = [pair.times for pair in pairs]
    assert times == sorted(times, reverse=True)


def test_the_largest_tie_counts_codes_that_are_the_same_to_the_last_bit():
    codes = torch.tensor([[0.1, 0.2], [0.1, 0.2], [0.1, 0.2 + 2**-25], [0.1, 0.2], [0.2, 0.1]])
    assert evaluation.codes.largest_tie(codes) == 3


def test_one_held_out_code_in_twenty_lies_in_a_hole():
    codes = torch.randn(6000, 2, generator=seeded())
    holes = evaluation.holes.find_holes(codes)
    fresh = evaluation.holes.Holes(codes[:4800], holes.threshold)
    assert fresh.share(torch.randn(6000, 2, generator=seeded(1))) == pytest.approx(0.05, abs=0.012)
    assert holes.share(torch.full((10, 2), 50.0)) == 1


def test_no_code_of_the_map_lies_in_a_hole_of_the_map():
    codes = torch.randn(2000, 2, generator=seeded())
    holes = evaluation.holes.find_holes(codes)
    assert holes.codes.equal(codes)
    assert holes.share(codes) == 0


def test_holes_are_the_same_in_whatever_rhythm_the_classes_come():
    """The sample's classes come in turn, 0 1 2 … 9 0 1 …: here every fifth code is far away."""
    codes = torch.randn(3000, 2, generator=seeded())
    codes[::5] += 100
    assert evaluation.holes.find_holes(codes).threshold < 1


def test_distance_to_the_nearest_code_is_told_in_thresholds():
    holes = evaluation.holes.find_holes(torch.randn(500, 3, generator=seeded()))
    z = 3 * torch.randn(40, 3, generator=seeded(1))
    nearest = cdist(z.double().numpy(), holes.codes.double().numpy()).min(1)
    np.testing.assert_allclose(holes.distance(z), nearest / holes.threshold, rtol=1e-5)


def test_codes_that_all_coincide_have_a_threshold_too():
    holes = evaluation.holes.find_holes(torch.ones(50, 2))
    assert holes.share(torch.ones(3, 2)) == 0
    assert holes.share(torch.zeros(3, 2)) == 1


@pytest.fixture
def judge() -> Classifier:
    """Sure of a 3 to e^5 / (e^5 + 9) = .943 if the first pixel is lit, else of nothing."""
    classifier = Classifier(ClassifierConfig(), seeded())
    for parameter in classifier.parameters():
        nn.init.zeros_(parameter)
    classifier.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    for parameter in classifier.layers.parameters():
        nn.init.zeros_(parameter)
    with torch.no_grad():
        classifier.layers.get_parameter("1.weight")[3, 0] = 5.0
    return classifier


def test_confidence_is_the_largest_probability(judge: Classifier):
    images = torch.zeros(8, 1, 28, 28)
    images[:3, 0, 0, 0] = 1  # e^5 / (e^5 + 9) = 0.943
    images[3, 0, 0, 0] = 0.8  # e^4 / (e^4 + 9) = 0.858
    got = evaluation.judging.confidence(judge, images)
    expected = [math.exp(5) / (math.exp(5) + 9)] * 3 + [math.exp(4) / (math.exp(4) + 9)] + [0.1] * 4
    np.testing.assert_allclose(got, expected, rtol=1e-5)
    assert evaluation.judging.confident_share(judge, images) == pytest.approx(3 / 8)


def test_between_two_digits_one_may_read_a_third_and_the_other_none(judge: Classifier):
    """The one reads a 3 where the first pixel is lit, and a 0 where it cannot tell; the other
    refuses what is lit at its second pixel."""
    refusing = RejectingClassifier(RejectingConfig(), seeded())
    refusing.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, 11))
    for parameter in refusing.layers.parameters():
        nn.init.zeros_(parameter)
    with torch.no_grad():
        refusing.layers.get_parameter("1.weight")[10, 1] = 5.0
    images = torch.zeros(4, 1, 28, 28)
    images[:2, 0, 0, 0] = 1
    images[1:3, 0, 0, 1] = 1
    starts, ends = torch.tensor([3, 1, 0, 5]), torch.tensor([8, 2, 7, 0])
    digit, other = evaluation.judging.judge_between(judge, refusing, images, starts, ends)
    assert digit.tolist() == [True, False, False, True]
    assert other.tolist() == [False, True, False, False]


def test_a_share_comes_with_the_standard_error_of_a_proportion():
    yes = torch.arange(200) < 60
    share = evaluation.judging.share(yes)
    assert share.mean == pytest.approx(0.3)
    assert share.error == pytest.approx(stats.sem(yes.numpy()))
    assert share.error == pytest.approx(math.sqrt(0.3 * 0.7 / 199))


def test_a_gain_on_the_same_images_is_judged_by_their_differences():
    """As in McNemar's test: images on which both agree say nothing of the difference."""
    one, other = torch.arange(200) < 60, torch.arange(200) < 50
    gain = evaluation.judging.gain(one, other)
    assert gain.mean == pytest.approx(0.05)
    assert gain.error == pytest.approx(stats.sem(one.double().numpy() - other.double().numpy()))
    apart = math.hypot(*(evaluation.judging.share(each).error for each in (one, other)))
    assert gain.clear and gain.mean < 2 * apart, "clear only because the images are the same"
    assert not evaluation.judging.gain(one, one).clear


def test_readable_is_the_share_read_as_their_label(judge: Classifier):
    images = torch.zeros(4, 1, 28, 28)
    images[:2, 0, 0, 0] = 1  # read as 3, the others as 0
    assert evaluation.judging.readable(judge, images, torch.tensor([3, 5, 0, 3])) == 0.5


def test_the_judge_counts_each_digit_and_what_is_none():
    """It reads the digit whose pixel of the first row is lit, and none where the eleventh is."""
    judge = RejectingClassifier(RejectingConfig(), seeded())
    judge.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, 11))
    with torch.no_grad():
        judge.layers.get_parameter("1.weight").copy_(torch.eye(11, 784))
        judge.layers.get_parameter("1.bias").zero_()
    shown = [3, 3, 0, NO_DIGIT, NO_DIGIT, NO_DIGIT, 9]
    images = torch.zeros(7, 1, 28, 28)
    images[torch.arange(7), 0, 0, torch.tensor(shown)] = 1
    counts = evaluation.judging.drawn(judge, images)
    assert counts.tolist() == [1, 0, 0, 2, 0, 0, 0, 0, 0, 1, 3]
    assert evaluation.judging.drawn(judge, images[:0]).tolist() == [0] * 11


def cliff() -> Model:
    """One latent: every pixel is black where z < 0, and white where z > 0."""
    model = build(ModelConfig(latent_dim=1, hidden_dim=2))
    with torch.no_grad():
        model.get_parameter("decoder.0.weight").copy_(torch.tensor([[1e6], [-1e6]]))
        model.get_parameter("decoder.2.weight").copy_(torch.tensor([[1.0, -1.0]] * 784))
    return model


@pytest.mark.parametrize("scale", [1.0, 50.0])
def test_near_a_cliff_all_pixels_change_as_often_as_a_step_crosses_it(scale: float):
    """A code at a distance of d spreads crosses it with probability Φ(-d / 0.1)."""
    z = scale * torch.linspace(-0.3, 0.3, 20_000).unsqueeze(1)
    crossed = stats.norm.cdf(-(z.abs() / z.std()) / 0.1).mean()
    got = evaluation.judging.change_nearby(cliff(), z, seeded())
    assert got / 784 == pytest.approx(crossed, rel=0.1)


def test_where_the_decoder_is_flat_nothing_changes_nearby():
    z = torch.randn(50, 2, generator=seeded())
    assert evaluation.judging.change_nearby(all_zero("vae"), z, seeded()) == 0


def test_three_judges_look_at_a_set_of_pictures(judge: Classifier, digits: Digits):
    originals = to_float(digits.test_images[:6])
    pictures = originals.clone()
    pictures[:3, 0, 0, 0] = 1
    error, sharpness, confident = evaluation.judging.judge(judge, pictures, originals)
    assert error == pytest.approx(0.5)  # one pixel of each second picture
    assert sharpness == pytest.approx(
        np.mean([ndimage.laplace(image[0])[1:-1, 1:-1].var() for image in pictures.numpy()]),
        rel=1e-4,
    )
    assert confident == 0.5
    assert evaluation.judging.judge(judge, pictures).squared_error is None


def test_pairs_are_of_two_classes_each(digits: Digits):
    labels = digits.test_labels
    first, second = evaluation.judging.pairs_of_classes(labels, 500, seeded())
    assert len(first) == len(second) == 500
    assert (labels[first] != labels[second]).all()
    for side in (first, second):
        assert len(side.unique()) > 350  # of 1 000; 394 expected
        assert labels[side].bincount(minlength=10).min() > 25  # of 50
    again = evaluation.judging.pairs_of_classes(labels, 500, seeded())
    assert torch.equal(first, again[0]) and torch.equal(second, again[1])


@pytest.mark.parametrize(
    ("kl", "reconstruction", "verdict"),
    [(0.0, 205.8, True), (0.009, 207.0, True), (0.0, 204.5, True)]
    + [(0.5, 205.8, False), (0.0, 202.0, False), (0.0, 209.0, False), (25.4, 80.2, False)],
)
def test_a_vae_has_collapsed_where_its_codes_carry_nothing(kl, reconstruction, verdict: bool):
    assert evaluation.codes.collapsed(kl, reconstruction, mean_image_cost=205.8) is verdict


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_a_picture_is_the_parameter_the_mean_or_a_sample(likelihood: Likelihood):
    config = ModelConfig(likelihood=likelihood, variance=0.3)
    logits = torch.linspace(-9, 9, 784).view(1, 1, 28, 28)
    parameter, mean, sample = (
        evaluation.judging.picture(config, logits, view, seeded())
        for view in ("parameter", "mean", "sample")
    )
    torch.testing.assert_close(parameter.logit(), logits, atol=2e-3, rtol=0)
    assert torch.equal(mean, mean_image(config, logits))
    assert sample.min() >= 0 and sample.max() <= 1
    grey = ((sample > 0) & (sample < 1)).float().mean()
    assert (grey > 0.3) == (likelihood != "bernoulli")
    assert torch.equal(sample, evaluation.judging.picture(config, logits, "sample", seeded()))


def test_noise_images_are_uniform():
    noise = evaluation.baselines.noise_images(20, seeded())
    assert noise.shape == (20, 1, 28, 28)
    assert stats.kstest(noise.flatten().numpy(), "uniform").pvalue > 0.01
    assert torch.equal(noise, evaluation.baselines.noise_images(20, seeded()))


def test_sharpness_is_the_variance_of_scipy_s_laplacian(digits: Digits):
    images = to_float(digits.test_images[:40])
    inner = [ndimage.laplace(image[0])[1:-1, 1:-1].var() for image in images.numpy()]
    np.testing.assert_allclose(evaluation.judging.sharpness(images), inner, rtol=1e-4)
    assert evaluation.judging.sharpness(torch.ones(1, 1, 28, 28)).item() == pytest.approx(
        0, abs=1e-12
    )


def test_squared_errors_are_summed_over_pixels():
    a, b = torch.zeros(2, 1, 28, 28), torch.full((2, 1, 28, 28), 0.5)
    b[1, 0, 3] = -1
    assert evaluation.judging.squared_error(a, b).tolist() == [784 / 4, 756 / 4 + 28]


@pytest.mark.parametrize("kind", ["ae", "vae"])
@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_reconstructions_are_mean_images_of_each_image_s_code(
    kind, likelihood: Likelihood, digits: Digits
):
    model = build(ModelConfig(kind, likelihood=likelihood))
    x = to_float(digits.test_images[:4])
    logits = model.decode(encode(model, digits.test_images[:4]).mean).detach().double()
    if (
        likelihood == "continuous_bernoulli"
    ):  # E[x] = ∫ x p(x) dx / ∫ p(x) dx, by the trapezium rule
        grid = torch.linspace(0, 1, 2001, dtype=torch.float64)
        density = (logits.unsqueeze(-1) * (grid - 0.5)).exp()
        mean = torch.trapezoid(density * grid, grid) / torch.trapezoid(density, grid)
    else:
        mean = torch.distributions.Bernoulli(logits=logits).mean
    shown = evaluation.judging.reconstruct(model, x)
    torch.testing.assert_close(shown.double(), mean, atol=1e-6, rtol=0)
    assert not shown.requires_grad
    assert torch.equal(shown, evaluation.judging.reconstruct(model, x))


def test_the_entropy_floor_is_scipy_s_entropy_of_every_pixel(digits: Digits):
    images = digits.test_images[:50]
    x = images.numpy().reshape(50, 784) / 255
    floor = stats.entropy(np.stack([x, 1 - x]), axis=0).sum(1).mean()
    assert evaluation.baselines.entropy_floor(images) == pytest.approx(floor, rel=1e-6)


def test_mnist_has_the_floor_and_the_collapse_cost_of_the_literature(mnist_root: Path):
    mnist = data.load("mnist", mnist_root)
    assert evaluation.baselines.entropy_floor(mnist.test_images) == pytest.approx(45.5, abs=0.05)
    collapse = evaluation.baselines.mean_image_cost(mnist.train_images, mnist.test_images)
    assert collapse == pytest.approx(205.8, abs=0.05)
    sharpness = evaluation.judging.sharpness(to_float(mnist.test_images)).mean().item()
    assert sharpness == pytest.approx(0.183, abs=0.005)


def test_answering_with_the_mean_image_costs_the_mean_over_images(digits: Digits):
    """Computed per image from λ = the mean, without using that the cost is linear in x."""
    train, test = digits.train_images, digits.test_images[:60]
    mean = train.double().mean(0).flatten().numpy() / 255
    x = test.numpy().reshape(60, 784) / 255
    lit = mean > 0  # a pixel that no training image lights is free where it stays dark
    assert not x[:, ~lit].any()
    cost = -(x[:, lit] @ np.log(mean[lit]) + (1 - x[:, lit]) @ np.log1p(-mean[lit])).mean()
    assert evaluation.baselines.mean_image_cost(train, test) == pytest.approx(cost, rel=1e-6)


def test_principal_components_restore_images_as_an_svd_does(digits: Digits):
    train, test = digits.train_images[:500], digits.test_images[:50]
    x, y = (images.numpy().reshape(len(images), 784) / 255 for images in (train, test))
    axes = np.linalg.svd(x - x.mean(0), full_matrices=False)[2]
    errors = []
    for dim in (1, 2, 20):
        directions = axes[:dim]
        restored = np.clip(x.mean(0) + (y - x.mean(0)) @ directions.T @ directions, 0, 1)
        got = evaluation.baselines.fit_pca(train, 20).first(dim).restore(to_float(test))
        assert got.shape == (50, 1, 28, 28) and got.min() >= 0 and got.max() <= 1
        np.testing.assert_allclose(got.numpy().reshape(50, 784), restored, atol=0.02)
        errors.append(evaluation.judging.squared_error(got, to_float(test)).mean().item())
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < errors[0] / 2


@pytest.mark.parametrize("bound", [0.7, 4.6, 9.21024])
def test_the_ceiling_of_a_pixel_is_the_best_of_many_logits(bound: float):
    greys = torch.tensor(
        [[0.0], [0.03], [0.12], [0.4999], [0.5], [0.7], [1.0]], dtype=torch.float64
    )
    logits = np.linspace(-bound, bound, 20_002)  # 0 is not among them
    size = np.abs(logits)
    best = [  # below 1/2 a continuous Bernoulli is an exponential cut off at 1, above it mirrored
        stats.truncexpon.logpdf(np.where(logits < 0, x, 1 - x), size, scale=1 / size).max()
        for x in greys.flatten().numpy()
    ]
    found = evaluation.baselines.continuous_bernoulli_ceiling(greys, bound)
    np.testing.assert_allclose(found.numpy(), best, rtol=0, atol=1e-6)


def test_without_a_bound_a_black_pixel_has_no_ceiling_and_a_nearly_black_one_has():
    x = torch.tensor([[0.0, 0.5], [1e-3, 0.5], [0.5, 0.5], [0.5, 1.0]], dtype=torch.float64)
    found = evaluation.baselines.continuous_bernoulli_ceiling(x, None).tolist()
    # an exponential of mean m has density e^-1 / m there, and 1/2 calls for the uniform
    assert found == pytest.approx([math.inf, -1 - math.log(1e-3), 0, math.inf])


def test_no_elbo_gets_above_the_ceiling(digits: Digits):
    model = build(ModelConfig("vae", likelihood="continuous_bernoulli", logit_bound=3.0), seeded())
    images = digits.test_images[:50]
    terms = evaluation.bounds.terms_per_image(model, images, seeded())
    ceiling = evaluation.baselines.continuous_bernoulli_ceiling(to_float(images), 3.0)
    assert (-terms.reconstruction < ceiling).all()


@pytest.mark.parametrize("bound", [0.7, 9.21024])
def test_mean_ceilings_are_means_over_images(digits: Digits, bound: float):
    images = digits.test_images[:100]
    grey = evaluation.baselines.mean_ceilings(images, [bound], dequantised=False)[0]
    each = evaluation.baselines.continuous_bernoulli_ceiling(to_float(images).double(), bound)
    assert grey == pytest.approx(each.mean().item(), rel=1e-7)  # float32's x / 255
    draws = [
        evaluation.baselines.continuous_bernoulli_ceiling(
            data.dequantise(images, seeded(i)), bound
        ).mean()
        for i in range(4)
    ]
    spread = evaluation.baselines.mean_ceilings(images, [bound], dequantised=True)[0]
    assert spread == pytest.approx(torch.stack(draws).mean().item(), abs=0.2)


def test_tables_of_shares_charge_what_they_have_counted_and_once_more():
    black = torch.zeros(1, 1, 28, 28, dtype=torch.uint8)
    share = (784 + 1) / (784 + 256)
    costs = evaluation.baselines.byte_costs(black, black)
    assert costs.one_table == pytest.approx(-math.log2(share))
    assert costs.table_per_pixel == pytest.approx(-math.log2((1 + share) / 2))


def test_one_table_of_the_images_themselves_charges_about_their_entropy(digits: Digits):
    counts = np.bincount(digits.test_images.numpy().ravel(), minlength=256)
    costs = evaluation.baselines.byte_costs(digits.test_images, digits.test_images)
    assert costs.one_table == pytest.approx(stats.entropy(counts, base=2), abs=0.01)
    assert costs.table_per_pixel < costs.one_table < 8


def test_without_a_bound_only_dequantised_digits_have_a_ceiling(digits: Digits):
    images = digits.test_images[:20]
    assert evaluation.baselines.mean_ceilings(images, [None], dequantised=False) == [math.inf]
    black = torch.zeros(1, 1, 28, 28, dtype=torch.uint8)
    # u / 256 has mean log-density E[-1 - log(u / 256)] under the exponential of its own size
    found = evaluation.baselines.mean_ceilings(black, [None], dequantised=True)[0]
    assert found == pytest.approx(784 * math.log(256), abs=0.2)
