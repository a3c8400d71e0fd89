"""Predictions: asked before something is shown, locked, and quoted beside what was measured.

A page asks with `ask` where an outcome would stand, and shows the outcome where that says so. It
is never in the way: "Just show me" opens it as well, and nothing else of the page waits.
"""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from app import widgets
from app.state import Outcome, Visitor
from app.teaching import (
    Answer,
    Choose,
    Estimate,
    Mark,
    Measured,
    Place,
    Point,
    Prediction,
    in_words,
    verdict,
)
from app.words import number

_ICONS = {"right": ":material/check:", "near": ":material/near_me:", "wrong": ":material/bolt:"}


def is_open(visitor: Visitor, prediction: Prediction) -> bool:
    """Whether the outcome may be on the page: after a commitment, or when it was asked for."""
    return prediction.key in visitor.said


def ask(
    visitor: Visitor,
    prediction: Prediction,
    measure: Callable[[], Measured | None],
    *,
    of: str,
    options: Sequence[str] = (),
    known: Mapping[str, float] | None = None,
    at: Callable[[], Point] | None = None,
) -> bool:
    """Ask, or tell how it came out; whether the outcome may be shown.

    `measure` gives the outcome of the model in use, `of` its name; None where it has yet to be
    acted for. It is called only once the outcome may be shown. `options` are those of a page, in
    place of the prediction's own; `known` are marks below an estimate's range; `at` says where the
    mark of the page's map stands when a place is committed to.
    """
    with st.container(border=True, key=f"ask-{prediction.key}"):
        if not is_open(visitor, prediction):
            _ask(visitor, prediction, options, known or {}, at)
            return False
        _tell(visitor, prediction, measure, of)
        return True


def _ask(
    visitor: Visitor,
    prediction: Prediction,
    options: Sequence[str],
    known: Mapping[str, float],
    at: Callable[[], Point] | None,
) -> None:
    st.markdown(f"**Predict** · {prediction.prompt}")
    said = _answer(prediction, options, known, at)
    with st.container(horizontal=True, vertical_alignment="center"):
        # Not `act`: what a callback is given was said before the last run, not when it is pressed.
        pressed = st.button(
            f"Commit to {in_words(prediction.way, said)}"
            if isinstance(said, int | float)
            else "Commit",
            key=f"commit-{prediction.key}",
            type="primary",
            disabled=said is None,
        )
        if pressed and said is not None:
            visitor.commit(prediction.key, said() if callable(said) else said)
            st.rerun()
        widgets.act(
            "Just show me",
            visitor.commit,
            prediction.key,
            None,
            key=f"show-{prediction.key}",
            type="tertiary",
        )


def _answer(
    prediction: Prediction,
    options: Sequence[str],
    known: Mapping[str, float],
    at: Callable[[], Point] | None,
) -> Answer | Callable[[], Point] | None:
    """What the learner says so far; None where it is no answer yet."""
    way, key = prediction.way, f"guess-{prediction.key}"
    if isinstance(way, Place):  # a mark moves without the page: it is asked when committed to
        st.caption("Move the mark on the map, then commit.")
        return at
    if isinstance(way, Estimate):
        value = widgets.estimate(prediction.prompt, way.low, way.high, way.step, key=key)
        _marks(way, known)
        return value
    options = options or way.options
    if isinstance(way, Choose):
        return widgets.one_or_none(prediction.prompt, options, key=key, hidden=True)
    if isinstance(way, Mark):
        marked = widgets.marks(prediction.prompt, options, key=key)
        return marked if way.exactly in (None, len(marked)) else None
    said = widgets.in_order(
        prediction.prompt, options, key=key, help=f"First {way.first}, last {way.last}."
    )
    return said if len(said) == len(options) else None


def _marks(way: Estimate, known: Mapping[str, float]) -> None:
    """What is known of an estimate, as marks below its range."""
    spans = "".join(
        f'<span style="left:{100 * (at - way.low) / (way.high - way.low):.2f}%">'
        f"{name}: {number(at, way.form)}{way.unit}</span>"
        for name, at in sorted(known.items(), key=lambda mark: mark[1])
        if way.low <= at <= way.high
    )
    if spans:
        st.html(f'<div class="known">{spans}</div>')


def _tell(
    visitor: Visitor,
    prediction: Prediction,
    measure: Callable[[], Measured | None],
    of: str,
) -> None:
    """The outcome, in one sentence that holds what was said and what was measured."""
    said, measured, way = visitor.said[prediction.key], measure(), prediction.way
    words = None if said is None else in_words(way, said)
    with st.container(horizontal=True, vertical_alignment="center"):
        if measured is None:
            st.markdown(f"You said **{words}**. " if words else "You wanted to see it. ")
        elif said is None or words is None:
            st.markdown(f"{prediction.prompt} **{measured.told(way)}**.")
        else:
            tell(visitor, prediction, said, measured, of)
        widgets.act(
            "Predict again",
            visitor.predict_again,
            prediction.key,
            key=f"again-{prediction.key}",
            type="tertiary",
        )
    if measured is not None:
        st.caption(f"{of}; {prediction.measured_by}.")


def tell(
    visitor: Visitor, prediction: Prediction, said: Answer, measured: Measured, of: str
) -> None:
    """How a prediction came out, in one sentence, which goes on the record."""
    way = prediction.way
    came_out = verdict(way, said, measured.value, measured.spread)
    words, told = in_words(way, said), measured.told(way)
    form = getattr(prediction.sentences, "unusual" if measured.unusual else came_out)
    sentence = form.format(said=f"**{words}**", measured=f"**{told}**")
    st.markdown(f"{_ICONS[came_out]} {sentence}")
    visitor.came_out(prediction.key, Outcome(words, told, came_out, sentence, of))
