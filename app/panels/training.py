"""Train it yourself: start, pause, continue, stop, and watch."""

import pandas as pd
import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import cache, charts, theme, widgets
from app.components import latent_pad
from app.components.latent_pad import Layers
from app.jobs import Frame, Job
from app.state import Visitor
from core import latent
from core.data import DataError
from core.models import ModelConfig
from core.training import Record, TrainConfig

POLL = 0.4  # s between two looks at a running job

# Fixed axes, so that nothing jumps while a model trains. Nats per image.
_LOSS_DOMAIN = {
    "bernoulli": (0.0, 300.0),
    "gaussian": (-600.0, 600.0),
    "continuous_bernoulli": (-1600.0, 100.0),
}


def train(visitor: Visitor, config: ModelConfig, training: TrainConfig, *, key: str) -> None:
    """Train it yourself: start, pause, continue, stop, and watch."""
    st.subheader("Train it yourself", anchor=False)
    job = visitor.job
    if job is None or job.over:
        st.markdown(
            f"**{cache.title(config)}** on {_how_many(visitor, training)} digits, "
            f"{training.epochs} epochs: {_duration(visitor, config, training)}."
        )
        label = "Train again" if job is not None else "Train"
        if st.button(label, key=f"train-{key}", type="primary", icon=":material/play_arrow:"):
            try:
                visitor.train(config, training)
            except (ValueError, DataError) as error:
                st.error(str(error), icon=":material/error:")
            else:
                st.rerun()
        if job is None:
            return
    _watch(visitor, key)


def _watch(visitor: Visitor, key: str) -> None:
    live = visitor.job is not None and visitor.job.status in ("waiting", "running")

    @st.fragment(run_every=POLL if live else None)
    def view() -> None:
        job = visitor.job
        if job is None:
            return
        if live and job.over:
            st.rerun()  # once, in full: the page takes over the model and polling ends
        _controls(job, key)
        _figures(visitor, job, key)

    view()


def _controls(job: Job, key: str) -> None:
    step, seconds = job.state.step, job.state.seconds
    left = f", about {seconds / step * (job.total - step):.0f} s to go" if step else ""
    words = {
        "waiting": "Waiting for a free core",
        "running": "Training",
        "paused": "Paused",
        "stopped": "Stopped",
        "done": "Done",
        "failed": "Ended early",
    }
    st.progress(
        min(1.0, step / job.total),
        f"{words[job.status]}: {cache.title(job.order.model)}, step {step} of {job.total}, "
        f"{seconds:.1f} s of computing{'' if job.over else left}",
    )
    if job.error:
        st.error(job.error, icon=":material/error:")
    elif job.reason:
        st.info(job.reason, icon=":material/stop_circle:")
    if job.over:
        return
    with st.container(horizontal=True):
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


def _figures(visitor: Visitor, job: Job, key: str) -> None:
    frame = job.frame
    if frame is None:
        return
    config = job.order.model
    originals = job.pictures
    widgets.digits(
        torch.cat([originals, frame.reconstructions]),
        len(originals),
        key=f"live-{key}",
        alt="Ten digits above what the model makes of them at this moment",
    )
    on_map, curves = st.columns([3, 2], gap="medium")
    with on_map:
        st.markdown(f"**Codes of {len(frame.codes)} test digits, and the decoder, at this moment**")
        if visitor.pad_failed:
            _codes_chart(job, frame, key)
        else:
            _codes_by_hand(visitor, job, frame, key)
    with curves:
        domain = _LOSS_DOMAIN[config.likelihood]
        _curve(job, frame, "reconstruction", "Reconstruction", theme.RECONSTRUCTION, domain, key)
        if config.kind == "vae":
            domain = (0.0, 12.0 if config.latent_dim <= 4 else 60.0)
            _curve(job, frame, "kl", "KL to the prior", theme.KL, domain, key)


def _codes_by_hand(visitor: Visitor, job: Job, frame: Frame, key: str) -> None:
    """The map under the learner's hand, with new codes and new weights as the run goes on."""
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
    layers = Layers(prior=job.order.model.kind == "vae")
    if latent_pad.latent_pad(content, key=f"live-map-{key}", layers=layers).failed:
        visitor.pad_failed = True
        st.rerun()


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
    title: str,
    colour: str,
    domain: tuple[float, float],
    key: str,
) -> None:
    """One term of the loss so far, on axes that stay."""
    losses = _losses(frame.history, term)
    st.altair_chart(
        charts.loss_curve(losses, colour, title=title, last_step=job.total, domain=domain),
        key=f"{term}-{key}",
        alt=f"{title}, nats per image over the training steps, on train and test images",
    )


def _losses(history: tuple[Record, ...], term: str) -> pd.DataFrame:
    rows = []
    for record in history:
        rows.append((record.step, getattr(record.test, term), "test"))
        if record.train is not None:
            rows.append((record.step, getattr(record.train, term), "train"))
    return pd.DataFrame(rows, columns=["step", "nats", "images"])


def _how_many(visitor: Visitor, training: TrainConfig) -> str:
    return widgets.grouped(training.images or len(visitor.digits.train_images))


def _duration(visitor: Visitor, config: ModelConfig, training: TrainConfig) -> str:
    images = training.images or len(visitor.digits.train_images)
    seconds = cache.seconds_for(config, training, images)
    if seconds < 90:
        return f"about {max(1, round(seconds))} s on this machine"
    return f"about {seconds / 60:.0f} min on this machine"
