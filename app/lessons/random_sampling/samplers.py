"""Four samplers, one noise: sixteen samples under the hand, and all four side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st
from jaxtyping import Int64
from torch import Tensor

from app import cache, charts, images, widgets
from app.cache import RejectingJudge, Shown
from app.glossary import term
from app.lessons.random_sampling.asked import HOLES, READABLE
from app.panels import beliefs, files, predictions
from app.panels.digits import new_noise, strict_judge, why_unread
from app.panels.map.pad import optional_layers
from app.panels.samples import SAMPLERS, among_the_codes, same_axes
from app.state import Visitor
from app.teaching import Measured
from app.words import listed, percent
from core.models.classifier import NO_DIGIT

HARDLY = 2  # of sixteen: as many convince the judge, or fewer


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


@files.figure
def judged(visitor: Visitor, shown: Shown, sampler: str) -> None:
    """What the sixteen are to the learner and to the judge; then what 1 000 samples are."""
    reader = strict_judge(visitor.data)
    if reader is None:
        st.caption(why_unread(visitor.data))
        return

    def readable() -> Measured:
        drawn = cache.samples(shown, SAMPLERS[sampler], visitor.noise_seed)
        answers = reader.model.probabilities(drawn.images).argmax(1).tolist()
        read = [str(i) for i, answer in enumerate(answers, 1) if answer != NO_DIGIT]
        return Measured(tuple(read), unusual=len(read) <= HARDLY)

    of = f"{shown.title}, {sampler}"
    if not predictions.ask(visitor, READABLE, readable, of=of):
        return
    figures, histogram = st.columns([5, 9], gap="medium")
    drawn = cover(cache.judged_drawn(shown, SAMPLERS[sampler], reader))
    with figures:
        st.metric(
            "Digits, of 1 000 samples",
            percent(drawn.share),
            help="Those that the judge takes for a digit. Always the same 1 000, so that models "
            "and samplers can be compared.",
        )
        st.metric(
            "In a hole",
            percent(cache.hole_share(shown, SAMPLERS[sampler])),
            help="Share of the same samples. Of held-out digits it is 5 %, by the definition of "
            "a hole.",
        )
    with histogram:
        _what_is_drawn(shown, sampler, reader)
    _baselines(reader)


def _what_is_drawn(shown: Shown, sampler: str, reader: RejectingJudge) -> None:
    """Which classes a sampler draws, as the judge reads them, beside the digits' own."""
    names, labels = [*shown.digits.class_names, "none"], shown.digits.test_labels
    counts = cache.judged_drawn(shown, SAMPLERS[sampler], reader)
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
            title=f"What the judge takes 1 000 samples for: {sampler}",
            x="digit, or none",
            y="% of the samples",
        ),
        key="classes-drawn",
        alt=f"Of 1 000 samples of the sampler {sampler} the judge takes for "
        + ", ".join(f"{name} {count}" for name, count in zip(names, counts.tolist())),
    )
    drawn, digits = cover(counts), counts[:NO_DIGIT]
    most, least = names[int(digits.argmax())], names[int(digits.argmin())]
    st.markdown(
        f"**{drawn.classes} of {len(digits)} digits** have at least 1 % of the samples each; "
        f"{most} has the most, {percent(int(digits.max()) / int(counts.sum()), 1)}, and {least} "
        f"the fewest, {percent(int(digits.min()) / int(counts.sum()), 1)}. Grey dashes: the share "
        "of each among the test digits."
    )


class Cover(NamedTuple):
    """What samples cover, to the judge."""

    share: float  # of them, taken for some digit
    classes: int  # digits that at least 1 % of them are taken for


def cover(counts: Int64[Tensor, " classes"]) -> Cover:
    """From how many samples the judge takes for each digit, and last for none."""
    digits = counts[:NO_DIGIT]
    return Cover(float(digits.sum() / counts.sum()), int((100 * digits >= counts.sum()).sum()))


