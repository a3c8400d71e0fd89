"""Tensors to pictures: every group of digits is one picture, drawn for sharp screens.

Digits and words are pixels, those of the words two to each of the page. Around them goes an SVG
of the page's own size: it enlarges without blur, draws the frames, and inks the words as the
theme asks.
"""

import base64
import functools
import io
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

import numpy as np
from jaxtyping import Float
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from app.theme import DIGIT, HOLE, INKED, LATENT, MISREAD

SHARP = 2  # pixels of written words for a pixel of the page
GAP = 6  # pixels of the page between digits, as all that follow
LETTERS = 15  # the size of the type
LABEL = 20  # height of a line of text
HEADING = 36  # height of a row's heading
OUTLINE = 3  # width of the line around a column

Mark = Literal["misread", "hole", "yours"]


class Frame(NamedTuple):
    """What a frame looks like, so that it reads without its colour, and what it says."""

    colour: str
    dashes: str
    corner: str  # the glyph in its corner: an SVG path in a square from (0, 0) to (10, 10)
    look: str
    meaning: str


FRAMES: dict[Mark, Frame] = {
    "misread": Frame(
        MISREAD, "none", "M2 2L8 8M8 2L2 8",
        "Solid frame, ×", "the classifier reads another digit",
    ),
    "hole": Frame(
        HOLE, "9 5", "M5 2a3 3 0 1 0 .01 0z",
        "Dashed frame, ○", "a hole, farther than usual from every digit",
    ),
    "yours": Frame(
        LATENT, "1 5", "M5 4v2M4 5h2",
        "Dotted frame, •", "your drawing",
    ),
}  # fmt: skip


def legend(marked: Sequence[Mark | None]) -> str:
    """What the frames of a picture mean, in the words of the whole course; "" without frames."""
    told = [f"{each.look}: {each.meaning}." for mark, each in FRAMES.items() if mark in marked]
    return " ".join(told)


def holes(distance: Float[Tensor, " count"]) -> list[Mark | None]:
    """The mark of each code whose distance from the digits' codes makes it a hole."""
    return ["hole" if each > 1 else None for each in distance.tolist()]


