"""Lesson 4: walk from one digit to another, through pixels and through codes."""

import streamlit as st

from app import quiz, theme, widgets
from app.cache import Shown
from app.lessons.interpolation import beside, measuring, mosaics, scrubbing
from app.panels import bench, digits, frame, models
from app.state import YOURS, session
from core import latent

visitor = session()

frame.opening("interpolation")
st.markdown(
    "A **cross-fade** blends the pixels of two digits. The other way decodes every step of a "
    "straight line between their **codes**. Press **Play**: whose strokes do you see halfway?"
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
        r"Straight line: $z(t) = (1-t)\,a + t\,b$. **Slerp** follows the great circle instead: "
        r"$\frac{\sin((1-t)\Omega)}{\sin\Omega}\,a + \frac{\sin(t\Omega)}{\sin\Omega}\,b$, "
        r"where $\Omega$ is the angle between $a$ and $b$. Shoemake (1985) made it for "
        "rotations, and White (2016) brought it to latent spaces of many dimensions, where "
        r"draws from the prior all have norms near $\sqrt d$. In two it makes a detour around "
        f"the likeliest place: it is offered from d = {latent.SLERP_FROM_DIM}."
    )
    slerp = False
    if max(each.config.latent_dim for each in here) >= latent.SLERP_FROM_DIM:
        slerp = widgets.choice("Path", ["Straight line", "Slerp"], key="walk-path") == "Slerp"
    speeds = st.container()


def figure(now: Shown) -> None:
    two = beside.pair(visitor, now.config)
    three = [*two, now] if now.mine else two
    scrubbing.scrub(visitor, three, ends, spherical=slerp, places=3)
    scrubbing.whose(two, now)


def both(one: Shown, other: Shown) -> None:
    scrubbing.scrub(visitor, [one, other], ends, spherical=slerp, places=2)


run = visitor.training_here()
held_against = beside.pretrained(visitor, run.order.model if run else shown.config)
with first_figure:
    bench.show(visitor, BENCH, shown, held_against, figure, both, like=beside.begin(shown, BENCH))
with speeds:
    measuring.step_speeds(ends, here, spherical=slerp)

by_hand = widgets.section("Walk by hand: drag the ends of the path", key="walk-by-hand")
if by_hand.open:
    with by_hand:
        scrubbing.by_hand(visitor, here, ends, names)

st.latex(
    theme.formula(
        r"\latent{z(t)} = (1-t)\,\encoder{e}(x_a) + t\,\encoder{e}(x_b) \qquad "
        r"\hat x(t) = \decoder{g}(\latent{z(t)}) \qquad t \in [0, 1]"
    )
)
st.markdown(
    "The cross-fade holds the ink of the two digits and no other, though a classifier may take the "
    "one over the other for a third. A path between codes shows what the decoder draws between "
    "them, and that may be a third digit in ink of its own: where d = 2, all classes lie side by "
    "side in a plane, and a straight line may have to cross a third one. Where d = 20 there is "
    "more room to pass it by: set 20 at the top, and compare. Nothing in the training of "
    "an autoencoder says what its decoder draws far from every code, and equal steps in latent "
    "space are not equal steps in the picture."
)

others = [run.on(visitor.data) for run in visitor.runs.values() if run.key != shown.key]
if others:
    st.subheader("Your other runs, on the same way", anchor=False)
    scrubbing.strips(visitor, others, ends, spherical=slerp)

st.subheader("Which way is better? Measure it", anchor=False)
st.markdown(
    "One pair proves nothing. Take the middle of many random pairs, and let the classifier read "
    "each kind of midpoint. What do you expect?"
)
if widgets.switch("Show the measurement", key="walk-midpoints"):
    measuring.midpoints(visitor, beside.named([*here, *others]))

plane = widgets.section("Mosaics: a whole plane at once", key="mosaic-open")
if plane.open:
    with plane:
        mosaics.mosaics(visitor, beside.named(here[::-1]))

st.subheader("Check yourself", anchor=False)
quiz.check(
    "third-digit",
    "Which path can draw strokes midway that neither digit has?",
    ["The pixel cross-fade.", "The path between codes."],
    right="The path between codes.",
    why="The cross-fade holds the ink of both digits and no other, whatever a classifier reads in "
    "it. Between two codes a third digit may live.",
)
quiz.check(
    "off-the-cloud",
    "An autoencoder's path leaves the cloud of codes. What do its frames there show?",
    ["A blend of the two digits.", "Whatever the decoder happens to draw.", "Nothing."],
    right="Whatever the decoder happens to draw.",
    why="Training never asked anything of the decoder at such places: its output is unconstrained.",
)
quiz.check(
    "midpoint-norm",
    "Two independent draws from N(0, I) in 50 dimensions have norms of about 7.0. What is the norm "
    "of their midpoint?",
    ["About 7.0.", "About 5.0.", "About 0."],
    right="About 5.0.",
    why="E‖z‖² of the midpoint is d/2 = 25. That is why White took slerp to latent spaces of many "
    "dimensions: where both ends have one norm, slerp keeps it.",
)

frame.closing("interpolation")
