"""What comes back where no digit goes in: a shoe, drawn here."""

import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import widgets
from app.cache import Judge, Shown
from app.lessons.autoencoder.asked import DIGIT, NOTHING, SHOE, SMEAR, STRANGER
from app.panels import predictions
from app.panels.digits import judge
from app.state import Visitor
from app.teaching import Measured
from app.words import percent
from core import evaluation

SURE = 0.9  # from which on what the classifier reads counts as a digit
EMPTY = 10.0  # of ink, in pixels: less is an empty sheet; a digit has about a hundred
ALIKE = 0.2  # of the shoe's ink: a restoration with less squared error than that is the shoe


def shoe() -> Float[Tensor, "1 1 28 28"]:
    """A boot from its side, as large as a digit."""
    picture = torch.zeros(1, 1, 28, 28)
    picture[..., 6:20, 5:12] = 1  # shaft
    picture[..., 13:20, 12:20] = 1  # instep
    picture[..., 15:20, 20:24] = 1  # toe
    picture[..., 20:22, 4:25] = 0.6  # sole
    return picture


def returned(shown: Shown, reader: Judge) -> tuple[Float[Tensor, "1 1 28 28"], Measured, str]:
    """What the model makes of the shoe; what that is; how the classifier reads it."""
    x = shoe()
    back = evaluation.judging.reconstruct(shown.model, x)
    sure, read = reader.model.probabilities(back).max(1)
    if back.sum() < EMPTY:
        what = NOTHING
    elif evaluation.judging.squared_error(back, x) < ALIKE * x.sum():
        what = SHOE
    else:
        what = DIGIT if sure > SURE else SMEAR
    reading = f"read as {int(read)},\n{percent(float(sure))} sure"
    return back, Measured(what, unusual=what != DIGIT and shown.config.latent_dim > 2), reading


@st.fragment
def a_shoe(visitor: Visitor, shown: Shown) -> None:
    """A shoe, what is expected of it, and what comes back."""
    reader = judge(visitor.data)
    if reader is None:
        return
    st.subheader("And what is no digit?", anchor=False)
    back, measured, reading = returned(shown, reader)
    is_open = predictions.is_open(visitor, STRANGER)
    picture, question = st.columns([1, 3], gap="medium", vertical_alignment="center")
    with picture:
        widgets.pictures(
            torch.cat([shoe(), back]) if is_open else shoe(),
            2 if is_open else 1,
            key="stranger",
            scale=4,
            labels=["a shoe", reading] if is_open else ["a shoe"],
            alt=f"A shoe, and what comes back: {reading}" if is_open else "A shoe",
        )
    with question:
        predictions.ask(visitor, STRANGER, lambda: measured, of=shown.title)
