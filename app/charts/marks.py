"""What lies over a map: samples, walks, rings, outlines, circles of the prior, a mosaic's frame.

Every mark is given the map's domain, so that it moves no axis.
"""

import altair as alt
import numpy as np
import pandas as pd

from app import theme
from app.charts.domains import Domain, x_axis, y_axis
from app.charts.parts import layered


def numbered(
    points: pd.DataFrame, domain: Domain, colour: str, shape: str = "circle"
) -> alt.LayerChart:
    """Numbered marks, samples for instance. Columns: x, y, number (str)."""
    base = alt.Chart(points).encode(x_axis(domain), y_axis(domain))
    disc = base.mark_point(
        shape=shape, filled=True, size=340, color=colour, opacity=0.95, stroke="white",
        strokeWidth=1, clip=True,
    )  # fmt: skip
    text = base.mark_text(color="white", fontWeight="bold", clip=True).encode(text="number:N")
    return layered(disc, text)


def path(points: pd.DataFrame, domain: Domain, colour: str = theme.LATENT) -> alt.LayerChart:
    """A walk through the map. Columns: x, y, order (int), name (str, "" for a nameless stop)."""
    base = alt.Chart(points).encode(x_axis(domain), y_axis(domain), order="order:Q")
    line = base.mark_line(color=colour, strokeWidth=2.5)
    dots = base.mark_circle(color=colour, size=45, opacity=1, stroke="white", strokeWidth=1)
    names = base.mark_text(dy=-14, fontSize=14, fontWeight="bold", color=colour).encode(
        text="name:N"
    )
    return layered(line, dots, names)


def rings(points: pd.DataFrame, domain: Domain, colour: str) -> alt.Chart:
    """Rings around marks that something is to be said of. Columns: x, y."""
    return (
        alt.Chart(points)
        .mark_point(size=190, color=colour, strokeWidth=2.5, filled=False)
        .encode(x_axis(domain), y_axis(domain))
    )


def ellipses(outlines: pd.DataFrame, domain: Domain, colour: str = theme.LATENT) -> alt.Chart:
    """Closed outlines to the scale of the axes. Columns: x, y, order (int), ellipse (id)."""
    return (
        alt.Chart(outlines)
        .mark_line(color=colour, strokeWidth=1.4, opacity=0.9, clip=True)
        .encode(x_axis(domain), y_axis(domain), order="order:Q", detail="ellipse:N")
    )


def prior_contours(domain: Domain, centre: tuple[float, float] = (0.0, 0.0)) -> alt.Chart:
    """Circles of N(0, I) at 1, 2 and 3 standard deviations, dashed; `centre` is where 0 lies."""
    angle = np.linspace(0, 2 * np.pi, 73)
    circles = pd.concat(
        pd.DataFrame(
            {
                "x": centre[0] + r * np.cos(angle),
                "y": centre[1] + r * np.sin(angle),
                "order": range(73),
                "ellipse": r,
            }
        )
        for r in (1, 2, 3)
    )
    return ellipses(circles, domain, theme.PRIOR).mark_line(
        color=theme.PRIOR, strokeDash=[5, 4], strokeWidth=2, clip=True
    )


def footprint(corners: pd.DataFrame, domain: Domain) -> alt.Chart:
    """The outline of a mosaic on the map. Columns: x, y, order (int)."""
    return (
        alt.Chart(corners)
        .mark_line(color=theme.LATENT, strokeWidth=2, strokeDash=[8, 3], clip=True)
        .encode(x_axis(domain), y_axis(domain), order="order:Q")
    )
