"""Lesson 4: walk from one digit to another, through pixels and through codes."""

import streamlit as st

from app import quiz, theme, widgets
from app.lessons.interpolation import measuring, mosaics, scrubbing
from app.panels import digits, frame, training, walks
from app.state import session
from core import latent
from core.models import ModelConfig

TILES = 16  # a side of a mosaic

visitor = session()
data = visitor.digits

frame.opening("interpolation")
st.markdown(
    "A **cross-fade** blends the pixels of two digits. The other way leads through latent space: "
    "from one **code** to the other in a straight line, decoding at every step."
)

twenty = widgets.switch("Twenty numbers in the code instead of two", key="walk-twenty")
figure = st.container()  # above the two models that draw it
if twenty:
    ae, vae = mosaics.pair(visitor, "ae-lite-20-bernoulli", "vae-lite-20-bernoulli")
else:
    ae, vae = mosaics.pair(visitor, "ae-lite-2", "vae-lite-2-beta-1")


@st.fragment
def walk() -> None:
    left, right = st.columns(2)
    with left:
        start, from_name = digits.choose_digit(visitor, "From", 0, key="walk-from")
    with right:
        end, to_name = digits.choose_digit(visitor, "To", 3, key="walk-to")
    along, more = st.container(), st.expander("More: frames, steps, slerp")
    with more:
        frames = widgets.one_of("Frames", [9, 11, 13], 11, key="walk-frames")
        st.markdown(
            r"Straight line: $z(t) = (1-t)\,a + t\,b$. **Slerp** follows the great circle instead: "
            r"$\frac{\sin((1-t)\Omega)}{\sin\Omega}\,a + \frac{\sin(t\Omega)}{\sin\Omega}\,b$, "
            r"where $\Omega$ is the angle between $a$ and $b$. Shoemake (1985) made it for "
            "rotations, and White (2016) brought it to latent spaces of many dimensions, where "
            r"draws from the prior all have norms near $\sqrt d$. In two it makes a detour around "
            f"the likeliest place: it is offered from d = {latent.SLERP_FROM_DIM}."
        )
        slerp = False
        if max(ae.config.latent_dim, vae.config.latent_dim) >= latent.SLERP_FROM_DIM:
            slerp = widgets.choice("Path", ["Straight line", "Slerp"], key="walk-path") == "Slerp"
    fade = walks.crossfade((start, end), frames)
    ways = [
        walks.walk(visitor, shown, (start, end), frames, spherical=slerp) for shown in (ae, vae)
    ]
    with along:
        scrubbing.scrub(visitor, fade, ways, (from_name, to_name))
    with more:
        measuring.step_speeds(fade, ways)


with figure:
    walk()

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
    "more room to pass it by: set the switch at the top, and compare. Nothing in the training of "
    "an autoencoder says what its decoder draws far from every code, and equal steps in latent "
    "space are not equal steps in the picture."
)

st.subheader("Which way is better? Measure it", anchor=False)
st.markdown(
    "One pair proves nothing. Take the middle of many random pairs, and let the classifier read "
    "the three kinds of midpoint. What do you expect?"
)
if widgets.switch("Show the measurement", key="walk-midpoints"):
    measuring.midpoints(visitor, (ae, vae))

st.subheader("Mosaics: a whole plane at once", anchor=False)


@st.fragment
def mosaic() -> None:
    choose, of = st.columns([3, 2])
    with choose:
        kind = widgets.choice("Mosaic", ["Three images", "Four images", "A plane"], key="mosaic")
    with of:
        shown = (
            ae if widgets.choice("Decoded by", ["VAE", "AE"], key="mosaic-model") == "AE" else vae
        )
    if kind == "A plane":
        mosaics.plane_mosaic(visitor, shown, TILES)
        return
    places = ["Bottom left", "Bottom right", "Top left", "Top right"]
    marks = mosaics.corners(visitor, shown, places[: 3 if kind == "Three images" else 4])
    a, b, c, *fourth = marks.values()
    if fourth:
        st.markdown("Between four codes, every row and every column is a straight path.")
        grid = latent.four_corners(c, fourth[0], a, b, TILES)
    else:
        st.markdown(
            r"From bottom left $a$ to the right $b$ and up to $c$: $a + s(b-a) + t(c-a)$. The "
            r"fourth corner, $b + c - a$, is **no image's code but an analogy**: *b is to a as "
            "what is to c?*"
        )
        grid = latent.three_corners(a, b, c, TILES)
    mosaics.mosaic(visitor, shown, grid, marks)


mosaic()

training.train(
    visitor, ModelConfig(latent_dim=20 if twenty else 2), training.short_run(visitor), key="walks"
)

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
