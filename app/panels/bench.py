"""The bench: train a small model where a page's figure stands, and see the figure change.

`show` draws the page's first figure, which is the run while a run of this page goes on, and its
drawer beside it: the sliders, Train, and what a run says of itself before, during and after. A run
that is over is a further stop of the page's own selector (`stop`): moving that goes back to the
pretrained. What stands where is the same before, during and after a run.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from app import cache, charts, theme, widgets
from app.cache import Shown
from app.course import LESSONS, lesson_at
from app.jobs import Job
from app.panels import differing, models, shelf
from app.panels.logit_bounds import bound_of, same_nats
from app.panels.settings import Choice, choose, in_words
from app.state import YOURS, Visitor
from app.words import as_code, duration, grouped, nats, title
from core.data import DataError
from core.models import Architecture, Kind, ModelConfig, build
from core.training import Record

POLL = 0.4  # s between two looks at a running job
EARLY = 0.05  # of a run: its first steps, in which the cost of restoring falls from anywhere

_STATUS = {
    "waiting": "Waiting for a free core",
    "running": "Training",
    "paused": "Paused",
    "stopped": "Stopped",
    "done": "Done",
    "failed": "Ended early",
}


class Bench(NamedTuple):
    """What a page trains, and which sliders for it stand in sight."""

    key: str  # of its controls, and of their parameters in links
    selector: str  # the control of the page that chooses models
    sliders: Sequence[str]  # fields of ModelConfig and TrainConfig, as `settings` has them
    kinds: Sequence[Kind] = ("ae", "vae")  # which runs the page's figures can show
    architecture: Architecture = "dense"
    ranges: Mapping[str, Sequence[Any]] = {}  # of a slider, where it does not reach everywhere
    partner: Kind | None = None  # that may train together with the page's own, where asked for
    shelf: bool = True  # whether the pinned runs stand below it


def stop(visitor: Visitor) -> list[str]:
    """The stop that a page's selector has besides its own: the run that stands on the page."""
    return [YOURS] if visitor.run else []


def show(
    visitor: Visitor,
    bench: Bench,
    shown: Shown,
    pretrained: Shown,
    figure: Callable[[Shown], None],
    both: Callable[[Shown, Shown], None],
    *,
    like: ModelConfig | None = None,
    ask: Callable[[ModelConfig], Mapping[str, float]] | None = None,
    came_out: Callable[[Shown], None] | None = None,
    hear: Callable[[Choice], None] | None = None,
) -> None:
    """The page's first figure and its drawer.

    `figure` draws one model: the one shown, or this page's run as it goes on; `both` draws two
    side by side: where that was asked for, and where two train together. A run is held against
    `pretrained`. The sliders begin at the model that is shown, of the bench's architecture unless
    it is a run, or at one `like` that. `ask` asks what is expected of the next run, by the
    predictions' keys: it is locked when the run begins, and `came_out` tells how it came out.
    `hear` hears what the sliders ask for, whenever they are drawn.
    """
    visitor.shows(shown.key)
    live = _live(visitor)
    every = POLL if live else None

    @st.fragment(run_every=every)
    def stage() -> None:
        if visitor.has_new_model() or (live and not _live(visitor)):
            st.rerun()  # once, in full: the page takes over what there is, and polling ends
        if (together := visitor.two_moments()) is not None:
            both(*together)
            return
        two = None if live else _compared(visitor)
        if two is not None:
            both(*two)
            widgets.act("Close the comparison", visitor.close_comparison, key="compare-close")
            return
        now = visitor.moment() or shown
        models.tell(now, pretrained if now.mine else None)
        figure(now)

    @st.fragment
    def order() -> None:
        _order(visitor, bench, like or _begin(bench, shown, pretrained), pretrained, ask, hear)

    @st.fragment(run_every=every)
    def said() -> None:
        _say(visitor, bench, shown, pretrained, came_out)

    st.html('<div id="bench"></div>')
    with st.container(key="bench"):
        on_stage, drawer = st.columns([5, 2], gap="medium")
        with on_stage, st.container(key="stage"):
            stage()
        with drawer, st.container(border=True, key="drawer"):
            st.html('<div id="drawer"></div>')
            st.markdown("**Train your own**")
            order()
            said()
        if bench.shelf:
            shelf.show(visitor, bench.kinds, bench.selector)
    st.html(
        "".join(
            f'<a class="to-the-bench" href="#{place}" target="_self">Train it yourself</a>'
            for place in ("bench", "drawer")  # beside the figure, or below it: style.css knows
        )
    )


