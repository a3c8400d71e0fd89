"""What a variational autoencoder adds: posteriors, the prior, the terms of the ELBO."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import cache, charts, theme, widgets
from app.cache import Shown
from app.panels.digits import digits_in_use
from app.panels.maps import code_map, prior_centre
from app.panels.pixels import decoded
from app.state import Visitor
from core import evaluation, losses
from core.checkpoints import CheckpointError
from core.data import to_float
from core.models.vae import reparameterise

CLOUDS = 150  # posteriors drawn as ellipses


def clouds(visitor: Visitor, shown: Shown) -> None:
    """The codes, some of their posteriors to the scale of the axes, and the prior."""
    codes = cache.codes(shown, visitor.data)
    if codes.logvar is None:
        raise ValueError(f"{shown.title} has no posteriors; choose a VAE")
    projection = cache.principal_plane(shown, visitor.data)
    outlines = projection.outlines(codes.mean[:CLOUDS], codes.logvar[:CLOUDS])
    count, corners, _ = outlines.shape
    base, domain = code_map(
        visitor, shown, "Codes, their clouds and the prior", outlines.flatten(0, 1)
    )
    table = pd.DataFrame(outlines.flatten(0, 1).numpy(), columns=["x", "y"])
    table["order"] = np.tile(np.arange(corners), count)
    table["ellipse"] = np.repeat(np.arange(count), corners)
    layers: list[charts.Layer] = [charts.ellipses(table, domain)]
    if shown.config.latent_dim > 1:
        layers.append(charts.prior_contours(domain, prior_centre(shown, visitor.data)))
    st.altair_chart(
        charts.over(base, *layers),
        key="clouds",
        alt=f"Posterior means of {shown.title} by class, {count} posteriors as 1σ ellipses, and "
        "circles of the prior at 1, 2 and 3 σ",
    )
    st.caption(
        f"Dots: posterior means. Solid outlines: {count} posteriors at 1σ, to the scale of the "
        "axes. Dashed circles: the prior N(0, I) at 1, 2 and 3 σ. The means alone are narrower "
        "than the clouds around them."
    )
    spread, radius = evaluation.code_spread(codes), evaluation.mean_radius(codes)
    left, right = st.columns(2)
    left.metric("Spread of the means", _first_numbers(spread), help="Deviation over the digits")
    right.metric("Mean radius σ of the clouds", _first_numbers(radius), help="Mean over the digits")


def _first_numbers(numbers: Float[Tensor, " latent"]) -> str:
    """One number for each dimension, as many as can be read at a glance."""
    words = [f"{number:.2f}" for number in numbers[:3].tolist()]
    return ", ".join([*words, "…"] if len(numbers) > 3 else words)


def loss_terms(visitor: Visitor, shown: Shown) -> None:
    """The terms of the ELBO apart, on the test images in use, with the alarm for a collapse."""
    terms = cache.test_terms(shown, visitor.data)
    named = {"reconstruction": terms.reconstruction, "KL": terms.kl, "−ELBO": terms.total}
    st.altair_chart(
        charts.bars(
            pd.DataFrame({"name": list(named), "value": list(named.values())}),
            title="What an average test digit costs",
            y="nats per image",
            colours=dict(zip(named, (theme.RECONSTRUCTION, theme.KL, theme.TOTAL))),
            y_domain=(0.0, 230.0) if terms.reconstruction >= 0 and terms.total < 220 else None,
        ),
        key="terms",
        alt=", ".join(f"{name} {nats:.2f}" for name, nats in named.items()) + " nats per image",
    )
    beta = shown.config.beta
    objective = terms.reconstruction + beta * terms.kl
    count = widgets.grouped(len(digits_in_use(visitor).test_images))
    st.caption(
        f"Mean over {count} test images in use, z sampled once. −ELBO is reconstruction + KL at "
        f"β = 1, whatever β trained the model; with its own β = {beta:g} the sum is "
        f"{objective:.1f} nats."
    )


def collapse_alarm(visitor: Visitor, shown: Shown) -> None:
    """Names a collapse where there is one: no KL, and the cost of always drawing the mean image."""
    if shown.config.likelihood != "bernoulli":
        return
    terms = cache.test_terms(shown, visitor.data)
    mean_cost = cache.bce_bounds(visitor.data)[1]
    if evaluation.collapsed(terms.kl, terms.reconstruction, mean_cost):
        st.error(
            f"**Posterior collapse.** The KL is {terms.kl:.2f} nats: every cloud is the prior, and "
            "the code says nothing about the image. The reconstruction costs "
            f"{terms.reconstruction:.1f} nats, about what always drawing the mean image costs "
            f"({mean_cost:.1f}). Every digit comes back as the same grey average.",
            icon=":material/warning:",
        )


def one_cloud(visitor: Visitor, shown: Shown, index: int, draws: int = 8) -> None:
    """One digit, what its posterior's mean decodes to, and what some draws do, with numbers."""
    codes = cache.codes(shown, visitor.data)  # a map begins with the test images
    if codes.logvar is None:
        raise ValueError(f"{shown.title} has no posteriors; choose a VAE")
    mean, logvar = codes.mean[index : index + 1], codes.logvar[index : index + 1]
    latent_dim = shown.config.latent_dim
    epsilon = cache.noise(visitor.noise_seed, draws, latent_dim).epsilon
    z = reparameterise(mean.expand_as(epsilon), logvar.expand_as(epsilon), epsilon)
    original = to_float(digits_in_use(visitor).test_images[index : index + 1])
    widgets.digits(
        torch.cat([original, decoded(visitor, shown, torch.cat([mean, z]), "mean")]),
        draws + 2,
        key="one-cloud",
        labels=["x", "at the mean", *(f"draw {i + 1}" for i in range(draws))],
        alt=f"A digit, its reconstruction from the posterior's mean, and {draws} from draws",
    )
    each = losses.kl_standard_normal(mean.T, logvar.T)  # dimension by dimension
    if latent_dim <= 4:
        vectors = [mean[0], (0.5 * logvar[0]).exp(), epsilon[0], z[0]]
        m, s, e, drawn = (_column(vector.tolist()) for vector in vectors)
        st.latex(
            theme.formula(
                rf"\latent{{z}} = \encoder{{\mu}} + \encoder{{\sigma}} \odot \prior{{\varepsilon}}"
                rf" = \encoder{{{m}}} + \encoder{{{s}}} \odot \prior{{{e}}}"
                rf" = \latent{{{drawn}}} \quad \text{{(draw 1)}}"
            )
        )
    parts = " + ".join(f"{nats:.2f}" for nats in each.tolist()) if latent_dim <= 4 else ""
    st.caption(
        f"KL of this digit's cloud to the prior: {parts}{' = ' if parts else ''}"
        f"{each.sum().item():.2f} nats"
        + (", one term a dimension." if parts else f", over {latent_dim} dimensions.")
    )


