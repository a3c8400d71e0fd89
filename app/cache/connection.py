"""Whether anybody still watches: a resource of the session, released when its connection is lost.

Streamlit releases what is cached for a session when that happens: hence this stands here.
"""

from typing import Protocol

import streamlit as st


class Watched(Protocol):
    """What is told when nobody watches it any more."""

    def left(self) -> None: ...


@st.cache_resource(scope="session", on_release=lambda watched: watched.left(), show_spinner=False)
def watch_connection(_watched: Watched) -> Watched:
    """Calls `left` when this session's connection is lost, for a moment or for good."""
    return _watched
