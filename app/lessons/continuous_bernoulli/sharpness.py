"""Whose sharpness it is: λ's, the bound's or the model's, told apart by what was measured."""

from typing import NamedTuple

import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import cache, widgets
from app.cache import Shown
from app.lessons.continuous_bernoulli.likelihoods import (
    LIKELIHOODS,
    SHORT,
    YOURS,
    figure_bars,
    whose,
)
from app.panels.logit_bounds import pedestal
from app.state import Visitor
from app.words import grouped, listed, nats
from core import evaluation, latent
from core.data import to_float
from core.models import mean_image

RESTORED = "restored"  # its contrast


class Look(NamedTuple):
    """Of reconstructions, or of the digits themselves; means over the images judged."""

    sharpness: float  # variance of the Laplacian
    error: float  # squared, summed over pixels


def contrast_restored(
    mean: Float[Tensor, "images 1 28 28"], bound: float
) -> Float[Tensor, "images 1 28 28"]:
    """Mean images under a bound on |logit|, their darkest grey drawn as 0, their lightest as 1."""
    lowest = pedestal(bound)
    return (mean - lowest) / (1 - 2 * lowest)


def looks(models: dict[str, Shown]) -> dict[str, Look]:
    """The digits, and every model's λ, mean, and mean with its contrast restored, by the name on
    its bar; one picture of a model whose λ is its mean."""
    found = {}
    for name, shown in models.items():
        x = to_float(shown.digits.test_images[: cache.judged_count(shown.data)])
        found.setdefault("digits", _look(x, x))
        mean, called = cache.restored(shown)[: len(x)], SHORT[name]
        if shown.config.likelihood != "continuous_bernoulli":
            found[called] = _look(mean, x)
            continue
        judged = cache.judged_reconstructions(shown, "parameter", None)
        error = cache.restoring_error(shown, "parameter", None)
        found[f"{called} λ"] = Look(judged.sharpness, error)
        found[f"{called} mean"] = _look(mean, x)
        if (bound := shown.config.logit_bound) is not None:
            found[f"{called} {RESTORED}"] = _look(contrast_restored(mean, bound), x)
    return found


def _look(pictures: Tensor, originals: Tensor) -> Look:
    return Look(
        evaluation.judging.sharpness(pictures).mean().item(),
        evaluation.judging.squared_error(pictures, originals).mean().item(),
    )


def told_apart(visitor: Visitor, models: dict[str, Shown]) -> None:
    """The mean under its bound and with its contrast restored, then λ, both means and the other
    likelihoods as bars, and in words what these numbers say."""
    cb = models.get(LIKELIHOODS["continuous_bernoulli"])
    if cb is None or cb.config.logit_bound is None:
        st.caption("A comparison is missing here: it needs the continuous Bernoulli.")
        return
    found = looks(models)
    pictures, words = st.columns([3, 2], gap="medium", vertical_alignment="center")
    with pictures:
        _three_pictures(visitor, cb, cb.config.logit_bound)
    words.markdown(_of_lambda(found) + _of_the_bound(found, cb.config.logit_bound))
    sharp = [(name, look.sharpness) for name, look in found.items()]
    errors = [(name, look.error) for name, look in found.items() if name != "digits"]
    for column, title, unit, figures in zip(
        st.columns(2),
        ("Sharpness", "Squared error"),
        ("variance of the Laplacian", "sum over pixels"),
        (sharp, errors),
        strict=True,
    ):
        with column:
            figure_bars(figures, f"{title} of the reconstructions", unit, key=f"cb-{title}")
    st.markdown(_against_the_others(found) + _of_the_rate(models))
    st.caption(
        f"Means over the first {grouped(cache.judged_count(cb.data))} test images, each restored "
        f"from its posterior mean.{whose(models)}"
    )


def _three_pictures(visitor: Visitor, cb: Shown, bound: float) -> None:
    """The ten digits as the continuous Bernoulli's λ, its mean, and that with contrast restored."""
    logits = latent.decode(cb.model, latent.encode(cb.model, visitor.followed().images).mean)
    mean = mean_image(cb.config, logits)
    widgets.pictures(
        torch.cat([logits.sigmoid(), mean, contrast_restored(mean, bound)]),
        len(mean),
        key="cb-contrast",
        scale=2,
        gap=2,
        headings=["Parameter lambda", "Mean", "Mean, its contrast restored"],
        alt="The ten digits under the continuous Bernoulli: its λ, its mean, and its mean with "
        "darkest and lightest grey drawn as black and white",
    )


def _of_lambda(found: dict[str, Look]) -> str:
    digits, parameter = found["digits"].sharpness, found["CB λ"].sharpness
    return (
        "**λ is a parameter**, farther from ½ than the value that the model expects. Drawn as a "
        f"picture it has sharpness {parameter:.3f}; the digits themselves have {digits:.3f}. "
    )


def _of_the_bound(found: dict[str, Look], bound: float) -> str:
    lowest, mean, restored = pedestal(bound), found["CB mean"], found[f"CB {RESTORED}"]
    return (
        f"**The mean is greyed by the bound.** |logit| ≤ {bound:.2f} keeps every mean between "
        f"{lowest:.3f} and {1 - lowest:.3f}, which alone multiplies its sharpness by "
        f"{(1 - 2 * lowest) ** 2:.2f}. Draw these two greys as 0 and 1, and all between in line: "
        f"its sharpness goes from {mean.sharpness:.3f} to {restored.sharpness:.3f}, its squared "
        f"error from {mean.error:.1f} to {restored.error:.1f}."
    )


def _against_the_others(found: dict[str, Look]) -> str:
    """The continuous Bernoulli's mean, its contrast restored, beside the other models' means."""
    restored = found[f"CB {RESTORED}"]
    told = [
        f"{beside(restored, found[name])} {of} ({found[name].sharpness:.3f} and "
        f"{found[name].error:.1f})"
        for name, of in (("BCE", "BCE's picture"), ("Gaussian", "the Gaussian's"))
        if name in found
    ]
    if not told:
        return ""
    return f"**With its contrast restored the mean is {listed(told)}.** "


def beside(restored: Look, other: Look) -> str:
    """In which of the two figures one picture is ahead of another: "sharper than, but ..."."""
    sharper = restored.sharpness > other.sharpness
    closer = restored.error < other.error
    first = "sharper" if sharper else "no sharper"
    second = "closer to the digits" if closer else "no closer to the digits"
    return f"{first} {'and' if sharper == closer else 'but'} {second} than"


def _of_the_rate(models: dict[str, Shown]) -> str:
    """That models which spend more nats on their codes can restore more, where they do."""
    spent = {SHORT[name]: cache.mean_terms(it).kl for name, it in models.items() if name != YOURS}
    mine = spent.pop("CB")
    others = listed([f"the {name} model's {nats(kl)}" for name, kl in spent.items()])
    told = f"Its codes spend {nats(mine)} (KL), {others}"
    frugal = [name for name, kl in spent.items() if kl < mine]
    if not spent:
        return ""
    if not frugal:
        return f"{told}."
    return f"{told}: its difference from {listed(frugal)} may in part be the rate's."
