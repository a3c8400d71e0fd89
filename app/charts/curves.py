"""Lines over a quantity: losses over steps, functions over grey values, costs over a bound."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from app import theme
from app.charts.parts import layered, palette, scale_of, titled

DASHES = {"train": [4, 3], "test": [1, 0]}


def loss_curve(
    losses: pd.DataFrame,
    colour: str,
    *,
    title: str,
    last_step: int,
    domain: tuple[float, float],
    turns: Sequence[int] = (),
) -> alt.Chart:
    """One term of a loss over a run. Columns: step, nats, images ("train" or "test"). `turns` are
    steps at which its training was changed.
    """
    chart = (
        alt.Chart(losses)
        .mark_line(color=colour, strokeWidth=2, clip=True)
        .encode(
            alt.X("step:Q", title="training step", scale=alt.Scale(domain=[0, last_step])),
            alt.Y("nats:Q", title="nats per image", scale=alt.Scale(domain=list(domain))),
            alt.StrokeDash(
                "images:N",
                title=None,
                scale=_stroke_scale(DASHES, list(DASHES)),
                legend=alt.Legend(orient="top-right", symbolStrokeColor=colour),
            ),
            tooltip=["step:Q", alt.Tooltip("nats:Q", format=".2f"), "images:N"],
        )
    )
    return titled(_with_turns(chart, turns), title, height=300)


def small_curve(
    losses: pd.DataFrame,
    colour: str,
    *,
    last_step: int,
    domain: tuple[float, float],
    turns: Sequence[int] = (),
) -> alt.Chart | alt.LayerChart:
    """The same at the edge of a figure: its unit stands in words beside it."""
    axis = alt.Axis(tickCount=3, format="~s", grid=False)
    chart = (
        alt.Chart(losses)
        .mark_line(color=colour, strokeWidth=2, clip=True)
        .encode(
            alt.X("step:Q", title=None, axis=axis, scale=alt.Scale(domain=[0, last_step])),
            alt.Y(
                "nats:Q",
                title=None,
                axis=alt.Axis(tickCount=3),
                scale=alt.Scale(domain=list(domain)),
            ),
            alt.StrokeDash("images:N", scale=_stroke_scale(DASHES, list(DASHES)), legend=None),
            tooltip=["step:Q", alt.Tooltip("nats:Q", format=".2f"), "images:N"],
        )
    )
    return _with_turns(chart, turns).properties(height=110)


def _with_turns(chart: alt.Chart, turns: Sequence[int]) -> alt.Chart | alt.LayerChart:
    """An upright line at each of these steps."""
    if not turns:
        return chart
    marks = alt.Chart(pd.DataFrame({"step": list(turns)})).mark_rule(
        color=theme.PRIOR, strokeDash=[3, 3]
    )
    return layered(chart, marks.encode(x="step:Q"))


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
            alt.X("x:Q", title=x, scale=scale_of(x_domain)),
            alt.Y("y:Q", title=y, scale=scale_of(y_domain)),
            alt.Color(
                "curve:N",
                title=None,
                sort=names,
                scale=palette(colours),
                legend=_stroke_legend(),
            ),
            alt.StrokeDash("curve:N", title=None, sort=names, scale=_stroke_scale(dashes, names)),
            tooltip=["curve:N", alt.Tooltip("x:Q", format=".3g"), alt.Tooltip("y:Q", format=".4g")],
        )
    )
    return titled(chart, title, height=320)


def by_code_size(
    curves: pd.DataFrame,
    here: pd.DataFrame,
    *,
    title: str,
    y: str,
    form: str,
    colours: dict[str, str],
    dashes: dict[str, list[int]],
) -> alt.LayerChart:
    """Quantities against the numbers in a code, in powers of two, and some models among them.

    Columns: x (numbers in the code), y (from 0 on, written in that form, such as "%"), curve (str,
    a key of `colours` and `dashes`); of these models x, y, name (str).
    """
    most = 1.2 * float(max(curves["y"].max(), here["y"].max()))
    chart = lines(
        curves, title=title, x="", y=y, colours=colours, dashes=dashes, y_domain=(0, most)
    )
    sizes = sorted({int(d) for d in curves["x"]})
    axis = alt.Axis(values=sizes, format="d", grid=False)
    across = alt.X("x:Q", title="numbers in the code, d", axis=axis)
    across = across.scale(type="log", base=2, nice=False, padding=24)
    high = alt.Y("y:Q", title=y, axis=alt.Axis(format=form), scale=scale_of((0, most)))
    strokes = chart.encode(across, high)
    dots = (
        alt.Chart(curves)
        .mark_point(filled=True, size=60, opacity=1)
        .encode(
            across,
            high,
            alt.Color("curve:N", title=None, scale=palette(colours), legend=None),
            tooltip=["curve:N", "x:Q", alt.Tooltip("y:Q", format=f".1{form}")],
        )
    )
    place = alt.Chart(here).encode(across, high)
    rule = alt.Chart(here).mark_rule(color=theme.PRIOR, strokeDash=[2, 3], strokeWidth=1.5)
    ring = place.mark_point(filled=False, size=260, strokeWidth=2.5, color=theme.TOTAL, opacity=1)
    names = [_name(here.iloc[[row]], across, row, sizes[-1]) for row in range(len(here))]
    return titled(layered(strokes, rule.encode(across), dots, ring, *names), title, height=320)


def _name(place: pd.DataFrame, across: alt.X, row: int, most: int) -> alt.Chart:
    """What a ring is called, in a line of its own at the chart's top, inside the picture."""
    right = bool(place["x"].iloc[0] >= most)
    text = alt.Chart(place).mark_text(
        align="right" if right else "left",
        baseline="top",
        dx=-6 if right else 6,
        fontWeight="bold",
        color=theme.TOTAL,
    )
    return text.encode(across, y=alt.value(17 * row), text="name:N")


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


