"""Digits beside what a model restores of them, and what that costs."""

from collections.abc import Sequence

import streamlit as st
import torch

from app import cache, widgets
from app.cache import Shown
from app.panels.digits import digits_in_use, ten_digits
from app.panels.models import plain
from app.state import Visitor
from core import evaluation
from core.data import to_float


def reconstructions(visitor: Visitor, shown: Shown) -> None:
    """The ten digits above their reconstructions, each with its cost, misread ones framed."""
    digits, (images, labels, names) = digits_in_use(visitor), ten_digits(visitor)
    restored = evaluation.reconstruct(shown.model, to_float(images))
    cost = evaluation.terms_per_image(shown.model, images, torch.Generator().manual_seed(0))
    captions = [f"{nats:.0f} nats" for nats in cost.reconstruction.tolist()]
    misread = [False] * len(images)
    if digits.name in ("sample", "mnist"):
        read = cache.classifier()[0].probabilities(restored).argmax(1)
        misread = (read != labels).tolist()
        captions = [
            f"{caption}\nreads as {digit}" if wrong else caption
            for caption, digit, wrong in zip(captions, read.tolist(), misread)
        ]
    widgets.digits(
        torch.cat([to_float(images), restored]),
        len(images),
        key="reconstructions",
        labels=[*names, *captions],
        marked=[*([False] * len(images)), *misread],
        alt="Ten digits, "
        + "; ".join(f"{n}: {c}" for n, c in zip(names, captions)).replace("\n", ", "),
    )
    st.caption(
        f"Above: test digits{', and yours' if visitor.drawn else ''}. Below: their "
        "reconstructions, with the reconstruction cost of each. "
        + (f"Framed: {sum(misread)} that the classifier reads as another digit." if misread else "")
    )


def cost_in_context(visitor: Visitor, shown: Shown) -> None:
    """The model's mean BCE on the test images, its floor, and the cost of knowing nothing."""
    if shown.config.likelihood != "bernoulli":
        return
    floor, blind = cache.bce_bounds(visitor.data)
    cost = cache.test_terms(shown, visitor.data).reconstruction
    columns = st.columns(3)
    columns[0].metric("Perfect restoration", f"{floor:.1f} nats", help="Σ H(x): the entropy floor")
    columns[1].metric("This model", f"{cost:.1f} nats", help="Mean BCE of the test images in use")
    columns[2].metric(
        "Always the mean image", f"{blind:.1f} nats", help="One answer for every digit"
    )


def against_pca(visitor: Visitor, shown: Shown) -> None:
    """The ten digits, restored by the model and by PCA of the same size, with squared errors."""
    digits = digits_in_use(visitor)
    x, d = to_float(ten_digits(visitor).images), shown.config.latent_dim
    pca = cache.pca(visitor.data, d)
    ours, theirs = evaluation.reconstruct(shown.model, x), pca.restore(x)
    widgets.digits(
        torch.cat([ours, theirs]),
        len(x),
        key="pca",
        labels=[f"{e:.0f}" for y in (ours, theirs) for e in evaluation.squared_error(x, y)],
        alt="The ten digits restored by the model, above PCA's with as many components",
    )
    everything = to_float(digits.test_images)
    means = [
        evaluation.squared_error(everything, y).mean().item()
        for y in (cache.restored(shown, visitor.data), pca.restore(everything))
    ]
    st.caption(
        "Above the model, below PCA; under each its squared error, summed over pixels. Mean over "
        f"{widgets.grouped(len(everything))} test images: {means[0]:.1f} and {means[1]:.1f}."
    )


def same_digits(visitor: Visitor, models: Sequence[Shown]) -> None:
    """The ten digits above what each model makes of them, with squared errors."""
    x = to_float(ten_digits(visitor).images)
    restored = [evaluation.reconstruct(shown.model, x) for shown in models]
    errors = [f"{error:.0f}" for y in restored for error in evaluation.squared_error(x, y).tolist()]
    widgets.digits(
        torch.cat([x, *restored]),
        len(x),
        key="same-digits",
        headings=["The digits", *(plain(shown) for shown in models)],
        labels=[""] * len(x) + errors,
        alt="Ten digits above their reconstructions by "
        + " and ".join(shown.title for shown in models),
    )
    sharp = [evaluation.sharpness(y).mean().item() for y in (x, *restored)]
    st.caption(
        "Under each reconstruction its squared error, summed over pixels; a VAE's is decoded from "
        "the posterior mean. Sharpness of the rows (variance of the Laplacian): "
        + ", ".join(f"{value:.3f}" for value in sharp)
        + "."
    )


def sharpness_on_cards(names: Sequence[str]) -> str:
    """How sharp pretrained models' reconstructions are, as their cards have it."""
    models = [cache.pretrained(name) for name in names]
    return ", ".join(f"{shown.title}: {shown.card['test']['sharpness']:.4f}" for shown in models)
