"""What a page does without a file of `pretrained/`: all but that figure, and says so once.

What is wrong with a file, and what to do, is told once at the top of the page. Where its figure
would stand, a few words say what is missing there.
"""

import functools
from collections.abc import Callable
from typing import ParamSpec

import streamlit as st

from app.cache import PretrainedError
from app.state import Visitor, session
from app.words import as_code

P = ParamSpec("P")


def figure(draw: Callable[P, None]) -> Callable[P, None]:
    """A figure that gives way to a few words where a file that it needs cannot be used."""

    @functools.wraps(draw)
    def guarded(*args: P.args, **more: P.kwargs) -> None:
        try:
            draw(*args, **more)
        except PretrainedError as error:
            lacks(error)
            st.caption(f"A figure is missing here: it needs {as_code(error.file)}.")

    return guarded


def lacks(error: PretrainedError) -> None:
    """Note that this page does without that file."""
    session().lacking[error.file] = str(error)


def tell(visitor: Visitor) -> None:
    """A sentence for each file that the page does without."""
    for sentence in visitor.lacking.values():
        st.error(sentence, icon=":material/error:")
