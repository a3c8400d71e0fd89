"""Digits beside what a model restores of them, and what that costs."""

from collections.abc import Mapping

import streamlit as st
import torch
from jaxtyping import Int64
from torch import Tensor

from app import cache, widgets
from app.cache import Judge, Shown
from app.images import Mark, legend
from app.panels.digits import judge
from app.state import Visitor
from app.words import as_code, nats
from core import evaluation
from core.data import to_float


def originals(visitor: Visitor) -> None:
    """The ten digits that pages follow."""
    images, _, names = visitor.followed()
    widgets.pictures(
        to_float(images), len(images), key="originals", labels=names, alt="Ten test digits"
    )


def readings_of_ten(visitor: Visitor, shown: Shown, reader: Judge) -> Int64[Tensor, " ten"]:
    """What the classifier reads in the restorations of the ten digits."""
    restored = evaluation.judging.reconstruct(shown.model, to_float(visitor.followed().images))
    return reader.model.probabilities(restored).argmax(1)


def reconstructions(visitor: Visitor, shown: Shown) -> None:
    """The ten digits above their reconstructions, each with its cost, misread ones framed; the
    learner's own too."""
    images, labels, names = visitor.followed()
    restored = evaluation.judging.reconstruct(shown.model, to_float(images))
    cost = evaluation.bounds.terms_per_image(shown.model, images, torch.Generator().manual_seed(0))
    captions = [nats(each, 0) for each in cost.reconstruction.tolist()]
    own: list[Mark | None] = [None] * len(images)
    if visitor.drawn is not None:
        own[visitor.drawn.label] = "yours"
    misread: list[Mark | None] = [None] * len(images)
    if (reader := judge(visitor.data)) is not None:
        read = readings_of_ten(visitor, shown, reader)
        misread = ["misread" if wrong else None for wrong in (read != labels).tolist()]
        captions = [
            f"{caption}\nreads as {digit}" if wrong else caption
            for caption, digit, wrong in zip(captions, read.tolist(), misread)
        ]
    widgets.pictures(
        torch.cat([to_float(images), restored]),
        len(images),
        key="reconstructions",
        labels=[*names, *captions],
        marked=[*own, *misread],
        alt="Ten digits, "
        + "; ".join(f"{n}: {c}" for n, c in zip(names, captions)).replace("\n", ", "),
    )
    st.caption(
        f"{legend([*own, *misread])} Above: test digits{', and yours' if visitor.drawn else ''}. "
        "Below: their reconstructions, with the reconstruction cost of each."
    )


def side_by_side(visitor: Visitor, models: Mapping[str, Shown], *, key: str = "two") -> None:
    """The ten digits above what each of these models restores of them, with the mean costs."""
    images, _, names = visitor.followed()
    x = to_float(images)
    restored = [evaluation.judging.reconstruct(shown.model, x) for shown in models.values()]
    widgets.pictures(
        torch.cat([x, *restored]),
        len(x),
        key=f"restored-{key}",
        headings=["The digits", *models],
        labels=[*names, *[""] * len(x) * len(models)],
        alt=f"Ten digits above what {len(models)} models restore of them",
    )
    costs = [nats(cache.mean_terms(shown).total) for shown in models.values()]
    st.caption(
        "; ".join(f"{as_code(name)}: {cost}" for name, cost in zip(models, costs))
        + " per image, means over the test images in use."
    )
