"""Lesson 5: an encoder that answers with a cloud, and a prior that it is paid to fill."""

import streamlit as st

from app import quiz, widgets
from app.cache import Passing, Shown
from app.glossary import term
from app.lessons.vae import (
    apart,
    blur,
    calculator,
    clouds,
    collapse,
    duel,
    further,
    history,
    ledger,
    prior,
    reparameterisation,
    silent,
    sweep,
    trainings,
)
from app.lessons.vae.asked import IN_TRAINING
from app.panels import (
    bench,
    digits,
    drawing,
    frame,
    models,
    predictions,
    restoring,
)
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
    f"The encoder of a {term('variational autoencoder', 'VAE')} answers with a Gaussian cloud, the "
    f"{term('posterior')} $q(z|x)$. Each cloud pays for its distance from a fixed one, the "
    f"{term('prior')} N(0, I): that is the {term('KL')}, in {term('nats')}, and {term('β')} its "
    f"weight. Pull β to {sweep.BETAS[-2]:g}, and every cloud swells into the prior."
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
    elif predictions.is_open(visitor, IN_TRAINING):
        trainings.show(visitor, now, sweep.name_of(1))
    else:
        st.markdown(
            "The film tells what became of the KL: first say what you expect of it, "
            "under *What β buys*."
        )


def both(left: Shown, right: Shown) -> None:
    clouds.side_by_side(visitor, left, right)


bench.show(visitor, BENCH, vae, models.find(visitor, sweep.nearest(vae.config)), figure, both)

st.subheader("Why one wants a VAE: a duel", anchor=False)
words, who = st.columns([3, 2], gap="medium")
with words:
    st.markdown(
        "Both generate from the same draws of ε. An autoencoder can generate, too, from a "
        "Gaussian fitted to its codes; but nothing tells it *where* to sample. The KL is a pull "
        "on the *average* of all clouds: towards N(0, I)."
    )
with who:
    ae, other = duel.choose_pair(visitor, vae)
duel.show(visitor, ae, other)
why = widgets.section("Why does it work? Noise and KL apart", key="vae-why-open")
if why.open:
    with why:
        st.markdown(
            "A VAE differs from an autoencoder by two things: codes are drawn with *noise*, and "
            "a *KL* is paid. Four models of one architecture, one seed and the same digits, with "
            "neither, one or both."
        )
        apart.show(visitor)

st.subheader("What β buys", anchor=False)
costs, units, training = st.columns([4, 3, 3], gap="medium")
with costs:
    st.markdown(
        "Few nats of KL, and the code cannot tell the digits apart; many, and the clouds shrink "
        "towards points."
    )
    collapse.beta_sweep(visitor, vae)
with units:
    st.markdown("With twenty numbers in a code each, a *unit*, pays for itself or falls silent.")
    silent.units(visitor)
with training:
    st.markdown("Training makes reconstruction + β KL small. And the KL alone?")
    history.asked(visitor, vae)

st.subheader("Look closer", anchor=False)
with st.container(gap="xsmall"):
    noise = widgets.section("Inside one cloud: the reparameterisation", key="vae-noise-open")
    account = widgets.section("The ledger of one image", key="vae-ledger-open")
    average = widgets.section("The prior against the average of all clouds", key="vae-prior-open")
    grey = widgets.section("Why blurry?", key="vae-blur-open")
    paper = widgets.section("Ten digits restored; draw one, and watch its cloud", key="vae-draw")
    terms = widgets.section("Two terms, a bound; and β in other codes", key="vae-terms")
if noise.open:
    with noise:
        st.markdown(
            f"The decoder sees draws from the cloud, and no {term('gradient')} of this kind leads "
            "*through* a draw to μ and σ. (Another kind does without: a score-function gradient, "
            "Williams 1992, differentiates the density of what was drawn.) But if the noise ε "
            "comes *from outside*, z is a sum and a product of numbers, and the gradient of the "
            f"loss reaches μ and σ through them: the {term('reparameterisation')}. Move ε."
        )
        reparameterisation.show(visitor, vae)
if account.open:
    with account:
        st.markdown(
            "Where does a digit spend its nats, and how far below log p(x) does the ELBO end? "
            f"Every pixel and every latent pays. With one or two latents {term('quadrature')}, a "
            "sum over small cells of all latent space, finds log p(x) and the "
            f"{term('true posterior')} $p(z|x)$."
        )
        ledger.show(visitor, vae)
if average.open:
    with average:
        st.markdown(
            "A cloud that is N(0, I) says nothing about its image. It is the clouds' average, the "
            f"{term('aggregate posterior')}, that should cover the prior. Does it?"
        )
        prior.against_prior(visitor, vae)
        collapse.quarter_circle(visitor, vae)
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
        st.markdown(
            f"The reconstruction cost is −log of the {term('likelihood')} $p(x|z)$: how probable "
            f"the decoder finds the image, given z. With the KL it makes the {term('ELBO')}, the "
            f"lower bound on the {term('evidence')} $p(x)$ that training raises at β = 1."
        )
        collapse.bound()
        st.markdown(
            r"The KL to the true posterior $p(z|x)$ cannot be negative, so the ELBO is a lower "
            r"bound on $\log p(x)$. A larger β trains a looser lower bound, a smaller one "
            "something that is in general no bound at all."
        )
        collapse.loss_terms(visitor, vae)
        st.markdown(
            "Which β is it in other codes? Sums or means, over pixels and over latents: the same "
            "words, and another β. Choose how a code writes its loss."
        )
        calculator.show()

further.show()
quiz.ask(visitor, "vae")
frame.closing("vae")
