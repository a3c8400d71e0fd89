"""One pretrained model on a pad with the sample's 5 000 codes, and beside it the server's way.

The address says which model: `?model=ae-lite-2`. What `__main__.py` measures is written as text.
"""

import streamlit as st
import torch

from app import cache, images
from app.components.latent_pad import latent_pad
from core import latent
from core.models import mean_image


@st.fragment
def by_hand(shown: cache.Shown) -> None:
    at = latent_pad(cache.pad_content(shown), key="pad")
    st.text(f"told {at.z}")


@st.fragment
def by_server(shown: cache.Shown) -> None:
    """The peer: a slider, a decoding and a picture, as a page without a component has it."""
    x = st.slider("Slider", -3.0, 3.0, 0.0, 0.05, key="slider")
    code = torch.tensor([[x, 0.0]])
    picture = mean_image(shown.config, latent.decode(shown.model, code))
    st.image(images.sheet(picture, 1, scale=6), caption=f"at {x:.2f}")


def main() -> None:
    shown = cache.pretrained(st.query_params["model"])
    by_hand(shown)
    by_server(shown)
