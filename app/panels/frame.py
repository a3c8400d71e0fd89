"""How a page opens and closes, the map of the course, and the card that holds a figure."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import quiz, record
from app.course import DATA_INVITATION, DATA_PAGE, LESSONS, WELCOME_PAGE, Lesson, number_of
from app.panels import digits, links, previews
from app.state import Visitor, session, unheard_of_followed


def opening(folder: str) -> None:
    """Where the lesson in that folder stands in the course; its title, and the question it
    answers.
    """
    number = number_of(folder)
    lesson = LESSONS[number - 1]
    with _row("way-top"):
        _back(number)
        _steps(number)
        after = LESSONS[number].page if number < len(LESSONS) else DATA_PAGE
        st.page_link(after, icon=":material/arrow_forward:", icon_position="right")
        links.to_page(session())
    for note in unheard_of_followed(session()):
        st.caption(f"{note} The page keeps its own.")
    st.title(f"{number}  {lesson.title}", anchor=False)
    deck(lesson.question)
    digits.tell_of_other_data(session())
    quiz.recall(session(), folder)


def deck(words: str) -> None:
    """What stands under a title, in a line: the question of its page."""
    with st.container(key="deck"):
        st.markdown(words)


def figure(key: str) -> DeltaGenerator:
    """The card of a figure: its controls, its picture, a line of legend, its numbers, in that
    order. Figures may be wider than the text; their edges are the same.
    """
    return st.container(border=True, key=f"figure-{key}")


def closing(folder: str) -> None:
    """The way to the next lesson, as a card with a picture of it; the way back."""
    number = number_of(folder)
    with _row("way-bottom"):
        _back(number)
        _steps(number)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="card-next"):
        if number < len(LESSONS):
            lesson = LESSONS[number]
            page, name, invitation = lesson.page, lesson.folder, lesson.invitation
        else:
            page, name, invitation = DATA_PAGE, "data", DATA_INVITATION
        previews.show(name)
        with st.container(key="card-next-words", gap="xsmall"):
            st.page_link(page, icon=":material/arrow_forward:", icon_position="right")
            st.markdown(invitation)


def _row(key: str) -> DeltaGenerator:
    return st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key=key
    )


def _back(number: int) -> None:
    before = LESSONS[number - 2].page if number > 1 else WELCOME_PAGE
    st.page_link(before, icon=":material/arrow_back:")


def _steps(number: int) -> None:
    """Which lesson of the course this is, and which were opened: one dot for each."""
    seen = [lesson.address in session().seen for lesson in LESSONS]
    dots = "".join(
        f'<i class="{"here" if step == number else "seen" if opened else ""}"></i>'
        for step, opened in enumerate(seen, 1)
    )
    where = f"Lesson {number} of {len(LESSONS)}"
    st.html(
        f'<div class="steps" role="img" aria-label="{where}, {sum(seen)} opened so far">{dots}'
        f"<span>{number} of {len(LESSONS)}</span></div>",
        width="content",
    )


def begin(visitor: Visitor) -> None:
    """The way into the first lesson that the visitor has not seen."""
    unseen = [lesson for lesson in LESSONS if lesson.address not in visitor.seen]
    lesson = (unseen or LESSONS)[0]
    with st.container(key="begin", width="content"):
        st.page_link(
            lesson.page,
            label=f"**{'Begin' if len(unseen) == len(LESSONS) else 'Go on'}: {lesson.title}**",
            icon=":material/arrow_forward:",
            icon_position="right",
        )


def course(visitor: Visitor) -> None:
    """The course's map: a card for each lesson, with a picture of it, its question, and how far
    the visitor is with it: seen, predicted, trained, checked.
    """
    cards = st.grid(min_column_width=270, key="course")
    for number, lesson in enumerate(LESSONS, 1):
        card = cards.container(
            border=True, height="stretch", gap="xsmall", key=f"card-{lesson.folder}"
        )
        with card:
            _entry(visitor, number, lesson)


def _entry(visitor: Visitor, number: int, lesson: Lesson) -> None:
    seen = lesson.address in visitor.seen
    previews.show(lesson.folder)
    st.page_link(
        lesson.page,
        label=f"**{number} {lesson.title}**",
        icon=":material/check_circle:" if seen else ":material/circle:",
    )
    st.markdown(lesson.question)
    if told := record.progress(visitor, lesson).told():
        st.caption(told)
