"""What lies at a place of latent space: what is drawn there, and how near a real digit is."""

from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app.cache import Shown
from app.panels.digits import judge
from app.state import Numbers, Visitor
from app.words import number, percent
from core import evaluation, latent
from core.evaluation.holes import WITHIN


class Nearest(NamedTuple):
    """The real digit on a map whose code is nearest to a place."""

    digit: int  # its number among the images of the map
    distance: float  # in units of latent space
    class_name: str


def nearest_digit(shown: Shown, z: Float[Tensor, " latent"]) -> Nearest:
    distance, found = latent.nearest(shown.codes.mean, z[None])
    index = int(found[0])
    return Nearest(index, float(distance[0]), shown.digits.class_names[int(shown.labels[index])])


def code_of_pick(shown: Shown, pick: Mapping[str, float]) -> Numbers | None:
    """The code that a pick on a chart of the map stands for: a digit's own, or that of the place,
    lifted from the plane. None where it is neither.
    """
    digit = pick.get("index", -1)
    if digit in range(len(shown.codes.mean)):
        return tuple(shown.codes.mean[int(digit)].tolist())
    if not {"x", "y"} <= pick.keys():
        return None
    return tuple(shown.plane.lift(torch.tensor([[pick["x"], pick["y"]]]))[0].tolist())


def is_own_code(shown: Shown, distance: float) -> bool:
    """Whether a place this near to a digit's code is that code, but for rounding."""
    return distance < 1e-3 * shown.holes.threshold


def how_near(shown: Shown, distance: float) -> str:
    """How many times farther or nearer than usual the nearest digit is, and whether that is a
    hole."""
    usual = shown.holes.threshold
    if usual <= 1e-9:
        return f"Most codes share one place. The nearest digit's is {distance:.3g} away."
    if is_own_code(shown, distance):
        return "A digit's own code lies here."
    side, verdict = ("farther", "a hole") if distance > usual else ("nearer", "no hole")
    times = max(distance / usual, usual / distance)
    told = f"{number(times, '.1f' if times < 9.95 else ',.0f')} times {side} than usual"
    if times < 1.05:
        told = f"a little {side} than usual"
    return (
        f"The nearest digit is **{told}: {verdict}**. (Usual: the {usual:.3g} within which "
        f"{percent(WITHIN)} of held-out digits have a neighbour.)"
    )


def reading(shown: Shown, picture: Float[Tensor, "1 1 28 28"]) -> None:
    """What the classifier reads, where it can."""
    if (reader := judge(shown.data)) is not None:
        sure, read = reader.model.probabilities(picture)[0].max(0)
        st.markdown(f"A classifier reads the decoding as **{int(read)}** ({percent(float(sure))}).")


def coordinates(z: Float[Tensor, " latent"]) -> str:
    """A code in a few words."""
    numbers = ", ".join(number(each, ".3g") for each in z[:4].tolist())
    return f"z = ({numbers}{', …' if len(z) > 4 else ''})"


def decoded(
    visitor: Visitor, shown: Shown, z: Float[Tensor, "n latent"], view: evaluation.judging.View
) -> Float[Tensor, "n 1 28 28"]:
    """What the model draws at these codes: λ, the mean image, or one sample."""
    rng = torch.Generator().manual_seed(visitor.noise_seed)
    return evaluation.judging.picture(shown.config, latent.decode(shown.model, z), view, rng)
