"""Lesson 7: choose, train, judge and take home a model of your own."""

import streamlit as st

from app import quiz, theme, widgets
from app.cache import Shown
from app.lessons.build_your_own import figures, own, plane
from app.panels import bench, digits, frame, models
from app.state import session
from core.models import ModelConfig

visitor = session()

frame.opening("build_your_own")
st.markdown(
    "Every piece of the course is a control here. Choose a model, **say what you expect of it**, "
    "train it, and see it learn in any figure you know. A run that is over goes on the shelf by "
    "itself while there is room. A link to this page holds your choice."
)

BENCH = bench.Bench(
    key="own",
    selector=own.SELECTOR,
    sliders=("kind", "architecture", "latent_dim", "beta", "epochs"),
    keeps=True,
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


def predict(config: ModelConfig) -> int | None:
    return own.prediction(visitor, config)


bench.show(visitor, BENCH, shown, pretrained, figure, both, like=ModelConfig(), ask=predict)
with st.container(horizontal=True):
    digits.pick_digits(visitor)
    digits.new_noise(visitor)
st.latex(
    theme.formula(
        r"\total{\text{loss}} = \reconstruction{-\log p(x \mid \latent{z})} + \beta\, "
        r"\kl{\mathrm{KL}(q(z \mid x)\,\|\,p(z))} \qquad \text{an autoencoder pays no KL}"
    )
)
st.markdown(
    "Compare two runs only where the likelihood is the same, and by more than one number: a larger "
    "*d* restores better; whether it samples better is another question. The same seed, data and "
    "configuration on the same machine and versions give the same model again, bit for bit."
)
with st.expander("Take your model home, or bring one back", key="own-home"):
    if shown.mine:
        own.take_home(shown)
    own.bring_back(visitor)

st.subheader("Check yourself", anchor=False)
quiz.check(
    "own-overfitting",
    "In a long training the loss on training images still falls, and on test images it rises. Why?",
    ["The learning rate is too small.", "Overfitting.", "The code is too narrow."],
    right="Overfitting.",
    why="The model goes on learning what is particular to its training images.",
)
quiz.check(
    "own-unused",
    "A VAE with β = 1 and d = 10 has six dimensions with a KL above 0.01 nats. And the other four?",
    ["They are unused, and do no harm.", "The training failed.", "They hold the class."],
    right="They are unused, and do no harm.",
    why="A dimension that says nothing about the image is the prior itself, at no cost.",
)
quiz.check(
    "own-repeat",
    "What must be known to repeat a run?",
    ["The configuration.", "The seed.", "Configuration, seed, data and versions."],
    right="Configuration, seed, data and versions.",
    why="Change one of them and the weights differ; how much the figures differ is worth a look.",
)

frame.closing("build_your_own")
