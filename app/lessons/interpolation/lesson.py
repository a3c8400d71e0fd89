"""Lesson 4: walk from one digit to another, through pixels and through codes."""

import streamlit as st

from app import quiz, widgets
from app.cache import Shown
from app.glossary import term
from app.lessons.interpolation import asked, beside, midpoints, mosaics, scrubbing, slerp, steps
from app.lessons.interpolation.symbols import SYMBOLS
from app.panels import bench, deeper, digits, frame, models, predictions
from app.state import YOURS, session
from core import evaluation, latent

visitor = session()

frame.opening("interpolation")
st.markdown(
    f"A {term('cross-fade')} blends the pixels of two digits. An {term('interpolation')} in latent "
    "space decodes every step of a straight line between their codes. Press *Play*: whose strokes "
    "do you see half-way?"
)

BENCH = bench.Bench(
    key="walk",
    selector="walk-numbers",
    sliders=("latent_dim", "kind", "beta"),
    ranges={"latent_dim": range(2, 21)},
)
left, right, numbers = st.columns([5, 5, 3])
with left:
    start, from_name = digits.choose_digit(visitor, "From", 0, key="walk-from")
with right:
    end, to_name = digits.choose_digit(visitor, "To", 3, key="walk-to")
with numbers:
    stops = [*map(str, beside.PAIRS), *bench.stop(visitor)]
    stop = widgets.choice("Numbers in the code", stops, key="walk-numbers")
ends, names = (start, end), (from_name, to_name)

shown = models.find(visitor, YOURS if stop == YOURS else beside.PAIRS[int(stop)].vae)
pair = beside.pair(visitor, shown.config)
here = [*pair, shown] if shown.mine else pair

first_figure = st.container()  # above what decides on its path
with st.expander("More: slerp, and how even the steps are"):
    st.markdown(
        f"The straight line is {term('lerp')}: "
        r"$z(t) = (1-t)\,a + t\,b$. "
        f"{term('slerp', 'Slerp')} follows the great circle instead: "
        r"$\frac{\sin((1-t)\Omega)}{\sin\Omega}\,a + \frac{\sin(t\Omega)}{\sin\Omega}\,b$, "
        r"where $\Omega$ is the angle between $a$ and $b$. Shoemake (1985) made it for "
        "rotations, and White (2016, arXiv:1609.04468) brought it to latent spaces of many "
        "dimensions, where "
        r"draws from the prior all have norms near $\sqrt d$. In two it makes a detour around "
        f"the likeliest place: it is offered from d = {latent.SLERP_FROM_DIM}."
    )
    spherical = False
    if max(each.config.latent_dim for each in here) >= latent.SLERP_FROM_DIM:
        spherical = widgets.choice("Path", ["Straight line", "Slerp"], key="walk-path") == "Slerp"
    speeds = st.container()


def figure(now: Shown) -> None:
    two = beside.pair(visitor, now.config)
    three = [*two, now] if now.mine else two
    scrubbing.scrub(visitor, three, ends, spherical=spherical, places=3)
    scrubbing.whose(two, now)


def both(one: Shown, other: Shown) -> None:
    scrubbing.scrub(visitor, [one, other], ends, spherical=spherical, places=2)


run = visitor.training_here()
held_against = beside.pretrained(visitor, run.order.model if run else shown.config)
with first_figure:
    bench.show(visitor, BENCH, shown, held_against, figure, both, like=beside.begin(shown, BENCH))
    scrubbing.midway(visitor, pair[0], ends, spherical=spherical)
with speeds:
    steps.step_speeds(ends, here, spherical=spherical)

by_hand = widgets.section("Walk by hand: drag the ends of the path", key="walk-by-hand")
if by_hand.open:
    with by_hand:
        scrubbing.by_hand(visitor, here, ends, names)

deeper.formula(
    r"\latent{z(t)} = (1-t)\,\encoder{e}(x_a) + t\,\encoder{e}(x_b) \qquad "
    r"\hat x(t) = \decoder{g}(\latent{z(t)}) \qquad t \in [0, 1]",
    SYMBOLS,
)
st.markdown(
    "The cross-fade holds the ink of the two digits and no other. A path between codes shows what "
    "the decoder draws between them. Nothing in the training of an autoencoder says what that is "
    "far from every code, and equal steps in latent space are not equal steps in the picture."
)
if predictions.is_open(visitor, asked.MIDWAY):
    st.markdown(
        "It may be a third digit in ink of its own: where d = 2, all classes lie side by side in a "
        "plane, and a straight line may have to cross a third one. Where d = 20 there is more room "
        "to pass it by: set 20 at the top, and compare."
    )

others = [run for run in visitor.in_figures if run.key != shown.key]
if others:
    st.subheader("Your other runs, on the same way", anchor=False)
    scrubbing.strips(visitor, others, ends, spherical=spherical)

st.subheader("Which way is better? Measure it", anchor=False)
st.markdown(
    f"One pair proves nothing. Take the {term('midpoint', 'middle')} of many random pairs, and let "
    f"a {term('judge')} say whether it sees a digit there."
)
midpoints.midpoints(visitor, pair, beside.named([*here, *others]))
slerp.measured(visitor)

plane = widgets.section("Mosaics: a whole plane at once", key="mosaic-open")
if plane.open:
    with plane:
        mosaics.mosaics(visitor, beside.named(here[::-1]))

deeper.show(
    "interpolation",
    symbols=SYMBOLS,
    sources=[
        deeper.Source(
            "Shoemake", 1985, "Animating rotation with quaternion curves", "SIGGRAPH 19(3)"
        ),
        deeper.Source("White", 2016, "Sampling generative networks", "arXiv:1609.04468"),
        deeper.Source(
            "McNemar",
            1947,
            "Note on the sampling error of the difference between correlated proportions",
            "Psychometrika 12",
        ),
    ],
    code=[latent.linear_path, latent.spherical_path, evaluation.judging.gain],
)
quiz.ask(visitor, "interpolation")
frame.closing("interpolation")
