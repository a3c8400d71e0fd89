"""What a page says of a run's data and of its costs, and the axes of its curve."""

import re

import pytest

from app.panels.bench import holding
from tests.app.test_bench import trained, whose
from tests.visiting import follow, onlooker, words


def test_a_lesson_trains_on_few_images_of_a_large_set_and_says_so(mnist_root, monkeypatch):
    """Fault 13; and fault 14: the page's own cost is that of all 10 000 test images in use."""
    monkeypatch.setenv("LATENT_WALK_DATA", str(mnist_root))
    tour = onlooker()
    tour.session_state["visitor"].use_data("mnist")
    page = follow(tour, "autoencoder")
    assert re.search(r"40 epochs of 4\s000 images", words(page))
    measured = re.search(r"restoring one costs \*\*([\d.]+) nats", words(page))
    (told,) = [text.value for text in page.caption if "Its card, on" in text.value]
    card = re.search(r"Its card, on `MNIST's 10 000 test images`: ([\d.]+) nats per image", told)
    assert card and measured and measured[1] == card[1], "an autoencoder has no draws: one number"


def test_a_run_says_how_many_images_it_learned_from():
    """Fault 15: 4 000 of the sample's 5 000."""
    page = trained(follow(onlooker(), "autoencoder", {"ae-epochs": "2"}))
    (told,) = [text.value for text in page.caption if "Its card, on" in text.value]
    assert re.search(r"Trained on 4\s000 images of: 5 000 digits", told)
    assert "training images: 4\N{NO-BREAK SPACE}000 instead of all of its set" in whose(page)


def test_a_set_that_is_not_here_is_never_lit(tmp_path, monkeypatch):
    """Fault 15: what is lit on the Data page is what is in use."""
    monkeypatch.setenv("LATENT_WALK_DATA", str(tmp_path))
    page = follow(onlooker(), "data")
    (lit,) = page.button_group
    assert lit.options == ["Sample"]
    assert {button.label for button in page.button if button.label.startswith("Fetch")} == {
        "Fetch MNIST",
        "Fetch Fashion-MNIST",
        "Fetch Kuzushiji-MNIST",
    }


@pytest.mark.parametrize(
    ("measured", "axis"),
    [
        ([], (0, 12)),
        ([3.0, 12.0], (0, 12)),
        ([30.0, 2.0], (0, 48)),
        ([float("nan"), float("inf"), 13.0], (0, 24)),
        ([-5.0], (-12, 12)),
    ],
)
def test_an_axis_holds_what_was_measured(measured, axis):
    assert holding((0.0, 12.0), measured) == axis


def test_an_axis_that_gave_way_to_a_spike_stays():
    spike = [1.0, 90.0, 5.0]
    axes = [holding((0.0, 12.0), spike[:seen]) for seen in range(4)]
    assert axes == [(0, 12), (0, 12), (0, 96), (0, 96)]
