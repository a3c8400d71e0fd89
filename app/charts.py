"""Tables to charts, and nothing else: every function takes a DataFrame and names its columns.

Axes carry their quantity and unit. Classes take the ten colours of the theme and also wear
their number; lines differ in dash as well as in colour. Maps are built in layers: `latent_map`
draws the codes, the other map functions what lies over them, `over` puts them together.
"""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from app import theme

LEFT, RIGHT, BOTTOM, TOP = range(4)
Domain = tuple[float, float, float, float]  # left, right, bottom, top
Place = tuple[float, float, int]  # x, y, and the index of the digit there, -1 where none is
Layer = alt.Chart | alt.LayerChart
Map = alt.LayerChart  # with whatever lies over it

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


def _x(domain: Domain, title: str | None = None, field: str = "x") -> alt.X:
    scale = alt.Scale(domain=[domain[LEFT], domain[RIGHT]], nice=False)
    return alt.X(f"{field}:Q", title=title or alt.Undefined, scale=scale)


def _y(domain: Domain, title: str | None = None, field: str = "y") -> alt.Y:
    scale = alt.Scale(domain=[domain[BOTTOM], domain[TOP]], nice=False)
    return alt.Y(f"{field}:Q", title=title or alt.Undefined, scale=scale)


def latent_map(
    codes: pd.DataFrame,
    domain: Domain,
    *,
    title: str,
    axes: tuple[str, str] = ("z₁", "z₂"),
    value: str | None = None,
    pickable: bool = False,
    place: Place | None = None,
    size: float = 14,
    opacity: float = 0.65,
) -> alt.LayerChart:
    """Codes as points, coloured by class, or by the column `value` named in words.

    Columns: x, y, class (categorical); with a tooltip also image (an address) and index (int); with
    `value` also value (float). With `pickable`, a click anywhere selects x, y and index (-1
    beside the points) as "pick" and marks the place; `place` is the one marked before any click.
    """
    x, y = _x(domain, axes[0]), _y(domain, axes[1])
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
        pick = alt.selection_point(
            fields=["x", "y", "index"],
            on="click",
            name="pick",
            empty=False,
            toggle=False,
            clear=False,
            value=[dict(zip(("x", "y", "index"), place))] if place else alt.Undefined,
        )
        half = (
            (domain[RIGHT] - domain[LEFT]) / CELLS / 2,
            (domain[TOP] - domain[BOTTOM]) / CELLS / 2,
        )
        cells = _cells(domain)
        ground = (
            alt.Chart(cells)
            .transform_calculate(
                left=f"datum.x - {half[0]}", right=f"datum.x + {half[0]}",
                bottom=f"datum.y - {half[1]}", top=f"datum.y + {half[1]}",
            )
            .mark_rect(opacity=0.001)
            .encode(
                _x(domain, axes[0], "left"), alt.X2("right:Q"),
                _y(domain, axes[1], "bottom"), alt.Y2("top:Q"),
                tooltip=alt.value(None),
            )
            .add_params(pick)
        )  # fmt: skip
        layers.insert(0, ground)
        for table in (cells, codes):
            chosen = alt.Chart(table).transform_filter(pick).encode(x, y, tooltip=alt.value(None))
            layers.append(_cross(chosen))
    return _titled(_layers(*layers), title)


def over(base: alt.LayerChart, *layers: Layer, zoom: bool = True) -> alt.LayerChart:
    """A map with further layers over it; pan by dragging, zoom by the wheel."""
    chart = base.copy()
    chart.layer = [*base.layer, *layers]
    return chart.interactive() if zoom else chart


def numbered(
    points: pd.DataFrame, domain: Domain, colour: str, shape: str = "circle"
) -> alt.LayerChart:
    """Numbered marks, samples for instance. Columns: x, y, number (str)."""
    base = alt.Chart(points).encode(_x(domain), _y(domain))
    disc = base.mark_point(
        shape=shape, filled=True, size=260, color=colour, opacity=0.95, stroke="white",
        strokeWidth=1, clip=True,
    )  # fmt: skip
    text = base.mark_text(color="white", fontWeight="bold", fontSize=11, clip=True).encode(
        text="number:N"
    )
    return _layers(disc, text)


