"""Lesson 7: choose, train, judge and take home a model of your own."""

from typing import NamedTuple

import streamlit as st

from app import quiz, theme, widgets
from app.lessons.build_your_own import own
from app.panels import digits, film, frame, models, restoring, training
from app.panels.map import exploring
from app.state import afresh, session
from core.models import Architecture, Kind, Likelihood, ModelConfig
from core.training import TrainConfig, fast_precision


class Recipe(NamedTuple):
    """How an architecture trains well on a few thousand digits."""

    epochs: int
    batch_size: int
    learning_rate: float


RECIPES: dict[Architecture, Recipe] = {
    "dense": Recipe(40, 128, 0.02),
    "lite": Recipe(12, 32, 0.004),
    "shallow": Recipe(8, 64, 0.003),
    "deep": Recipe(20, 64, 0.002),
}
KINDS: dict[str, Kind] = {"AE": "ae", "VAE": "vae"}
LIKELIHOODS: dict[str, Likelihood] = {
    "Bernoulli (BCE)": "bernoulli",
    "Gaussian (squared error)": "gaussian",
    "Continuous Bernoulli": "continuous_bernoulli",
}
BETAS = [0, 0.0392, 0.1, 0.392, 0.5, 1, 2, 3.92, 10, 39.2, 100, 392]
RATES = [0.0003, 0.001, 0.002, 0.003, 0.004, 0.006, 0.008, 0.01, 0.02, 0.04, 0.08, 0.2, 0.5, 1]
HOW_MANY = [100, 300, 1000, 2000, 4000, 10000, 20000, 60000]

visitor = session()
data = visitor.digits
number = "{:g}".format

frame.opening("build_your_own")
st.markdown(
    "Every piece of the course is a control here. Choose a model, **say what you expect of it**, "
    "train it, and judge it by the figures you know. The address of this page holds your choice: "
    "a link to it sets the same controls."
)

squeeze, believe, learn = st.columns(3, gap="large")
with squeeze:
    kind = KINDS[widgets.choice("Kind", list(KINDS), key="own-kind")]
    architecture = widgets.choice("Architecture", list(RECIPES), key="own-architecture")
    d = widgets.whole_number("Numbers in the code, d", 1, 64, 2, key="own-d")
with believe:
    likelihood = LIKELIHOODS[widgets.menu("Likelihood", list(LIKELIHOODS), key="own-likelihood")]
    beta, hidden = 1.0, 100
    if kind == "vae":
        beta = widgets.one_of(
            "β, the weight of the KL", BETAS, 1, key="own-beta", format_func=number
        )
    if architecture == "dense":
        hidden = widgets.whole_number("Hidden units", 8, 512, 100, key="own-hidden", step=4)
with learn:
    recipe = RECIPES[architecture]
    available = [n for n in HOW_MANY if n <= len(data.train_images)]
    many = min(10000, available[-1])
    images = widgets.one_of(
        "Training images", available, many, key=afresh("own-images", many, on=data.name)
    )
    epochs = widgets.whole_number(
        *("Epochs", 1, 100, recipe.epochs),
        key=afresh("own-epochs", recipe.epochs, on=architecture),
    )
    with st.expander("More: learning rate, batch, seed"):
        rate = widgets.one_of(
            "Learning rate, at its highest",
            RATES,
            recipe.learning_rate,
            key=afresh("own-rate", recipe.learning_rate, on=architecture),
            format_func=number,
        )
        batch = widgets.one_of(
            "Batch",
            [8, 16, 32, 64, 128, 256, 512],
            recipe.batch_size,
            key=afresh("own-batch", recipe.batch_size, on=architecture),
        )
        seed = widgets.entry("Seed", 0, 9999, 0, key="own-seed")

try:
    config = ModelConfig(kind, architecture, d, hidden, likelihood, float(beta))
    recipe_in_use = TrainConfig(
        epochs,
        batch,
        float(rate),
        images if images < len(data.train_images) else None,
        seed,
        "float32" if architecture == "dense" else fast_precision(),
    )
except ValueError as error:
    st.error(f"That is no model: {error}.", icon=":material/error:")
else:
    models.blueprint(config)
    predicted = own.prediction(visitor, config)
    training.train(visitor, config, recipe_in_use, key="own", predicted=predicted)

st.subheader("Judge it", anchor=False)
mine = own.own_model(visitor)
if mine is None:
    st.info("Nothing of yours yet: press Train, and the figures of the course appear here.")
else:
    own.against_prediction(visitor, mine)
    figures = ["Reconstructions", "Map", "Samples", "Interpolation", "Film", "Loss terms"]
    figure = widgets.choice(
        "Figure", [*figures, "Take it home"], key="own-figure", label_visibility="collapsed"
    )
    match figure:
        case "Reconstructions":
            restoring.reconstructions(visitor, mine)
            digits.pick_digits(visitor)
        case "Map":
            colours = exploring.COLOURS if mine.is_vae else exploring.COLOURS[:3]
            colour = widgets.choice("Colour by", colours, key="own-colour")
            exploring.explore_map(visitor, mine, colour, tsne=False)
        case "Samples":
            own.own_samples(visitor, mine)
        case "Interpolation":
            own.own_walk(visitor, mine)
        case "Film":
            film.training_film(mine, key="own-film")
        case "Loss terms":
            own.learned_curves(mine)
        case _:
            own.take_home(mine)
with st.expander("Bring back a model that you took home", key="own-bring"):
    own.bring_back(visitor)

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
