"""Tensors to pictures: every group of digits is one PNG."""

import base64
import io
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from app.theme import DIGIT, LATENT

GAP = 6  # pixels between digits
LABEL = 20  # height of a line of text
HEADING = 36  # height of a row's heading
GREY = (122, 122, 122, 255)  # text that reads on the light page and on the dark one
MARK = (220, 69, 31, 255)
_WRITABLE = str.maketrans({"−": "-", "\N{NO-BREAK SPACE}": " "})  # the font has no others


def sheet(
    images: Float[Tensor, "count 1 28 28"],
    columns: int,
    *,
    scale: int = DIGIT,
    gap: int = GAP,
    labels: Sequence[str] | None = None,
    marked: Sequence[bool] | None = None,
    headings: Sequence[str] | None = None,
    outlined: int | None = None,
) -> str:
    """Digits in rows, white on black, as the data URI of one PNG (transparent between them).

    Values outside [0, 1] are clipped. `labels` are written under the digits, as many lines as
    their newlines ask for; a `marked` digit gets a frame; each row may have a heading; a column
    may be `outlined`, labels included.
    """
    pixels = (images.detach().float().clamp(0, 1) * 255).round().byte().squeeze(1).numpy()
    side = 28 * scale
    lines = max((label.count("\n") + 1 for label in labels), default=0) if labels else 0
    text = LABEL * lines
    rows = -(-len(pixels) // columns)
    above = HEADING if headings else 0
    tall = above + side + gap + text
    picture = Image.new("RGBA", (columns * (side + gap) - gap, rows * tall - gap), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(15)
    for row, heading in enumerate(headings or ()):
        draw.text((0, row * tall + above - 5), heading, GREY, font, anchor="ls")
    for i, digit in enumerate(pixels):
        left, top = i % columns * (side + gap), i // columns * tall + above
        enlarged = np.kron(digit, np.ones((scale, scale), np.uint8))
        picture.paste(Image.fromarray(enlarged).convert("RGBA"), (left, top))
        if marked is not None and marked[i]:
            draw.rectangle((left, top, left + side - 1, top + side - 1), outline=MARK, width=3)
        if labels:
            middle = (left + side / 2, top + side + 2)
            draw.multiline_text(
                middle, labels[i].translate(_WRITABLE), GREY, font, anchor="ma", align="center"
            )
        if i % columns == outlined:
            outer = max(0, left - 4), max(0, top - 4), left + side + 3, top + side + text + 3
            right, bottom = min(picture.width - 1, outer[2]), min(picture.height - 1, outer[3])
            draw.rectangle((*outer[:2], right, bottom), outline=LATENT, width=3)
    return _data_uri(picture)


def animation(
    frames: Float[Tensor, "count 1 28 28"], *, scale: int = 8, milliseconds: int = 90
) -> str:
    """Digits one after the other, three times over, as the data URI of an animated PNG."""
    pictures = [
        Image.fromarray(np.kron(digit, np.ones((scale, scale), np.uint8)))
        for digit in (frames.clamp(0, 1) * 255).round().byte().squeeze(1).numpy()
    ]
    stream = io.BytesIO()
    pictures[0].save(
        stream, "PNG", save_all=True, append_images=pictures[1:], duration=milliseconds, loop=3
    )
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def digit_png(pixels: np.ndarray, scale: int = 2) -> bytes:
    """One digit given as bytes (28, 28), for a tooltip."""
    stream = io.BytesIO()
    enlarged = np.kron(pixels, np.ones((scale, scale), np.uint8))
    Image.fromarray(enlarged).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _data_uri(picture: Image.Image) -> str:
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()
