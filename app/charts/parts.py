"""What every kind of chart is put together with: titles, layers, scales, a click."""

from typing import Any

import altair as alt

Layer = alt.Chart | alt.LayerChart


def titled(chart: Any, title: str, height: int = 470) -> Any:
    return chart.properties(title=alt.Title(title, anchor="start", fontSize=15), height=height)


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
