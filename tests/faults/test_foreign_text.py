"""Words of files, of their names and of links are shown as code: no browser calls anybody."""

import json

import pytest
import torch
from safetensors.torch import save
from streamlit.testing.v1 import AppTest

from app import cache
from core import checkpoints
from core.models import ModelConfig, build
from tests.visiting import as_markdown, follow, messages, onlooker, words

CALL = "![x](http://example.invalid/)"


def files(name: str = "mine", scale: float = 1.0, **card: object) -> list[tuple[str, bytes, str]]:
    """A model of a learner's as two uploads. `scale` is of the codes; `card` changes the card."""
    model = build(ModelConfig(), torch.Generator().manual_seed(0))
    last = [module for module in model.encoder.modules() if hasattr(module, "weight")][-1]
    with torch.no_grad():
        for parameter in last.parameters():
            parameter *= scale
    told = json.loads(checkpoints.card_text(model, {"data": "Digits of my own."}))
    for field, value in card.items():
        told[field] = told[field] | value if isinstance(value, dict) else value
    return [
        (f"{name}.safetensors", checkpoints.to_bytes(model), "application/octet-stream"),
        (f"{name}.json", json.dumps(told).encode(), "application/json"),
    ]


def bring_back(uploads: list[tuple[str, bytes, str]]) -> AppTest:
    """Lesson 7 after these two files were brought back."""
    page = follow(onlooker(), "build_your_own", {"own-home": "true"})
    page.file_uploader(key="bring-back-0").set_value(uploads).run()
    return page.button(key="bring-back").click().run()


def healthy(page: AppTest) -> AppTest:
    assert not page.exception, page.exception[0].message
    return page


@pytest.mark.parametrize(
    "uploads",
    [
        files(model={"kind": CALL}),
        files(model={CALL: 1}),
        files(model={"architecture": CALL}),
        files(name=CALL.replace("/", ""), model={"kind": "vae"}),
        [("a.safetensors", save({CALL: torch.zeros(2)}), ""), files()[1]],
        [("a.safetensors", CALL.encode(), ""), files()[1]],
        [files()[0], ("a.json", CALL.encode(), "")],
    ],
    ids=["kind", "field", "architecture", "name", "tensor", "weights", "card"],
)
def test_what_is_wrong_with_an_upload_is_told_as_code(uploads):
    page = healthy(bring_back(uploads))
    assert len(page.error) == 1, messages(page)
    assert "](http:" not in as_markdown(page)


def test_what_a_card_says_of_its_data_is_shown_as_code_and_as_the_card_s_words():
    page = healthy(bring_back(files(data=f"Clothes {CALL}")))
    assert not page.error, messages(page)
    assert "says its card" in words(page)
    assert f"`Clothes {CALL}`" in words(page)
    assert "](http:" not in as_markdown(page)


def test_a_card_of_a_pretrained_model_is_no_markdown_either(tmp_path, monkeypatch):
    for file in cache.PRETRAINED.iterdir():
        if file.name != "ae-dense-2.json":
            (tmp_path / file.name).symlink_to(file)
    card = json.loads((cache.PRETRAINED / "ae-dense-2.json").read_text())
    (tmp_path / "ae-dense-2.json").write_text(json.dumps(card | {"data": CALL}))
    monkeypatch.setattr(cache, "PRETRAINED", tmp_path)
    cache.pretrained.clear()
    try:
        page = healthy(follow(onlooker(), "autoencoder"))
    finally:
        cache.pretrained.clear()
    assert CALL in words(page)
    assert "](http:" not in as_markdown(page)


def test_the_paper_s_table_is_no_markdown_either(tmp_path, monkeypatch):
    for file in cache.PRETRAINED.iterdir():
        if file.name != "paper_table.json":
            (tmp_path / file.name).symlink_to(file)
    table = json.loads((cache.PRETRAINED / "paper_table.json").read_text(encoding="utf-8"))
    table |= {"made": CALL, "made_with": CALL, "protocol": CALL, "deviations": [CALL]}
    table["minutes"]["note"] = table["poster"]["source"] = CALL
    (tmp_path / "paper_table.json").write_text(json.dumps(table))
    monkeypatch.setattr(cache, "PRETRAINED", tmp_path)
    page = healthy(follow(onlooker(), "continuous_bernoulli", {"cb-paper": "true"}))
    shown = [block.value for block in (*page.markdown, *page.caption)]
    assert any(f"`{CALL}`" in text for text in shown)
    assert all("](http:" not in text.replace(f"`{CALL}`", "") for text in shown)
    assert CALL in [line for block in page.code for line in block.value.splitlines()]


@pytest.mark.parametrize(
    "uploads",
    [
        files(scale=1e30),
        files(scale=1e8),
        files(scale=1e38),
        files(model={"likelihood": "gaussian", "variance": 1e-30}),
    ],
    ids=["1e30", "1e8", "1e38", "variance"],
)
def test_a_model_of_absurd_numbers_is_refused_and_the_page_goes_on(uploads):
    page = healthy(bring_back(uploads))
    assert len(page.error) == 1, messages(page)
    assert "`mine.safetensors`" in page.error[0].value
    assert page.title[0].value.startswith("7")
    assert not page.session_state["visitor"].runs


@pytest.mark.parametrize("figure", ["Reconstructions", "Map", "Samples", "Interpolation"])
def test_a_model_with_the_largest_codes_that_are_taken_is_shown_by_every_figure(figure: str):
    page = healthy(bring_back(files(scale=2e4)))
    assert not page.error, messages(page)
    codes = page.session_state["visitor"].run.codes.mean
    assert 1e4 < codes.abs().max() <= 1e6
    healthy(follow(page, "build_your_own", {"own-figure": figure}))
