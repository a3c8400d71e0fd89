"""What a decoder's logits say about an image: p(x|z), every pixel on its own.

A likelihood is what an image costs, the mean image and one draw. A model asks here, and its
configuration names the one that answers. The list is open: `core/continuous_bernoulli.py` adds
a third likelihood at its end, and shows what that takes.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from core import losses
from core.models.config import Likelihood, ModelConfig


class Loss(NamedTuple):
    """A batch's loss and its terms, means over the images, nats per image."""

    total: Float[Tensor, ""]
    reconstruction: Float[Tensor, ""]
    kl: Float[Tensor, ""]


class PixelDistribution(NamedTuple):
    """p(x|z) under one likelihood, as functions of a model's configuration and of logits."""

    cost: Callable[[ModelConfig, Tensor, Tensor], Tensor]  # of x, -log p(x|z), nats per image
    mean: Callable[[ModelConfig, Tensor], Tensor]  # E[x|z]
    draw: Callable[[ModelConfig, Tensor, torch.Generator], Tensor]  # x from p(x|z)
    limit: Callable[[ModelConfig, Tensor], Tensor] = lambda config, logits: logits


DISTRIBUTIONS: dict[Likelihood, PixelDistribution] = {
    "bernoulli": PixelDistribution(
        cost=lambda config, logits, x: losses.bernoulli_nll(logits, x),
        mean=lambda config, logits: logits.sigmoid(),
        draw=lambda config, logits, rng: torch.bernoulli(logits.sigmoid(), generator=rng),
    ),
    "gaussian": PixelDistribution(
        cost=lambda config, logits, x: losses.gaussian_nll(logits, x, config.variance),
        mean=lambda config, logits: logits.sigmoid(),
        draw=lambda config, logits, rng: (
            logits.sigmoid() + config.variance**0.5 * torch.randn(logits.shape, generator=rng)
        ),
    ),
}


def limited(
    config: ModelConfig, logits: Float[Tensor, "batch 1 28 28"]
) -> Float[Tensor, "batch 1 28 28"]:
    """The decoder's logits within what the likelihood allows: any, but for one of them."""
    return DISTRIBUTIONS[config.likelihood].limit(config, logits)


def negative_log_likelihood(
    config: ModelConfig, logits: Float[Tensor, "batch *pixels"], x: Float[Tensor, "batch *pixels"]
) -> Float[Tensor, " batch"]:
    """-log p(x|z) under the configured likelihood, nats per image."""
    return DISTRIBUTIONS[config.likelihood].cost(config, logits, x)


def mean_image(
    config: ModelConfig, logits: Float[Tensor, "batch 1 28 28"]
) -> Float[Tensor, "batch 1 28 28"]:
    """E[x|z] under the configured likelihood. Only the continuous Bernoulli's differs from λ."""
    return DISTRIBUTIONS[config.likelihood].mean(config, logits)


def sample_image(
    config: ModelConfig, logits: Float[Tensor, "batch 1 28 28"], rng: torch.Generator
) -> Float[Tensor, "batch 1 28 28"]:
    """One draw from p(x|z), every pixel on its own. A Gaussian's may leave [0, 1]."""
    return DISTRIBUTIONS[config.likelihood].draw(config, logits, rng)
