"""Questions at the end of a lesson: answered at once, and explained."""

from collections.abc import Sequence

import streamlit as st


def check(key: str, question: str, options: Sequence[str], right: str, why: str) -> None:
    """One question. The answer given is judged and explained below it; `right` is an option."""
    answer = st.radio(
        question,
        options,
        index=None,
        key=f"check-{key}",
        persist_state="session",
        width="stretch",
    )
    if answer is None:
        return
    if answer == right:
        st.success(f"Right. {why}", icon=":material/check:")
    else:
        st.info(f"Not so: {right} {why}", icon=":material/lightbulb:")
