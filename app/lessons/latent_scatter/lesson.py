"""Lesson 2: every code on a map, and a picture at every place of it."""

import streamlit as st

from app import quiz, widgets
from app.cache import Passing, Shown
from app.glossary import term
from app.lessons.latent_scatter import basis, overlap, two_maps, unseen
from app.lessons.latent_scatter.symbols import SYMBOLS
from app.panels import bench, deeper, frame, models
from app.panels.map import exploring
from app.state import session
from core import evaluation, latent

visitor = session()
data = visitor.digits

frame.opening("latent_scatter")
st.markdown(
    f"Every point is one digit, at the place of its {term('code')}. Move over the "
    f"{term('latent map', 'map')}: beside it stands what the decoder draws exactly there, and the "
    "real digit nearest to it. *Where no digit lives, it draws something too*: the small pictures "
    "behind the points."
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
        f"{term('t-SNE')} moves the codes until neighbours of latent space are neighbours in the "
        "picture. Its distances and islands are not those of latent space, and its axes mean "
        "nothing."
    )
    overlap.ties(shown)


def figure(now: Shown) -> None:
    exploring.explore_map(visitor, now, colour, tsne=tsne and not isinstance(now, Passing))


def both(left: Shown, right: Shown) -> None:
    two_maps.aligned(visitor, left, right, key="held")


bench.show(visitor, BENCH, shown, pretrained, figure, both)
if not tsne:
    unseen.a_digit(visitor, shown)

st.subheader("Which classes can a code not tell apart?", anchor=False)
st.markdown(
    "Ask the map itself. Give every test digit the class that most of the 15 nearest codes of "
    f"training digits have: that is {term('nearest neighbours', 'k-nearest neighbours')}, with "
    "k = 15 in short 15-NN."
)
overlap.told_apart(visitor, shown)

st.subheader("Another seed: the same loss? The same map?", anchor=False)
st.markdown(
    f"A {term('seed')} fixes where training begins and in which order it sees the digits. Each "
    "pretrained model of this page is one training, from one seed. Is its map *the* map of the "
    "digits?"
)
two_maps.last_two(visitor, pretrained)

st.subheader("What the map does not say", anchor=False)
no_labels, no_scale = st.columns([6, 5], gap="medium")
with no_labels:
    st.markdown(
        "No label was used in training: the colours were added afterwards. Digits of a class "
        "gather all the same, because they look alike. A continuous decoder is not enough for "
        "it: near codes are drawn alike, but one class could still be drawn at two places far "
        "apart. The encoder is continuous too, so like images get like codes; and "
        "training moves the codes to where one smooth decoder can draw them all."
    )
    overlap.without_labels(visitor, shown)
with no_scale:
    st.markdown(
        "The axes' direction, their scale and which side is left mean nothing, so scales of two "
        "autoencoders cannot be compared, and a mirrored map is not a worse one. A VAE is less "
        "free: its KL term ties the codes to the scale of N(0, I)."
    )
    overlap.spread(shown)
with st.expander("More: why so, and a map to turn, stretch and mirror"):
    st.markdown(
        "For any invertible *R*, the encoder followed by *R* and the decoder after its inverse are "
        "an autoencoder of exactly the same loss:"
    )
    deeper.formula(
        r"\decoder{g}\bigl(R^{-1}\,\latent{R\,\encoder{e}(x)}\bigr) = "
        r"\decoder{g}\bigl(\encoder{e}(x)\bigr) \quad\Rightarrow\quad "
        r"\reconstruction{\mathcal L}(R \circ \encoder{e},\ \decoder{g} \circ R^{-1}) = "
        r"\reconstruction{\mathcal L}(\encoder{e}, \decoder{g})",
        SYMBOLS,
    )
    basis.another_basis(visitor, shown)

deeper.show(
    "latent_scatter",
    symbols=SYMBOLS,
    sources=[
        deeper.Source(
            "Cover and Hart", 1967, "Nearest neighbor pattern classification", "IEEE Trans. IT 13"
        ),
        deeper.Source(
            "Schönemann",
            1966,
            "A generalized solution of the orthogonal Procrustes problem",
            "Psychometrika 31",
        ),
        deeper.Source("van der Maaten and Hinton", 2008, "Visualizing data using t-SNE", "JMLR 9"),
    ],
    code=[evaluation.codes.knn_votes, evaluation.codes.confused_pairs, latent.turn_onto],
)
quiz.ask(visitor, "latent_scatter")
frame.closing("latent_scatter")
