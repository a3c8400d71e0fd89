"""Pieces of a page that lessons share: how it opens and closes, the model in use, the digits
being followed, and the panel that trains a model while you watch.
"""

import numpy as np
import pandas as pd
import streamlit as st
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from app import cache, charts, sketch, theme, widgets
from app.cache import Shown
from app.jobs import Job
from app.state import Visitor
from core import evaluation
from core.checkpoints import CheckpointError
from core.data import DataError, Digits, to_float
from core.latent import Projection
from core.models import Kind, ModelConfig
from core.models.layers import shapes
from core.training import Record, TrainConfig

POLL = 0.4  # s between two looks at a running job

# Fixed axes, so that nothing jumps while a model trains. Nats per image.
_LOSS_DOMAIN = {
    "bernoulli": (0.0, 300.0),
    "gaussian": (-600.0, 600.0),
    "continuous_bernoulli": (-1600.0, 100.0),
}


def opening(number: int, title: str, question: str) -> None:
    """A lesson's title and the question it answers."""
    st.title(f"{number}  {title}")
    st.markdown(f"#### {question}")


def coming_next(page: str, teaser: str) -> None:
    """What the next lesson is about, and the way there."""
    st.divider()
    st.markdown(teaser)
    st.page_link(f"lessons/{page}.py", icon=":material/arrow_forward:")


def digits_in_use(visitor: Visitor) -> Digits:
    """The data set in use; where it cannot be read any more, the sample, and a sentence why."""
    try:
        return cache.digits(visitor.data)
    except DataError as error:
        st.warning(f"{error} The sample is in use instead.", icon=":material/folder_off:")
        visitor.use_data("sample")
        return cache.digits("sample")


def model(visitor: Visitor, kind: Kind, pretrained: str) -> Shown:
    """The model that the page shows, with a word on where it comes from and the way to the other.

    Where a pretrained file is damaged the page says which, and ends there.
    """
    if kind in visitor.own:
        mine = f"Your {visitor.own[kind].config.kind.upper()}"
        choice = st.segmented_control(
            "Model",
            ["Pretrained", mine],
            default=mine if visitor.uses_own.get(kind) else "Pretrained",
            required=True,
            key=f"model-{kind}-{visitor.own[kind].key}-{visitor.uses_own.get(kind)}",
            label_visibility="collapsed",
        )
        if (choice == mine) != bool(visitor.uses_own.get(kind)):
            visitor.uses_own[kind] = choice == mine
            st.rerun()
    try:
        shown = visitor.shown(kind, pretrained)
    except CheckpointError as error:
        st.error(f"{error} Restore the file, or run `make pretrained`.", icon=":material/error:")
        st.stop()
    st.caption(provenance(shown))
    return shown


def provenance(shown: Shown) -> str:
    """One sentence on a model: what it is, what it learned from, how well it does."""
    card = shown.card
    test = card["test"]
    figure = f"{test['total']:.1f} nats per image"
    if shown.is_vae:
        figure = (
            f"reconstruction {test['reconstruction']:.1f} + KL {test['kl']:.2f} "
            f"= {test['total']:.1f} nats per image"
        )
    return f"**{shown.title}**. Trained on: {card['data']} Test: {figure}."


def pick_digits(visitor: Visitor) -> None:
    """A button for ten other digits, one of each class."""
    st.button(
        "Ten other digits",
        key="other-digits",
        icon=":material/casino:",
        on_click=visitor.choose_digits,
    )


def reconstructions(visitor: Visitor, shown: Shown) -> None:
    """The ten digits above their reconstructions, each with its cost, misread ones framed."""
    digits = digits_in_use(visitor)
    chosen = list(visitor.ten)
    images, labels = digits.test_images[chosen], digits.test_labels[chosen]
    restored = evaluation.reconstruct(shown.model, to_float(images))
    cost = evaluation.terms_per_image(shown.model, images, torch.Generator().manual_seed(0))
    captions = [f"{nats:.0f} nats" for nats in cost.reconstruction.tolist()]
    misread = [False] * len(chosen)
    if digits.name in ("sample", "mnist"):
        read = cache.classifier()[0].probabilities(restored).argmax(1)
        misread = (read != labels).tolist()
        captions = [
            f"{caption}\nreads as {digit}" if wrong else caption
            for caption, digit, wrong in zip(captions, read.tolist(), misread)
        ]
    names = [digits.class_names[label] for label in labels.tolist()]
    widgets.digits(
        torch.cat([to_float(images), restored]),
        len(chosen),
        key="reconstructions",
        labels=[*names, *captions],
        marked=[*([False] * len(chosen)), *misread],
        alt="Ten test digits, "
        + "; ".join(f"{n}: {c}" for n, c in zip(names, captions)).replace("\n", ", "),
    )
    st.caption(
        "Above: test digits. Below: their reconstructions, with the reconstruction cost of each. "
        + (f"Framed: {sum(misread)} that the classifier reads as another digit." if misread else "")
    )


