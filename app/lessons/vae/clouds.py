"""What a variational autoencoder's encoder answers: clouds, under the learner's hand."""

import numpy as np
import pandas as pd
import streamlit as st
from jaxtyping import Float
from torch import Tensor

from app import charts
from app.cache import Shown
from app.components.latent_pad import Layers
from app.panels.map.axes import code_map, map_domain, prior_centre
from app.panels.map.pad import at_the_mark, hand_map
from app.state import Visitor
from core import evaluation
from core.latent import Codes

CLOUDS = 150  # posteriors drawn as ellipses


def show(visitor: Visitor, shown: Shown) -> None:
    """The codes, some of their posteriors to the scale of the axes, and the prior; a walk there."""
    codes = shown.codes
    if codes.logvar is None:
        raise ValueError(f"{shown.title} has no posteriors; choose a VAE")
    outlines = shown.plane.outlines(codes.mean[:CLOUDS], codes.logvar[:CLOUDS])
    if visitor.pad_failed:
        _chart(visitor, shown, outlines)
        _legend(len(outlines), codes)
    else:
        _by_hand(visitor, shown, outlines)


@st.fragment
def _by_hand(visitor: Visitor, shown: Shown, outlines: Float[Tensor, "clouds corners 2"]) -> None:
    name = visitor.digits.name
    labels = shown.labels[: len(outlines)].tolist()
    layers = Layers(prior=True, outlines=outlines, outline_labels=labels)
    if shown.config.latent_dim == 1:  # its map has heights of no meaning, and so no ellipses
        layers = Layers(prior=True)
    at = hand_map(
        visitor,
        shown,
        key=f"clouds-{shown.config.latent_dim}-{name}",  # the place stays when β moves
        start=shown.codes.mean[visitor.ten[0]],
        layers=layers,
        extent=map_domain(shown, outlines.flatten(0, 1)),
    )
    here, everywhere = st.columns(2, gap="medium")
    with here:
        at_the_mark(shown, at.z)
    with everywhere:
        _legend(len(outlines), shown.codes)


def _chart(visitor: Visitor, shown: Shown, outlines: Float[Tensor, "clouds corners 2"]) -> None:
    """The same drawn on the server, where the browser cannot."""
    count, corners, _ = outlines.shape
    base, domain = code_map(
        visitor, shown, "Codes, their clouds and the prior", outlines.flatten(0, 1)
    )
    table = pd.DataFrame(outlines.flatten(0, 1).numpy(), columns=["x", "y"])
    table["order"] = np.tile(np.arange(corners), count)
    table["ellipse"] = np.repeat(np.arange(count), corners)
    layers: list[charts.Layer] = [charts.ellipses(table, domain)]
    if shown.config.latent_dim > 1:
        layers.append(charts.prior_contours(domain, prior_centre(shown)))
    st.altair_chart(
        charts.over(base, *layers),
        key="clouds",
        alt=f"Posterior means of {shown.title} by class, {count} posteriors as 1σ ellipses, and "
        "circles of the prior at 1, 2 and 3 σ",
    )


def _legend(count: int, codes: Codes) -> None:
    spread, radius = evaluation.codes.code_spread(codes), evaluation.codes.mean_radius(codes)
    drawn = f"Outlined are {count} of the clouds. " if codes.mean.shape[1] > 1 else ""
    st.markdown(
        f"**Spread of the means {_first_numbers(spread)}; mean radius σ of the clouds "
        f"{_first_numbers(radius)}**"
    )
    st.caption(
        f"{drawn}A dot is a posterior's mean. "
        + (
            "All means are one point here, and the clouds lie on one another."
            if bool(spread.max() < 0.01)
            else "Spread: deviation over the digits, along each latent; the radius is a mean over "
            "them."
        )
    )


def _first_numbers(numbers: Float[Tensor, " latent"]) -> str:
    """One number for each dimension, as many as can be read at a glance."""
    words = [f"{number:.2f}" for number in numbers[:3].tolist()]
    return ", ".join([*words, "…"] if len(numbers) > 3 else words)
