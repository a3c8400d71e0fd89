"""The film: how an autoencoder and a variational one became what they are, in step."""

import streamlit as st

from app.cache import PretrainedError, Shown
from app.panels import files, film
from app.state import Visitor


@st.fragment
def show(visitor: Visitor, vae: Shown, filmed: str) -> None:
    """An autoencoder's training beside the VAE's, or beside the one filmed where that has none."""
    pair = [film.with_film(vae, filmed)]
    try:
        pair.insert(0, film.with_film(visitor.shown("ae", "ae-lite-2"), "ae-lite-2"))
    except PretrainedError as error:
        files.lacks(error)
    film.training_film(*pair, key="vae-film")
