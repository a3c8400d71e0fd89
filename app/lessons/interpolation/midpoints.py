"""Which way is better? What two judges make of the middle between many random pairs."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st
from jaxtyping import Bool
from torch import Tensor

from app import cache, charts
from app.cache import Judge, RejectingJudge, Shown
from app.glossary import term
from app.lessons.interpolation import beside
from app.lessons.interpolation.asked import AE, BEST, FADE, TIE, VAE
from app.panels import beliefs, files, predictions
from app.panels.digits import why_unread
from app.state import Visitor
from app.teaching import Measured
from app.words import listed, number, percent
from core.data import SETS
from core.evaluation.judging import Between, Estimate, gain, share


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
        shares(
            {name: (each.digit, ends[name].digit) for name, each in judged.items()},
            title="Middles that the judge takes for a digit",
            key="midpoints-digit",
        )
    with other:
        shares(
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
        told.append(f"**{points(middle)}**, {_verdict(middle)}")
    end = gain(*(readable(cache.between(shown, *judges, at=0)) for shown in pair[::-1]))
    beliefs.card(
        key="vae-walks-better",
        belief="A VAE interpolates better than an autoencoder.",
        evidence=f"Middles that the judge takes for a digit, VAE less AE: {told[0]}"
        + (f"; of two models from another seed: {told[1]}" if told[1:] else "")
        + f". Of the restored first images, at the ways' ends: {points(end)}. What is lost "
        "there is not lost on the way.",
    )


def _verdict(found: Estimate) -> str:
    if not found.clear:
        return f"which {cache.PAIRS} pairs cannot tell from 0"
    return "so here it does" if found.mean > 0 else "so here it does not"


def shares(ways: Mapping[str, tuple[Tensor, Tensor]], *, title: str, key: str) -> None:
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
            colours={name: beside.colour(name) for name in ways},
        ),
        key=key,
        alt=f"{title}: " + ", ".join(f"{k} {_with_error(v)}" for k, v in found.items()),
    )


def _with_error(found: Estimate) -> str:
    return f"{number(100 * found.mean, '.1f')} ± {percent(found.error, 1)}"


def points(found: Estimate) -> str:
    """A gain in percentage points, with its standard error."""
    return f"{number(100 * found.mean, '+.1f')} ± {number(100 * found.error, '.1f')} points"
