"""Figures of runs that differ in one setting: over its values, or spread over its seeds."""

import altair as alt
import pandas as pd

from app import theme
from app.charts.parts import layered, scale_of, titled

DOTS, MEAN = 25, 60  # pixels from the top: where a row of dots lies, and its mean


def over_values(
    points: pd.DataFrame,
    *,
    title: str,
    x: str,
    y: str,
    colour: str,
    form: str,
    from_zero: bool,
) -> alt.LayerChart:
    """A figure over the values of a setting: numbers stand in powers, words side by side.

    Columns: x (number or str, in their order), y (written in that form).
    """
    most = max(1.0, float(points["y"].max()))
    high = scale_of((0.0, 1.25 * most)) if from_zero else alt.Scale(zero=False, padding=18)
    values = points["x"].tolist()
    if pd.api.types.is_numeric_dtype(points["x"]):
        scale = alt.Scale(type="log", nice=False, padding=16)
        if 0 in values:  # which has no logarithm
            least = min((value for value in values if value > 0), default=1.0)
            scale = alt.Scale(type="symlog", constant=least, nice=False, padding=16)
        axis = alt.Axis(values=values, format=".6~g", grid=False, labelOverlap="greedy")
        across: alt.X = alt.X("x:Q", title=x, scale=scale, axis=axis)
    else:
        across = alt.X("x:N", title=x, sort=values, axis=alt.Axis(labelAngle=0))
    base = alt.Chart(points).encode(
        across, alt.Y("y:Q", title=y, scale=high, axis=alt.Axis(tickCount=5))
    )
    tooltip = [alt.Tooltip(points.columns[0], title=x), alt.Tooltip("y:Q", title=y, format=form)]
    line = base.mark_line(color=colour, strokeWidth=2)
    dot = base.mark_point(filled=True, size=90, opacity=1, color=colour).encode(tooltip=tooltip)
    number = base.mark_text(dy=-12, color=colour).encode(text=alt.Text("y:Q", format=form))
    return titled(layered(line, dot, number), title, height=220)


def spread(points: pd.DataFrame, *, title: str, x: str, colour: str, form: str) -> alt.LayerChart:
    """A figure of runs that differ in their seed alone: a dot each, their mean, and one standard
    deviation to both sides of it.

    Columns: x, seed (str).
    """
    mean, deviation = float(points["x"].mean()), float(points["x"].std())
    level = pd.DataFrame({"x": [mean], "low": [mean - deviation], "high": [mean + deviation]})
    scale = alt.Scale(zero=False, padding=24)
    across = alt.X("x:Q", title=x, scale=scale, axis=alt.Axis(tickCount=5, format=".6~g"))
    dots = (
        alt.Chart(points)
        .mark_point(filled=True, size=110, opacity=0.75, color=colour)
        .encode(across, tooltip=["seed:N", alt.Tooltip("x:Q", title=x, format=form)])
    )
    rule = (
        alt.Chart(level)
        .mark_rule(color=theme.PRIOR, strokeWidth=3)
        .encode(alt.X("low:Q", title=x), alt.X2("high:Q"), y=alt.value(MEAN))
    )
    tick = (
        alt.Chart(level)
        .mark_tick(color=theme.PRIOR, thickness=4, size=26)
        .encode(across, y=alt.value(MEAN))
    )
    return titled(layered(rule, tick, dots.encode(y=alt.value(DOTS))), title, height=190)
