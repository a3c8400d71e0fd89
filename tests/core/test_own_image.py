"""A learner's own picture: ten good files, read by the course's classifier; and ten bad ones."""

import contextlib
import io
import warnings
import zlib
from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFilter
from torch import Tensor

from core import checkpoints, data, own_image
from core.data import Digits
from core.models.classifier import Classifier
from core.own_image import PictureError, prepare
from tests.serving import ROOT

Pixels = np.ndarray  # (high, wide), 0 to 1


def encoded(picture: Image.Image, kind: str = "PNG", **how) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **how)
    return stream.getvalue()


def grey(pixels: Pixels) -> Image.Image:
    return Image.fromarray((255.0 * pixels.clip(0, 1)).round().astype(np.uint8))


def enlarged(digit: Tensor, side: int) -> Image.Image:
    """White on black, its pixels smoothed."""
    return Image.fromarray(digit[0].numpy()).resize((side, side), Image.Resampling.BICUBIC)


def pen(digit: Tensor, side: int, thinner: int = 0) -> Image.Image:
    """The digit as a pen writes it, with clear edges; thinner by so many pixels a side."""
    line = grey(np.asarray(enlarged(digit, side)) > 127)
    if thinner:
        line = line.filter(ImageFilter.MinFilter(2 * thinner + 1))
    return line.filter(ImageFilter.GaussianBlur(1))


def written(line: Image.Image, size: tuple[int, int], at: tuple[int, int]) -> Pixels:
    """Where ink lies on a paper of that size: 0 for none, 1 for all."""
    paper = Image.new("L", size)
    paper.paste(line, at)
    return np.asarray(paper) / 255


def light(size: tuple[int, int], darkest: float, shadow: float = 0) -> Pixels:
    """A lamp at the left, and perhaps the edge of a shadow across the lower right corner."""
    right, down = np.meshgrid(np.linspace(0, 1, size[0]), np.linspace(0, 1, size[1]))
    lamp = 1 - (1 - darkest) * (0.8 * right + 0.2 * down**2)
    return lamp * np.where(right + down > 1.5, 1 - shadow, 1)


