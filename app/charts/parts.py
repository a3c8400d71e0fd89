"""What every kind of chart is put together with: titles, layers, scales, a click."""

from typing import Any

import altair as alt

from app.charts.labels import LETTERS

Layer = alt.Chart | alt.LayerChart


@alt.theme.register("course", enable=True)
def _type() -> alt.theme.ThemeConfig:
    """What Streamlit's own look is told beside it: type that is read from the last row, and the
    room that this takes, from the margins.
    """
    size = LETTERS
    return {
        "config": {
            "axis": {
                "labelFontSize": size, "titleFontSize": size, "titlePadding": 8, "labelPadding": 6
            },
            "legend": {"labelFontSize": size, "titleFontSize": size, "padding": 2},
            "text": {"fontSize": size},
            "title": {"fontSize": 15, "offset": 12},
        }
    }  # fmt: skip


def titled(chart: Any, title: str, height: int = 470) -> Any:
    return chart.properties(title=alt.Title(title, anchor="start"), height=height)


def layered(*layers: Layer) -> alt.LayerChart:
    return alt.LayerChart(layer=list(layers))


def scale_of(domain: tuple[float, float] | None) -> alt.Scale:
    return alt.Scale(domain=list(domain), nice=False) if domain else alt.Scale(zero=False)


def palette(colours: dict[str, str]) -> alt.Scale:
    """Names in their order, each in its colour."""
    return alt.Scale(domain=list(colours), range=list(colours.values()))


def click_on(fields: list[str], value: Any = alt.Undefined) -> alt.Parameter:
    """A click selects one mark's fields as "pick"; `value` is what is selected before it."""
    return alt.selection_point(
        fields=fields,
        on="click",
        name="pick",
        empty=False,
        toggle=False,
        clear=False,
        value=value,
    )
