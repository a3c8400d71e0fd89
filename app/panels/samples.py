"""Random codes, decoded, on the map, and judged."""

import numpy as np
import pandas as pd
import streamlit as st
import torch

from app import cache, charts, theme, widgets
from app.cache import Shown
from app.components.latent_pad import Layers
from app.panels.map.axes import code_map, map_domain, prior_centre
from app.panels.map.pad import at_the_mark, hand_map
from app.state import Visitor
from core import sampling


def same_noise(
    visitor: Visitor, shown: Shown, *, fitted: bool, beside: Shown | None = None
) -> None:
    """Samples of one model from the ε that all models get, and their places on its map, on the
    axes of the model that stands beside it too where both are planes.
    """
    sampler = "gaussian" if fitted else "prior"
    drawn = cache.samples(shown, sampler, visitor.noise_seed)
    kind = shown.config.kind
    widgets.pictures(
        drawn.images,
        len(drawn.z) // 2,
        key=f"same-noise-{kind}",
        scale=2,
        labels=[str(number) for number in range(1, len(drawn.z) + 1)],
        alt=f"{len(drawn.z)} decoded samples of {shown.title}",
    )
    st.markdown(f"**Where they lie: {shown.title}**")
    layers = Layers(prior=True, samples=drawn.z)
    extent = same_axes(visitor, shown)
    if beside is not None and shown.config.latent_dim == beside.config.latent_dim == 2:
        sides = zip(extent, same_axes(visitor, beside))
        left, right, bottom, top = ((max if i % 2 else min)(side) for i, side in enumerate(sides))
        extent = left, right, bottom, top
    among_the_codes(
        visitor, shown, layers, extent, key=f"same-noise-map-{kind}", parameter=f"z-{kind}"
    )


SAMPLERS: dict[str, sampling.Sampler] = {
    "Box": "box",
    "N(0, I)": "prior",
    "Fitted Gaussian": "gaussian",
    "Gaussian mixture": "mixture",
}


def among_the_codes(
    visitor: Visitor,
    shown: Shown,
    layers: Layers,
    extent: charts.Domain,
    *,
    key: str,
    parameter: str = "z",
    told: bool = False,
) -> None:
    """Samples on the map of the codes; those in a hole are squares. What lies at the mark is
    told where asked. The key is the page's; what is chosen is kept for each model."""
    if visitor.pad_failed:
        _samples_chart(visitor, shown, layers, key)
        return

    @st.fragment
    def view() -> None:
        at = hand_map(
            visitor,
            shown,
            key=key,
            name=f"{key}-{shown.key}",
            layers=layers,
            extent=extent,
            parameter=parameter,
        )
        if told:
            at_the_mark(shown, at.z)

    view()


def same_axes(visitor: Visitor, shown: Shown) -> charts.Domain:
    """Axes that hold this noise under every sampler, so that a change moves samples, not axes.

    A mixture's samples lie where codes are; only the others may lie far out.
    """
    every = [
        cache.samples(shown, which, visitor.noise_seed).z
        for which in SAMPLERS.values()
        if which != "mixture"
    ]
    return map_domain(shown, shown.plane.project(torch.cat(every)))


def _samples_chart(visitor: Visitor, shown: Shown, layers: Layers, key: str) -> None:
    """The same figure drawn by the server."""
    if layers.samples is None:
        return
    count = len(layers.samples)
    points = shown.plane.project(layers.samples)
    if shown.config.latent_dim == 1:  # as the codes: heights that keep them apart
        points[:, 1] = torch.linspace(0.9, -0.9, count)
    base, domain = code_map(visitor, shown, "", points)
    table = pd.DataFrame(points.numpy(), columns=["x", "y"])
    table["number"] = [str(number) for number in range(1, count + 1)]
    hole = np.asarray(layers.in_hole or [False] * count)
    drawn: list[charts.Layer] = [
        charts.numbered(table[~hole], domain, theme.LATENT),
        charts.numbered(table[hole], domain, theme.RECONSTRUCTION, "square"),
    ]
    if layers.prior and shown.config.latent_dim > 1:
        drawn.insert(0, charts.prior_contours(domain, prior_centre(shown)))
    st.altair_chart(
        charts.over(base, *drawn),
        key=f"chart-{key}",
        alt=f"{count} numbered samples on the map of the model's codes; {sum(hole)} lie in a hole",
    )
