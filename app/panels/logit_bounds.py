"""A continuous Bernoulli's bound: its words, and what it does to the mean."""

import torch

from app.cache import Shown
from core.continuous_bernoulli import continuous_bernoulli_mean


def bound_of(shown: Shown) -> str:
    """The bound that every number of a continuous Bernoulli carries."""
    if shown.config.likelihood != "continuous_bernoulli":
        return ""
    bound = shown.config.logit_bound
    return f", |logit| ≤ {bound:.2f}" if bound else ", without a bound on its logits"


def pedestal(bound: float | None) -> float:
    """The smallest mean that a continuous Bernoulli can have under a bound on |logit|."""
    if bound is None:
        return 0.0
    return continuous_bernoulli_mean(torch.tensor(-bound, dtype=torch.float64)).item()
