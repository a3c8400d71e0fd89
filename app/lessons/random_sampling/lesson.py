"""Lesson 3: a random point needs a distribution, and only some distributions give digits."""

import streamlit as st

from app import quiz, theme, widgets
from app.cache import Shown
from app.lessons.random_sampling import rows, samplers
from app.panels import bench, frame, models, samples
from app.state import session

visitor = session()

frame.opening("random_sampling")
st.markdown(
    "*A random place* means nothing until you say **from which distribution**. Change the answer: "
    "decoder and noise stay the same, and the sixteen places fly."
)

MODELS = {
    "AE, d = 20": "ae-lite-20-bernoulli",  # first: here the four samplers differ to the eye
    "VAE, d = 20": "vae-lite-20-bernoulli",
    "AE, d = 2": "ae-lite-2",
    "VAE, d = 2": "vae-lite-2-beta-1",
    "AE dense, d = 2": "ae-dense-2",
}
BENCH = bench.Bench(
    key="draw",
    selector="sampled-model",
    sliders=("latent_dim", "kind", "beta"),
    ranges={"latent_dim": range(2, 21)},
)
of, where = st.columns(2)
with of:
    name = widgets.choice("Decoder", [*MODELS, *bench.stop(visitor)], key="sampled-model")
with where:
    sampler = widgets.choice("Where to sample", list(samples.SAMPLERS), key="sampler")
shown = models.find(visitor, MODELS.get(name, name))
pretrained = models.find(visitor, rows.nearest(shown.config) if shown.mine else shown.key)


def figure(now: Shown) -> None:
    samplers.sixteen_samples(visitor, now, sampler)


def both(left: Shown, right: Shown) -> None:
    samplers.side_by_side(visitor, left, right, sampler)


bench.show(visitor, BENCH, shown, pretrained, figure, both)
samplers.judged(visitor, shown, sampler)
rows.beside_the_pretrained(visitor, shown, list(MODELS.values())[:4], sampler)

if widgets.switch("Compare the four samplers", True, key="compare-samplers"):
    samplers.compare_samplers(visitor, shown)

st.subheader("Four answers, one noise", anchor=False)
st.latex(
    theme.formula(
        r"""\begin{aligned}
        \text{box:}\quad & \latent{z_j} = l_j + (h_j - l_j)\,\Phi(\varepsilon_j)
        && \text{between the lowest and the highest code} \\
        \text{prior:}\quad & \prior{z = \varepsilon}
        && \prior{\varepsilon \sim \mathcal N(0, I)} \\
        \text{fitted Gaussian:}\quad & \latent{z} = m + L\,\prior{\varepsilon}
        && m = \text{mean},\ L L^{\top} = \text{covariance of the codes} \\
        \text{mixture:}\quad & \latent{z} = m_k + L_k\,\prior{\varepsilon}
        && k \text{ one of ten Gaussians, fitted by EM, by its weight}
        \end{aligned}"""
    )
)
st.markdown(
    "An **autoencoder** can generate: its decoder is a generator like any other. What it does not "
    "tell you is where to sample. Nothing in its loss ties the codes to N(0, I), so their place "
    "and scale are arbitrary, and the distribution has to be fitted to the codes afterwards "
    "(Ghosh et al. 2020, arXiv:1903.12436). A **VAE** pays a KL for every code, which pulls the "
    "average of its posteriors towards N(0, I). It is a pull, not a guarantee."
)
with st.expander("More: what a hole is, and what good samples do not prove"):
    st.markdown(
        "A **hole** is a place farther from every code on the map than 95 % of held-out digits' "
        "codes are: an autoencoder's decoder was hardly ever trained there. (A VAE's codes on the "
        "map are its posterior means. Its decoder was trained on the clouds around them too, so "
        "such a hole may be known ground to it.) The box is not the fair choice that it seems: it "
        "spends samples on corners where no digit lives, and the more dimensions there are, the "
        "more of its volume is corner."
    )
    st.markdown(
        "A sampler that copies training codes would have no holes and readable samples, and would "
        "create nothing. And a mixture of ever more Gaussians comes ever closer to copying. "
        "Neither figure on this page notices.\n\n"
        "In many dimensions the middle of a cloud can be nearer to its codes than they are to one "
        "another, and still be empty: few holes, and no digits. So a hole share compares samplers "
        "of one model, not models of different *d*, and never replaces looking."
    )


@st.fragment
def questions() -> None:
    quiz.check(
        "cloud",
        "Samples have the codes' mean and covariance, and many are still no digits. Why?",
        ["The decoder is bad.", "The cloud of codes is not a Gaussian."],
        right="The cloud of codes is not a Gaussian.",
        why="A Gaussian fills an ellipse; the codes fill arms and islands, with holes between.",
    )
    quiz.check(
        "no-retraining",
        "What can improve the samples without training the model again?",
        [
            "Another sampling distribution.",
            "Nothing, the samples are the decoder's.",
            "More noise.",
        ],
        right="Another sampling distribution.",
        why="The decoder stays as it is; it is asked at better places.",
    )
    quiz.check(
        "box-20",
        "Why is the box worse at d = 20 than at d = 2?",
        ["Nearly all its volume is far from any code.", "The decoder is smaller."],
        right="Nearly all its volume is far from any code.",
        why="In each dimension only a part of the box's width is well filled, and twenty such "
        "parts multiply.",
    )


st.subheader("Check yourself", anchor=False)
questions()
frame.closing("random_sampling")
