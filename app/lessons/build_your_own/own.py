"""A model of one's own: what it is held against, what was predicted of it, and the way home."""

import math
from collections.abc import Sequence

import streamlit as st

from app import cache, widgets
from app.cache import Shown
from app.lessons.build_your_own.asked import COST, LEAST, MOST, RATE
from app.panels import bench, predictions
from app.state import YOURS, Visitor, afresh
from app.teaching import Measured, Prediction
from app.words import file_name, nats
from core import checkpoints
from core.checkpoints import CheckpointError
from core.models import ModelConfig

SELECTOR = "own-model"  # the control between the visitor's run and the pretrained most like it
BETAS = (0.0392, 0.392, 1, 3.92, 39.2, 392)  # of the pretrained VAEs
SIZES = (1, 2, 4, 8, 16, 32)  # of the codes of the pretrained AEs
BOXES = {COST: "own-guess", RATE: "own-guess-kl"}  # where each is said
NOT_ASKED = {COST: "asked of Bernoullis only", RATE: "an autoencoder has none"}
SILENT = 0.1  # nats: a code that tells less tells nothing


def most_alike(config: ModelConfig) -> str:
    """The pretrained model that a run is held against: of its kind and its likelihood, then with
    a code as near as there is, then of its layers or its β.
    """
    kind, likelihood = config.kind, config.likelihood.replace("_", "-")
    two_or_twenty = _nearest(config.latent_dim, (2, 20))
    if kind == "ae" and likelihood == "bernoulli":
        d = _nearest(config.latent_dim, SIZES)
        return f"ae-{config.architecture if d == 2 else 'dense'}-{d}"
    if kind == "ae":
        return f"ae-lite-20-{likelihood}"
    if likelihood == "bernoulli" and two_or_twenty == 2:
        return f"vae-lite-2-beta-{_nearest(config.beta, BETAS):g}"
    return f"vae-lite-{two_or_twenty}-{likelihood}"


def _nearest(value: float, among: Sequence[float]) -> float:
    """In factors: 6 is nearer to 8 than to 4."""
    return min(among, key=lambda other: abs(math.log(other / max(value, 1e-9))))


def choose(visitor: Visitor) -> tuple[str, str]:
    """Which model the figures show, and the pretrained one that a run is held against."""
    run, job = visitor.run, visitor.training_here()
    config = run.config if run else ModelConfig()
    pretrained = most_alike(job.order.model if job else config)
    if run is None:
        return pretrained, pretrained
    named = {"pretrained": "The pretrained most like it", YOURS: "Yours"}
    stops = ["pretrained", *bench.stop(visitor)]
    stop = widgets.answer("Show", stops, stops[0], key=SELECTOR, format_func=named.__getitem__)
    return (YOURS if stop == YOURS else pretrained), pretrained


def expected(visitor: Visitor, config: ModelConfig) -> dict[str, float]:
    """What the learner expects of the next run, made before it and locked while it goes on; by
    the predictions' keys, without those of which nothing was said. The boxes are empty again
    after each run.
    """
    takes = {COST: config.likelihood == "bernoulli", RATE: config.kind == "vae"}
    under_way, said = visitor.under_way() is not None, {}
    with st.container(border=True, key="ask-own", gap="xsmall"):
        st.markdown("*Predict*: say it before you press Train.")
        for prediction, box in BOXES.items():
            guess = widgets.guess(
                prediction.prompt,
                LEAST,
                MOST,
                key=afresh(box, None, on=visitor.finished),
                placeholder=NOT_ASKED[prediction] if not takes[prediction] else "nats",
                disabled=under_way or not takes[prediction],
                help="Locked when you press Train, and told beside the result of that run.",
            )
            if guess is not None and takes[prediction]:
                said[prediction.key] = float(guess)
    return said


def came_out(visitor: Visitor, run: Shown) -> None:
    """What was expected of a run beside what was measured: a sentence each, for the record too."""
    for prediction in BOXES:
        said = run.predicted.get(prediction.key)
        if said is not None:
            value, unusual = measure(prediction, run)
            told = Measured(value, unusual, words=nats(value))
            predictions.tell(visitor, prediction, said, told, run.title)
            visitor.calibration[run.key, prediction.key] = said, value


def measure(prediction: Prediction, run: Shown) -> tuple[float, bool]:
    """What a run came to, and whether that is unusual: the mean image's cost, or no KL."""
    terms = cache.mean_terms(run)
    if prediction is RATE:
        return terms.kl, terms.kl < SILENT
    _, blind = cache.bce_extremes(run.data)
    return terms.reconstruction, terms.reconstruction > blind - SILENT


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
            visitor.bring_back(weights.getvalue(), card.getvalue(), weights.name, SELECTOR)
        except CheckpointError as error:
            st.error(str(error), icon=":material/error:")
        else:
            st.rerun()
