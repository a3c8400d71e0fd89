"""Ways and planes through latent space, decoded."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from app import cache, charts, theme, widgets
from app.cache import Shown
from app.panels.digits import choose_digit, opinions_on, reads_digits
from app.panels.likelihoods import decoded
from app.panels.maps import code_map
from app.panels.models import plain
from app.panels.places import nearest_digit
from app.panels.touch import at_the_mark, hand_map, optional_layers
from app.state import Visitor
from core import evaluation, latent
from core.data import to_float

Ends = tuple[UInt8[Tensor, "1 1 28 28"], UInt8[Tensor, "1 1 28 28"]]


class Walk(NamedTuple):
    """A path between the codes of two digits, and what the decoder draws along it."""

    shown: Shown
    codes: Float[Tensor, "frames latent"]
    frames: Float[Tensor, "frames 1 28 28"]
    distance: Float[Tensor, " frames"]  # to the nearest code: above 1 is a hole


def corners(
    visitor: Visitor, shown: Shown, places: Sequence[str]
) -> dict[str, Float[Tensor, " latent"]]:
    """The codes of some of the ten digits, chosen one for each place; named a, b, c, …"""
    chosen, columns = [], st.columns(2)
    for i, place in enumerate(places):
        with columns[i % 2]:
            digit = (0, 1, 7, 4)[i]
            image, _ = choose_digit(visitor, f"{place}, {'abcd'[i]}", digit, key=f"corner-{i + 1}")
        chosen.append(image)
    return dict(zip("abcd", latent.encode(shown.model, torch.cat(chosen)).mean))


def crossfade(ends: Ends, frames: int) -> Tensor:
    """The blends of two images, pixel by pixel."""
    start, end = to_float(torch.cat(ends)).flatten(1)
    return latent.linear_path(start, end, frames).view(-1, 1, 28, 28)


def walk(
    visitor: Visitor, shown: Shown, ends: Ends, frames: int, *, spherical: bool = False
) -> Walk:
    """The path between the codes of two images; slerp only where there are dimensions."""
    start, end = latent.encode(shown.model, torch.cat(ends)).mean
    spherical = spherical and shown.config.latent_dim >= latent.SLERP_FROM_DIM
    path = (latent.spherical_path if spherical else latent.linear_path)(start, end, frames)
    distance = cache.holes(shown, visitor.data).distance(path)
    return Walk(shown, path, decoded(visitor, shown, path, "mean"), distance)


def strips(visitor: Visitor, fade: Tensor, walks: Sequence[Walk]) -> None:
    """The cross-fade above the walks, frame under frame; frames in a hole are framed."""
    pictures = torch.cat([fade, *(path.frames for path in walks)])
    opinions = opinions_on(visitor, pictures)
    distances = torch.cat([path.distance for path in walks]).tolist()
    holes = [""] * len(fade) + [f"hole {distance:.2f}" for distance in distances]
    marked = [False] * len(fade) + [distance > 1 for distance in distances]
    widgets.digits(
        pictures,
        len(fade),
        key="walks",
        headings=["Pixel cross-fade", *(f"{plain(p.shown)}: between the codes" for p in walks)],
        labels=["\n".join(filter(None, both)) for both in zip(opinions, holes)],
        marked=marked,
        alt=f"Three strips of {len(fade)} frames: the pixel cross-fade, the decoded path of the "
        f"autoencoder and that of the VAE; {sum(marked)} frames lie in holes",
    )
    read = "what the classifier reads and its probability; " if opinions[0] else ""
    st.caption(
        f"Under each frame: {read}**hole**: the distance to the nearest code, in units of the "
        "distance that 95 % of held-out codes keep below. "
        f"Framed: above 1, a hole, where no digit of the map lives ({sum(marked)} of "
        f"{len(distances)} frames). The strips between codes begin and end with reconstructions, "
        "the cross-fade with the digits themselves."
    )


def walk_on_map(visitor: Visitor, path: Walk, names: tuple[str, str]) -> None:
    """The path over the codes, frames in a hole ringed."""
    points = cache.principal_plane(path.shown, visitor.data).project(path.codes)
    title = f"The path on the map: {path.shown.title}"
    base, domain = code_map(visitor, path.shown, title, points)
    stops = pd.DataFrame({"x": points[:, 0].numpy(), "y": points[:, 1].numpy()})
    stops["order"] = np.arange(len(stops))
    stops["name"] = [names[0], *[""] * (len(stops) - 2), names[1]]
    in_hole = stops[(path.distance > 1).numpy()]
    rings = charts.rings(in_hole, domain, theme.RECONSTRUCTION)
    st.altair_chart(
        charts.over(base, charts.path(stops, domain), rings),
        key=f"path-{path.shown.config.kind}",
        alt=f"Codes of {path.shown.title} by class, with the path from {names[0]} to {names[1]}; "
        f"{len(in_hole)} of its {len(stops)} frames lie in a hole",
    )
    if path.shown.config.latent_dim > 2:
        st.caption("A shadow on a plane: the path may be far from codes that it seems to cross.")


def walk_by_hand(visitor: Visitor, walks: Sequence[Walk], names: tuple[str, str]) -> None:
    """The path on a map, decoded in the browser: its ends can be dragged, and one walks along."""
    if visitor.pad_failed:
        for column, path in zip(st.columns(2), walks):
            with column:
                walk_on_map(visitor, path, names)
        return
    with st.container(horizontal=True, gap="large"):
        kinds = {path.shown.config.kind.upper(): path for path in walks[::-1]}
        kind = next(iter(kinds))
        if len(kinds) > 1:
            kind = widgets.choice("Walk by hand, in the map of", list(kinds), key="walk-in")
        path = kinds[kind]
        layers = optional_layers(["Holes"], key="walk-layers")
    shown = path.shown
    straight = latent.linear_path(path.codes[0], path.codes[-1], len(path.codes))
    if not torch.allclose(path.codes, straight, atol=1e-4):
        st.caption("By hand the path is the straight line, also where the strips follow slerp.")
    at = hand_map(
        visitor,
        shown,
        key=f"walk-{shown.key}",
        start=path.codes[0],
        layers=replace(layers, path=path.codes[[0, -1]], frames=len(path.codes)),
    )
    if at.path is None:
        return
    ends = torch.tensor(at.path)
    frames = latent.linear_path(ends[0], ends[1], len(path.codes))
    in_hole = int((cache.holes(shown, visitor.data).distance(frames) > 1).sum())
    near = [nearest_digit(visitor, shown, end[None], -1)[2] for end in ends]
    st.markdown(
        f"From A, where the nearest digit is a **{near[0]}**, to B, where it is a **{near[1]}**: "
        f"{in_hole} of {len(frames)} frames lie in a hole."
    )
    at_the_mark(visitor, shown, at)


def step_speeds(fade: Tensor, walks: Sequence[Walk]) -> None:
    """How far each picture is from the one before, along the three ways."""
    rows = {"cross-fade": fade} | {path.shown.config.kind.upper(): path.frames for path in walks}
    curves = pd.concat(
        pd.DataFrame({"y": evaluation.squared_error(frames[1:], frames[:-1]).sqrt().numpy()})
        .assign(curve=name)
        .reset_index(names="x")
        for name, frames in rows.items()
    )
    curves["x"] += 1
    top = max(1.0, float(curves["y"].max())) * 1.1
    st.altair_chart(
        charts.lines(
            curves,
            title="How much the picture changes from one frame to the next",
            x="step k",
            y="‖g(zₖ₊₁) − g(zₖ)‖",
            colours=dict(zip(rows, (theme.PRIOR, theme.LATENT, theme.LATENT))),
            dashes=dict(zip(rows, ([2, 3], [6, 3], [1, 0]))),
            y_domain=(0, top),
        ),
        key="speeds",
        alt="The distance between successive frames of cross-fade, AE and VAE",
    )


def midpoints(visitor: Visitor, models: Sequence[Shown]) -> None:
    """The classifier's opinion of the middle between many random pairs, with its baseline."""
    if not reads_digits(visitor):
        st.info("The classifier reads MNIST digits only; choose them on the Data page.")
        return
    judged = {"cross-fade": cache.between(None, visitor.data)}
    judged |= {s.config.kind.upper(): cache.between(s, visitor.data) for s in models}
    real = cache.judged_digits(visitor.data).confident
    sure = {"real digits": real} | {name: share.confident for name, share in judged.items()}
    other = {name: share.other for name, share in judged.items()}
    for column, shares, title in zip(
        st.columns(2), (sure, other), ("Classifier more than 90 % sure", "Read as neither end")
    ):
        colours = {name: theme.LATENT if name in ("AE", "VAE") else theme.PRIOR for name in shares}
        table = pd.DataFrame({"name": list(shares), "value": [100 * v for v in shares.values()]})
        column.altair_chart(
            charts.bars(table, title=title, y="% of the pictures", colours=colours),
            key=f"midpoints-{title}",
            alt=f"{title}: " + ", ".join(f"{k} {v:.0%}" for k, v in shares.items()),
        )
    margin = 1.96 * 0.5 / cache.PAIRS**0.5
    st.caption(
        f"Midpoints of {cache.PAIRS} random pairs of test digits of different classes, the same "
        f"pairs for all; each share is known to about ±{margin:.0%}. The classifier has seen "
        "digits only, so its confidence does not say that a picture looks like one."
    )


