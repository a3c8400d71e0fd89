"""Where probability lies: draws against their density, along each latent, and over the plane."""

import altair as alt
import pandas as pd

from app import theme
from app.charts.domains import Domain, cell_sides, x_axis, y_axis
from app.charts.marks import ellipses, prior_contours
from app.charts.parts import layered, scale_of, titled


def histogram(
    bins: pd.DataFrame, density: pd.DataFrame, *, title: str, x: str, y_domain: tuple[float, float]
) -> alt.LayerChart:
    """Draws as bars of area 1, and the density they were drawn from.

    Columns: left, right, share (of the draws, divided by the bin's width); of the density x, y.
    """
    across = scale_of((0.0, 1.0))
    high = alt.Y("share:Q", title="density", scale=scale_of(y_domain))
    bars = (
        alt.Chart(bins)
        .mark_rect(color=theme.PRIOR, opacity=0.45, clip=True)
        .encode(alt.X("left:Q", title=x, scale=across), alt.X2("right:Q"), high)
    ).encode(y2=alt.Y2Datum(0))
    line = (
        alt.Chart(density)
        .mark_line(color=theme.RECONSTRUCTION, strokeWidth=2.4, clip=True)
        .encode(alt.X("x:Q", scale=across), alt.Y("y:Q", scale=scale_of(y_domain)))
    )
    return titled(layered(bars, line), title, height=300)


def marginals(curves: pd.DataFrame, prior: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """One density for each latent, over the prior's. Columns: x, y, latent (int); x, y.

    Up to four latents are told apart by their dashes.
    """
    dashes = alt.StrokeDash(
        "latent:N",
        scale=alt.Scale(range=[[1, 0], [10, 3], [3, 2], [10, 3, 2, 3]]),
        legend=alt.Legend(orient="top", title="latent", symbolStrokeColor=theme.LATENT),
    )
    each = (
        alt.Chart(curves)
        .mark_line(color=theme.LATENT, strokeWidth=1.6, opacity=0.75)
        .encode(
            alt.X("x:Q", title="z along one latent", scale=alt.Scale(nice=False)),
            alt.Y("y:Q", title="density"),
            detail="latent:N",
            strokeDash=dashes if curves["latent"].nunique() <= 4 else alt.value([1, 0]),
            tooltip=[
                "latent:N",
                alt.Tooltip("x:Q", format=".2f"),
                alt.Tooltip("y:Q", format=".3f"),
            ],
        )
    )
    normal = (
        alt.Chart(prior)
        .mark_line(color=theme.PRIOR, strokeWidth=2.4, strokeDash=[5, 4])
        .encode(alt.X("x:Q"), alt.Y("y:Q"))
    )
    return titled(layered(each, normal), title, height=300)


def regions(
    cells: pd.DataFrame, outlines: pd.DataFrame, domain: Domain, *, title: str
) -> alt.LayerChart:
    """Where a density lies, in up to three nested regions, and a Gaussian's outlines over it.

    Columns: left, right, bottom, top, region (str, from the inmost outwards); of the outlines
    x, y, order (int), ellipse (id).
    """
    names = list(dict.fromkeys(cells["region"]))
    shades = [f"{theme.DECODER}{strength}" for strength in ("F0", "90", "44")]
    area = (
        alt.Chart(cells)
        .mark_rect(clip=True)
        .encode(
            *cell_sides(domain),
            alt.Color(
                "region:N",
                title=None,
                sort=names,
                scale=alt.Scale(domain=names, range=shades[: len(names)]),
                legend=alt.Legend(orient="top", symbolType="square"),
            ),
        )
    )
    chart = titled(layered(area, ellipses(outlines, domain, theme.ENCODER)), title)
    return chart.properties(width=300, height=300, autosize="pad")


def density_plane(
    cells: pd.DataFrame, holes: pd.DataFrame, domain: Domain, *, title: str
) -> alt.LayerChart:
    """A density over the plane, hatched where holes are.

    Columns: left, right, bottom, top, density; of the holes x, y.
    """
    most = float(cells["density"].quantile(0.999))
    area = (
        alt.Chart(cells)
        .mark_rect(color=theme.LATENT, clip=True)
        .encode(
            *cell_sides(domain),
            alt.Opacity(
                "density:Q",
                title="q(z)",
                scale=alt.Scale(type="sqrt", domain=[0, most], range=[0, 1], clamp=True),
                legend=alt.Legend(symbolFillColor=theme.LATENT, symbolType="square"),
            ),
            tooltip=[alt.Tooltip("density:Q", title="q(z)", format=".3g")],
        )
    )
    hatch = (
        alt.Chart(holes)
        .mark_point(shape="stroke", angle=45, size=40, color=theme.HOLE, opacity=0.55)
        .encode(x_axis(domain, "z₁"), y_axis(domain, "z₂"))
    )
    chart = titled(layered(area, hatch, prior_contours(domain)), title)
    return chart.properties(width=470, height=470, autosize="pad")