def _baselines(reader: RejectingJudge) -> None:
    """What the judge's figures have to be read beside, from its own card."""
    test: dict[str, Any] = dict(reader.card["test"])
    kinds = listed(
        [
            f"{percent(share, 1)} of {kind.replace('_', ' ')}"
            for kind, share in test["taken_for_digits"].items()
        ]
    )
    st.caption(
        f"The {term('judge')} is a network that learned from digits, and from pictures made to be "
        f"none. It refuses {percent(test['refused'], 1)} of MNIST's test digits, and takes for "
        f"digits {kinds}. A sampler's own inventions are new to it: where its share and your eyes "
        "disagree, believe your eyes."
    )


@files.figure
def compare_samplers(visitor: Visitor, shown: Shown) -> None:
    """The same noise through the four samplers, side by side, with their figures."""
    shares = {label: cache.hole_share(shown, of) for label, of in SAMPLERS.items()}

    def in_order() -> Measured:
        order = tuple(sorted(shares, key=shares.__getitem__))
        words = " < ".join(f"{label} {percent(shares[label])}" for label in order)
        return Measured(order, unusual=order[0] != "Gaussian mixture", words=words)

    if not predictions.ask(visitor, HOLES, in_order, of=shown.title):
        return
    every: list[images.Mark | None] = []
    covers: dict[str, Cover] = {}
    reader = strict_judge(visitor.data)
    for column, (label, sampler) in zip(st.columns(len(SAMPLERS)), SAMPLERS.items()):
        drawn = cache.samples(shown, sampler, visitor.noise_seed)
        every += (marked := images.holes(drawn.distance))
        told = f"In a hole: {percent(shares[label])}."
        if reader is not None:
            covers[label] = cover(cache.judged_drawn(shown, sampler, reader))
            told += f" Digits: {percent(covers[label].share)}, of {covers[label].classes} classes."
        with column:
            st.markdown(label)
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
    st.markdown(verdict(shares, covers) if covers else why_unread(visitor.data))
    judged = "; digits are what the judge takes for one, a class counts from 1 % of them on"
    st.caption(
        f"One ε for all four, number by number. {images.legend(every)} The shares are of 1 000 "
        f"samples{judged if covers else ''}."
    )


@files.figure
def it_can_generate(visitor: Visitor) -> None:
    """What the judge takes for digits of an autoencoder's samples and of a VAE's."""
    reader = strict_judge(visitor.data)
    if reader is None:
        return
    ae, vae = (
        cache.pretrained(f"{kind}-lite-20-bernoulli", visitor.data) for kind in ("ae", "vae")
    )
    shares = [
        cover(cache.judged_drawn(shown, SAMPLERS[label], reader)).share
        for shown, label in (
            (ae, "N(0, I)"), (ae, "Gaussian mixture"), (vae, "N(0, I)"), (vae, "Gaussian mixture"),
        )
    ]  # fmt: skip
    first, fitted, prior, mixture = map(percent, shares)
    beliefs.card(
        "cannot-generate",
        "An autoencoder cannot generate; for that one needs a VAE.",
        "Its decoder is a generator like any other; what it does not tell you is *where* to "
        f"sample. With d = 20 the judge takes **{first}** of the AE's samples from N(0, I) for "
        f"digits, and **{fitted}** of those from a mixture fitted to its codes afterwards (of the "
        f"VAE's {prior} and {mixture}). Fitting afterwards is a known way: Ghosh et al. (2020).",
    )


def verdict(in_holes: Mapping[str, float], covers: Mapping[str, Cover]) -> str:
    """What holes and judge say of the four samplers, and what neither says alone."""
    fewest = min(in_holes, key=in_holes.__getitem__)
    best = max(covers, key=lambda label: covers[label].share)
    widest = max(covers, key=lambda label: covers[label].classes)
    if fewest == best:
        words = f"**{best}** has the fewest samples in holes, and the most that are digits."
    else:
        words = (
            f"The two figures disagree: **{fewest}** has the fewest samples in holes, **{best}** "
            "the most that the judge takes for digits."
        )
    if covers[fewest].classes < covers[widest].classes:
        words += (
            f" And a hole share does not notice what is missing: **{fewest}** draws "
            f"{covers[fewest].classes} of ten digits, **{widest}** {covers[widest].classes}."
        )
    return words


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
