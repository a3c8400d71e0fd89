"""The latent pad: a map of codes under the learner's hand, decoded in the browser.

`content` packs a model and its codes, which takes a while and is the same for every visitor:
cache it. `latent_pad` shows it and says where the learner is; only a release of the pointer or
of a key comes back, so put it into an `st.fragment`.

    packed = pads.content(shown.model, codes.mean, labels, plane, images=images)
    at = pads.latent_pad(packed, key="map", z=codes.mean[7], layers=Layers(prior=True))
    st.write(at.z)
"""

import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
import torch
from jaxtyping import Float, Int64, UInt8
from streamlit.components import v2
from torch import Tensor

from app import theme
from app.components import kept, network, scripts
from app.components.kept import Piece
from core.evaluation.holes import Holes
from core.latent import Plane
from core.models import Model

Code = tuple[float, ...]
Extent = tuple[float, float, float, float]  # left, right, bottom, top, in the plane

FARTHEST = 1e6  # a code that came back beyond it was not made by the pad
MOST_CODES = 10_000


@dataclass(frozen=True)
class PadContent:
    """What is sent once: everything but where the learner is. Made by `content`."""

    model: Piece
    codes: Piece
    digits: Piece | None
    holes: Piece | None
    values: Piece | None  # what the codes are coloured by; None: their classes
    latent_dim: int
    digit_address: str | None = None  # of one digit's picture, with {i} in it
    axes: tuple[str, str] = ("z₁", "z₂")
    extent: Extent | None = None  # None: around the first codes shown


@dataclass(frozen=True)
class Layers:
    """What lies over the codes. Codes are given whole; the pad projects them onto its plane."""

    prior: bool = False  # N(0, I) at one, two and three standard deviations
    holes: bool = False  # needs content(…, holes=…)
    mosaic: bool = False  # decodings behind the codes
    walks: bool = False  # the mark walks by itself, among real codes, until the pad is touched
    outlines: Float[Tensor, "outlines corners 2"] | None = None  # Plane.outlines
    outline_labels: Sequence[int] = ()  # the class whose colour each outline has
    samples: Float[Tensor, "samples latent"] | None = None  # drawn with their numbers
    in_hole: Sequence[bool] = ()  # of each sample: a square instead of a disc
    sheet: bool = False  # the samples' pictures too, beside the map
    path: Float[Tensor, "2 latent"] | None = None  # from A to B, whose ends can be dragged
    frames: int = 11  # decoded along the path


class PadValue(NamedTuple):
    """Where the learner is."""

    z: Code
    path: tuple[Code, Code] | None
    failed: bool  # the browser could not draw the pad: show the server's figure


def content(
    model: Model,
    codes: Float[Tensor, "codes latent"],
    labels: Int64[Tensor, " codes"],
    plane: Plane,
    *,
    images: UInt8[Tensor, "codes 1 28 28"] | None = None,
    digit_address: str | None = None,
    holes: Holes | None = None,
    axes: tuple[str, str] = ("z₁", "z₂"),
    extent: Extent | None = None,
) -> PadContent:
    """Pack a model and up to 10 000 codes in a plane of latent space.

    The digit nearest to the pointer is shown from `images` (about 170 bytes each once packed),
    or else fetched from `digit_address`, such as "api/digit/mnist/{i}.png".
    """
    codes, labels = codes[:MOST_CODES], labels[:MOST_CODES]
    decoder = network.decoder(model)
    right, up = plane.axes.numpy()
    return PadContent(
        model=kept.piece({"network": decoder.layers}, {"weights": decoder.weights.numpy()}),
        codes=kept.piece(
            {},
            {
                "origin": plane.origin.numpy(),
                "right": right,
                "up": up,
                "codes": codes.numpy(),
                "labels": labels.numpy().astype(np.uint8),
            },
        ),
        digits=None if images is None else pack_digits(images[:MOST_CODES]),
        holes=None if holes is None else pack_holes(holes),
        values=None,
        latent_dim=codes.shape[1],
        digit_address=digit_address,
        axes=axes,
        extent=extent,
    )


def pack_digits(images: UInt8[Tensor, "images 1 28 28"]) -> Piece:
    """Digits for `content`'s pads, compressed; the same digits make the same piece."""
    packed = np.frombuffer(zlib.compress(images.numpy().tobytes()), np.uint8)
    return kept.piece({}, {"packed": packed})


def pack_holes(holes: Holes) -> Piece:
    """Where no code lives, for `Layers.holes`."""
    return kept.piece({"threshold": holes.threshold}, {"known": holes.codes.numpy()})


