"""Ways and planes through latent space, decoded."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import cache, charts, images, theme, widgets
from app.cache import Ends, Shown
from app.panels.digits import opinions_on
from app.panels.map.axes import code_map
from app.panels.map.pad import at_the_mark, hand_map, optional_layers
from app.panels.map.places import nearest_digit
from app.state import Visitor
from app.words import percent
from core import latent
from core.data import to_float
from core.evaluation.holes import WITHIN


class Walk(NamedTuple):
    """A path between the codes of two digits, and what the decoder draws along it."""

    shown: Shown
    codes: Float[Tensor, "frames latent"]
    frames: Float[Tensor, "frames 1 28 28"]
    distance: Float[Tensor, " frames"]  # to the nearest code: above 1 is a hole


def crossfade(ends: Ends, frames: int) -> Tensor:
    """The blends of two images, pixel by pixel."""
    start, end = to_float(torch.cat(ends)).flatten(1)
    return latent.linear_path(start, end, frames).view(-1, 1, 28, 28)


def walk(shown: Shown, ends: Ends, frames: int, *, spherical: bool = False) -> Walk:
    """The path between the codes of two images; slerp only where there are dimensions."""
    return Walk(shown, *cache.path(shown, ends, frames, spherical=spherical))


def strips(
    visitor: Visitor,
    fade: Tensor,
    walks: Sequence[Walk],
    at: int | None = None,
    *,
    read: bool = True,
) -> None:
    """The cross-fade above the walks, frame under frame, `read` by the classifier; frames in a
    hole are framed, and the frames `at` one moment have an outline.
    """
    pictures = torch.cat([fade, *(path.frames for path in walks)])
    opinions = opinions_on(visitor, pictures) if read else [""] * len(pictures)
    distance = torch.cat([path.distance for path in walks])
    holes = [""] * len(fade) + [f"hole {each:.2f}" for each in distance.tolist()]
    marked = [*[None] * len(fade), *images.holes(distance)]
    in_hole = marked.count("hole")
    widgets.pictures(
        pictures,
        len(fade),
        key="walks",
        headings=["Pixel cross-fade", *(f"{p.shown.title}: between the codes" for p in walks)],
        labels=["\n".join(filter(None, both)) for both in zip(opinions, holes)],
        marked=marked,
        outlined=at,
        alt=f"Strips of {len(fade)} frames: the pixel cross-fade, and the decoded path of "
        f"{' and of '.join(p.shown.title for p in walks)}; {in_hole} frames lie in holes",
    )
    told = "what the classifier reads and its probability; " if opinions[0] else ""
    outlined = "" if at is None else "Outlined: the frames at t. "
    st.caption(
        f"Under each frame: {told}**hole**: the distance to the nearest code, in units of the "
        f"distance that {percent(WITHIN)} of held-out codes keep below. {in_hole} of "
        f"{len(distance)} frames lie above 1. {images.legend(marked)} {outlined}The "
        "strips between codes begin and end with reconstructions, the cross-fade with the digits "
        "themselves."
    )


def _whose(shown: Shown) -> str:
    return "yours" if shown.mine else shown.config.kind.upper()


def walk_on_map(visitor: Visitor, path: Walk, names: tuple[str, str]) -> None:
    """The path over the codes, frames in a hole ringed."""
    points = path.shown.plane.project(path.codes)
    title = f"The path on the map: {path.shown.title}"
    base, domain = code_map(visitor, path.shown, title, points)
    stops = pd.DataFrame({"x": points[:, 0].numpy(), "y": points[:, 1].numpy()})
    stops["order"] = np.arange(len(stops))
    stops["name"] = [names[0], *[""] * (len(stops) - 2), names[1]]
    in_hole = stops[(path.distance > 1).numpy()]
    rings = charts.rings(in_hole, domain, theme.RECONSTRUCTION)
    st.altair_chart(
        charts.over(base, charts.path(stops, domain), rings),
        key=f"path-{_whose(path.shown)}",
        alt=f"Codes of {path.shown.title} by class, with the path from {names[0]} to {names[1]}; "
        f"{len(in_hole)} of its {len(stops)} frames lie in a hole",
    )
    if path.shown.config.latent_dim > 2:
        st.caption("A shadow on a plane: the path may be far from codes that it seems to cross.")


def walk_by_hand(
    visitor: Visitor, walks: Sequence[Walk], names: tuple[str, str], at: int = 0
) -> None:
    """The path on a map, decoded in the browser: its ends can be dragged, and one walks along.
    The mark begins at one of the path's frames.
    """
    if visitor.pad_failed:
        for column, path in zip(st.columns(2), walks):
            with column:
                walk_on_map(visitor, path, names)
        return
    with st.container(horizontal=True, gap="large"):
        named = {_whose(path.shown): path for path in walks[::-1]}
        name = next(iter(named))
        if len(named) > 1:
            name = widgets.choice("Walk by hand, in the map of", list(named), key="walk-in")
        path = named[name]
        layers = optional_layers(["Holes"], key="walk-layers")
    shown = path.shown
    straight = latent.linear_path(path.codes[0], path.codes[-1], len(path.codes))
    if not torch.allclose(path.codes, straight, atol=1e-4):
        st.caption("By hand the path is the straight line, also where the strips follow slerp.")
    mark = hand_map(
        visitor,
        shown,
        key="walk-map",
        name=f"walk-{shown.key}",
        start=path.codes[at],
        layers=replace(layers, path=path.codes[[0, -1]], frames=len(path.codes)),
    )
    if mark.path is None:
        return
    frames = latent.linear_path(mark.path[0], mark.path[1], len(path.codes))
    in_hole = int((shown.holes.distance(frames) > 1).sum())
    near = [nearest_digit(shown, end).class_name for end in mark.path]
    st.markdown(
        f"From A, where the nearest digit is a **{near[0]}**, to B, where it is a **{near[1]}**: "
        f"{in_hole} of {len(frames)} frames lie in a hole."
    )
    at_the_mark(shown, mark.z)