def crosshair(x: float, y: float, domain: Domain) -> alt.LayerChart:
    """The place that the page is speaking of."""
    return _cross(alt.Chart(pd.DataFrame({"x": [x], "y": [y]})).encode(_x(domain), _y(domain)))


def _cross(place: alt.Chart) -> alt.LayerChart:
    halo = place.mark_point(shape="cross", size=520, strokeWidth=6, color="white")
    cross = place.mark_point(shape="cross", size=520, strokeWidth=2.5, color=theme.LATENT)
    return _layers(halo, cross)


def path(points: pd.DataFrame, domain: Domain, colour: str = theme.LATENT) -> alt.LayerChart:
    """A walk through the map. Columns: x, y, order (int), name (str, "" for a nameless stop)."""
    base = alt.Chart(points).encode(_x(domain), _y(domain), order="order:Q")
    line = base.mark_line(color=colour, strokeWidth=2.5)
    dots = base.mark_circle(color=colour, size=45, opacity=1, stroke="white", strokeWidth=1)
    names = base.mark_text(dy=-14, fontSize=14, fontWeight="bold", color=colour).encode(
        text="name:N"
    )
    return _layers(line, dots, names)


def rings(points: pd.DataFrame, domain: Domain, colour: str) -> alt.Chart:
    """Rings around marks that something is to be said of. Columns: x, y."""
    return (
        alt.Chart(points)
        .mark_point(size=190, color=colour, strokeWidth=2.5, filled=False)
        .encode(_x(domain), _y(domain))
    )


def ellipses(outlines: pd.DataFrame, domain: Domain, colour: str = theme.LATENT) -> alt.Chart:
    """Closed outlines to the scale of the axes. Columns: x, y, order (int), ellipse (id)."""
    return (
        alt.Chart(outlines)
        .mark_line(color=colour, strokeWidth=1.4, opacity=0.9, clip=True)
        .encode(_x(domain), _y(domain), order="order:Q", detail="ellipse:N")
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
        .encode(_x(domain), _y(domain), order="order:Q")
    )


DASHES = {"train": [4, 3], "test": [1, 0]}


def loss_curve(
    losses: pd.DataFrame, colour: str, *, title: str, last_step: int, domain: tuple[float, float]
) -> alt.Chart:
    """One term of a loss over a run. Columns: step, nats, images ("train" or "test")."""
    chart = (
        alt.Chart(losses)
        .mark_line(color=colour, strokeWidth=2, clip=True)
        .encode(
            alt.X("step:Q", title="training step", scale=alt.Scale(domain=[0, last_step])),
            alt.Y("nats:Q", title="nats per image", scale=alt.Scale(domain=list(domain))),
            alt.StrokeDash(
                "images:N",
                title=None,
                scale=alt.Scale(domain=list(DASHES), range=list(DASHES.values())),
                legend=alt.Legend(orient="top-right", symbolStrokeColor=colour),
            ),
            tooltip=["step:Q", alt.Tooltip("nats:Q", format=".2f"), "images:N"],
        )
    )
    return _titled(chart, title, height=300)


def lines(
    curves: pd.DataFrame,
    *,
    title: str,
    x: str,
    y: str,
    colours: dict[str, str],
    dashes: dict[str, list[int]],
    x_domain: tuple[float, float] | None = None,
    y_domain: tuple[float, float] | None = None,
) -> alt.Chart:
    """Several curves of one unit. Columns: x, y, curve (str, a key of `colours` and `dashes`)."""
    names = list(colours)
    chart = (
        alt.Chart(curves)
        .mark_line(strokeWidth=2.2, clip=True)
        .encode(
            alt.X("x:Q", title=x, scale=_scale(x_domain)),
            alt.Y("y:Q", title=y, scale=_scale(y_domain)),
            alt.Color(
                "curve:N",
                title=None,
                sort=names,
                scale=alt.Scale(domain=names, range=list(colours.values())),
                legend=alt.Legend(orient="top", symbolType="stroke", symbolStrokeWidth=3),
            ),
            alt.StrokeDash(
                "curve:N",
                title=None,
                sort=names,
                scale=alt.Scale(domain=names, range=[dashes[name] for name in names]),
            ),
            tooltip=["curve:N", alt.Tooltip("x:Q", format=".3g"), alt.Tooltip("y:Q", format=".4g")],
        )
    )
    return _titled(chart, title, height=320)


