"""Collapse by halves: units of a code fall silent one by one, and all of them at β = 1 as well."""

import pandas as pd
import streamlit as st

from app import cache, charts, theme, widgets
from app.cache import Shown
from app.lessons.vae.asked import NEVER, SILENCE, SILENT
from app.lessons.vae.sweep import SILENCING, WIDE, silenced
from app.panels import beliefs, files, predictions
from app.state import Visitor
from app.teaching import Measured
from app.words import grouped, listed, nats


def speaking(shown: Shown) -> int:
    """Of how many units a model's KL has anything to say."""
    return int((cache.kl_per_unit(shown) >= SILENCE).sum())


@files.figure
def units(visitor: Visitor) -> None:
    """The KL of each unit under every β of the sweep, once it was asked when the last is silent."""
    sweep = {beta: cache.pretrained(silenced(beta), visitor.data) for beta in SILENCING}

    def measured() -> Measured:
        last = next((beta for beta, shown in sweep.items() if not speaking(shown)), None)
        return Measured(NEVER if last is None else f"β = {last}", unusual=last is None)

    if predictions.ask(visitor, SILENT, measured, of="VAE dense, d = 20, one model for each β"):
        _one_by_one(visitor, sweep)


@st.fragment
def _one_by_one(visitor: Visitor, sweep: dict[int, Shown]) -> None:
    beta = widgets.one_of("β of the twenty units", SILENCING, 4, key="silent-beta")
    shown = sweep[beta]
    sorted_kls = cache.kl_per_unit(shown).sort(descending=True).values
    most = max(float(cache.kl_per_unit(each).max()) for each in sweep.values())
    st.altair_chart(
        charts.by_latent(
            pd.DataFrame(
                {"latent": range(1, len(sorted_kls) + 1), "value": sorted_kls, "part": "KL"}
            ),
            title="KL of each unit, the dearest first",
            y="nats per image",
            colours={"KL": theme.KL},
            most=most,
        ),
        key="silent-units",
        alt=f"KL of {len(sorted_kls)} units at β = {beta}: "
        + ", ".join(f"{kl:.2f}" for kl in sorted_kls.tolist()),
    )
    counts = listed([str(speaking(each)) for each in sweep.values()])
    terms = cache.mean_terms(shown)
    st.markdown(
        f"At β = {beta} **{speaking(shown)} of {len(sorted_kls)}** units speak: KL "
        f"{nats(terms.kl, 2)}, reconstruction {nats(terms.reconstruction)}. From β = "
        f"{SILENCING[0]} to {SILENCING[-1]} so many do: {counts}."
    )
    st.caption(
        f"Means over {grouped(len(visitor.digits.test_images))} test images in use; one seed for "
        "each β."
    )
    _at_one(visitor)


@files.figure
def _at_one(visitor: Visitor) -> None:
    """A collapse that no large β is to blame for."""
    wide = cache.pretrained(WIDE, visitor.data)
    kl = float(cache.kl_per_unit(wide).sum())
    beliefs.card(
        key="collapse-at-one",
        belief="At β = 1 a posterior cannot collapse.",
        evidence=f"This Gaussian VAE was trained at β = {wide.config.beta:g}, d = "
        f"{wide.config.latent_dim}: **{speaking(wide)}** units speak, KL **{nats(kl, 2)}**. Its "
        f"likelihood has a variance of {wide.config.variance:g} a pixel, so wide that a better "
        "picture gains less than the code costs. Of a Gaussian only the product of β and its "
        "variance counts.",
    )
