"""One setting over up to five values, or one configuration over up to five seeds: ordered, under
way, stopped. What it brings is beside this.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import streamlit as st

from app import cache, widgets
from app.jobs import Job
from app.lessons.build_your_own import swept
from app.panels.bench import POLL
from app.panels.settings import SETTINGS, Choice, in_words, matters, varied
from app.state import Point, Sweep, Visitor
from app.words import duration, grouped
from core.data import DataError

MOST = 5  # runs of a sweep
# Where a choice of values begins; of other settings, with the first of them.
USUAL: dict[str, Sequence[Any]] = {
    "latent_dim": (1, 2, 4, 8, 16),
    "beta": (0.0392, 0.392, 1, 3.92, 39.2),
    "epochs": (5, 10, 20, 40),
    "learning_rate": (0.001, 0.004, 0.02, 0.08),
    "batch_size": (32, 64, 128, 256),
}


def hear(visitor: Visitor, choice: Choice) -> None:
    """Note what the sliders ask for; a section that stands open is drawn anew."""
    changed, visitor.asked = visitor.asked not in (None, choice), choice
    if changed and visitor.asking:
        st.rerun()


def show(visitor: Visitor) -> None:
    """A section: the controls of a sweep, its progress, and its runs so far; where it is closed,
    its progress alone.
    """
    section = widgets.section("Sweep one setting", key="own-sweep")
    visitor.asking = opened = bool(section.open)
    live = visitor.sweeping() is not None

    @st.fragment(run_every=POLL if live else None)
    def view() -> None:
        point = visitor.sweeping()
        if visitor.sweep_has_news() or (live and point is None):
            st.rerun()  # in full: the whole page takes in what there is
        if visitor.sweep is not None and point is not None and point.job is not None:
            _progress(visitor, visitor.sweep, point, point.job)
        elif opened:
            _order(visitor)
        if opened and visitor.sweep is not None:
            swept.runs(visitor, visitor.sweep)

    with section:
        view()


# ---- before ------------------------------------------------------------------------------------


def _order(visitor: Visitor) -> None:
    """What to vary, over which values, and Sweep."""
    if visitor.asked is None:  # the sliders make no model, and say so
        return
    choice = Choice(*visitor.asked)
    model = asdict(choice.model)
    names = dict.fromkeys(("beta", "latent_dim", swept.SEED, *SETTINGS))  # these three first
    labels = {SETTINGS[name].label: name for name in names if matters(name, model)}
    left, right = st.columns([1, 2])
    with left:
        setting = labels[widgets.menu("Vary", list(labels), key="sweep-of")]
    with right:
        values = _values(visitor, choice, setting)
    st.caption(
        "Each value is a run of its own, one after the other; all else as the sliders above stand."
    )
    if visitor.under_way() is not None:
        st.info("A run goes on, and one run at a time: stop it, or wait for its end.")
        return
    seconds = sum(_seconds(visitor, choice, setting, value) for value in values)
    if st.button(
        f"Sweep · about {duration(seconds)}",
        key="sweep-begin",
        type="primary",
        icon=":material/stacked_line_chart:",
        disabled=len(values) < 2,
    ):
        try:
            visitor.sweep_over(setting, values, lambda value: varied(choice, setting, value))
        except DataError as error:
            st.error(f"{error}. The page keeps what it had.", icon=":material/error:")
        else:
            st.rerun()


def _values(visitor: Visitor, choice: Choice, setting: str) -> list[Any]:
    """Those that the learner chose, in their order."""
    if setting == swept.SEED:
        count = widgets.whole_number("How many seeds", 2, MOST, MOST, key="sweep-seeds")
        return [choice.training.seed + more for more in range(count)]
    there = len(visitor.digits.train_images)
    named = {
        in_words(value): value
        for value in SETTINGS[setting].values
        if setting != "images" or value <= there
    }
    usual = [in_words(value) for value in USUAL.get(setting, list(named.values())[:MOST])]
    word = SETTINGS[setting].word
    chosen = widgets.up_to(MOST, "Over the values", list(named), usual, key=f"sweep-{word}")
    return [named[name] for name in chosen]


def _seconds(visitor: Visitor, choice: Choice, setting: str, value: Any) -> float:
    """How long the run of a value takes; none where it makes none."""
    try:
        model, training = varied(choice, setting, value)
    except ValueError:
        return 0.0
    return cache.seconds_for(model, training, visitor.images_of(training))


# ---- while it goes on --------------------------------------------------------------------------


def _progress(visitor: Visitor, sweep: Sweep, point: Point, job: Job) -> None:
    before, share = sweep.points.index(point), job.state.step / job.total
    st.progress(
        min(1.0, (before + share) / len(sweep.points)),
        f"{swept.named(sweep, point)}: {before + 1} of {len(sweep.points)}, step "
        f"{grouped(job.state.step)} of {grouped(job.total)}",
    )
    widgets.act("Stop the sweep", visitor.stop_sweep, key="sweep-stop", icon=":material/stop:")
    st.caption(
        "It goes on while you are on another page. Stop keeps the runs that are done, and lets go "
        "of the one under way."
    )