def over_bounds(
    curves: pd.DataFrame,
    *,
    title: str,
    y: str,
    colours: dict[str, str],
    dashes: dict[str, list[int]],
) -> alt.LayerChart:
    """Figures of models under their bounds on |logit|, in powers of ten. Columns: x, y, curve."""
    chart = lines(curves, title=title, x="", y=y, colours=colours, dashes=dashes)
    across = alt.X(
        "x:Q",
        title="bound on |logit|",
        scale=alt.Scale(type="log", nice=False, padding=12),
        axis=alt.Axis(values=sorted(set(curves["x"])), format=".3~r", grid=False),
    )
    dots = alt.Chart(curves).mark_point(filled=True, size=60, opacity=1)
    colour = alt.Color("curve:N", title=None, scale=palette(colours), legend=None)
    marked = dots.encode(across, alt.Y("y:Q", scale=scale_of(None)), colour)
    return titled(layered(chart.encode(across), marked), title, height=300)


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
    base = alt.Chart(curves).encode(
        alt.X("x:Q", title=x, scale=scale_of((0.0, 1.0))),
        alt.Y("y:Q", title=y, scale=scale_of(y_domain), stack=None),
        alt.Color(
            "curve:N", title=None, scale=palette(colours), legend=_stroke_legend(symbolOpacity=1)
        ),
        tooltip=["curve:N", alt.Tooltip("x:Q", format=".2f"), alt.Tooltip("y:Q", format=".3f")],
    )
    dash = alt.StrokeDash("curve:N", title=None, scale=_stroke_scale(dashes, list(colours)))
    areas = base.mark_area(opacity=0.22, clip=True)
    outlines = base.mark_line(strokeWidth=2.4, clip=True).encode(dash)
    rules, words = _named_rules(marks, color=theme.PRIOR)
    return titled(layered(areas, outlines, rules, words), title, height=360)


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
        alt.X("x:Q", title=x, scale=scale_of((0.0, 1.0))),
        alt.Y("y:Q", title=y, scale=scale_of(y_domain)),
    )
    line = base.mark_line(color=colour, strokeWidth=2.4, clip=True).encode(
        tooltip=[alt.Tooltip("x:Q", title=x, format=".3f"), alt.Tooltip("y:Q", format=".3f")]
    )
    place = alt.Chart(mark).encode(alt.X("x:Q"), alt.Y("y:Q"))
    rule, words = _named_rules(mark, color=colour, fontWeight="bold")
    point = place.mark_point(filled=True, size=130, color=colour, opacity=1, stroke="white")
    return titled(layered(line, rule, point, words), title, height=height)


