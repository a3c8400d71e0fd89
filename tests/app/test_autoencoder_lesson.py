"""Lesson 1: its moment is there to be seen by default, and its figures say what was measured."""

import torch

from app import cache
from app.state import Visitor
from core import evaluation
from core.data import to_float

NINE_AT, FOUR_AT = (1, 2), (8, 16, 32)


def read_back(images: torch.Tensor, d: int) -> torch.Tensor:
    """What the classifier reads once the pretrained model of that size has restored them."""
    restored = evaluation.judging.reconstruct(cache.pretrained(f"ae-dense-{d}").model, images)
    return cache.classifier().model.probabilities(restored).argmax(1)


def test_the_four_that_pages_begin_with_is_a_nine_at_first_and_a_four_from_eight_numbers_on():
    ten = Visitor().followed()
    four = to_float(ten.images[4:5])
    assert ten.labels.tolist() == list(range(10))
    assert cache.classifier().model.probabilities(four).argmax(1) == 4
    read = {d: read_back(four, d).item() for d in (*NINE_AT, *FOUR_AT)}
    assert read == dict.fromkeys(NINE_AT, 9) | dict.fromkeys(FOUR_AT, 4)


def test_coming_back_to_the_sample_brings_its_ten_digits_back():
    visitor, newcomer = Visitor(), Visitor()
    visitor.choose_digits()
    visitor.use_data("sample")
    assert visitor.ten == newcomer.ten


def test_other_sets_begin_with_the_first_digit_of_each_class(mnist_root, monkeypatch):
    monkeypatch.setenv("LATENT_WALK_DATA", str(mnist_root))
    visitor = Visitor()
    visitor.use_data("mnist")
    labels = visitor.digits.test_labels
    for place, index in enumerate(visitor.ten):
        assert labels[: index + 1].tolist().count(place) == 1 and labels[index] == place
