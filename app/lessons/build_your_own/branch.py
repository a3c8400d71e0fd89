"""Go back in a run of this visit, and continue from there with another learning rate or β."""

from typing import NamedTuple

import streamlit as st

from app import cache, widgets
from app.jobs import Change, Job
from app.lessons.build_your_own.own import SELECTOR
from app.panels.settings import SETTINGS, control
from app.state import BRANCHING, Visitor, afresh
from app.words import course, duration, grouped, nats, percent
from core import training
from core.data import to_float
from core.film import Moment
from core.training import TrainState

CARD = 5 * 28  # pixels of the screen: five small digits side by side


class Kept(NamedTuple):
    """A moment of a run that one can go back to."""

    state: TrainState
    seen: Moment  # in its film


@st.fragment
def show(visitor: Visitor) -> None:
    """The section: worked out only while it is open."""
    section = widgets.section("Go back and branch", key="own-branch")
    if not section.open:
        return
    with section:
        st.markdown(
            "What if you had lowered the learning rate *there*, or raised β only then? Go back to "
            "a moment of a run and continue from it: a second future with the same past."
        )
        _beside_its_parent(visitor)
        run = _choose_run(visitor)
        if run is not None:
            at = _choose_moment(visitor, run)
            _go_on(visitor, run, at.state)


def moments(run: Job) -> list[Kept]:
    """Where one can go back to, in the order of steps."""
    seen = {moment.step: moment for moment in run.film.moments}
    return [Kept(state, seen[state.step]) for state in run.kept]


def _beside_its_parent(visitor: Visitor) -> None:
    """The branch that stands on the page, and the run that it left: side by side on one click."""
    run = visitor.run
    if run is None or not (told := course(run.card, run.config)):
        return
    st.markdown(f"The run on this page {told}.")
    if run.parent in visitor.runs:
        widgets.act(
            "Hold it beside the run it left",
            visitor.compare,
            run.parent,
            run.key,
            key="branch-compare",
            icon=":material/compare_arrows:",
        )


def _choose_run(visitor: Visitor) -> Job | None:
    """One of the newest runs, which keep their moments; why the one on the page has none."""
    runs = {job.key: job for job in visitor.branching if job.kept and job.key in visitor.runs}
    shown = visitor.run
    if shown is not None and shown.key not in runs:
        why = (
            "comes from files, which hold no moments"
            if shown.brought
            else f"keeps no moment: only your newest {BRANCHING} runs do, from their first on. "
            "Train it again: the same settings and seed give it again, bit for bit"
        )
        st.info(f"{shown.title} {why}.", icon=":material/history_toggle_off:")
    if not runs:
        if shown is None:
            st.info("Train a model first; here you can go back in it.", icon=":material/history:")
        return None
    newest = list(runs)[-1]
    chosen = widgets.answer(
        "Go back in",
        list(reversed(runs)),
        newest,
        key=afresh("branch-run", newest, on=newest),
        format_func=lambda key: visitor.runs[key].title,
    )
    return runs[chosen]


def _choose_moment(visitor: Visitor, run: Job) -> Kept:
    """The moments as small pictures, one of which is chosen; what they cost the server."""
    kept = moments(run)
    with st.container(horizontal=True, gap="xsmall", key="branch-moments"):
        for moment in kept:
            with st.container(width=CARD, gap="xsmall"):
                step = grouped(moment.state.step)
                widgets.pictures(
                    to_float(moment.seen.restored),
                    5,
                    key=f"branch-moment-{moment.state.step}",
                    alt=f"The ten digits as the run restored them at step {step}",
                    scale=1,
                    gap=0,
                )
                st.caption(f"Step **{step}**  \n{nats(moment.seen.test.total)}")
    steps = {grouped(moment.state.step): moment for moment in kept}
    middle = list(steps)[len(steps) // 2]
    chosen = widgets.answer(
        "Continue from step",
        list(steps),
        middle,
        key=afresh("branch-step", middle, on=(run.key, middle)),
    )
    states = [state for job in visitor.branching for state in job.kept]
    together = ""
    if len(visitor.branching) > 1:
        together = f", those of your newest {BRANCHING} runs together {_size(states)}"
    st.caption(
        "Ten digits restored, and the loss in nats per test image, as the film has them. "
        f"These {len(kept)} moments, weights and optimiser, take {_size(list(run.kept))} of the "
        f"server's memory{together}; older runs let theirs go."
    )
    return steps[chosen]


def _size(states: list[TrainState]) -> str:
    return f"{training.memory(states) / 1e6:.1f} MB"


def _go_on(visitor: Visitor, run: Job, at: TrainState) -> None:
    """The two controls, and the button."""
    total = training.total_steps(at.config, run.digits)
    change, left = _asked_for(at), total - at.step
    same = (change.learning_rate, change.beta) == (at.config.learning_rate, at.model.config.beta)
    if left == 0:
        change = change._replace(epochs=max(1, at.config.epochs // 2))
        left = change.epochs * (total // at.config.epochs)
    seconds = cache.seconds_for(at.model.config, at.config, visitor.images_of(at.config))
    under_way = visitor.under_way() is not None
    if st.button(
        f"Continue from step {grouped(at.step)} · about {duration(seconds * left / total)}",
        key="branch-go",
        type="primary",
        icon=":material/alt_route:",
        disabled=under_way or same,
    ):
        visitor.branch(run, at, change, SELECTOR)
        st.rerun()
    if under_way:
        st.caption("One run at a time: this waits for the end of the one that goes on.")
    elif same:
        st.caption("Change a setting: as it was, the run would end the same again, bit for bit.")
    else:
        st.caption(_schedule(at, total, change))


def _asked_for(at: TrainState) -> Change:
    """The learning rate and β of the branch: they begin where the run had them."""
    rate, beta = at.config.learning_rate, at.model.config.beta
    rate = _ask("learning_rate", rate)
    return Change(rate, _ask("beta", beta) if at.model.config.kind == "vae" else beta)


def _ask(name: str, usual: float) -> float:
    setting = SETTINGS[name]
    label, values = f"{setting.label} · {setting.effect}", sorted({*setting.values, usual})
    return control(label, values, usual, f"branch-{setting.word}")


def _schedule(at: TrainState, total: int, change: Change) -> str:
    """What becomes of the learning rate, and what stays as it was."""
    if change.epochs:
        return (
            f"The run is over there: it goes on for {change.epochs} epochs more, and the learning "
            "rate rises once more before it comes down again."
        )
    share = training.learning_rate(at.config, at.step, total) / at.config.learning_rate
    return (
        f"The schedule goes on from there: the next step has {percent(share)} of the highest rate, "
        f"the last, step {grouped(total)}, nearly none. Weights, the optimiser's memory, ε and the "
        "order of the digits are the run's own."
    )
