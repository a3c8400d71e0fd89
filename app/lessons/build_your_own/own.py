"""A model of one's own: every figure of the course for it, and the way home."""

import pandas as pd
import streamlit as st

from app import cache, charts, theme, widgets
from app.cache import Shown
from app.panels.digits import choose_digit, new_noise
from app.panels.models import provenance
from app.panels.samples import same_noise
from app.panels.walks import crossfade, strips, walk, walk_by_hand
from app.state import Visitor, afresh
from app.words import file_name, grouped, nats, title
from core import checkpoints
from core.checkpoints import CheckpointError
from core.models import ModelConfig
from core.training import PROBE


def prediction(visitor: Visitor, config: ModelConfig) -> int | None:
    """What the learner expects of the next run, made before it and locked while it goes on; None
    where nothing was said. The box is empty again after each run.
    """
    if config.likelihood != "bernoulli":
        return None
    under_way = visitor.job is not None and not visitor.job.over
    return widgets.guess(
        "Your prediction: the reconstruction cost of a test image, nats",
        *(1, 999),
        key=afresh("own-guess", None, on=visitor.finished),
        placeholder="none made",
        disabled=under_way,
        help="Locked when you press Train, and told beside the result of that run.",
    )


def against_prediction(visitor: Visitor, shown: Shown) -> None:
    """What a run cost in the end, beside what was predicted of it before it began."""
    if shown.config.likelihood != "bernoulli" or shown.film is None:
        return
    cost = cache.mean_terms(shown).reconstruction
    count = grouped(len(visitor.digits.test_images))
    said = f"You predicted **{shown.predicted}**" if shown.predicted else "No prediction made"
    st.markdown(
        f"Reconstruction cost of this run. {said}; measured: **{nats(cost)}** per image, the mean "
        f"over the {count} test images in use."
    )


def own_samples(visitor: Visitor, shown: Shown) -> None:
    """Numbered samples of a model and their places, from the prior or from a fitted Gaussian."""
    where = ["The prior N(0, I)", "A Gaussian fitted to the codes"]
    figure, beside = st.columns([3, 2], gap="large")
    with beside:
        usual = where[0 if shown.is_vae else 1]
        chosen = widgets.choice(
            "Sample from", where, key=afresh("own-sampler", usual, on=shown.is_vae), default=usual
        )
        new_noise(visitor)
        st.markdown(
            "The prior is what a VAE is paid to fill. An autoencoder never heard of it: fit a "
            "Gaussian to its codes, and sample from that."
        )
    with figure:
        same_noise(visitor, shown, fitted=chosen == where[1])


def own_walk(visitor: Visitor, shown: Shown) -> None:
    """A cross-fade, a walk between two codes, and the walk on the map."""
    left, right = st.columns(2)
    with left:
        start, from_name = choose_digit(visitor, "From", 4, key="own-from")
    with right:
        end, to_name = choose_digit(visitor, "To", 7, key="own-to")
    path = walk(shown, (start, end), 11)
    strips(visitor, crossfade((start, end), 11), [path])
    walk_by_hand(visitor, [path], (from_name, to_name))


def learned_curves(shown: Shown) -> None:
    """The terms of the loss over a run that is over, from its card."""
    history = shown.card.get("history", [])
    if len(history) < 2:
        st.info("This model's card holds no history of its training.")
        return
    curves = {"reconstruction": ("Reconstruction", theme.RECONSTRUCTION)}
    if shown.is_vae:
        curves |= {"kl": ("KL to the prior", theme.KL), "total": ("Their sum, with β", theme.TOTAL)}
    for column, (term, (heading, colour)) in zip(
        st.columns(len(curves)), curves.items(), strict=True
    ):
        table = pd.DataFrame(
            [
                (record["step"], terms[term], images)
                for record in history
                for images, terms in (("test", record["test"]), ("train", record["train"]))
                if terms is not None
            ],
            columns=["step", "nats", "images"],
        )
        settled = table[table["step"] > table["step"].max() * 0.05]["nats"]
        room = max(1e-3, 0.1 * (settled.max() - settled.min()))
        column.altair_chart(
            charts.loss_curve(
                table,
                colour,
                title=heading,
                last_step=int(table["step"].max()),
                domain=(float(settled.min() - room), float(settled.max() + 3 * room)),
            ),
            key=f"learned-{term}",
            alt=f"{heading} over the training, on train and test images; test at the end "
            f"{nats(history[-1]['test'][term])} per image",
        )
    test, train = history[-1]["test"], history[-1]["train"]
    if train is None:  # a history of one record, before the first step
        return
    gap = test["total"] - train["total"]
    st.caption(
        f"At the end the loss on test images is {nats(abs(gap))} per image "
        f"{'higher' if gap > 0 else 'lower'} than on training images (test: the first "
        f"{PROBE}). Where the test curve turns "
        "up while the training curve goes down, the model learns its images by heart."
    )


def take_home(shown: Shown) -> None:
    """The weights and the card to download, and how to load them."""
    name = file_name(shown.config, shown.card.get("training", {}).get("seed"))
    weights = checkpoints.to_bytes(shown.model)
    with st.container(horizontal=True):
        st.download_button(
            f"Weights, {len(weights) / 1e6:.2f} MB",
            weights,
            f"{name}.safetensors",
            "application/octet-stream",
            key="download-weights",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "Card",
            checkpoints.card_text(shown.model, shown.card),
            f"{name}.json",
            "application/json",
            key="download-card",
            icon=":material/download:",
            on_click="ignore",
        )
    st.markdown(
        "The weights are numbers only; the card tells the configuration, the training and its "
        "test figures. Keep both under one name in one folder. In a checkout of this project:"
    )
    st.code(
        f'from core import checkpoints\n\nmodel, card = checkpoints.load("{name}")\n'
        'print(card["test"])\nlogits = model.decode(z)  # z: a tensor (codes, '
        f"{shown.config.latent_dim}); logits: (codes, 1, 28, 28)",
        language="python",
    )


def bring_back(visitor: Visitor) -> None:
    """A model from its two files, checked and measured anew."""
    st.markdown(
        "Choose the two files of a model that you took home, the `.safetensors` and its `.json`."
    )
    files = st.file_uploader(
        "Weights and card",
        ["safetensors", "json"],
        accept_multiple_files=True,
        key=f"bring-back-{visitor.brought}",
        max_upload_size=5,
    )
    if not files:
        return
    found = {file.name.rsplit(".", 1)[-1].lower(): file for file in files}
    if len(files) != 2 or found.keys() != {"safetensors", "json"}:
        st.info("It takes two files: one .safetensors and one .json.")
        return
    if st.button("Bring it back", key="bring-back", icon=":material/upload:"):
        weights, card = found["safetensors"], found["json"]
        try:
            visitor.bring_back(weights.getvalue(), card.getvalue(), weights.name)
        except CheckpointError as error:
            st.error(str(error), icon=":material/error:")
        else:
            st.rerun()


def own_model(visitor: Visitor) -> Shown | None:
    """One of the visitor's own models, the last one made unless another is chosen."""
    if not visitor.own:
        return None
    mine = {title(shown.config): shown for shown in visitor.own.values()}
    newest = list(mine)[-1]
    models = [shown.key for shown in mine.values()]
    chosen = widgets.answer("Yours", list(mine), newest, key=afresh("own-model", newest, on=models))
    shown = mine[chosen].on(visitor.data)
    st.caption(f"The figures show **{shown.title}**. {provenance(shown)}")
    return shown
