"""How often digits come back as another digit, and at what cost, against the size of the code."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import streamlit as st
from jaxtyping import Int64
from torch import Tensor

from app import cache, charts, theme
from app.cache import Judge, Shown
from app.lessons.autoencoder.asked import LOST, SHARE
from app.panels import files, predictions, restoring
from app.panels.digits import judge, why_unread
from app.panels.drawing import EXAMPLE
from app.state import Visitor
from app.teaching import Measured
from app.words import grouped, nats, percent

SIZES = [1, 2, 4, 8, 16, 32]  # of the pretrained models' codes

_ALL, _NINES, _PCA = "any digit", "fours as nines", "PCA, any digit"
_COLOURS = {_ALL: theme.RECONSTRUCTION, _NINES: theme.DECODER, _PCA: theme.PRIOR}
_DASHES = {_ALL: [1, 0], _NINES: [6, 3], _PCA: [2, 2]}

_COST, _BLIND, _PERFECT = "this course's models", "always the mean image", "a perfect restorer"
_COST_COLOURS = {_COST: theme.RECONSTRUCTION, _BLIND: theme.PRIOR, _PERFECT: theme.ENCODER}
_COST_DASHES = {_COST: [1, 0], _BLIND: [2, 2], _PERFECT: [6, 3]}


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


def floor(visitor: Visitor) -> str:
    """What a perfect restorer pays for a test image in use."""
    return nats(cache.bce_extremes(visitor.data)[0])


def ten(visitor: Visitor, shown: Shown) -> None:
    """The ten digits, which of them will be lost, and what comes back of them."""
    reader = judge(visitor.data)
    if reader is None:
        restoring.reconstructions(visitor, shown)
        return
    names = visitor.followed().names
    others = [name for place, name in enumerate(names) if place != EXAMPLE]

    def lost() -> Measured:
        read = restoring.readings_of_ten(visitor, shown, reader).tolist()
        names_lost = [name for place, name in enumerate(names) if read[place] != place]
        lost = tuple(name for name in names_lost if name in others)
        return Measured(lost, unusual=not lost)

    if not predictions.is_open(visitor, LOST):
        restoring.originals(visitor)
    if predictions.ask(visitor, LOST, lost, of=shown.title, options=others):
        restoring.reconstructions(visitor, shown)


def told(visitor: Visitor, shown: Shown) -> None:
    """How often a model's restorations are misread, and what they cost, on its test images."""
    cost = nats(cache.mean_terms(shown).reconstruction)
    reader = judge(shown.data)
    if reader is None:
        st.caption(f"{cost} per test image. {why_unread(shown.data)}")
    elif predictions.is_open(visitor, SHARE):
        labels = cache.judged_of(shown).labels
        st.markdown(
            f"**{percent(_share(shown, reader), 1)}** of {grouped(len(labels))} test digits come "
            f"back as another digit; restoring one costs **{cost}**."
        )
    else:
        st.markdown(f"Restoring a digit costs **{cost}**.")


def _share(shown: Shown, reader: Judge) -> float:
    return misread(cache.readings(shown, reader), cache.judged_of(shown).labels).share


@files.figure
def against_size(visitor: Visitor, shown: Shown) -> None:
    """Misreadings and costs of the pretrained ladder, and the runs of this visit among them."""
    reader = judge(visitor.data)
    if reader is not None and not _asked(visitor, shown, reader):
        return
    ladder = {d: cache.pretrained(f"ae-dense-{d}", visitor.data) for d in SIZES}
    yours = [run for run in visitor.in_figures if not run.is_vae]
    among = [shown, *(run for run in yours if run.key != shown.key)]
    misreadings, costs = st.columns(2, gap="medium")
    with misreadings:
        if reader is None:
            st.caption(why_unread(visitor.data))
        else:
            _misreadings(visitor, ladder, among, reader)
    with costs:
        _costs(visitor, ladder, among)
    st.caption("Rings: the model on this page, and your other runs of this visit.")


