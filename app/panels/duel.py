"""The duel: an autoencoder and a variational one do the same things with the same draws."""

import pandas as pd
import streamlit as st

from app import cache, charts, theme, widgets
from app.cache import Shown
from app.panels.digits import digits_in_use, new_noise, reads_digits
from app.panels.models import what_differs
from app.panels.restoring import same_digits
from app.panels.sampling import same_noise
from app.state import Visitor

PRIOR, FITTED = "N(0, I)", "Fitted Gaussian"


def duel(visitor: Visitor, ae: Shown, vae: Shown) -> None:
    """Both restore the same digits, and both generate from the same ε, each from where one asks."""
    st.markdown(what_differs(ae, vae) + " First both restore the same digits:")
    same_digits(visitor, (ae, vae))
    st.markdown(
        r"Then both **generate**. The same draws of ε become codes $z$ of each model: as they are, "
        "which is a draw from N(0, I), or moved and stretched to the Gaussian fitted to the "
        "model's own codes. Choose for each model, and give the autoencoder its chance."
    )
    _generate(visitor, ae, vae)


@st.fragment
def _generate(visitor: Visitor, ae: Shown, vae: Shown) -> None:
    for column, shown, other in zip(st.columns(2, gap="medium"), (ae, vae), (vae, ae)):
        kind = shown.config.kind
        with column:
            source = widgets.choice(
                f"z of the {kind.upper()} from", [PRIOR, FITTED], key=f"duel-{kind}"
            )
            same_noise(visitor, shown, fitted=source == FITTED, beside=other)
    new_noise(visitor, key="noise-duel")
    if reads_digits(visitor):
        _judge(visitor, ae, vae)
    else:
        st.caption("The classifier of this course knows only MNIST's digits, so it cannot judge.")


def _judge(visitor: Visitor, ae: Shown, vae: Shown) -> None:
    """How sure the classifier is of many samples of each, and of what it should be sure of."""
    name = digits_in_use(visitor).name
    sure: dict[str, float] = {}
    for shown in (ae, vae):
        kind = shown.config.kind.upper()
        sure[f"{kind}, {PRIOR}"] = cache.judged_sampler(shown, name, "prior")[1].confident
        sure[f"{kind}, fitted"] = cache.judged_sampler(shown, name, "gaussian")[1].confident
    shares = [
        f"{kind} {sure[f'{kind}, {PRIOR}']:.0%} under N(0, I), {sure[f'{kind}, fitted']:.0%} "
        "under the fitted Gaussian"
        for kind in ("AE", "VAE")
    ]
    sure["test digits"] = cache.judged_digits(name).confident
    colours: dict[str, str] = dict(
        zip(sure, (theme.PRIOR, theme.LATENT) * 2 + (theme.ENCODER,), strict=True)
    )
    st.altair_chart(
        charts.bars(
            pd.DataFrame({"name": list(sure), "value": list(sure.values())}),
            title="How many samples the classifier is sure of",
            y="share of 1 000 samples",
            colours=colours,
            y_domain=(0.0, 1.05),
        ),
        key="duel-sure",
        alt="Shares that the classifier is more than 90 % sure of: "
        + ", ".join(f"{who} {share:.0%}" for who, share in sure.items()),
    )
    noise = cache.classifier()[1]["test"]["confident_noise"]
    st.markdown(f"Of the same 1 000 draws the classifier is sure of: {'; '.join(shares)}.")
    st.caption(
        f"Sure: more than 90 %. It is as sure of {sure['test digits']:.0%} of the first test "
        f"digits in use, and of {noise:.1%} of images of uniform noise: it must name a digit, so "
        "read the shares beside the pictures."
    )
