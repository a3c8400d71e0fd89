"""Maps under the learner's hand: the browser decodes on every move, Python hears of a release."""

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import cache, charts, images, widgets
from app.cache import Axes, Shown
from app.components import latent_pad
from app.components.latent_pad import Layers
from app.panels.map.axes import map_axes, map_title
from app.panels.map.places import coordinates, how_near, nearest_digit, reading
from app.state import Numbers, Visitor, afresh, chosen_on, keep_release
from app.words import percent
from core import latent
from core.evaluation.holes import WITHIN
from core.models import mean_image

Values = tuple[Float[Tensor, " codes"], str]  # a number for each code, and what it is
Extra = Literal["N(0, I)", "Holes", "Mosaic"]
FARTHEST = 30  # times the largest number of a code: beyond it no map reaches
WELCOME = Layers(mosaic=True, walks=True)


class Mark(NamedTuple):
    """Where the learner is on a map."""

    z: Float[Tensor, " latent"]
    path: Float[Tensor, "2 latent"] | None  # from A to B, on a map with a path


def hand_map(
    visitor: Visitor,
    shown: Shown,
    *,
    key: str,
    name: str = "",
    layers: Layers | None = None,
    start: Float[Tensor, " latent"] | None = None,
    extent: charts.Domain | None = None,
    axes: Axes | None = None,
    parameter: str = "z",
    values: Values | None = None,
) -> Mark:
    """A model's codes on a pad; put it into a fragment. What the learner chooses is kept for the
    visit under the map's name, its key unless said otherwise, and in the address under that
    parameter.

    The key is the page's, whatever model it shows: the pad stays, and goes from one model to the
    next. Under a name of which nothing was chosen yet the mark stays too, if the code is as long.

    Where the browser cannot draw it the page runs again, and its panels draw on the server
    because `visitor.pad_failed` says so.
    """
    layers = layers or Layers()
    content = cache.pad_content(shown, axes)
    content = replace(content, axes=map_axes(shown, axes), extent=extent)
    if layers.holes:
        content = replace(content, holes=cache.packed_holes(shown))
    if values is not None:
        content = replace(content, values=latent_pad.pack_values(*values))
    begin = torch.zeros(shown.config.latent_dim) if start is None else start
    name = name or key
    place = f"{name} {begin.tolist()}" if layers.path is not None else name  # a path begins at A
    last = f"{key}, last of {len(begin)}"  # chosen on this pad, whatever model it showed
    if place not in visitor.chosen and last in visitor.chosen and layers.path is None:
        visitor.chosen[place] = visitor.chosen[last]
    z = _kept(visitor, shown, place, begin, parameter)
    if place in visitor.chosen:  # the mark stays where the learner put it
        visitor.chosen[last] = visitor.chosen[place]
        layers = replace(layers, walks=False)
    keep = functools.partial(keep_release, visitor, place, key, "z", len(z), parameter)
    path, keep_path = None, None
    if layers.path is not None:
        way, told = f"{name} {layers.path.tolist()}", f"{parameter}-path"
        path = _kept(visitor, shown, way, layers.path, told)
        layers = replace(layers, path=path)
        keep_path = functools.partial(keep_release, visitor, way, key, "path", len(z), told)
    pad = latent_pad.latent_pad(content, key=key, z=z, layers=layers, on_z=keep, on_path=keep_path)
    if pad.failed:
        visitor.pad_failed = True
        st.rerun()
    if told := _reading_aid(shown, layers):
        st.caption(told)
    return Mark(z.float(), None if path is None else path.float())


def _reading_aid(shown: Shown, layers: Layers) -> str:
    """What is drawn over the codes; what hands can do, the pad's own "?" tells."""
    told = []
    if layers.outlines is not None:
        told.append("Outlines: posteriors at 1σ, to the scale of the axes.")
    if layers.prior:
        whose = "the prior N(0, I)" if shown.is_vae else "N(0, I)"
        told.append(f"Dashed: {whose} at 1, 2 and 3σ.")
    if layers.samples is not None and any(layers.in_hole):
        told.append("Squares: samples in a hole.")
    if layers.holes:
        told.append(
            f"Shaded: holes, farther from every code than {percent(WITHIN)} of held-out codes are."
        )
    if layers.mosaic:
        told.append("Behind the codes: what the decoder draws there.")
    if shown.config.latent_dim > 2:
        told.append("The plane lies through the mark; the codes are their shadows on it.")
    return " ".join(told)


def _kept(visitor: Visitor, shown: Shown, name: str, otherwise: Tensor, parameter: str) -> Tensor:
    """What was chosen under that name, by hand or by a link; otherwise what the page says."""
    chosen = chosen_on(visitor, name, otherwise.numel(), parameter)
    if chosen and not reaches(shown, chosen):
        st.caption("The link's place lies far outside the map; here is where the page begins.")
        chosen = None
    return torch.tensor(chosen, dtype=torch.float64).view_as(otherwise) if chosen else otherwise


def reaches(shown: Shown, z: Numbers) -> bool:
    """Whether a map reaches to these codes."""
    return max(map(abs, z)) <= FARTHEST * max(1.0, shown.codes.mean.abs().max().item())


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
    visitor: Visitor,
    shown: Shown,
    name: str,
    start: Float[Tensor, " latent"],
    domain: charts.Domain,
    values: Values | None = None,
) -> None:
    """A map to walk on, coloured by class or by values, and what lies at the place chosen."""
    with st.container(horizontal=True, gap="large"):
        usual: list[Extra] = ["N(0, I)", "Mosaic"] if shown.is_vae else ["Mosaic"]
        layers = optional_layers(usual, key=afresh("layers", usual, on=shown.is_vae))
        axes = choose_axes(shown, key="map")
    st.markdown(f"**{map_title(shown, len(shown.codes.mean))}**")

    @st.fragment
    def view() -> None:
        at = hand_map(
            visitor,
            shown,
            key="map",
            name=name,
            start=start,
            layers=layers,
            extent=domain if axes is None else None,
            axes=axes,
            values=values,
        )
        at_the_mark(shown, at.z)

    view()


def at_the_mark(shown: Shown, z: Float[Tensor, " latent"]) -> None:
    """What lies where the learner is: coordinates, the nearest digit, the classifier's reading."""
    distance = nearest_digit(shown, z).distance
    st.markdown(f"**At the mark**: {coordinates(z)}. {how_near(shown, distance)}")
    reading(shown, mean_image(shown.config, latent.decode(shown.model, z[None])))


@st.fragment
def walk_freely(visitor: Visitor, shown: Shown) -> None:
    """The front door's map; a film where the browser cannot draw it."""
    if visitor.pad_failed:
        st.image(
            images.animation(cache.round_walk(shown)),
            alt="A handwritten digit that changes from 0 through 1, 2, … to 9 and back",
        )
        st.caption("A straight line from each digit's code to the next, decoded on the server.")
        return
    hand_map(visitor, shown, key=f"walk-{visitor.data}", layers=WELCOME)
