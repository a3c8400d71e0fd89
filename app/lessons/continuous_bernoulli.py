"""Lesson 6: which distribution a loss believes in, and what the continuous Bernoulli changes."""

import streamlit as st

from app import panels, quiz, theme, widgets
from app.state import session
from core.models import ModelConfig
from core.training import TrainConfig

visitor = session()

panels.opening("continuous_bernoulli")
st.markdown(
    "A decoder answers each pixel with one number, λ. A loss says what that number is worth, and "
    "with it which **distribution** the pixel is believed to have. Binary cross-entropy is the "
    "log-probability of a coin: it knows 0 and 1. Our pixels are grey. Move λ, and watch the area."
)


@st.fragment
def density() -> None:
    lambdas = [0.0001, 0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5]
    lambdas += [0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999]
    panels.pixel_density(widgets.one_of("λ", lambdas, 0.1, key="cb-lambda"))


density()
st.markdown(
    "A density has area 1. That of e^(−BCE) over grey values is always smaller, so on grey pixels "
    "BCE is a **score** and no log-likelihood. The constant that is missing depends on λ, so "
    "leaving it out is not free: it is smallest at λ = ½ and grows without end towards 0 and 1. "
    "With it, the coin becomes the **continuous Bernoulli** "
    "([Loaiza-Ganem and Cunningham 2019](https://arxiv.org/abs/1907.06845))."
)
st.latex(
    theme.formula(
        r"p(x \mid \lambda) = \reconstruction{C(\lambda)}\, \lambda^x (1-\lambda)^{1-x} \qquad "
        r"\reconstruction{C(\lambda)} = \frac{2\,\mathrm{artanh}(1-2\lambda)}{1-2\lambda}, \quad "
        r"C(\tfrac12) = 2"
    )
)

st.subheader("What one pixel costs", anchor=False)
st.markdown(
    "Three losses look at the same pixel. Each has its own axis, because their numbers do not "
    "compare: BCE is a score, the height of a Gaussian density hangs on its variance, that of a "
    "continuous Bernoulli on the bound of its logits. What compares is **where** each is lowest."
)


@st.fragment
def costs() -> None:
    values = [0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0]
    panels.pixel_costs(widgets.one_of("Value of the pixel, x", values, 0.3, key="cb-pixel"))


costs()

st.subheader("Three losses, the same ten digits", anchor=False)
st.markdown(
    "Three VAEs, alike in all but their loss. What papers show of the continuous Bernoulli "
    "is its **λ**. Switch to the **mean**, the picture that the model expects, and to **one "
    "sample** of what it believes. For BCE and the squared error, λ *is* the mean."
)
left, right = st.columns(2)
with left:
    picture = widgets.choice("Draw of each pixel", list(panels.VIEWS), key="cb-picture")
with right:
    d = int(widgets.choice("Numbers in the code, d", ["2", "20"], default="20", key="cb-d"))
view = panels.VIEWS[picture]
models = panels.three_likelihoods(visitor, d)
panels.reconstruction_rows(visitor, models, view)
panels.pick_digits(visitor)
if view == "sample":
    st.markdown(
        "One sample: every pixel is drawn on its own, a coin for BCE, a Gaussian for the squared "
        "error (clipped to what a screen can show, 0 to 1), a continuous Bernoulli for the third. "
        "The speckle is what these models really believe: that pixels are independent, given z."
    )

st.subheader("New digits from the same noise", anchor=False)
st.markdown(
    "ε is drawn from the prior once and decoded by every model. The models never agreed on what "
    "a place in latent space means, so a column need not show the same digit; the rows compare."
)
panels.sample_rows(visitor, models, view)
panels.new_noise(visitor)

st.subheader("Whose sharpness is it?", anchor=False)
panels.sharpness_and_error(visitor, models)
panels.whose_sharpness(visitor, models)

with st.expander("More: why the mean is grey, and what the losses push"):
    st.markdown(
        "The mean of a continuous Bernoulli lies nearer to ½ than its λ. These models hold their "
        "logits under |logit| ≤ 9.21, that is λ between 0.0001 and 0.9999, so no pixel of the mean "
        "is darker than 0.1085 or brighter than 0.8915: the grey background is the bound's doing."
    )
    panels.lambda_and_mean()
    st.markdown(
        "With the logit η the output gradient of each loss is *what the model expects minus the "
        "pixel*. Only the expectation differs; C(λ) is what turns λ into the mean μ(λ)."
    )
    st.latex(
        r"\frac{\partial\, \mathrm{BCE}}{\partial \eta} = \lambda - x \qquad "
        r"\frac{\partial\, \mathrm{CB}}{\partial \eta} = \mu(\lambda) - x, \quad "
        r"\mu(\lambda) = \frac{\lambda}{2\lambda - 1} + \frac{1}{2\,\mathrm{artanh}(1 - 2\lambda)} "
        r"\qquad \frac{\partial\, \mathrm{Gauss}}{\partial \hat x} = \frac{\hat x - x}{\tau^2}"
    )
    st.markdown("Near λ = ½, with δ = λ − ½:")
    st.latex(
        r"\log C(\lambda) = \log 2 + \tfrac{4}{3}\,\delta^2 + \tfrac{104}{45}\,\delta^4 "
        r"+ \tfrac{16064}{2835}\,\delta^6 + \dots"
    )
    st.markdown(
        "A continuous Bernoulli's log-density may be positive, and without a bound on the logits "
        "it has no best value on images whose pixels are exactly 0: it only measures how far the "
        "logits have run. So its numbers carry their bound, and compare only under the same one."
    )
    for shown in models.values():
        st.caption(panels.provenance(shown))

panels.train(
    visitor,
    ModelConfig(kind="vae", likelihood="continuous_bernoulli"),
    TrainConfig(),
    key="continuous-bernoulli",
)

st.subheader("Check yourself", anchor=False)
quiz.check(
    "cb-half",
    "A pixel of 0.5 is answered with λ = 0.5. What do BCE and the continuous Bernoulli charge?",
    [
        "Both nothing: the answer is right.",
        "BCE 0.693 nats, the continuous Bernoulli 0.",
        "Both 0.693.",
    ],
    "BCE 0.693 nats, the continuous Bernoulli 0.",
    "BCE charges the entropy of a fair coin, log 2. C(½) = 2 is a uniform density of 1 on [0, 1], "
    "and log 1 = 0.",
)
quiz.check(
    "cb-bright",
    "A continuous Bernoulli has λ = 0.99. How bright is its mean?",
    ["0.99.", "0.79.", "0.50."],
    "0.79.",
    "λ is a parameter and not the brightness; the mean lies nearer to ½.",
)
quiz.check(
    "cb-numbers",
    "A continuous Bernoulli loss of −1300 nats, and a BCE of 150 nats. Which model wins?",
    ["The first: its loss is lower.", "The second: its loss is positive.", "They do not compare."],
    "They do not compare.",
    "One is a density under a bound, the other a score. Squared error, sharpness and a look at "
    "the digits compare.",
)

panels.coming_next(
    "build_your_own", "You have met every piece: encoder, prior, loss. Now put them together."
)
