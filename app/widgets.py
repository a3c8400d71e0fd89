"""Controls and pictures that lessons share.

Every control has a key. What belongs to the place that a link should restore is bound to the
address (`bind="query-params"`); the rest is kept for the visit (`persist_state="session"`).

A control's bounds live in the browser, and a link may say anything. So every control is drawn by
`_checked`, with what it can say: one of a few, some of a few, a number in a range.
"""

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import streamlit as st
from jaxtyping import Float
from torch import Tensor

from app import images, state

Word = TypeVar("Word", bound=str)
Value = TypeVar("Value")

LINKED: dict[str, Any] = {"bind": "query-params"}
KEPT: dict[str, Any] = {"persist_state": "session"}
LEAST = 1e-9  # of a quantity that is not 0: beyond it quotients have no end


class _Sayings(NamedTuple):
    """What a control can say, and how a link writes it."""

    fine: Callable[[object], bool]
    read: Callable[[list[str]], object]  # what a link's texts for it stand for, or ValueError
    write: Callable[[Any], list[str]]  # the same back


def _one_of(options: Sequence, name: Callable[..., str] = str) -> _Sayings:
    named = {name(option): option for option in options}
    return _Sayings(
        lambda value: value in options,
        lambda texts: named.get(texts[-1]),
        lambda value: [name(value)],
    )


def _some_of(options: Sequence) -> _Sayings:
    def fine(value: object) -> bool:
        return isinstance(value, list) and all(option in options for option in value)

    return _Sayings(
        fine, lambda texts: [text for text in texts if text], lambda value: value or [""]
    )


def _number(low: float, high: float, least: float = 0.0) -> _Sayings:
    def fine(value: object) -> bool:
        return (
            isinstance(value, int | float)
            and math.isfinite(value)
            and low <= value <= high
            and (value == 0 or abs(value) >= least)
        )

    return _Sayings(fine, lambda texts: float(texts[-1]), lambda value: [f"{value:.15g}"])


_ON_OR_OFF = _Sayings(
    lambda value: isinstance(value, bool),
    lambda texts: {"true": True, "false": False}.get(texts[-1].lower()),
    lambda value: [str(value).lower()],
)


def _checked(
    draw: Callable[..., Value], key: str, default: object, sayings: _Sayings, **how: Any
) -> Value:
    """Draw a control and say what it says. Where a link or a browser made it say what it cannot,
    it stands at its default, with a note until the learner moves it.
    """
    state.mend(key, sayings.fine, default)
    value = draw(key=key, **how)
    if not sayings.fine(value):  # by a link, which is read as the control is drawn
        st.rerun()
    if "bind" in how:
        linkable = value is not None and value != state.YOURS
        state.stands(key, sayings.write(value) if linkable else None, usual=value == default)
    if state.unheard(key, value, sayings.read):
        st.caption("The link asks here for what there is not; this is where the page begins.")
    return value


def pictures(
    digits: Float[Tensor, "count 1 28 28"],
    columns: int,
    *,
    key: str,
    alt: str,
    labels: Sequence[str] | None = None,
    marked: Sequence[images.Mark | None] | None = None,
    headings: Sequence[str] | None = None,
    outlined: int | None = None,
    **size: int,
) -> None:
    """Digits in rows, as one picture that keeps its size; a narrow screen scrolls it.

    Where digits are `marked`, its caption says `images.legend(marked)`.
    """
    sheet = images.sheet(
        digits,
        columns,
        labels=labels,
        marked=marked,
        headings=headings,
        outlined=outlined,
        **size,
    )
    with st.container(key=f"strip-{key}"):
        st.image(sheet, alt=alt)


def act(label: str, do: Callable[..., None], *what: Any, key: str, **rest: Any) -> None:
    """A button that does something before any control is drawn, and then draws the whole page,
    also where it stands in a fragment.
    """
    if st.button(label, key=key, on_click=do, args=what, **rest):
        st.rerun()


def choice(
    label: str, options: Sequence[Word], *, key: str, default: Word | None = None, **rest
) -> Word:
    """One of a few, in the address; the first unless said otherwise."""
    default = default or options[0]
    draw = functools.partial(st.segmented_control, label, options, default=default, required=True)
    sayings = _one_of(options, rest.get("format_func", str))
    return _checked(draw, key, default, sayings, **LINKED, **rest)


def menu(label: str, options: Sequence[str], *, key: str, **rest) -> str:
    """One of many, in the address; the first unless said otherwise."""
    draw = functools.partial(st.selectbox, label, options)
    sayings = _one_of(options, rest.get("format_func", str))
    return _checked(draw, key, options[0], sayings, **LINKED, **rest)


def one_of_mine(label: str, options: Sequence[str], *, key: str, **rest) -> str:
    """One of many that belong to the visit, not to a link; the first unless said otherwise."""
    draw = functools.partial(st.selectbox, label, options)
    return _checked(draw, key, options[0], _one_of(options), **KEPT, **rest)


def one_of(label: str, options: Sequence[Value], value: Value, *, key: str, **rest) -> Value:
    """A slider over listed values, in the address."""
    draw: Callable[..., Any] = functools.partial(st.select_slider, label, options, value)
    sayings = _one_of(options, rest.get("format_func", str))
    return _checked(draw, key, value, sayings, **LINKED, **rest)


