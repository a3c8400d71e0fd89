"""The continuous Bernoulli: a likelihood for pixels that are grey.

Binary cross-entropy charges grey pixels as if they were coins. Divided by its integral over
[0, 1] it becomes a density, C(λ) λ^x (1-λ)^(1-x), and all that is new is that constant: its
logarithm, and the mean and the draws that follow from it, each exact in float32 at any logit.
The end of the file makes it known to the models. Left out: what other ways of computing log C
lose, which `numerics.py` shows.

Loaiza-Ganem & Cunningham 2019 (arXiv:1907.06845).
"""

import math
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from core.models.config import ModelConfig
from core.models.likelihoods import DISTRIBUTIONS, PixelDistribution


def continuous_bernoulli_nll(
    logits: Float[Tensor, "batch *pixels"], x: Float[Tensor, "batch *pixels"]
) -> Float[Tensor, " batch"]:
    """-log p(x | λ) of the continuous Bernoulli C(λ) λ^x (1-λ)^(1-x), nats per image.

    A density on [0, 1], so it may be negative, and without a bound on |logits| it has no
    minimum on images with pixels of exactly 0 or 1. The gradient in a logit is mean - x.

    Loaiza-Ganem & Cunningham 2019 (arXiv:1907.06845); this fused form keeps float32 exact
    to 1e-6 nats a pixel where C(λ) computed from λ loses up to whole nats.
    """
    magnitude, small, near_zero = _split(logits, 0.5)
    far = F.relu(logits) - logits * x + torch.log(-torch.expm1(-magnitude)) - magnitude.log()
    square = near_zero.square()
    series = near_zero * (0.5 - x) + _polynomial(square, _LOG_PARTITION)
    return torch.where(small, series, far).flatten(1).sum(1)


