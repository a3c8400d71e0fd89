"""Draw a digit: encoder, decoder and classifier answer in the browser while one draws.

`content` packs the networks and the map once; `draw_digit` shows the paper and hands back the
picture on release, for any later lesson to use.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
import torch
from jaxtyping import Int64, UInt8
from streamlit.components import v2
from torch import Tensor

from app import theme
from app.components import kept, network, scripts
from app.components.kept import Piece
from app.components.latent_pad import PadContent
from core.models import Model
from core.models.classifier import Classifier


@dataclass(frozen=True)
class DrawContent:
    """What is sent once. Made by `content`."""

    encoder: Piece
    decoder: Piece
    judge: Piece | None
    starts: Piece
    map: PadContent | None


class Drawn(NamedTuple):
    """What the learner drew."""

    image: UInt8[Tensor, "1 1 28 28"] | None  # None while the paper is empty
    failed: bool  # the browser could not run the component


def content(
    model: Model,
    judge: Classifier | None,
    starts: UInt8[Tensor, "digits 1 28 28"],
    labels: Int64[Tensor, " digits"],
    map: PadContent | None = None,
) -> DrawContent:
    """Pack a model, the classifier whose opinion is shown, and digits that one may start from.

    `map` is the same model's pad, for the map on which the code moves.
    """
    parts = {
        "encoder": network.encoder(model),
        "decoder": network.decoder(model),
        "judge": None if judge is None else network.classifier(judge),
    }
    pieces = {
        name: part
        and kept.piece(
            {"network": part.layers, "latent": model.config.latent_dim},
            {"weights": part.weights.numpy()},
        )
        for name, part in parts.items()
    }
    return DrawContent(
        **pieces,
        starts=kept.piece(
            {}, {"images": starts.numpy(), "labels": labels.numpy().astype(np.uint8)}
        ),
        map=map,
    )


def draw_digit(
    content: DrawContent,
    *,
    key: str,
    example: UInt8[Tensor, "1 1 28 28"],
    before: UInt8[Tensor, "1 1 28 28"] | None = None,
) -> Drawn:
    """Show the paper, with a digit on it that was drawn before, or with an example that the first
    stroke takes away. What came back from the browser and is no picture gets one sentence.
    """
    axes = content.map.axes if content.map else ("", "")
    with st.container(gap=None):
        pieces = kept.keep(
            {
                "encoder": content.encoder,
                "decoder": content.decoder,
                "judge": content.judge,
                "codes": content.map and content.map.codes,
                "starts": content.starts,
            },
            key=key,
        )
        state = _DRAW(
            key=key,
            data={
                "pieces": pieces,
                "axes": axes,
                "extent": content.map and content.map.extent,
                "before": before is not None and _text(before),
                "example": _text(example),
                "scale": theme.DIGIT + 1,
                "colours": {"latent": theme.LATENT, "misread": theme.MISREAD},
            },
            on_digit_change=_nothing,
            on_failed_change=_nothing,
        )
    image, failed = None, bool(state.get("failed"))
    if state.get("digit") is not None:
        try:
            image = picture(state.get("digit"))
        except ValueError as error:
            st.error(str(error))
    return Drawn(image, failed)


def _text(image: UInt8[Tensor, "1 1 28 28"]) -> str:
    """The way back of `picture`."""
    return base64.b64encode(image.numpy().tobytes()).decode()


def picture(answer: Any) -> UInt8[Tensor, "1 1 28 28"]:
    """The browser's answer as an image. Raises ValueError: it may send anything."""
    try:
        pixels = base64.b64decode(answer, validate=True) if isinstance(answer, str) else b""
    except (binascii.Error, ValueError):
        pixels = b""
    if len(pixels) != 784:
        raise ValueError("The drawing did not arrive whole: it must be 784 pixels. Draw it again.")
    return torch.frombuffer(bytearray(pixels), dtype=torch.uint8).view(1, 1, 28, 28)


def _nothing() -> None:
    """A state without a callback is not kept."""


_DRAW = v2.component(
    "latent_walk_draw",
    html=scripts.read("draw_digit.html"),
    css=scripts.read("draw_digit.css"),
    js=scripts.bundle("draw_digit.js"),
)