def beta_sweep(betas: Sequence[float], name: str, shown: Shown) -> None:
    """Reconstruction against KL of the pretrained models, from their cards."""
    rows: dict[tuple[float, float], tuple[str, bool]] = {}
    for beta in betas:
        try:
            swept = cache.pretrained(name.format(beta))
        except CheckpointError:
            continue  # the page says so where it is chosen
        test = swept.card["test"]
        place = (round(test["kl"], 1), round(test["reconstruction"], 1))
        names, here = rows.get(place, ("", False))  # collapsed models share a place
        names = f"{names}, {beta:g}" if names else f"{beta:g}"
        rows[place] = (names, here or swept.key == shown.key)
    table = pd.DataFrame(
        [(*place, *words) for place, words in rows.items()],
        columns=["kl", "reconstruction", "name", "shown"],
    )
    st.altair_chart(
        charts.rate_distortion(table, title="What β buys: a dot for each β"),
        key="sweep",
        alt="; ".join(f"β = {n}: KL {k}, reconstruction {r}" for (k, r), (n, _) in rows.items()),
    )
    st.caption(
        "From the models' cards, MNIST's 10 000 test images. Few nats of KL, and the code cannot "
        "tell the digits apart; many, and the clouds shrink towards points."
    )


def _column(numbers: Sequence[float]) -> str:
    rows = r" \\ ".join(f"{number:.2f}" for number in numbers)
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"
