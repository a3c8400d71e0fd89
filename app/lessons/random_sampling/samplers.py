"""Four samplers, one noise: sixteen samples under the hand, and all four side by side."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st
from jaxtyping import Int64
from torch import Tensor

from app import cache, charts, images, widgets
from app.cache import Judge, Shown
from app.panels.digits import judge, new_noise, why_unread
from app.panels.map.pad import optional_layers
from app.panels.samples import SAMPLERS, among_the_codes, same_axes
from app.state import Visitor
from app.words import percent


def sixteen_samples(visitor: Visitor, shown: Shown, sampler: str) -> None:
    """Sixteen samples, numbered, beside the map on which they lie; those in a hole are marked on
    both. Where the sampler changes, they fly to their new places.
    """
    drawn = cache.samples(shown, SAMPLERS[sampler], visitor.noise_seed)
    marked = images.holes(drawn.distance)
    in_hole = [mark is not None for mark in marked]
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        chosen = optional_layers([], key="sampled-layers")
        new_noise(visitor)
    if visitor.pad_failed:
        _sheet(drawn.images, marked, sampler)
    prior = chosen.prior or SAMPLERS[sampler] == "prior"
    layers = replace(chosen, prior=prior, samples=drawn.z, in_hole=in_hole, sheet=True)
    extent = same_axes(visitor, shown)
    among_the_codes(visitor, shown, layers, extent, key="samples-map", told=True)
    shadows = ""
    if shown.config.latent_dim > 2:
        shadows = (
            " A square may lie among dots: holes are measured in all "
            f"{len(drawn.z[0])} dimensions, and the map shows two."
        )
    st.caption(
        f"{sum(in_hole)} of {len(in_hole)} samples lie in a hole, a square on the map. "
        f"{images.legend(marked)}{shadows}"
    )


def _sheet(pictures: Tensor, marked: Sequence[images.Mark | None], sampler: str) -> None:
    """The sixteen pictures, drawn by the server."""
    numbers = [str(number) for number in range(1, len(marked) + 1)]
    in_holes = ", ".join(n for n, mark in zip(numbers, marked) if mark) or "none"
    widgets.pictures(
        pictures,
        4,
        key="samples",
        labels=numbers,
        marked=marked,
        alt=f"Sixteen decoded samples of the sampler {sampler}, numbered; in a hole: {in_holes}",
    )


def judged(visitor: Visitor, shown: Shown, sampler: str) -> None:
    """What 1 000 samples of that sampler are like: in holes, sure of, read as."""
    figures, histogram = st.columns([5, 9], gap="medium")
    reader = judge(visitor.data)
    with figures:
        st.metric(
            "In a hole, of 1 000 samples",
            percent(cache.hole_share(shown, SAMPLERS[sampler])),
            help="Always the same 1 000, so that models and samplers can be compared. Of held-out "
            "digits it is 5 %, by the definition of a hole.",
        )
        if reader is None:
            st.caption(why_unread(visitor.data))
            return
        st.metric(
            "Classifier is sure",
            percent(cache.sure_share(shown, SAMPLERS[sampler], reader)),
            help="Share of the same 1 000 samples of which the classifier is more than 90 % sure.",
        )
    with histogram:
        _what_is_drawn(shown, sampler, reader)
    _baselines(reader)


def _what_is_drawn(shown: Shown, sampler: str, reader: Judge) -> None:
    """Which classes a sampler draws, as the classifier reads them, beside the digits' own."""
    names, labels = shown.digits.class_names, shown.digits.test_labels
    counts = cache.classes_drawn(shown, SAMPLERS[sampler], reader)
    own = labels.bincount(minlength=len(names))
    table = pd.DataFrame(
        {
            "class": names,
            "value": (100 * counts / counts.sum()).numpy(),
            "usual": (100 * own / own.sum()).numpy(),
        }
    )
    st.altair_chart(
        charts.beside_usual(
            table,
            title=f"What 1 000 samples are read as: {sampler}",
            x="digit that the classifier reads",
            y="% of the samples",
        ),
        key="classes-drawn",
        alt=f"Of 1 000 samples of the sampler {sampler} the classifier reads as "
        + ", ".join(f"{name} {count}" for name, count in zip(names, counts.tolist())),
    )
    most, least = names[int(counts.argmax())], names[int(counts.argmin())]
    st.markdown(
        f"**{_drawn_of(counts)} digits** have at least 1 % of the samples each; {most} has the "
        f"most, {percent(int(counts.max()) / int(counts.sum()), 1)}, and {least} the fewest, "
        f"{percent(int(counts.min()) / int(counts.sum()), 1)}. Grey dashes: the share of each "
        "among the test digits."
    )


