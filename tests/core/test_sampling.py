"""Sampling: moments, bounds and shares of each answer to "a random point in latent space"."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from core import sampling
from core.data import Digits
from core.latent import encode
from core.models import ModelConfig, build
from core.sampling import Gaussian, Mixture, Noise

MEAN = torch.tensor([3.0, -1.0])
COVARIANCE = torch.tensor([[2.0, -0.9], [-0.9, 0.5]])


@pytest.fixture
def noise(rng: torch.Generator) -> Noise:
    return sampling.draw(100_000, 2, rng)


@pytest.fixture
def codes() -> torch.Tensor:
    """Codes whose sample mean and covariance are exactly the two above."""
    white = torch.randn(500, 2, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    white -= white.mean(0)
    white = white @ torch.linalg.inv(torch.linalg.cholesky(white.T.cov())).T
    return (white @ torch.linalg.cholesky(COVARIANCE.double()).T + MEAN).float()


def test_noise_is_normal_and_its_choice_uniform(noise: Noise):
    assert noise.epsilon.shape == (100_000, 2) and noise.choice.shape == (100_000,)
    for column in noise.epsilon.T:
        assert stats.kstest(column.numpy(), "norm").pvalue > 0.01
    assert stats.kstest(noise.choice.numpy(), "uniform").pvalue > 0.01
    assert abs(np.corrcoef(noise.epsilon.T.numpy())[0, 1]) < 0.01


def test_noise_comes_from_the_given_generator_alone(rng: torch.Generator):
    before = torch.random.get_rng_state()
    first, second = sampling.draw(5, 3, rng), sampling.draw(5, 3, rng)
    again = sampling.draw(5, 3, rng.manual_seed(0))
    assert torch.equal(first.epsilon, again.epsilon) and torch.equal(first.choice, again.choice)
    assert not torch.equal(first.epsilon, second.epsilon)
    assert torch.equal(before, torch.random.get_rng_state())


def test_every_sampler_turns_the_same_noise_into_the_same_codes(codes: torch.Tensor, noise: Noise):
    for sample in (
        sampling.prior,
        lambda noise: sampling.box(codes, noise),
        lambda noise: sampling.fit_gaussian(codes).sample(noise),
        lambda noise: sampling.fit_mixture(codes, parts=3).sample(noise),
    ):
        z = sample(noise)
        assert z.shape == (100_000, 2) and z.dtype == torch.float32
        assert torch.equal(z, sample(noise))
        # Each code depends on its own noise alone.
        few = Noise(noise.epsilon[10:20], noise.choice[10:20])
        torch.testing.assert_close(sample(few), z[10:20])


def test_the_prior_is_the_noise_itself(noise: Noise):
    assert torch.equal(sampling.prior(noise), noise.epsilon)


def test_the_box_is_filled_evenly_from_wall_to_wall(codes: torch.Tensor, noise: Noise):
    z = sampling.box(codes, noise)
    low, high = codes.amin(0), codes.amax(0)
    assert (z >= low).all() and (z <= high).all()
    for column, start, width in zip(z.T, low, high - low, strict=True):
        assert stats.kstest(column.numpy(), "uniform", (start.item(), width.item())).pvalue > 0.01


def test_the_fitted_gaussian_has_the_codes_moments(codes: torch.Tensor, noise: Noise):
    fitted = sampling.fit_gaussian(codes)
    torch.testing.assert_close(fitted.mean, MEAN)
    torch.testing.assert_close(fitted.factor @ fitted.factor.T, COVARIANCE)
    assert fitted.factor[0, 1] == 0
    z = fitted.sample(noise)
    torch.testing.assert_close(z.mean(0), MEAN, atol=0.02, rtol=0)
    torch.testing.assert_close(z.T.cov(), COVARIANCE, atol=0.03, rtol=0)
    whitened = torch.linalg.solve(torch.linalg.cholesky(COVARIANCE), (z - MEAN).T)
    assert stats.kstest(whitened[1].numpy(), "norm").pvalue > 0.01


def test_one_latent_dimension_is_enough_for_a_gaussian(rng: torch.Generator):
    codes = 2 + 3 * torch.randn(2000, 1, generator=rng)
    fitted = sampling.fit_gaussian(codes)
    assert fitted.mean.item() == pytest.approx(np.mean(codes.numpy()), rel=1e-5)
    assert fitted.factor.item() == pytest.approx(np.std(codes.numpy(), ddof=1), rel=1e-5)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("dim", [2, 20, 64])
def test_latents_that_say_the_same_or_nothing_do_not_stop_the_fit(scale: float, dim: int):
    """An autoencoder with more latents than hidden units has such codes."""
    for seed in range(5):
        codes = scale * torch.randn(200, dim, generator=torch.Generator().manual_seed(seed))
        codes[:, 1] = codes[:, 0]  # the same
        codes[:, -1] = 0 if dim > 2 else codes[:, 0]
        fitted = sampling.fit_gaussian(codes)
        covariance = (fitted.factor @ fitted.factor.T).double()
        limit = 1e-5 * scale**2 + 2e-12
        torch.testing.assert_close(covariance, codes.double().T.cov(), atol=limit, rtol=1e-4)


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_a_fit_is_the_same_for_codes_of_any_size(scale: float, codes: torch.Tensor, noise: Noise):
    """A decoder may shrink its codes again, and then its codes may be as large as float32 bears."""
    for fit in (sampling.fit_gaussian, sampling.fit_mixture):
        plain, scaled = fit(codes).sample(noise), fit(codes * scale).sample(noise)
        torch.testing.assert_close(scaled / scale, plain, rtol=1e-4, atol=1e-4)


def test_one_code_for_every_image_is_fitted_by_a_point(noise: Noise):
    """A dead encoder's."""
    z = sampling.fit_gaussian(torch.full((50, 2), 3.0)).sample(noise)
    torch.testing.assert_close(z, torch.full_like(z, 3.0), rtol=0, atol=1e-5)