def _asked(visitor: Visitor, shown: Shown, reader: Judge) -> bool:
    """Whether the curves may be shown: what of them is predicted stands before them."""
    slips = 1 - cache.readable_digits(visitor.data, reader)
    labels = cache.judged_of(shown).labels
    blind = 1 - labels.bincount().max().item() / len(labels)

    def measured() -> Measured:
        share = _share(shown, reader)
        return Measured(100 * share, unusual=share > blind - 0.05, words=percent(share, 1))

    known = {"the classifier's own slips": 100 * slips, "always the same digit": 100 * blind}
    return predictions.ask(visitor, SHARE, measured, of=shown.title, known=known)


def _misreadings(
    visitor: Visitor, ladder: dict[int, Shown], among: Sequence[Shown], reader: Judge
) -> None:
    """How many digits come back as another digit, against the size of the code; and PCA's."""
    labels = cache.judged_of(among[0]).labels
    ours = {d: misread(cache.readings(model, reader), labels) for d, model in ladder.items()}
    pca = {d: misread(cache.readings_of_pca(visitor.data, d, reader), labels) for d in SIZES}
    said = takeaway(ours, pca)
    curves = {
        _ALL: {d: each.share for d, each in ours.items()},
        _NINES: {d: each.nines for d, each in ours.items()},
        _PCA: {d: each.share for d, each in pca.items()},
    }
    shares = [misread(cache.readings(model, reader), labels).share for model in among]
    st.altair_chart(
        charts.by_code_size(
            _table(curves),
            _rings(among, shares, [percent(share, 1) for share in shares]),
            title="Digits that come back as another digit",
            y="share misread",
            form="%",
            colours=_COLOURS,
            dashes=_DASHES,
        ),
        key="misread-by-d",
        alt=said,
    )
    st.caption(f"{said} {_how_measured(visitor, reader, labels)}")


def _costs(visitor: Visitor, ladder: dict[int, Shown], among: Sequence[Shown]) -> None:
    """What restoring costs, against the size of the code."""
    cost = {d: cache.mean_terms(model).reconstruction for d, model in ladder.items()}
    alike = [model for model in among if model.config.likelihood == "bernoulli"]
    costs = [cache.mean_terms(model).reconstruction for model in alike]
    floor, blind = cache.bce_extremes(visitor.data)
    curves = {
        _COST: cost,
        _BLIND: dict.fromkeys(SIZES, blind),
        _PERFECT: dict.fromkeys(SIZES, floor),
    }
    told = "; ".join(f"d = {d}: {nats(each)}" for d, each in cost.items())
    st.altair_chart(
        charts.by_code_size(
            _table(curves),
            _rings(alike, costs, [nats(each) for each in costs]),
            title="What restoring a digit costs",
            y="BCE, nats per image",
            form="f",
            colours=_COST_COLOURS,
            dashes=_COST_DASHES,
        ),
        key="cost-by-d",
        alt=told,
    )
    st.caption(
        f"From {nats(cost[SIZES[0]])} with {SIZES[0]} number to {nats(cost[SIZES[-1]])} with "
        f"{SIZES[-1]}; a perfect restorer would pay {nats(floor)}, and who always answers with the "
        f"mean image {nats(blind)}. Means over {grouped(len(visitor.digits.test_images))} test "
        "images in use."
    )


def _table(curves: dict[str, dict[int, float]]) -> pd.DataFrame:
    return pd.DataFrame(
        [(d, y, curve) for curve, ys in curves.items() for d, y in ys.items()],
        columns=["x", "y", "curve"],
    )


def _rings(models: Sequence[Shown], heights: list[float], words: list[str]) -> pd.DataFrame:
    """Models among the curves: the first is the page's."""
    names = ["here" if i == 0 else "yours" for i in range(len(models))]
    return pd.DataFrame(
        [
            (model.config.latent_dim, y, f"{name}: {told}")
            for model, y, name, told in zip(models, heights, names, words, strict=True)
        ],
        columns=["x", "y", "name"],
    )


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
    )
