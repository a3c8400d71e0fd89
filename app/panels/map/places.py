"""What lies at a place of latent space: the real digit nearest to it, and how near it is."""

import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import cache, charts
from app.cache import Shown
from app.panels.digits import digits_in_use
from app.state import Visitor
from core import evaluation, latent
from core.data import Name


def code_at(shown: Shown, name: Name, place: charts.Place) -> Float[Tensor, "1 latent"]:
    """The code of the digit picked, or of the place picked, lifted from the plane."""
    x, y, index = place
    if index >= 0:
        return cache.codes(shown, name).mean[index : index + 1]
    return cache.principal_plane(shown, name).lift(torch.tensor([[x, y]]))


def nearest_digit(
    visitor: Visitor, shown: Shown, z: Float[Tensor, "1 latent"], index: int
) -> tuple[int, float, str]:
    """The real digit nearest to a code, or the one picked: its index, its distance, its class."""
    digits = digits_in_use(visitor)
    distance, found = latent.nearest(cache.codes(shown, digits.name).mean, z)
    neighbour = index if index >= 0 else int(found[0])
    label = int(cache.map_images(digits.name)[1][neighbour])
    return neighbour, float(distance[0]), digits.class_names[label]


def how_near(shown: Shown, name: Name, distance: float) -> str:
    """A digit's distance beside what is usual on this map."""
    usual = cache.holes(shown, name).threshold
    if usual <= 1e-9:
        return f"Most codes share one place. The nearest digit's is {distance:.3g} away."
    if distance < 1e-3 * usual:
        return "A digit's own code lies here."
    side = "farther than" if distance > usual else "not farther than"
    return (
        f"The nearest digit is at a distance of **{distance:.3g}**, {side} the {usual:.3g} within "
        "which 95 % of held-out digits have a neighbour."
    )


def reading(name: Name, picture: Float[Tensor, "1 1 28 28"]) -> None:
    """What the classifier reads, where the pictures are digits."""
    if name in ("sample", "mnist"):
        sure, read = cache.classifier()[0].probabilities(picture)[0].max(0)
        st.markdown(f"A classifier reads the decoding as **{int(read)}** ({float(sure):.0%}).")


def coordinates(z: Float[Tensor, " latent"]) -> str:
    """A code in a few words."""
    numbers = ", ".join(f"{number:.3g}" for number in z[:4].tolist())
    return f"z = ({numbers}{', …' if len(z) > 4 else ''})".replace("-", "−")


def decoded(
    visitor: Visitor, shown: Shown, z: Tensor, view: evaluation.View
) -> Float[Tensor, "n 1 28 28"]:
    """What the model draws at these codes: λ, the mean image, or one sample."""
    rng = torch.Generator().manual_seed(visitor.noise_seed)
    return evaluation.picture(shown.config, latent.decode(shown.model, z), view, rng)
