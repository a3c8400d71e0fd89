"""Train it yourself: start, pause, continue, stop, and watch."""

import pandas as pd
import streamlit as st
import torch

from app import cache, charts, theme, widgets
from app.jobs import Frame, Job
from app.panels.digits import digits_in_use
from app.state import Visitor
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
        _figures(job, key)

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
    if job.status == "failed":
        st.error(job.error, icon=":material/error:")
    elif job.error:
        st.warning(job.error, icon=":material/timer:")
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


def _figures(job: Job, key: str) -> None:
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
    left, right = st.columns(2)
    with left:
        domain = _LOSS_DOMAIN[config.likelihood]
        _curve(job, frame, "reconstruction", "Reconstruction", theme.RECONSTRUCTION, domain, key)
        if config.kind == "vae":
            domain = (0.0, 12.0 if config.latent_dim <= 4 else 60.0)
            _curve(job, frame, "kl", "KL to the prior", theme.KL, domain, key)
    with right:
        points = frame.points.numpy()
        domain = charts.steady_domain(points)
        classes = pd.Categorical.from_codes(job.probe_labels.numpy(), job.class_names)
        table = pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "class": classes})
        st.altair_chart(
            charts.latent_map(
                table,
                domain,
                title=f"Codes of {len(points)} test digits",
                axes=("z₁", "z₂") if config.latent_dim <= 2 else ("direction 1", "direction 2"),
                size=28,
            ),
            key=f"map-{key}",
            alt="Latent map of test digits at this moment, coloured by class",
        )


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
    return widgets.grouped(training.images or len(digits_in_use(visitor).train_images))


def _duration(visitor: Visitor, config: ModelConfig, training: TrainConfig) -> str:
    images = training.images or len(digits_in_use(visitor).train_images)
    seconds = images * training.epochs / cache.images_per_second(config, training.batch_size)
    if seconds < 90:
        return f"about {max(1, round(seconds))} s on this machine"
    return f"about {seconds / 60:.0f} min on this machine"
