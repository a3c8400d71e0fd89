"""A continuous Bernoulli's bound: its words, what it does to the mean, and to costs."""

import torch

from app.cache import Shown
from core.continuous_bernoulli import continuous_bernoulli_mean
from core.models import ModelConfig


def bound_of(shown: Shown) -> str:
    """The bound that every number of a continuous Bernoulli carries."""
    if shown.config.likelihood != "continuous_bernoulli":
        return ""
    bound = shown.config.logit_bound
    return f", |logit| ≤ {bound:.2f}" if bound else ", without a bound on its logits"


def same_nats(one: ModelConfig, other: ModelConfig) -> bool:
    """Whether two models' costs compare: one likelihood, under one bound or of one variance. The
    height of a density hangs on what was chosen there.
    """
    if one.likelihood != other.likelihood:
        return False
    match one.likelihood:
        case "continuous_bernoulli":
            return one.logit_bound == other.logit_bound
        case "gaussian":
            return one.variance == other.variance
    return True


def pedestal(bound: float | None) -> float:
    """The smallest mean that a continuous Bernoulli can have under a bound on |logit|."""
    if bound is None:
        return 0.0
    return continuous_bernoulli_mean(torch.tensor(-bound, dtype=torch.float64)).item()