def _begin(bench: Bench, shown: Shown, pretrained: Shown) -> ModelConfig:
    """Where the sliders begin."""
    if shown.mine:
        return shown.config
    return replace(pretrained.config, architecture=bench.architecture)


def _live(visitor: Visitor) -> bool:
    return visitor.training_here() is not None and any(job.busy for job in visitor.jobs)


# ---- before a run ------------------------------------------------------------------------------


def _order(
    visitor: Visitor,
    bench: Bench,
    begin: ModelConfig,
    pretrained: Shown,
    ask: Callable[[ModelConfig], Mapping[str, float]] | None,
    hear: Callable[[Choice], None] | None,
) -> None:
    """The sliders, Train, and what it would take."""
    try:
        choice = choose(
            visitor,
            bench.key,
            begin,
            sliders=bench.sliders,
            ranges=bench.ranges,
            pretrained=pretrained.config,
        )
    except ValueError as error:
        st.error(f"That is no model: {error}.", icon=":material/error:")
        return
    if hear is not None:
        hear(choice)
    partner = _partner(bench, choice.model)
    predicted = ask(choice.model) if ask else {}
    _steer(visitor, bench, choice, partner, predicted)
    st.caption(_what_it_is(visitor, choice, partner))


def _partner(bench: Bench, model: ModelConfig) -> ModelConfig | None:
    """The model that trains together with this one, where the learner asks for it."""
    if bench.partner is None or model.kind == bench.partner:
        return None
    names = f"{in_words(bench.partner)} and {in_words(model.kind)}"
    both = widgets.switch(f"Train {names} together", key=f"{bench.key}-together")
    return replace(model, kind=bench.partner) if both else None


def _what_it_is(visitor: Visitor, choice: Choice, partner: ModelConfig | None) -> str:
    """What a run would be: its model, its loss, its images; and what trains beside it."""
    model, training = choice
    images = visitor.images_of(training)
    numbers = sum(weights.numel() for weights in build(model).parameters())
    told = [f"**{title(model)}**", f"{grouped(numbers)} parameters"]
    if model.kind == "vae":
        told.append(f"loss: reconstruction + {in_words(model.beta)} · KL")
    told.append(f"{training.epochs} epochs of {grouped(images)} images")
    beside = f" Beside it **{title(partner)}**: same seed, same digits." if partner else ""
    return ", ".join(told) + "." + beside + _changed(visitor, choice)


def _changed(visitor: Visitor, choice: Choice) -> str:
    """What differs from the last run of this page: one thing at a time tells most."""
    job = visitor.job
    if job is None or not job.over or visitor.trained_on != visitor.page:
        return ""
    if job.state.legs:
        return ""  # a run that branched or went on was of no one configuration
    training = replace(choice.training, images=visitor.images_of(choice.training))
    before = differing.chosen(job.order.model, job.order.training)
    after = differing.chosen(choice.model, training)
    changed = differing.differing([before, after])
    if len(changed) == 1:
        (name,) = changed
        values = " → ".join(differing.in_markdown(name, each[name]) for each in (before, after))
        return f" One thing changed since your last run: {differing.inside(name)}, {values}."
    if not changed:
        return " The same as your last run: it would end the same, bit for bit."
    return f" {len(changed)} things changed since your last run; one at a time tells more."


def _steer(
    visitor: Visitor,
    bench: Bench,
    choice: Choice,
    partner: ModelConfig | None,
    predicted: Mapping[str, float],
) -> None:
    """Train, or what can be done with the run that goes on."""
    job = visitor.under_way()
    with st.container(horizontal=True, vertical_alignment="center", key=f"run-{bench.key}"):
        if visitor.sweeping() is not None:
            st.markdown(
                f"Your sweep of lesson {len(LESSONS)} goes on, and trains one run at a time: stop "
                "it there, or wait for its end."
            )
            st.page_link(
                LESSONS[-1].page,
                label=f"To lesson {len(LESSONS)}",
                icon=":material/arrow_forward:",
            )
        elif job is None:
            _train(visitor, bench, choice, partner, predicted)
        elif visitor.trained_on == visitor.page:
            _pause_or_stop(visitor, job, bench.key)
        else:
            _elsewhere(visitor, job)


