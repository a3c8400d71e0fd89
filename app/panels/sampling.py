"""Random codes, decoded, on the map, and judged."""

import numpy as np
import pandas as pd
import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import cache, charts, theme, widgets
from app.cache import Shown
from app.panels.digits import digits_in_use, new_noise
from app.panels.maps import code_map, map_axes, map_domain, map_points, map_table, prior_centre
from app.panels.pixels import decoded
from app.state import Visitor
from core import sampling

SAMPLES = 16


def same_noise(visitor: Visitor, shown: Shown, *, fitted: bool) -> None:
    """Samples of one model from the ε that all models get, and their places on its map."""
    noise = cache.noise(visitor.noise_seed, SAMPLES, shown.config.latent_dim)
    gaussian = cache.gaussian(shown, visitor.data)
    z = gaussian.sample(noise) if fitted else sampling.prior(noise)
    kind = shown.config.kind
    numbers = [str(i + 1) for i in range(SAMPLES)]
    widgets.digits(
        decoded(visitor, shown, z, "mean"),
        SAMPLES // 2,
        key=f"same-noise-{kind}",
        scale=2,
        labels=numbers,
        alt=f"{SAMPLES} decoded samples of {shown.title}",
    )
    points = cache.principal_plane(shown, visitor.data).project(z)
    base, domain = code_map(visitor, shown, f"Where they lie: {shown.title}", points)
    table = pd.DataFrame(points.numpy(), columns=["x", "y"]).assign(number=numbers)
    layers: list[charts.Layer] = [charts.numbered(table, domain, theme.LATENT)]
    if shown.config.latent_dim > 1:
        layers.insert(0, charts.prior_contours(domain, prior_centre(shown, visitor.data)))
    st.altair_chart(
        charts.over(base, *layers),
        key=f"samples-{kind}",
        alt=f"Codes of {shown.title} by class, with {SAMPLES} numbered samples and circles of the "
        "prior at 1, 2 and 3 σ",
    )


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
    sheet, on_map = st.columns([5, 8], gap="medium")
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
        st.altair_chart(
            _map_of_samples(visitor, shown, sampler, drawn.z, in_hole, numbers),
            key="samples-map",
            alt=f"The sixteen samples of the sampler {sampler} on the map of the model's codes; "
            f"{sum(in_hole)} lie in a hole",
        )
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


def _map_of_samples(
    visitor: Visitor,
    shown: Shown,
    sampler: str,
    z: Float[Tensor, "samples latent"],
    in_hole: list[bool],
    numbers: list[str],
) -> charts.Layer:
    digits = digits_in_use(visitor)
    plane = cache.principal_plane(shown, digits.name)
    # The axes hold this noise under every sampler, so that changing it moves samples, not axes.
    # A mixture's samples lie where codes are; only the others may lie far out.
    every = [z] + [
        cache.samples(shown, digits.name, which, visitor.noise_seed).z
        for which in SAMPLERS.values()
        if which != "mixture"
    ]
    domain = map_domain(shown, digits.name, plane.project(torch.cat(every)))
    codes = charts.latent_map(
        map_table(map_points(shown, digits.name), cache.map_images(digits.name)[1], digits),
        domain,
        title=f"Samples among the codes: {shown.title}",
        axes=map_axes(shown, digits.name),
        opacity=0.3,
    )
    layers: list[charts.Layer] = []
    if SAMPLERS[sampler] == "prior" and shown.config.latent_dim > 1:
        layers.append(charts.prior_contours(domain, prior_centre(shown, digits.name)))
    x, y = plane.project(z).unbind(1)
    if shown.config.latent_dim == 1:  # as the codes: heights that keep them apart
        y = torch.linspace(0.9, -0.9, len(y))
    table = pd.DataFrame({"x": x.numpy(), "y": y.numpy(), "number": numbers})
    hole = np.asarray(in_hole)
    layers.append(charts.numbered(table[~hole], domain, theme.LATENT))
    layers.append(charts.numbered(table[hole], domain, theme.RECONSTRUCTION, "square"))
    return charts.over(codes, *layers)


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
