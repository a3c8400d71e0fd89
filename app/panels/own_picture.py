"""A picture of a digit from the learner's own files, made into a digit of MNIST step by step."""

import streamlit as st
from jaxtyping import UInt8
from PIL import Image
from torch import Tensor

from app import cache, images
from app.state import Visitor
from core import own_image
from core.data import SETS
from core.own_image import OwnImage, PictureError

WIDE = 112  # of a step, pixels of the page


def bring(visitor: Visitor, caption: str) -> UInt8[Tensor, "1 1 28 28"] | None:
    """Beside that caption, where a PNG or JPEG is chosen; below it, how it became what MNIST
    would hold. None without one, and where the data in use are no digits.
    """
    if not SETS[visitor.data].are_digits:
        st.caption(caption)
        return None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(caption)
        with st.popover("Or bring a picture", type="tertiary", width="content", key="own-chosen"):
            file = st.file_uploader(
                "A PNG or JPEG of one digit, or a photo of one on paper",
                ["png", "jpg", "jpeg"],
                key="own-picture",
                max_upload_size=own_image.MOST_BYTES // 10**6,
            )
    if file is None:
        return None
    try:
        own = cache.own_picture(file.getvalue())
    except PictureError as error:
        st.error(str(error), icon=":material/broken_image:")
        return None
    _steps(own)
    return own.image


def _steps(own: OwnImage) -> None:
    """Each step as a picture with a few words."""
    steps = {
        "yours": _small(own.original),
        "grey": _small(own.grey),
        "its ink" if own.light_on_dark else "its ink, inverted": _small(own.ink),
        "cropped, line thickened" if own.thickened else "cropped": _small(own.cropped),
        "as MNIST": images.digit_png(own.image[0, 0].numpy(), 4),
    }
    with st.container(horizontal=True, key="own-steps"):
        for words, picture in steps.items():
            with st.container(width=WIDE, gap="xsmall"):
                st.image(picture, alt=words)
                st.caption(words)


def _small(picture: Image.Image) -> Image.Image:
    small = picture.copy()
    small.thumbnail((WIDE, WIDE))
    return small