def densities(
    curves: pd.DataFrame,
    marks: pd.DataFrame,
    *,
    title: str,
    x: str,
    y: str,
    y_domain: tuple[float, float],
    colours: dict[str, str],
    dashes: dict[str, list[int]],
) -> alt.LayerChart:
    """Functions over [0, 1] with the area below them, and named places on the x axis.

    Columns: x, y, curve (str, a key of `colours` and `dashes`); of the marks x, name.
    """
    names = list(colours)
    base = alt.Chart(curves).encode(
        alt.X("x:Q", title=x, scale=_scale((0.0, 1.0))),
        alt.Y("y:Q", title=y, scale=_scale(y_domain), stack=None),
        alt.Color(
            "curve:N",
            title=None,
            scale=alt.Scale(domain=names, range=list(colours.values())),
            legend=alt.Legend(
                orient="top", symbolType="stroke", symbolStrokeWidth=3, symbolOpacity=1
            ),
        ),
        tooltip=["curve:N", alt.Tooltip("x:Q", format=".2f"), alt.Tooltip("y:Q", format=".3f")],
    )
    dash = alt.StrokeDash(
        "curve:N", title=None, scale=alt.Scale(domain=names, range=[dashes[n] for n in names])
    )
    areas = base.mark_area(opacity=0.22, clip=True)
    outlines = base.mark_line(strokeWidth=2.4, clip=True).encode(dash)
    place = alt.Chart(marks).encode(alt.X("x:Q"))
    rules = place.mark_rule(color=theme.PRIOR, strokeDash=[2, 3], strokeWidth=1.5)
    left = bool(marks["x"].iloc[0] > 0.5)  # of the rule, so that it stays in the picture
    words = place.mark_text(
        align="right" if left else "left",
        baseline="top",
        dx=-6 if left else 6,
        dy=4,
        fontSize=13,
        color=theme.PRIOR,
    ).encode(y=alt.value(0), text="name:N")
    return _titled(_layers(areas, outlines, rules, words), title, height=360)


def marked_curve(
    curve: pd.DataFrame,
    mark: pd.DataFrame,
    *,
    title: str,
    x: str,
    y: str,
    colour: str,
    y_domain: tuple[float, float],
    height: int = 300,
) -> alt.LayerChart:
    """A function over (0, 1) and one place on it. Columns: x, y; of the mark also name (str)."""
    base = alt.Chart(curve).encode(
        alt.X("x:Q", title=x, scale=_scale((0.0, 1.0))),
        alt.Y("y:Q", title=y, scale=_scale(y_domain)),
    )
    line = base.mark_line(color=colour, strokeWidth=2.4, clip=True).encode(
        tooltip=[alt.Tooltip("x:Q", title=x, format=".3f"), alt.Tooltip("y:Q", format=".3f")]
    )
    place = alt.Chart(mark).encode(alt.X("x:Q"), alt.Y("y:Q"))
    rule = alt.Chart(mark).mark_rule(color=theme.PRIOR, strokeDash=[2, 3], strokeWidth=1.5)
    rule = rule.encode(alt.X("x:Q"))
    point = place.mark_point(filled=True, size=130, color=colour, opacity=1, stroke="white")
    left = bool(mark["x"].iloc[0] > 0.5)  # of the rule, so that it stays in the picture
    words = rule.mark_text(
        align="right" if left else "left",
        baseline="top",
        dx=-6 if left else 6,
        dy=4,
        fontSize=13,
        fontWeight="bold",
        color=colour,
    ).encode(y=alt.value(0), text="name:N")
    return _titled(_layers(line, rule, point, words), title, height=height)


def open_mark(place: pd.DataFrame, colour: str) -> alt.Chart:
    """A hollow mark to lay over a curve. Columns: x, y."""
    return (
        alt.Chart(place)
        .mark_point(shape="diamond", size=150, color=colour, strokeWidth=2.5, clip=True)
        .encode(alt.X("x:Q"), alt.Y("y:Q"))
    )