def mosaic(
    visitor: Visitor,
    shown: Shown,
    grid: Float[Tensor, "rows columns latent"],
    marks: dict[str, Float[Tensor, " latent"]],
) -> None:
    """What the decoder draws over a grid of codes, beside the place of that grid on the map."""
    rows, columns, _ = grid.shape
    tiles = grid.flatten(0, 1)
    share = cache.holes(shown, visitor.data).share(tiles)
    picture, place = st.columns(2)
    with picture:
        widgets.digits(
            decoded(visitor, shown, tiles, "mean"),
            columns,
            key="mosaic",
            scale=theme.TILE,
            gap=0,
            alt=f"Mosaic of {rows} by {columns} decoded codes of {shown.title}",
        )
        st.caption(
            f"{shown.title}: {rows} × {columns} codes, decoded. {share:.0%} of them lie in holes."
        )
    projection = cache.principal_plane(shown, visitor.data)
    corners = projection.project(
        torch.stack([grid[0, 0], grid[0, -1], grid[-1, -1], grid[-1, 0], grid[0, 0]])
    )
    base, domain = code_map(visitor, shown, "The mosaic's footprint", corners)
    outline = pd.DataFrame(corners.numpy(), columns=["x", "y"]).assign(order=range(5))
    layers: list[charts.Layer] = [charts.footprint(outline, domain)]
    if marks:
        points = projection.project(torch.stack(list(marks.values())))
        named = pd.DataFrame(points.numpy(), columns=["x", "y"]).assign(number=list(marks))
        layers.append(charts.numbered(named, domain, theme.LATENT))
    place.altair_chart(
        charts.over(base, *layers),
        key="footprint",
        alt=f"Codes of {shown.title} by class, with the outline of the mosaic",
    )


