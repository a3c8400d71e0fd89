"""Controls and pictures that lessons share.

Every control has a key. What belongs to the place that a link should restore is bound to the
address (`bind="query-params"`); the rest is kept for the visit (`persist_state="session"`).
"""

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st
from jaxtyping import Float
from torch import Tensor

from app import images

Word = TypeVar("Word", bound=str)


def digits(
    pictures: Float[Tensor, "count 1 28 28"],
    columns: int,
    *,
    key: str,
    alt: str,
    labels: Sequence[str] | None = None,
    marked: Sequence[bool] | None = None,
    headings: Sequence[str] | None = None,
    **size: int,
) -> None:
    """Digits in rows, as one picture that keeps its size; a narrow screen scrolls it."""
    sheet = images.sheet(pictures, columns, labels=labels, marked=marked, headings=headings, **size)
    with st.container(key=f"strip-{key}"):
        st.image(sheet, alt=alt)


def choice(
    label: str, options: Sequence[Word], *, key: str, default: Word | None = None, **rest
) -> Word:
    """One of a few, in the address; the first unless said otherwise."""
    return st.segmented_control(
        label,
        options,
        default=default or options[0],
        required=True,
        key=key,
        bind="query-params",
        **rest,
    )


def whole_number(label: str, low: int, high: int, value: int, *, key: str, **rest) -> int:
    """A slider over whole numbers, in the address."""
    return st.slider(label, low, high, value, key=key, bind="query-params", **rest)


def one_of(label: str, options: Sequence, value, *, key: str, **rest):
    """A slider over listed values, in the address."""
    return st.select_slider(label, options, value, key=key, bind="query-params", **rest)


def switch(label: str, value: bool = False, *, key: str, **rest) -> bool:
    """On or off, in the address."""
    return st.toggle(label, value, key=key, bind="query-params", **rest)


def answer(label: str, options: Sequence[Word], default: Word, *, key: str) -> Word:
    """One of a few that belongs to the visit, not to a link."""
    return st.segmented_control(
        label, options, default=default, required=True, key=key, persist_state="session"
    )


def several(
    label: str, options: Sequence[Word], default: Sequence[Word], *, key: str
) -> list[Word]:
    """Any of a few, in the address."""
    return st.pills(
        label, options, selection_mode="multi", default=list(default), key=key, bind="query-params"
    )


def section(label: str, *, key: str):
    """A part of a page that is worked out only where it is open (`.open`), in the address."""
    return st.expander(label, key=key, on_change="rerun", bind="query-params")


def menu(label: str, options: Sequence[str], *, key: str, **rest) -> str:
    """One of many, in the address; the first unless said otherwise."""
    return st.selectbox(label, options, key=key, bind="query-params", **rest)


def entry(label: str, low: int, high: int, value: int, *, key: str, **rest) -> int:
    """A whole number to type, in the address."""
    return int(st.number_input(label, low, high, value, key=key, bind="query-params", **rest))


def guess(label: str, low: int, high: int, *, key: str, **rest) -> int | None:
    """A whole number to type, or none, in the address."""
    typed = st.number_input(label, low, high, None, 1, key=key, bind="query-params", **rest)
    return None if typed is None else int(typed)


def amount(label: str, low: float, high: float, value: float, *, key: str, **rest) -> float:
    """A slider over a range, kept for the visit."""
    return st.slider(label, low, high, value, 0.01, key=key, persist_state="session", **rest)


def quantity(label: str, low: float, high: float, value: float, *, key: str, **rest) -> float:
    """A positive number to type, in the address."""
    return float(st.number_input(label, low, high, value, key=key, bind="query-params", **rest))
