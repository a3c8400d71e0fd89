"""Losses against arithmetic with 60 digits, quadrature, and torch's and scipy's distributions."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats
from torch import Tensor
from torch.distributions import Normal

from core.continuous_bernoulli import (
    continuous_bernoulli_log_norm,
    continuous_bernoulli_logits,
    continuous_bernoulli_mean,
    continuous_bernoulli_nll,
    continuous_bernoulli_sample,
    continuous_bernoulli_variance,
)
from core.data import Digits, to_float
from core.losses import (
    Reduction,
    bernoulli_nll,
    equivalent_beta,
    gaussian_nll,
    kl_per_latent,
    kl_standard_normal,
)

REFERENCE = json.loads((Path(__file__).parent / "reference_values.json").read_text())
CB = REFERENCE["cb"]

# What the reference values say of themselves: exact to so much, absolute and relative.
TOLERANCE: dict[torch.dtype, dict[str, Any]] = {
    torch.float64: {"atol": 1e-13, "rtol": 1e-12},
    torch.float32: {"atol": 1e-6, "rtol": 2e-7},
}
EXTREMES = [0.0, -0.0] + [
    sign * size
    for sign in (1, -1)
    for size in (1e-45, 1e-30, 1e-8, 1e-3, 0.5, 1.0, 20.0, 89.0, 104.0, 750.0, 1e10, 1e30)
]

each_dtype = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
each_likelihood = pytest.mark.parametrize(
    "nll",
    [
        bernoulli_nll,
        continuous_bernoulli_nll,
        pytest.param(lambda logits, x: gaussian_nll(logits, x, 0.05), id="gaussian_nll"),
    ],
)


def column(rows: list, name: str, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.tensor([float(row[name]) for row in rows], dtype=dtype)


def stated(dtype: torch.dtype) -> list:
    """The rows to which the tolerance applies: float32 rounds x = 0.9 itself by 2e-8."""
    return [row for row in CB if dtype == torch.float64 or abs(float(row["eta"])) <= 100]


def slope(value: Tensor, at: Tensor) -> Tensor:
    return torch.autograd.grad(value.sum(), at, retain_graph=True)[0]


def pixel(nll, logits: Tensor, x: float | Tensor) -> Tensor:
    """The cost of images of one pixel, one a logit."""
    return nll(logits.unsqueeze(1), (torch.zeros_like(logits) + x).unsqueeze(1))


def assert_exact(got: Tensor, want: Tensor) -> None:
    torch.testing.assert_close(got.detach().double(), want, **TOLERANCE[got.dtype])


@each_dtype
@pytest.mark.parametrize("x", ["0", "0.1", "0.3", "0.5", "0.9", "1"])
def test_a_continuous_bernoulli_pixel_costs_what_60_digits_say(x: str, dtype: torch.dtype):
    rows = stated(dtype)
    logits = column(rows, "eta", dtype).requires_grad_()
    cost = pixel(continuous_bernoulli_nll, logits, float(x))
    assert_exact(-cost, column([row["log_prob"] for row in rows], x))
    assert_exact(-slope(cost, logits), column([row["dlogp_deta"] for row in rows], x))


@each_dtype
@pytest.mark.parametrize("x", ["0", "0.1", "0.3", "0.5", "0.9", "1"])
def test_a_bernoulli_pixel_costs_what_60_digits_say(x: str, dtype: torch.dtype):
    rows = stated(dtype)
    logits = column(rows, "eta", dtype).requires_grad_()
    cost = pixel(bernoulli_nll, logits, float(x))
    assert_exact(cost, column([row["bce"] for row in rows], x))
    if x in rows[0]["dbce_deta"]:
        assert_exact(slope(cost, logits), column([row["dbce_deta"] for row in rows], x))


@each_dtype
def test_norm_mean_and_their_slopes_are_what_60_digits_say(dtype: torch.dtype):
    logits = column(CB, "eta", dtype).requires_grad_()
    log_norm, mean = continuous_bernoulli_log_norm(logits), continuous_bernoulli_mean(logits)
    assert_exact(log_norm, column(CB, "logC"))
    assert_exact(slope(log_norm, logits), column(CB, "dlogC_deta"))
    assert_exact(mean, column(CB, "mean"))
    assert_exact(slope(mean, logits), column(CB, "var"))


@each_dtype
def test_the_variance_is_what_60_digits_say(dtype: torch.dtype):
    assert_exact(continuous_bernoulli_variance(column(CB, "eta", dtype)), column(CB, "var"))
    rows = REFERENCE["cb_by_lambda"]
    assert_exact(continuous_bernoulli_variance(column(rows, "eta")), column(rows, "var"))


def test_seen_from_lambda_the_values_are_the_same():
    rows = REFERENCE["cb_by_lambda"]
    lam = column(rows, "lam").requires_grad_()
    logits = lam.logit()
    assert_exact(logits, column(rows, "eta"))
    log_norm, mean = continuous_bernoulli_log_norm(logits), continuous_bernoulli_mean(logits)
    assert_exact(log_norm, column(rows, "logC"))
    assert_exact(slope(log_norm, lam), column(rows, "dlogC_dlam"))
    assert_exact(mean, column(rows, "mean"))
    assert_exact(mean - lam, column(rows, "mean_minus_lam"))
    assert_exact(pixel(bernoulli_nll, logits, lam), column(rows, "bernoulli_entropy"))
    for x, name in ((0, "log_prob_0"), (1, "log_prob_1"), (0.25, "log_prob_0p25")):
        assert_exact(-pixel(continuous_bernoulli_nll, logits, x), column(rows, name))


def test_the_cost_of_the_mean_is_the_entropy():
    """log p is linear in x, so that the expected cost is the cost of the expectation."""
    for rows, name in ((CB, "eta"), (REFERENCE["cb_by_lambda"], "eta")):
        logits = column(rows, name)
        cost = pixel(continuous_bernoulli_nll, logits, continuous_bernoulli_mean(logits))
        assert_exact(cost, column(rows, "entropy"))


def test_the_divergence_between_two_continuous_bernoullis_is_what_60_digits_say():
    rows = REFERENCE["kl_cb"]
    true, other = column(rows, "eta1"), column(rows, "eta2")
    x = continuous_bernoulli_mean(true)
    kl = pixel(continuous_bernoulli_nll, other, x) - pixel(continuous_bernoulli_nll, true, x)
    assert_exact(kl, column(rows, "kl"))


@each_dtype
def test_everything_follows_from_one_integral(dtype: torch.dtype):
    """∫ e^ηx dx, its mean and its variance, by Gauss-Legendre, across every switch of series."""
    logits = torch.cat([torch.linspace(-20, 20, 4001), torch.tensor([1e-5, -1e-5, 1e-3, -0.25])])
    logits = logits.to(dtype).requires_grad_()
    eta = logits.detach().double().unsqueeze(1)
    nodes, weights = map(torch.from_numpy, np.polynomial.legendre.leggauss(80))
    x, mass = (nodes + 1) / 2, weights / 2 * (eta * (nodes + 1) / 2).exp()
    z = mass.sum(1)
    mean = (mass * x).sum(1) / z
    variance = (mass * (x - mean.unsqueeze(1)).square()).sum(1) / z

    assert_exact(continuous_bernoulli_mean(logits), mean)
    assert_exact(slope(continuous_bernoulli_mean(logits), logits), variance)
    assert_exact(continuous_bernoulli_variance(logits), variance)
    third = (mass * (x - mean.unsqueeze(1)) ** 3).sum(1) / z  # the variance's slope: skewness
    got = slope(continuous_bernoulli_variance(logits), logits).double()
    torch.testing.assert_close(got, third, atol=4 * TOLERANCE[dtype]["atol"], rtol=1e-5)
    for value in (0.0, 0.25, 0.5, 1.0):
        cost = pixel(continuous_bernoulli_nll, logits, value)
        assert_exact(cost, z.log() - eta.squeeze(1) * value)
        assert_exact(slope(cost, logits), mean - value)
    log_norm = continuous_bernoulli_log_norm(logits)
    assert_exact(log_norm, torch.nn.functional.softplus(eta.squeeze(1)) - z.log())
    assert_exact(slope(log_norm, logits), eta.squeeze(1).sigmoid() - mean)


@pytest.mark.parametrize("eta", [-50.0, -9.21024, -1.0, -0.3, 0.0, 1e-4, 0.999, 1.001, 7.0, 30.0])
def test_the_continuous_bernoulli_is_a_density(eta: float):
    assert mass_on_unit_interval(continuous_bernoulli_nll, eta) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("eta", [-50.0, -9.21024, -0.3, 0.0, 0.4999, 7.0])
def test_quadrature_finds_the_mean_the_variance_and_the_entropy(eta: float):
    logits = torch.tensor([eta], dtype=torch.float64)
    mean = continuous_bernoulli_mean(logits)

    def expected(value) -> float:
        def weighed(x: float) -> float:
            cost = pixel(continuous_bernoulli_nll, logits, x).item()
            return math.exp(-cost) * value(x, cost)

        return integrate.quad(weighed, 0, 1, points=[0.01, 0.1])[0]

    assert expected(lambda x, _: x) == pytest.approx(mean.item(), abs=1e-9)
    about = expected(lambda x, _: (x - mean.item()) ** 2)
    assert about == pytest.approx(continuous_bernoulli_variance(logits).item(), abs=1e-9)
    entropy = pixel(continuous_bernoulli_nll, logits, mean).item()
    assert expected(lambda _, cost: cost) == pytest.approx(entropy, abs=1e-9)


@each_dtype
@pytest.mark.parametrize(
    ("function", "switch"),
    [
        (continuous_bernoulli_log_norm, 0.5),
        (continuous_bernoulli_mean, 0.5),
        (continuous_bernoulli_variance, 1.0),
        (lambda logits: pixel(continuous_bernoulli_nll, logits, 0.3), 0.5),
    ],
    ids=["log C", "mean", "variance", "cost"],
)
def test_nothing_jumps_where_a_series_takes_over(function, switch: float, dtype: torch.dtype):
    for at in (torch.tensor(switch, dtype=dtype), torch.tensor(-switch, dtype=dtype)):
        inside = torch.nextafter(at, torch.zeros_like(at))
        values = function(torch.stack([inside, at]))
        torch.testing.assert_close(values[0], values[1], atol=TOLERANCE[dtype]["atol"], rtol=0)


@pytest.mark.parametrize(("lam", "mass"), [(0.5, 0.500), (0.3, 0.472), (0.1, 0.364), (0.01, 0.213)])
def test_cross_entropy_on_grey_pixels_is_none(lam: float, mass: float):
    """The masses that lesson 7 shows: 1/C(λ)."""
    assert mass_on_unit_interval(bernoulli_nll, math.log(lam / (1 - lam))) == pytest.approx(
        mass, abs=5e-4
    )


def mass_on_unit_interval(nll, eta: float) -> float:
    logits = torch.tensor([eta], dtype=torch.float64)
    return integrate.quad(lambda x: pixel(nll, logits, x).neg().exp().item(), 0, 1)[0]


def test_torch_agrees_where_torch_is_exact():
    """torch's own distribution keeps to 1e-4 only between 0.05 and 8 (pytorch #72525)."""
    magnitude = torch.linspace(0.05, 8, 300)
    logits = torch.cat([magnitude, -magnitude])
    other = torch.distributions.ContinuousBernoulli(logits=logits)
    torch.testing.assert_close(continuous_bernoulli_mean(logits), other.mean, atol=1e-4, rtol=0)
    for x in (0.0, 0.2, 0.5, 1.0):
        cost = pixel(continuous_bernoulli_nll, logits, x)
        torch.testing.assert_close(
            -cost, other.log_prob(torch.full_like(logits, x)), atol=1e-4, rtol=0
        )


