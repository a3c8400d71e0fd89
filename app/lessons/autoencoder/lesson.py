"""Lesson 1: squeeze an image through a few numbers, and restore it."""

import streamlit as st

from app import quiz, widgets
from app.cache import Shown
from app.glossary import term
from app.lessons.autoencoder import misreadings, rival, stranger
from app.lessons.autoencoder.symbols import SYMBOLS
from app.panels import beliefs, bench, deeper, digits, drawing, frame, models, restoring
from app.state import YOURS, session
from core.evaluation.baselines import entropy_floor
from core.losses import bernoulli_nll
from core.models.autoencoder import Autoencoder

visitor = session()
data = visitor.digits

frame.opening("autoencoder")
st.markdown(
    f"An {term('encoder')} squeezes the 784 pixels of a digit into a {term('code')} of *d* "
    f"numbers; a {term('decoder')} restores a picture from the code alone. Does the digit below "
    "come back as itself? Move *d*, and draw one yourself."
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
    restoring.side_by_side(visitor, {left.title: left, right.title: right})


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
deeper.formula(
    r"\latent{z} = \encoder{e}(x) \qquad \hat x = \decoder{g}(\latent{z}) \qquad "
    r"\reconstruction{\mathrm{BCE}} = -\sum_{784} x \log \hat x + (1-x) \log (1 - \hat x)",
    SYMBOLS,
)
st.markdown(
    f"The loss is the {term('binary cross-entropy')} (BCE), summed over the pixels, in "
    f"{term('nats')}. It is lowest where the restored picture equals the original, but even there "
    f"it is not 0: a grey pixel costs its own {term('entropy')}. That is the cost of a perfect "
    "restorer."
)

beliefs.card(
    "to-zero",
    "The loss should reach 0; until then the network is not trained.",
    f"A perfect restorer of these test images still pays **{misreadings.floor(visitor)}** each: "
    "the entropy of their grey pixels.",
)
more = widgets.section("More: the straight-line rival", key="pca-more")
if more.open:
    with more:
        st.markdown(
            f"{term('principal component analysis', 'Principal component analysis')} also "
            f"squeezes an image into {shown.config.latent_dim} numbers and restores it, with "
            f"straight lines only. Compare the {term('squared error')}: it is what PCA makes "
            "smallest."
        )
        rival.against_pca(visitor, shown)

deeper.show(
    "autoencoder",
    symbols=SYMBOLS,
    sources=[
        deeper.Source(
            "Hinton and Salakhutdinov",
            2006,
            "Reducing the dimensionality of data with neural networks",
            "Science 313, 504–507",
        ),
        deeper.Source(
            "Baldi and Hornik",
            1989,
            "Neural networks and principal component analysis: learning from examples without "
            "local minima",
            "Neural Networks 2, 53–58",
        ),
        deeper.Source(
            "LeCun, Bottou, Bengio and Haffner",
            1998,
            "Gradient-based learning applied to document recognition (MNIST)",
            "Proceedings of the IEEE 86, 2278–2324",
        ),
    ],
    code=[Autoencoder.loss, bernoulli_nll, entropy_floor],
)
quiz.ask(visitor, "autoencoder")
frame.closing("autoencoder")
