"""Lesson 6: which distribution a loss believes in, and what the continuous Bernoulli changes."""

import streamlit as st

from app import quiz, theme, widgets
from app.cache import Shown
from app.lessons.continuous_bernoulli import (
    comparing,
    density,
    likelihoods,
    logit_bound,
    paper,
    pixels,
    sharpness,
)
from app.panels import bench, digits, frame, models
from app.state import YOURS, session
from core.evaluation.judging import View

visitor = session()

frame.opening("continuous_bernoulli")
words, controls = st.columns([3, 2], gap="large", vertical_alignment="center")
words.markdown(
    "VAEs, alike in all but their loss, restore the same digits. **Which row is sharpest?** Then "
    "switch from **λ**, what papers show, to the **mean**, which a model expects, or to **one "
    "sample**, every pixel drawn on its own. For BCE and squared error λ *is* the mean."
)

with controls, st.container(horizontal=True, vertical_alignment="bottom"):
    stops = [*map(str, likelihoods.SIZES), *bench.stop(visitor)]
    stop = widgets.choice("Numbers in the code, d", stops, default="20", key="cb-d")
    view: View = likelihoods.choose_view()
    digits.pick_digits(visitor)
run = visitor.run if stop == YOURS else None
d = likelihoods.nearest(run.config.latent_dim) if run else int(stop)
three = likelihoods.three_likelihoods(visitor, d)
runs = likelihoods.runs_of_size(visitor, d)
mine = run or (runs[-1] if runs else None)
compared = three | ({likelihoods.MINE: mine} if mine else {})


def figure(now: Shown) -> None:
    ours = now if now.mine else mine
    named = three | ({likelihoods.MINE: ours} if ours else {})
    likelihoods.rows(visitor, named.items(), view)
    if ours is None:
        likelihoods.no_run()
    st.caption(likelihoods.how_judged(visitor))


def both(left: Shown, right: Shown) -> None:
    likelihoods.rows(visitor, [(left.title, left), (right.title, right)], view)
    st.caption(likelihoods.how_judged(visitor))


BENCH = bench.Bench(
    key="cb-run",  # "cb-d" and "cb-bound" are the page's own
    selector="cb-d",
    sliders=("likelihood", "logit_bound", "variance", "latent_dim"),
    kinds=("vae",),
    architecture="lite",
    ranges={"latent_dim": likelihoods.SIZES},
)
likelihood = run.config.likelihood if run else "continuous_bernoulli"
pretrained = likelihoods.of_likelihood(three, likelihood)
if pretrained is not None:
    bench.show(visitor, BENCH, run or pretrained, pretrained, figure, both)
    sharpness.told_apart(three, runs)

st.subheader("A pixel under the microscope", anchor=False)
st.markdown(
    "A decoder answers each pixel with one number, λ. Three losses judge every answer, each on its "
    "own axis: their numbers do not compare. **Where** each is lowest does."
)


@st.fragment
def microscope() -> None:
    pixel, costs = st.columns([2, 5], gap="medium")
    with pixel:
        x = pixels.point_at_pixel(visitor)
    with costs:
        value, choice = st.columns([1, 4], gap="medium", vertical_alignment="bottom")
        value.metric("Its value, x", f"{x:.3f}")
        with choice:
            answer = widgets.one_of("The decoder's answer, ◇", pixels.LAMBDAS, 0.5, key="cb-answer")
        pixels.pixel_costs(x, answer)
        more = widgets.section("More: the slopes, over all answers", key="cb-slopes")
        if more.open:
            with more:
                slopes(x)
        st.markdown(
            "**The area that is missing.** Binary cross-entropy (BCE) is the −log-probability of a "
            "coin, which knows 0 and 1; our pixels are grey. A density over them has area 1, that "
            "of e^(−BCE) is at most ½: on grey pixels BCE is a **score** and no log-likelihood. "
            "The missing factor C(λ) is 2 at λ = ½ and grows without end towards 0 and 1, so "
            "leaving it out is not free. With it, the coin becomes the **continuous Bernoulli** "
            "([Loaiza-Ganem and Cunningham 2019](https://arxiv.org/abs/1907.06845))."
        )
        more = widgets.section("Move λ, and watch the area", key="cb-area")
        if more.open:
            with more:
                area()


def slopes(x: float) -> None:
    st.markdown(
        "Each slope is *what the model expects, minus the pixel*. C(λ) is what turns the "
        "expected value from λ into the mean μ(λ)."
    )
    pixels.slopes(x)
    st.latex(
        r"\begin{aligned} \frac{\partial\, \mathrm{BCE}}{\partial \eta} &= \lambda - x "
        r"\\ \frac{\partial\, \mathrm{CB}}{\partial \eta} &= \mu(\lambda) - x \\ "
        r"\frac{\partial\, \mathrm{Gauss}}{\partial \hat x} &= \frac{\hat x - x}{\tau^2} "
        r"\\ \eta &= \mathrm{logit}\,\lambda \\ \mu(\lambda) &= "
        r"\frac{\lambda}{2\lambda - 1} + \frac{1}{2\,\mathrm{artanh}(1 - 2\lambda)} "
        r"\end{aligned}"
    )


