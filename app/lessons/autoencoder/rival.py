"""The straight-line rival: PCA of the same size restores the same digits."""

import streamlit as st
import torch

from app import cache, widgets
from app.cache import Shown
from app.state import Visitor
from app.words import grouped
from core import evaluation
from core.data import to_float


def against_pca(visitor: Visitor, shown: Shown) -> None:
    """The ten digits, restored by the model and by PCA of the same size, with squared errors."""
    digits = visitor.digits
    x, d = to_float(visitor.followed().images), shown.config.latent_dim
    pca = cache.pca(visitor.data, d)
    ours, theirs = evaluation.judging.reconstruct(shown.model, x), pca.restore(x)
    widgets.pictures(
        torch.cat([ours, theirs]),
        len(x),
        key="pca",
        labels=[f"{e:.0f}" for y in (ours, theirs) for e in evaluation.judging.squared_error(x, y)],
        alt="The ten digits restored by the model, above PCA's with as many components",
    )
    everything = to_float(digits.test_images)
    means = [
        evaluation.judging.squared_error(everything, y).mean().item()
        for y in (cache.restored(shown), pca.restore(everything))
    ]
    st.caption(
        "Above the model, below PCA; under each its squared error, summed over pixels. Mean over "
        f"{grouped(len(everything))} test images: {means[0]:.1f} and {means[1]:.1f}."
    )
