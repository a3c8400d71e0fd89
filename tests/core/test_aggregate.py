"""The aggregate posterior against sums over torch's and scikit-learn's densities, and draws."""

import math

import pytest
import torch
from sklearn.neighbors import KernelDensity
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from core import aggregate, evaluation, latent
from core.data import Digits
from core.latent import Codes


def some_codes(images: int, latent: int, sigma: float = 0.3) -> Codes:
    rng = torch.Generator().manual_seed(3)
    mean = 1.5 * torch.randn(images, latent, generator=rng)
    return Codes(mean, 2 * math.log(sigma) + torch.randn(images, latent, generator=rng))


def mixture(codes: Codes) -> MixtureSameFamily:
    """The same average, as torch knows it."""
    assert codes.logvar is not None
    clouds = Independent(Normal(codes.mean.double(), (codes.logvar.double() / 2).exp()), 1)
    return MixtureSameFamily(Categorical(torch.ones(len(codes.mean))), clouds)


@pytest.mark.parametrize("latent", [1, 2, 5])
def test_the_density_is_the_average_of_the_clouds(latent, rng):
    codes = some_codes(40, latent)
    z = 2 * torch.randn(700, latent, generator=rng)
    torch.testing.assert_close(aggregate.log_density(codes, z), mixture(codes).log_prob(z.double()))


def test_a_real_model_s_density_is_a_sum_of_torch_s_kernels(model, digits: Digits, rng):
    codes = latent.encode(model, digits.test_images[:60])
    assert codes.logvar is not None
    sigma = (codes.logvar.double() / 2).exp()
    z = torch.cat([codes.mean[:40], 2 * torch.randn(200, 2, generator=rng)])
    kernels = [
        Normal(mean, radius).log_prob(z.double()).sum(1).exp()
        for mean, radius in zip(codes.mean.double(), sigma, strict=True)
    ]
    found = aggregate.log_density(codes, z).exp()
    torch.testing.assert_close(found, torch.stack(kernels).mean(0), rtol=1e-6, atol=1e-12)


def test_clouds_of_one_size_are_a_kernel_density(rng):
    mean = torch.randn(60, 2, generator=rng)
    codes = Codes(mean, torch.full((60, 2), 2 * math.log(0.25)))
    z = torch.randn(50, 2, generator=rng)
    kernels = KernelDensity(bandwidth=0.25).fit(mean.numpy())
    expected = torch.from_numpy(kernels.score_samples(z.numpy()))
    torch.testing.assert_close(aggregate.log_density(codes, z), expected, atol=1e-4, rtol=0)


def test_far_and_narrow_clouds_lose_no_precision():
    codes = Codes(torch.tensor([[50.0, -30.0]]), torch.full((1, 2), 2 * math.log(0.003)))
    z = torch.tensor([[50.003, -30.0]])
    expected = mixture(codes).log_prob(z.double())
    torch.testing.assert_close(aggregate.log_density(codes, z), expected, atol=1e-3, rtol=0)


def test_the_cells_of_a_grid_hold_what_draws_put_into_them():
    codes = some_codes(30, 2)
    x, y = torch.linspace(-5, 5, 11), torch.linspace(-4, 4, 9)
    torch.manual_seed(0)
    drawn = mixture(codes).sample((200_000,))
    counted = torch.histogramdd(
        drawn, [x.double(), y.double()], weight=torch.ones(len(drawn)).double()
    ).hist
    masses = aggregate.masses(codes, x, y)
    assert masses.shape == (8, 10)
    torch.testing.assert_close(masses.double(), counted.T / len(drawn), atol=2e-3, rtol=0)


def test_a_cloud_smaller_than_a_cell_still_weighs_all_it_has():
    codes = Codes(torch.tensor([[0.31, -0.42]]), torch.full((1, 2), 2 * math.log(1e-4)))
    edges = torch.linspace(-1, 1, 5)
    masses = aggregate.masses(codes, edges, edges)
    assert masses[1, 2].item() == pytest.approx(1)  # rows upwards: y from -0.5 to 0
    assert masses.sum().item() == pytest.approx(1)


def test_marginals_are_the_sums_of_the_plane():
    codes = some_codes(30, 2)
    edges, everything = torch.linspace(-4, 4, 9), torch.tensor([-100.0, 100.0])
    both = aggregate.masses(codes, edges, everything)[0]
    torch.testing.assert_close(aggregate.marginal_masses(codes, 0, edges), both)
    both = aggregate.masses(codes, everything, edges)[:, 0]
    torch.testing.assert_close(aggregate.marginal_masses(codes, 1, edges), both)


def test_the_average_kl_splits_into_information_and_distance_from_the_prior(rng):
    """Both found by quadrature over the plane with torch's densities."""
    codes = some_codes(25, 2)
    axis = torch.arange(-9, 9, 0.03).double()
    z = torch.cartesian_prod(axis, axis)
    log_q = mixture(codes).log_prob(z)
    prior = Independent(Normal(torch.zeros(2), torch.ones(2)), 1)
    log_p = prior.log_prob(z)
    to_prior = (log_q.exp() * (log_q - log_p)).sum().item() * 0.03**2
    found = aggregate.account(codes, rng, draws=40_000)
    assert found.to_prior == pytest.approx(to_prior, abs=4 * found.error + 0.002)
    assert codes.logvar is not None
    clouds = Independent(Normal(codes.mean, (codes.logvar / 2).exp()), 1)
    kl = torch.distributions.kl_divergence(clouds, prior.expand((25,))).mean().item()
    assert found.mean_kl == pytest.approx(kl, rel=1e-5)
    assert found.information + found.to_prior == pytest.approx(found.mean_kl)