def pack_values(values: Float[Tensor, " codes"], name: str) -> Piece:
    """A number for each code, in the codes' order, that colours it, and what it is, unit included.

    One in a hundred at either end has the end's colour: a few outliers would leave all others one.
    """
    values = values[:MOST_CODES].float()
    low, high = values.quantile(torch.tensor([0.01, 0.99])).tolist()
    header = {
        "name": name,
        "low": low,
        "high": high,
        "below": bool((values < low).any()),
        "above": bool((values > high).any()),
    }
    return kept.piece(header, {"values": values.numpy()})


def latent_pad(
    content: PadContent,
    *,
    key: str,
    z: Sequence[float] | Float[Tensor, " latent"] | None = None,
    layers: Layers = Layers(),
    on_z: Callable[[], None] | None = None,
    on_path: Callable[[], None] | None = None,
) -> PadValue:
    """Show the pad; `z` is where it starts, the middle of latent space unless said otherwise.

    Another `z` or another path than in the run before moves the learner there, unless it is what
    the learner chose: a page that keeps choices (`answer` in `on_z`, `on_path`) asks for them.
    New content under the same key goes to its new places smoothly, and keeps the code, where it has
    as many numbers, and a view that the learner has moved: a model that trains can be watched.
    """
    start = _numbers(z if z is not None else [0.0] * content.latent_dim)
    ends = None if layers.path is None else [_numbers(end) for end in layers.path]
    with st.container(gap=None):
        pieces = kept.keep(
            {
                "model": content.model,
                "codes": content.codes,
                "digits": content.digits,
                "holes": content.holes if layers.holes else None,
                "values": content.values,
            },
            key=key,
        )
        state = _PAD(
            key=key,
            data={
                "pieces": pieces,
                "digit_address": None if content.digits else content.digit_address,
                "axes": content.axes,
                "extent": content.extent,
                "z": start,
                "path": ends,
                "frames": layers.frames,
                "layers": _drawn(layers),
                "scale": 2 * theme.DIGIT,
                "strip_scale": theme.DIGIT,
                "colours": {
                    "latent": theme.LATENT,
                    "prior": theme.PRIOR,
                    "sample": theme.DECODER,
                    "hole": theme.RECONSTRUCTION,
                },
            },
            on_z_change=on_z or _nothing,
            on_path_change=on_path or _nothing,
            on_failed_change=_nothing,
        )
    chosen = _checked([_answer(state.get("z"), start)], content.latent_dim)
    path = ends and _checked(_answer(state.get("path"), ends), content.latent_dim, count=2)
    return PadValue(
        z=chosen[0] if chosen else tuple(start),
        path=_pair(path or ends) if ends else None,
        failed=bool(state.get("failed")),
    )


def answer(state: Any, latent_dim: int, count: int = 1) -> Code | None:
    """What the learner chose, from a pad's state "z", or from "path" (count 2: start, then end)."""
    value = state.get("value") if isinstance(state, dict) else None
    codes = _checked([value] if count == 1 else value, latent_dim, count)
    return None if codes is None else tuple(number for code in codes for number in code)


def _drawn(layers: Layers) -> dict[str, Any]:
    outlines = [] if layers.outlines is None else layers.outlines.tolist()
    labels = [*layers.outline_labels, *[0] * len(outlines)]
    return {
        "prior": layers.prior,
        "holes": layers.holes,
        "mosaic": layers.mosaic,
        "walks": layers.walks,
        "outlines": [{"corners": o, "label": int(i)} for o, i in zip(outlines, labels)],
        "samples": [] if layers.samples is None else layers.samples.tolist(),
        "in_hole": list(layers.in_hole),
        "sheet": layers.sheet,
    }


def _answer(state: Any, asked: list) -> Any:
    """What the learner made of what was asked; what was asked where that is new to them."""
    if isinstance(state, dict) and state.get("asked") == asked:
        return state.get("value")
    return asked


def _checked(codes: Any, latent_dim: int, count: int = 1) -> list[Code] | None:
    """Codes from the browser, or None where they are none: it may send anything."""
    if not isinstance(codes, list) or len(codes) != count:
        return None
    fine = all(
        isinstance(code, list)
        and len(code) == latent_dim
        and all(
            isinstance(number, int | float)
            and not isinstance(number, bool)
            and math.isfinite(number)
            and abs(number) <= FARTHEST
            for number in code
        )
        for code in codes
    )
    return [tuple(float(number) for number in code) for code in codes] if fine else None


def _pair(ends: Sequence[Sequence[float]]) -> tuple[Code, Code]:
    start, end = ends
    return tuple(start), tuple(end)


def _numbers(z: Sequence[float] | Tensor) -> list[float]:
    """A code as the address and the browser can hold it."""
    return [round(float(number), 6) for number in z]


def _nothing() -> None:
    """A state without a callback is not kept."""


_PAD = v2.component(
    "latent_walk_pad",
    html=scripts.read("latent_pad.html"),
    css=scripts.read("latent_pad.css"),
    js=scripts.bundle("latent_pad.js"),
)