def ruled(size: tuple[int, int], every: int, *, squared: bool = False) -> Pixels:
    """Lines of a paper, as ink."""
    paper = Image.new("L", size)
    draw = ImageDraw.Draw(paper)
    for y in range(every // 2, size[1], every):
        draw.line([(0, y), (size[0], y)], 255, 2)
    for x in range(every // 2, size[0] if squared else 0, every):
        draw.line([(x, 0), (x, size[1])], 255, 2)
    return np.asarray(paper) / 255


def photo(ink: Pixels, light: Pixels | float, noise: float = 0.02, quality: int = 60) -> bytes:
    """Ink that takes most of the light, through a lens and JPEG."""
    lit = light * (0.95 - 0.75 * ink.clip(0, 1))
    lit = lit + noise * np.random.default_rng(0).standard_normal(lit.shape)
    return encoded(grey(lit).convert("RGB"), "JPEG", quality=quality)


def in_perspective(ink: Pixels) -> Pixels:
    """Seen from below, and turned a little."""
    picture = grey(ink).rotate(4, Image.Resampling.BILINEAR)
    wide, high = picture.size
    corners = (-0.1 * wide, 0, 0, high, wide, 0.95 * high, 1.1 * wide, 0)
    seen = picture.transform(picture.size, Image.Transform.QUAD, corners, Image.Resampling.BILINEAR)
    return np.asarray(seen) / 255


# ---- ten good ones -------------------------------------------------------------------------------

A4 = (1000, 750)


def scan_of_black_on_white(digit: Tensor) -> bytes:
    return encoded(grey(1 - written(pen(digit, 300), (400, 500), (40, 90))))


def white_on_black(digit: Tensor) -> bytes:
    return encoded(enlarged(digit, 280), "JPEG", quality=40)


def photo_in_uneven_light(digit: Tensor) -> bytes:
    ink = in_perspective(written(pen(digit, 400, 6), A4, (250, 150)))
    return photo(ink, light(A4, 0.35, shadow=0.4))


def thin_pen_on_ruled_paper(digit: Tensor) -> bytes:
    ink = written(pen(digit, 420, 10), A4, (300, 120))
    return photo(in_perspective(np.maximum(ink, 0.3 * ruled(A4, 90))), light(A4, 0.6))


def thick_pen_on_squared_paper(digit: Tensor) -> bytes:
    line = pen(digit, 420).filter(ImageFilter.MaxFilter(9))
    paper = 0.35 * ruled(A4, 50, squared=True)
    return photo(np.maximum(written(line, A4, (300, 120)), paper), light(A4, 0.5))


def ink_on_nothing(digit: Tensor) -> bytes:
    """Black, and transparent around it."""
    line = pen(digit, 200)
    picture = Image.new("RGBA", line.size, (0, 0, 0, 0))
    picture.putalpha(line)
    return encoded(picture)


def on_its_side_but_for_exif(digit: Tensor) -> bytes:
    upright = grey(1 - written(pen(digit, 300), (600, 800), (150, 250)))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    return encoded(turned, "JPEG", exif=exif.tobytes())


def of_16_bits(digit: Tensor) -> bytes:
    ink = written(pen(digit, 250), (300, 300), (20, 30))
    return encoded(Image.fromarray((65535 * (0.9 - 0.8 * ink)).astype(np.uint16)))


def tiny_and_of_eight_colours(digit: Tensor) -> bytes:
    """8 x 8 pixels, the box around the digit alone: from yellow paper to blue ink."""
    small = Image.fromarray(digit[0, 4:24, 4:24].numpy()).resize((8, 8), Image.Resampling.BOX)
    picture = Image.fromarray(np.asarray(small) // 32, "P")
    picture.putpalette([c for i in range(8) for c in (255 - 34 * i, 240 - 30 * i, 120)])
    return encoded(picture)


def huge_photo(digit: Tensor) -> bytes:
    size = (4000, 3000)
    return photo(written(pen(digit, 1100, 12), size, (1900, 900)), light(size, 0.6), quality=50)


GOOD: list[tuple[Callable[[Tensor], bytes], int]] = [
    (scan_of_black_on_white, 2),
    (white_on_black, 5),
    (photo_in_uneven_light, 3),
    (thin_pen_on_ruled_paper, 8),
    (thick_pen_on_squared_paper, 7),
    (ink_on_nothing, 0),
    (on_its_side_but_for_exif, 4),
    (of_16_bits, 6),
    (tiny_and_of_eight_colours, 9),
    (huge_photo, 1),
]


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    model, _ = checkpoints.load(ROOT / "pretrained" / "classifier")
    assert isinstance(model, Classifier)
    return model


def of_class(digits: Digits, label: int) -> Tensor:
    return digits.test_images[int((digits.test_labels == label).nonzero()[0])]


def test_of_ten_good_pictures_nine_are_read_as_the_digit_they_were(
    digits: Digits, classifier: Classifier
):
    images = torch.cat([prepare(make(of_class(digits, label))).image for make, label in GOOD])
    read = classifier.probabilities(data.to_float(images)).argmax(1).tolist()
    right = [got == label for got, (_, label) in zip(read, GOOD, strict=True)]
    assert len(GOOD) == 10 and sum(right) >= 9, read


def centre(image: Tensor) -> tuple[float, float]:
    mass, at = image.double().squeeze(), torch.arange(28.0).double()
    down, right = (mass.sum(1) @ at) / mass.sum(), (mass.sum(0) @ at) / mass.sum()
    return float(down), float(right)


@pytest.mark.parametrize("side", [28, 112, 280])
def test_mnist_s_own_images_come_back(digits: Digits, side: int):
    """Enlarged and brought back: their pixels nearly, their centre of mass to half a pixel."""
    errors = []
    for digit in digits.test_images[:10]:
        own = prepare(encoded(enlarged(digit, side)))
        assert own.light_on_dark and not own.thickened
        assert centre(own.image) == pytest.approx(centre(digit), abs=0.55)
        assert centre(own.image) == pytest.approx((14, 14), abs=0.1)
        errors.append((data.to_float(own.image) - data.to_float(digit)).square().mean().sqrt())
    moved = data.to_float(digits.test_images[:10]).diff(dim=3).square().mean().sqrt()
    assert torch.stack(errors).mean() < 0.7 * moved  # nearer than the same digit one pixel off


def test_a_drawing_fills_the_box_and_keeps_its_aspect():
    """A ring of 300 by 150 pixels: 20 by 10 in the middle of 28 by 28."""
    paper = Image.new("L", (600, 600), 255)
    ImageDraw.Draw(paper).ellipse((200, 100, 350, 400), outline=0, width=30)
    own = data.to_float(prepare(encoded(paper)).image)[0, 0]
    assert float(own.amax(1).sum()) == pytest.approx(20, abs=0.7)
    assert float(own.amax(0).sum()) == pytest.approx(10, abs=0.7)
    assert centre(own) == pytest.approx((14, 14), abs=0.1)


def test_a_thin_line_is_thickened_to_that_of_mnist():
    paper = Image.new("L", (600, 600), 255)
    ImageDraw.Draw(paper).line((300, 100, 300, 500), 0, 4)
    own = prepare(encoded(paper))
    assert own.thickened
    assert data.to_float(own.image)[0, 0, 14].sum() == pytest.approx(own_image.PEN, abs=0.3)


def test_metadata_stay_behind():
    """A photo says where it was taken; what is shown of it says nothing."""
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    picture = grey(1 - np.eye(100)).convert("RGB").filter(ImageFilter.MinFilter(5))
    own = prepare(encoded(picture, "JPEG", exif=exif.tobytes()))
    for step in (own.original, own.grey, own.ink, own.cropped):
        assert b"a camera" not in encoded(step)


# ---- ten bad ones, and more ----------------------------------------------------------------------


def drawn_on(size: tuple[int, int] = (400, 300), paper: int = 255) -> Image.Image:
    picture = Image.new("L", size, paper)
    ImageDraw.Draw(picture).line((180, 60, 200, 240), 255 - paper, 16)
    return picture


def header_of(size: tuple[int, int]) -> bytes:
    """A small PNG whose header promises more."""
    file = bytearray(encoded(drawn_on()))
    file[16:24] = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")
    file[29:33] = zlib.crc32(file[12:29]).to_bytes(4, "big")
    return bytes(file)


def noise(size: tuple[int, int], deviation: float) -> Pixels:
    return 0.9 + deviation * np.random.default_rng(0).standard_normal(size[::-1])


def text_page() -> bytes:
    page = Image.new("L", (600, 800), 255)
    for line in range(12):
        ImageDraw.Draw(page).text((40, 40 + 60 * line), "3 + 4 = 7 or so", 0, font_size=40)
    return encoded(page)


BAD = {
    "empty": (b"", "The file is empty"),
    "words": (b"not a picture", "no picture that is known"),
    "gif": (encoded(drawn_on(), "GIF"), "This is a GIF, whatever its name says"),
    "webp": (encoded(drawn_on(), "WEBP"), "This is a WebP"),
    "svg": (b"\n<svg xmlns='http://www.w3.org/2000/svg'/>", "This is an SVG"),
    "pdf": (encoded(drawn_on(), "PDF"), "This is a PDF"),
    "cut short": (encoded(drawn_on(), "JPEG")[:900], "damaged or cut short"),
    "cut short, PNG": (encoded(drawn_on())[:300], "damaged or cut short"),
    "only a header": (b"\x89PNG\r\n\x1a\n", "damaged or cut short"),
    "too many bytes": (b"\xff\xd8\xff" + bytes(5_000_000), "larger than 5 MB"),
    "a bomb": (header_of((60_000, 60_000)), "60000 × 60000 pixels, more than 25 million"),
    "one pixel": (encoded(Image.new("L", (1, 1))), "1 × 1 pixels. A digit needs 8"),
    "moving": (
        encoded(drawn_on(), save_all=True, append_images=[drawn_on(paper=0)]),
        "The picture moves",
    ),
    "blank": (photo(np.zeros((300, 400)), light((400, 300), 0.5)), "stands out .* It is blank"),
    "grainy": (encoded(grey(noise((400, 300), 0.04))), "No digit was found"),
    "all black": (encoded(Image.new("L", (300, 300))), "It is all black"),
    "transparent": (encoded(Image.new("RGBA", (300, 300))), "transparent all over"),
    "text": (text_page(), "more than one mark"),
}


@pytest.mark.parametrize(("file", "complaint"), BAD.values(), ids=BAD)
def test_what_is_wrong_with_a_picture_is_told(file: bytes, complaint: str):
    with pytest.raises(PictureError, match=complaint) as met:
        prepare(file)
    assert str(met.value).endswith(".") and "\n" not in str(met.value)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_file_damaged_anywhere_is_a_digit_or_a_picture_error(kind: str):
    """Never another exception, whatever a byte in it becomes."""
    exif = Image.Exif()
    exif[0x0112] = 6
    file = encoded(drawn_on((210, 250)).resize((42, 50)), kind, exif=exif.tobytes())
    rng = np.random.default_rng(0)
    for _ in range(100):
        damaged = bytearray(file)
        for place in rng.integers(8, min(len(file), 600), rng.integers(1, 4)):
            damaged[place] = rng.integers(256)
        with contextlib.suppress(PictureError), warnings.catch_warnings(action="ignore"):
            assert prepare(bytes(damaged)).image.shape == (1, 1, 28, 28)