def digit_pixels(pixels: pd.DataFrame, picked: pd.DataFrame, *, side: int) -> alt.LayerChart:
    """A digit so many screen pixels wide, of which a click picks a pixel as "pick".

    Columns: row, column (int, from 1), x (grey value from 0 to 1); of the picked the same.
    """
    pick = alt.selection_point(
        fields=["row", "column"],
        on="click",
        name="pick",
        empty=False,
        toggle=False,
        clear=False,
    )
    base = alt.Chart(pixels).encode(
        alt.X("column:O", axis=None, scale=alt.Scale(padding=0)),
        alt.Y("row:O", axis=None, scale=alt.Scale(padding=0)),
    )
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
    return _layers(cells, frame).properties(width=side, height=side, autosize="pad")


def magnitudes(
    curves: pd.DataFrame,
    *,
    title: str,
    x: str,
    y: str,
    colours: dict[str, str],
    dashes: dict[str, list[int]],
    y_domain: tuple[float, float],
) -> alt.Chart:
    """Curves over powers of ten, on both axes. Columns: x, y (above 0), curve (str)."""
    chart = lines(curves, title=title, x=x, y=y, colours=colours, dashes=dashes)
    log = alt.Axis(format="~e", tickCount=6)
    return chart.encode(
        alt.X("x:Q", title=x, axis=log, scale=alt.Scale(type="log", nice=False)),
        alt.Y("y:Q", title=y, axis=log, scale=alt.Scale(type="log", domain=list(y_domain))),
    )


def histogram(
    bins: pd.DataFrame, density: pd.DataFrame, *, title: str, x: str, y_domain: tuple[float, float]
) -> alt.LayerChart:
    """Draws as bars of area 1, and the density they were drawn from.

    Columns: left, right, share (of the draws, divided by the bin's width); of the density x, y.
    """
    across = _scale((0.0, 1.0))
    high = alt.Y("share:Q", title="density", scale=_scale(y_domain))
    bars = (
        alt.Chart(bins)
        .mark_rect(color=theme.PRIOR, opacity=0.45, clip=True)
        .encode(alt.X("left:Q", title=x, scale=across), alt.X2("right:Q"), high)
    ).encode(y2=alt.Y2Datum(0))
    line = (
        alt.Chart(density)
        .mark_line(color=theme.RECONSTRUCTION, strokeWidth=2.4, clip=True)
        .encode(alt.X("x:Q", scale=across), alt.Y("y:Q", scale=_scale(y_domain)))
    )
    return _titled(_layers(bars, line), title, height=300)


def bars(
    table: pd.DataFrame,
    *,
    title: str,
    y: str,
    colours: dict[str, str],
    y_domain: tuple[float, float] | None = None,
) -> alt.LayerChart:
    """A bar for each name, its number above it. Columns: name (a key of `colours`), value."""
    names = list(colours)
    base = alt.Chart(table).encode(
        alt.X("name:N", title=None, sort=names, axis=alt.Axis(labelAngle=0)),
        alt.Y("value:Q", title=y, scale=_scale(y_domain) if y_domain else alt.Undefined),
    )
    scale = alt.Scale(domain=names, range=list(colours.values()))
    bar = base.mark_bar(size=46).encode(alt.Color("name:N", scale=scale, legend=None))
    number = base.mark_text(dy=-8, fontSize=13, color=theme.PRIOR).encode(
        text=alt.Text("value:Q", format=".2f")
    )
    return _titled(_layers(bar, number), title, height=260)