def open_mark(place: pd.DataFrame, colour: str) -> alt.Chart:
    """A hollow mark to lay over a curve. Columns: x, y."""
    return (
        alt.Chart(place)
        .mark_point(shape="diamond", size=150, color=colour, strokeWidth=2.5)
        .encode(alt.X("x:Q"), alt.Y("y:Q"))
    )


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
    where there is none: a line across), nats, name (str, "" for a nameless one), shown (bool: the
    model on the page), curve (the one above it: marks of the first are filled, others hollow).
    """
    across = alt.X(
        "bound:Q",
        title="bound on |logit|",
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(values=[2, 5, 10, 20, 50, 100, 200, 500, 1000]),
    )
    high = alt.Y("nats:Q", title="nats per image", scale=scale_of(None))
    lines = (
        alt.Chart(curves)
        .mark_line(strokeWidth=2.2, clip=True)
        .encode(
            across,
            high,
            alt.Color("curve:N", title=None, scale=palette(colours), legend=_stroke_legend()),
            alt.StrokeDash("curve:N", title=None, scale=_stroke_scale(dashes, list(colours))),
            tooltip=[
                "curve:N", alt.Tooltip("bound:Q", format=".3g"), alt.Tooltip("nats:Q", format=".0f")
            ],
        )
    )  # fmt: skip
    first = next(iter(colours))
    marks = [
        mark
        for name, colour in colours.items()
        for mark in _under_theirs(
            models[models["curve"] == name], across, high, colour, filled=name == first
        )
    ]
    return titled(layered(lines, *marks), title, height=360)


def _under_theirs(
    models: pd.DataFrame, across: alt.X, high: alt.Y, colour: str, *, filled: bool
) -> list[alt.Chart]:
    """A mark for each model at its bound, and a line across for the one without."""
    here = alt.condition(alt.datum.shown, alt.value(theme.TOTAL), alt.value(colour))
    bounded = alt.Chart(models[models["bound"].notna()]).encode(across, high, color=here)
    dot = 180 if filled else 500  # so that a ring is seen around a mark that it all but meets
    dots = bounded.mark_point(filled=filled, opacity=1, strokeWidth=2).encode(
        size=alt.condition(alt.datum.shown, alt.value(dot), alt.value(0.4 * dot)),
        tooltip=[
            "curve:N", alt.Tooltip("bound:Q", format=".4g"), alt.Tooltip("nats:Q", format=".0f")
        ],
    )  # fmt: skip
    free = alt.Chart(models[models["bound"].isna()]).encode(high, color=here)
    rule = free.mark_rule(strokeDash=[2, 3]).encode(
        size=alt.condition(alt.datum.shown, alt.value(3), alt.value(1.5))
    )
    said = bounded.mark_text(dx=8, dy=-14 if filled else 18, align="left").encode(text="name:N")
    free_said = free.mark_text(dx=6, dy=-9, align="left").encode(x=alt.value(0), text="name:N")
    return [rule, dots, said, free_said]


def _stroke_scale(dashes: dict[str, list[int]], names: list[str]) -> alt.Scale:
    """Names in their order, each in its dash."""
    return alt.Scale(domain=names, range=[dashes[name] for name in names])


def _stroke_legend(**more: Any) -> alt.Legend:
    """Names of lines, above the picture."""
    return alt.Legend(orient="top", columns=2, symbolType="stroke", symbolStrokeWidth=3, **more)


def _named_rules(marks: pd.DataFrame, **letters: Any) -> tuple[alt.Chart, alt.Chart]:
    """Dotted uprights across [0, 1], and their names. Columns: x, name (str)."""
    rules = (
        alt.Chart(marks)
        .mark_rule(color=theme.PRIOR, strokeDash=[2, 3], strokeWidth=1.5)
        .encode(alt.X("x:Q"))
    )
    left = bool(marks["x"].iloc[0] > 0.5)  # of the rule, so that it stays in the picture
    words = rules.mark_text(
        align="right" if left else "left",
        baseline="top",
        dx=-6 if left else 6,
        dy=4,
        **letters,
    ).encode(y=alt.value(0), text="name:N")
    return rules, words
