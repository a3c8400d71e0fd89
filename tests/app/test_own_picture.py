"""A learner's own picture on lesson 1, and on the pages after it."""

import io

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from app import cache
from core import own_image
from tests.visiting import follow, last_heading, messages, texts


def png(digit: int, kind: str = "PNG") -> bytes:
    """A digit of the sample, black on white and ten times as large."""
    pixels = 255 - cache.digits("sample").test_images[digit, 0].numpy()
    stream = io.BytesIO()
    Image.fromarray(pixels).resize((280, 280)).save(stream, kind)
    return stream.getvalue()


def brought(tour: AppTest, file: bytes) -> AppTest:
    page = follow(tour, "autoencoder")
    page.file_uploader(key="own-picture").set_value(("mine.png", file, "image/png")).run()
    assert not page.exception
    return page


def test_a_picture_is_shown_step_by_step_and_followed_on_every_page(tour: AppTest):
    page = brought(tour, png(3))
    captions = texts(page)
    steps = ["yours", "grey", "its ink, inverted", "cropped", "as MNIST"]
    assert [caption for caption in captions if caption in steps] == steps
    page.button(key="draw-follow").click().run()
    drawn = page.session_state["visitor"].drawn
    assert drawn.label == 3
    assert drawn.image.equal(own_image.prepare(png(3)).image)
    assert "Your 3 stands among the ten digits on every page." in messages(page)
    page = follow(page, "interpolation")
    assert "your 3" in page.session_state["visitor"].followed().names


@pytest.mark.parametrize(
    ("file", "complaint"),
    [(png(3, "GIF"), "This is a GIF"), (png(3)[:200], "damaged or cut short")],
)
def test_a_bad_picture_is_told_and_the_page_goes_on(tour: AppTest, file: bytes, complaint: str):
    page = brought(tour, file)
    assert complaint in page.error[0].value
    assert page.session_state["visitor"].drawn is None
    assert last_heading(page) == last_heading(follow(tour, "autoencoder"))
    assert not any(button.key == "draw-follow" for button in page.button)