def test_information_is_all_of_log_n_where_clouds_keep_apart_and_none_where_they_agree(rng):
    apart = Codes(torch.arange(50.0).view(-1, 1) * 10, torch.zeros(50, 1))
    assert aggregate.account(apart, rng).information == pytest.approx(math.log(50), abs=1e-3)
    same = Codes(torch.zeros(50, 3), torch.zeros(50, 3))
    found = aggregate.account(same, rng)
    assert found.information == pytest.approx(0, abs=1e-9)
    assert found.to_prior == pytest.approx(0, abs=1e-9)
    assert found.ceiling == pytest.approx(math.log(50))


def test_information_never_passes_its_ceiling(rng):
    found = aggregate.account(some_codes(80, 20, sigma=0.01), rng)
    assert found.information <= found.ceiling + 1e-9


def test_the_variance_of_the_average_is_that_of_the_means_and_the_clouds():
    codes = some_codes(40, 3)
    torch.manual_seed(0)
    drawn = mixture(codes).sample((200_000,))
    of_means, of_clouds = aggregate.variances(codes)
    torch.testing.assert_close(of_means + of_clouds, drawn.var(0).float(), rtol=0.02, atol=0)
    torch.testing.assert_close(of_means, codes.mean.var(0, correction=0))


def test_draws_from_a_real_model_s_clouds_vary_by_the_means_and_by_the_clouds(
    model, digits: Digits, rng
):
    codes = latent.encode(model, digits.test_images[:200])
    assert codes.logvar is not None
    within = (codes.logvar / 2).exp() * torch.randn(2000, 200, 2, generator=rng)
    of_means, of_clouds = aggregate.variances(codes)
    drawn = (codes.mean + within).flatten(0, 1)
    torch.testing.assert_close(of_clouds, within.flatten(0, 1).var(0), rtol=0.01, atol=0)
    torch.testing.assert_close(of_means + of_clouds, drawn.var(0), rtol=0.01, atol=0)


def test_an_image_shares_a_code_by_the_density_of_its_cloud_there():
    codes = some_codes(40, 2)
    assert codes.logvar is not None
    z = torch.tensor([[0.4, -0.2]])
    clouds = Independent(Normal(codes.mean, (codes.logvar / 2).exp()), 1)
    density = clouds.log_prob(z).exp()
    shared = aggregate.sharers(codes, z)
    torch.testing.assert_close(shared.weight, density / density.sum())
    assert 1 <= shared.effective <= 40


def test_near_is_counted_in_mean_radii_and_covering_in_a_clouds_own():
    mean = torch.tensor([[0.0, 0.0], [0.9, 0.0], [0.0, 1.9]])
    sigma = torch.tensor([[1.0, 1.0], [0.5, 1.0], [1.5, 4.0]])  # mean radii 1 and 2
    codes = Codes(mean, 2 * sigma.log())
    shared = aggregate.sharers(codes, torch.zeros(1, 2))
    assert shared.near.tolist() == [True, True, True]
    assert shared.covering.tolist() == [True, False, True]
    assert aggregate.sharers(codes, torch.zeros(1, 2), 0.5).near.tolist() == [True, False, False]
    apart = Codes(torch.tensor([[1.9, 0.0], [0.0, 1.9], [2.1, 0.0]]), torch.zeros(3, 2))
    assert aggregate.sharers(apart, torch.zeros(1, 2), 2.0).near.tolist() == [True, True, False]
    far = aggregate.sharers(codes, torch.full((1, 2), 40.0))
    assert not far.near.any() and far.weight.sum().item() == pytest.approx(1)


def test_all_clouds_share_a_code_alike_where_the_posterior_collapsed():
    collapsed = Codes(torch.zeros(30, 2), torch.zeros(30, 2))
    shared = aggregate.sharers(collapsed, torch.tensor([[0.3, 0.3]]))
    assert shared.near.all() and shared.covering.all()
    assert shared.effective == pytest.approx(30)


def test_points_have_no_average_density():
    with pytest.raises(ValueError, match="points"):
        aggregate.log_density(Codes(torch.zeros(3, 2), None), torch.zeros(1, 2))


def test_spread_and_radius_lie_on_the_quarter_circle_where_the_average_is_the_prior():
    """Clouds of one size whose means fill up what is missing: N(0, 1 - σ²) and σ."""
    rng = torch.Generator().manual_seed(0)
    for sigma in (0.1, 0.6, 0.95):
        mean = (1 - sigma**2) ** 0.5 * torch.randn(20_000, 1, generator=rng)
        codes = Codes(mean, torch.full((20_000, 1), 2 * math.log(sigma)))
        spread, radius = evaluation.codes.code_spread(codes), evaluation.codes.mean_radius(codes)
        assert (spread**2 + radius**2).item() == pytest.approx(1, abs=0.02)
