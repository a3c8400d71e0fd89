"""Random codes, decoded, on the map, and judged."""

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st
import torch

from app import cache, charts, theme, widgets
from app.cache import Shown
from app.components.latent_pad import Layers
from app.panels.digits import digits_in_use, new_noise
from app.panels.maps import code_map, map_domain, prior_centre
from app.panels.touch import at_the_mark, hand_map, optional_layers
from app.state import Visitor
from core import sampling


def same_noise(
    visitor: Visitor, shown: Shown, *, fitted: bool, beside: Shown | None = None
) -> None:
    """Samples of one model from the ε that all models get, and their places on its map, on the
    axes of the model that stands beside it too where both are planes.
    """
    sampler = "gaussian" if fitted else "prior"
    drawn = cache.samples(shown, digits_in_use(visitor).name, sampler, visitor.noise_seed)
    kind = shown.config.kind
    widgets.digits(
        drawn.images,
        len(drawn.z) // 2,
        key=f"same-noise-{kind}",
        scale=2,
        labels=[str(number) for number in range(1, len(drawn.z) + 1)],
        alt=f"{len(drawn.z)} decoded samples of {shown.title}",
    )
    st.markdown(f"**Where they lie: {shown.title}**")
    layers = Layers(prior=True, samples=drawn.z)
    extent = _same_axes(visitor, shown)
    if beside is not None and shown.config.latent_dim == beside.config.latent_dim == 2:
        sides = zip(extent, _same_axes(visitor, beside))
        left, right, bottom, top = ((max if i % 2 else min)(side) for i, side in enumerate(sides))
        extent = left, right, bottom, top
    key = f"same-noise-{shown.key}"
    _among_the_codes(visitor, shown, layers, extent, key=key, parameter=f"z-{kind}")


SAMPLERS: dict[str, sampling.Sampler] = {
    "Box": "box",
    "N(0, I)": "prior",
    "Fitted Gaussian": "gaussian",
    "Gaussian mixture": "mixture",
}


def sixteen_samples(visitor: Visitor, shown: Shown, sampler: str) -> None:
    """Sixteen samples, numbered in the picture and on the map, those in a hole marked on both."""
    digits = digits_in_use(visitor)
    drawn = cache.samples(shown, digits.name, SAMPLERS[sampler], visitor.noise_seed)
    in_hole = (drawn.distance > 1).tolist()
    numbers = [str(number) for number in range(1, len(in_hole) + 1)]
    sheet, on_map = st.columns([5, 9], gap="medium")
    with sheet:
        widgets.digits(
            drawn.images,
            4,
            key="samples",
            labels=numbers,
            marked=in_hole,
            alt=f"Sixteen decoded samples of the sampler {sampler}, numbered; framed, because in a "
            "hole: " + (", ".join(n for n, hole in zip(numbers, in_hole) if hole) or "none"),
        )
        new_noise(visitor)
    with on_map:
        st.markdown(f"**Samples among the codes: {shown.title}**")
        chosen = optional_layers([], key=f"sampled-{shown.config.kind}")
        prior = chosen.prior or SAMPLERS[sampler] == "prior"
        layers = replace(chosen, prior=prior, samples=drawn.z, in_hole=in_hole)
        extent = _same_axes(visitor, shown)
        _among_the_codes(visitor, shown, layers, extent, key=f"samples-{shown.key}", told=True)
    share, judged = cache.judged_sampler(shown, digits.name, SAMPLERS[sampler])
    here, many, sure = st.columns(3)
    here.metric(
        "In a hole, of these sixteen",
        f"{sum(in_hole)} of {len(in_hole)}",
        help="Farther from every code than 95 % of held-out digits' codes are. Framed in the "
        "picture, square on the map.",
    )
    many.metric(
        "In a hole, of 1 000 samples",
        f"{share:.0%}",
        help="Always the same 1 000, so that models and samplers can be compared. Of held-out "
        "digits it is 5 %, by the definition of a hole.",
    )
    sure.metric("Classifier is sure", f"{judged.confident:.0%}", help=_JUDGE)
    _baselines()


_JUDGE = "Share of the same 1 000 samples of which the classifier is more than 90 % sure."


def _baselines() -> None:
    """What the judge's figure has to be read beside, from its own card."""
    test = cache.classifier()[1]["test"]
    st.caption(
        f"The classifier is as sure of {test['confident_digits']:.1%} of MNIST's test digits, and "
        f"of {test['confident_noise']:.1%} of images of uniform noise. It knows nothing but digits "
        "and must name one, so a sure answer does not make a sample a digit: read both figures, "
        "and look."
    )


def _among_the_codes(
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
    told where asked."""
    if visitor.pad_failed:
        _samples_chart(visitor, shown, layers, key)
        return

    @st.fragment
    def view() -> None:
        at = hand_map(visitor, shown, key=key, layers=layers, extent=extent, parameter=parameter)
        if told:
            at_the_mark(visitor, shown, at)

    view()


def _same_axes(visitor: Visitor, shown: Shown) -> charts.Domain:
    """Axes that hold this noise under every sampler, so that a change moves samples, not axes.

    A mixture's samples lie where codes are; only the others may lie far out.
    """
    name = digits_in_use(visitor).name
    every = [
        cache.samples(shown, name, which, visitor.noise_seed).z
        for which in SAMPLERS.values()
        if which != "mixture"
    ]
    return map_domain(shown, name, cache.principal_plane(shown, name).project(torch.cat(every)))


def _samples_chart(visitor: Visitor, shown: Shown, layers: Layers, key: str) -> None:
    """The same figure drawn by the server."""
    if layers.samples is None:
        return
    name, count = digits_in_use(visitor).name, len(layers.samples)
    points = cache.principal_plane(shown, name).project(layers.samples)
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
        drawn.insert(0, charts.prior_contours(domain, prior_centre(shown, name)))
    st.altair_chart(
        charts.over(base, *drawn),
        key=f"chart-{key}",
        alt=f"{count} numbered samples on the map of the model's codes; {sum(hole)} lie in a hole",
    )


def compare_samplers(visitor: Visitor, shown: Shown) -> None:
    """The same noise through the four samplers, side by side, with their figures."""
    digits = digits_in_use(visitor)
    shares: dict[str, float] = {}
    sure: dict[str, float] = {}
    for column, (label, sampler) in zip(st.columns(len(SAMPLERS)), SAMPLERS.items()):
        drawn = cache.samples(shown, digits.name, sampler, visitor.noise_seed)
        share, judged = cache.judged_sampler(shown, digits.name, sampler)
        shares[label], sure[label] = share, judged.confident
        with column:
            st.markdown(f"**{label}**")
            widgets.digits(
                drawn.images,
                4,
                key=f"samples-{sampler}",
                scale=2,
                gap=2,
                marked=(drawn.distance > 1).tolist(),
                alt=f"The same noise through the sampler {label}: sixteen samples",
            )
            st.caption(f"In a hole: {share:.0%}. Classifier is sure: {judged.confident:.0%}.")
    fewest, surest = min(shares, key=shares.__getitem__), max(sure, key=sure.__getitem__)
    if fewest != surest:
        words = (
            f"The two figures disagree: **{fewest}** has the fewest samples in holes, and the "
            f"classifier is surest of **{surest}**. Neither alone says which samples are good."
        )
    else:
        words = f"Both figures favour **{fewest}** here."
    st.markdown(words)
    st.caption(
        "One ε for all four, number by number; framed: in a hole. The shares are of 1 000 samples."
    )
