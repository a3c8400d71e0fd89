"""Lesson 5: an encoder that answers with a cloud, and a prior that it is paid to fill."""

import streamlit as st

from app import quiz, widgets
from app.cache import Passing, Shown
from app.lessons.vae import (
    blur,
    calculator,
    clouds,
    collapse,
    duel,
    ledger,
    prior,
    reparameterisation,
    sweep,
    trainings,
)
from app.panels import bench, digits, drawing, frame, models, restoring
from app.panels.settings import in_words
from app.state import YOURS, session

CLOUDS, FILM = "The clouds", "The film of the training"
BENCH = bench.Bench(
    key="vae-run",  # "vae-beta" is the selector
    selector="vae-beta",
    sliders=("beta", "latent_dim"),
    kinds=("vae",),
    ranges={
        "kind": ["vae"],
        "beta": [0.01, 0.02, 0.0392, 0.1, 0.2, 0.392, 1, 2, 3.92, 10, 20, 39.2, 100, 200, 392, 400],
        "latent_dim": range(1, 33),
    },
    partner="ae",
)

visitor = session()

frame.opening("vae")
st.markdown(
    "The encoder of a **VAE** answers with a Gaussian cloud, the **posterior** $q(z|x)$. Each "
    "cloud pays for its distance from a fixed one, the **prior** N(0, I): that is the **KL**, and "
    "β its weight. Pull β to 39.2, and every cloud swells into the prior."
)
knob, look = st.columns([3, 2], gap="medium")
with knob:
    beta = widgets.one_of(
        "β, the weight of the KL",
        [*sweep.BETAS, *bench.stop(visitor)],
        1,
        key="vae-beta",
        format_func=in_words,
    )
with look:
    view = widgets.choice("See", [CLOUDS, FILM], key="vae-view")
vae = models.find(visitor, YOURS if isinstance(beta, str) else sweep.name_of(beta))


def figure(now: Shown) -> None:
    if view == CLOUDS or isinstance(now, Passing):  # the film of a run is there at its end
        clouds.show(visitor, now)
    else:
        trainings.show(visitor, now, sweep.name_of(1))


def both(left: Shown, right: Shown) -> None:
    clouds.side_by_side(visitor, left, right)


bench.show(visitor, BENCH, vae, models.find(visitor, sweep.nearest(vae.config)), figure, both)

st.subheader("Why one wants a VAE: a duel", anchor=False)
words, who = st.columns([3, 2], gap="medium")
with words:
    st.markdown(
        "Both **generate** from the same draws of ε: from N(0, I), or from the Gaussian fitted to "
        "the model's own codes afterwards. An autoencoder can generate, too, but nothing tells it "
        "*where* to sample. The KL pulls the **average** of all clouds towards N(0, I): one place "
        "to sample from before any code is seen."
    )
with who:
    ae, other = duel.choose_pair(visitor, vae)
duel.show(visitor, ae, other)

st.subheader("What β buys", anchor=False)
st.markdown(
    "Training makes reconstruction + β KL small; at β = 1 that is −ELBO, and the **ELBO** is a "
    "lower bound on log p(x). Few nats of KL, and the code cannot tell the digits apart; many, and "
    "the clouds shrink towards points."
)
left, right = st.columns(2, gap="medium")
with left:
    collapse.beta_sweep(visitor, vae)
with right:
    collapse.quarter_circle(visitor, vae)

st.subheader("Look closer", anchor=False)
with st.container(gap="xsmall"):
    noise = widgets.section("Inside one cloud: the reparameterisation", key="vae-noise-open")
    account = widgets.section("The ledger of one image", key="vae-ledger-open")
    average = widgets.section("The prior against the average of all clouds", key="vae-prior-open")
    grey = widgets.section("Why blurry?", key="vae-blur-open")
    paper = widgets.section("Ten digits restored; draw one, and watch its cloud", key="vae-draw")
    terms = widgets.section("Two terms, a bound, and the KL of two Gaussians", key="vae-terms")
    which = widgets.section("Which β is it in other codes? A calculator", key="vae-calculator-open")
if noise.open:
    with noise:
        st.markdown(
            "The decoder sees draws from the cloud, and no gradient leads *through* a draw to μ "
            "and σ. (Not that a draw ends every gradient: a score-function gradient "
            "differentiates the density of what was drawn.) But if the noise ε comes **from "
            "outside**, z is a sum and a product of numbers, and the gradient of the loss reaches "
            "μ and σ through them. Move ε."
        )
        reparameterisation.show(visitor, vae)
if account.open:
    with account:
        st.markdown(
            "Where does a digit spend its nats, and how far below log p(x) does the ELBO end? "
            "Every pixel and every latent pays; with one or two latents quadrature closes the "
            "account."
        )
        ledger.show(visitor, vae)
if average.open:
    with average:
        st.markdown(
            "A cloud that is N(0, I) says nothing about its image. It is the clouds' average, the "
            "**aggregate posterior**, that should cover the prior. Does it?"
        )
        prior.against_prior(visitor, vae)
if grey.open:
    with grey:
        blur.sharpness_on_cards()
        blur.why_blurry(visitor, vae)
if paper.open:
    with paper:
        restoring.reconstructions(visitor, vae)
        digits.pick_digits(visitor)
        drawing.draw_your_own(visitor, vae)
if terms.open:
    with terms:
        collapse.bound()
        st.markdown(
            r"The KL to the true posterior $p(z|x)$ cannot be negative, so the ELBO is a **lower "
            r"bound** on $\log p(x)$. A larger β trains a looser lower bound, a smaller one "
            "something that is in general no bound at all."
        )
        collapse.loss_terms(visitor, vae)
if which.open:
    with which:
        st.markdown(
            "Sums or means, over pixels and over latents: the same words, and another β. Choose "
            "how a code writes its loss."
        )
        calculator.show()

st.subheader("Check yourself", anchor=False)
quiz.check(
    "collapse",
    "The KL is 0.00 nats, and the BCE is what the mean image costs. What happened?",
    ["The model is perfect.", "The posterior collapsed.", "The learning rate was too small."],
    right="The posterior collapsed.",
    why="Every cloud is the prior, the code says nothing, and every decode is the mean image.",
)
quiz.check(
    "reduction",
    "A code multiplies the mean BCE over 784 pixels by 1000 and adds the mean KL over d = 2 "
    "latents. Which β is that?",
    ["β = 1000.", "β = 1.", "β = 0.392."],
    right="β = 0.392.",
    why="β = 784 / (2 · 1000). At a factor of 392 it would be β = 1.",
)
quiz.check(
    "no-image",
    "Why is z drawn from the prior to generate, and not from the encoder?",
    ["There is no image to encode.", "The prior has less noise.", "The encoder is too slow."],
    right="There is no image to encode.",
    why="The encoder answers to an image. Only the prior is there without one.",
)

frame.closing("vae")
