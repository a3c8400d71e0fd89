"""Which part of the plane a map shows, and the axes and cells that follow from it."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

LEFT, RIGHT, BOTTOM, TOP = range(4)
Domain = tuple[float, float, float, float]  # left, right, bottom, top
Place = tuple[float, float, int]  # x, y, and the index of the digit there, -1 where none is

CELLS = 60  # a click beside the points is answered for the middle of one of so many cells a side


def domain_of(points: np.ndarray, margin: float = 0.08) -> Domain:
    """Axes that hold all points (n, 2) with a margin, so that later layers move no axis."""
    low, high = points.min(0), points.max(0)
    room = np.maximum(high - low, 1e-6) * margin
    return (
        float(low[0] - room[0]), float(high[0] + room[0]),
        float(low[1] - room[1]), float(high[1] + room[1]),
    )  # fmt: skip


def square(points: np.ndarray) -> Domain:
    """Axes of one scale in a square picture: circles stay circles."""
    left, right, bottom, top = domain_of(points, margin=0.04)
    x, y, half = (left + right) / 2, (bottom + top) / 2, max(right - left, top - bottom) / 2
    return (x - half, x + half, y - half, y + half)


def close_up(points: np.ndarray) -> Domain:
    """Axes for the body of a cloud with long tails: Tukey's fences, quartiles ± 1.5 of their gap.

    Never wider than the points themselves.
    """
    lower, upper = np.quantile(points, (0.25, 0.75), axis=0)
    low, high = lower - 1.5 * (upper - lower), upper + 1.5 * (upper - lower)
    return domain_of(np.clip(points, low, high), margin=0.04)


def long_tailed(points: np.ndarray) -> bool:
    """Whether a few points stretch the axes to more than 2.5 times their close-up."""
    whole, close = domain_of(points, 0.04), close_up(points)
    widths = [(d[RIGHT] - d[LEFT], d[TOP] - d[BOTTOM]) for d in (whole, close)]
    return any(wide > 2.5 * narrow for wide, narrow in zip(*widths))


def steady_domain(points: np.ndarray) -> Domain:
    """Axes for codes that move while a model trains: each side moves in steps, and seldom."""
    low, high = np.quantile(points, 0.002, axis=0), np.quantile(points, 0.998, axis=0)
    left, bottom = (-_rounded_up(-side) for side in low)
    right, top = (_rounded_up(side) for side in high)
    return (left, right, bottom, top)


def _rounded_up(reach: float) -> float:
    """The next of …, 1, 1.4, 2, 2.8, 4, …: at least 1, so that 0 is always in sight."""
    return float(2 ** (np.ceil(np.log2(max(reach, 1.0)) * 2) / 2))


def x_axis(domain: Domain, title: str | None = None, field: str = "x") -> alt.X:
    scale = alt.Scale(domain=[domain[LEFT], domain[RIGHT]], nice=False)
    return alt.X(f"{field}:Q", title=title or alt.Undefined, scale=scale)


def y_axis(domain: Domain, title: str | None = None, field: str = "y") -> alt.Y:
    scale = alt.Scale(domain=[domain[BOTTOM], domain[TOP]], nice=False)
    return alt.Y(f"{field}:Q", title=title or alt.Undefined, scale=scale)


def cell_sides(domain: Domain, axes: tuple[str, str] = ("z₁", "z₂")) -> list[Any]:
    """A rectangle for each row of a table. Columns: left, right, bottom, top."""
    return [
        x_axis(domain, axes[0], "left"),
        alt.X2("right:Q"),
        y_axis(domain, axes[1], "bottom"),
        alt.Y2("top:Q"),
    ]


def cell_at(x: float, y: float, domain: Domain) -> Place:
    """The cell of a pickable map that a place lies in, the nearest one for a place outside."""
    cells = cells_of(domain)
    row = cells.iloc[int(((cells["x"] - x) ** 2 + (cells["y"] - y) ** 2).argmin())]
    return (float(row["x"]), float(row["y"]), -1)


def cells_of(domain: Domain) -> pd.DataFrame:
    """The middles of CELLS x CELLS equal cells of a map: places to click beside the points."""
    steps = (np.arange(CELLS) + 0.5) / CELLS
    x, y = np.meshgrid(
        domain[LEFT] + (domain[RIGHT] - domain[LEFT]) * steps,
        domain[BOTTOM] + (domain[TOP] - domain[BOTTOM]) * steps,
    )
    return pd.DataFrame({"x": x.ravel(), "y": y.ravel(), "index": -1})
