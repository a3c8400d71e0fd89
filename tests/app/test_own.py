"""Models of one's own, from outside: trained, looked at, taken home, brought back."""

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from core import checkpoints
from tests.serving import ROOT
from tests.visiting import (
    Link,
    as_markdown,
    follow,
    messages,
    newcomer,
    run_to_its_end,
    trained,
    words,
)

LATE = {  # short runs with little data, each a few tenths of a second
    "own-images": "1000",
    "own-epochs": "2",
}
FIGURES = ("Reconstructions", "Map", "Samples", "Interpolation", "Film", "Loss terms")


def healthy(page: AppTest) -> AppTest:
    assert not page.exception, page.exception[0].message
    assert not page.error, messages(page)
    return page


@pytest.fixture(scope="module")
def owner() -> AppTest:
    """A visitor with an autoencoder and a VAE, both trained for two epochs."""
    tour = newcomer()
    trained(tour)
    return healthy(trained(tour, {"own-kind": "VAE", "own-beta": "0.5"}))


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_of_lesson_7_shows_a_trained_model(owner: AppTest, figure: str):
    page = healthy(follow(owner, "build_your_own", {"own-figure": figure}))
    assert "yours: VAE dense, d = 2" in words(page)
    shown = page.button_group(key="own-figure").value
    assert shown == figure
    seen = {
        "Reconstructions": "reconstruction cost of each",
        "Map": "At the mark",
        "Samples": "Sample from",
        "Interpolation": "hole",
        "Film": "Each point is the code of a test image",
        "Loss terms": "At the end the loss on test images is",
    }
    assert seen[figure] in words(page)


def test_the_curves_of_a_run_end_where_its_card_says(owner: AppTest):
    """The gap of the last record, told in words, is one number a page can be held to."""
    page = healthy(follow(owner, "build_your_own", {"own-figure": "Loss terms"}))
    assert len(page.get("vega_lite_chart")) >= 1
    assert re.search(r"on test images is [\d.]+ nats per image (higher|lower)", words(page))


def told_name(page: AppTest) -> str:
    found = re.search(r'checkpoints\.load\("(.+?)"\)', words(page))
    assert found, words(page)
    return found[1]


def test_what_is_taken_home_is_two_files_with_a_word_on_how_to_load_them(owner: AppTest):
    page = healthy(follow(owner, "build_your_own"))
    weights, card = (page.get("download_button")[i].proto for i in range(2))
    assert weights.label.startswith("Weights, ") and card.label == "Card"
    assert weights.url != card.url
    assert told_name(page)


def test_models_of_different_beta_go_home_under_different_names():
    """Fault 15."""
    names = set()
    for beta in ("0.5", "10"):
        tour = newcomer()
        link: Link = {"own-kind": "VAE", "own-beta": beta}
        names.add(told_name(healthy(trained(tour, link))))
    assert len(names) == 2


def bring_back(tour: AppTest, weights: bytes, card: bytes, name: str) -> AppTest:
    page = follow(tour, "build_your_own")
    files = [
        (f"{name}.safetensors", weights, "application/octet-stream"),
        (f"{name}.json", card, "application/json"),
    ]
    page.file_uploader[0].set_value(files).run()
    return page.button(key="bring-back").click().run()


@pytest.fixture(scope="module")
def kept() -> tuple[bytes, bytes]:
    """The two files of a model with a history, as somebody took them home."""
    folder = ROOT / "pretrained"
    weights = folder / "vae-lite-2-gaussian.safetensors"
    return weights.read_bytes(), (folder / "vae-lite-2-gaussian.json").read_bytes()


def test_a_model_brought_back_is_the_page_s_and_says_what_its_card_says(kept):
    """Fault 15: its data and training, and not that only its maker knows them."""
    page = healthy(bring_back(newcomer(), kept[0], kept[1], "my-vae"))
    assert "yours: VAE lite, d = 2" in words(page)
    assert "only its maker knows" not in words(page)
    assert json.loads(kept[1])["data"].rstrip(".") in words(page)


def test_a_model_brought_back_keeps_the_history_of_its_training(kept):
    page = bring_back(newcomer(), kept[0], kept[1], "my-vae")
    page = healthy(follow(page, "build_your_own", {"own-figure": "Loss terms"}))
    last = json.loads(kept[1])["history"][-1]
    gap = abs(last["test"]["total"] - last["train"]["total"])
    assert f"{gap:.1f} nats per image" in words(page)


