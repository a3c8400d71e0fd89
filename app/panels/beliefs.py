"""Cards for what people believe of these models, where a page can show that it is otherwise."""

import streamlit as st


def card(key: str, belief: str, evidence: str) -> None:
    """A belief, in the words of who holds it, and what was measured here."""
    with st.container(border=True, key=f"belief-{key}", gap="xsmall"):
        st.markdown(f":material/psychology_alt: *“{belief}”*")
        st.markdown(evidence)
