"""One t for the three ways: its frames large, its place in the strips and on the map."""

from collections.abc import Sequence
from itertools import groupby

import streamlit as st
import torch
from torch import Tensor

from app import images, widgets
from app.panels import walks
from app.panels.digits import judge, opinions_on
from app.panels.walks import Walk
from app.state import Visitor, afresh
from app.words import number

LARGE = 6  # pixels of the screen for a pixel of the three frames
MIDDLE = 0.5  # a frame of every walk whose frames are odd in number


@st.fragment
def scrub(visitor: Visitor, fade: Tensor, ways: Sequence[Walk], names: tuple[str, str]) -> None:
    """A slider through the frames of a cross-fade and of walks; what it moves is drawn anew, and
    the walks are not walked again.
    """
    times = [k / (len(fade) - 1) for k in range(len(fade))]
    t = widgets.one_of(
        "t, from the first digit to the second",
        times,
        MIDDLE,
        key=afresh("walk-t", MIDDLE, on=len(fade)),
        format_func=lambda t: number(t, ".2f"),
    )
    at = times.index(t)
    _enlarge(visitor, fade, ways, at)
    _read_on_the_way(visitor, fade, ways)
    walks.strips(visitor, fade, ways, at)
    walks.walk_by_hand(visitor, ways, names, at)


def _enlarge(visitor: Visitor, fade: Tensor, ways: Sequence[Walk], at: int) -> None:
    """The same frame of the three ways, side by side, with what the classifier reads in each."""
    names = ["Cross-fade", *(path.shown.config.kind.upper() for path in ways)]
    pictures = torch.stack([fade[at], *(path.frames[at] for path in ways)])
    labels = ["\n".join(filter(None, both)) for both in zip(names, opinions_on(visitor, pictures))]
    marked = [None, *images.holes(torch.stack([path.distance[at] for path in ways]))]
    widgets.pictures(
        pictures,
        len(pictures),
        key="walk-large",
        labels=labels,
        marked=marked,
        scale=LARGE,
        alt=f"The three ways at t = {number(at / (len(fade) - 1), '.2f')}: "
        + "; ".join(label.replace("\n", " ") for label in labels),
    )
    st.caption(images.legend(marked) or "\N{NO-BREAK SPACE}")  # a line, so that nothing jumps


def _read_on_the_way(visitor: Visitor, fade: Tensor, ways: Sequence[Walk]) -> None:
    """The digits that the classifier reads along each way, those of neither end in bold."""
    reader = judge(visitor.data)
    if reader is None:
        return
    rows = {"cross-fade": fade} | {path.shown.config.kind.upper(): path.frames for path in ways}
    read = {name: reader.model.probabilities(frames).argmax(1) for name, frames in rows.items()}
    ends = read["cross-fade"][[0, -1]].tolist()
    told = [
        f"{name} "
        + ", ".join(f"{d}" if d in ends else f"**{d}**" for d, _ in groupby(digits.tolist()))
        for name, digits in read.items()
    ]
    third = set().union(*(digits.tolist() for digits in read.values())) - set(ends)
    st.markdown(
        f"The classifier reads, from left to right: {'; '.join(told)}. "
        + ("**Bold**: what it reads in neither of the two digits." if third else "No third digit.")
    )
