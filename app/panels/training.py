"""Train it yourself: start, pause, continue, stop, and watch."""

import math

import pandas as pd
import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import cache, charts, theme, widgets
from app.components import latent_pad
from app.components.latent_pad import Layers, PadContent
from app.course import lesson_at
from app.jobs import Frame, Job
from app.state import Visitor
from app.words import duration, grouped, title
from core import latent
from core.data import DataError
from core.models import ModelConfig
from core.training import PROBE, Record, TrainConfig

POLL = 0.4  # s between two looks at a running job
FEW = 4000  # images that a lesson's run learns from: seconds, whatever the data set in use
EARLY = 0.05  # of a run: its first steps, in which the cost of restoring falls from anywhere

# What the axes of a run hold at first, nats per image: wide enough for most runs.
_LOSS_DOMAIN = {
    "bernoulli": (0.0, 300.0),
    "gaussian": (-600.0, 600.0),
    "continuous_bernoulli": (-1600.0, 100.0),
}
_KL_DOMAIN = (0.0, 12.0)

_STATUS = {
    "waiting": "Waiting for a free core",
    "running": "Training",
    "paused": "Paused",
    "stopped": "Stopped",
    "done": "Done",
    "failed": "Ended early",
}


def short_run(visitor: Visitor, *, seed: int = 0) -> TrainConfig:
    """How a lesson trains its model: on few images, so that it takes seconds."""
    return TrainConfig(images=min(FEW, len(visitor.digits.train_images)), seed=seed)


def train(
    visitor: Visitor,
    config: ModelConfig,
    training: TrainConfig,
    *,
    key: str,
    predicted: int | None = None,
) -> None:
    """Train it yourself: start, pause, continue, stop, and watch.

    What stands where is the same before, during and after a run, so that nothing that a learner
    looks at moves when it starts or ends. A prediction of its cost is kept with the run.
    """
    st.subheader("Train it yourself", anchor=False)
    st.markdown(_announcement(visitor, config, training))
    job = visitor.job
    live = job is not None and job.status in ("waiting", "running")

    @st.fragment(run_every=POLL if live else None)
    def view() -> None:
        job = visitor.job
        if visitor.has_new_model() or (live and job is not None and job.over):
            st.rerun()  # once, in full: the page takes over the model and polling ends
        with st.container(horizontal=True, key=f"run-{key}", vertical_alignment="center"):
            if job is None or job.over:
                _start(visitor, config, training, key, predicted)
            elif visitor.trained_on == visitor.page:
                _pause_or_stop(job, key)
            if job is not None and visitor.trained_on != visitor.page:
                _elsewhere(visitor, job)
        if job is not None and visitor.trained_on == visitor.page:
            _progress(job)
            _figures(visitor, job, key)

    view()


def _announcement(visitor: Visitor, config: ModelConfig, training: TrainConfig) -> str:
    """What a run would be: which model, on how many of how many images, and how long it takes."""
    there = len(visitor.digits.train_images)
    images = training.images or there
    many = f"all {grouped(there)}" if images == there else f"{grouped(images)} of {grouped(there)}"
    seconds = cache.seconds_for(config, training, images)
    return (
        f"**{title(config)}** on {many} training images, {training.epochs} epochs: about "
        f"{duration(seconds)} on this machine."
    )


def _start(
    visitor: Visitor,
    config: ModelConfig,
    training: TrainConfig,
    key: str,
    predicted: int | None,
) -> None:
    label = "Train" if visitor.job is None else "Train again"
    if st.button(label, key=f"train-{key}", type="primary", icon=":material/play_arrow:"):
        try:
            visitor.train(config, training, predicted)
        except (ValueError, DataError) as error:
            st.error(str(error), icon=":material/error:")
        else:
            st.rerun()


def _pause_or_stop(job: Job, key: str) -> None:
    if job.status == "paused":
        if st.button("Continue", key=f"continue-{key}", icon=":material/play_arrow:"):
            job.start()
            st.rerun()
    elif st.button("Pause", key=f"pause-{key}", icon=":material/pause:"):
        job.pause()
        st.rerun()
    if st.button("Stop", key=f"stop-{key}", icon=":material/stop:"):
        job.stop()
        st.rerun()


def _elsewhere(visitor: Visitor, job: Job) -> None:
    """A line on the run that was started on another page, and the way there."""
    number, lesson = lesson_at(visitor.trained_on or "")
    what = f"Your run of lesson {number}, {title(job.order.model)}"
    if job.over:
        st.markdown(f"{what}, is over: step {grouped(job.state.step)} of {grouped(job.total)}.")
    else:
        how = "is paused" if job.status == "paused" else "goes on"
        st.markdown(
            f"{what}, {how}: step {grouped(job.state.step)} of {grouped(job.total)}. "
            "One run at a time: stop it there, or wait for its end."
        )
    st.page_link(lesson.page, label=f"To lesson {number}", icon=":material/arrow_forward:")


def _progress(job: Job) -> None:
    step, seconds = job.state.step, job.state.seconds
    left = "" if job.over or not step else duration(seconds / step * (job.total - step))
    st.progress(
        min(1.0, step / job.total),
        f"{_STATUS[job.status]}: {title(job.order.model)}, step {grouped(step)} of "
        f"{grouped(job.total)}, {seconds:.1f} s of computing{left and f', about {left} to go'}",
    )
    if job.error:
        st.error(job.error, icon=":material/error:")
    elif job.reason:
        st.info(job.reason, icon=":material/stop_circle:")


