"""What a map does not show by itself: how far classes overlap, and where t-SNE is worth a look."""

import streamlit as st

from app import cache
from app.cache import Shown
from app.state import Visitor
from app.words import grouped, percent
from core import evaluation


def overlap(visitor: Visitor, shown: Shown) -> None:
    """How far the classes of a map lie apart, as a number; for d above 2, what the plane shows."""
    digits = visitor.digits
    codes = shown.codes
    accuracy, spread, explained = st.columns(3)
    accuracy.metric(
        "15-NN accuracy",
        percent(cache.knn_accuracy(shown), 1),
        help=f"Share of the {grouped(len(digits.test_images))} test digits for whose class "
        "the 15 nearest codes of training digits vote, in the codes' own space. Guessing: 10 %.",
    )
    low, high = evaluation.codes.code_spread(codes).aminmax()
    spread.metric(
        "Spread of the codes",
        f"{low:.3g}" if len(codes.mean[0]) == 1 else f"{low:.3g} to {high:.3g}",
        help="Standard deviation of the codes over the digits of the map, the smallest and the "
        "largest of the latent dimensions.",
    )
    if shown.config.latent_dim > 2:
        share = shown.plane.explained.sum().item()
        explained.metric(
            "Variance in this plane",
            percent(share),
            help=f"The map is the plane of the two directions in which the {codes.mean.shape[1]} "
            "dimensional codes vary most. The rest of their variance cannot be seen here.",
        )


def has_tsne(shown: Shown) -> bool:
    """Whether a page offers t-SNE: where a plane cannot show the codes, or there is nothing to see
    and t-SNE shows something all the same."""
    return shown.config.latent_dim > 2 or (
        shown.is_vae and bool(evaluation.codes.code_spread(shown.codes).max() < 0.01)
    )
