"""Mosaics: a plane of codes, decoded tile by tile, and its footprint on the map."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import charts, theme, widgets
from app.cache import Shown
from app.panels.digits import choose_digit
from app.panels.map.axes import code_map
from app.panels.map.places import decoded
from app.state import Visitor
from app.words import percent
from core import latent

TILES = 16  # a side of a mosaic


@st.fragment
def mosaics(visitor: Visitor, by: Mapping[str, Shown]) -> None:
    """A mosaic between three or four codes, or of a plane, drawn by one of these models."""
    choose, of = st.columns([3, 2])
    with choose:
        kind = widgets.choice("Mosaic", ["Three images", "Four images", "A plane"], key="mosaic")
    with of:
        shown = by[widgets.choice("Decoded by", list(by), key="mosaic-model")]
    if kind == "A plane":
        _of_plane(visitor, shown)
        return
    places = ["Bottom left", "Bottom right", "Top left", "Top right"]
    marks = _corners(visitor, shown, places[: 3 if kind == "Three images" else 4])
    a, b, c, *fourth = marks.values()
    if fourth:
        st.markdown("Between four codes, every row and every column is a straight path.")
        grid = latent.four_corners(c, fourth[0], a, b, TILES)
    else:
        st.markdown(
            r"From bottom left $a$ to the right $b$ and up to $c$: $a + s(b-a) + t(c-a)$. The "
            r"fourth corner, $b + c - a$, is *no image's code but an analogy*: b is to a as "
            "what is to c?"
        )
        grid = latent.three_corners(a, b, c, TILES)
    _mosaic(visitor, shown, grid, marks)


def _corners(
    visitor: Visitor, shown: Shown, places: Sequence[str]
) -> dict[str, Float[Tensor, " latent"]]:
    """The codes of some of the ten digits, chosen one for each place; named a, b, c, …"""
    chosen, columns = [], st.columns(2)
    for i, place in enumerate(places):
        with columns[i % 2]:
            digit = (0, 1, 7, 4)[i]
            image, _ = choose_digit(visitor, f"{place}, {'abcd'[i]}", digit, key=f"corner-{i + 1}")
        chosen.append(image)
    return dict(zip("abcd", latent.encode(shown.model, torch.cat(chosen)).mean))


def _mosaic(
    visitor: Visitor,
    shown: Shown,
    grid: Float[Tensor, "rows columns latent"],
    marks: dict[str, Float[Tensor, " latent"]],
) -> None:
    """What the decoder draws over a grid of codes, beside the place of that grid on the map."""
    rows, columns, _ = grid.shape
    tiles = grid.flatten(0, 1)
    share = shown.holes.share(tiles)
    picture, place = st.columns(2)
    with picture:
        widgets.pictures(
            decoded(visitor, shown, tiles, "mean"),
            columns,
            key="mosaic",
            scale=theme.TILE,
            gap=0,
            alt=f"Mosaic of {rows} by {columns} decoded codes of {shown.title}",
        )
        st.caption(
            f"{shown.title}: {rows} × {columns} codes, decoded. "
            f"{percent(share)} of them lie in holes."
        )
    projection = shown.plane
    corners = projection.project(
        torch.stack([grid[0, 0], grid[0, -1], grid[-1, -1], grid[-1, 0], grid[0, 0]])
    )
    base, domain = code_map(visitor, shown, "The mosaic's footprint", corners)
    outline = pd.DataFrame(corners.numpy(), columns=["x", "y"]).assign(order=range(5))
    layers: list[charts.Layer] = [charts.footprint(outline, domain)]
    if marks:
        points = projection.project(torch.stack(list(marks.values())))
        named = pd.DataFrame(points.numpy(), columns=["x", "y"]).assign(number=list(marks))
        layers.append(charts.numbered(named, domain, theme.LATENT))
    place.altair_chart(
        charts.over(base, *layers),
        key="footprint",
        alt=f"Codes of {shown.title} by class, with the outline of the mosaic",
    )


def _of_plane(visitor: Visitor, shown: Shown) -> None:
    """A mosaic of a plane through the codes, chosen by its directions and its reach."""
    codes, latent_dim = shown.codes.mean, shown.config.latent_dim
    marks = {}
    options = ["Latent axes", "Principal directions", "Through three images"]
    directions = widgets.choice("Directions", options, key="mosaic-directions")
    if directions == "Through three images":
        marks = _corners(visitor, shown, ("One", "Another", "A third"))
        window = latent.window_through(*marks.values(), reach=1.4)
        words = "The plane of three codes, a to b pointing right."
    else:
        steps = [0.5, 1, 1.5, 2, 2.5, 3, 4]
        reach = widgets.one_of(
            "Reach, standard deviations of the codes", steps, 2, key="mosaic-reach"
        )
        across, upwards = 1, min(2, latent_dim)
        if directions == "Latent axes" and latent_dim > 2:
            left, right = st.columns(2)
            with left:
                across = widgets.whole_number("Axis to the right", 1, latent_dim, 1, key="mosaic-x")
            with right:
                upwards = widgets.whole_number("Axis upwards", 1, latent_dim, 2, key="mosaic-y")
        if directions == "Latent axes":
            window = latent.axis_window(codes, across - 1, upwards - 1, reach)
            words = f"Around the mean code: z{across} grows to the right, z{upwards} upwards."
        else:
            window = latent.principal_window(codes, reach)
            words = "Around the mean code, along the two directions in which the codes vary most."
    st.markdown(words)
    _mosaic(visitor, shown, latent.grid(*window, TILES), marks)
