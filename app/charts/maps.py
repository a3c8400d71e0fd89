"""Codes in the plane: `latent_map` draws them, and `over` puts the layers of `marks.py` upon it."""

import altair as alt
import numpy as np
import pandas as pd

from app import theme
from app.charts.domains import (
    BOTTOM,
    CELLS,
    LEFT,
    RIGHT,
    TOP,
    Domain,
    Place,
    cell_sides,
    cells_of,
    x_axis,
    y_axis,
)
from app.charts.parts import Layer, click_on, layered, titled

SMALL = 220  # pixels of a side, so that circles stay circles
Map = alt.LayerChart  # with whatever lies over it


def latent_map(
    codes: pd.DataFrame,
    domain: Domain,
    *,
    title: str,
    axes: tuple[str, str] = ("z₁", "z₂"),
    value: str | None = None,
    pickable: bool = False,
    place: Place | None = None,
    size: float = 10,
    opacity: float = 0.5,
) -> alt.LayerChart:
    """Codes as points, coloured by class, or by the column `value` named in words.

    Columns: x, y, class (categorical); with a tooltip also image (an address) and index (int); with
    `value` also value (float). With `pickable`, a click anywhere selects x, y and index (-1
    beside the points) as "pick" and marks the place; `place` is the one marked before any click.
    """
    x, y = x_axis(domain, axes[0]), y_axis(domain, axes[1])
    tooltip = [alt.Tooltip("image:N"), alt.Tooltip("class:N")] if "image" in codes else []
    if value is None:
        shown = alt.selection_point(fields=["class"], bind="legend", name="class_shown")
        order = codes["class"].cat.categories.tolist()  # a class keeps its colour on every map
        scale = alt.Scale(domain=order)
        colour = alt.Color("class:N", title="class", sort=order, scale=scale)
        points = (
            alt.Chart(codes)
            .mark_circle(size=size)
            .encode(
                x, y, colour, tooltip=tooltip,
                opacity=alt.condition(shown, alt.value(opacity), alt.value(0.05)),
            )
            .add_params(shown)
        )  # fmt: skip
    else:
        low, high = np.quantile(codes["value"], (0.01, 0.99)).tolist()  # the rest at the ends
        scale = alt.Scale(scheme="viridis", domain=[low, high], clamp=True)
        colour = alt.Color("value:Q", title=value, scale=scale)
        tooltip = [*tooltip, alt.Tooltip("value:Q", title=value, format=".3g")]
        points = (
            alt.Chart(codes)
            .mark_circle(size=size, opacity=opacity)
            .encode(x, y, colour, tooltip=tooltip)
        )
    layers: list[Layer] = [points, _class_numbers(codes, domain)]
    if pickable:
        fields = ["x", "y", "index"]
        pick = click_on(fields, [dict(zip(fields, place))] if place else alt.Undefined)
        cells = cells_of(domain)
        layers.insert(0, _ground(cells, domain, axes).add_params(pick))
        for table in (cells, codes):
            chosen = alt.Chart(table).transform_filter(pick).encode(x, y, tooltip=alt.value(None))
            layers.append(_cross(chosen))
    return titled(layered(*layers), title)


def small_map(codes: pd.DataFrame, domain: Domain) -> alt.LayerChart:
    """Codes in a square without axes, beside others: how they lie to each other and to what is
    laid over them. Columns: x, y, class (categorical).
    """
    order = codes["class"].cat.categories.tolist()
    sides = [side.axis(None) for side in (x_axis(domain), y_axis(domain))]
    points = (
        alt.Chart(codes)
        .mark_circle(size=6, opacity=0.6, clip=True)
        .encode(*sides, alt.Color("class:N", scale=alt.Scale(domain=order), legend=None))
    )
    return layered(points).properties(width=SMALL, height=SMALL)


def over(base: alt.LayerChart, *layers: Layer, zoom: bool = True) -> alt.LayerChart:
    """A map with further layers over it; pan by dragging, zoom by the wheel."""
    chart = base.copy()
    chart.layer = [*base.layer, *layers]
    return chart.interactive() if zoom else chart


def _ground(cells: pd.DataFrame, domain: Domain, axes: tuple[str, str]) -> alt.Chart:
    """The cells of a map, too faint to be seen, for clicks beside the points. Columns: x, y."""
    wide = (domain[RIGHT] - domain[LEFT]) / CELLS / 2
    high = (domain[TOP] - domain[BOTTOM]) / CELLS / 2
    return (
        alt.Chart(cells)
        .transform_calculate(
            left=f"datum.x - {wide}", right=f"datum.x + {wide}",
            bottom=f"datum.y - {high}", top=f"datum.y + {high}",
        )
        .mark_rect(opacity=0.001)
        .encode(*cell_sides(domain, axes), tooltip=alt.value(None))
    )  # fmt: skip


def _cross(place: alt.Chart) -> alt.LayerChart:
    """The place that the page is speaking of."""
    halo = place.mark_point(shape="cross", size=520, strokeWidth=6, color="white")
    cross = place.mark_point(shape="cross", size=520, strokeWidth=2.5, color=theme.LATENT)
    return layered(halo, cross)


def _class_numbers(codes: pd.DataFrame, domain: Domain) -> alt.LayerChart:
    """Each class's first word at the median of its codes."""
    middle = codes.groupby("class", observed=True)[["x", "y"]].median().reset_index()
    wide, high = middle["x"].max() - middle["x"].min(), middle["y"].max() - middle["y"].min()
    sides = domain[RIGHT] - domain[LEFT], domain[TOP] - domain[BOTTOM]
    if max(wide / sides[0], high / sides[1]) < 0.02:  # all in one place: unreadable
        middle = middle.iloc[:0]
    base = alt.Chart(middle).encode(x_axis(domain), y_axis(domain), text="class:N")
    halo = base.mark_text(fontSize=18, fontWeight="bold", stroke="white", strokeWidth=4)
    return layered(halo, base.mark_text(fontSize=18, fontWeight="bold", color="#1A1A1A"))
