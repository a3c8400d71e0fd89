"""The record of this visit: what was predicted, what came out, what to come back to."""

import streamlit as st

from app import record, visits
from app.course import LESSONS
from app.panels import frame
from app.state import session
from app.words import listed

visitor = session()

st.title("Your record", anchor=False)
frame.deck("What did you expect, and what came out?")
tally = record.tally(visitor)
if any(tally.values()):
    counts = listed([f"{count} {words}" for words, count in tally.items()])
    st.markdown(
        f"Of **{sum(tally.values())}** predictions: {counts}. A surprise is what one learns from."
    )
else:
    st.markdown(
        "Nothing predicted so far. Every lesson asks you before it shows: commit to an answer "
        "there, and it stands here beside what was measured."
    )

for number, lesson in enumerate(LESSONS, 1):
    with st.container(key=f"record-{lesson.folder}", gap="xsmall"):
        st.page_link(
            lesson.page, label=f"**{number} {lesson.title}**", icon=":material/arrow_forward:"
        )
        st.caption(record.progress(visitor, lesson).told() or "not opened so far")
        for sentence in record.sentences(visitor, lesson):
            st.markdown(f"- {sentence}")

if again := record.misses(visitor):
    st.subheader("To come back to", anchor=False)
    for number, miss in enumerate(again):
        st.markdown(miss.prompt)
        with st.container(key=f"miss-{number}"):
            st.page_link(miss.lesson.page, label=miss.lesson.title, icon=":material/replay:")
if visitor.reached:
    st.subheader("Goals you reached", anchor=False)
    for told in visitor.reached.values():
        st.markdown(f"- {told}")
if runs := record.runs(visitor):
    st.subheader("What you trained", anchor=False)
    st.table([run._asdict() for run in runs])
    st.caption("Costs: means over the test images in use, as predicted and as measured.")

st.subheader("To keep", anchor=False)
st.caption(
    f"The record is of this visit. A reload keeps it; {visits.KEPT / 60:.0f} minutes without a "
    "page of the course open, or a restart of the server, end it. Nothing of it is sent anywhere. "
    "Print this page with your browser, or take it as a file."
)
st.download_button(
    "Take it as Markdown",
    record.as_markdown(visitor),
    file_name="latent-walk-record.md",
    mime="text/markdown",
    key="record-file",
    icon=":material/download:",
)