def continuous_bernoulli_log_norm(logits: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """log C(λ) = log( η / tanh(η/2) ) with η = logits: log 2 at η = 0, growing like log |η|."""
    magnitude, small, near_zero = _split(logits, 0.5)
    decay = torch.exp(-magnitude)
    far = magnitude.log() + torch.log1p(decay) - torch.log(-torch.expm1(-magnitude))
    return torch.where(small, _polynomial(near_zero.square(), _LOG_NORM), far)


def continuous_bernoulli_mean(logits: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """E[x] = 1/(1 - e^-η) - 1/η: what a pixel looks like on average. λ is not the mean.

    The mean lies nearer to 1/2 than λ does: λ = 0.0001 has mean 0.1085.
    """
    magnitude, small, near_zero = _split(logits, 0.5)
    below_half = 1 / magnitude - torch.exp(-magnitude) / -torch.expm1(-magnitude)
    far = torch.where(logits > 0, 1 - below_half, below_half)
    series = 0.5 + near_zero * _polynomial(near_zero.square(), _MEAN)
    return torch.where(small, series, far)


def continuous_bernoulli_variance(logits: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Var[x] = 1/η² - 1/(4 sinh²(η/2)), the slope of the mean: 1/12 at η = 0, falling as 1/η²."""
    magnitude, small, near_zero = _split(logits, 1.0)
    far = (1 / magnitude).square() - torch.exp(-magnitude) / torch.expm1(-magnitude).square()
    return torch.where(small, _polynomial(near_zero.square(), _VARIANCE), far)


def continuous_bernoulli_logits(mean: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """The inverse of `continuous_bernoulli_mean`: logits whose mean this is (no gradient).

    Bisection in float64. Means of 0 and 1 have no finite logit and give -inf and inf.
    Raises ValueError for means outside [0, 1].
    """
    target = mean.detach().double()
    if not bool(((target >= 0) & (target <= 1)).all()):
        raise ValueError("the mean of a continuous Bernoulli lies in [0, 1]; clip it first")
    zero = torch.zeros_like(target)
    # |η| < 1/mean + 1, because the mean of a logit η < 0 is at least 1/|η| - e^η/(1 - e^η)
    low = torch.where(target < 0.5, -1 / target - 1, zero)
    high = torch.where(target < 0.5, zero, 1 / (1 - target) + 1)
    for _ in range(70):
        middle = (low + high) / 2
        too_low = continuous_bernoulli_mean(middle) < target
        low, high = torch.where(too_low, middle, low), torch.where(too_low, high, middle)
    return ((low + high) / 2).to(mean.dtype)


def continuous_bernoulli_sample(
    logits: Float[Tensor, "*shape"], rng: torch.Generator
) -> Float[Tensor, "*shape"]:
    """One draw of each pixel by inverting the distribution function, in [0, 1]."""
    uniform = torch.rand(logits.shape, generator=rng, dtype=logits.dtype)
    magnitude, small, near_zero = _split(logits, 1e-6)
    reflected = torch.where(logits > 0, 1 - uniform, uniform)  # CB(-η) is 1 - CB(η)
    far = -torch.log1p(reflected * torch.expm1(-magnitude)) / magnitude
    far = torch.where(logits > 0, 1 - far, far)
    series = uniform + 0.5 * near_zero * uniform * (1 - uniform)
    return torch.where(small, series, far).clamp(0, 1)


def limit_logits(config: ModelConfig, logits: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Logits held within ± `config.logit_bound`, with a way back for those outside."""
    if config.logit_bound is None:
        return logits
    return _Clamp.apply(logits, config.logit_bound)


class _Clamp(torch.autograd.Function):
    """A clamp with a way back: outside the bound, gradients that lead inwards still pass.

    A plain clamp's gradient is 0 outside. A decoder that overshoots with all its pixels, as one
    did in training, would then never learn again.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, limit: float) -> Tensor:
        ctx.save_for_backward(logits)
        ctx.limit = limit
        return logits.clamp(-limit, limit)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (logits,), (gradient,) = ctx.saved_tensors, gradients
        inside = logits.abs() <= ctx.limit
        leads_inwards = gradient * logits > 0  # descent goes against the gradient
        return torch.where(inside | leads_inwards, gradient, 0), None


# Taylor coefficients in η² of: log((e^η - 1)/η) - η/2, log(η/tanh(η/2)), (mean - 1/2)/η, and
# the variance.
_LOG_PARTITION = (
    0.0, 1 / 24, -1 / 2880, 1 / 181440, -1 / 9676800, 1 / 479001600, -691 / 15692092416000,
)  # fmt: skip
_LOG_NORM = (
    math.log(2), 1 / 12, -7 / 1440, 31 / 90720, -127 / 4838400, 73 / 34214400,
    -1414477 / 7846046208000, 8191 / 523069747200, -16931177 / 12194997534720000,
)  # fmt: skip
_MEAN = (
    1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000,
)  # fmt: skip
_VARIANCE = (
    1 / 12, -1 / 240, 1 / 6048, -1 / 172800, 1 / 5322240, -691 / 118879488000,
    1 / 5748019200, -3617 / 711374856192000, 43867 / 300534953951232000,
)  # fmt: skip


def _polynomial(square: Tensor, coefficients: tuple[float, ...]) -> Tensor:
    value = torch.full_like(square, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value = coefficient + square * value
    return value


def _split(logits: Tensor, limit: float) -> tuple[Tensor, Tensor, Tensor]:
    """|logits|, where they are below the limit, and logits there.

    Each branch of a `torch.where` is computed everywhere, and a NaN in the branch not taken
    would still reach the gradient: so each branch gets harmless values where it is not taken.
    """
    magnitude = logits.abs()
    small = magnitude < limit
    return (
        torch.where(small, torch.ones_like(logits), magnitude),
        small,
        torch.where(small, logits, torch.zeros_like(logits)),
    )


# How one adds a likelihood: from here on, models know this one.
DISTRIBUTIONS["continuous_bernoulli"] = PixelDistribution(
    cost=lambda config, logits, x: continuous_bernoulli_nll(logits, x),
    mean=lambda config, logits: continuous_bernoulli_mean(logits),
    draw=lambda config, logits, rng: continuous_bernoulli_sample(logits, rng),
    limit=limit_logits,
)
