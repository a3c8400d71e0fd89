"""One constant, three ways to compute it: why this project has its own continuous Bernoulli.

In exact arithmetic log C(λ) is one formula. In float32 a difference of two nearly equal numbers
loses its digits near λ = ½, where a Taylor polynomial has to step in, and 1 - λ loses its own
near λ = 1, where a logit would still have them. Left out: what a wrong constant does to training.
"""

from fractions import Fraction
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import ContinuousBernoulli

from core.continuous_bernoulli import continuous_bernoulli_log_norm, continuous_bernoulli_mean
from core.losses import bernoulli_nll


def taylor_coefficients(terms: int) -> list[Fraction]:
    """Of log C(λ) - log 2 in even powers of λ - ½: 4/3, 104/45, 16064/2835, …

    C/2 = artanh(y)/y = 1 + y²/3 + y⁴/5 + … with y = 2λ - 1; the logarithm of a power series a
    has n l_n = n a_n - Σ k l_k a_(n-k).
    """
    a = [Fraction(1, 2 * n + 1) for n in range(terms + 1)]
    log = [Fraction(0)]
    for n in range(1, terms + 1):
        log.append(a[n] - sum((k * log[k] * a[n - k] for k in range(1, n)), Fraction(0)) / n)
    return [coefficient * 4**n for n, coefficient in enumerate(log)][1:]


def taylor_log_norm(lam: Float[Tensor, "*shape"], terms: int) -> Float[Tensor, "*shape"]:
    """log C(λ) by its polynomial around λ = ½: log 2 and so many further terms."""
    square, value = (lam - 0.5).square(), torch.zeros_like(lam)
    for coefficient in reversed(taylor_coefficients(terms)):
        value = square * (float(coefficient) + value)
    return value + continuous_bernoulli_log_norm(torch.zeros_like(lam))


def log_norm_from_lambda(
    lam: Float[Tensor, "*shape"], terms: int, half_width: float
) -> Float[Tensor, "*shape"]:
    """log C(λ) as most code has it: the polynomial where |λ - ½| < half_width, else closed.

    Not for use: it is what `continuous_bernoulli_log_norm` is compared with. Infinite where
    λ has been rounded to 0 or 1.
    """
    inside = (lam - 0.5).abs() < half_width
    safe = torch.where(inside, torch.full_like(lam, 0.25), lam)
    artanh = 0.5 * (torch.log1p(-safe) - torch.log(safe))  # of 1 - 2λ
    closed = torch.log(2 * artanh.abs()) - torch.log((1 - 2 * safe).abs())
    return torch.where(inside, taylor_log_norm(lam, terms), closed)


class Errors(NamedTuple):
    """Absolute errors in float32 at logits of both signs, the larger of the two."""

    magnitude: Float[Tensor, " n"]  # |logit|
    log_norm: dict[str, Float[Tensor, " n"]]  # nats per pixel
    mean: dict[str, Float[Tensor, " n"]]


def float32_errors(magnitude: Float[Tensor, " n"], terms: int, half_width: float) -> Errors:
    """What float32 makes of log C and the mean, from these |logits|, in three programs.

    "ours", "torch" (`torch.distributions.ContinuousBernoulli` as it comes) and, of log C alone,
    "closed form" with the polynomial near λ = ½. The truth is float64, in which ours is exact to
    1e-12.
    """
    rounded = magnitude.float()
    logits = torch.cat([-rounded, rounded])
    exact = logits.double()
    library = ContinuousBernoulli(logits=logits)
    # At the likelier end of [0, 1] log p is log C but for a small term, so that little is rounded.
    end = (logits > 0).float()
    library_log_norm = library.log_prob(end).double() + bernoulli_nll(
        exact[:, None], end.double()[:, None]
    )
    by_lambda = log_norm_from_lambda(logits.sigmoid(), terms, half_width)
    truth = continuous_bernoulli_log_norm(exact)
    true_mean = continuous_bernoulli_mean(exact)
    return Errors(
        rounded,
        {
            "closed form": _worse(by_lambda.double(), truth),
            "torch": _worse(library_log_norm, truth),
            "ours": _worse(continuous_bernoulli_log_norm(logits).double(), truth),
        },
        {
            "torch": _worse(library.mean.double(), true_mean),
            "ours": _worse(continuous_bernoulli_mean(logits).double(), true_mean),
        },
    )


def _worse(value: Float[Tensor, " both"], truth: Float[Tensor, " both"]) -> Float[Tensor, " n"]:
    return torch.stack((value - truth).abs().chunk(2)).amax(0)