def plane_mosaic(visitor: Visitor, shown: Shown, tiles: int) -> None:
    """A mosaic of a plane through the codes, chosen by its directions and its reach."""
    codes, latent_dim = cache.codes(shown, visitor.data).mean, shown.config.latent_dim
    marks = {}
    options = ["Latent axes", "Principal directions", "Through three images"]
    directions = widgets.choice("Directions", options, key="mosaic-directions")
    if directions == "Through three images":
        marks = corners(visitor, shown, ("One", "Another", "A third"))
        window = latent.window_through(*marks.values(), reach=1.4)
        words = "The plane of three codes, a to b pointing right."
    else:
        steps = [0.5, 1, 1.5, 2, 2.5, 3, 4]
        reach = widgets.one_of(
            "Reach, standard deviations of the codes", steps, 2, key="mosaic-reach"
        )
        across, upwards = 1, min(2, latent_dim)
        if directions == "Latent axes" and latent_dim > 2:
            left, right = st.columns(2)
            with left:
                across = widgets.whole_number("Axis to the right", 1, latent_dim, 1, key="mosaic-x")
            with right:
                upwards = widgets.whole_number("Axis upwards", 1, latent_dim, 2, key="mosaic-y")
        if directions == "Latent axes":
            window = latent.axis_window(codes, across - 1, upwards - 1, reach)
            words = f"Around the mean code: z{across} grows to the right, z{upwards} upwards."
        else:
            window = latent.principal_window(codes, reach)
            words = "Around the mean code, along the two directions in which the codes vary most."
    st.markdown(words)
    mosaic(visitor, shown, latent.plane(*window, tiles), marks)
