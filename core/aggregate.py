"""The aggregate posterior: the average of all clouds, q(z) = 1/N Σ q(z|x_n).

The KL pulls every cloud towards the prior, but it need not put any of them there: what makes
the prior a good place to sample from is that the *average* covers it. On average
KL(q(z|x) || p) = I(x; z) + KL(q(z) || p): what the codes tell about the images, and how far the
average is from the prior (Hoffman & Johnson 2016, "ELBO surgery"). The average here is that of the
N images given, so I is at most log N.
"""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from core.latent import Codes
from core.losses import kl_standard_normal

CHUNK = 500  # places at a time, each against every cloud


def log_density(codes: Codes, z: Float[Tensor, "places latent"]) -> Tensor:
    """log q(z), nats, float64 (places,). The codes are a VAE's."""
    return torch.cat([log_each(codes, part).logsumexp(1) for part in z.split(CHUNK)]) - math.log(
        len(codes.mean)
    )


def log_each(codes: Codes, z: Float[Tensor, "places latent"]) -> Tensor:
    """log q(z|x_n) of every cloud at every place, float64 (places, images)."""
    mean, logvar = _clouds(codes)
    precision = (-logvar).exp()
    # Σ (z - μ)²/σ² multiplied out: three products of matrices. float64 bears the cancellation.
    z = z.double()
    square = (
        z.square() @ precision.T - 2 * z @ (mean * precision).T + (mean.square() * precision).sum(1)
    )
    return -0.5 * (square.clamp(min=0) + (logvar + math.log(2 * math.pi)).sum(1))


def masses(
    codes: Codes, x_edges: Float[Tensor, " x_edges"], y_edges: Float[Tensor, " y_edges"]
) -> Float[Tensor, "rows columns"]:
    """What the average of two-dimensional clouds puts into each cell of a grid, rows upwards.

    Exact, from the normal distribution function, so that a cloud smaller than a cell counts too.
    """
    if codes.mean.shape[1] != 2:
        raise ValueError(f"a plane has 2 latents, these codes have {codes.mean.shape[1]}")
    across, upwards = (
        _between(codes, axis, edges) for axis, edges in enumerate((x_edges, y_edges))
    )
    return (upwards.T @ across / len(codes.mean)).float()


def marginal_masses(
    codes: Codes, latent: int, edges: Float[Tensor, " edges"]
) -> Float[Tensor, " bins"]:
    """What the average of the clouds puts between the edges along one latent."""
    return _between(codes, latent, edges).mean(0).float()


class Account(NamedTuple):
    """Where the average KL goes, nats per image."""

    mean_kl: float  # exact
    information: float  # I(x; z), estimated from draws, at most log N
    to_prior: float  # KL(q(z) || p), the rest
    ceiling: float  # log N
    error: float  # standard error of the information and so of the rest


def account(codes: Codes, rng: torch.Generator, draws: int = 5000) -> Account:
    """E KL(q(z|x) || p) = I(x; z) + KL(q(z) || p), with z drawn from clouds in turn."""
    mean, logvar = _clouds(codes)
    count = len(mean)
    which = torch.randperm(count, generator=rng)[torch.arange(draws) % count]
    epsilon = torch.randn(draws, mean.shape[1], generator=rng, dtype=torch.float64)
    z = mean[which] + (0.5 * logvar[which]).exp() * epsilon
    own = -0.5 * (epsilon.square() + logvar[which] + math.log(2 * math.pi)).sum(1)
    told = own - log_density(codes, z)  # never above log N, for q(z) holds the own cloud's N-th
    kl, information = kl_standard_normal(mean, logvar).mean().item(), told.mean().item()
    error = (told.std() / draws**0.5).item()
    return Account(kl, information, kl - information, math.log(count), error)


class Variances(NamedTuple):
    """The variance of q(z) along each latent: that of the means plus the mean of the clouds'."""

    of_means: Float[Tensor, " latent"]
    of_clouds: Float[Tensor, " latent"]


def variances(codes: Codes) -> Variances:
    """Var q(z) = Var μ + E σ² along each latent (the law of total variance)."""
    mean, logvar = _clouds(codes)
    return Variances(mean.var(0, correction=0).float(), logvar.exp().mean(0).float())


class Sharers(NamedTuple):
    """Which images a code has to stand for."""

    near: Tensor  # their means lie within the reach, an ellipsoid of the mean radii (images,) bool
    covering: Tensor  # their own clouds hold the code within 1 σ (images,) bool
    weight: Float[Tensor, " images"]  # q(z|x_n) / Σ q(z|x_m): their share of the best answer

    @property
    def effective(self) -> float:
        """How many images share the weight: the exponential of its entropy."""
        return torch.special.entr(self.weight.double()).sum().exp().item()


def sharers(codes: Codes, z: Float[Tensor, "1 latent"], reach: float = 1.0) -> Sharers:
    """The images that share the code z.

    `reach` is in mean radii of the clouds. Of all decoders, the one that draws the average of the
    images with these weights at z has the smallest expected cost on them, if its pixels are
    independent and their mean is free (Bernoulli, Gaussian).
    """
    mean, logvar = _clouds(codes)
    offset = (mean - z.double()).square()
    radius = (0.5 * logvar).exp().mean(0)
    near = (offset / radius.square()).sum(1) <= reach**2
    covering = (offset / logvar.exp()).sum(1) <= 1
    return Sharers(near, covering, log_each(codes, z)[0].softmax(0).float())


def _between(codes: Codes, latent: int, edges: Tensor) -> Tensor:
    """How much of each cloud lies between the edges along one latent, float64 (images, bins)."""
    mean, logvar = _clouds(codes)
    sigma = (0.5 * logvar[:, latent : latent + 1]).exp()
    below = torch.special.ndtr((edges.double() - mean[:, latent : latent + 1]) / sigma)
    return below.diff(dim=1)


def _clouds(codes: Codes) -> tuple[Tensor, Tensor]:
    if codes.logvar is None:
        raise ValueError("an autoencoder's codes are points and have no average density")
    return codes.mean.double(), codes.logvar.double()
