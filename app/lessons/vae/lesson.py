"""Lesson 5: an encoder that answers with a cloud, and a prior that it is paid to fill."""

import streamlit as st

from app import quiz, theme, widgets
from app.lessons.vae import (
    blur,
    calculator,
    clouds,
    collapse,
    duel,
    ledger,
    prior,
    reparameterisation,
)
from app.panels import digits, drawing, film, frame, models, restoring, training
from app.state import session
from core.models import ModelConfig

BETAS = [0.0392, 0.392, 1, 3.92, 39.2, 392]
SWEEP = "vae-lite-2-beta-{:g}"

visitor = session()
data = visitor.digits

frame.opening("vae")
st.markdown(
    "The encoder of a **VAE** answers every image with a Gaussian cloud, the **posterior** "
    r"$q(z|x)$: a mean and a spread for each latent. The decoder must restore the image from any "
    "point of the cloud, and each cloud pays for how far it is from one fixed cloud, the **prior** "
    "N(0, I). The price is the **KL divergence**, and β its weight. Among the pretrained models, "
    "move β to the right until the code falls silent."
)
beta = widgets.one_of(
    "β, the weight of the KL", BETAS, 1, key="vae-beta", format_func="{:g}".format
)
vae = models.model(visitor, "vae", SWEEP.format(beta))
with st.container():  # one place on the page, with an alarm or without
    collapse.collapse_alarm(visitor, vae)
clouds.show(visitor, vae)
restoring.reconstructions(visitor, vae)
digits.pick_digits(visitor)
paper = widgets.section("Draw a digit, and watch its cloud", key="vae-draw")
if paper.open:
    with paper:
        drawing.draw_your_own(visitor, vae)

st.subheader("What β buys", anchor=False)
st.latex(
    theme.formula(
        r"\begin{aligned} \log p(x) &= \total{\mathrm{ELBO}} + "
        r"\mathrm{KL}(q(z|x)\,\|\,p(z|x)) \\ \total{\mathrm{ELBO}} &= "
        r"\reconstruction{\mathbb{E}_{q(z|x)} \log p(x|z)} - "
        r"\kl{\mathrm{KL}(q(z|x)\,\|\,p(z))} \end{aligned}"
    )
)
st.markdown(
    r"The KL to the true posterior $p(z|x)$ cannot be negative, so the ELBO is a **lower bound** "
    r"on $\log p(x)$. Training makes reconstruction + β KL small; at β = 1 that is −ELBO. A larger "
    "β trains a looser lower bound, a smaller one something that is in general no bound at all. "
    "Few nats of KL, and the code cannot tell the digits apart; many, and the clouds shrink "
    "towards points."
)
for column, figure in zip(
    st.columns(2, gap="medium"), (collapse.beta_sweep, collapse.quarter_circle)
):
    with column:
        figure(visitor, BETAS, SWEEP, vae)
more = widgets.section("More: the two terms, and the KL of two Gaussians", key="vae-terms")
if more.open:
    with more:
        collapse.loss_terms(visitor, vae)
        st.latex(
            theme.formula(
                r"\kl{\mathrm{KL}} = \tfrac12 \sum_j \left( \encoder{\mu_j}^2 + "
                r"\encoder{\sigma_j}^2 - 1 - \log \encoder{\sigma_j}^2 \right)"
            )
        )

st.subheader("How the two became what they are", anchor=False)
ae = models.model(visitor, "ae", "ae-lite-2")


@st.fragment
def trainings() -> None:
    filmed = film.with_film(vae, SWEEP.format(1))
    film.training_film(film.with_film(ae, "ae-lite-2"), filmed, key="vae-film")


trainings()
st.subheader("AE and VAE side by side", anchor=False)
duel.show(visitor, ae, vae)
st.markdown(
    "An autoencoder can generate too, but it does not tell you *where* to sample: N(0, I) is "
    "arbitrary for it, and the Gaussian was fitted afterwards. The KL pulls the **average** of all "
    "clouds towards N(0, I), so that there is one place to sample from before any code is seen."
)

st.subheader("Inside one cloud: the reparameterisation", anchor=False)
st.markdown(
    "The decoder never sees the cloud, only draws from it. There is no gradient through a "
    "draw. But if the noise ε comes **from outside**, z is a sum and a product of numbers, and the "
    "gradient reaches μ and σ. Move ε."
)
reparameterisation.show(visitor, vae)

for title, question, key, figure in (
    (
        "The ledger of one image",
        "Where does a digit spend its nats, and how far below log p(x) does the ELBO end? Here "
        "every pixel and every latent pays; with one or two latents quadrature closes the account.",
        "vae-ledger-open",
        ledger.show,
    ),
    (
        "The prior against the average of all clouds",
        "A cloud that is N(0, I) says nothing about its image. It is the clouds' average, the "
        "**aggregate posterior**, that should cover the prior. Does it?",
        "vae-prior-open",
        prior.against_prior,
    ),
    (
        "Why blurry?",
        "The KL alone is not to blame: the autoencoder has none, and blurs about as much. "
        "Sharpness of reconstructions of 10 000 test digits, from the models' cards: "
        + blur.sharpness_on_cards(("ae-lite-2", "vae-lite-2-beta-1"))
        + ". Three causes, each to be seen at any place of the map.",
        "vae-blur-open",
        blur.why_blurry,
    ),
):
    st.subheader(title, anchor=False)
    st.markdown(question)
    section = widgets.section(f"Show: {title.lower()}", key=key)
    if section.open:
        with section:
            figure(visitor, vae)

with st.expander("More: which β is it in other codes? A calculator"):
    st.markdown(
        "Sums or means, over pixels and over latents: the same words, and another β. Choose how a "
        "code writes its loss."
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