def rate_distortion(models: pd.DataFrame, levels: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """What the codes cost against what the pictures cost, a dot for each model.

    Columns: kl, reconstruction (nats per image), name, shown (bool: the model on the page),
    swept (bool: one of the line's); of the levels, drawn across: reconstruction, name.
    """
    most = 1.15 * max(1.0, float(models["kl"].max()))
    base = alt.Chart(models).encode(
        alt.X("kl:Q", title="KL, nats per image", scale=alt.Scale(domain=[0, most], nice=False)),
        alt.Y(
            "reconstruction:Q",
            title="reconstruction, nats",
            scale=alt.Scale(zero=False, padding=20),
        ),
    )
    here = alt.datum.shown
    line = base.transform_filter(alt.datum.swept).mark_line(
        color=theme.PRIOR, strokeWidth=1, strokeDash=[4, 3]
    )
    dot = base.mark_point(filled=True, opacity=1).encode(
        color=alt.condition(here, alt.value(theme.TOTAL), alt.value(theme.PRIOR)),
        size=alt.condition(here, alt.value(240), alt.value(90)),
        tooltip=["name:N", alt.Tooltip("kl:Q", format=".2f"),
                 alt.Tooltip("reconstruction:Q", format=".2f")],
    )  # fmt: skip
    name = base.mark_text(dx=4, dy=-16, align="left", fontSize=13, color=theme.PRIOR).encode(
        text="name:N"
    )
    across = alt.Chart(levels).encode(alt.Y("reconstruction:Q"))
    rules = across.mark_rule(color=theme.RECONSTRUCTION, strokeDash=[2, 3], strokeWidth=1.5)
    words = across.mark_text(
        align="right", baseline="bottom", dx=-4, dy=-3, fontSize=12, color=theme.RECONSTRUCTION
    ).encode(x=alt.value("width"), text="name:N")
    return _titled(_layers(rules, words, line, dot, name), title, height=320)


def quarter_circle(points: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """Mean radius against code spread, and the arc on which an average of variance 1 lies.

    Columns: spread, radius, name (str, "" for a nameless one), shown (bool: the page's model).
    """
    angle = np.linspace(0, np.pi / 2, 61)
    arc = pd.DataFrame({"spread": np.cos(angle), "radius": np.sin(angle), "order": range(61)})
    most, high = (1.15 * max(1.0, float(points[side].max())) for side in ("spread", "radius"))
    x = alt.X("spread:Q", title="code spread: deviation of μ over the images",
              scale=alt.Scale(domain=[0, most], nice=False))  # fmt: skip
    y = alt.Y("radius:Q", title="mean radius: mean of σ",
              scale=alt.Scale(domain=[0, high], nice=False))  # fmt: skip
    circle = alt.Chart(arc).mark_line(color=theme.PRIOR, strokeDash=[5, 4], strokeWidth=2)
    base, here = alt.Chart(points).encode(x, y), alt.datum.shown
    dot = base.mark_point(filled=True, opacity=0.9).encode(
        color=alt.condition(here, alt.value(theme.TOTAL), alt.value(theme.PRIOR)),
        size=alt.condition(here, alt.value(170), alt.value(70)),
        tooltip=["name:N", alt.Tooltip("spread:Q", format=".3g"),
                 alt.Tooltip("radius:Q", format=".3g")],
    )  # fmt: skip
    name = base.mark_text(dx=9, dy=-8, align="left", fontSize=13, color=theme.PRIOR).encode(
        text="name:N"
    )
    return _titled(_layers(circle.encode(x, y, order="order:Q"), dot, name), title, height=320)


def pixel_costs(pixels: pd.DataFrame, *, side: int) -> alt.Chart:
    """A digit's pixels by what they cost. Columns: row, column (int, from 1), x, nats."""
    return (
        alt.Chart(pixels)
        .mark_rect()
        .encode(
            alt.X("column:O", axis=None, scale=alt.Scale(padding=0)),
            alt.Y("row:O", axis=None, scale=alt.Scale(padding=0)),
            alt.Color("nats:Q", title="nats", scale=alt.Scale(scheme="inferno")),
            tooltip=["row:O", "column:O", alt.Tooltip("x:Q", title="grey value", format=".2f"),
                     alt.Tooltip("nats:Q", format=".3f")],
        )
        .properties(width=side, height=side, autosize="pad")
    )  # fmt: skip


def by_latent(
    table: pd.DataFrame,
    *,
    title: str,
    y: str,
    colours: dict[str, str],
    level: float | None = None,
) -> alt.LayerChart:
    """A bar for each latent, in stacked parts; a dashed line at `level`.

    Columns: latent (int, from 1), value (0 or more), part (str, a key of `colours`).
    """
    names = list(colours)
    most = 1.08 * max(0.1, level or 0.0, float(table.groupby("latent")["value"].sum().max()))
    bar = (
        alt.Chart(table)
        .mark_bar()
        .encode(
            alt.X("latent:O", title="latent", axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            alt.Y("sum(value):Q", title=y, scale=alt.Scale(domain=[0, most], nice=False)),
            alt.Color(
                "part:N",
                title=None,
                sort=names,
                scale=alt.Scale(domain=names, range=list(colours.values())),
                legend=alt.Legend(orient="top") if len(names) > 1 else None,
            ),
            order=alt.Order("part:N"),
            tooltip=["latent:O", "part:N", alt.Tooltip("value:Q", format=".3g")],
        )
    )
    layers: list[Layer] = [bar]
    if level is not None:
        rule = alt.Chart(pd.DataFrame({"value": [level]})).encode(alt.Y("value:Q"))
        layers.append(rule.mark_rule(color=theme.PRIOR, strokeDash=[5, 4], strokeWidth=2))
    return _titled(_layers(*layers), title, height=260)


def bounds(table: pd.DataFrame, levels: pd.DataFrame, *, title: str, y: str) -> alt.LayerChart:
    """Measured bounds with ± 2 standard errors, below levels drawn across.

    Columns: k (str), mean, low, high, order (int); of the levels: value, name.
    """
    x = alt.X("k:N", title=None, sort=alt.SortField("order"), axis=alt.Axis(labelAngle=0))
    base = alt.Chart(table).encode(x)
    scale = alt.Scale(zero=False, padding=22)
    error = base.mark_rule(color=theme.TOTAL, strokeWidth=2).encode(
        alt.Y("low:Q", title=y, scale=scale), alt.Y2("high:Q")
    )
    dot = base.mark_point(filled=True, size=110, color=theme.TOTAL, opacity=1).encode(
        alt.Y("mean:Q", title=y, scale=scale),
        tooltip=["k:N", alt.Tooltip("mean:Q", format=".2f")],
    )
    number = base.mark_text(dx=12, dy=12, align="left", fontSize=13, color=theme.TOTAL).encode(
        alt.Y("mean:Q"), text=alt.Text("mean:Q", format=".2f")
    )
    across = alt.Chart(levels).encode(alt.Y("value:Q"))
    rule = across.mark_rule(color=theme.DECODER, strokeDash=[5, 4], strokeWidth=2)
    words = across.mark_text(
        align="left", baseline="bottom", dx=6, dy=-3, fontSize=13, color=theme.DECODER
    ).encode(x=alt.value(0), text="name:N")
    return _titled(_layers(rule, words, error, dot, number), title, height=290)


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
            _x(domain, "z₁", "left"), alt.X2("right:Q"),
            _y(domain, "z₂", "bottom"), alt.Y2("top:Q"),
            alt.Color(
                "region:N",
                title=None,
                sort=names,
                scale=alt.Scale(domain=names, range=shades[: len(names)]),
                legend=alt.Legend(orient="top", symbolType="square"),
            ),
        )
    )  # fmt: skip
    chart = _titled(_layers(area, ellipses(outlines, domain, theme.ENCODER)), title)
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
            _x(domain, "z₁", "left"), alt.X2("right:Q"),
            _y(domain, "z₂", "bottom"), alt.Y2("top:Q"),
            alt.Opacity(
                "density:Q",
                title="q(z)",
                scale=alt.Scale(type="sqrt", domain=[0, most], range=[0, 1], clamp=True),
                legend=alt.Legend(symbolFillColor=theme.LATENT, symbolType="square"),
            ),
            tooltip=[alt.Tooltip("density:Q", title="q(z)", format=".3g")],
        )
    )  # fmt: skip
    hatch = (
        alt.Chart(holes)
        .mark_point(shape="stroke", angle=45, size=40, color=theme.RECONSTRUCTION, strokeWidth=1.2)
        .encode(_x(domain, "z₁"), _y(domain, "z₂"))
    )
    chart = _titled(_layers(area, hatch, prior_contours(domain)), title)
    return chart.properties(width=470, height=470, autosize="pad")


