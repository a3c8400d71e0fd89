"""Whether anybody still watches: a resource of the session, released when its connection is lost.

Streamlit releases what is cached for a session when that happens: hence this stands here.
"""

import streamlit as st

from app import jobs


@st.cache_resource(scope="session", on_release=lambda watch: watch.left(), show_spinner=False)
def watch_connection(_watch: "ConnectionWatch") -> "ConnectionWatch":
    """Calls `left` when this session's connection is lost, for a moment or for good."""
    return _watch


class ConnectionWatch:
    """Tells a visitor's job that nobody watches it. `back` on every run of a page."""

    def __init__(self) -> None:
        self.job: jobs.Job | None = None

    def left(self) -> None:
        if self.job is not None:
            self.job.leave()

    def back(self) -> None:
        if self.job is not None:
            self.job.visitor_left = None
