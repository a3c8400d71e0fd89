"""Lesson 2: every code on a map, and a picture at every place of it."""

import streamlit as st

from app import quiz, theme, widgets
from app.cache import Passing, Shown
from app.lessons.latent_scatter import basis, overlap, two_maps
from app.panels import bench, frame, models
from app.panels.map import exploring
from app.state import session

visitor = session()
data = visitor.digits

frame.opening("latent_scatter")
st.markdown(
    "Every point is one digit, at the place of its **code**. Move over the map: beside it stands "
    "what the decoder draws exactly there, and the real digit nearest to it. **Where no digit "
    "lives, it draws something too**: the small pictures behind the points."
)

MODELS = {
    "AE lite, d = 2": "ae-lite-2",
    "AE dense, d = 2": "ae-dense-2",
    "AE shallow, d = 2": "ae-shallow-2",
    "AE deep, d = 2": "ae-deep-2",
    "AE dense, d = 1": "ae-dense-1",
    "AE dense, d = 8": "ae-dense-8",
    "AE dense, d = 32": "ae-dense-32",
    "VAE lite, d = 2, β = 1": "vae-lite-2-beta-1",
    "VAE lite, d = 2, β = 0.0392": "vae-lite-2-beta-0.0392",
    "VAE lite, d = 2, β = 392: collapsed": "vae-lite-2-beta-392",
    "VAE lite, d = 20, β = 1": "vae-lite-20-bernoulli",
}
BENCH = bench.Bench(
    key="map",
    selector="map-of",
    sliders=("seed", "architecture", "kind", "epochs"),
    ranges={"seed": range(10)},
)
choose, paint = st.columns([2, 3])
with choose:
    name = widgets.menu("Model", [*MODELS, *bench.stop(visitor)], key="map-of")
shown = models.find(visitor, MODELS.get(name, name))
pretrained = models.find(visitor, two_maps.nearest(shown.config) if shown.mine else shown.key)
with paint:
    colours = exploring.COLOURS if shown.is_vae else exploring.COLOURS[:3]
    colour = widgets.choice("Colour by", colours, key="colour")

tsne = overlap.has_tsne(shown) and widgets.switch("t-SNE of 2 000 codes", key="tsne")
if tsne:
    st.markdown(
        "**t-SNE** moves the codes until neighbours of latent space are neighbours in the picture. "
        "Its distances and islands are not those of latent space, and its axes mean nothing."
    )


def figure(now: Shown) -> None:
    exploring.explore_map(visitor, now, colour, tsne=tsne and not isinstance(now, Passing))


def both(left: Shown, right: Shown) -> None:
    two_maps.aligned(left, right, key="held")


bench.show(visitor, BENCH, shown, pretrained, figure, both)
overlap.overlap(visitor, shown)

st.subheader("Another seed: the same loss? The same map?", anchor=False)
two_maps.last_two(visitor, pretrained)

st.subheader("What the map does not say", anchor=False)
st.markdown(
    "No label was used in training: the colours were added afterwards. Digits of a class lie "
    "near one another because they look alike: encoder and decoder change smoothly, and mostly "
    "give like images like codes.\n\n"
    "The axes' direction, their scale and which side is left mean nothing. For any invertible "
    "*R*, the encoder followed by *R* and the decoder after its inverse are an autoencoder of "
    "exactly the same loss:"
)
st.latex(
    theme.formula(
        r"\decoder{g}\bigl(R^{-1}\,\latent{R\,\encoder{e}(x)}\bigr) = "
        r"\decoder{g}\bigl(\encoder{e}(x)\bigr) \quad\Rightarrow\quad "
        r"\reconstruction{\mathcal L}(R \circ \encoder{e},\ \decoder{g} \circ R^{-1}) = "
        r"\reconstruction{\mathcal L}(\encoder{e}, \decoder{g})"
    )
)
st.markdown(
    "So scales of two autoencoders cannot be compared, and a mirrored map is not a worse one. "
    "A VAE is less free: its KL term ties the codes to the scale of N(0, I)."
)
with st.expander("More: turn, stretch and mirror this map"):
    basis.another_basis(visitor, shown)


@st.fragment
def questions() -> None:
    quiz.check(
        "overlap",
        "On a map, 4 and 9 overlap. What will their reconstructions do?",
        ["Come back sharp, each as its own digit.", "Confuse the two, or average them."],
        right="Confuse the two, or average them.",
        why="Where two digits share a code, one decoder output must serve both.",
    )
    quiz.check(
        "mirrored",
        "Two trainings end with the same loss and mirrored maps. Is one of them wrong?",
        ["Yes, the map shows where digits belong.", "No."],
        right="No.",
        why="A mirror is an invertible R: the loss cannot tell the two apart.",
    )
    quiz.check(
        "islands",
        "The t-SNE of a collapsed VAE's codes shows islands. Do its codes form islands?",
        ["Yes, t-SNE has found hidden structure.", "No, all its codes lie at almost one place."],
        right="No, all its codes lie at almost one place.",
        why="Nearly all of its codes are the same to the last bit. t-SNE has to put ties "
        "somewhere, and the islands are its own making.",
    )


st.subheader("Check yourself", anchor=False)
questions()
frame.closing("latent_scatter")