def test_a_mixture_fits_codes_of_low_rank(digits: Digits):
    """Three hidden units can only reach three dimensions of latent space."""
    model = build(ModelConfig(latent_dim=20, hidden_dim=3))
    codes = 30 * encode(model, digits.train_images[:400]).mean
    mixture = sampling.fit_mixture(codes)
    z = mixture.sample(sampling.draw(1000, 20, torch.Generator().manual_seed(0)))
    assert z.isfinite().all()
    assert np.linalg.matrix_rank(z.numpy(), tol=0.5) == 3


def test_a_mixture_draws_each_part_as_often_as_its_weight_says(noise: Noise):
    weights = torch.tensor([0.2, 0.5, 0.3])
    centres = torch.tensor([[-50.0, 0.0], [0.0, 50.0], [50.0, 0.0]])
    factor = torch.tensor([[1.0, 0.0], [-0.5, 0.3]])
    mixture = Mixture(weights, tuple(Gaussian(centre, factor) for centre in centres))
    z = mixture.sample(noise)
    part = torch.cdist(z, centres).argmin(1)
    counts = part.bincount()
    assert stats.chisquare(counts.numpy(), [20_000, 50_000, 30_000]).pvalue > 0.01
    for number, centre in enumerate(centres):
        own = z[part == number]
        torch.testing.assert_close(own.mean(0), centre, atol=0.03, rtol=0)
        torch.testing.assert_close(own.T.cov(), factor @ factor.T, atol=0.03, rtol=0)


def test_weights_that_round_to_less_than_one_still_choose_a_part():
    parts = tuple(Gaussian(torch.tensor([float(n)]), torch.zeros(1, 1)) for n in range(3))
    mixture = Mixture(torch.tensor([0.2, 0.5, 0.2999]), parts)
    noise = Noise(torch.zeros(4, 1), torch.tensor([0.0, 0.2, 0.69, 0.99999]))
    assert mixture.sample(noise).flatten().tolist() == [0, 1, 1, 2]


def test_a_fitted_mixture_recovers_the_clouds_it_was_drawn_from():
    rng = torch.Generator().manual_seed(1)
    centres = torch.tensor([[-20.0, 0.0], [0.0, 20.0], [20.0, 5.0]])
    sizes = [200, 300, 500]
    factor = torch.tensor([[1.0, 0.0], [-0.8, 0.5]])
    codes = torch.cat(
        [
            c + torch.randn(n, 2, generator=rng) @ factor.T
            for c, n in zip(centres, sizes, strict=True)
        ]
    )
    mixture = sampling.fit_mixture(codes, parts=3, seed=0)
    assert mixture.weights.sum().item() == pytest.approx(1, abs=1e-6)
    order = sorted(range(3), key=lambda part: mixture.parts[part].mean[0].item())
    torch.testing.assert_close(
        mixture.weights[order], torch.tensor([0.2, 0.3, 0.5]), atol=1e-3, rtol=0
    )
    for part, centre, size in zip(order, centres, sizes, strict=True):
        found = mixture.parts[part]
        error = 5 / math.sqrt(size)
        torch.testing.assert_close(found.mean, centre, atol=error, rtol=0)
        covariance = found.factor @ found.factor.T
        torch.testing.assert_close(covariance, factor @ factor.T, atol=error, rtol=0)
    same = sampling.fit_mixture(codes, parts=3, seed=0)
    assert torch.equal(mixture.weights, same.weights)
