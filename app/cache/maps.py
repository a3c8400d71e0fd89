"""What a model's latent map is made of: codes, planes, holes, and all of it packed for the browser.

Samplers, which draw from the map, are in `samplers.py`.
"""

from dataclasses import replace

import streamlit as st
import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from app.cache.models import BY_MODEL, Judge, Shown, digits, first_ten, of_a_model
from app.components import draw_digit, latent_pad
from core import data, evaluation, latent
from core.models import mean_image

Axes = tuple[int, int]  # two of the latent axes, counted from 0
TSNE_CODES = 2000


@st.cache_resource(show_spinner=False, max_entries=4)
def map_images(name: data.Name) -> tuple[UInt8[Tensor, "n 1 28 28"], Int64[Tensor, " n"]]:
    """The images of a latent map, with labels: the test set, or the whole of the small sample."""
    chosen = digits(name)
    if name != "sample":
        return chosen.test_images, chosen.test_labels
    return (
        torch.cat([chosen.test_images, chosen.train_images]),
        torch.cat([chosen.test_labels, chosen.train_labels]),
    )


@of_a_model("Encoding the digits …", 60)
def codes(shown: Shown) -> latent.Codes:
    """Codes of the map's images."""
    return latent.encode(shown.model, shown.images)


@of_a_model("Finding the plane …", 60)
def principal_plane(shown: Shown) -> latent.Plane:
    """The plane in which a model's map is drawn: the latent plane itself where d is 2."""
    return latent.principal_plane(codes(shown).mean)


@of_a_model("t-SNE of 2 000 codes: about 10 s …", 20)
def tsne(shown: Shown) -> Float[Tensor, "codes 2"]:
    """t-SNE of the map's first codes, seeded."""
    return latent.tsne(codes(shown).mean[:TSNE_CODES])


@of_a_model(False, 20)
def largest_tie(shown: Shown) -> int:
    """How many of the codes that t-SNE gets are one and the same, to the last bit."""
    return evaluation.codes.largest_tie(codes(shown).mean[:TSNE_CODES])


def plane(shown: Shown, axes: Axes | None = None) -> latent.Plane:
    """The plane of two latent axes, counted from 0; the principal plane where none are given."""
    if axes is None:
        return principal_plane(shown)
    return latent.axis_plane(codes(shown).mean, *axes)


@of_a_model("Looking for holes …", 60)
def holes(shown: Shown) -> evaluation.holes.Holes:
    """Where no code of the map lives."""
    return evaluation.holes.find_holes(codes(shown).mean)


@of_a_model("Packing the map …", 40, keep=st.cache_resource)
def pad_content(shown: Shown, axes: Axes | None = None) -> latent_pad.PadContent:
    """A model with the codes of its map, packed for the browser; the sample's digits too."""
    content = latent_pad.content(
        shown.model,
        codes(shown).mean,
        shown.labels,
        plane(shown, axes),
        digit_address=f"api/digit/{shown.data}/{{i}}.png",
    )
    return replace(content, digits=_packed_sample()) if shown.data == "sample" else content


@of_a_model("Looking for holes …", 20, keep=st.cache_resource)
def packed_holes(shown: Shown) -> latent_pad.Piece:
    """Where no code of the map lives, packed for the browser."""
    return latent_pad.pack_holes(holes(shown))


@of_a_model("Packing the networks …", 20, keep=st.cache_resource)
def draw_content(shown: Shown, judge: Judge | None) -> draw_digit.DrawContent:
    """Encoder, decoder and map for drawing, with the classifier, and test digits to start from."""
    chosen = shown.digits
    first = list(first_ten(shown.data))
    return draw_digit.content(
        shown.model,
        judge.model if judge else None,
        chosen.test_images[first],
        chosen.test_labels[first],
        pad_content(shown),
    )


@st.cache_resource(show_spinner=False)
def _packed_sample() -> latent_pad.Piece:
    return latent_pad.pack_digits(map_images("sample")[0])


@of_a_model("Walking …", 4, by=BY_MODEL)
def round_walk(shown: Shown, steps: int = 10) -> Float[Tensor, "frames 1 28 28"]:
    """Decodings along lines from the sample's first 0 to its first 1, to its first 2, … to 0."""
    stops = codes(shown.on("sample")).mean[: data.CLASSES]
    ways = [
        latent.linear_path(start, end, steps + 1)[:-1]
        for start, end in zip(stops, stops.roll(-1, 0))
    ]
    return mean_image(shown.config, latent.decode(shown.model, torch.cat(ways)))
