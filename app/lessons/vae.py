"""Lesson 5: an encoder that answers with a cloud, and a prior that it is paid to fill."""

import streamlit as st

from app import panels, quiz, theme, widgets
from app.state import session
from core.models import ModelConfig
from core.training import TrainConfig

BETAS = [0.0392, 0.392, 1, 3.92, 39.2, 392]

visitor = session()
digits = panels.digits_in_use(visitor)

panels.opening("vae")
st.markdown(
    "The encoder of a **VAE** answers every image with a Gaussian cloud, the **posterior** "
    r"$q(z|x)$: a mean and a spread for each latent. The decoder must restore the image from any "
    "point of the cloud, and each cloud pays for how far it is from one fixed cloud, the **prior** "
    "N(0, I). The price is the **KL divergence**, and β its weight. Move β to the right until the "
    "code falls silent."
)

beta = widgets.one_of(
    "β, the weight of the KL", BETAS, 1, key="vae-beta", format_func="{:g}".format
)
vae = panels.model(visitor, "vae", f"vae-lite-2-beta-{beta:g}")
if vae is visitor.own.get("vae"):
    st.caption("β chooses among the pretrained models; the figures below show yours.")

scatter, terms = st.columns([3, 2], gap="medium")
with scatter:
    panels.clouds(visitor, vae)
    panels.collapse_alarm(visitor, vae)
with terms:
    panels.loss_terms(visitor, vae)
    panels.beta_sweep(BETAS, "vae-lite-2-beta-{:g}", vae)
panels.reconstructions(visitor, vae)
panels.pick_digits(visitor)

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
    r"on $\log p(x)$. Training makes −ELBO = reconstruction + KL small (β = 1). For two Gaussians "
    "the KL has a closed form, one term for each latent:"
)
st.latex(
    theme.formula(
        r"\kl{\mathrm{KL}} = \tfrac12 \sum_j \left( \encoder{\mu_j}^2 + \encoder{\sigma_j}^2 - 1 "
        r"- \log \encoder{\sigma_j}^2 \right)"
    )
)
with st.expander("More: β in other codes"):
    st.markdown(
        "A code that weighs the *mean* over 784 pixels by a factor *rf* against the *mean* over "
        r"$d$ latents uses the same loss in other words: $\beta = 784 / (d \cdot rf)$, so with "
        f"d = 2 this β = {beta:g} is rf = {784 / (2 * beta):g}. Only β = 1 (rf = 392) trains the "
        "ELBO itself. A larger β trains a looser lower bound; a smaller one trains something that "
        "is in general no bound at all."
    )

st.subheader("Inside one cloud", anchor=False)
st.markdown(
    "The decoder never sees the cloud, only draws from it. The noise ε comes from outside, so that "
    "the gradient reaches μ and σ: the **reparameterisation**."
)


@st.fragment
def cloud() -> None:
    index, _ = panels.one_of_ten(visitor, "Digit", 3, key="vae-digit")
    panels.one_cloud(visitor, vae, index)
    panels.new_noise(visitor)


cloud()

st.subheader("AE and VAE side by side", anchor=False)
ae = panels.model(visitor, "ae", "ae-lite-2")
st.markdown(panels.what_differs(ae, vae) + " First both restore the same digits:")
panels.same_digits(visitor, (ae, vae))


@st.fragment
def samples() -> None:
    st.markdown(
        r"Then both **generate**. There is no image to encode now: the noise ε becomes a code "
        "$z$, and the decoder draws it. Both get the same ε."
    )
    source = widgets.choice(
        "z from", ["The prior N(0, I)", "A Gaussian fitted to the codes"], key="vae-z"
    )
    for column, shown in zip(st.columns(2, gap="medium"), (ae, vae)):
        with column:
            panels.same_noise(visitor, shown, fitted=source != "The prior N(0, I)")
    panels.new_noise(visitor, key="noise-samples")


samples()
st.markdown(
    "An autoencoder can generate too, but it does not tell you *where* to sample: N(0, I) is "
    "arbitrary for it, and the Gaussian was fitted afterwards. The KL pulls the **average** of all "
    "the clouds towards N(0, I), so that there is one place to sample from before any code is "
    "seen. How near it gets is for the map above to show."
)
with st.expander("More: why are the pictures blurred?"):
    st.markdown(
        "Many strokes share one z, and the best single answer to all of them is their average. "
        "Where clouds overlap, neighbours are averaged too. And what is drawn is the *mean* of a "
        "likelihood in which every pixel is independent; a sample of it would be speckled, not "
        "sharp. Neither too little training nor the KL alone is to blame: without any KL the "
        "autoencoder's reconstructions are about as blurred as the VAE's at β = 1. Sharpness of "
        "reconstructions of 10 000 test digits, from the models' cards: "
        + panels.sharpness_on_cards(("ae-lite-2", "vae-lite-2-beta-1"))
        + "."
    )

panels.train(visitor, ModelConfig(kind="vae"), TrainConfig(), key="vae")

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

panels.coming_next(
    "continuous_bernoulli",
    "The reconstruction cost is a BCE over grey pixels. Which distribution is that, if any?",
)
