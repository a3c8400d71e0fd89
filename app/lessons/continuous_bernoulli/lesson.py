"""Lesson 6: which distribution a loss believes in, and what the continuous Bernoulli changes."""

import streamlit as st

from app import quiz, widgets
from app.cache import Shown
from app.glossary import term
from app.lessons.continuous_bernoulli import (
    comparing,
    density,
    held,
    likelihoods,
    logit_bound,
    paper,
    pixels,
    sharpness,
)
from app.lessons.continuous_bernoulli.symbols import SYMBOLS
from app.panels import bench, deeper, digits, frame, models
from app.state import YOURS, session
from core import losses
from core.continuous_bernoulli import continuous_bernoulli_mean, continuous_bernoulli_nll
from core.evaluation.judging import View
from core.evaluation.judging import sharpness as sharp

visitor = session()

frame.opening("continuous_bernoulli")
words, controls = st.columns([3, 2], gap="large", vertical_alignment="center")
words.markdown(
    f"VAEs, alike in all but their {term('likelihood')}, restore the same digits. A likelihood "
    "says how probable each grey value is, given the decoder's answer λ; its −log is the loss. "
    "Which row is sharpest? Switch from *λ*, what papers show, to the *mean*, which a model "
    "expects, or to *one sample*, every pixel drawn on its own. For BCE and squared error λ *is* "
    "the mean."
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
    st.markdown(likelihoods.closest(visitor, named, view))
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
    st.subheader("Whose sharpness is it?", anchor=False)
    sharpness.told_apart(visitor, d, three, runs)

st.subheader("A pixel under the microscope", anchor=False)
st.markdown(
    "A decoder answers each pixel with one number, λ. Three losses judge every answer, each on its "
    "own axis: their numbers do not compare. *Where* each is lowest does."
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


def slopes(x: float) -> None:
    st.markdown(
        "Each slope is *what the model expects, minus the pixel*. C(λ) is what turns the "
        "expected value from λ into the mean μ(λ)."
    )
    pixels.slopes(x)
    deeper.formula(
        r"\begin{aligned} \frac{\partial\, \mathrm{BCE}}{\partial \eta} &= \lambda - x "
        r"\\ \frac{\partial\, \mathrm{CB}}{\partial \eta} &= \mu(\lambda) - x \\ "
        r"\frac{\partial\, \mathrm{Gauss}}{\partial \hat x} &= \frac{\hat x - x}{\tau^2} "
        r"\\ \eta &= \mathrm{logit}\,\lambda \\ \mu(\lambda) &= "
        r"\frac{\lambda}{2\lambda - 1} + \frac{1}{2\,\mathrm{artanh}(1 - 2\lambda)} "
        r"\end{aligned}",
        SYMBOLS,
    )


microscope()

density_asked, bound_asked = st.columns(2, gap="large")
with density_asked:
    st.subheader("Is it a density?", anchor=False)
    st.markdown(
        f"Binary cross-entropy (BCE) is the −log-probability of a coin, a {term('Bernoulli')}, "
        f"which knows 0 and 1; our pixels are grey. A {term('density')} over them has area 1. Has "
        "e^(−BCE)?"
    )
    knows_area = pixels.area_asked(visitor)
    if knows_area:
        st.markdown(
            f"On grey pixels BCE is a *score* and no log-likelihood. {pixels.missing_factor()} "
            f"Leaving the {term('normalising constant', 'factor')} C(λ) out is not free. With it, "
            f"the coin becomes the {term('continuous Bernoulli')} "
            "([Loaiza-Ganem and Cunningham 2019](https://arxiv.org/abs/1907.06845))."
        )
with bound_asked:
    st.subheader("What does a bound decide?", anchor=False)
    st.markdown(
        "The logits of this page's continuous Bernoullis are kept between two bounds, of one size "
        "to both sides of 0: |logit| ≤ 9, say. Five models differ in that bound alone. Does it "
        "matter?"
    )
    knows_bound = logit_bound.asked_without(visitor)

st.subheader("More to look at", anchor=False)
with st.container(gap="xsmall"):
    if knows_area:
        more = widgets.section("Move λ, and watch the area", key="cb-area")
        if more.open:
            with more:
                pixels.area()
    if knows_bound:
        more = widgets.section("Move the bound: what it decides", key="cb-bounds")
        if more.open:
            with more:
                logit_bound.bound_slider(visitor)
    more = widgets.section("The mean, its contrast restored", key="cb-contrast-open")
    if more.open:
        with more:
            sharpness.with_contrast_restored(visitor, three)
            held.brightness()
    more = widgets.section("New digits from the same noise", key="cb-new")
    if more.open:
        with more:
            likelihoods.new_digits(visitor, compared, view)
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
    more = widgets.section(
        "The distribution itself, and what float32 makes of its constant", key="cb-more"
    )
    if more.open:
        with more:
            density.distribution(visitor)
            st.subheader("log C in float32: where programs lose digits", anchor=False)
            st.markdown(
                "On paper C(λ) is one formula. Float32 keeps seven digits, and two differences eat "
                "them: near λ = ½ two nearly equal numbers are subtracted, and near λ = 1 it is 1 "
                "− λ that is rounded. Libraries replace the formula near ½ by its Taylor "
                "polynomial, with δ = λ − ½:"
            )
            deeper.formula(
                r"\begin{aligned} \log C(\lambda) = \log 2 &+ \tfrac{4}{3}\,\delta^2 "
                r"+ \tfrac{104}{45}\,\delta^4 \\ &+ \tfrac{16064}{2835}\,\delta^6 + \dots "
                r"\end{aligned}",
                SYMBOLS,
            )
            density.float32_errors()
            st.markdown(
                "Measured now, at 1 600 logits of each sign, against this project's functions in "
                "float64. The window you start with is that of `torch.distributions`: two terms, λ "
                f"from {0.5 - density.WINDOW:g} to {0.5 + density.WINDOW:g}. Widen it, and the "
                "digits lost just outside come back; widen it further, and the polynomial needs "
                "more terms. No window helps near λ = 1, "
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
        held.below_zero(three)
        held.mean_squares(visitor, three)

deeper.show(
    "continuous_bernoulli",
    symbols=SYMBOLS,
    sources=[
        deeper.Source(
            "Loaiza-Ganem and Cunningham", 2019,
            "The continuous Bernoulli: fixing a pervasive error in variational autoencoders",
            "arXiv:1907.06845",
        ),
        deeper.Source(
            "Theis, van den Oord and Bethge", 2016,
            "A note on the evaluation of generative models", "arXiv:1511.01844",
        ),
        deeper.Source(
            "Salimans and others", 2016, "Improved techniques for training GANs",
            "arXiv:1606.03498",
        ),
        deeper.Source(
            "van den Oord, Kalchbrenner and Kavukcuoglu", 2016,
            "Pixel recurrent neural networks", "arXiv:1601.06759",
        ),
    ],
    code=[continuous_bernoulli_nll, continuous_bernoulli_mean, losses.bernoulli_nll, sharp],
)  # fmt: skip

quiz.ask(visitor, "continuous_bernoulli")
frame.closing("continuous_bernoulli")
