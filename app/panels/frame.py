"""How a page opens and closes, and the map of the course."""

import streamlit as st

from app.course import LESSONS, Lesson
from app.state import Visitor


def opening(file: str) -> None:
    """The title of the lesson in that file, and the question it answers."""
    number = [lesson.file for lesson in LESSONS].index(file)
    st.title(f"{number + 1}  {LESSONS[number].title}", anchor=False)
    st.markdown(f"#### {LESSONS[number].question}")


def coming_next(page: str, teaser: str) -> None:
    """What the next lesson is about, and the way there."""
    st.divider()
    st.markdown(teaser)
    st.page_link(f"lessons/{page}.py", icon=":material/arrow_forward:")


def begin(visitor: Visitor) -> None:
    """The way into the first lesson that the visitor has not seen."""
    unseen = [lesson for lesson in LESSONS if lesson.address not in visitor.seen]
    lesson = (unseen or LESSONS)[0]
    st.page_link(
        f"lessons/{lesson.file}.py",
        label=f"**{'Begin' if len(unseen) == len(LESSONS) else 'Go on'}: {lesson.title}**",
        icon=":material/arrow_forward:",
    )


def course_entry(visitor: Visitor, number: int, lesson: Lesson) -> None:
    """A line of the course's map: the lesson, its question, and whether it was visited."""
    name, question = st.columns([2, 5], vertical_alignment="center")
    seen = lesson.address in visitor.seen
    name.page_link(
        f"lessons/{lesson.file}.py",
        label=f"{number} {lesson.title}",
        icon=":material/check_circle:" if seen else ":material/circle:",
    )
    question.markdown(lesson.question + (" *(visited)*" if seen else ""))
