"""A small picture of each page, for the way to it: eight digits that the course's models draw now.

The models are pretrained, the digits the sample's, whatever the visitor has in use: a preview says
what a page is about. It costs some decodings, no more.
"""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from app import cache, images
from app.cache import PretrainedError, Shown
from core import latent, sampling
from core.data import to_float

COLUMNS, SCALE = 4, 2
Eight = Float[Tensor, "8 1 28 28"]


class Preview(NamedTuple):
    """What is drawn, and the words for who cannot see it."""

    draw: Callable[[], Eight]
    alt: str


def show(folder: str) -> None:
    """The picture of the page in that folder; nothing where there is none, or no model for it."""
    preview = PREVIEWS.get(folder)
    if preview is None:
        return
    try:
        digits = preview.draw()
    except PretrainedError:  # the page itself says what is lacking
        return
    with st.container(key=f"preview-{folder}", width="content"):
        st.image(images.sheet(digits, COLUMNS, scale=SCALE, gap=2), alt=preview.alt)


def _digits(*labels: int) -> UInt8[Tensor, "n 1 28 28"]:
    """Of the ten digits that pages begin with, those."""
    ten = cache.first_ten("sample")
    return cache.digits("sample").test_images[[ten[label] for label in labels]]


def _restored(shown: Shown, digits: UInt8[Tensor, "n 1 28 28"]) -> Float[Tensor, "n 1 28 28"]:
    return latent.decode(shown.model, latent.encode(shown.model, digits).mean).sigmoid()


def _passage() -> Eight:
    digits = _digits(4, 0, 7, 5)
    return torch.cat([to_float(digits), _restored(cache.pretrained("ae-dense-2"), digits)])


def _map() -> Eight:
    """Decodings on a grid over the middle of the map."""
    shown = cache.pretrained("vae-lite-2-beta-1")
    places = torch.cartesian_prod(torch.tensor([0.8, -0.8]), torch.linspace(-1.5, 1.5, COLUMNS))
    return latent.decode(shown.model, places.flip(1)).sigmoid()


def _samples(name: str) -> Eight:
    shown = cache.pretrained(name)
    z = sampling.prior(cache.noise(0, 2 * COLUMNS, shown.config.latent_dim))
    return latent.decode(shown.model, z).sigmoid()


def _way() -> Eight:
    shown = cache.pretrained("vae-lite-20-bernoulli")
    start, end = latent.encode(shown.model, _digits(3, 6)).mean
    return latent.decode(shown.model, latent.linear_path(start, end, 2 * COLUMNS)).sigmoid()


def _side_by_side(names: list[str]) -> Eight:
    """Two digits, each restored by every model."""
    digits = _digits(2, 8)
    each = [_restored(cache.pretrained(name), digits) for name in names]
    return torch.stack(each, 1).flatten(0, 1)


def _likelihoods() -> Eight:
    names = [f"vae-lite-20-{name}" for name in ("continuous-bernoulli", "gaussian", "bernoulli")]
    digits, restored = to_float(_digits(2, 8)), _side_by_side(names)
    return torch.cat([digits[:1], restored[:3], digits[1:], restored[3:]])


PREVIEWS = {
    "autoencoder": Preview(_passage, "Four digits, and below what two numbers keep of them"),
    "latent_scatter": Preview(_map, "Digits decoded at places of a map"),
    "random_sampling": Preview(
        lambda: _samples("ae-lite-20-bernoulli"), "What an autoencoder decodes at random places"
    ),
    "interpolation": Preview(_way, "A 3 that becomes a 6 in eight steps"),
    "vae": Preview(
        lambda: _samples("vae-lite-20-bernoulli"), "What a VAE decodes from draws of its prior"
    ),
    "continuous_bernoulli": Preview(
        _likelihoods, "Two digits, and how three models with three losses restore them"
    ),
    "build_your_own": Preview(
        lambda: _side_by_side([f"ae-{name}-2" for name in ("dense", "shallow", "deep", "lite")]),
        "Two digits, each restored by four architectures",
    ),
    "data": Preview(lambda: to_float(_digits(0, 1, 2, 3, 4, 5, 6, 7)), "Digits of MNIST"),
}
