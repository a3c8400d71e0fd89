"""Go deeper: what a page's symbols mean, where its ideas come from, and the lines that do it."""

import inspect
import re
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


Symbols = Sequence[tuple[str, str]]  # in LaTeX, as `theme.formula` takes it; what each means


def formula(tex: str, symbols: Symbols) -> None:
    """A formula, whose symbols are explained on hover."""
    st.latex(theme.formula(tex), help=explained(tex, symbols) or None)


def table(symbols: Symbols) -> str:
    """Symbols and what they mean, in Markdown."""
    rows = "\n".join(f"| ${theme.formula(tex)}$ | {meaning} |" for tex, meaning in symbols)
    return f"| Symbol | Meaning |\n|:--|:--|\n{rows}"


def explained(tex: str, symbols: Symbols) -> str:
    """Those of the symbols that a formula uses, each with its meaning: in Markdown."""
    plain = _plain(tex)
    used = [
        f"- ${theme.formula(symbol)}$: {meaning}"
        for symbol, meaning in symbols
        if any(_stands_in(part, plain) for part in _plain(symbol).split(","))
    ]
    return "\n".join(used)


def _plain(tex: str) -> str:
    """LaTeX without colours, braces and spaces."""
    tex = re.sub(rf"\\(?:{'|'.join(theme.QUANTITIES)})(?=\{{)", "", tex)
    tex = tex.replace(r"\mid", "|").replace(r"\,", "").replace(r"\Vert", r"\|")
    tex = re.sub(r"(\\[A-Za-z]+)\s+", r"\1~", tex)  # or a name would grow by what follows it
    return re.sub(r"[{}\s]", "", tex)


def _stands_in(symbol: str, formula: str) -> bool:
    """Whether a symbol is there as itself, and not as a part of a longer name."""
    starts = r"(?<![A-Za-z\\])" if symbol[:1].isalpha() else ""
    return re.search(starts + re.escape(symbol) + r"(?![A-Za-z])", formula) is not None


def show(
    folder: str,
    *,
    symbols: Symbols,
    sources: Sequence[Source],
    code: Sequence[Callable],
) -> None:
    """A section of a lesson: its symbols with their meanings, its sources, and functions of core,
    read from their files.
    """
    more = widgets.section("Go deeper: every symbol, the sources, the code", key=f"deeper-{folder}")
    if not more.open:
        return
    with more:
        st.markdown(table(symbols))
        st.markdown("\n".join(f"- {source}" for source in sources))
        for function in code:
            itself = inspect.unwrap(function)  # a decorator's file is another
            lines, first = inspect.getsourcelines(itself)
            place = Path(inspect.getfile(itself)).relative_to(ROOT)
            st.caption(f"`{place}`, from line {first}")
            st.code("".join(lines), language="python")