@st.fragment
def area() -> None:
    st.latex(
        theme.formula(
            r"p(x \mid \lambda) = \reconstruction{C(\lambda)}\, "
            r"\lambda^x (1-\lambda)^{1-x} \qquad \reconstruction{C(\lambda)} = "
            r"\frac{2\,\mathrm{artanh}(1-2\lambda)}{1-2\lambda}, \quad C(\tfrac12) = 2"
        )
    )
    pixels.pixel_density(widgets.one_of("λ", pixels.LAMBDAS, 0.1, key="cb-lambda"))


microscope()

st.subheader("Go deeper", anchor=False)
with st.container(gap="xsmall"):
    more = widgets.section("The mean, its contrast restored", key="cb-contrast-open")
    if more.open:
        with more:
            sharpness.with_contrast_restored(visitor, three)
    more = widgets.section("New digits from the same noise", key="cb-new")
    if more.open:
        with more:
            likelihoods.new_digits(visitor, compared, view)
    more = widgets.section("Move the bound: what it decides", key="cb-bounds")
    if more.open:
        with more:
            st.markdown(
                "C(λ) grows without end towards λ = 0 and 1, and many pixels are exactly 0. There "
                "the density could rise without end, were it not for a bound on |logit|. Five "
                "models differ in it alone."
            )
            logit_bound.bound_slider(visitor)
    more = widgets.section("Put them on one axis: which is best?", key="cb-best")
    if more.open:
        with more:
            st.markdown("Some figures mean the same for every model, and some do not. Ask for one.")
            comparing.on_one_axis(visitor, compared)
    more = widgets.section("The paper's table, made again", key="cb-paper")
    if more.open:
        with more:
            st.markdown(
                "The authors trained two larger VAEs, one with each loss, on dequantised digits, "
                "and read the Bernoulli's λ in two ways: as it is, and as a mean."
            )
            paper.show()
    more = widgets.section("The distribution itself: C, mean, variance, draws", key="cb-more")
    if more.open:
        with more:
            density.distribution(visitor)
    more = widgets.section(
        "log C in float32: where programs lose digits, measured", key="cb-float32"
    )
    if more.open:
        with more:
            st.markdown(
                "On paper C(λ) is one formula. Float32 keeps seven digits, and two differences eat "
                "them: near λ = ½ two nearly equal numbers are subtracted, and near λ = 1 it is 1 "
                "− λ that is rounded. Libraries replace the formula near ½ by its Taylor "
                "polynomial, with δ = λ − ½:"
            )
            st.latex(
                r"\begin{aligned} \log C(\lambda) = \log 2 &+ \tfrac{4}{3}\,\delta^2 "
                r"+ \tfrac{104}{45}\,\delta^4 \\ &+ \tfrac{16064}{2835}\,\delta^6 + \dots "
                r"\end{aligned}"
            )
            density.float32_errors()
            st.markdown(
                "Measured now, at 1 600 logits of each sign, against this project's functions in "
                "float64. The window you start with is that of `torch.distributions`: two terms, λ "
                "from 0.499 to 0.501. Widen it, and the digits lost just outside come back; widen "
                "it further, and the polynomial needs more terms. No window helps near λ = 1, "
                "where only the logit η still knows the difference; this project uses C = η / "
                "tanh(η/2), and a series in η near 0."
            )
    with st.expander("The models of this page, with their figures"):
        st.markdown(
            "A density may stand above 1, and then its −log is below 0. Such a number carries its "
            "bound, and compares only under the same one."
        )
        for shown in compared.values():
            st.caption(f"**{shown.title}**. {models.provenance(shown)}")

st.subheader("Check yourself", anchor=False)
half, bright, numbers = st.columns(3, gap="medium")
with half:
    quiz.check(
        "cb-half",
        "A pixel of 0.5 is answered with λ = 0.5. What do BCE and the continuous Bernoulli charge?",
        [
            "Both nothing: the answer is right.",
            "BCE 0.693 nats, the continuous Bernoulli 0.",
            "Both 0.693.",
        ],
        "BCE 0.693 nats, the continuous Bernoulli 0.",
        "BCE charges the entropy of a fair coin, log 2. C(½) = 2 is a uniform density of 1 on "
        "[0, 1], and log 1 = 0.",
    )
with bright:
    quiz.check(
        "cb-bright",
        "A continuous Bernoulli has λ = 0.99. How bright is its mean?",
        ["0.99.", "0.79.", "0.50."],
        "0.79.",
        "λ is a parameter and not the brightness; the mean lies nearer to ½.",
    )
with numbers:
    quiz.check(
        "cb-numbers",
        "A continuous Bernoulli loss of −1300 nats, and a BCE of 150 nats. Which model wins?",
        [
            "The first: its loss is lower.",
            "The second: its loss is positive.",
            "They do not compare.",
        ],
        "They do not compare.",
        "One is a density under a bound, the other a score. Squared error, what a classifier reads "
        "and a look at the digits compare.",
    )

frame.closing("continuous_bernoulli")