def network(shown: Shown) -> None:
    """The layers of the model that is shown, with their shapes and parameter counts."""
    image, code = torch.zeros(1, 1, 28, 28), torch.zeros(1, shown.config.latent_dim)
    encoder, decoder = shapes(shown.model.encoder, image), shapes(shown.model.decoder, code)
    learned = sum(layer.parameters for layer in (*encoder, *decoder))
    with st.container(key="strip-network"):
        st.image(
            sketch.network(encoder, decoder, shown.is_vae),
            alt=f"The network: 784 pixels, {len(encoder)} layers of the encoder, a code of "
            f"{shown.config.latent_dim} numbers, {len(decoder)} layers of the decoder, 784 logits",
        )
    st.caption(
        f"Drawn from the model above: {learned:,} parameters. A bar's height is the logarithm of "
        "how many numbers pass there.".replace(",", " ")
    )


def map_table(
    points: Float[Tensor, "codes 2"], labels: Int64[Tensor, " codes"], digits: Digits
) -> pd.DataFrame:
    """Codes in a plane as `charts.latent_map` wants them, each with the address of its picture."""
    names = np.asarray(digits.class_names)
    frame = pd.DataFrame(
        {
            "x": points[:, 0].numpy(),
            "y": points[:, 1].numpy(),
            "class": names[labels.numpy()],
            "index": np.arange(len(points)),
        }
    )
    frame["image"] = [f"api/digit/{digits.name}/{i}.png" for i in frame["index"]]
    return frame


def axis_titles(projection: Projection, latent_dim: int) -> tuple[str, str]:
    """What the two axes of a map are."""
    if latent_dim <= 2:
        return ("z₁", "z₂")
    shares = [f"{share:.0%} of the codes' variance" for share in projection.explained.tolist()]
    return (f"principal direction 1 ({shares[0]})", f"principal direction 2 ({shares[1]})")


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
        if job.over and not job.collected and job.state.step:
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
    low_high = _LOSS_DOMAIN[config.likelihood]
    with left:
        st.altair_chart(
            charts.loss_curve(
                _losses(frame.history, "reconstruction"),
                theme.RECONSTRUCTION,
                title="Reconstruction",
                last_step=job.total,
                domain=low_high,
            ),
            key=f"reconstruction-{key}",
            alt="Reconstruction cost over the training steps, on train and test images",
        )
        if config.kind == "vae":
            st.altair_chart(
                charts.loss_curve(
                    _losses(frame.history, "kl"),
                    theme.KL,
                    title="KL to the prior",
                    last_step=job.total,
                    domain=(0.0, 12.0 if config.latent_dim <= 4 else 60.0),
                ),
                key=f"kl-{key}",
                alt="KL divergence over the training steps, on train and test images",
            )
    with right:
        points = frame.points.numpy()
        domain = charts.steady_domain(points)
        table = pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "class": job.probe_classes})
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


def _losses(history: tuple[Record, ...], term: str) -> pd.DataFrame:
    rows = []
    for record in history:
        rows.append((record.step, getattr(record.test, term), "test"))
        if record.train is not None:
            rows.append((record.step, getattr(record.train, term), "train"))
    return pd.DataFrame(rows, columns=["step", "nats", "images"])


def _how_many(visitor: Visitor, training: TrainConfig) -> str:
    return f"{training.images or len(digits_in_use(visitor).train_images):,}".replace(",", " ")


def _duration(visitor: Visitor, config: ModelConfig, training: TrainConfig) -> str:
    images = training.images or len(digits_in_use(visitor).train_images)
    seconds = images * training.epochs / cache.images_per_second(config, training.batch_size)
    if seconds < 90:
        return f"about {max(1, round(seconds))} s on this machine"
    return f"about {seconds / 60:.0f} min on this machine"
