"""The film: how an autoencoder and a variational one became what they are, in step."""

import streamlit as st

from app import cache
from app.cache import PretrainedError, Shown
from app.panels import files, film
from app.state import Visitor

AE = "ae-lite-2"


@st.fragment
def show(visitor: Visitor, vae: Shown, filmed: str) -> None:
    """An autoencoder's training beside the VAE's, or beside the one filmed where that has none:
    the one that trained together with it, or a pretrained one.
    """
    pair = [film.with_film(vae, filmed)]
    if pair[0].key != vae.key:
        st.caption(f"**{vae.title}** was not filmed: here is the film of β = 1.")
    try:
        pair.insert(0, partner_of(visitor, vae) or film.with_film(cache.pretrained(AE), AE))
    except PretrainedError as error:
        files.lacks(error)
    film.training_film(*pair, key="vae-film")


def partner_of(visitor: Visitor, vae: Shown) -> Shown | None:
    """The autoencoder that trained together with this run of the visit, if one did."""
    beside = visitor.beside.get(vae.key)
    return visitor.shown(beside) if beside else None
