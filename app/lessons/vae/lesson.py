"""Lesson 5: an encoder that answers with a cloud, and a prior that it is paid to fill."""

import streamlit as st

from app import quiz, widgets
from app.lessons.vae import (
    blur,
    calculator,
    clouds,
    collapse,
    duel,
    ledger,
    prior,
    reparameterisation,
    trainings,
)
from app.panels import digits, drawing, frame, models, restoring, training
from app.state import session
from core.models import ModelConfig

BETAS = [0.0392, 0.392, 1, 3.92, 39.2, 392]
SWEEP = "vae-lite-2-beta-{:g}"
CLOUDS, FILM = "The clouds", "The film of the training"

visitor = session()

frame.opening("vae")
st.markdown(
    "The encoder of a **VAE** answers with a Gaussian cloud, the **posterior** $q(z|x)$, and the "
    "decoder must restore the image from any point of it. Each cloud pays for its distance from "
    "one fixed cloud, the **prior** N(0, I): that is the **KL**, and β its weight. Pull β to 39.2, "
    "and every cloud swells into the prior."
)
knob, look = st.columns([3, 2], gap="medium")
with knob:
    beta = widgets.one_of(
        "β, the weight of the KL", BETAS, 1, key="vae-beta", format_func="{:g}".format
    )
with look:
    view = widgets.choice("See", [CLOUDS, FILM], key="vae-view")
vae = models.model(visitor, "vae", SWEEP.format(beta))
with st.container():  # one place on the page, with an alarm or without
    collapse.collapse_alarm(visitor, vae)
if view == CLOUDS:
    clouds.show(visitor, vae)
else:
    trainings.show(visitor, vae, SWEEP.format(1))

st.subheader("Why one wants a VAE: a duel", anchor=False)
words, who = st.columns([3, 2], gap="medium")
with words:
    st.markdown(
        "Both **generate**, from the same draws of ε: as they are, which is a draw from N(0, I), "
        "or moved and stretched to the Gaussian fitted to the model's own codes. Give the "
        "autoencoder its chance."
    )
with who:
    ae, other = duel.choose_pair(visitor, vae)
duel.show(visitor, ae, other)
st.markdown(
    "An autoencoder can generate too, but it does not tell you *where* to sample: N(0, I) is "
    "arbitrary for it, and the Gaussian was fitted afterwards. The KL pulls the **average** of all "
    "clouds towards N(0, I), so that there is one place to sample from before any code is seen."
)

st.subheader("What β buys", anchor=False)
st.markdown(
    "Training makes reconstruction + β KL small; at β = 1 that is −ELBO, and the **ELBO** is a "
    "lower bound on log p(x). Few nats of KL, and the code cannot tell the digits apart; many, and "
    "the clouds shrink towards points."
)
left, right = st.columns(2, gap="medium")
with left:
    collapse.beta_sweep(visitor, BETAS, SWEEP, vae)
with right:
    collapse.quarter_circle(visitor, BETAS, SWEEP, vae)

st.subheader("Look closer", anchor=False)
noise = widgets.section("Inside one cloud: the reparameterisation", key="vae-noise-open")
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
account = widgets.section("The ledger of one image", key="vae-ledger-open")
if account.open:
    with account:
        st.markdown(
            "Where does a digit spend its nats, and how far below log p(x) does the ELBO end? "
            "Every pixel and every latent pays; with one or two latents quadrature closes the "
            "account."
        )
        ledger.show(visitor, vae)
average = widgets.section("The prior against the average of all clouds", key="vae-prior-open")
if average.open:
    with average:
        st.markdown(
            "A cloud that is N(0, I) says nothing about its image. It is the clouds' average, the "
            "**aggregate posterior**, that should cover the prior. Does it?"
        )
        prior.against_prior(visitor, vae)
grey = widgets.section("Why blurry?", key="vae-blur-open")
if grey.open:
    with grey:
        blur.sharpness_on_cards()
        blur.why_blurry(visitor, vae)
paper = widgets.section("Ten digits restored; draw one, and watch its cloud", key="vae-draw")
if paper.open:
    with paper:
        restoring.reconstructions(visitor, vae)
        digits.pick_digits(visitor)
        drawing.draw_your_own(visitor, vae)
terms = widgets.section("Two terms, a bound, and the KL of two Gaussians", key="vae-terms")
if terms.open:
    with terms:
        collapse.bound()
        st.markdown(
            r"The KL to the true posterior $p(z|x)$ cannot be negative, so the ELBO is a **lower "
            r"bound** on $\log p(x)$. A larger β trains a looser lower bound, a smaller one "
            "something that is in general no bound at all."
        )
        collapse.loss_terms(visitor, vae)
which = widgets.section("Which β is it in other codes? A calculator", key="vae-calculator-open")
if which.open:
    with which:
        st.markdown(
            "Sums or means, over pixels and over latents: the same words, and another β. Choose "
            "how a code writes its loss."
        )
        calculator.show()

training.train(visitor, ModelConfig(kind="vae", beta=beta), training.short_run(visitor), key="vae")

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
