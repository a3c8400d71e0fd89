"""The Python faces of the in-browser parts: what they send, and what they let in."""

import base64
import json
import math
import struct

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from app.components import draw_digit, kept, latent_pad


def test_a_piece_s_arrays_begin_at_multiples_of_four_and_its_id_tells_the_content():
    numbers = np.array([1.5, -2.0], np.float32)
    sent = kept.piece({"word": "ß"}, {"a": np.array([7, 8, 9], np.uint8), "b": numbers})
    (length,) = struct.unpack_from("<I", sent.data)
    header = json.loads(sent.data[4 : 4 + length])
    assert header == {
        "word": "ß",
        "arrays": [["a", "uint8", 3], ["b", "float32", 2]],
        "id": sent.id,
    }
    begin = -(-(4 + length) // 4) * 4
    assert sent.data[begin : begin + 3] == bytes([7, 8, 9])
    assert sent.data[begin + 4 :] == numbers.tobytes()
    assert kept.piece({"word": "ß"}, {"a": np.array([7, 8, 9], np.uint8), "b": numbers}) == sent
    assert kept.piece({"word": "s"}, {"b": numbers}).id != sent.id


def test_a_picture_from_the_browser_is_784_bytes():
    bytes_ = bytes(range(256)) * 3 + bytes(16)
    image = draw_digit.picture(base64.b64encode(bytes_).decode())
    assert image.shape == (1, 1, 28, 28)
    assert bytes(image.flatten().tolist()) == bytes_


@pytest.mark.parametrize(
    "answer",
    [None, "", "%%%", "é", 7, [0] * 784, base64.b64encode(bytes(783)).decode(), "A" * 5000],
)
def test_anything_else_from_the_browser_gets_one_sentence(answer: object):
    with pytest.raises(ValueError, match=r"^The drawing did not arrive whole: .*784 pixels"):
        draw_digit.picture(answer)


def pad_page() -> None:
    import json

    import streamlit as st

    from app.components import latent_pad
    from app.components.latent_pad import Layers
    from tests.browser import stage

    layers = Layers(path=stage.make_codes(2)[:2])
    at = latent_pad.latent_pad(stage.pad_content(2, 0), key="pad", z=[1.0, 2.0], layers=layers)
    st.text(json.dumps([at.z, at.failed]))


@pytest.mark.parametrize(
    ("value", "z"),
    [
        ([3.0, 4], [3.0, 4.0]),
        ([3.0], [1.0, 2.0]),
        ([3.0, "4"], [1.0, 2.0]),
        ([3.0, math.inf], [1.0, 2.0]),
        ([3.0, 1e30], [1.0, 2.0]),
        ([True, 4.0], [1.0, 2.0]),
        ("nonsense", [1.0, 2.0]),
        (None, [1.0, 2.0]),
    ],
)
def test_a_code_from_the_browser_is_checked(value: object, z: list[float]):
    page = AppTest.from_function(pad_page, default_timeout=120)
    page.session_state["pad"] = {"z": {"value": value, "asked": [1.0, 2.0]}}
    page.run()
    assert not page.exception
    assert json.loads(page.text[0].value) == [z, False]


def test_an_answer_to_an_older_question_does_not_count():
    page = AppTest.from_function(pad_page, default_timeout=120)
    page.session_state["pad"] = {"z": {"value": [3.0, 4.0], "asked": [0.0, 0.0]}, "failed": True}
    page.run()
    assert json.loads(page.text[0].value) == [[1.0, 2.0], True]


def test_the_same_digits_make_the_same_piece_and_take_less_than_a_quarter():
    rng = torch.Generator().manual_seed(0)
    ink = torch.rand(20, 1, 28, 28, generator=rng) < 0.1
    images = (255 * ink).to(torch.uint8)
    sent = latent_pad.pack_digits(images)
    assert sent == latent_pad.pack_digits(images.clone())
    assert len(sent.data) < images.numel() / 4