def sheet(
    images: Float[Tensor, "count 1 28 28"],
    columns: int,
    *,
    scale: int = DIGIT,
    gap: int = GAP,
    labels: Sequence[str] | None = None,
    marked: Sequence[Mark | None] | None = None,
    headings: Sequence[str] | None = None,
    outlined: int | None = None,
) -> str:
    """Digits in rows, white on black, as the data URI of one SVG (transparent between them).

    Values outside [0, 1] are clipped. `labels` are written under the digits, as many lines as
    their newlines ask for; a `marked` digit gets its mark's frame, which `legend` explains; each
    row may have a heading; a column may be `outlined`, labels included.
    """
    pixels = _bytes(images)
    side = 28 * scale
    lines = max((label.count("\n") + 1 for label in labels), default=0) if labels else 0
    text = LABEL * lines
    above = HEADING if headings else 0
    tall = above + side + gap + text
    width, height = columns * (side + gap) - gap, -(-len(pixels) // columns) * tall - gap
    height += 0 if outlined is None else OUTLINE  # below the last row's labels
    corners = [
        (i % columns * (side + gap), i // columns * tall + above) for i in range(len(pixels))
    ]
    digits = Image.new("LA", (width, height))
    for digit, corner in zip(pixels, corners):
        digits.paste(Image.fromarray(_enlarged(digit, scale)).convert("LA"), corner)
    drawn = [
        f'<image width="{width}" height="{height}" style="image-rendering:pixelated" '
        f'href="{_png_uri(digits, compress_level=1)}"/>'
    ]
    words = [
        *((0, row * tall + above - 5, "ls", line) for row, line in enumerate(headings or ())),
        *(
            (left + side / 2, top + side + 2 + LABEL * n, "ma", line)
            for (left, top), label in zip(corners, labels or ())
            for n, line in enumerate(label.split("\n"))
        ),
    ]
    if words:
        drawn.append(_written(words, width, height))
    for mark, (left, top) in zip(marked or (), corners):
        if mark is not None:
            drawn.append(_frame(FRAMES[mark], left, top, side))
    if outlined is not None:
        for left, top in corners[outlined::columns]:
            drawn.append(_outline(left, top, side, side + text, (width, height)))
    return _svg_uri("".join(drawn), width, height)


def animation(
    frames: Float[Tensor, "count 1 28 28"], *, scale: int = 8, milliseconds: int = 90
) -> str:
    """Digits one after the other, three times over, as the data URI of an animated PNG."""
    pictures = [Image.fromarray(_enlarged(digit, scale)) for digit in _bytes(frames)]
    return _png_uri(
        pictures[0], save_all=True, append_images=pictures[1:], duration=milliseconds, loop=3
    )


def digit_png(pixels: np.ndarray, scale: int = 2) -> bytes:
    """One digit given as bytes (28, 28), for a tooltip."""
    return _png(Image.fromarray(_enlarged(pixels, scale)), compress_level=1)


@functools.cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The page's own type, Source Sans, from where Streamlit keeps it (SIL Open Font License).

    It writes Greek, subscripts and a true minus, which Pillow's own font does not.
    """
    static = Path(str(files("streamlit"))) / "static"
    (file,) = static.rglob("SourceSansVF-Upright*.woff2")
    type_ = ImageFont.truetype(file, size)
    type_.set_variation_by_axes([400])  # the weight of the page's text
    return type_


def _written(words: Sequence[tuple[float, float, str, str]], width: int, height: int) -> str:
    """Words at their places (left, top, Pillow's anchor), as a stencil that the theme inks."""
    stencil = Image.new("L", (SHARP * width, SHARP * height))
    draw = ImageDraw.Draw(stencil)
    for left, top, anchor, line in words:
        draw.text((SHARP * left, SHARP * top), line, 255, font(SHARP * LETTERS), anchor=anchor)
    return (
        f'{INKED}<mask id="words"><image width="{width}" height="{height}" '
        f'href="{_png_uri(stencil, compress_level=1)}"/></mask>'
        f'<rect class="ink" width="{width}" height="{height}" mask="url(#words)"/>'
    )


def _frame(frame: Frame, left: int, top: int, side: int) -> str:
    """A frame just inside a digit's border, and its glyph in the digit's empty corner."""
    tab = max(10, side // 7)
    return (
        f'<g fill="none" stroke="{frame.colour}" stroke-linecap="round" stroke-width="3">'
        f'<rect x="{left + 1.5}" y="{top + 1.5}" width="{side - 3}" height="{side - 3}" '
        f'stroke-dasharray="{frame.dashes}" stroke-linecap="butt"/>'
        f'<g transform="translate({left} {top}) scale({tab / 10})">'
        f'<path d="M0 0h10v10h-10z" fill="{frame.colour}" stroke="none"/>'
        f'<path d="{frame.corner}" stroke="white" stroke-width="1.5"/></g></g>'
    )


def _outline(left: int, top: int, wide: int, tall: int, within: tuple[int, int]) -> str:
    """A line around a digit and its label, in the gap where there is one."""
    half = OUTLINE / 2
    x, y = max(half, left - half - 1), max(half, top - half - 1)
    right = min(within[0] - half, left + wide + half + 1)
    bottom = min(within[1] - half, top + tall + half + 1)
    return (
        f'<rect x="{x}" y="{y}" width="{right - x}" height="{bottom - y}" fill="none" '
        f'stroke="{LATENT}" stroke-width="{OUTLINE}"/>'
    )


def _bytes(images: Float[Tensor, "count 1 28 28"]) -> np.ndarray:
    return (images.detach().float().clamp(0, 1) * 255).round().byte().squeeze(1).numpy()


def _enlarged(digit: np.ndarray, scale: int) -> np.ndarray:
    return digit.repeat(scale, 0).repeat(scale, 1)


def _png(picture: Image.Image, **how: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG", **how)
    return stream.getvalue()


def _png_uri(picture: Image.Image, **how: Any) -> str:
    return "data:image/png;base64," + base64.b64encode(_png(picture, **how)).decode()


def _svg_uri(inside: str, width: int, height: int) -> str:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{inside}</svg>'
    )
    return "data:image/svg+xml," + quote(svg, safe=" /+=:;,.()")
