"""The duel: an autoencoder and a variational one do the same things with the same draws."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st
import torch

from app import cache, charts, theme, widgets
from app.cache import Judge, Shown
from app.panels.digits import judge, new_noise, ten_digits, why_unread
from app.panels.models import plain
from app.panels.samples import same_noise
from app.state import Visitor
from app.words import percent
from core import evaluation
from core.data import to_float

PRIOR, FITTED = "N(0, I)", "Fitted Gaussian"


def show(visitor: Visitor, ae: Shown, vae: Shown) -> None:
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
    if (reader := judge(visitor.data)) is not None:
        _judge(visitor, reader, ae, vae)
    else:
        st.caption(why_unread(visitor.data))


def _judge(visitor: Visitor, reader: Judge, ae: Shown, vae: Shown) -> None:
    """How sure the classifier is of many samples of each, and of what it should be sure of."""
    name = visitor.digits.name
    sure: dict[str, float] = {}
    for shown in (ae, vae):
        kind = shown.config.kind.upper()
        sure[f"{kind}, {PRIOR}"] = cache.sure_share(shown, "prior", reader)
        sure[f"{kind}, fitted"] = cache.sure_share(shown, "gaussian", reader)
    shares = [
        f"{kind} {percent(sure[f'{kind}, {PRIOR}'])} under N(0, I), "
        f"{percent(sure[f'{kind}, fitted'])} under the fitted Gaussian"
        for kind in ("AE", "VAE")
    ]
    sure["test digits"] = cache.sure_of_digits(name, reader)
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
        + ", ".join(f"{who} {percent(share)}" for who, share in sure.items()),
    )
    noise = reader.card["test"]["confident_noise"]
    st.markdown(f"Of the same 1 000 draws the classifier is sure of: {'; '.join(shares)}.")
    st.caption(
        f"Sure: more than 90 %. It is as sure of {percent(sure['test digits'])} of the first test "
        f"digits in use, and of {percent(noise, 1)} of images of uniform noise: it must name a "
        "digit, so read the shares beside the pictures."
    )


def same_digits(visitor: Visitor, models: Sequence[Shown]) -> None:
    """The ten digits above what each model makes of them, with squared errors."""
    x = to_float(ten_digits(visitor).images)
    restored = [evaluation.judging.reconstruct(shown.model, x) for shown in models]
    errors = [
        f"{error:.0f}"
        for y in restored
        for error in evaluation.judging.squared_error(x, y).tolist()
    ]
    widgets.digits(
        torch.cat([x, *restored]),
        len(x),
        key="same-digits",
        headings=["The digits", *(plain(shown) for shown in models)],
        labels=[""] * len(x) + errors,
        alt="Ten digits above their reconstructions by "
        + " and ".join(shown.title for shown in models),
    )
    sharp = [evaluation.judging.sharpness(y).mean().item() for y in (x, *restored)]
    st.caption(
        "Under each reconstruction its squared error, summed over pixels; a VAE's is decoded from "
        "the posterior mean. Sharpness of the rows (variance of the Laplacian): "
        + ", ".join(f"{value:.3f}" for value in sharp)
        + "."
    )


def what_differs(ae: Shown, vae: Shown) -> str:
    """Whether a comparison of two models is one of their losses alone, as their cards have it."""
    same = all(
        getattr(ae.config, name) == getattr(vae.config, name)
        for name in ("architecture", "latent_dim", "hidden_dim", "likelihood")
    ) and all(ae.card.get(name) == vae.card.get(name) for name in ("data", "training"))
    if same:
        return (
            "Two models of one architecture, trained from the same seed on the same order of "
            "digits: only the loss differs, and what the encoder answers."
        )
    return "These two models differ in more than the loss, so not all you see is its doing."
