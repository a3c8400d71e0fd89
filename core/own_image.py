"""A picture of a digit from outside, made into what MNIST would hold of it.

MNIST's digits were scanned, scaled with grey edges into a box of 20 x 20 pixels that keeps their
aspect, and moved so that their centre of mass lies on pixel 14 of 28 (LeCun et al. 1998). A network
knows only digits prepared like that. A photo has paper and light besides: a closing removes what
is narrower than a pen's line and leaves the paper, and ink is how far a pixel lies below it. Left
out: upright again what was written aslant, and which of several digits was meant.
"""

import io
import math
import struct
import zlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, UInt8
from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from torch import Tensor

MOST_BYTES = 5_000_000
MOST_PIXELS = 25_000_000  # as the header says, asked before a pixel is decoded
LEAST_SIDE = 8  # pixels
READERS = {b"\x89PNG\r\n\x1a\n": PngImageFile, b"\xff\xd8\xff": JpegImageFile}
OTHERS = {
    b"GIF8": "a GIF",
    b"RIFF": "a WebP",
    b"%PDF": "a PDF",
    b"<svg": "an SVG",
    b"<?xml": "an SVG",
}

SIDE = 800  # the longer one while ink is looked for, pixels
COARSE = 128  # the same for paper and for marks
WIDEST = 0.4  # of the shorter side: what is wider is no line of a pen
FAINTEST = 0.15  # of the paper's light, that ink takes away
GRAIN = 16  # times the paper's own unevenness, that ink is darker: twelve standard deviations
OTHER = 0.3  # of the heaviest mark's ink: a mark with more, and apart, is another digit
FLATTEST = 2.5  # width over height; MNIST's digits reach 2
EDGE = 0.2  # of ink: a digit's box begins there
SMALLEST = 0.02  # of the longer side: a digit's
BOX, FINE = 20, 10  # pixels of MNIST's box; finer ones to each, averaged at the end
THINNEST, PEN = 1.3, 2.3  # pixels: of MNIST's digits the thinnest hundredth, and most of them


class PictureError(Exception):
    """A file that gives no digit. The message says what is wrong and what to do."""


@dataclass(frozen=True)
class OwnImage:
    """A picture, and every step from it to a digit of MNIST."""

    original: Image.Image
    grey: Image.Image
    ink: Image.Image  # white on black, as are the next two
    cropped: Image.Image
    image: UInt8[Tensor, "1 1 28 28"]
    light_on_dark: bool  # as MNIST is: all else is inverted
    thickened: bool


def prepare(file: bytes) -> OwnImage:
    """What MNIST would hold of a PNG or JPEG of one digit. Raises PictureError."""
    original = _opened(file)
    grey = _grey(original)
    light_on_dark = _is_light_on_dark(grey)
    ink = _ink(1 - grey if light_on_dark else grey)
    cropped, thickened = _cropped(ink)
    return OwnImage(
        original=original.convert("RGB"),
        grey=_picture(grey),
        ink=_picture(ink),
        cropped=_picture(cropped),
        image=(255 * _centred(cropped)).round().byte()[None, None],
        light_on_dark=light_on_dark,
        thickened=thickened,
    )


def _opened(file: bytes) -> Image.Image:
    """The picture, upright and at most SIDE long. No name is believed, and the header is asked
    for the size before anything is decoded.
    """
    if not file:
        raise PictureError("The file is empty. Choose another one.")
    if len(file) > MOST_BYTES:
        raise PictureError(f"The file is larger than {MOST_BYTES // 10**6} MB. Make it smaller.")
    reader = next((READERS[start] for start in READERS if file.startswith(start)), None)
    if reader is None:
        kinds = [kind for start, kind in OTHERS.items() if file.lstrip().startswith(start)]
        said = f"This is {kinds[0]}" if kinds else "This is no picture that is known here"
        raise PictureError(f"{said}, whatever its name says. Only PNG and JPEG are read.")
    try:
        picture = reader(io.BytesIO(file))
        _check_size(*picture.size)
        if getattr(picture, "n_frames", 1) > 1:
            raise PictureError("The picture moves. Choose one that holds a single frame.")
        picture.draft(None, (SIDE, SIDE))  # a JPEG is decoded no finer than is needed
        return _small(ImageOps.exif_transpose(picture))
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        KeyError,
        struct.error,
        zlib.error,
    ) as error:
        raise PictureError("The picture is damaged or cut short. Save it anew.") from error


def _check_size(wide: int, high: int) -> None:
    if wide * high > MOST_PIXELS:
        most = MOST_PIXELS // 10**6
        raise PictureError(
            f"The picture has {wide} × {high} pixels, more than {most} million. Make it smaller."
        )
    if min(wide, high) < LEAST_SIDE:
        raise PictureError(
            f"The picture has {wide} × {high} pixels. A digit needs {LEAST_SIDE} a side or more."
        )


