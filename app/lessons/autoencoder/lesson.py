"""Lesson 1: squeeze an image through a few numbers, and restore it."""

import streamlit as st

from app import quiz, theme, widgets
from app.cache import Shown
from app.lessons.autoencoder import misreadings, rival, stranger
from app.panels import bench, digits, drawing, frame, models, restoring
from app.state import YOURS, session

visitor = session()
data = visitor.digits

frame.opening("autoencoder")
st.markdown(
    "An **encoder** squeezes the 784 pixels of a digit into a code of *d* numbers; a **decoder** "
    "restores a picture from the code alone. Does the digit below come back as itself? "
    "Move *d*, and **draw one yourself**."
)

BENCH = bench.Bench(
    key="ae",
    selector="d",
    sliders=("latent_dim", "hidden_dim", "epochs"),
    kinds=("ae",),
    ranges={"latent_dim": range(1, 33)},
)
stops = [*misreadings.SIZES, *bench.stop(visitor)]
d = widgets.one_of("Show a code of d numbers", stops, 2, key="d")
shown = models.find(visitor, YOURS if d == YOURS else f"ae-dense-{d}")
pretrained = models.find(visitor, f"ae-dense-{misreadings.nearest(shown.config.latent_dim)}")


def figure(now: Shown) -> None:
    drawing.draw_your_own(visitor, now)
    misreadings.ten(visitor, now)
    misreadings.told(visitor, now)


def both(left: Shown, right: Shown) -> None:
    restoring.side_by_side(visitor, left, right)


bench.show(visitor, BENCH, shown, pretrained, figure, both)
digits.pick_digits(visitor)

st.subheader("What does a longer code buy?", anchor=False)
misreadings.against_size(visitor, shown)

st.subheader("And what is no digit?", anchor=False)
stranger.a_shoe(visitor, shown)

st.subheader("What it was paid for", anchor=False)
st.markdown(
    "Encoder and decoder learn together, and from pictures only: no label says which digit it is."
)
with st.expander("More: the network, layer by layer"):
    models.network(shown)
st.latex(
    theme.formula(
        r"\latent{z} = \encoder{e}(x) \qquad \hat x = \decoder{g}(\latent{z}) \qquad "
        r"\reconstruction{\mathrm{BCE}} = -\sum_{784} x \log \hat x + (1-x) \log (1 - \hat x)"
    )
)
st.markdown(
    "The loss is the **binary cross-entropy** (BCE), summed over the pixels, in nats. It is lowest "
    "where the restored picture equals the original, but even there it is not 0: a grey pixel "
    "costs its own entropy. That is the cost of a perfect restorer above."
)

more = widgets.section("More: the straight-line rival", key="pca-more")
if more.open:
    with more:
        st.markdown(
            "Principal component analysis also squeezes an image into "
            f"{shown.config.latent_dim} numbers and restores it, with straight lines only. "
            "Compare the squared error, which needs no likelihood."
        )
        rival.against_pca(visitor, shown)

quiz.ask(visitor, "autoencoder")
frame.closing("autoencoder")