def several(
    label: str, options: Sequence[Word], default: Sequence[Word], *, key: str
) -> list[Word]:
    """Any of a few, in the address."""
    draw = functools.partial(
        st.pills, label, options, selection_mode="multi", default=list(default)
    )
    return _checked(draw, key, list(default), _some_of(options), **LINKED)


def up_to(
    most: int, label: str, options: Sequence[str], default: Sequence[str], *, key: str
) -> list[str]:
    """So many of a long list at most, in the list's order; in the address."""
    draw = functools.partial(
        st.multiselect, label, options, default=list(default), max_selections=most
    )
    some = _some_of(options)
    few = some._replace(fine=lambda value: some.fine(value) and len(value) <= most)
    chosen = _checked(draw, key, list(default), few, **LINKED)
    return [option for option in options if option in chosen]


def switch(label: str, value: bool = False, *, key: str, **rest) -> bool:
    """On or off, in the address."""
    draw = functools.partial(st.toggle, label, value)
    return _checked(draw, key, value, _ON_OR_OFF, **LINKED, **rest)


def tick(label: str, *, key: str, **rest) -> bool:
    """A box to tick, kept for the visit."""
    draw = functools.partial(st.checkbox, label)
    return _checked(draw, key, False, _ON_OR_OFF, **KEPT, **rest)


def whole_number(label: str, low: int, high: int, value: int, *, key: str, **rest) -> int:
    """A slider over whole numbers, in the address."""
    draw = functools.partial(st.slider, label, low, high, value)
    return _checked(draw, key, value, _number(low, high), **LINKED, **rest)


def entry(label: str, low: int, high: int, value: int, *, key: str) -> int:
    """A whole number to type, in the address."""
    numbers = float(low), float(high), float(value)  # as an int, "inf" would raise in Streamlit
    draw = functools.partial(st.number_input, label, *numbers, 1.0, format="%.0f")
    return round(_checked(draw, key, float(value), _number(low, high), **LINKED))


def quantity(label: str, low: float, high: float, value: float, *, key: str, **rest) -> float:
    """A positive number to type, in the address."""
    draw = functools.partial(st.number_input, label, low, high, value)
    return _checked(draw, key, value, _number(low, high, LEAST), **LINKED, **rest)


def answer(label: str, options: Sequence[Word], default: Word, *, key: str, **rest) -> Word:
    """One of a few that belongs to the visit, not to a link."""
    draw = functools.partial(st.segmented_control, label, options, default=default, required=True)
    return _checked(draw, key, default, _one_of(options), **KEPT, **rest)


def amount(label: str, low: float, high: float, value: float, *, key: str, **rest) -> float:
    """A slider over a range, in the address."""
    draw = functools.partial(st.slider, label, low, high, value, 0.01)
    return _checked(draw, key, value, _number(low, high), **LINKED, **rest)


def estimate(label: str, low: float, high: float, step: float, *, key: str) -> float:
    """A number on a range that starts in its middle, kept for the visit."""
    middle = low + step * round((high - low) / step / 2)
    draw = functools.partial(st.slider, label, low, high, middle, step)
    return _checked(draw, key, middle, _number(low, high), label_visibility="collapsed", **KEPT)


def one_or_none(
    label: str, options: Sequence[str], *, key: str, hidden: bool = False
) -> str | None:
    """One of a few, each on a card, or none as long as nothing is chosen; kept for the visit."""
    draw = functools.partial(st.radio, label, options, index=None, width="stretch")
    inside = _one_of(options)
    sayings = inside._replace(fine=lambda value: value is None or inside.fine(value))
    visibility = "collapsed" if hidden else "visible"
    return _checked(draw, key, None, sayings, label_visibility=visibility, **KEPT)


def marks(label: str, options: Sequence[str], *, key: str) -> tuple[str, ...]:
    """Any of a few, in the order of the options; kept for the visit."""
    draw = functools.partial(st.pills, label, options, selection_mode="multi", default=[])
    marked = _checked(draw, key, [], _some_of(options), label_visibility="collapsed", **KEPT)
    return tuple(option for option in options if option in marked)


def in_order(label: str, options: Sequence[str], *, key: str, help: str) -> tuple[str, ...]:
    """A few in the order in which they were chosen; kept for the visit."""
    draw = functools.partial(st.multiselect, label, options, default=[], placeholder=help)
    chosen = _checked(draw, key, [], _some_of(options), label_visibility="collapsed", **KEPT)
    return tuple(dict.fromkeys(chosen))


def section(label: str, *, key: str):
    """A part of a page that is worked out only where it is open (`.open`), in the address."""
    part = st.expander(label, key=key, on_change="rerun", bind="query-params")
    state.stands(key, ["true"] if part.open else None)
    return part


def guess(label: str, low: int, high: int, *, key: str, **rest) -> int | None:
    """A whole number to type, or none, in the address."""
    draw = functools.partial(st.number_input, label, float(low), float(high), None, 1.0)
    inside = _number(low, high)
    sayings = inside._replace(fine=lambda value: value is None or inside.fine(value))
    typed = _checked(draw, key, None, sayings, format="%.0f", **LINKED, **rest)
    return None if typed is None else round(typed)
