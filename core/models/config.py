"""What fixes a model but its weights: one frozen record, checked at birth.

Every number says its unit or its meaning beside it. What is out of range is refused here, with
a sentence, and so nothing after this has to ask again.
"""

from dataclasses import dataclass
from typing import Literal, get_args, no_type_check

import torch

from core.quoting import quoted

Kind = Literal["ae", "vae"]
Architecture = Literal["dense", "lite", "shallow", "deep"]
Likelihood = Literal["bernoulli", "gaussian", "continuous_bernoulli"]

MAX_LATENT_DIM = 64
MAX_HIDDEN_DIM = 512
MAX_NOISE = 10.0


@no_type_check  # at run time: a wrong type gets the sentence below, not a type checker's
@dataclass(frozen=True)
class ModelConfig:
    """Everything that fixes a model but its weights. Checked at birth: ValueError says why."""

    kind: Kind = "ae"
    architecture: Architecture = "dense"
    latent_dim: int = 2
    hidden_dim: int = 100  # units of the hidden layer; only `dense` has one to choose
    likelihood: Likelihood = "bernoulli"
    beta: float = 1.0  # weight of the KL, sums over pixels and latents: 1 is the negative ELBO
    variance: float = 0.05  # of the Gaussian likelihood, per pixel
    logit_bound: float | None = 9.21024  # on |logits| of the continuous Bernoulli; None for none
    noise: float | None = (
        None  # a VAE's σ where it is fixed, units of z; 0: z = mean; None: learned
    )

    def __post_init__(self) -> None:
        for name, allowed in (
            ("kind", get_args(Kind)),
            ("architecture", get_args(Architecture)),
            ("likelihood", get_args(Likelihood)),
        ):
            value = getattr(self, name)
            if not isinstance(value, str) or value not in allowed:
                raise ValueError(f"{name} is {quoted(value)}; choose one of {', '.join(allowed)}")
        _check_whole("latent_dim", self.latent_dim, MAX_LATENT_DIM)
        _check_whole("hidden_dim", self.hidden_dim, MAX_HIDDEN_DIM)
        _check_number("beta", self.beta, zero_allowed=True)
        _check_number("variance", self.variance)
        if self.logit_bound is not None:
            _check_number("logit_bound", self.logit_bound)
        if self.noise is not None:
            _check_noise(self.noise, self.kind)


def _check_whole(name: str, value: int, largest: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= largest:
        raise ValueError(
            f"{name} is {quoted(value)}; it must be a whole number from 1 to {largest}"
        )


def _check_number(name: str, value: float, *, zero_allowed: bool = False) -> None:
    """A number that float32, in which models compute, holds: neither infinite there nor 0."""
    held = torch.finfo(torch.float32)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not (held.tiny <= value <= held.max or (zero_allowed and value == 0)):
        least = "0 or more" if zero_allowed else "more than 0"
        raise ValueError(
            f"{name} is {quoted(value)}; it must be a finite number, {least}, "
            f"that float32 can hold ({held.tiny:.2g} to {held.max:.2g})"
        )


def _check_noise(value: float, kind: Kind) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value <= MAX_NOISE:
        raise ValueError(
            f"noise is {quoted(value)}; it must be a number from 0 to {MAX_NOISE:g}, "
            "or None, so that it is learned"
        )
    if kind != "vae":
        raise ValueError(f"noise is {quoted(value)}, but only a VAE has noise; leave it None")
