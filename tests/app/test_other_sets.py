"""Fashion-MNIST and KMNIST in use: every page stands, and says of digits only what is true."""

import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch import Tensor

from app.course import LESSONS as COURSE
from app.state import Drawing
from core import data
from tests.visiting import LESSONS, follow, messages, trained, words

FOLDERS: dict[data.Name, str] = {"fashion-mnist": "FashionMNIST", "kmnist": "KMNIST"}
# Every section that is worked out where it is open, by its name in the address.
SECTIONS = [
    *("vae-why-open", "vae-noise-open", "vae-ledger-open", "vae-prior-open", "vae-blur-open"),
    *("vae-draw", "vae-terms", "duel-more", "pca-more", "walk-by-hand", "mosaic-open"),
    *("walk-slerp", "cb-slopes", "cb-area", "cb-bounds", "cb-contrast-open", "cb-new", "cb-best"),
    *("cb-paper", "cb-more", "cb-float32", "origin"),
]
OF_DIGITS = ("reads as", "fours as nines", "come back as another", "says the judge")


def write(file: Path, values: Tensor) -> None:
    """An IDX file of bytes."""
    header = np.array([0x0800 + values.ndim, *values.shape], ">i4")
    file.write_bytes(header.tobytes() + values.to(torch.uint8).numpy().tobytes())


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both sets, as small as the sample: its digits, of which none is the right way up."""
    root, sample = tmp_path_factory.mktemp("data"), data.load("sample")
    for folder, turned in (("FashionMNIST", lambda x: x.mT), ("KMNIST", lambda x: x.flip(1))):
        raw = root / folder / "raw"
        raw.mkdir(parents=True)
        for part in ("train", "test"):
            images, labels = (getattr(sample, f"{part}_{kind}") for kind in ("images", "labels"))
            name = "t10k" if part == "test" else part
            write(raw / f"{name}-images-idx3-ubyte", turned(images[:, 0]))
            write(raw / f"{name}-labels-idx1-ubyte", labels)
    return root


@pytest.fixture
def at_hand(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small files are whole ones here."""
    sizes = {"train": 4000, "t10k": 1000}
    shapes = {name: (sizes[name.split("-")[0]], *shape[1:]) for name, shape in data._FILES.items()}
    monkeypatch.setattr(data, "_FILES", shapes)
    monkeypatch.setenv("LATENT_WALK_DATA", str(root))


@pytest.fixture
def clothed(tour: AppTest, at_hand: None) -> AppTest:
    """The tour with Fashion-MNIST in use."""
    tour.session_state["visitor"].use_data("fashion-mnist")
    return tour


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_page_stands_with_all_its_sections_open(
    clothed: AppTest, lesson: str, caplog: pytest.LogCaptureFixture
):
    page = follow(clothed, lesson, dict.fromkeys(SECTIONS, "true"))
    assert not page.exception and not page.error, messages(page)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    said = words(page)
    assert not [phrase for phrase in OF_DIGITS if phrase in said]
    if lesson in {lesson.folder for lesson in COURSE}:
        assert any("Fashion-MNIST is in use" in message for message in messages(page))


def test_a_page_that_shows_digits_needs_no_such_line(tour: AppTest):
    assert not any("is in use" in message for message in messages(follow(tour, "vae")))


def test_kmnist_is_chosen_on_the_data_page_and_told_on_the_next(tour: AppTest, at_hand: None):
    page = follow(tour, "data")
    (choice,) = [each for each in page.button_group if each.label == "Data in use on every page"]
    choice.set_value("kmnist").run()
    assert "ten classes: o, ki, su" in words(page)
    page = follow(page, "autoencoder")
    assert any("Kuzushiji-MNIST is in use" in message for message in messages(page))


def test_a_model_trained_here_has_learned_from_the_set_in_use(clothed: AppTest):
    page = trained(clothed)
    visitor = page.session_state["visitor"]
    assert visitor.run.data == "fashion-mnist"
    assert visitor.run.card["data"].startswith("Fashion-MNIST")
    assert len(visitor.run.film.moments) > 1
    assert "the coat of the ten" in words(page)


def test_a_drawn_digit_waits_while_no_digits_are_shown(clothed: AppTest):
    visitor = clothed.session_state["visitor"]
    visitor.drawn = Drawing(visitor.digits.test_images[:1], 3)
    assert "dress" in visitor.followed().names
    visitor.use_data("sample")
    assert "your 3" in visitor.followed().names


def test_what_is_drawn_is_one_of_the_classes_in_use(clothed: AppTest):
    visitor = clothed.session_state["visitor"]
    visitor.drawn = Drawing(visitor.digits.test_images[:1], 3, visitor.digits.class_names)
    assert "your dress" in visitor.followed().names
    assert "Above: test images, and yours." in words(follow(clothed, "autoencoder"))
