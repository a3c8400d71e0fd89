"""What stands in a sheet of digits: pixels, words in the page's type, frames that say something."""

import base64
import io
import tomllib
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from app import cache, images, theme
from core.data import to_float

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"


def opened(sheet: str) -> ElementTree.Element:
    """A sheet as a browser reads it: an address whose content is an SVG."""
    head, content = sheet.split(",", 1)
    assert head == "data:image/svg+xml"
    return ElementTree.fromstring(unquote(content))


def pixels_of(element: ElementTree.Element) -> np.ndarray:
    image = Image.open(io.BytesIO(base64.b64decode(element.attrib["href"].split(",")[1])))
    return np.asarray(image)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: the ratio of relative luminances."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot((0.2126, 0.7152, 0.0722), linear))


def pages() -> list[str]:
    """The ground of the light page and of the dark one."""
    themes = tomllib.loads((ROOT / "app" / ".streamlit" / "config.toml").read_text())["theme"]
    return [themes[name]["backgroundColor"] for name in ("light", "dark")]


def test_a_sheet_shows_each_digit_pixel_for_pixel_and_lets_the_page_through_between():
    digits = cache.digits("sample").test_images[:5]
    picture = pixels_of(opened(images.sheet(to_float(digits), 3, scale=2, gap=4))[0])
    assert picture.shape == (2 * 56 + 4, 3 * 56 + 2 * 4, 2)
    fourth = picture[60:116, 0:56]  # the first of the second row
    assert (fourth[::2, ::2, 0] == digits[3, 0].numpy()).all()
    assert (fourth[1::2, 1::2, 0] == digits[3, 0].numpy()).all()
    assert (picture[:, 56:60, 1] == 0).all()
    assert (fourth[..., 1] == 255).all()


def test_the_type_in_pictures_writes_all_that_the_course_writes():
    for letter in "αβγδεθλμσφzAE019 =,.%+−±×·≈₁₂²³→…\N{NO-BREAK SPACE}":
        assert written(letter) != written("\uffff"), letter


def written(letter: str) -> bytes:
    picture = Image.new("L", (60, 60))
    ImageDraw.Draw(picture).text((10, 10), letter, 255, images.font(30))
    return picture.tobytes()


def test_words_stand_in_the_page_at_15_px_with_two_pixels_to_each():
    svg = opened(images.sheet(torch.zeros(1, 1, 28, 28), 1, labels=["H"]))
    stencil = pixels_of(next(svg.iter(f"{SVG}mask"))[0])
    assert stencil.shape[1] == 2 * int(svg.attrib["width"])
    rows = np.flatnonzero(stencil.max(1) > 127)
    high = (rows[-1] - rows[0] + 1) / 2  # a capital of Source Sans is 0.66 of the size of the type
    assert high == pytest.approx(0.66 * 15, abs=0.6)


def test_words_in_pictures_reach_aa_on_both_pages():
    light, dark = pages()
    assert contrast(theme.INK, light) >= 4.5
    assert contrast(theme.INK_ON_DARK, dark) >= 4.5


def test_frames_differ_in_colour_and_without_it_and_are_seen_on_every_ground():
    frames = list(images.FRAMES.values())
    for kind in ("colour", "dashes", "corner", "look", "meaning"):
        assert len({getattr(frame, kind) for frame in frames}) == len(frames), kind
    for frame in frames:
        for ground in ("#000000", "#FFFFFF", *pages()):  # a digit's ground, the corner's glyph
            assert contrast(frame.colour, ground) >= 3, (frame.look, ground)


def test_a_marked_digit_alone_is_framed_just_inside_its_border():
    marked: list[images.Mark | None] = [None, "hole", None]
    svg = opened(images.sheet(torch.zeros(3, 1, 28, 28), 3, marked=marked))
    (frame,) = svg.findall(f"{SVG}g")
    assert frame.attrib["stroke"] == theme.HOLE
    place = frame.find(f"{SVG}rect")
    assert place is not None
    left, wide = float(place.attrib["x"]), float(place.attrib["width"])
    assert left - 1.5 >= 84 + 6
    assert left + wide + 1.5 <= 2 * 84 + 6


def test_a_legend_tells_what_is_framed_and_nothing_else():
    assert images.legend([None, None]) == ""
    told = images.legend(["hole", None, "misread", "hole"])
    assert told.count("frame") == 2
    assert "a hole" in told and "another digit" in told and "your" not in told


def test_codes_farther_than_usual_are_marked_as_holes():
    assert images.holes(torch.tensor([0.2, 1.0, 1.01])) == [None, None, "hole"]
