"""Questions: asked at a lesson's end, and one of them again where a later lesson begins."""

import streamlit as st

from app import widgets
from app.cache import PretrainedError
from app.course import number_of
from app.state import Visitor
from app.teaching import Question, asked, every_question, to_recall


def ask(visitor: Visitor, folder: str) -> None:
    """The questions of a lesson, each answered at once, and explained."""
    st.subheader("Check yourself", anchor=False)

    @st.fragment
    def questions() -> None:
        all_of_them = asked(folder).questions
        for column, question in zip(st.columns(len(all_of_them), gap="medium"), all_of_them):
            with column:
                _ask(visitor, question, place="check")

    questions()


def recall(visitor: Visitor, folder: str) -> None:
    """One question of an earlier lesson, where a lesson opens; it stays the same for the visit."""
    if folder not in visitor.recalled:
        found = to_recall(folder, visitor.missed, set(visitor.answers))
        if found is None:
            return
        visitor.recalled[folder] = found
    origin, question = every_question()[visitor.recalled[folder]]
    try:
        question = question.filled()
    except PretrainedError:  # the page it comes from says what is lacking
        return

    @st.fragment
    def again() -> None:
        label = f"**From lesson {number_of(origin)}** · {question.prompt}"
        with st.expander(label, key=f"recall-{folder}"):
            _ask(visitor, question, place="check-again", asked_above=True)

    again()


def _ask(visitor: Visitor, question: Question, *, place: str, asked_above: bool = False) -> None:
    """One question. What was answered is judged and explained below it."""
    try:
        question = question.filled()
    except PretrainedError:  # a figure of the page says what is lacking
        return
    words = [option.words for option in question.options]
    answer = widgets.one_or_none(
        question.prompt, words, key=f"{place}-{question.key}", hidden=asked_above
    )
    if answer is None:
        return
    chosen = words.index(answer)
    visitor.answer(question.key, chosen, right=chosen == question.right)
    option = question.options[chosen]
    if chosen == question.right:
        st.success(f"Right. {option.why}", icon=":material/check:")
        return
    behind = f" *{option.misconception}.*" if option.misconception else ""
    st.info(f"Not so. {option.why}{behind}", icon=":material/lightbulb:")
