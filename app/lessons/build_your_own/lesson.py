"""Lesson 7: choose, train, judge and take home a model of your own."""

import streamlit as st

from app import quiz, widgets
from app.cache import Shown
from app.lessons.build_your_own import (
    branch,
    calibration,
    figures,
    held,
    home,
    own,
    plane,
    reaching,
    sweep,
    table,
)
from app.lessons.build_your_own.symbols import SYMBOLS
from app.panels import bench, deeper, digits, frame, links, models
from app.panels.settings import Choice
from app.state import session
from core import training
from core.models import ModelConfig

visitor = session()

frame.opening("build_your_own")
st.markdown(
    "Every piece of the course is a control here. Choose a model, say what you expect of it, "
    "train it, and see it learn in any figure you know. A run that is over stands in *Your runs*, "
    "below. A link to this page holds your choice."
)

BENCH = bench.Bench(
    key=links.BENCH,
    selector=own.SELECTOR,
    sliders=("kind", "architecture", "latent_dim", "beta", "epochs"),
    shelf=False,  # the table of all runs stands there
)
with st.container(horizontal=True, gap="large"):
    name, alike = own.choose(visitor)
    chosen = widgets.choice("Figure", figures.FIGURES, key="own-figure")
shown, pretrained = models.find(visitor, name), models.find(visitor, alike)


def figure(now: Shown) -> None:
    figures.one(visitor, chosen, now)
    plane.show(visitor, now)


def both(left: Shown, right: Shown) -> None:
    figures.two(visitor, chosen, left, right)


def expected(config: ModelConfig) -> dict[str, float]:
    return own.expected(visitor, config)


def came_out(run: Shown) -> None:
    own.came_out(visitor, run)


def hear(choice: Choice) -> None:
    sweep.hear(visitor, choice)


bench.show(
    visitor,
    BENCH,
    shown,
    pretrained,
    figure,
    both,
    like=ModelConfig(),
    ask=expected,
    came_out=came_out,
    hear=hear,
)
with st.container(horizontal=True):
    digits.pick_digits(visitor)
    digits.new_noise(visitor)
table.show(visitor, own.SELECTOR)
sweep.show(visitor)
branch.show(visitor)
reaching.show(visitor)

st.subheader("How well do you know your models?", anchor=False)
calibration.show(visitor)

st.subheader("Before you compare", anchor=False)
deeper.formula(
    r"\total{\text{loss}} = \reconstruction{-\log p(x \mid \latent{z})} + \beta\, "
    r"\kl{\mathrm{KL}(q(z \mid x)\,\|\,p(z))} \qquad \text{an autoencoder pays no KL}",
    SYMBOLS,
)
st.markdown(
    "Compare two runs only where the likelihood is the same, and by more than one number: a larger "
    "*d* restores better; whether it samples better is another question. The same seed, data and "
    "configuration on the same machine and versions give the same model again, bit for bit."
)
held.one_outcome(visitor)
home.show(visitor, shown)

deeper.show(
    "build_your_own",
    symbols=SYMBOLS,
    sources=[
        deeper.Source(
            "Kingma and Welling", 2014, "Auto-encoding variational Bayes", "arXiv:1312.6114"
        ),
        deeper.Source(
            "Higgins and others", 2017,
            "beta-VAE: learning basic visual concepts with a constrained variational framework",
            "ICLR",
        ),
        deeper.Source("Burda and others", 2016, "Importance weighted autoencoders",
                      "arXiv:1509.00519"),
    ],
    code=[training.start, training.advance],
)  # fmt: skip

quiz.ask(visitor, "build_your_own")
frame.closing("build_your_own")