@each_dtype
@each_likelihood
def test_no_logit_is_too_large_for_a_cost_or_its_slope(nll, dtype: torch.dtype):
    logits = torch.tensor(EXTREMES, dtype=dtype, requires_grad=True)
    for x in (0.0, 0.3, 1.0):
        cost = pixel(nll, logits, x)
        assert cost.isfinite().all()
        assert slope(cost, logits).isfinite().all()


@each_dtype
def test_no_logit_is_too_large_for_norm_mean_or_sample(dtype: torch.dtype, rng: torch.Generator):
    logits = torch.tensor(EXTREMES, dtype=dtype, requires_grad=True)
    for value in (
        continuous_bernoulli_log_norm(logits),
        continuous_bernoulli_mean(logits),
        continuous_bernoulli_variance(logits),
        continuous_bernoulli_sample(logits, rng),
    ):
        assert value.isfinite().all()
        assert slope(value, logits).isfinite().all()


@each_dtype
def test_far_out_a_pixel_is_an_exponential_distribution(dtype: torch.dtype):
    """Of rate |η|, seen from the nearer end: mean 1/|η|, log density log |η| - |η| x."""
    for size in (1e3, 1e10, 1e30):
        dark = torch.tensor([-size], dtype=dtype)
        assert continuous_bernoulli_mean(dark).item() == pytest.approx(1 / size, rel=1e-6)
        assert continuous_bernoulli_mean(-dark).item() == pytest.approx(1 - 1 / size, rel=1e-6)
        for end, logits in ((0.0, dark), (1.0, -dark)):
            cost = pixel(continuous_bernoulli_nll, logits, end).item()
            assert cost == pytest.approx(-math.log(size), rel=1e-6)
            assert pixel(continuous_bernoulli_nll, logits, 1 - end).item() == pytest.approx(
                size - math.log(size), rel=1e-6
            )
            norm = continuous_bernoulli_log_norm(logits).item()
            assert norm == pytest.approx(math.log(size), rel=1e-6)
            if size < 1e20 or dtype == torch.float64:  # 1e-60 is no float32
                variance = continuous_bernoulli_variance(logits).item()
                assert variance == pytest.approx(1 / size**2, rel=1e-6, abs=0)


