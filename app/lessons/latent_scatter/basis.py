"""Another basis: turn, stretch and mirror a latent plane, and see the loss stay."""

import math

import streamlit as st
import torch

from app import cache, charts, widgets
from app.cache import Shown
from app.panels.map.axes import map_table
from app.state import Visitor
from app.words import grouped, nats


def another_basis(visitor: Visitor, shown: Shown) -> None:
    """Turn, stretch and mirror an autoencoder's latent plane, and see its loss stay."""
    if shown.is_vae or shown.config.latent_dim != 2:
        st.markdown("Choose an autoencoder with d = 2 to try it.")
        return
    controls, picture = st.columns([2, 3], gap="medium")
    with controls:
        angle = widgets.whole_number("Turn by, degrees", 0, 360, 120, step=15, key="turn")
        stretch = widgets.one_of("Stretch z₁ by", [0.25, 0.5, 1, 2, 4], 2, key="stretch")
        mirror = widgets.switch("Mirror", True, key="mirror")
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    sign = -1.0 if mirror else 1.0
    matrix = (stretch * cos, -sign * sin), (stretch * sin, sign * cos)
    before = cache.cost_in_basis(shown, ((1.0, 0.0), (0.0, 1.0)))
    after = cache.cost_in_basis(shown, matrix)
    moved = shown.codes.mean[: cache.IN_BASIS] @ torch.tensor(matrix).T
    count = grouped(len(moved))
    with controls:
        st.metric(f"Loss as trained, on {count} digits", f"{nats(before, 2)} per image")
        st.metric("Loss after R, on the same", f"{nats(after, 2)} per image")
    with picture:
        st.altair_chart(
            charts.over(
                charts.latent_map(
                    map_table(moved, shown.labels[: len(moved)], visitor.digits),
                    charts.domain_of(moved.numpy()),
                    title=f"Codes of {count} digits after R",
                )
            ),
            key="another-basis",
            alt="The same codes, turned, stretched and mirrored",
        )
