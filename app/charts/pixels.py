"""One digit, large, a square for each pixel: to pick from, and coloured by what it costs."""

import altair as alt
import pandas as pd

from app import theme
from app.charts.parts import click_on, layered


def digit_pixels(pixels: pd.DataFrame, picked: pd.DataFrame, *, side: int) -> alt.LayerChart:
    """A digit so many screen pixels wide, of which a click picks a pixel as "pick".

    Columns: row, column (int, from 1), x (grey value from 0 to 1); of the picked the same.
    """
    pick = click_on(["row", "column"])
    base = _squares(pixels)
    scale = alt.Scale(domain=[0, 1], range=["black", "white"])
    cells = (
        base.mark_rect()
        .encode(
            alt.Color("x:Q", scale=scale, legend=None),
            alt.Stroke("x:Q", scale=scale, legend=None),  # no seams between the cells
            tooltip=["row:O", "column:O", alt.Tooltip("x:Q", format=".3f")],
        )
        .add_params(pick)
    )
    frame = base.mark_rect(fillOpacity=0, stroke=theme.RECONSTRUCTION, strokeWidth=3)
    frame.data = picked
    return layered(cells, frame).properties(width=side, height=side, autosize="pad")


def pixel_costs(pixels: pd.DataFrame, *, side: int) -> alt.Chart:
    """A digit's pixels by what they cost. Columns: row, column (int, from 1), x, nats."""
    return (
        _squares(pixels)
        .mark_rect()
        .encode(
            alt.Color("nats:Q", title="nats", scale=alt.Scale(scheme="inferno")),
            tooltip=["row:O", "column:O", alt.Tooltip("x:Q", title="grey value", format=".2f"),
                     alt.Tooltip("nats:Q", format=".3f")],
        )
        .properties(width=side, height=side, autosize="pad")
    )  # fmt: skip


def _squares(pixels: pd.DataFrame) -> alt.Chart:
    return alt.Chart(pixels).encode(
        alt.X("column:O", axis=None, scale=alt.Scale(padding=0)),
        alt.Y("row:O", axis=None, scale=alt.Scale(padding=0)),
    )