BROKEN = {
    "no numbers": lambda records: [{"step": "one", "train": None, "test": {}}],
    "no list": lambda records: "long ago",
    "a step without end": lambda records: [record | {"step": 10**30} for record in records],
    "a loss without end": lambda records: [
        record | {"test": dict.fromkeys(record["test"], 1e308)} for record in records
    ],
}


@pytest.mark.parametrize("way", BROKEN)
def test_a_history_that_is_none_costs_its_figure_alone(kept, way: str):
    """Fault 8 among them: a step of 10³⁰."""
    card = json.loads(kept[1])
    card["history"] = BROKEN[way](card["history"])
    page = bring_back(newcomer(), kept[0], json.dumps(card).encode(), "my-vae")
    page = follow(page, "build_your_own", {"own-figure": "Loss terms"})
    assert not page.exception, page.exception[0].message


def test_markdown_on_a_card_or_in_a_file_s_name_is_shown_as_code(kept):
    """Fault 20: else the browser asks other servers for a picture."""
    picture = "![x](http://example.invalid/)"
    card = json.loads(kept[1])
    hostile = [
        (json.dumps(card | {"model": card["model"] | {"kind": picture}}), "my-vae"),
        (json.dumps(card | {"data": picture, "made_with": picture}), "my-vae"),
        ("{", picture.replace("/", "_")),
        (json.dumps(card | {"model": card["model"] | {picture: 1}}), "my-vae"),
    ]
    for text, name in hostile:
        page = bring_back(newcomer(), kept[0], text.encode(), name)
        assert not page.exception, page.exception[0].message
        assert "![x](http:" not in as_markdown(page), messages(page)


@pytest.mark.parametrize("bound", [1e39, 1e300])
def test_a_bound_that_no_float_holds_is_refused_in_a_sentence(bound: float):
    """Fault 20."""
    at = ROOT / "pretrained" / "vae-lite-2-continuous-bernoulli"
    card = json.loads(at.with_suffix(".json").read_text(encoding="utf-8"))
    card["model"]["logit_bound"] = bound
    weights = at.with_suffix(".safetensors").read_bytes()
    page = bring_back(newcomer(), weights, json.dumps(card).encode(), "my-vae")
    assert not page.exception, page.exception[0].message
    assert page.error


@pytest.mark.parametrize("figure", FIGURES[:4])
def test_codes_beyond_any_map_end_no_view(kept, figure: str):
    """Fault 20: an encoder whose last layer is scaled by 10³⁰."""
    at = ROOT / "pretrained" / "ae-dense-2"
    model, card = checkpoints.load(at)
    last = [name for name in model.state_dict() if name.startswith("encoder")][-2:]
    tensors = {
        name: tensor * 1e30 if name in last else tensor
        for name, tensor in model.state_dict().items()
    }
    model.load_state_dict(tensors)
    page = bring_back(newcomer(), checkpoints.to_bytes(model), json.dumps(card).encode(), "mine")
    page = follow(page, "build_your_own", {"own-figure": figure})
    assert not page.exception, page.exception[0].message


def test_a_prediction_stays_what_it_was_when_the_result_is_told():
    """Fault 12."""
    tour = newcomer()
    page = follow(tour, "build_your_own", {**LATE, "own-guess": "180"})
    page.button(key="train-own").click().run()
    page = run_to_its_end(page, "train-own")
    assert "You predicted **180**" in words(page)
    if any(slider.key == "own-guess" and not slider.disabled for slider in page.slider):
        page.slider(key="own-guess").set_value(100).run()
    assert "You predicted **180**" in words(page)
    assert "You predicted **100**" not in words(page)


def test_a_default_that_nobody_touched_is_no_prediction():
    """Fault 12."""
    assert "You predicted" not in words(trained(newcomer()))


def test_a_run_of_lesson_1_does_not_fill_lesson_2():
    """Fault 13."""
    tour = newcomer()
    page = follow(tour, "autoencoder")
    page.button(key="train-autoencoder").click().run()
    page.button(key="stop-autoencoder").click().run()
    page = healthy(follow(run_to_its_end(page, "train-autoencoder"), "latent_scatter"))
    assert "at this moment" not in words(page)


def test_a_model_says_how_many_digits_it_was_trained_on():
    """Fault 15: 4 000 of the sample's 5 000 are there to train on."""
    tour = newcomer()
    page = trained(tour, {"own-images": "4000"})
    (told,) = [caption.value for caption in page.caption if "Trained on" in caption.value]
    assert re.search(r"Trained on[^.:]*4\s000", told), told
