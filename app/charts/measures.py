"""Measured numbers side by side: bars, bounds with their errors, models between two costs."""

import altair as alt
import numpy as np
import pandas as pd

from app import theme
from app.charts.labels import apart, names
from app.charts.parts import Layer, layered, palette, scale_of, titled


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
        alt.Y("value:Q", title=y, scale=scale_of(y_domain) if y_domain else alt.Undefined),
    )
    bar = base.mark_bar(size=46).encode(alt.Color("name:N", scale=palette(colours), legend=None))
    number = base.mark_text(dy=-8, color=theme.PRIOR).encode(text=alt.Text("value:Q", format=".2f"))
    return titled(layered(bar, number), title, height=260)


def shares(table: pd.DataFrame, *, title: str, y: str, colours: dict[str, str]) -> alt.LayerChart:
    """A bar for each name with its ± 2 standard errors, and a dash for what it is held against.

    Columns: name (a key of `colours`), value, low, high, against (%).
    """
    base = alt.Chart(table).encode(
        alt.X("name:N", title=None, sort=list(colours), axis=alt.Axis(labelAngle=0))
    )
    high = alt.Y("value:Q", title=y, scale=scale_of((0.0, 112.0)), axis=alt.Axis(tickCount=5))
    tooltip = ["name:N", *(alt.Tooltip(f"{of}:Q", format=".1f") for of in ("value", "against"))]
    bar = base.mark_bar(size=46, opacity=0.75).encode(
        high, alt.Color("name:N", scale=palette(colours), legend=None), tooltip=tooltip
    )
    error = base.mark_rule(color=theme.PRIOR, strokeWidth=2).encode(
        alt.Y("low:Q", title=y), alt.Y2("high:Q")
    )
    against = base.mark_tick(color=theme.PRIOR, thickness=3, width=46).encode(alt.Y("against:Q"))
    number = base.mark_text(dy=-6, baseline="bottom", color=theme.PRIOR).encode(
        alt.Y("high:Q"), text=alt.Text("value:Q", format=".1f")
    )
    return titled(layered(bar, against, error, number), title, height=260)


_EVERY_NAME = alt.Axis(labelLimit=200, labelOverlap=False, labelFontSize=13, ticks=False)


def bars_across(
    table: pd.DataFrame, *, title: str, x: str, colours: dict[str, str]
) -> alt.LayerChart:
    """A bar for each name, one below the other, its number at its end; as high as its names are
    many. Columns: name (a key of `colours`), value, words (str, the number).
    """
    names = list(colours)
    most = 1.2 * float(table["value"].max())
    base = alt.Chart(table).encode(
        alt.Y("name:N", title=None, sort=names, axis=_EVERY_NAME),
        alt.X("value:Q", title=x, scale=scale_of((0.0, most))),
    )
    bar = base.mark_bar().encode(
        alt.Color("name:N", scale=palette(colours), legend=None), tooltip=["name:N", "words:N"]
    )
    number = base.mark_text(dx=4, align="left", fontSize=13, color=theme.PRIOR).encode(
        text="words:N"
    )
    return titled(layered(bar, number), title, height=90 + 24 * len(names))  # axis and title


def beside_usual(table: pd.DataFrame, *, title: str, x: str, y: str) -> alt.LayerChart:
    """A bar for each class, and a dash where it usually ends; its number above both.

    Columns: class (str), value, usual.
    """
    most = 1.15 * float(table[["value", "usual"]].to_numpy().max())
    base = alt.Chart(table).encode(alt.X("class:N", title=x, axis=alt.Axis(labelAngle=0)))
    high = alt.Y("value:Q", title=y, scale=alt.Scale(domain=[0, most], nice=False))
    tooltip = ["class:N", *(alt.Tooltip(f"{of}:Q", format=".1f") for of in ("value", "usual"))]
    bar = base.mark_bar(color=theme.LATENT).encode(high, tooltip=tooltip)
    above = base.transform_calculate(top="max(datum.value, datum.usual)").mark_text(
        dy=-8, color=theme.LATENT
    )
    number = above.encode(alt.Y("top:Q"), text=alt.Text("value:Q", format=".0f"))
    usual = base.mark_tick(color=theme.PRIOR, thickness=3).encode(alt.Y("usual:Q"))
    return titled(layered(bar, usual, number), title, height=220)


def by_latent(
    table: pd.DataFrame,
    *,
    title: str,
    y: str,
    colours: dict[str, str],
    level: float | None = None,
    most: float = 0.1,
) -> alt.LayerChart:
    """A bar for each latent, in stacked parts; a dashed line at `level`. The axis reaches at
    least to `most`.

    Columns: latent (int, from 1), value (0 or more), part (str, a key of `colours`).
    """
    names = list(colours)
    most = 1.08 * max(most, level or 0.0, float(table.groupby("latent")["value"].sum().max()))
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
                scale=palette(colours),
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
    return titled(layered(*layers), title, height=260)


def lower_bounds(
    table: pd.DataFrame, levels: pd.DataFrame, *, title: str, y: str
) -> alt.LayerChart:
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
    number = base.mark_text(dx=12, dy=12, align="left", color=theme.TOTAL).encode(
        alt.Y("mean:Q"), text=alt.Text("mean:Q", format=".2f")
    )
    across = alt.Chart(levels).encode(alt.Y("value:Q"))
    rule = across.mark_rule(color=theme.DECODER, strokeDash=[5, 4], strokeWidth=2)
    words = across.mark_text(
        align="left", baseline="bottom", dx=6, dy=-3, color=theme.DECODER
    ).encode(x=alt.value(0), text="name:N")
    return titled(layered(rule, words, error, dot, number), title, height=290)


