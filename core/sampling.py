"""Where to sample: four answers to "a random point in latent space".

Each takes the same `Noise`, so that samplers, models and moments of a training can be
compared on the same draw. Only the prior is a promise that a VAE's training was paid to keep;
the others are fitted to the codes afterwards (Ghosh et al. 2020, arXiv:1903.12436).
"""

import math
from typing import Any, Literal, NamedTuple

import torch
from jaxtyping import Float
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits
from torch import Tensor

Sampler = Literal["box", "prior", "gaussian", "mixture"]
NARROWEST = 1e-9  # variance that a part of a mixture keeps, in units of the codes' largest


class Noise(NamedTuple):
    """One draw, to be used by any sampler."""

    epsilon: Float[Tensor, "samples latent"]  # from N(0, I)
    choice: Float[Tensor, " samples"]  # uniform in [0, 1): which part of a mixture


def draw(samples: int, latent_dim: int, rng: torch.Generator) -> Noise:
    """Fresh noise."""
    return Noise(
        torch.randn(samples, latent_dim, generator=rng), torch.rand(samples, generator=rng)
    )


def prior(noise: Noise) -> Float[Tensor, "samples latent"]:
    """z = ε, from N(0, I): what a VAE is trained for, and arbitrary for an autoencoder."""
    return noise.epsilon


def box(codes: Float[Tensor, "codes latent"], noise: Noise) -> Float[Tensor, "samples latent"]:
    """Uniform over the codes' bounding box, by way of the normal distribution function of ε."""
    low, high = codes.amin(0), codes.amax(0)
    return low + (high - low) * torch.special.ndtr(noise.epsilon)


class Gaussian(NamedTuple):
    """N(mean, covariance) with the lower-triangular factor of the covariance."""

    mean: Float[Tensor, " latent"]
    factor: Float[Tensor, "latent latent"]

    def sample(self, noise: Noise) -> Float[Tensor, "samples latent"]:
        """z = m + Lε."""
        return self.mean + noise.epsilon @ self.factor.T


def fit_gaussian(codes: Float[Tensor, "codes latent"]) -> Gaussian:
    """The Gaussian of the codes' mean and covariance S = LLᵀ."""
    z, scale = _in_unit_scale(codes)
    covariance = torch.cov(z.T).reshape(z.shape[1], z.shape[1])
    return _gaussian(z.mean(0), covariance, scale)


class Mixture(NamedTuple):
    """Several Gaussians with their weights."""

    weights: Float[Tensor, " parts"]
    parts: tuple[Gaussian, ...]

    def sample(self, noise: Noise) -> Float[Tensor, "samples latent"]:
        """A part by `choice`, then z = m + Lε of that part."""
        part = torch.searchsorted(self.weights.cumsum(0), noise.choice, right=True)
        part = part.clamp(max=len(self.parts) - 1)  # the weights' sum may round to below 1
        every = torch.stack([gaussian.sample(noise) for gaussian in self.parts])
        return every[part, torch.arange(len(noise.choice))]


def fit_mixture(codes: Float[Tensor, "codes latent"], parts: int = 10, seed: int = 0) -> Mixture:
    """A Gaussian mixture with full covariances, fitted by EM (scikit-learn), seeded."""
    z, scale = _in_unit_scale(codes)
    with threadpool_limits(1):  # matrices this small: on busy cores threads were 100 times slower
        em = GaussianMixture(parts, random_state=seed, reg_covar=NARROWEST)
        fitted: Any = em.fit(z.numpy())
    return Mixture(
        torch.from_numpy(fitted.weights_).float(),
        tuple(
            _gaussian(torch.from_numpy(mean), torch.from_numpy(covariance), scale)
            for mean, covariance in zip(fitted.means_, fitted.covariances_, strict=True)
        ),
    )


def _in_unit_scale(codes: Tensor) -> tuple[Tensor, float]:
    """Codes divided by a power of two near their largest deviation, in float64, and that power.

    A decoder bears codes of any size, so the squares of some have no place in float32. Dividing
    by a power of two rounds nothing.
    """
    z = codes.double()
    widest = z.std(0).max().item()
    scale = 2.0 ** round(math.log2(widest)) if widest > 0 else 1.0
    return z / scale, scale


def _gaussian(mean: Tensor, covariance: Tensor, scale: float) -> Gaussian:
    """Back in the codes' own scale, float32; a collapsed direction gets a variance of 1e-12."""
    jitter = 1e-12 * (1 + covariance.diagonal().max())
    factor = torch.linalg.cholesky(covariance + jitter * torch.eye(len(mean), dtype=torch.float64))
    return Gaussian((scale * mean).float(), (scale * factor).float())
