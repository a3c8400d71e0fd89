"""What people hold of likelihoods, each beside what was measured here."""

import torch

from app import cache
from app.cache import Shown
from app.lessons.continuous_bernoulli.likelihoods import LIKELIHOODS
from app.lessons.continuous_bernoulli.pixels import LAMBDAS
from app.panels import beliefs, files
from app.panels.logit_bounds import bound_of
from app.state import Visitor
from app.words import nats
from core.continuous_bernoulli import continuous_bernoulli_mean, continuous_bernoulli_nll

AVERAGED = 784 // 2  # the variance at which a Gaussian charges the mean of the squared errors


@files.figure
def mean_squares(visitor: Visitor, three: dict[str, Shown]) -> None:
    """A squared error averaged over the pixels, and one under this page's variance."""
    wide = cache.pretrained(f"vae-dense-20-gaussian-variance-{AVERAGED}", visitor.data)
    narrow = three.get(LIKELIHOODS["gaussian"])
    if narrow is None:
        return
    spent = {shown.key: cache.mean_terms(shown).kl for shown in (wide, narrow)}
    beliefs.card(
        key="mean-squares",
        belief="Just use the mean squared error, it does not matter.",
        evidence="Averaged over 784 pixels, the squared error is a Gaussian's loss of variance "
        f"{AVERAGED}. At that variance and β = 1 the codes of {wide.title} spend "
        f"**{nats(spent[wide.key], 2)}**. This page's Gaussian has variance "
        f"{narrow.config.variance:g}, and its codes spend **{nats(spent[narrow.key], 2)}**. The "
        "variance decides what a code is worth.",
    )


def brightness() -> None:
    """λ beside the mean that it has."""
    lam = LAMBDAS[0]
    mean = continuous_bernoulli_mean(_logit(lam)).item()
    beliefs.card(
        key="brightness",
        belief="λ is how bright the pixel is.",
        evidence=f"Of a coin, yes. A continuous Bernoulli with λ = {lam:g} is **{mean:.3f}** "
        "bright on average: λ is a parameter, and the mean lies nearer to ½.",
    )


def below_zero(three: dict[str, Shown]) -> None:
    """A loss below 0, and the density above 1 that makes it so."""
    shown = three.get(LIKELIHOODS["continuous_bernoulli"])
    if shown is None:
        return
    lam = LAMBDAS[0]
    black = torch.zeros(1, 1, dtype=torch.float64)
    height = (-continuous_bernoulli_nll(_logit(lam).view(1, 1), black)).exp().item()
    beliefs.card(
        key="below-zero",
        belief="A negative loss is a bug.",
        evidence="This page's continuous Bernoulli loses "
        f"**{nats(cache.mean_terms(shown).total)}** per test image{bound_of(shown)}. "
        f"A density may stand above 1: at λ = {lam:g} it is {height:.1f} for a black pixel, and "
        "−log of that is below 0.",
    )


def _logit(lam: float) -> torch.Tensor:
    return torch.logit(torch.tensor(lam, dtype=torch.float64))
