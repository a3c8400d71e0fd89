"""Which way is better? How evenly the pictures change, and what a classifier makes of midpoints."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st
from jaxtyping import Bool
from torch import Tensor

from app import cache, charts, theme, widgets
from app.cache import Ends, Judge, RejectingJudge, Shown
from app.components.ways import STOPS
from app.glossary import term
from app.lessons.interpolation import beside
from app.lessons.interpolation.asked import AE, BEST, FADE, TIE, VAE
from app.panels import beliefs, files, predictions, walks
from app.panels.digits import why_unread
from app.state import Visitor
from app.teaching import Measured
from app.words import listed, number, percent
from core import evaluation
from core.data import SETS
from core.evaluation.judging import Between, Estimate, gain, share

DASHES = ([2, 3], [6, 3], [1, 0], [8, 2, 2, 2])


def step_speeds(ends: Ends, models: Sequence[Shown], *, spherical: bool) -> None:
    """How far each picture is from the one before, along the cross-fade and through the codes of
    up to three models.
    """
    rows = {"cross-fade": walks.crossfade(ends, STOPS)}
    for name, shown in beside.named(models).items():
        rows[name] = walks.walk(shown, ends, STOPS, spherical=spherical).frames
    curves = pd.concat(
        pd.DataFrame(
            {"y": evaluation.judging.squared_error(frames[1:], frames[:-1]).sqrt().numpy()}
        )
        .assign(curve=name)
        .reset_index(names="x")
        for name, frames in rows.items()
    )
    curves["x"] += 1
    top = max(1.0, float(curves["y"].max())) * 1.1
    st.altair_chart(
        charts.lines(
            curves,
            title="How much the picture changes from one frame to the next",
            x="step k",
            y="‖g(zₖ₊₁) − g(zₖ)‖",
            colours={name: _colour(name) for name in rows},
            dashes=dict(zip(rows, DASHES)),
            y_domain=(0, top),
        ),
        key="speeds",
        alt="The distance between successive frames of " + listed(list(rows)),
    )


def _colour(name: str) -> str:
    """Of a way, or of pictures that no decoder drew."""
    if name.startswith("yours"):
        return theme.DECODER
    return theme.LATENT if name.startswith(("AE", "VAE")) else theme.PRIOR


@files.figure
def midpoints(visitor: Visitor, pair: Sequence[Shown], models: Mapping[str, Shown]) -> None:
    """What two judges make of the middle between many random pairs, once it was predicted of the
    cross-fade and a pair of models.
    """
    if not SETS[visitor.data].are_digits:
        st.caption(why_unread(visitor.data))
        return
    judges = cache.classifier(), cache.judge_of_digits()
    fade = cache.between_pixels(visitor.data, *judges)
    if not predictions.ask(
        visitor,
        BEST,
        lambda: best(fade, *(cache.between(shown, *judges) for shown in pair)),
        of=listed([shown.title for shown in pair]),
    ):
        return
    judged = {"cross-fade": fade} | {
        name: cache.between(shown, *judges) for name, shown in models.items()
    }
    ends = {"cross-fade": cache.between_pixels(visitor.data, *judges, at=0)} | {
        name: cache.between(shown, *judges, at=0) for name, shown in models.items()
    }
    digit, other = st.columns(2)
    with digit:
        _shares(
            {name: (each.digit, ends[name].digit) for name, each in judged.items()},
            title="Middles that the judge takes for a digit",
            key="midpoints-digit",
        )
    with other:
        _shares(
            {name: (each.other, ends[name].other) for name, each in judged.items()},
            title="Middles that the classifier reads as neither end",
            key="midpoints-other",
        )
    decoded = [
        f"{percent(share(judged[name].other).mean)} ({shown.title})"
        for name, shown in models.items()
    ]
    st.markdown(
        f"The judge may answer “no digit”. The {term('classifier')} must name one, and "
        "names a third digit in some double exposures too: in "
        f"**{percent(share(fade.other).mean)}** of the cross-fades, without a stroke that neither "
        f"end has. Of the pictures decoded between codes it does so in {listed(decoded)}."
    )
    _vae_against_ae(pair, judges)
    st.caption(
        f"Lines: ± 2 {term('standard error', 'standard errors')} of {cache.PAIRS} pairs. Dashes: "
        "the same of the pairs' first images, restored by that model, and as they are for the "
        "cross-fade. The judge learned from mixes of two digits to refuse them, so that it refuses "
        "cross-fades is what it was taught; of decoded pictures it was taught nothing."
    )


def best(fade: Between, ae: Between, vae: Between) -> Measured:
    """Where the judge sees a digit most often; nobody can tell where the best two are too close."""
    taken = {FADE: readable(fade), AE: readable(ae), VAE: readable(vae)}
    first, second, _ = sorted(taken, key=lambda name: -share(taken[name]).mean)
    clear = gain(taken[first], taken[second]).clear
    told = listed([f"{_with_error(share(each))} {name}" for name, each in taken.items()])
    value = first if clear else TIE
    return Measured(value, unusual=not clear, words=f"{value} ({told})")


def readable(way: Between) -> Bool[Tensor, " pairs"]:
    """Which middles of a way count as readable: those that the judge takes for a digit."""
    return way.digit


def _vae_against_ae(pair: Sequence[Shown], judges: tuple[Judge, RejectingJudge]) -> None:
    """Whether a VAE's way is better than an AE's, with its error; by another seed too."""
    pairs = [pair]
    if pair[0].key == beside.PAIRS[20].ae:
        pairs.append([cache.pretrained(name, pair[0].data) for name in beside.OTHER_SEED])
    told = []
    for ae, vae in pairs:
        middle = gain(*(readable(cache.between(shown, *judges)) for shown in (vae, ae)))
        told.append(f"**{_points(middle)}**, {_verdict(middle)}")
    end = gain(*(readable(cache.between(shown, *judges, at=0)) for shown in pair[::-1]))
    beliefs.card(
        key="vae-walks-better",
        belief="A VAE interpolates better than an autoencoder.",
        evidence=f"Middles that the judge takes for a digit, VAE less AE: {told[0]}"
        + (f"; of two models from another seed: {told[1]}" if told[1:] else "")
        + f". Of the restored first images, at the ways' ends: {_points(end)}. What is lost "
        "there is not lost on the way.",
    )


def _verdict(found: Estimate) -> str:
    if not found.clear:
        return f"which {cache.PAIRS} pairs cannot tell from 0"
    return "so here it does" if found.mean > 0 else "so here it does not"


@files.figure
def slerp(visitor: Visitor) -> None:
    """Straight line against slerp on the middles of the same pairs, of two seeds."""
    if not SETS[visitor.data].are_digits or not predictions.is_open(visitor, BEST):
        return
    section = widgets.section("Is slerp worth it? Measured on the same pairs", key="walk-slerp")
    if not section.open:
        return
    with section:
        judges = cache.classifier(), cache.judge_of_digits()
        names = [*beside.PAIRS[20], *beside.OTHER_SEED]
        labels = ["AE", "VAE", "AE, other seed", "VAE, other seed"]
        twenty = {
            label: _two_ways(cache.pretrained(name, visitor.data), judges)
            for label, name in zip(labels, names, strict=True)
        }
        _shares(twenty, title="Middles taken for a digit by slerp, d = 20", key="slerp-digit")
        gains = [f"{_points(gain(*both))} ({name})" for name, both in twenty.items()]
        clear = all(gain(*both).clear and gain(*both).mean > 0 for both in twenty.values())
        st.markdown(
            f"With d = 20 slerp gains {listed(gains)}. "
            + ("Each is more than two standard errors." if clear else "Not all are clear.")
        )
        two = {
            shown.config.kind.upper(): gain(*_two_ways(shown, judges))
            for shown in (cache.pretrained(name, visitor.data) for name in beside.PAIRS[2])
        }
        told = listed([f"**{_points(each)}** ({name})" for name, each in two.items()])
        beliefs.card(
            key="slerp-many-dimensions",
            belief="Slerp helps because codes of many dimensions all have nearly one norm.",
            evidence=f"With d = 2 norms are not alike, and there slerp gains {told}. Norms cannot "
            "be the whole reason. With any d, slerp's middle lies farther from the origin than the "
            "line's.",
        )
        st.caption(
            f"Dashes: the straight line. Lines: ± 2 standard errors of {cache.PAIRS} pairs; gains "
            "with ± one standard error of the differences."
        )


def _two_ways(shown: Shown, judges: tuple[Judge, RejectingJudge]) -> tuple[Tensor, Tensor]:
    """Which middles are readable by slerp, and which by the straight line."""
    round_, straight = (cache.between(shown, *judges, spherical=way) for way in (True, False))
    return readable(round_), readable(straight)


def _shares(ways: Mapping[str, tuple[Tensor, Tensor]], *, title: str, key: str) -> None:
    """Of each way the share of middles of which something holds, and what it is held against."""
    found = {name: share(middles) for name, (middles, _) in ways.items()}
    table = pd.DataFrame(
        {
            "name": list(ways),
            "value": [100 * each.mean for each in found.values()],
            "low": [100 * max(0.0, each.mean - 2 * each.error) for each in found.values()],
            "high": [100 * min(1.0, each.mean + 2 * each.error) for each in found.values()],
            "against": [100 * share(against).mean for _, against in ways.values()],
        }
    )
    st.altair_chart(
        charts.shares(
            table,
            title=title,
            y="% of the pairs",
            colours={name: _colour(name) for name in ways},
        ),
        key=key,
        alt=f"{title}: " + ", ".join(f"{k} {_with_error(v)}" for k, v in found.items()),
    )


def _with_error(found: Estimate) -> str:
    return f"{number(100 * found.mean, '.1f')} ± {percent(found.error, 1)}"


def _points(found: Estimate) -> str:
    """A gain in percentage points, with its standard error."""
    return f"{number(100 * found.mean, '+.1f')} ± {number(100 * found.error, '.1f')} points"
