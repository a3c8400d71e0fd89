"""Go deeper: what a page's symbols mean, where its ideas come from, and the lines that do it."""

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from app import theme, widgets

ROOT = Path(__file__).resolve().parents[2]


class Source(NamedTuple):
    """A paper or a book."""

    who: str
    year: int
    title: str
    where: str = ""  # its number: "arXiv:1312.6114"

    def __str__(self) -> str:
        where = f", {self.where}" if self.where else ""
        return f"{self.who} ({self.year}). *{self.title}*{where}."


def show(
    folder: str,
    *,
    symbols: Sequence[tuple[str, str]],
    sources: Sequence[Source],
    code: Sequence[Callable],
) -> None:
    """A section of a lesson: its symbols in LaTeX, as `theme.formula` takes it, with their
    meanings; its sources; and functions of core, read from their files.
    """
    more = widgets.section("Go deeper: every symbol, the sources, the code", key=f"deeper-{folder}")
    if not more.open:
        return
    with more:
        rows = "\n".join(f"| ${theme.formula(tex)}$ | {meaning} |" for tex, meaning in symbols)
        st.markdown(f"| Symbol | Meaning |\n|:--|:--|\n{rows}")
        st.markdown("\n".join(f"- {source}" for source in sources))
        for function in code:
            itself = inspect.unwrap(function)  # a decorator's file is another
            lines, first = inspect.getsourcelines(itself)
            place = Path(inspect.getfile(itself)).relative_to(ROOT)
            st.caption(f"`{place}`, from line {first}")
            st.code("".join(lines), language="python")
