"""A model of one's own: what it is held against, and what was predicted of it."""

import math
from collections.abc import Sequence

import streamlit as st

from app import cache, widgets
from app.cache import Shown
from app.lessons.build_your_own.asked import COST, LEAST, MOST, RATE
from app.panels import bench, predictions
from app.state import YOURS, Visitor, afresh
from app.teaching import Measured, Prediction
from app.words import nats
from core.models import ModelConfig

PRETRAINED = "pretrained"  # the stop of the next one beside YOURS
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
        visitor.stood[SELECTOR] = PRETRAINED  # though it is not drawn
        return pretrained, pretrained
    named = {PRETRAINED: "The pretrained most like it", YOURS: "Yours"}
    stops = [PRETRAINED, *bench.stop(visitor)]
    stop = widgets.choice("Show", stops, key=SELECTOR, format_func=named.__getitem__)
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
