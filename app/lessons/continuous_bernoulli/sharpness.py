"""Whose sharpness it is: λ's, the bound's, the rate's or the density's, told apart by what was
measured."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd
import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import cache, charts, theme, widgets
from app.cache import Shown
from app.glossary import term
from app.lessons.continuous_bernoulli import asked
from app.lessons.continuous_bernoulli.asked import SHARPEST
from app.lessons.continuous_bernoulli.likelihoods import LIKELIHOODS, MINE, SHORT, at_its_rate
from app.panels import predictions
from app.panels.logit_bounds import pedestal
from app.state import Visitor
from app.teaching import Measured
from app.words import listed, nats, number
from core import evaluation, latent
from core.data import to_float
from core.models import mean_image

LAMBDA, MEAN, RESTORED = "λ", "mean", "restored"  # of a continuous Bernoulli; the last: contrast
PICTURES = {  # how each kind of picture is drawn on charts
    LAMBDA: (theme.LATENT, [2, 2]),
    MEAN: (theme.DECODER, [6, 3]),
    RESTORED: (theme.RECONSTRUCTION, [1, 0]),
}
UNITS = {"sharpness": "variance of the Laplacian", "error": "squared, sum over pixels"}


class Look(NamedTuple):
    """Of reconstructions, or of the digits themselves; means over the images judged."""

    sharpness: float  # variance of the Laplacian
    error: float  # squared, summed over pixels
    rate: float = math.nan  # KL of the codes, nats per image; the digits have none


def contrast_restored(
    mean: Float[Tensor, "images 1 28 28"], bound: float
) -> Float[Tensor, "images 1 28 28"]:
    """Mean images under a bound on |logit|, their darkest grey drawn as 0, their lightest as 1."""
    lowest = pedestal(bound)
    return (mean - lowest) / (1 - 2 * lowest)


def looks(models: Mapping[str, Shown]) -> dict[str, Look]:
    """The digits, and every model's λ, mean, and mean with its contrast restored, by the name on
    its mark; one picture of a model whose λ is its mean."""
    found = {}
    for name, shown in models.items():
        x, called = _judged(shown), SHORT.get(name, name)
        found.setdefault("digits", _look(x, x))
        if shown.config.likelihood == "continuous_bernoulli":
            pictures = of_continuous(shown)
            found |= {f"{called} {picture}": look for picture, look in pictures.items()}
        else:
            rate = cache.mean_terms(shown).kl
            found[called] = _look(cache.restored(shown)[: len(x)], x, rate)
    return found


def of_continuous(shown: Shown) -> dict[str, Look]:
    """The pictures of a continuous Bernoulli: λ, mean, and, under a bound, that restored."""
    x, rate, bound = _judged(shown), cache.mean_terms(shown).kl, shown.config.logit_bound
    mean = cache.restored(shown)[: len(x)]
    judged = cache.judged_reconstructions(shown, "parameter", None)
    error = cache.restoring_error(shown, "parameter", None)
    found = {LAMBDA: Look(judged.sharpness, error, rate), MEAN: _look(mean, x, rate)}
    if bound is not None:
        found[RESTORED] = _look(contrast_restored(mean, bound), x, rate)
    return found


def _judged(shown: Shown) -> Tensor:
    return to_float(shown.digits.test_images[: cache.judged_count(shown.data)])


def _look(pictures: Tensor, originals: Tensor, rate: float = math.nan) -> Look:
    return Look(
        evaluation.judging.sharpness(pictures).mean().item(),
        evaluation.judging.squared_error(pictures, originals).mean().item(),
        rate,
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


def told_apart(visitor: Visitor, d: int, three: dict[str, Shown], runs: Sequence[Shown]) -> None:
    """Which is sharpest, asked; then the looks of the pretrained models and of the visitor's runs
    against their rates, and in words what those of the pretrained say."""
    found = looks(three | at_its_rate(visitor, d))
    cb = three.get(LIKELIHOODS["continuous_bernoulli"])
    if cb is None or cb.config.logit_bound is None or SHORT[LIKELIHOODS["bernoulli"]] not in found:
        st.caption("A comparison is missing here: it needs the continuous Bernoulli, and BCE.")
        return
    whose = f"The pretrained models of this page, d = {d}"
    if not predictions.ask(visitor, SHARPEST, lambda: in_order(found), of=whose):
        return
    every = found | looks(runs_named(runs))
    left, right, words = st.columns([4, 4, 5])
    with left:
        _against_rate(every, "sharpness", "Sharpness", form=".3f")
    with right:
        _against_rate(every, "error", "Error", form=".1f")
    words.markdown(
        _of_lambda(found) + _of_the_bound(found, cb.config.logit_bound) + _of_the_rate(found)
    )


def in_order(found: Mapping[str, Look]) -> Measured:
    """The four rows that are to be ordered, from the least sharp; usually λ is the sharpest."""
    of = {
        asked.DIGITS: "digits",
        asked.LAMBDA: f"CB {LAMBDA}",
        asked.MEAN: f"CB {MEAN}",
        asked.BCE: "BCE",
    }
    sharp = {name: found[mark].sharpness for name, mark in of.items()}
    order = tuple(sorted(sharp, key=sharp.__getitem__))
    words = " < ".join(f"{name} ({number(sharp[name], '.3f')})" for name in order)
    return Measured(order, unusual=order[-1] != asked.LAMBDA, words=words)


def _against_rate(every: Mapping[str, Look], figure: str, title: str, *, form: str) -> None:
    """One figure of every picture against what its model's codes cost; the digits' own across."""
    models = [(name, look.rate, getattr(look, figure)) for name, look in every.items()]
    table = pd.DataFrame(models, columns=["name", "x", "y"])
    told = "; ".join(f"{name} {number(y, form)}" for name, _, y in models)
    st.altair_chart(
        charts.against_rate(
            table[table["x"].notna()].assign(
                colour=[_colour(name) for name, x, _ in models if not math.isnan(x)]
            ),
            table[table["x"].isna() & (table["y"] > 0)],
            title=f"{title} against the rate",
            y=UNITS[figure],
        ),
        key=f"cb-{figure}",
        alt=f"{title} against the rate: {told}",
    )


def _colour(name: str) -> str:
    if name.startswith(SHORT[MINE]):
        return theme.TOTAL
    *_, picture = name.split(" ")
    return PICTURES[picture][0] if picture in PICTURES else theme.PRIOR


def against_bounds(models: Mapping[str, Shown]) -> None:
    """Sharpness and error of a continuous Bernoulli's pictures, against its bound; and in words
    what the bound does to each."""
    found = {
        bound: of_continuous(shown)
        for shown in models.values()
        if (bound := shown.config.logit_bound) is not None
    }
    for column, figure, title in zip(st.columns(2), UNITS, ("Sharpness", "Error"), strict=True):
        rows = [
            (bound, getattr(look, figure), picture)
            for bound, pictures in found.items()
            for picture, look in pictures.items()
        ]
        column.altair_chart(
            charts.over_bounds(
                pd.DataFrame(rows, columns=["x", "y", "curve"]),
                title=f"{title} under each bound",
                y=UNITS[figure],
                colours={picture: colour for picture, (colour, _) in PICTURES.items()},
                dashes={picture: dash for picture, (_, dash) in PICTURES.items()},
            ),
            key=f"cb-bounds-{figure}",
            alt="; ".join(f"{curve} under {x:g}: {y:.3g}" for x, y, curve in rows),
        )
    least, most = min(found), max(found)
    mean, restored = ([found[at][of] for at in (least, most)] for of in (MEAN, RESTORED))
    st.caption(
        f"From a bound of {least:g} to one of {most:g} the mean's sharpness goes from "
        f"{mean[0].sharpness:.3f} to {mean[1].sharpness:.3f}; with its contrast restored, from "
        f"{restored[0].sharpness:.3f} to {restored[1].sharpness:.3f}. The codes' KL goes from "
        f"{nats(restored[0].rate)} to {nats(restored[1].rate)} meanwhile. One seed for each model."
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


def _of_lambda(found: Mapping[str, Look]) -> str:
    lam, digits = found[f"CB {LAMBDA}"], found["digits"]
    return (
        f"The λ of a continuous Bernoulli (CB) is a {term('natural parameter', 'parameter')}, "
        "farther from ½ than what the model expects. Drawn as a picture its sharpness is "
        f"**{lam.sharpness:.3f}**, the digits' {digits.sharpness:.3f}. "
    )


def _of_the_bound(found: Mapping[str, Look], bound: float) -> str:
    lowest, mean, restored = pedestal(bound), found[f"CB {MEAN}"], found[f"CB {RESTORED}"]
    return (
        f"The mean is greyed by the {term('logit bound', 'bound')}: |logit| ≤ {bound:.2f} keeps it "
        f"within {lowest:.3f} and {1 - lowest:.3f}, which alone multiplies its sharpness by "
        f"{(1 - 2 * lowest) ** 2:.2f}. Draw these two greys as 0 and 1, and it goes from "
        f"{mean.sharpness:.3f} to **{restored.sharpness:.3f}**, its error from {mean.error:.1f} to "
        f"**{restored.error:.1f}**. "
    )


def _of_the_rate(found: Mapping[str, Look]) -> str:
    """The mean, its contrast restored, beside the other models' pictures, each with its rate."""
    restored = found[f"CB {RESTORED}"]
    ahead: dict[str, list[str]] = {}
    for name, look in found.items():
        if name != "digits" and name not in _of_cb():
            whose = f"{name} ({nats(look.rate)})"
            ahead.setdefault(beside(restored, look), []).append(whose)
    told = [f"{words} {listed(names)}" for words, names in ahead.items()]
    return (
        f"Its codes spend {nats(restored.rate)}: that is its {term('rate')}. With its contrast "
        f"restored it is {'; it is '.join(told)}. Only at one rate is a difference the density's. "
        "One seed for each model."
    )


def _of_cb() -> list[str]:
    return [f"CB {picture}" for picture in PICTURES]


def beside(restored: Look, other: Look) -> str:
    """In which of the two figures one picture is ahead of another: "sharper than, but ..."."""
    sharper = restored.sharpness > other.sharpness
    closer = restored.error < other.error
    first = "sharper" if sharper else "no sharper"
    second = "closer to the digits" if closer else "no closer to the digits"
    return f"{first} {'and' if sharper == closer else 'but'} {second} than"
