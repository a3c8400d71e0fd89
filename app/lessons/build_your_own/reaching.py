"""How near the runs of a visit came to each goal, hints one after another, and what a goal teaches
once it is reached.
"""

import streamlit as st

from app import widgets
from app.lessons.build_your_own.goals import GOALS, Goal, Nearest
from app.panels import files
from app.state import Visitor
from app.words import grouped, title
from core.data import SETS


def show(visitor: Visitor) -> None:
    """A section: every goal, judged on the runs of this visit."""
    section = widgets.section("Goals", key="own-goals")
    if section.open:
        with section:
            _goals(visitor)


def _goals(visitor: Visitor) -> None:
    if not SETS[visitor.data].are_digits:
        st.info("These goals are of digits: choose the sample or MNIST as your data.")
        return
    for goal in GOALS:
        with st.container(border=True, key=f"goal-{goal.key}"):
            _goal(visitor, goal)
    st.caption(
        "Some setting reaches each of them in seconds of training, from any seed that was tried. "
        f"Measured on the {grouped(len(visitor.digits.test_images))} test images in use. What you "
        "reach goes into your record."
    )


@files.figure
def _goal(visitor: Visitor, goal: Goal) -> None:
    runs = [run.on(visitor.data) for run in visitor.runs.values() if not run.brought]
    nearest = goal.nearest(runs)
    if nearest is not None and goal.reached(nearest.value):
        visitor.reached.setdefault(goal.key, f"{goal.task} {_told(visitor, goal, nearest)}")
    done = goal.key in visitor.reached
    st.markdown(f"{':material/check_circle:' if done else ':material/circle:'} {goal.task}")
    if nearest is not None:
        st.markdown(f"{'Best' if done else 'Nearest'} so far: {_told(visitor, goal, nearest)}")
    elif not done:
        st.caption(goal.nothing)
    if done:
        st.success(goal.teaches, icon=":material/school:")
    else:
        _hints(visitor, goal)


def _told(visitor: Visitor, goal: Goal, nearest: Nearest) -> str:
    name = visitor.labels[nearest.run.key].name
    return f"**{goal.words(nearest.value)}**, by {name} ({title(nearest.run.config)})."


def _hints(visitor: Visitor, goal: Goal) -> None:
    """Those asked for so far, and the way to the next."""
    given = visitor.hints.get(goal.key, 0)
    for hint in goal.hints[:given]:
        st.markdown(f"- {hint}")
    left = len(goal.hints) - given
    if left:
        widgets.act(
            f"{'A' if not given else 'Another'} hint ({left} left)",
            visitor.ask_hint,
            goal.key,
            key=f"goal-hint-{goal.key}",
            icon=":material/lightbulb:",
        )
