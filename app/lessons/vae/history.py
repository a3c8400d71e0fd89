"""What became of the KL while a VAE trained."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app import charts, theme
from app.cache import Shown
from app.lessons.vae.asked import BACK, FALL, IN_TRAINING, RISE, STAY
from app.panels import beliefs, predictions
from app.state import Visitor
from app.teaching import Measured
from app.words import grouped, nats, number

LITTLE = 0.1  # nats: a KL that never moves by more hardly changes, one that ends lower is silent
LOST = 1 / 3  # of the highest KL: losing less of it is no fall, only the course of training


def course(kls: Sequence[float]) -> str:
    """What a KL did from the first step to the last."""
    if max(kls) - min(kls) < LITTLE:
        return STAY
    rose, fell = max(kls) - kls[0] > LITTLE, kls[-1] < (1 - LOST) * max(kls)
    if rose:
        return BACK if fell else RISE
    return FALL if fell else STAY


def asked(visitor: Visitor, shown: Shown) -> None:
    """What the learner expects of the KL, and then its curve."""
    history = [(record["step"], record["test"]["kl"]) for record in shown.card.get("history", [])]
    kls = [kl for _, kl in history]

    def measured() -> Measured | None:
        if not kls:
            return None
        what = course(kls)
        told = f"{what}: {nats(kls[0], 2)} at first, {number(max(kls), '.2f')} at most, "
        return Measured(what, kls[-1] < LITTLE, f"{told}{number(kls[-1], '.2f')} at the end")

    if not predictions.ask(visitor, IN_TRAINING, measured, of=shown.title):
        return
    if not kls:
        st.caption("No history of this model's training was kept.")
        return
    st.altair_chart(
        charts.small_curve(
            pd.DataFrame(history, columns=["step", "nats"]).assign(images="test"),
            theme.KL,
            last_step=history[-1][0],
            domain=(0.0, 1.1 * max(*kls, LITTLE)),
        ),
        key="kl-history",
        alt=f"The KL over the steps of the training: from {nats(kls[0], 2)} to {nats(kls[-1], 2)}",
    )
    st.caption(
        f"KL of test images over {grouped(history[-1][0])} steps, nats per image, one seed. A "
        "fall is what ends more than a third below its highest."
    )
    beliefs.card(
        key="kl-falls",
        belief="The KL is a loss, so training should bring it down.",
        evidence=f"Training brings *reconstruction + β KL* down. The KL alone begins at "
        f"**{nats(kls[0], 2)}**, since every cloud begins near the prior, and ends at "
        f"**{nats(kls[-1], 2)}** here.",
    )
