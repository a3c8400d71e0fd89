"""Links to copy: to a page as it stands, and to the bench as a run had it."""

import streamlit as st

from app.course import LESSONS
from app.panels.settings import linked
from app.state import Visitor, address, link
from app.words import listed

BENCH = "own"  # the bench of the last lesson, which can be set to whatever a run was


@st.fragment
def to_page(visitor: Visitor) -> None:
    """The address that opens this page as it stands: worked out when it is asked for."""
    asked = st.popover(
        "Link",
        type="tertiary",
        icon=":material/link:",
        key=f"link-{visitor.page}",
        on_change="rerun",
    )
    if not asked.open:
        return
    with asked:
        st.caption("This page as it stands, in any browser:")
        st.code(link(visitor), language=None, wrap_lines=True)
        if visitor.run is not None:
            st.caption("Your run is not in a link, only its settings: take it home in lesson 7.")
        if visitor.own is not None:
            st.caption("The digit that you drew is not in a link: the one of its class is.")


def to_run(visitor: Visitor, key: str) -> None:
    """The address that sets lesson 7 to what a run of this visit was trained with."""
    run = visitor.runs[key]
    asked = st.popover("Link", icon=":material/link:", key=f"link-{key}", on_change="rerun")
    if not asked.open:
        return
    images = len(run.digits.train_images)
    query, lost = linked(BENCH, run.config, run.card.get("training", {}), images)
    if run.data != "sample":
        query["data"] = [run.data]
    with asked:
        st.caption(f"Lesson {len(LESSONS)} with the settings of this run, in any browser:")
        st.code(address(LESSONS[-1].address, query), language=None, wrap_lines=True)
        if run.card.get("legs"):
            st.caption("What it was trained with before it branched or went on is not in it.")
        if lost:
            st.caption(f"What the sliders there do not reach is not in it: {listed(lost)}.")
