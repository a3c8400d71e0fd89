"""Ways from one digit to another, packed for the browser: pixels blended, or codes decoded."""

from typing import NamedTuple

import streamlit as st
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from app.cache.models import BY_PICTURES, Judge, Shown, of_a_model
from app.components import ways
from app.components.kept import Piece
from core import latent
from core.models import mean_image

Ends = tuple[UInt8[Tensor, "1 1 28 28"], UInt8[Tensor, "1 1 28 28"]]

CODES = 2500  # on the small map of a way


class Path(NamedTuple):
    """A path between the codes of two digits, and what the decoder draws along it."""

    codes: Float[Tensor, "frames latent"]
    frames: Float[Tensor, "frames 1 28 28"]
    distance: Float[Tensor, " frames"]  # to the nearest code: above 1 is a hole


def path(shown: Shown, ends: Ends, frames: int, *, spherical: bool = False) -> Path:
    """Between the codes of two images in a straight line, or by slerp where there are dimensions
    enough for it.
    """
    start, end = latent.encode(shown.model, torch.cat(ends)).mean
    spherical = spherical and shown.config.latent_dim >= latent.SLERP_FROM_DIM
    codes = (latent.spherical_path if spherical else latent.linear_path)(start, end, frames)
    pictures = mean_image(shown.config, latent.decode(shown.model, codes))
    return Path(codes, pictures, shown.holes.distance(codes))


@of_a_model("Walking …", 100, by=BY_PICTURES, keep=st.cache_resource)
def decoded_way(shown: Shown, ends: Ends, judge: Judge | None, *, spherical: bool) -> Piece:
    """The way through a model's codes, packed with what is read on it and with its map."""
    found = path(shown, ends, ways.FRAMES, spherical=spherical)
    shadow = ways.Shadow(
        codes=shown.plane.project(shown.codes.mean[:CODES]),
        labels=shown.labels[:CODES],
        path=shown.plane.project(found.codes),
        distance=found.distance,
        lanes=shown.config.latent_dim == 1,
    )
    short = f"{'yours, ' if shown.mine else ''}{shown.config.kind.upper()}"
    return ways.content(shown.title, short, found.frames, _read(judge, found.frames), shadow)


@st.cache_resource(show_spinner=False, max_entries=100, hash_funcs=BY_PICTURES)
def faded_way(frames: Float[Tensor, "frames 1 28 28"], judge: Judge | None) -> Piece:
    """A cross-fade, packed with what is read in it."""
    without = "No code here: two pictures are laid over each other."
    read = _read(judge, frames)
    return ways.content("Pixel cross-fade", "cross-fade", frames, read, None, without=without)


def _read(judge: Judge | None, frames: Float[Tensor, "frames 1 28 28"]) -> ways.Read | None:
    if judge is None:
        return None
    sure, digits = judge.model.probabilities(frames).max(1)
    return ways.Read(digits, sure)
