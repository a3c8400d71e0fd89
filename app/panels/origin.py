"""What the README of JL-ML, this course's origin, left open: each question, and its answer.

The questions stand in their own words. An answer is a sentence with what was measured here, on the
sample, of the pretrained models; it is worked out when somebody opens the list.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import streamlit as st
import torch

from app import cache, widgets
from app.cache import Shown
from app.course import LESSONS, number_of
from app.panels import files
from app.words import grouped, listed, nats, number, percent
from core import evaluation, losses
from core.models import ModelConfig, build


class Todo(NamedTuple):
    """A question that the README left open."""

    asked: str  # in its words
    folder: str  # the lesson that shows the answer
    answer: Callable[[], str]  # raises PretrainedError


def questions() -> None:
    """The table of them, in a section."""
    more = widgets.section("The questions that this course began with", key="origin")
    if not more.open:
        return
    with more:
        st.markdown(
            "The course tells the story of the [JL-ML repository](https://github.com/AllaVinner/"
            "JL-ML) to its end. Its README left these open; the words are its own."
        )
        for place, todo in enumerate(TODOS):
            _row(place, todo)


@files.figure
def _row(place: int, todo: Todo) -> None:
    lesson = LESSONS[number_of(todo.folder) - 1]
    asked, answer, where = st.columns([3, 6, 2], gap="medium")
    with asked:
        st.markdown(f"*“{todo.asked}”*")
    with answer:
        st.markdown(todo.answer())
    with where, st.container(key=f"origin-{place}"):
        st.page_link(lesson.page, label=lesson.title, icon=":material/arrow_forward:")


def _pair(size: int) -> tuple[Shown, Shown]:
    """The autoencoder and the VAE of one architecture and size."""
    names = {2: ("ae-lite-2", "vae-lite-2-beta-1")}
    ae, vae = names.get(size, (f"ae-lite-{size}-bernoulli", f"vae-lite-{size}-bernoulli"))
    return cache.pretrained(ae), cache.pretrained(vae)


def _between() -> str:
    ae, _ = _pair(2)
    judges = cache.classifier(), cache.judge_of_digits()
    decoded, faded = (
        evaluation.judging.share(found.other).mean
        for found in (cache.between(ae, *judges), cache.between_pixels("sample", *judges))
    )
    return (
        f"Half-way between the codes of two digits, the AE's decoder draws what is read as a third "
        f"digit in **{percent(decoded)}** of {grouped(cache.PAIRS)} pairs; half of one image "
        f"and half of the other in **{percent(faded)}**."
    )


def _motivation() -> str:
    (ae, vae), reader = _pair(20), cache.classifier()
    sure = [cache.sure_share(model, "prior", reader) for model in (ae, vae)]
    return (
        f"An autoencoder does not say where to sample: of what it decodes from N(0, I) the "
        f"classifier is sure in **{percent(sure[0])}**, of a VAE's in **{percent(sure[1])}** "
        "(d = 20)."
    )


def _why() -> str:
    neither, noise, kl = (
        cache.pretrained(f"vae-dense-2-{name}") for name in ("neither", "noise-only", "kl-only")
    )
    changes = [number(cache.change_nearby(shown), ".1f") for shown in (neither, noise)]
    judge, shares = cache.judge_of_digits(), []
    for shown in (neither, kl):
        counts = cache.judged_drawn(shown, "prior", judge)
        shares.append(percent(float(counts[:-1].sum() / counts.sum())))
    return (
        "Noise in the code makes neighbours decode alike: a small step changes a picture by "
        f"**{changes[0]}** without it, by **{changes[1]}** with it. The KL says where to sample: "
        f"of draws from N(0, I) the judge takes **{shares[0]}** for digits without it, "
        f"**{shares[1]}** with it."
    )


def _generated() -> str:
    _, vae = _pair(20)
    terms = cache.mean_terms(vae)
    return (
        f"Restoring a test digit costs this VAE **{nats(terms.reconstruction)}**, and its code "
        f"**{nats(terms.kl)}** (d = 20)."
    )


def _scatter() -> str:
    spreads = [
        listed([number(each, ".2f") for each in evaluation.codes.code_spread(model.codes).tolist()])
        for model in _pair(2)
    ]
    return (
        f"The VAE's codes spread by **{spreads[1]}** along its two axes, near the prior's 1; the "
        f"AE's by **{spreads[0]}**, which nothing ties to any scale."
    )


def _better() -> str:
    judges = cache.classifier(), cache.judge_of_digits()
    told = []
    for size in (2, 20):
        taken = [cache.between(model, *judges).digit for model in _pair(size)]
        ae, vae = (percent(evaluation.judging.share(each).mean) for each in taken)
        gain = evaluation.judging.gain(taken[1], taken[0])
        words = ("better" if gain.mean > 0 else "worse") if gain.clear else "no clear difference"
        told.append(f"d = {size}: AE **{ae}**, VAE **{vae}** ± {percent(gain.error)}, {words}")
    return "Midpoints that the judge takes for a digit: " + "; ".join(told) + "."


def _blurry() -> str:
    digits = cache.judged_digits("sample", None).sharpness
    told = []
    for size in (2, 20):
        shares = [
            cache.judged_reconstructions(model, "mean", None).sharpness / digits
            for model in _pair(size)
        ]
        told.append(f"d = {size}: AE **{percent(shares[0])}**, VAE **{percent(shares[1])}**")
    return (
        "One code must stand for many strokes, and the decoder draws their average. Sharpness, of "
        "the digits' own: " + "; ".join(told) + "."
    )


def _area(lam: float) -> float:
    """Below e^(−BCE) on [0, 1], where the decoder says λ: 1 / C(λ)."""
    logit = torch.tensor(lam, dtype=torch.float64).logit()
    return math.exp(-losses.continuous_bernoulli_log_norm(logit).item())


def _plot() -> str:
    lam = 0.1
    return (
        f"At λ = {lam} the area below e^(−BCE) is **{number(_area(lam), '.3f')}**, below the "
        "continuous Bernoulli's density 1."
    )


def _right_way() -> str:
    return (
        "It is not, for grey pixels: a Bernoulli knows only black and white. What BCE leaves out "
        f"is C(λ), which is at least **{number(1 / _area(0.5), 'g')}**: "
        f"**{nats(784 * math.log(1 / _area(0.5)))}** a picture or more."
    )


def _with_and_without(samples: bool) -> str:
    told = []
    for word, name in (("BCE", "bernoulli"), ("continuous Bernoulli", "continuous-bernoulli")):
        shown = cache.pretrained(f"vae-lite-20-{name}")
        judged = cache.judged_samples if samples else cache.judged_reconstructions
        sharp = {view: judged(shown, view, None).sharpness for view in ("parameter", "mean")}
        if word == "BCE":
            told.append(f"BCE **{number(sharp['mean'], '.3f')}**")
        else:
            told.append(
                f"continuous Bernoulli λ **{number(sharp['parameter'], '.3f')}**, its mean under "
                f"the bound **{number(sharp['mean'], '.3f')}**"
            )
    what = "Samples" if samples else "Restorations"
    return f"{what}, sharpness: {'; '.join(told)}. λ is a parameter, not the expected picture."


def _own() -> str:
    weights = sum(each.numel() for each in build(ModelConfig()).parameters())
    return (
        f"You do: a dense one, d = 2, has **{grouped(weights)}** parameters, and Train says "
        "how many seconds it will take."
    )


TODOS = (
    Todo("what if we choose points inbetween two encodings of other numbers?", "interpolation",
         _between),
    Todo("add motivation for variational autoencoders", "random_sampling", _motivation),
    Todo("we introduce a latent loss (explan why)", "vae", _why),
    Todo("images: reconstructions and randomly generated images with VAE", "vae", _generated),
    Todo("image: scatter plot?", "vae", _scatter),
    Todo("image: linear latent interpolation? better than AE?", "interpolation", _better),
    Todo("Insert: why blurry?", "vae", _blurry),
    Todo("image: plot of BCE loss and cont bern", "continuous_bernoulli", _plot),
    Todo("why is bernoulli the right way? explanation (wrong to assume pixels discrete)",
         "continuous_bernoulli", _right_way),
    Todo("image: reconstructions without and with cont bern", "continuous_bernoulli",
         lambda: _with_and_without(samples=False)),
    Todo("image: generative without and with cont bern", "continuous_bernoulli",
         lambda: _with_and_without(samples=True)),
    Todo("do u want to make ur own autoencoder?", "build_your_own", _own),
)  # fmt: skip
