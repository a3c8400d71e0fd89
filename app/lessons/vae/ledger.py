"""The ledger of one image: every nat of its ELBO."""

import math

import numpy as np
import pandas as pd
import streamlit as st
from jaxtyping import UInt8
from torch import Tensor

from app import cache, charts, theme
from app.cache import Shown
from app.lessons.vae.evidence import beyond
from app.lessons.vae.symbols import SYMBOLS
from app.panels import deeper
from app.panels.digits import choose_digit
from app.state import Visitor
from app.words import nats
from core.data import to_float
from core.ledger import Ledger

Image = UInt8[Tensor, "1 1 28 28"]


@st.fragment
def show(visitor: Visitor, shown: Shown) -> None:
    """What one digit costs, pixel by pixel and latent by latent, and how far that is a bound."""
    image, name = choose_digit(visitor, "Digit", 3, key="vae-ledger")
    entries = cache.ledger(shown, image)
    pixels, latents = st.columns([2, 3], gap="medium")
    with pixels:
        _pixels(image, entries, name)
    with latents:
        st.altair_chart(
            charts.by_latent(
                pd.DataFrame(
                    {
                        "latent": range(1, len(entries.latents) + 1),
                        "value": entries.latents.numpy(),
                        "part": "KL",
                    }
                ),
                title="KL: what each latent costs",
                y="nats",
                colours={"KL": theme.KL},
            ),
            key="vae-ledger-latents",
            alt=f"KL of {len(entries.latents)} latents, {nats(entries.kl, 2)} in all",
        )
    _sum(entries)
    beyond(visitor, shown, image, entries)


def _pixels(image: Image, entries: Ledger, name: str) -> None:
    row, column = np.divmod(np.arange(784), 28)
    table = pd.DataFrame(
        {
            "row": row + 1,
            "column": column + 1,
            "x": to_float(image).flatten().numpy(),
            "nats": entries.pixels.flatten().numpy(),
        }
    )
    st.markdown(f"**Reconstruction: what each pixel of this {name} costs**")
    st.altair_chart(
        charts.pixel_costs(table, side=252),
        width="content",
        key="vae-ledger-pixels",
        alt=f"The costs of 784 pixels, {nats(entries.reconstruction, 2)} in all; the dearest costs "
        f"{table['nats'].max():.2f}",
    )


def _sum(entries: Ledger) -> None:
    """reconstruction + KL = -ELBO in nats and in bits."""

    def in_full(unit: float) -> str:
        r, k, elbo = (v / unit for v in (entries.reconstruction, entries.kl, entries.elbo))
        return rf"\reconstruction{{{-r:.2f}}} - \kl{{{k:.2f}}} = \total{{{elbo:.2f}}}"

    deeper.formula(
        r"\begin{aligned} \reconstruction{\mathbb{E}_q \log p(x|z)} - \kl{\mathrm{KL}} "
        rf"= \total{{\mathrm{{ELBO}}}}: \quad & {in_full(1.0)} \;\text{{nats}} \\ & "
        rf"{in_full(math.log(2))} \;\text{{bits}} \end{{aligned}}",
        SYMBOLS,
    )
    st.caption("Reconstruction: the mean over 4 096 draws of z from this digit's cloud.")
