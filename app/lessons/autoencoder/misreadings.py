"""How many digits come back as another digit, against the size of the code; and PCA's."""

import math
from typing import NamedTuple

import pandas as pd
import streamlit as st
from jaxtyping import Int64
from torch import Tensor

from app import cache, charts, theme
from app.cache import Judge, Shown
from app.panels import files
from app.panels.digits import judge, why_unread
from app.state import Visitor
from app.words import grouped, nats, percent

SIZES = [1, 2, 4, 8, 16, 32]  # of the pretrained models' codes

_ALL, _NINES, _PCA = "any digit", "fours as nines", "PCA, any digit"
_COLOURS = {_ALL: theme.RECONSTRUCTION, _NINES: theme.DECODER, _PCA: theme.PRIOR}
_DASHES = {_ALL: [1, 0], _NINES: [6, 3], _PCA: [2, 2]}


class Misread(NamedTuple):
    """How restored digits are misread."""

    share: float  # of all images, those read as another digit than they are
    nines: float  # of the fours, those read as a nine


def misread(read: Int64[Tensor, " n"], labels: Int64[Tensor, " n"]) -> Misread:
    """From what was read in each image, and what it is."""
    of_fours = read[labels == 4]
    return Misread(
        share=(read != labels).float().mean().item(),
        nines=(of_fours == 9).float().mean().item(),
    )


def nearest(d: int) -> int:
    """The pretrained size that a code of so many numbers is held against."""
    return min(SIZES, key=lambda size: abs(math.log(size / d)))


def told(shown: Shown) -> None:
    """How often a model's restorations are misread, and what they cost, on its test images."""
    cost = nats(cache.mean_terms(shown).reconstruction)
    reader = judge(shown.data)
    if reader is None:
        st.caption(f"{cost} per test image. {why_unread(shown.data)}")
        return
    labels = cache.judged_of(shown).labels
    share = misread(cache.readings(shown, reader), labels).share
    st.markdown(
        f"**{percent(share, 1)}** of {grouped(len(labels))} test digits come back as another "
        f"digit; restoring one costs **{cost}**."
    )


@files.figure
def against_size(visitor: Visitor, shown: Shown) -> None:
    """The pretrained ladder's misreadings and PCA's, and the page's model among them."""
    reader = judge(visitor.data)
    if reader is None:
        st.caption(why_unread(visitor.data))
        return
    labels = cache.judged_of(shown).labels
    ladder = {d: cache.pretrained(f"ae-dense-{d}", visitor.data) for d in SIZES}
    ours = {d: misread(cache.readings(model, reader), labels) for d, model in ladder.items()}
    pca = {d: misread(cache.readings_of_pca(visitor.data, d, reader), labels) for d in SIZES}
    here = misread(cache.readings(shown, reader), labels)
    said = takeaway(ours, pca)
    st.markdown(said)
    curves = {
        _ALL: {d: each.share for d, each in ours.items()},
        _NINES: {d: each.nines for d, each in ours.items()},
        _PCA: {d: each.share for d, each in pca.items()},
    }
    st.altair_chart(
        charts.by_code_size(
            pd.DataFrame(
                [(d, y, curve) for curve, ys in curves.items() for d, y in ys.items()],
                columns=["x", "y", "curve"],
            ),
            pd.DataFrame(
                [
                    (shown.config.latent_dim, here.share, f"here: {percent(here.share, 1)}"),
                    *_yours(visitor, shown, reader, labels),
                ],
                columns=["x", "y", "name"],
            ),
            title="Digits that come back as another digit",
            y="share misread",
            colours=_COLOURS,
            dashes=_DASHES,
        ),
        key="misread-by-d",
        alt=said,
    )
    st.caption(_how_measured(visitor, reader, labels))


def _yours(
    visitor: Visitor, shown: Shown, reader: Judge, labels: Int64[Tensor, " n"]
) -> list[tuple[int, float, str]]:
    """The other runs of this visit, each a place among the curves."""
    found = []
    for run in visitor.runs.values():
        if run.key != shown.key and not run.is_vae:
            share = misread(cache.readings(run.on(visitor.data), reader), labels).share
            found.append((run.config.latent_dim, share, f"yours: {percent(share, 1)}"))
    return found


def takeaway(ours: dict[int, Misread], pca: dict[int, Misread]) -> str:
    """What the curves show, in a sentence."""
    least, most = min(ours), max(ours)
    (a_few, nines), (many, nines_of_many) = ours[least], ours[most]
    return (
        f"From {least} number to {most} the share of digits that come back as another digit goes "
        f"from {percent(a_few, 1)} to {percent(many, 1)}, that of fours that come back as "
        f"nines from {percent(nines)} to {percent(nines_of_many)}; PCA, with straight lines only, "
        f"goes from {percent(pca[least].share, 1)} to {percent(pca[most].share, 1)}."
    )


def _how_measured(visitor: Visitor, reader: Judge, labels: Int64[Tensor, " n"]) -> str:
    own_errors = 1 - cache.readable_digits(visitor.data, reader)
    return (
        f"The first {grouped(len(labels))} test images in use, "
        f"{grouped(int((labels == 4).sum()))} of them fours, restored and then read by the "
        f"course's classifier, which misreads {percent(own_errors, 1)} of them as they are. "
        "Rings: the model on this page, and your other runs."
    )
