"""The duel: an autoencoder and a variational one do the same things with the same draws."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st
import torch

from app import cache, charts, theme, widgets
from app.cache import Judge, PretrainedError, RejectingJudge, Shown
from app.lessons.vae import coverage, sweep
from app.lessons.vae.trainings import AE, partner_of
from app.panels import files, models
from app.panels.digits import judge, new_noise, strict_judge, why_unread
from app.panels.samples import same_noise
from app.state import Visitor
from app.words import as_code, percent
from core import evaluation
from core.data import to_float

PRIOR, FITTED = "N(0, I)", "Fitted Gaussian"


PAIRS = ("Pretrained, d = 20", "The VAE above")
TWENTY = ("ae-lite-20-bernoulli", sweep.TWENTY)


def choose_pair(visitor: Visitor, vae: Shown) -> tuple[Shown, Shown]:
    """Who meets: the pretrained pair of twenty latents, or an autoencoder and that VAE."""
    if widgets.choice("Who meets", PAIRS, key="duel-pair") == PAIRS[0]:
        try:
            ae, other = (cache.pretrained(name, visitor.data) for name in TWENTY)
        except PretrainedError as error:
            files.lacks(error)
            st.caption(f"The VAE above meets an autoencoder: {as_code(error.file)} cannot be used.")
        else:
            return ae, other
    return partner_of(visitor, vae) or models.find(visitor, AE), vae


@st.fragment
def show(visitor: Visitor, ae: Shown, vae: Shown) -> None:
    """Both generate from the same ε, each from where one asks, and the classifier reads both."""
    left, right = st.columns(2, gap="medium")
    with left:
        of_ae = _sixteen(visitor, ae)
    with right:
        of_vae = _sixteen(visitor, vae)
    reader, strict = judge(visitor.data), strict_judge(visitor.data)
    sure = _sure(ae, vae, reader) if reader else {}
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        new_noise(visitor, key="noise-duel")
        if strict:
            st.markdown(coverage.told(ae, vae, strict))
        else:
            st.markdown(_told(sure) if sure else why_unread(visitor.data))
    more = widgets.section("More: which classes, which is better, what they restore, both maps",
                           key="duel-more")  # fmt: skip
    if not more.open:
        return
    with more:
        st.markdown(what_differs(ae, vae) + " Both restore the same digits:")
        same_digits(visitor, (ae, vae))
        if strict:
            _classes(visitor, strict, (ae, of_ae), (vae, of_vae))
        if reader:
            st.markdown(_told(sure))
            _shares(visitor, reader, sure)
        left, right = st.columns(2, gap="medium")
        with left:
            same_noise(visitor, ae, fitted=of_ae == FITTED, beside=vae)
        with right:
            same_noise(visitor, vae, fitted=of_vae == FITTED, beside=ae)


def _sixteen(visitor: Visitor, shown: Shown) -> str:
    """Samples of one model, and where they are drawn from."""
    kind = shown.config.kind
    label = f"**{shown.title}**, its z from"
    source = widgets.choice(label, [PRIOR, FITTED], key=f"duel-{kind}")
    drawn = cache.samples(shown, "gaussian" if source == FITTED else "prior", visitor.noise_seed)
    widgets.pictures(
        drawn.images,
        len(drawn.z) // 2,
        key=f"duel-samples-{kind}",
        scale=2,
        alt=f"{len(drawn.z)} decoded samples of {shown.title}, from {source}",
    )
    return source


def _sure(ae: Shown, vae: Shown, reader: Judge) -> dict[str, float]:
    """How many samples of each under each distribution the classifier is sure of."""
    sure: dict[str, float] = {}
    for shown in (ae, vae):
        kind = shown.config.kind.upper()
        sure[f"{kind}, {PRIOR}"] = cache.sure_share(shown, "prior", reader)
        sure[f"{kind}, fitted"] = cache.sure_share(shown, "gaussian", reader)
    return sure


def _told(sure: dict[str, float]) -> str:
    shares = [
        f"{kind} {percent(sure[f'{kind}, {PRIOR}'])} under N(0, I), "
        f"{percent(sure[f'{kind}, fitted'])} under the fitted Gaussian"
        for kind in ("AE", "VAE")
    ]
    return f"Of 1 000 draws the classifier is sure of: {'; '.join(shares)}. Sure is more than 90 %."


def _classes(visitor: Visitor, strict: RejectingJudge, *drawn: tuple[Shown, str]) -> None:
    """Which digits both draw from where one asks, and whether one draws more of them."""
    for column, (shown, source) in zip(st.columns(2, gap="medium"), drawn):
        with column:
            sampler = "gaussian" if source == FITTED else "prior"
            coverage.classes(visitor, shown, sampler, strict)
    st.caption(
        "Dashes: the test digits' own shares. What the bars lack to the whole the judge takes "
        "for no digit; it knows only the failures that it learned from."
    )
    coverage.verdict(visitor, strict)


def _shares(visitor: Visitor, reader: Judge, of_samples: dict[str, float]) -> None:
    """Those shares beside what the classifier should be sure of, and what it should not."""
    sure = of_samples | {"test digits": cache.sure_of_digits(visitor.digits.name, reader)}
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
    st.caption(
        f"It is as sure of {percent(sure['test digits'])} of the first test digits in use, and of "
        f"{percent(noise, 1)} of images of uniform noise: it must name a digit, so read the shares "
        "beside the pictures."
    )


def same_digits(visitor: Visitor, models: Sequence[Shown]) -> None:
    """The ten digits above what each model makes of them, with squared errors."""
    x = to_float(visitor.followed().images)
    restored = [evaluation.judging.reconstruct(shown.model, x) for shown in models]
    errors = [
        f"{error:.0f}"
        for y in restored
        for error in evaluation.judging.squared_error(x, y).tolist()
    ]
    widgets.pictures(
        torch.cat([x, *restored]),
        len(x),
        key="same-digits",
        headings=["The digits", *(shown.title for shown in models)],
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
            "Two models of one architecture, trained from the same seed, one each, on the same "
            "order of digits: only the loss differs, and what the encoder answers."
        )
    return "These two models differ in more than the loss, so not all you see is its doing."
