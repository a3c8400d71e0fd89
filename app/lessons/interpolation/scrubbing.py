"""One t for all ways from one digit to another: their pictures, their strips, their maps."""

import functools
from collections.abc import Sequence

import streamlit as st

from app import cache, images
from app.cache import Ends, Judge, Shown
from app.components import ways
from app.lessons.interpolation.asked import FIRST, MIDWAY, SECOND, THIRD
from app.panels import models, predictions, walks
from app.panels.digits import judge
from app.state import Visitor, chosen_on, keep_release
from app.teaching import Measured
from app.words import percent

MIDDLE = 0.5
KEY = "ways"
YOURS = "Yours", "Train a model, and it walks here."  # in its place while there is none


def scrub(
    visitor: Visitor,
    shown: Sequence[Shown],
    ends: Ends,
    *,
    spherical: bool,
    places: int,
) -> None:
    """The cross-fade and walks through the codes of models, side by side, with one scrubber.

    There is room for so many models: where one is still to come, its place says so.
    """
    t = _chosen_t(visitor)
    if visitor.pad_failed:
        strips(visitor, shown, ends, round(t * (ways.STOPS - 1)), spherical=spherical)
        return
    reader = judge(visitor.data) if predictions.is_open(visitor, MIDWAY) else None
    fade = cache.faded_way(walks.crossfade(ends, ways.FRAMES), reader)
    decoded = [cache.decoded_way(each, ends, reader, spherical=spherical) for each in shown]
    failed = ways.ways(
        [fade, *decoded, *[None] * (places - len(shown))],
        t,
        key=KEY,
        absent=YOURS,
        on_t=functools.partial(keep_release, visitor, "walk-t", KEY, "t", 1, "walk-t"),
    )
    if failed:
        visitor.pad_failed = True
        st.rerun()
    read = (
        "Under each picture: what the classifier reads in it, and along the whole way, in bold "
        "what it reads at neither end. "
    )
    st.caption(
        f"{read if reader else ''}{images.legend(['hole'])} Maps: codes by class, squares in "
        "holes; more than two numbers cast their shadows on a plane. A click on a strip goes there."
    )


def midway(visitor: Visitor, shown: Shown, ends: Ends, *, spherical: bool) -> None:
    """What the classifier will read half-way on a model's way: asked before it is told."""
    reader = judge(visitor.data)
    if reader is None:
        return
    predictions.ask(
        visitor,
        MIDWAY,
        lambda: read_midway(shown, ends, reader, spherical=spherical),
        of=shown.title,
    )


def read_midway(shown: Shown, ends: Ends, reader: Judge, *, spherical: bool) -> Measured:
    """Whether the middle of a way is read as its first digit, its second or a third."""
    frames = cache.path(shown, ends, ways.FRAMES, spherical=spherical).frames
    sure, read = reader.model.probabilities(frames[[0, ways.FRAMES // 2, -1]]).max(1)
    first, middle, second = read.tolist()
    value = FIRST if middle == first else SECOND if middle == second else THIRD
    words = f"{value} ({middle}, {percent(float(sure[1]))} sure)"
    return Measured(value, unusual=value != THIRD, words=words)


def _chosen_t(visitor: Visitor) -> float:
    """Where the learner, or a link, put t."""
    chosen = chosen_on(visitor, "walk-t", 1, "walk-t")
    return chosen[0] if chosen and 0 <= chosen[0] <= 1 else MIDDLE


def whose(pair: Sequence[Shown], now: Shown) -> None:
    """Whose the models are that stand beside the page's own, and where they come from."""
    for column, shown in zip(st.columns(len(pair)), pair):
        if shown.key != now.key:
            with column:
                models.tell(shown, key=f"whose-{shown.config.kind}")


def strips(
    visitor: Visitor, shown: Sequence[Shown], ends: Ends, at: int | None = None, *, spherical: bool
) -> None:
    """The same ways as pictures that stand still, drawn on the server."""
    paths = [walks.walk(each, ends, ways.STOPS, spherical=spherical) for each in shown]
    read = predictions.is_open(visitor, MIDWAY)
    walks.strips(visitor, walks.crossfade(ends, ways.STOPS), paths, at, read=read)


@st.fragment
def by_hand(visitor: Visitor, shown: Sequence[Shown], ends: Ends, names: tuple[str, str]) -> None:
    """A map of one of these models on which the ends of the path can be dragged."""
    paths = [walks.walk(each, ends, ways.STOPS) for each in shown]
    begin = ways.STOPS // 2 if predictions.is_open(visitor, MIDWAY) else 0
    walks.walk_by_hand(visitor, paths, names, begin)