def test_slopes_equal_finite_differences_on_both_sides_of_every_switch():
    logits = torch.tensor(
        [0.0, -0.0, 1e-7, 0.3, 0.4999999, 0.5, 0.7, 0.9999999, 1.0, 1.0000001, 4.0, 12.0],
        dtype=torch.float64,
    )
    logits = torch.cat([logits, -logits]).unsqueeze(1).requires_grad_()
    x = torch.rand(logits.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for function in (
        continuous_bernoulli_log_norm,
        continuous_bernoulli_mean,
        continuous_bernoulli_variance,
        lambda logits: continuous_bernoulli_nll(logits, x),
        lambda logits: bernoulli_nll(logits, x),
        lambda logits: gaussian_nll(logits, x, 0.05),
    ):
        assert torch.autograd.gradcheck(function, logits)


@each_dtype
def test_the_logits_of_a_mean_are_what_60_digits_say(dtype: torch.dtype):
    rows = REFERENCE["inverse_mean"]
    got = continuous_bernoulli_logits(column(rows, "mean", dtype))
    if dtype == torch.float64:
        assert_exact(got, column(rows, "eta"))
    else:  # a mean of 0.99 that float32 rounds by 2e-8 has a logit that moves by 2e-8 * 100²
        torch.testing.assert_close(got.double(), column(rows, "eta"), atol=1e-6, rtol=3e-6)


@given(st.floats(0, 1))
def test_the_mean_of_a_mean_s_logits_is_that_mean(mean: float):
    wanted = torch.tensor([mean], dtype=torch.float64)
    got = continuous_bernoulli_mean(continuous_bernoulli_logits(wanted))
    torch.testing.assert_close(got, wanted, atol=1e-15, rtol=1e-12)


@given(st.floats(-100, 100))
def test_the_logits_of_a_logit_s_mean_are_that_logit(eta: float):
    wanted = torch.tensor([eta], dtype=torch.float64)
    got = continuous_bernoulli_logits(continuous_bernoulli_mean(wanted))
    torch.testing.assert_close(got, wanted, atol=1e-13, rtol=1e-12)


def test_only_means_between_0_and_1_have_logits():
    ends = continuous_bernoulli_logits(torch.tensor([0.0, 0.5, 1.0]))
    assert ends.tolist() == [-math.inf, pytest.approx(0), math.inf]
    for mean in (-1e-6, 1.000001, math.nan):
        with pytest.raises(ValueError, match=r"lies in \[0, 1\]"):
            continuous_bernoulli_logits(torch.tensor([mean]))


def test_a_draw_lies_below_a_quantile_exactly_where_its_uniform_number_does():
    count = 3000
    uniform = torch.rand(count, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    for row in CB:
        logits = torch.full((count,), float(row["eta"]), dtype=torch.float64)
        drawn = continuous_bernoulli_sample(logits, torch.Generator().manual_seed(1))
        for share, quantile in row["icdf"].items():
            assert torch.equal(drawn <= quantile, uniform <= float(share)), row["eta"]
        for x, probability in row["cdf"].items():
            assert torch.equal(drawn <= float(x), uniform <= probability), row["eta"]


@each_dtype
def test_draws_are_scipy_s_quantiles_of_a_truncated_exponential(dtype: torch.dtype):
    magnitude = torch.logspace(-7, 2, 400, dtype=dtype)
    uniform = torch.rand(400, generator=torch.Generator().manual_seed(2), dtype=dtype)
    rate, share = magnitude.double().numpy(), uniform.double().numpy()
    falling = stats.truncexpon(rate, scale=1 / rate)
    for logits, want in ((-magnitude, falling.ppf(share)), (magnitude, 1 - falling.ppf(1 - share))):
        drawn = continuous_bernoulli_sample(logits, torch.Generator().manual_seed(2))
        assert_exact(drawn, torch.from_numpy(want))


@pytest.mark.parametrize("row", CB, ids=lambda row: row["eta"])
def test_draws_have_the_mean_and_variance_that_60_digits_say(row: dict):
    count = 100_000
    logits = torch.full((count,), float(row["eta"]))
    drawn = continuous_bernoulli_sample(logits, torch.Generator().manual_seed(3)).double()
    assert drawn.min() >= 0 and drawn.max() <= 1
    error = math.sqrt(row["var"] / count)
    assert drawn.mean().item() == pytest.approx(row["mean"], abs=4 * error)
    assert drawn.var().item() == pytest.approx(row["var"], rel=4 * math.sqrt(8 / count))


def test_draws_come_from_the_given_generator_alone(rng: torch.Generator):
    logits, before = torch.linspace(-30, 30, 50), torch.random.get_rng_state()
    first, second = (continuous_bernoulli_sample(logits, rng) for _ in range(2))
    assert torch.equal(first, continuous_bernoulli_sample(logits, rng.manual_seed(0)))
    assert not torch.equal(first, second)
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_coin_flip_costs_log_2_nats_per_pixel():
    x = torch.ones(3, 1, 28, 28)
    cost = bernoulli_nll(torch.zeros_like(x), x)
    torch.testing.assert_close(cost, torch.full((3,), 784 * math.log(2)), atol=1e-3, rtol=0)


@pytest.mark.parametrize(("x", "entropy"), REFERENCE["bce_floor"]["values"].items())
def test_a_grey_pixel_costs_at_least_its_entropy(x: str, entropy: float):
    logits = torch.logit(torch.tensor([float(x)], dtype=torch.float64)).requires_grad_()
    cost = pixel(bernoulli_nll, logits, float(x))
    assert_exact(cost, torch.tensor([entropy], dtype=torch.float64))
    assert slope(cost, logits).item() == pytest.approx(0, abs=1e-15)
    assert (pixel(bernoulli_nll, logits + torch.tensor([-0.1, 0.1]), float(x)) > entropy).all()


@pytest.mark.parametrize("variance", [0.01, 0.5, 3.0])
def test_the_gaussian_cost_is_torch_s_normal_density(variance: float, rng: torch.Generator):
    logits = 3 * torch.randn(4, 1, 5, 7, generator=rng)
    x = torch.rand(4, 1, 5, 7, generator=rng)
    normal = torch.distributions.Normal(logits.sigmoid(), math.sqrt(variance))
    torch.testing.assert_close(
        gaussian_nll(logits, x, variance), -normal.log_prob(x).sum((1, 2, 3)), rtol=1e-5, atol=1e-5
    )


def test_squared_error_is_a_gaussian_with_variance_one_half(rng: torch.Generator):
    logits, x = torch.randn(2, 6, generator=rng), torch.rand(2, 6, generator=rng)
    cost = gaussian_nll(logits, x, 0.5)
    better = gaussian_nll(torch.logit(x), x, 0.5)
    squared_error = (x - logits.sigmoid()).square().sum(1)
    torch.testing.assert_close(cost - better, squared_error, rtol=1e-5, atol=1e-5)


@each_likelihood
def test_costs_are_sums_over_pixels_one_an_image(nll, rng: torch.Generator):
    logits = 5 * torch.randn(6, 1, 28, 28, generator=rng)
    x = torch.rand(6, 1, 28, 28, generator=rng)
    cost = nll(logits, x)
    assert cost.shape == (6,)
    by_pixel = pixel(nll, logits.flatten(), x.flatten()).view(6, 784)
    torch.testing.assert_close(cost, by_pixel.sum(1), rtol=1e-5, atol=1e-3)


@each_dtype
def test_the_divergence_from_the_prior_is_what_60_digits_say(dtype: torch.dtype):
    rows = REFERENCE["kl_normal"]
    mean = column(rows, "mu", dtype).unsqueeze(1).requires_grad_()
    logvar = column(rows, "logvar", dtype).unsqueeze(1).requires_grad_()
    kl = kl_standard_normal(mean, logvar)
    assert_exact(kl, column(rows, "kl"))
    assert_exact(slope(kl, mean).squeeze(1), column(rows, "dkl_dmu"))
    assert_exact(slope(kl, logvar).squeeze(1), column(rows, "dkl_dlogvar"))


def test_the_divergence_is_a_sum_over_latents():
    batch = REFERENCE["kl_normal_batch"]
    mean, logvar = (
        torch.tensor([[float(v) for v in row] for row in batch[name]], dtype=torch.float64)
        for name in ("mu", "logvar")
    )
    per_element = torch.tensor(batch["kl_per_element"], dtype=torch.float64)
    assert_exact(kl_per_latent(mean, logvar), per_element)
    mean_of_sums = torch.tensor(batch["sum_over_latent_mean_over_batch"], dtype=torch.float64)
    assert_exact(kl_standard_normal(mean, logvar).mean(), mean_of_sums)


def test_the_divergence_of_a_real_model_s_clouds_is_the_mean_of_log_q_over_p(
    model, digits: Digits, rng: torch.Generator
):
    with torch.no_grad():
        mean, logvar = model.posterior(to_float(digits.test_images[:30]))
    cloud, prior = Normal(mean.double(), (logvar.double() / 2).exp()), Normal(0.0, 1.0)
    z = cloud.mean + cloud.stddev * torch.randn(20_000, *mean.shape, generator=rng)
    ratio = (cloud.log_prob(z) - prior.log_prob(z)).sum(2)
    error = ratio.std(0) / 20_000**0.5
    assert ((kl_standard_normal(mean, logvar) - ratio.mean(0)).abs() < 4.5 * error).all()
    assert (error < 0.05).all()


def test_the_divergence_is_torch_s(rng: torch.Generator):
    mean, logvar = (2 * torch.randn(50, 20, generator=rng) for _ in range(2))
    posterior = torch.distributions.Normal(mean, (logvar / 2).exp())
    kl = torch.distributions.kl_divergence(posterior, torch.distributions.Normal(0.0, 1.0))
    torch.testing.assert_close(kl_standard_normal(mean, logvar), kl.sum(1))


@pytest.mark.parametrize(
    ("mean", "sigma", "nats"), [(0, 1, 0), (1, 1, 0.5), (0, 0.5, 0.318), (2, 0.1, 3.808)]
)
def test_the_four_clouds_of_the_lesson_cost_what_it_says(mean: float, sigma: float, nats: float):
    kl = kl_standard_normal(torch.tensor([[float(mean)]]), torch.tensor([[2 * math.log(sigma)]]))
    assert kl.item() == pytest.approx(nats, abs=5e-4)


@pytest.mark.parametrize("latents", ["d2", "d10"])
def test_the_seed_s_factors_are_the_betas_that_were_worked_out_for_them(latents: str):
    """Its loss: rf times the mean over 784 pixels, plus the mean over d latents."""
    d = int(latents[1:])
    for factor, beta in REFERENCE["seed_rf_to_beta"][latents].items():
        pixels = Reduction(784, averaged=True, factor=float(factor))
        assert equivalent_beta(pixels, Reduction(d, averaged=True)) == pytest.approx(beta)


@pytest.mark.parametrize("pixels_averaged", [True, False])
@pytest.mark.parametrize("latents_averaged", [True, False])
def test_the_equivalent_beta_gives_the_same_gradient_up_to_a_factor(
    pixels_averaged: bool, latents_averaged: bool, rng: torch.Generator
):
    """Every way to reduce, as a code would write it, against sums with that β."""
    logits, mean, logvar = (torch.randn(1, n, generator=rng).double() for n in (12, 3, 3))
    logits.requires_grad_()
    mean.requires_grad_()
    x = torch.rand(1, 12, generator=rng).double()
    bce = torch.nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="none")
    kl = 0.5 * (mean.square() + logvar.exp() - 1 - logvar)
    theirs = 7 * (bce.mean() if pixels_averaged else bce.sum())
    theirs = theirs + 0.3 * (kl.mean() if latents_averaged else kl.sum())
    beta = equivalent_beta(Reduction(12, pixels_averaged, 7.0), Reduction(3, latents_averaged, 0.3))
    ours = bernoulli_nll(logits, x) + beta * kl_standard_normal(mean, logvar)
    factor = 7 / 12 if pixels_averaged else 7
    for variable in (logits, mean):
        (of_theirs,) = torch.autograd.grad(theirs, variable, retain_graph=True)
        (of_ours,) = torch.autograd.grad(ours.sum(), variable, retain_graph=True)
        torch.testing.assert_close(of_theirs, factor * of_ours)


def test_summed_squared_error_is_the_gaussian_of_variance_one_half(rng: torch.Generator):
    """And so one of another variance τ² charges β / 2τ² for the same loss."""
    logits, x = (torch.rand(4, 9, generator=rng).double() for _ in range(2))
    squared = (logits.sigmoid() - x).square().sum(1)
    for variance in (0.5, 0.05):
        ours = gaussian_nll(logits, x, variance) - 4.5 * math.log(2 * math.pi * variance)
        torch.testing.assert_close(2 * variance * ours, squared)
