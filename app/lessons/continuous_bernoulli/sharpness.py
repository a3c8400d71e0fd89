"""Whose sharpness it is: λ's, the bound's or the model's, told apart by what was measured."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import cache, widgets
from app.cache import Shown
from app.lessons.continuous_bernoulli.likelihoods import (
    LIKELIHOODS,
    MINE,
    SHORT,
    figure_bars,
)
from app.panels.logit_bounds import pedestal
from app.state import Visitor
from app.words import listed, nats, number
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
        mean, called = cache.restored(shown)[: len(x)], SHORT.get(name, name)
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


def runs_named(runs: Sequence[Shown]) -> dict[str, Shown]:
    """The runs of a visit by short names, each its own: "yours: CB ≤ 4.60", "yours: BCE (2)"."""
    named: dict[str, Shown] = {}
    for run in runs:
        name = f"{SHORT[MINE]}: {_in_short(run)}"
        same = sum(other == name or other.startswith(f"{name} (") for other in named)
        named[f"{name} ({same + 1})" if same else name] = run
    return named


def _in_short(shown: Shown) -> str:
    """A likelihood and what it was chosen with."""
    config = shown.config
    match config.likelihood:
        case "gaussian":
            return f"Gaussian, τ² {config.variance:g}"
        case "continuous_bernoulli":
            bound = config.logit_bound
            return f"CB ≤ {bound:.2f}" if bound else "CB, no bound"
    return SHORT[LIKELIHOODS["bernoulli"]]


def told_apart(three: dict[str, Shown], runs: Sequence[Shown]) -> None:
    """The looks of the pretrained models and of the visitor's runs as bars, and in words what
    those of the pretrained say."""
    found = looks(three)
    every = found | looks(runs_named(runs))
    left, right, words = st.columns([4, 4, 5])
    with left:
        sharp = [(name, look.sharpness) for name, look in every.items()]
        unit = "variance of the Laplacian"
        figure_bars(sharp, "Sharpness", unit, form=".3f", key="cb-sharpness")
    with right:
        errors = [(name, look.error) for name, look in every.items()]
        unit = "squared, sum over pixels"
        figure_bars(errors, "Error", unit, form=".1f", key="cb-error")
    cb = three.get(LIKELIHOODS["continuous_bernoulli"])
    if cb is None or cb.config.logit_bound is None:
        words.caption("A comparison is missing here: it needs the continuous Bernoulli.")
        return
    words.markdown(
        _of_lambda(found)
        + _of_the_bound(found, cb.config.logit_bound)
        + _against_the_others(found)
        + _of_the_rate(three)
    )


def with_contrast_restored(visitor: Visitor, three: dict[str, Shown]) -> None:
    """The ten digits as the continuous Bernoulli's λ, its mean, and that with its contrast
    restored."""
    cb = three.get(LIKELIHOODS["continuous_bernoulli"])
    if cb is None or cb.config.logit_bound is None:
        st.caption("A figure is missing here: it needs the continuous Bernoulli.")
        return
    _three_pictures(visitor, cb, cb.config.logit_bound)


def _three_pictures(visitor: Visitor, cb: Shown, bound: float) -> None:
    logits = latent.decode(cb.model, latent.encode(cb.model, visitor.followed().images).mean)
    mean = mean_image(cb.config, logits)
    widgets.pictures(
        torch.cat([logits.sigmoid(), mean, contrast_restored(mean, bound)]),
        len(mean),
        key="cb-contrast",
        scale=2,
        gap=2,
        headings=["Parameter λ", "Mean", "Mean, its contrast restored"],
        alt="The ten digits under the continuous Bernoulli: its λ, its mean, and its mean with "
        "darkest and lightest grey drawn as black and white",
    )


def _of_lambda(found: dict[str, Look]) -> str:
    return (
        "**Whose sharpness is it?** λ is a **parameter**, farther from ½ than what the model "
        f"expects: {found['CB λ'].sharpness:.3f} (the digits: {found['digits'].sharpness:.3f}). "
    )


def _of_the_bound(found: dict[str, Look], bound: float) -> str:
    lowest, mean, restored = pedestal(bound), found["CB mean"], found[f"CB {RESTORED}"]
    return (
        f"**The mean is greyed by the bound**: |logit| ≤ {bound:.2f} keeps it within "
        f"{lowest:.3f} and {1 - lowest:.3f}, which alone multiplies its sharpness by "
        f"{(1 - 2 * lowest) ** 2:.2f}. Draw these two greys as 0 and 1: it goes from "
        f"{mean.sharpness:.3f} to {restored.sharpness:.3f}, its error from {mean.error:.1f} to "
        f"{restored.error:.1f}. "
    )


def _against_the_others(found: dict[str, Look]) -> str:
    """The continuous Bernoulli's mean, its contrast restored, beside the other models' means."""
    restored = found[f"CB {RESTORED}"]
    told = [
        f"{beside(restored, found[name])} {of}"
        for name, of in (("BCE", "BCE's picture"), ("Gaussian", "the Gaussian's"))
        if name in found
    ]
    return f"So it is {listed(told)}. " if told else ""


def beside(restored: Look, other: Look) -> str:
    """In which of the two figures one picture is ahead of another: "sharper than, but ..."."""
    sharper = restored.sharpness > other.sharpness
    closer = restored.error < other.error
    first = "sharper" if sharper else "no sharper"
    second = "closer to the digits" if closer else "no closer to the digits"
    return f"{first} {'and' if sharper == closer else 'but'} {second} than"


def _of_the_rate(models: dict[str, Shown]) -> str:
    """That models which spend more nats on their codes can restore more, where they do."""
    spent = {SHORT[name]: cache.mean_terms(it).kl for name, it in models.items()}
    mine = spent.pop("CB")
    if not spent:
        return ""
    others = listed([f"the {name} model's {number(kl, '.1f')}" for name, kl in spent.items()])
    told = f"Its codes spend {nats(mine)} (KL), {others}"
    frugal = [name for name, kl in spent.items() if kl < mine]
    if not frugal:
        return f"{told}."
    return f"{told}: its difference from {listed(frugal)} may in part be the **rate's**."
