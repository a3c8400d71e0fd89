"""Another basis: turn, stretch and mirror a latent plane, and see the loss stay."""

import math

import streamlit as st
import torch

from app import cache, charts, widgets
from app.cache import Shown
from app.panels.map.axes import map_table
from app.state import Visitor
from app.words import nats
from core.data import to_float
from core.models.likelihoods import negative_log_likelihood


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
    turn = torch.tensor([[cos, -sin], [sin, cos]])
    matrix = turn @ torch.diag(torch.tensor([float(stretch), -1.0 if mirror else 1.0]))
    digits = visitor.digits
    images, labels = (part[:2000] for part in cache.map_images(digits.name))
    codes = shown.codes.mean[:2000]
    moved = codes @ matrix.T
    with torch.no_grad():
        back = shown.model.decode(moved @ torch.linalg.inv(matrix).T)
        there = shown.model.decode(codes)
    before, after = (
        negative_log_likelihood(shown.config, logits, to_float(images)).mean().item()
        for logits in (there, back)
    )
    with controls:
        st.metric("Loss as trained, on 2 000 digits", f"{nats(before, 2)} per image")
        st.metric("Loss after R, on the same", f"{nats(after, 2)} per image")
    with picture:
        st.altair_chart(
            charts.over(
                charts.latent_map(
                    map_table(moved, labels, digits),
                    charts.domain_of(moved.numpy()),
                    title="Codes of 2 000 digits after R",
                )
            ),
            key="another-basis",
            alt="The same codes, turned, stretched and mirrored",
        )
