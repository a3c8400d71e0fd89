"""What a variational autoencoder's encoder answers: clouds, under the learner's hand.

The same map stands for a pretrained model, for a run as it learns, and beside an autoencoder's.
"""

import numpy as np
import pandas as pd
import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import cache, charts
from app.cache import Passing, Shown
from app.components.latent_pad import Layers
from app.lessons.vae import collapse
from app.panels.map.axes import MAP_CODES, map_axes, map_points, map_table, prior_centre
from app.panels.map.pad import at_the_mark, hand_map
from app.state import Visitor
from app.words import nats
from core import evaluation, latent

CLOUDS = 150  # posteriors drawn as ellipses
PRIOR_REACH = 3.3  # standard deviations of the prior that a VAE's map always holds

Outlines = Float[Tensor, "clouds corners 2"]


def show(visitor: Visitor, shown: Shown) -> None:
    """What a model costs, its codes with some of their clouds, and the prior; a walk there."""
    _told(shown, key="clouds")
    if visitor.pad_failed:
        _chart(visitor, shown, _extent(shown), key="clouds")
    else:
        _by_hand(visitor, shown)


def side_by_side(visitor: Visitor, *two: Shown) -> None:
    """Two models' maps: an autoencoder's points beside clouds, or two models' clouds.

    Clouds are drawn on the same axes where codes are two numbers: the prior gives them one scale.
    Nothing gives an autoencoder's codes a scale, and after a few steps they lie so far apart that
    clouds on their axes would be dots: N(0, I), dashed on both maps, says how far.
    """
    extents = [_extent(shown) for shown in two]
    if all(shown.config.latent_dim == 2 and shown.is_vae for shown in two):
        reach = max(abs(side) for extent in extents for side in extent)
        extents = [(-reach, reach, -reach, reach)] * len(two)
    sides = zip(("left", "right"), st.columns(len(two), gap="medium"), two, extents, strict=True)
    for side, column, shown, extent in sides:
        with column:
            st.markdown(f"**{shown.title}**" + _step(shown))
            _told(shown, key=side)
            if visitor.pad_failed:
                _chart(visitor, shown, extent, key=f"clouds-{side}")
            else:
                _pad(visitor, shown, extent, key=f"clouds-{side}", parameter=f"z-{side}")


@st.fragment
def _by_hand(visitor: Visitor, shown: Shown) -> None:
    with st.container(key="figure-clouds"):
        z = _pad(visitor, shown, _extent(shown), key="clouds", parameter="z")
        at_the_mark(shown, z)


def _pad(
    visitor: Visitor, shown: Shown, extent: charts.Domain, *, key: str, parameter: str
) -> Float[Tensor, " latent"]:
    """The map under the learner's hand; the place chosen there stays when β moves."""
    outlines = _outlines(shown)
    layers = Layers(prior=True)
    if len(outlines):
        labels = shown.labels[: len(outlines)].tolist()
        layers = Layers(prior=True, outlines=outlines, outline_labels=labels)
    first = latent.encode(shown.model, visitor.followed().images[:1]).mean[0]
    key = f"{key}-{shown.config.latent_dim}-{visitor.data}"
    return hand_map(
        visitor, shown, key=key, start=first, layers=layers, extent=extent, parameter=parameter
    ).z


def _chart(visitor: Visitor, shown: Shown, domain: charts.Domain, *, key: str) -> None:
    """The same drawn on the server, where the browser cannot."""
    table = map_table(map_points(shown)[:MAP_CODES], shown.labels[:MAP_CODES], visitor.digits)
    base = charts.latent_map(
        table, domain, title="Codes and their clouds", axes=map_axes(shown), opacity=0.45
    )
    layers: list[charts.Layer] = []
    outlines = _outlines(shown)
    if len(outlines):
        count, corners, _ = outlines.shape
        ellipses = pd.DataFrame(outlines.flatten(0, 1).numpy(), columns=["x", "y"])
        ellipses["order"] = np.tile(np.arange(corners), count)
        ellipses["ellipse"] = np.repeat(np.arange(count), corners)
        layers.append(charts.ellipses(ellipses, domain))
    if shown.config.latent_dim > 1:
        layers.append(charts.prior_contours(domain, prior_centre(shown)))
    st.altair_chart(
        charts.over(base, *layers),
        key=key,
        alt=f"Codes of {shown.title} by class, {len(outlines)} posteriors as 1σ ellipses, and "
        "circles of N(0, I) at 1, 2 and 3 σ",
    )


def _outlines(shown: Shown) -> Outlines:
    """The first clouds; none of an autoencoder, nor where the map has heights of no meaning."""
    mean, logvar = shown.codes
    if logvar is None or shown.config.latent_dim == 1:
        return torch.empty(0, 0, 2)
    return shown.plane.outlines(mean[:CLOUDS], logvar[:CLOUDS])


def _extent(shown: Shown) -> charts.Domain:
    """Axes that hold nearly all codes and move in steps, and seldom: a run's codes move under
    them. A VAE's always hold the prior, the scale it was paid to keep, so that collapsed codes
    look as small as they are.
    """
    domain = charts.steady_domain(map_points(shown).numpy())
    if not shown.is_vae:
        return domain
    x, y = prior_centre(shown)
    left, right, bottom, top = domain
    return (
        min(left, x - PRIOR_REACH),
        max(right, x + PRIOR_REACH),
        min(bottom, y - PRIOR_REACH),
        max(top, y + PRIOR_REACH),
    )


def _step(shown: Shown) -> str:
    """How far a run is: two of them keep their own time."""
    return f", step {shown.card['steps']}" if isinstance(shown, Passing) else ""


def _told(shown: Shown, *, key: str) -> None:
    """What a test image costs, and how wide the clouds are; or that they collapsed."""
    cost, kl = _terms(shown)
    spread = _first_numbers(evaluation.codes.code_spread(shown.codes))
    with st.container(key=f"told-{key}"):  # of one height, with an alarm or without
        if shown.codes.logvar is None:
            st.markdown(
                f"Reconstruction **{nats(cost)}** per test image, and no KL. Each code is a point; "
                f"spread of the codes {spread}."
            )
            return
        radius = _first_numbers(evaluation.codes.mean_radius(shown.codes))
        if collapse.collapsed(shown):
            st.error(
                f"**Posterior collapse**: KL {nats(kl, 2)}, mean radius σ of the clouds {radius}. "
                "Every cloud is the prior, and every digit comes back as the mean image, at "
                f"{nats(cost)}.",
                icon=":material/warning:",
            )
        else:
            st.markdown(
                f"Reconstruction **{nats(cost)}** + KL **{nats(kl, 2)}** per test image; mean "
                f"radius σ of the clouds {radius}; spread of their means {spread}.",
                help="Along each latent: the mean of σ over the digits, and the deviation of μ.",
            )


def _terms(shown: Shown) -> tuple[float, float]:
    """Reconstruction and KL: of a run that goes on, as it last recorded them."""
    if isinstance(shown, Passing):
        test = shown.card["test"]
        return test["reconstruction"], test["kl"]
    terms = cache.mean_terms(shown)
    return terms.reconstruction, terms.kl


def _first_numbers(numbers: Float[Tensor, " latent"]) -> str:
    """One number for each dimension, as many as can be read at a glance."""
    words = [f"{number:.2f}" for number in numbers[:3].tolist()]
    return ", ".join([*words, "…"] if len(numbers) > 3 else words)
