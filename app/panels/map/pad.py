"""Maps under the learner's hand: the browser decodes on every move, Python hears of a release."""

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import cache, charts, images, widgets
from app.cache import Axes, Shown
from app.components import latent_pad
from app.components.latent_pad import Layers, PadValue
from app.panels.digits import digits_in_use
from app.panels.map.axes import map_axes, map_title
from app.panels.map.places import code_at, coordinates, how_near, nearest_digit, reading
from app.state import Visitor, code_on, keep_code
from core import latent
from core.models import mean_image

Extra = Literal["N(0, I)", "Holes", "Mosaic"]
FARTHEST = 30  # times the largest number of a code: beyond it no map reaches
HANDS = (
    "Hover to look, click or drag to choose a place. Shift and drag, or two fingers, move the map; "
    "after a click on it the wheel zooms, and the arrow keys walk."
)


def hand_map(
    visitor: Visitor,
    shown: Shown,
    *,
    key: str,
    layers: Layers | None = None,
    start: Float[Tensor, " latent"] | None = None,
    extent: charts.Domain | None = None,
    axes: Axes | None = None,
    parameter: str = "z",
) -> PadValue:
    """A model's codes on a pad; put it into a fragment. What the learner chooses is kept for the
    visit, and in the address under that parameter.

    Where the browser cannot draw it the page runs again, and its panels draw on the server
    because `visitor.pad_failed` says so.
    """
    name, layers = digits_in_use(visitor).name, layers or Layers()
    content = cache.pad_content(shown, name, axes, extent)
    content = replace(content, axes=map_axes(shown, name, axes))
    if layers.holes:
        content = replace(content, holes=cache.packed_holes(shown, name))
    begin = torch.zeros(shown.config.latent_dim) if start is None else start
    place = f"{key} {begin.tolist()}" if layers.path is not None else key  # a new path begins at A
    way = f"{key} {None if layers.path is None else layers.path.tolist()}"
    reach = FARTHEST * max(1.0, cache.codes(shown, name).mean.abs().max().item())
    z = _kept(visitor, place, begin, parameter, reach)
    if layers.path is not None:
        path = _kept(visitor, way, layers.path, f"{parameter}-path", reach)
        layers = replace(layers, path=path)
    keep = functools.partial(keep_code, visitor)
    at = latent_pad.latent_pad(
        content,
        key=key,
        z=z,
        layers=layers,
        on_z=functools.partial(keep, place, key, "z", len(z)),
        on_path=functools.partial(keep, way, key, "path", len(z)),
    )
    if at.failed:
        visitor.pad_failed = True
        st.rerun()
    st.caption(_reading_aid(shown, layers))
    return at


def _reading_aid(shown: Shown, layers: Layers) -> str:
    """What one can do on a map, and what is drawn over its codes."""
    told = [HANDS]
    if layers.path is not None:
        told.insert(0, "Drag A or B, and move the slider below the frames to walk along the path.")
    if layers.outlines is not None:
        told.append("Outlines: posteriors at 1σ, to the scale of the axes.")
    if layers.prior:
        whose = "the prior N(0, I)" if shown.is_vae else "N(0, I)"
        told.append(f"Dashed: {whose} at 1, 2 and 3σ.")
    if layers.samples is not None and any(layers.in_hole):
        told.append("Squares: samples in a hole.")
    if layers.holes:
        told.append("Shaded: holes, farther from every code than 95 % of held-out codes are.")
    if layers.mosaic:
        told.append("Behind the codes: what the decoder draws there.")
    if shown.config.latent_dim > 2:
        told.append("The plane lies through the mark; the codes are their shadows on it.")
    return " ".join(told)


def _kept(visitor: Visitor, name: str, otherwise: Tensor, parameter: str, reach: float) -> Tensor:
    """What was chosen under that name, by hand or by a link; otherwise what the page says."""
    chosen = code_on(visitor, name, otherwise.numel(), parameter)
    if chosen and max(map(abs, chosen)) > reach:
        st.caption("The link's place lies far outside the map; here is where the page begins.")
        chosen = None
    return torch.tensor(chosen, dtype=torch.float64).view_as(otherwise) if chosen else otherwise


def optional_layers(default: Sequence[Extra], *, key: str) -> Layers:
    """Switches for what may lie over, or behind, the codes of a map."""
    asked = widgets.several("On the map", ["N(0, I)", "Holes", "Mosaic"], default, key=key)
    return Layers(prior="N(0, I)" in asked, holes="Holes" in asked, mosaic="Mosaic" in asked)


def choose_axes(shown: Shown, *, key: str) -> Axes | None:
    """Which plane of a code with many numbers a map shows; None for the principal one."""
    latent_dim = shown.config.latent_dim
    if latent_dim <= 2:
        return None
    kind, first, second = st.columns([2, 1, 1])
    with kind:
        planes = ["Principal directions", "Two latent axes"]
        if widgets.choice("Plane of the map", planes, key=f"{key}-plane") == planes[0]:
            return None
    with first:
        right = widgets.entry("To the right, z", 1, latent_dim, 1, key=f"{key}-right")
    with second:
        up = widgets.entry("Upwards, z", 1, latent_dim, 2, key=f"{key}-up")
    if right == up:
        up = up % latent_dim + 1
        st.caption(f"A plane needs two axes: z{up} is drawn upwards.")
    return right - 1, up - 1


def explore_by_hand(
    visitor: Visitor, shown: Shown, map_name: str, first: charts.Place, domain: charts.Domain
) -> None:
    """A map to walk on, and what lies at the place chosen."""
    name = digits_in_use(visitor).name
    with st.container(horizontal=True, gap="large"):
        layers = optional_layers(["N(0, I)"] if shown.is_vae else [], key=f"layers-{shown.key}")
        axes = choose_axes(shown, key="map")
    st.markdown(f"**{map_title(shown, len(cache.codes(shown, name).mean), name)}**")

    @st.fragment
    def view() -> None:
        at = hand_map(
            visitor,
            shown,
            key=f"pad-{map_name}",
            start=code_at(shown, name, first)[0],
            layers=layers,
            extent=domain if axes is None else None,
            axes=axes,
        )
        x, y = cache.principal_plane(shown, name).project(torch.tensor([at.z]))[0].tolist()
        if f"pad-{map_name}" in visitor.codes:
            visitor.places[map_name] = (x, y, -1)  # for the chart of other colours
        at_the_mark(visitor, shown, at)

    view()


def at_the_mark(visitor: Visitor, shown: Shown, at: PadValue) -> None:
    """What lies where the learner is: coordinates, the nearest digit, the classifier's reading."""
    name, z = digits_in_use(visitor).name, torch.tensor([at.z])
    _, distance, _ = nearest_digit(visitor, shown, z, -1)
    st.markdown(f"**At the mark**: {coordinates(z[0])}. {how_near(shown, name, distance)}")
    reading(name, mean_image(shown.config, latent.decode(shown.model, z)))


@st.fragment
def walk_freely(visitor: Visitor, shown: Shown) -> None:
    """The front door's map; a film where the browser cannot draw it."""
    if visitor.pad_failed:
        st.image(
            images.film(cache.round_walk(shown)),
            alt="A handwritten digit that changes from 0 through 1, 2, … to 9 and back",
        )
        st.caption("A straight line from each digit's code to the next, decoded on the server.")
        return
    hand_map(visitor, shown, key=f"walk-{visitor.data}", layers=Layers(prior=True))