def _train(
    visitor: Visitor,
    bench: Bench,
    choice: Choice,
    partner: ModelConfig | None,
    predicted: Mapping[str, float],
) -> None:
    last = visitor.job if visitor.trained_on == visitor.page else None
    images, jobs = visitor.images_of(choice.training), 2 if partner else 1
    seconds = cache.seconds_for(choice.model, choice.training, images, jobs)
    label = f"{'Train' if last is None else 'Train again'} · about {duration(seconds)}"
    if st.button(label, key=f"train-{bench.key}", type="primary", icon=":material/play_arrow:"):
        try:
            visitor.train(*choice, bench.selector, predicted, partner)
        except (ValueError, DataError) as error:
            st.error(f"{error}. The page keeps what it had.", icon=":material/error:")
        else:
            st.rerun()
    if last is not None and last.status != "failed":
        more = max(1, last.order.training.epochs // 2)
        if st.button(
            f"Go on for {more} {'epoch' if more == 1 else 'epochs'} more",
            key=f"extend-{bench.key}",
            help="The learning rate rises once more, and comes down again.",
        ):
            visitor.extend(more)
            st.rerun()


def _pause_or_stop(visitor: Visitor, job: Job, key: str) -> None:
    if job.status == "paused":
        if st.button("Continue", key=f"continue-{key}", icon=":material/play_arrow:"):
            visitor.steer(Job.start)
            st.rerun()
        if st.button("One step", key=f"step-{key}", icon=":material/skip_next:"):
            visitor.steer(Job.one_step)
            st.rerun()
    elif st.button("Pause", key=f"pause-{key}", icon=":material/pause:"):
        visitor.steer(Job.pause)
        st.rerun()
    if st.button("Stop", key=f"stop-{key}", icon=":material/stop:"):
        visitor.steer(Job.stop)
        st.rerun()


def _elsewhere(visitor: Visitor, job: Job) -> None:
    """A line on the run that was started on another page, and the way there."""
    number, lesson = lesson_at(visitor.trained_on or "")
    how = "is paused" if job.status == "paused" else "goes on"
    st.markdown(
        f"Your run of lesson {number}, {title(job.order.model)}, {how}: step "
        f"{grouped(job.state.step)} of {grouped(job.total)}. "
        "One run at a time: stop it there, or wait for its end."
    )
    st.page_link(lesson.page, label=f"To lesson {number}", icon=":material/arrow_forward:")


# ---- what a run says of itself -----------------------------------------------------------------


def _say(
    visitor: Visitor,
    bench: Bench,
    shown: Shown,
    pretrained: Shown,
    came_out: Callable[[Shown], None] | None,
) -> None:
    """Its progress and its curve while it goes on; at its end what it came to; else what may be
    brought here from another page.
    """
    job = visitor.training_here()
    if job is not None:
        _progress(job)
        _curve(job, bench.key)
        return
    last = visitor.job
    if last is not None and visitor.trained_on == visitor.page:
        for failed in (job for job in visitor.jobs if job.status == "failed"):
            whose = f"{title(failed.order.model)}: " if visitor.partner else ""
            told = f"{whose}{failed.error} The page keeps what it had."
            st.error(told, icon=":material/error:")
        if last.status != "failed" and last.reason and shown.mine:
            st.info(last.reason, icon=":material/stop_circle:")
    if shown.mine:
        if came_out is not None:
            came_out(shown)
        _outcome(visitor, bench, shown, pretrained)
    else:
        _offers(visitor, bench)


def _progress(job: Job) -> None:
    step, seconds = job.state.step, job.state.seconds
    left = "" if not step else f", about {duration(seconds / step * (job.total - step))} to go"
    st.progress(
        min(1.0, step / job.total),
        f"{_STATUS[job.status]}: step {grouped(step)} of {grouped(job.total)}{left}",
    )


def _curve(job: Job, key: str) -> None:
    """The loss so far, test and training, on axes that change only where it leaves them."""
    frame = job.frame
    if frame is None:
        return
    losses = _losses(frame.history)
    learned = losses[losses["step"] > EARLY * job.total]["nats"].tolist()
    last = frame.history[-1].test
    terms = f"{nats(last.total)} per test image"
    if job.order.model.kind == "vae":
        terms = f"reconstruction {nats(last.reconstruction)} + KL {nats(last.kl, 2)}"
    st.altair_chart(
        charts.small_curve(
            losses,
            theme.RECONSTRUCTION,
            last_step=job.total,
            domain=holding(_likely(learned), learned),
            turns=[leg.until for leg in job.state.legs],
        ),
        key=f"curve-{key}",
        alt=f"Reconstruction cost, nats per image over the steps so far; now {terms}",
    )
    st.caption(
        f"Reconstruction over the steps, nats per image: test (line) and training (dashed). "
        f"Now: {terms}."
    )


def _losses(history: tuple[Record, ...]) -> pd.DataFrame:
    rows = []
    for record in history:
        rows.append((record.step, record.test.reconstruction, "test"))
        if record.train is not None:
            rows.append((record.step, record.train.reconstruction, "train"))
    return pd.DataFrame(rows, columns=["step", "nats", "images"])


def _likely(measured: list[float]) -> tuple[float, float]:
    """An axis around the first cost that counts: its fall is what there is to see."""
    first = next(filter(math.isfinite, measured), 200.0)
    reach = max(100.0, abs(first))
    return (0.0, 1.5 * reach) if first >= 0 else (-1.5 * reach, 0.5 * reach)


def holding(likely: tuple[float, float], measured: list[float]) -> tuple[float, float]:
    """The likely axis where it holds all that was measured, else twice as long to the side where
    it does not, and twice again: early spikes widen it, and nothing narrows it.
    """
    low, high = likely
    for nats_ in filter(math.isfinite, measured):
        while nats_ > high:
            high = low + 2 * (high - low)
        while nats_ < low:
            low = high - 2 * (high - low)
    return low, high


# ---- after a run -------------------------------------------------------------------------------


def _outcome(visitor: Visitor, bench: Bench, run: Shown, pretrained: Shown) -> None:
    """What was measured, the pretrained beside it, and what to do with the run."""
    st.markdown(_held_against(visitor, run, pretrained))
    name = as_code(visitor.labels[run.key].name)
    if bench.shelf:
        st.caption(f"It is {name} in *Your runs*.")
        to = f"Your runs, in lesson {len(LESSONS)}"
        st.page_link(LESSONS[-1].page, label=to, icon=":material/arrow_forward:")
    else:
        st.caption(f"It is {name} in [Your runs](#your-runs), below.")
    kept = run.key in visitor.shelf
    if shelf.full(visitor) and not kept:
        st.caption(shelf.FULL)
    with st.container(horizontal=True, key=f"outcome-{bench.key}"):
        label = "On the shelf" if kept else "Pin to the shelf"
        if st.button(label, key="run-keep", disabled=kept or shelf.full(visitor)):
            visitor.keep(run.key)
            st.rerun()
        widgets.act(
            "Compare side by side", visitor.compare, pretrained.key, run.key, key="run-compare"
        )
        if bench.selector:
            widgets.act("Put the pretrained back", visitor.put_back, bench.selector, key="run-back")


def _held_against(visitor: Visitor, run: Shown, pretrained: Shown) -> str:
    """The run's cost on the test images in use beside the pretrained's, on the same."""
    ours = cache.mean_terms(run)
    count = grouped(len(visitor.digits.test_images))
    told = f"Measured: **{nats(ours.total)}** per image{bound_of(run)}"
    if run.is_vae:
        told += f" (reconstruction {ours.reconstruction:.1f} + KL {ours.kl:.2f})"
    if not same_nats(run.config, pretrained.config):
        return (
            f"{told}, on the {count} test images in use. The pretrained has another likelihood, "
            "bound or variance, and so other nats: they do not compare."
        )
    theirs = cache.mean_terms(pretrained)
    learned = run.card.get("training", {}).get("images")
    fewer = f"; yours learned from {grouped(learned)} images" if learned else ""
    return (
        f"{told}. The pretrained {pretrained.title}: **{nats(theirs.total)}**, on the same "
        f"{count} test images{fewer}."
    )


def _offers(visitor: Visitor, bench: Bench) -> None:
    """The newest run that does not stand here: this page only offers it."""
    here = visitor.here.get(visitor.page, [])
    fitting = [
        run
        for run in visitor.runs.values()
        if run.config.kind in bench.kinds and run.key not in here
    ]
    if fitting:
        run = fitting[-1]
        widgets.act(
            f"Use your {title(run.config)} here?",
            visitor.take,
            run,
            visitor.page,
            bench.selector,
            key=f"offer-{bench.key}",
            icon=":material/move_item:",
        )
    st.caption(
        "Train, and the figure above becomes the run: you see it learn. Walk, draw and leave the "
        "page meanwhile. At its end it is a further stop of this page's selector."
    )


def _compared(visitor: Visitor) -> tuple[Shown, Shown] | None:
    """The two models that are held side by side on this page."""
    pair = visitor.compared.get(visitor.page)
    if pair is None:
        return None
    left, right = (models.find(visitor, name) for name in pair)
    return left, right