def marginals(curves: pd.DataFrame, prior: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """One density for each latent, over the prior's. Columns: x, y, latent (int); x, y."""
    each = (
        alt.Chart(curves)
        .mark_line(color=theme.LATENT, strokeWidth=1.6, opacity=0.75)
        .encode(
            alt.X("x:Q", title="z along one latent", scale=alt.Scale(nice=False)),
            alt.Y("y:Q", title="density"),
            detail="latent:N",
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
    return _titled(_layers(each, normal), title, height=300)


def under_bounds(
    curves: pd.DataFrame,
    models: pd.DataFrame,
    *,
    title: str,
    colours: dict[str, str],
    dashes: dict[str, list[int]],
) -> alt.LayerChart:
    """What a bound on |logit| allows, and models under theirs, the bound's axis in powers of ten.

    Columns: bound, nats, curve (str, a key of `colours` and `dashes`); of the models bound (NaN
    where there is none: a line across), nats, name, shown (bool: the model on the page).
    """
    names = list(colours)
    across = alt.X(
        "bound:Q",
        title="bound on |logit|",
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(values=[2, 5, 10, 20, 50, 100, 200, 500, 1000]),
    )
    high = alt.Y("nats:Q", title="nats per image", scale=_scale(None))
    lines = (
        alt.Chart(curves)
        .mark_line(strokeWidth=2.2, clip=True)
        .encode(
            across,
            high,
            alt.Color(
                "curve:N",
                title=None,
                scale=alt.Scale(domain=names, range=list(colours.values())),
                legend=alt.Legend(orient="top", symbolType="stroke", symbolStrokeWidth=3),
            ),
            alt.StrokeDash(
                "curve:N",
                title=None,
                scale=alt.Scale(domain=names, range=[dashes[name] for name in names]),
            ),
            tooltip=[
                "curve:N", alt.Tooltip("bound:Q", format=".3g"), alt.Tooltip("nats:Q", format=".0f")
            ],
        )
    )  # fmt: skip
    here = alt.condition(alt.datum.shown, alt.value(theme.TOTAL), alt.value(theme.LATENT))
    bounded = alt.Chart(models[models["bound"].notna()]).encode(across, high)
    dots = bounded.mark_point(filled=True, opacity=1).encode(
        color=here,
        size=alt.condition(alt.datum.shown, alt.value(260), alt.value(110)),
        tooltip=["name:N", alt.Tooltip("bound:Q", format=".4g")],
    )
    free = alt.Chart(models[models["bound"].isna()]).encode(high)
    rule = free.mark_rule(strokeDash=[2, 3]).encode(
        color=here, size=alt.condition(alt.datum.shown, alt.value(3), alt.value(1.5))
    )
    words = {"fontSize": 13, "align": "left"}
    said = bounded.mark_text(dx=10, dy=12, **words).encode(text="name:N", color=here)
    free_said = free.mark_text(dx=6, dy=-9, **words).encode(
        x=alt.value(0), text="name:N", color=here
    )
    return _titled(_layers(lines, rule, dots, said, free_said), title, height=360)


def _scale(domain: tuple[float, float] | None) -> alt.Scale:
    return alt.Scale(domain=list(domain), nice=False) if domain else alt.Scale(zero=False)


def _class_numbers(codes: pd.DataFrame, domain: Domain) -> alt.LayerChart:
    """Each class's first word at the median of its codes."""
    middle = codes.groupby("class", observed=True)[["x", "y"]].median().reset_index()
    wide, high = middle["x"].max() - middle["x"].min(), middle["y"].max() - middle["y"].min()
    sides = domain[RIGHT] - domain[LEFT], domain[TOP] - domain[BOTTOM]
    if max(wide / sides[0], high / sides[1]) < 0.02:  # all in one place: unreadable
        middle = middle.iloc[:0]
    base = alt.Chart(middle).encode(_x(domain), _y(domain), text="class:N")
    halo = base.mark_text(fontSize=18, fontWeight="bold", stroke="white", strokeWidth=4)
    return _layers(halo, base.mark_text(fontSize=18, fontWeight="bold", color="#1A1A1A"))


def _layers(*layers: Layer) -> alt.LayerChart:
    return alt.LayerChart(layer=list(layers))


def cell_at(x: float, y: float, domain: Domain) -> Place:
    """The cell of a pickable map that a place lies in, the nearest one for a place outside."""
    cells = _cells(domain)
    row = cells.iloc[int(((cells["x"] - x) ** 2 + (cells["y"] - y) ** 2).argmin())]
    return (float(row["x"]), float(row["y"]), -1)


def _cells(domain: Domain) -> pd.DataFrame:
    """The middles of CELLS x CELLS equal cells of a map: places to click beside the points."""
    steps = (np.arange(CELLS) + 0.5) / CELLS
    x, y = np.meshgrid(
        domain[LEFT] + (domain[RIGHT] - domain[LEFT]) * steps,
        domain[BOTTOM] + (domain[TOP] - domain[BOTTOM]) * steps,
    )
    return pd.DataFrame({"x": x.ravel(), "y": y.ravel(), "index": -1})


def _titled(chart: Any, title: str, height: int = 470) -> Any:
    return chart.properties(title=alt.Title(title, anchor="start", fontSize=15), height=height)