def _small(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16 bits to the pixel
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((SIDE, SIDE))
    return picture


def _grey(picture: Image.Image) -> Float[Tensor, "high wide"]:
    """Brightness in [0, 1]. What is transparent becomes paper: of the colour of what is opaque
    where that is most of the picture, else the opposite of the ink.
    """
    grey = torch.from_numpy(np.array(picture.convert("L"))) / 255
    if picture.mode != "RGBA":
        return grey
    alpha = torch.from_numpy(np.array(picture.getchannel("A"))) / 255
    seen = grey[alpha > 0.5]
    if len(seen) == 0:
        raise PictureError("The picture is transparent all over. Choose another one.")
    mostly_opaque = len(seen) > 0.5 * grey.numel()
    paper = seen.median() if mostly_opaque else (seen.mean() < 0.5).float()
    return alpha * grey + (1 - alpha) * paper


def _is_light_on_dark(grey: Float[Tensor, "high wide"]) -> bool:
    """Whether what stands out from its surroundings is lighter than the picture's frame is."""
    coarse = F.interpolate(grey[None, None], size=_coarse_size(grey.shape), mode="area")[0]
    reach = min(coarse.shape[1:]) // 4
    around = F.avg_pool2d(coarse, 2 * reach + 1, 1, reach, count_include_pad=False)
    outstanding = (coarse - around)[0]
    frame = torch.cat([outstanding[[0, -1]].flatten(), outstanding[:, [0, -1]].flatten()])
    return bool((outstanding - frame.median()).pow(3).mean() > 0)


def _ink(grey: Float[Tensor, "high wide"]) -> Float[Tensor, "high wide"]:
    """From dark on light to the ink of one digit, 0 to 1, and nothing else. Raises PictureError."""
    paper = _paper(grey)
    depth = (paper - grey) / paper.clamp(min=0.1)
    low, high, darkest = np.quantile(depth, [0.1, 0.3, 0.999])
    if darkest - high < max(FAINTEST, GRAIN * (high - low)):
        dark = "It is all black" if grey.max() < 0.1 else "It is blank"
        raise PictureError(f"No digit was found: nothing stands out from the paper. {dark}.")
    strong = depth > darkest / 2
    kept = _digit_among(strong)
    coarse = F.adaptive_max_pool2d(strong.float()[None], _coarse_size(strong.shape))[0] > 0
    far = depth[~_grown(coarse, max(2, max(coarse.shape) // 20), strong.shape)]
    ruled = (
        float(np.quantile(far, 0.99)) if len(far) else 0
    )  # as dark as this are lines of the paper, noise
    return _saturated((depth - ruled).clamp(min=0), strong & kept) * kept


def _paper(grey: Float[Tensor, "high wide"]) -> Float[Tensor, "high wide"]:
    """How bright each pixel would be without ink: a closing, the lightest in each square and then
    the darkest of those. It keeps gradients, and shadows that are wider than the square.
    """
    size = _coarse_size(grey.shape)
    coarse = F.interpolate(grey[None, None], size=size, mode="area")
    reach = max(1, int(WIDEST * min(size) / 2))
    padded = F.pad(coarse, (2 * reach,) * 4, "replicate")
    closed = -_largest(-_largest(padded, reach), reach)
    return F.interpolate(closed, size=grey.shape, mode="bilinear")[0, 0]


def _largest(grey: Float[Tensor, "1 1 high wide"], reach: int) -> Float[Tensor, "1 1 _ _"]:
    """The largest value within reach of each pixel, but not of those so near to the frame."""
    across = F.max_pool2d(grey, (1, 2 * reach + 1), 1)
    return F.max_pool2d(across, (2 * reach + 1, 1), 1)


def _grown(where: Bool[Tensor, "high wide"], reach: int, shape: torch.Size) -> Bool[Tensor, "_ _"]:
    """All that lies within reach on the coarse grid, on a grid of that shape."""
    grown = _largest(F.pad(where.float(), (reach,) * 4)[None, None], reach)
    return F.interpolate(grown, size=shape)[0, 0] > 0


class _Mark(NamedTuple):
    """Ink that hangs together, on the coarse grid."""

    where: Bool[Tensor, "high wide"]
    mass: float
    box: tuple[int, int, int, int]  # the first and the last row, the first and the last column

    def reaches_frame(self) -> bool:
        top, bottom, left, right = self.box
        high, wide = self.where.shape
        return top == 0 or left == 0 or bottom == high - 1 or right == wide - 1

    def sides(self) -> tuple[int, int]:
        top, bottom, left, right = self.box
        return bottom - top + 1, right - left + 1

    def is_near(self, other: "_Mark") -> bool:
        """Whether the boxes meet, when the other is grown by a tenth of its longer side."""
        more = max(1, max(other.sides()) // 10)
        top, bottom, left, right = other.box
        rows = self.box[0] <= bottom + more and self.box[1] >= top - more
        return rows and self.box[2] <= right + more and self.box[3] >= left - more


def _digit_among(strong: Bool[Tensor, "high wide"]) -> Bool[Tensor, "high wide"]:
    """Where the digit is: the heaviest mark and what belongs to it. Marks that reach the frame
    are shadows and ruled lines, unless there is little else. Raises PictureError.
    """
    marks = _marks(strong)
    heaviest = max(mark.mass for mark in marks)
    inside = [mark for mark in marks if not mark.reaches_frame() and mark.mass > 0.1 * heaviest]
    marks = inside or marks
    main = max(marks, key=lambda mark: mark.mass)
    if max(main.sides()) < SMALLEST * max(main.where.shape):
        raise PictureError("No digit was found, only specks. Go nearer, or crop the picture.")
    if any(mark.mass > OTHER * main.mass and not mark.is_near(main) for mark in marks):
        raise PictureError("There is more than one mark. Crop the picture to a single digit.")
    parts = torch.stack([mark.where for mark in marks if mark.is_near(main)]).any(0)
    if parts.any(0).sum() > FLATTEST * parts.any(1).sum():
        raise PictureError("What was found is wider than any digit. Crop the picture to one.")
    return _grown(parts, 2, strong.shape)


def _marks(strong: Bool[Tensor, "high wide"]) -> list[_Mark]:
    """Every mark by itself: each cell takes over the largest number beside it, until none can."""
    size = _coarse_size(strong.shape)
    mass = F.adaptive_avg_pool2d(strong.float()[None], size)[0]
    inked = mass > 0
    numbers = inked * torch.arange(1.0, mass.numel() + 1).view(size)
    while True:
        spread = F.max_pool2d(numbers[None], 3, 1, 1)[0] * inked
        if spread.equal(numbers):
            break
        numbers = spread
    marks = []
    for number in numbers[inked].unique():
        where = numbers == number
        rows, columns = (where.any(axis).nonzero() for axis in (1, 0))
        box = int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])
        marks.append(_Mark(where, float(mass[where].sum()), box))
    return marks


def _cropped(ink: Float[Tensor, "high wide"]) -> tuple[Float[Tensor, "tall broad"], bool]:
    """The digit alone, its longer side BOX x FINE pixels; and whether its line was thickened, as
    a thin pen's must be: in so few pixels nothing would be left of it.
    """
    rows, columns = ((ink.amax(axis) > EDGE).nonzero() for axis in (1, 0))
    digit = ink[int(rows[0]) : int(rows[-1]) + 1, int(columns[0]) : int(columns[-1]) + 1]
    longer = max(digit.shape)
    line = BOX * _line_width(digit) / longer
    more = round(FINE * (PEN - line)) if line < THINNEST else 0
    size = [max(1, round(side * (BOX * FINE - more) / longer)) for side in digit.shape]
    resized = Image.fromarray(digit.numpy()).resize((size[1], size[0]), Image.Resampling.BILINEAR)
    scaled = torch.from_numpy(np.array(resized))
    thick = F.max_pool2d(F.pad(scaled, (more,) * 4)[None], more + 1, 1)[0]
    return _saturated(thick, thick > thick.max() / 2), more > 0


def _line_width(ink: Float[Tensor, "high wide"]) -> float:
    """Twice the area over the length of the outline. By Crofton's formula an outline is pi / 4
    times as long as the edges of the pixels along it.
    """
    strong = F.pad(ink > 0.5, (1, 1, 1, 1))
    edges = sum(int((strong.diff(dim=axis)).sum()) for axis in (0, 1))
    return 2 * int(strong.sum()) / (math.pi / 4 * edges)


def _saturated(ink: Float[Tensor, "high wide"], inside: Bool[Tensor, "high wide"]) -> Tensor:
    """White inside its lines, as MNIST's digits are."""
    return (ink / ink[inside].median()).clamp(0, 1)


def _centred(digit: Float[Tensor, "high wide"]) -> Float[Tensor, "28 28"]:
    """Averaged into the pixels of MNIST, and moved by whole ones, as MNIST's were."""
    moves = []
    for axis, side in enumerate(digit.shape):
        mass = digit.sum(1 - axis)
        middle = float((mass * torch.arange(side)).sum() / mass.sum())
        before = round(14.5 * FINE - 0.5 - middle)
        moves.append((before, 28 * FINE - side - before))
    framed = F.pad(digit, (*moves[1], *moves[0]))  # a negative frame cuts
    return F.avg_pool2d(framed[None], FINE)[0]


def _coarse_size(shape: torch.Size) -> tuple[int, int]:
    scale = min(1.0, COARSE / max(shape))
    return max(1, round(scale * shape[0])), max(1, round(scale * shape[1]))


def _picture(grey: Float[Tensor, "high wide"]) -> Image.Image:
    return Image.fromarray((255 * grey).round().byte().numpy())
