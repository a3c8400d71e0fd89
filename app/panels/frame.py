"""How a page opens and closes, and the map of the course."""

import streamlit as st

from app.course import DATA_INVITATION, DATA_PAGE, LESSONS, Lesson, number_of
from app.state import Visitor


def opening(folder: str) -> None:
    """The title of the lesson in that folder, and the question it answers."""
    number = number_of(folder)
    lesson = LESSONS[number - 1]
    st.title(f"{number}  {lesson.title}", anchor=False)
    st.markdown(f"#### {lesson.question}")


def closing(folder: str) -> None:
    """What the lesson after this one is about, and the way there."""
    following = LESSONS[number_of(folder) :]
    invitation = following[0].invitation if following else DATA_INVITATION
    st.divider()
    st.markdown(invitation)
    st.page_link(following[0].page if following else DATA_PAGE, icon=":material/arrow_forward:")


def begin(visitor: Visitor) -> None:
    """The way into the first lesson that the visitor has not seen."""
    unseen = [lesson for lesson in LESSONS if lesson.address not in visitor.seen]
    lesson = (unseen or LESSONS)[0]
    st.page_link(
        lesson.page,
        label=f"**{'Begin' if len(unseen) == len(LESSONS) else 'Go on'}: {lesson.title}**",
        icon=":material/arrow_forward:",
    )


def course_entry(visitor: Visitor, number: int, lesson: Lesson) -> None:
    """A line of the course's map: the lesson, its question, and whether it was visited."""
    name, question = st.columns([2, 5], vertical_alignment="center")
    seen = lesson.address in visitor.seen
    name.page_link(
        lesson.page,
        label=f"{number} {lesson.title}",
        icon=":material/check_circle:" if seen else ":material/circle:",
    )
    question.markdown(lesson.question + (" *(visited)*" if seen else ""))
