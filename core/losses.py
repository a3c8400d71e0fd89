"""What it costs to explain an image: likelihoods and the KL divergence, in nats per image.

Every likelihood takes the decoder's *logits*, never probabilities: a probability of
1 - 1e-9 has no place in float32, a logit of 20 has. Costs are summed over pixels and over
latents and given one per image; the mean over a batch is the caller's. Left out: anything
that learns. A loss only says how wrong a guess was. A third likelihood, `continuous_bernoulli`,
takes a file of its own.
"""

import math
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor


def bernoulli_nll(
    logits: Float[Tensor, "batch *pixels"], x: Float[Tensor, "batch *pixels"]
) -> Float[Tensor, " batch"]:
    """Binary cross-entropy, -sum x log λ + (1-x) log(1-λ) with λ = sigmoid(logits), nats per image.

    A log-likelihood only where x is 0 or 1. On grey pixels it still has its optimum at λ = x,
    where it costs the entropy of x, not 0 (45.5 nats for an average MNIST test image).
    """
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)


def gaussian_nll(
    logits: Float[Tensor, "batch *pixels"], x: Float[Tensor, "batch *pixels"], variance: float
) -> Float[Tensor, " batch"]:
    """-log N(x; sigmoid(logits), variance I), nats per image, its constant included.

    "Summed squared error plus KL" is this likelihood with variance 1/2.
    """
    squared_error = (x - logits.sigmoid()).square() / variance
    return 0.5 * (squared_error + math.log(2 * math.pi * variance)).flatten(1).sum(1)


def kl_standard_normal(
    mean: Float[Tensor, "batch latent"], logvar: Float[Tensor, "batch latent"]
) -> Float[Tensor, " batch"]:
    """KL( N(mean, exp(logvar)) || N(0, I) ) in closed form, nats per image.

    Kingma & Welling 2014 (arXiv:1312.6114), appendix B.
    """
    return kl_per_latent(mean, logvar).sum(1)


def kl_per_latent(
    mean: Float[Tensor, "batch latent"], logvar: Float[Tensor, "batch latent"]
) -> Float[Tensor, "batch latent"]:
    """The terms of `kl_standard_normal`, one a latent dimension: where the nats are spent."""
    return 0.5 * (mean.square() + torch.expm1(logvar) - logvar)


class Reduction(NamedTuple):
    """How a code sums up one term of its loss."""

    size: int  # how many pixels, or latents
    averaged: bool  # over them, rather than summed
    factor: float = 1.0  # what the term is then multiplied by

    @property
    def weight(self) -> float:
        """What a single pixel's or latent's nats weigh in the loss."""
        return self.factor / self.size if self.averaged else self.factor


def equivalent_beta(pixels: Reduction, latents: Reduction) -> float:
    """The β of the same loss written with sums, as everywhere here, up to a common factor.

    β = (weight of a latent) / (weight of a pixel). Where a code charges the squared error, this
    β belongs to the Gaussian of variance 1/2, whose cost that is up to a constant; read as a
    Gaussian of another variance τ², the same loss has β / 2τ².
    """
    return latents.weight / pixels.weight


def __getattr__(name: str) -> Any:
    """The continuous Bernoulli's names, asked for here: they stand on a rung of their own."""
    if name.startswith("continuous_bernoulli_"):
        from core import continuous_bernoulli

        return getattr(continuous_bernoulli, name)
    raise AttributeError(f"core.losses has no {name!r}")