def rate_distortion(models: pd.DataFrame, levels: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """What the codes cost against what the pictures cost, a dot for each model.

    Columns: kl, reconstruction (nats per image), name, shown (bool: the model on the page),
    swept (bool: one of the line's); of the levels, drawn across: reconstruction, name.
    """
    most = 1.15 * max(1.0, float(models["kl"].max()))
    base = alt.Chart(apart(models, "kl", "reconstruction")).encode(
        alt.X("kl:Q", title="KL, nats per image", scale=alt.Scale(domain=[0, most], nice=False)),
        alt.Y(
            "reconstruction:Q",
            title="reconstruction, nats",
            scale=alt.Scale(zero=False, padding=20),
        ),
    )
    line = base.transform_filter(alt.datum.swept).mark_line(
        color=theme.PRIOR, strokeWidth=1, strokeDash=[4, 3]
    )
    tooltip = [alt.Tooltip("kl:Q", format=".2f"), alt.Tooltip("reconstruction:Q", format=".2f")]
    dot, name = _models(base, tooltip, sizes=(200, 80))
    across = alt.Chart(levels).encode(alt.Y("reconstruction:Q"))
    rules = across.mark_rule(color=theme.RECONSTRUCTION, strokeDash=[2, 3], strokeWidth=1.5)
    words = across.mark_text(
        align="right", baseline="bottom", dx=-4, dy=-3, color=theme.RECONSTRUCTION
    ).encode(x=alt.value("width"), text="name:N")
    return titled(layered(rules, words, line, dot, name), title, height=250)


def against_rate(
    points: pd.DataFrame, levels: pd.DataFrame, *, title: str, y: str
) -> alt.LayerChart:
    """A figure of pictures against the KL of the codes that they were decoded from.

    Columns: x (KL, nats per image), y, name, colour; of the levels, drawn across: y, name.
    """
    high = alt.Y("y:Q", title=y, scale=alt.Scale(zero=False, padding=24))
    base = alt.Chart(apart(points, "x", "y")).encode(
        alt.X("x:Q", title="KL, nats per image", scale=alt.Scale(zero=False, padding=34)),
        high,
        alt.Color("colour:N", scale=None),
    )
    dot = base.mark_point(filled=True, size=110, opacity=0.9).encode(
        tooltip=["name:N", alt.Tooltip("x:Q", format=".1f"), alt.Tooltip("y:Q", format=".3g")]
    )
    across = alt.Chart(levels).encode(high)
    rules = across.mark_rule(color=theme.PRIOR, strokeDash=[2, 3], strokeWidth=1.5)
    words = across.mark_text(
        align="left", baseline="bottom", dx=4, dy=-3, color=theme.PRIOR
    ).encode(x=alt.value(0), text="name:N")
    return titled(layered(rules, words, dot, names(base)), title, height=320)


def said_and_measured(points: pd.DataFrame, *, title: str, unit: str) -> alt.LayerChart:
    """What was measured against what was said of it, and the line where they are the same.

    Columns: said, measured.
    """
    most = 1.15 * max(1.0, float(points[["said", "measured"]].to_numpy().max()))
    scale = scale_of((0.0, most))
    x = alt.X("said:Q", title=f"said, {unit}", scale=scale)
    y = alt.Y("measured:Q", title=f"measured, {unit}", scale=scale)
    ends = pd.DataFrame({"said": [0.0, most], "measured": [0.0, most]})
    line = alt.Chart(ends).mark_line(color=theme.PRIOR, strokeDash=[5, 4], strokeWidth=2)
    dots = alt.Chart(points).mark_point(filled=True, size=120, opacity=0.9, color=theme.TOTAL)
    tooltip = [alt.Tooltip("said:Q", format=".0f"), alt.Tooltip("measured:Q", format=".1f")]
    return titled(layered(line.encode(x, y), dots.encode(x, y, tooltip=tooltip)), title, height=280)


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
    base = alt.Chart(apart(points, "spread", "radius")).encode(x, y)
    tooltip = [alt.Tooltip("spread:Q", format=".3g"), alt.Tooltip("radius:Q", format=".3g")]
    dot, name = _models(base, tooltip, sizes=(150, 60))
    return titled(layered(circle.encode(x, y, order="order:Q"), dot, name), title, height=320)


def _models(
    base: alt.Chart,
    tooltip: list[alt.Tooltip],
    sizes: tuple[int, int],
) -> tuple[alt.Chart, alt.Chart]:
    """A dot for each model, and its name beside it; the page's model stands out.

    Columns: those of `apart`, shown (bool: the model on the page).
    """
    here = alt.datum.shown
    dot = base.mark_point(filled=True, opacity=0.85).encode(
        color=alt.condition(here, alt.value(theme.TOTAL), alt.value(theme.PRIOR)),
        size=alt.condition(here, alt.value(sizes[0]), alt.value(sizes[1])),
        tooltip=["name:N", *tooltip],
    )
    return dot, names(base, color=theme.PRIOR)
