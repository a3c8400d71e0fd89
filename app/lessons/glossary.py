"""Every term of the course, in a sentence or two."""

import streamlit as st

from app import teaching
from app.course import LESSONS, number_of
from app.glossary import ENTRIES, anchor
from app.panels import deeper, frame

st.title("Glossary", anchor=False)
frame.deck("What does a word mean here, and where does it come from?")

for lesson in LESSONS:
    terms = {name: entry for name, entry in ENTRIES.items() if entry.lesson == lesson.folder}
    with st.container(key=f"glossary-{lesson.folder}"):
        st.page_link(
            lesson.page,
            label=f"**{number_of(lesson.folder)} {lesson.title}**",
            icon=":material/arrow_forward:",
        )
        for name, entry in sorted(terms.items(), key=lambda each: each[0].lower()):
            st.html(
                f'<p id="{anchor(name)}" class="entry"><strong>{name}</strong><br>{entry.means}</p>'
            )
        if symbols := teaching.symbols(lesson.folder):
            with st.expander("The symbols of its formulas", key=f"symbols-{lesson.folder}"):
                st.markdown(deeper.table(symbols))
