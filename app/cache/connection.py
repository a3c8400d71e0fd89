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
    """Tells a visitor's jobs that nobody watches them. `back` on every run of a page."""

    def __init__(self) -> None:
        self.jobs: tuple[jobs.Job, ...] = ()

    def left(self) -> None:
        for job in self.jobs:
            job.leave()

    def back(self) -> None:
        for job in self.jobs:
            job.visitor_left = None