def _figures(visitor: Visitor, job: Job, key: str) -> None:
    frame = job.frame
    if frame is None:
        return
    config = job.order.model
    originals = job.pictures
    when = f"at its end, step {grouped(frame.step)}" if job.over else "at this moment"
    widgets.pictures(
        torch.cat([originals, frame.reconstructions]),
        len(originals),
        key=f"live-{key}",
        alt=f"Ten digits above what the model makes of them {when}",
    )
    on_map, curves = st.columns([3, 2], gap="medium")
    with on_map:
        st.markdown(f"**Codes of {len(frame.codes)} test images, and the decoder, {when}**")
        if visitor.pad_failed:
            _codes_chart(job, frame, key)
        else:
            _codes_by_hand(visitor, job, frame, key)
    with curves:
        likely = _LOSS_DOMAIN[config.likelihood]
        _curve(job, frame, "reconstruction", "Reconstruction", theme.RECONSTRUCTION, likely, key)
        if config.kind == "vae":
            _curve(job, frame, "kl", "KL to the prior", theme.KL, _KL_DOMAIN, key)
        st.caption(
            f"Test: means over the first {PROBE} test images"
            + (", one draw of z each" if config.kind == "vae" else "")
            + ". What the first steps cost may lie above the axis of the reconstruction."
        )


def _codes_by_hand(visitor: Visitor, job: Job, frame: Frame, key: str) -> None:
    """The map under the learner's hand, with new codes and new weights as the run goes on."""
    content = packed(visitor, job, frame)
    layers = Layers(prior=job.order.model.kind == "vae")
    if latent_pad.latent_pad(content, key=f"live-map-{key}", layers=layers).failed:
        visitor.pad_failed = True
        st.rerun()


def packed(visitor: Visitor, job: Job, frame: Frame) -> PadContent:
    """A moment of a run, packed for the browser once, however often the page looks at it."""
    if visitor.packed is None or visitor.packed[0] is not frame:
        plane = latent.principal_plane(frame.codes)
        content = latent_pad.content(
            frame.model,
            frame.codes,
            job.probe_labels,
            plane,
            digit_address=f"api/digit/{job.order.data}/{{i}}.png",
            axes=_axes(job),
            extent=_extent(job, plane.project(frame.codes)),
        )
        visitor.packed = frame, content
    return visitor.packed[1]


def _extent(job: Job, points: Float[Tensor, "codes 2"]) -> charts.Domain:
    """Axes that seldom change; a VAE's hold three standard deviations of the prior."""
    domain = charts.steady_domain(points.numpy())
    if job.order.model.kind == "ae":
        return domain
    left, right, bottom, top = domain
    return min(left, -3.3), max(right, 3.3), min(bottom, -3.3), max(top, 3.3)


def _codes_chart(job: Job, frame: Frame, key: str) -> None:
    """The same map drawn by the server."""
    points = latent.principal_plane(frame.codes).project(frame.codes)
    classes = pd.Categorical.from_codes(job.probe_labels.numpy(), job.class_names)
    st.altair_chart(
        charts.latent_map(
            pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "class": classes}),
            _extent(job, points),
            title="",
            axes=_axes(job),
            size=28,
        ),
        key=f"map-{key}",
        alt="Latent map of test digits at this moment, coloured by class",
    )


def _axes(job: Job) -> tuple[str, str]:
    return ("z₁", "z₂") if job.order.model.latent_dim <= 2 else ("direction 1", "direction 2")


def _curve(
    job: Job,
    frame: Frame,
    term: str,
    heading: str,
    colour: str,
    likely: tuple[float, float],
    key: str,
) -> None:
    """One term of the loss so far, on axes that seldom change. What restoring cost a network that
    knew nothing yet is left above them: it would press the rest of the curve flat.
    """
    losses = _losses(frame.history, term)
    learned = losses["step"] > (EARLY * job.total if term == "reconstruction" else 0)
    domain = holding(likely, losses[learned]["nats"].tolist())
    st.altair_chart(
        charts.loss_curve(losses, colour, title=heading, last_step=job.total, domain=domain),
        key=f"{term}-{key}",
        alt=f"{heading}, nats per image over the training steps, on train and test images",
    )


def holding(likely: tuple[float, float], measured: list[float]) -> tuple[float, float]:
    """The likely axis where it holds all that was measured, else twice as long to the side where
    it does not, and twice again: early spikes widen it, and nothing narrows it.
    """
    low, high = likely
    for nats in filter(math.isfinite, measured):
        while nats > high:
            high = low + 2 * (high - low)
        while nats < low:
            low = high - 2 * (high - low)
    return low, high


def _losses(history: tuple[Record, ...], term: str) -> pd.DataFrame:
    rows = []
    for record in history:
        rows.append((record.step, getattr(record.test, term), "test"))
        if record.train is not None:
            rows.append((record.step, getattr(record.train, term), "train"))
    return pd.DataFrame(rows, columns=["step", "nats", "images"])