def _drawn_of(counts: Int64[Tensor, " classes"]) -> str:
    """How many classes have at least 1 % of the samples, of how many."""
    return f"{_classes(counts)} of {len(counts)}"


def _classes(counts: Int64[Tensor, " classes"]) -> int:
    return int((100 * counts >= counts.sum()).sum())


def _baselines(reader: Judge) -> None:
    """What the judge's figures have to be read beside, from its own card."""
    test = reader.card["test"]
    st.caption(
        f"The classifier is as sure of {percent(test['confident_digits'], 1)} of MNIST's test "
        f"digits, and of {percent(test['confident_noise'], 1)} of images of uniform noise. It "
        "knows nothing but digits and must always name one: so a sure answer does not make a "
        "sample a digit, and the bars say which digits it reads, not whether they are digits. "
        "Read all the figures, and look."
    )


def compare_samplers(visitor: Visitor, shown: Shown) -> None:
    """The same noise through the four samplers, side by side, with their figures."""
    shares: dict[str, float] = {}
    sure: dict[str, float] = {}
    classes: dict[str, int] = {}
    every: list[images.Mark | None] = []
    reader = judge(visitor.data)
    for column, (label, sampler) in zip(st.columns(len(SAMPLERS)), SAMPLERS.items()):
        drawn = cache.samples(shown, sampler, visitor.noise_seed)
        every += (marked := images.holes(drawn.distance))
        shares[label] = cache.hole_share(shown, sampler)
        told = f"In a hole: {percent(shares[label])}."
        if reader is not None:
            sure[label] = cache.sure_share(shown, sampler, reader)
            counts = cache.classes_drawn(shown, sampler, reader)
            classes[label] = _classes(counts)
            told += (
                f" Classifier is sure: {percent(sure[label])}. Digits drawn: {_drawn_of(counts)}."
            )
        with column:
            st.markdown(f"**{label}**")
            widgets.pictures(
                drawn.images,
                4,
                key=f"samples-{sampler}",
                scale=2,
                gap=2,
                marked=marked,
                alt=f"The same noise through the sampler {label}: sixteen samples",
            )
            st.caption(told)
    fewest = min(shares, key=shares.__getitem__)
    surest = max(sure, key=sure.__getitem__) if sure else None
    if surest is None:
        words = f"**{fewest}** has the fewest samples in holes. {why_unread(visitor.data)}"
    elif fewest != surest:
        words = (
            f"The two figures disagree: **{fewest}** has the fewest samples in holes, and the "
            f"classifier is surest of **{surest}**. Neither alone says which samples are good."
        )
    else:
        words = f"Both figures favour **{fewest}** here."
    if classes and classes[fewest] < max(classes.values()):
        widest = max(classes, key=classes.__getitem__)
        words += (
            f" And neither notices what is missing: **{fewest}** draws only {classes[fewest]} "
            f"digits, **{widest}** {classes[widest]}."
        )
    st.markdown(words)
    st.caption(
        f"One ε for all four, number by number. {images.legend(every)} The shares are of 1 000 "
        "samples; a digit counts as drawn from 1 % of them on."
    )


def side_by_side(visitor: Visitor, left: Shown, right: Shown, sampler: str) -> None:
    """Sixteen samples of two models from the same ε, by the same sampler."""
    for column, shown in zip(st.columns(2, gap="medium"), (left, right)):
        drawn = cache.samples(shown, SAMPLERS[sampler], visitor.noise_seed)
        marked = images.holes(drawn.distance)
        with column:
            st.markdown(f"**{shown.title}**")
            widgets.pictures(
                drawn.images,
                4,
                scale=2,
                key=f"side-{shown.key}",
                labels=[str(number) for number in range(1, len(marked) + 1)],
                marked=marked,
                alt=f"Sixteen samples of {shown.title} by the sampler {sampler}",
            )
            st.caption(
                f"{images.legend(marked)} In a hole, of 1 000 samples: "
                f"{percent(cache.hole_share(shown, SAMPLERS[sampler]))}."
            )
