"""The way home and back, on lesson 7's page."""

import io
import zipfile
from collections.abc import Mapping

import pytest
import torch
from streamlit.testing.v1 import AppTest

from app.cache import Shown
from app.lessons.build_your_own import home
from app.state import YOURS, Visitor
from core import archive, checkpoints, onnx_graph
from core.data import to_float
from core.models import Model, ModelConfig, build
from tests.visiting import Link, follow, messages, onlooker, trained, words

OPEN: Link = {"own-home": "true"}


def visitor_of(page: AppTest) -> Visitor:
    return page.session_state["visitor"]


def run_of(page: AppTest) -> Shown:
    run = visitor_of(page).run
    assert run is not None
    return run


def healthy(page: AppTest) -> AppTest:
    assert not page.exception, page.exception[0].message
    return page


@pytest.fixture(scope="module")
def owner() -> AppTest:
    """A visitor with an autoencoder and, newer, a convolutional VAE."""
    tour = trained(onlooker(), {"own-seed": "3"})
    lite: Link = {
        "own-kind": "VAE",
        "own-architecture": "lite",
        "own-images": "300",
        "own-seed": "4",
    }
    return trained(tour, lite)


def unzip_line(page: AppTest) -> str:
    (line,) = [line for code in page.code for line in code.value.splitlines() if "unzip" in line]
    return line


def taken(page: AppTest) -> list:
    """The buttons that take a model home."""
    buttons = page.get("download_button")
    return [button for button in buttons if "runs-csv" not in button.proto.id]


def test_nothing_is_made_while_the_section_is_closed(owner: AppTest):
    page = healthy(follow(owner, "build_your_own", {"own-home": "false"}))
    assert "Take your model home, or bring one back" in words(page)
    assert not taken(page) and not page.file_uploader


def test_who_has_trained_nothing_is_told_so_and_can_bring_a_model():
    page = healthy(follow(onlooker(), "build_your_own", OPEN))
    assert "You have trained nothing yet" in words(page)
    assert not taken(page) and len(page.file_uploader) == 1


def test_the_run_on_the_page_goes_home_unless_another_is_chosen(owner: AppTest):
    page = healthy(follow(owner, "build_your_own", OPEN))
    assert "unzip my-vae-lite-2-beta-1-seed-4.zip" in unzip_line(page)
    (choice,) = [box for box in page.selectbox if box.label == "Which run"]
    assert choice.options[1] == "Run 1: AE dense, d = 2, seed 3"
    choice.select(next(iter(visitor_of(page).runs))).run()
    assert "unzip my-ae-dense-2-seed-3.zip" in unzip_line(healthy(page))


def test_models_of_different_beta_go_home_under_different_names():
    """Fault 15."""
    names = set()
    for beta in ("0.5", "10"):
        page = trained(onlooker(), {"own-kind": "VAE", "own-beta": beta} | OPEN)
        names.add(unzip_line(healthy(page)))
    assert len(names) == 2


def test_onnx_is_offered_where_it_can_be_made_and_else_the_way_to_it(owner: AppTest):
    page = healthy(follow(owner, "build_your_own", OPEN))
    labels = [button.proto.label for button in taken(page)]
    possible = onnx_graph.is_possible()
    assert labels == (["Take it home", "As ONNX"] if possible else ["Take it home"])
    assert ("requirements-export.txt" in words(page)) is not possible


def bring(page: AppTest, files: Mapping[str, bytes]) -> AppTest:
    """The page after these files were brought."""
    page = follow(page, "build_your_own", OPEN)
    uploads = [(name, content, "application/octet-stream") for name, content in files.items()]
    page.file_uploader[0].set_value(uploads).run()
    return healthy(page.button(key="bring-back").click().run())


def test_a_run_taken_home_comes_back_to_its_page_bit_for_bit_and_goes_home_again(owner: AppTest):
    """Also where a run stands already: its selector was drawn before this section."""
    page = follow(owner, "build_your_own", OPEN)
    run = run_of(page)
    content = home.zip_of(run, "mine")
    page = bring(page, {"mine.zip": content})
    assert not messages(page)
    again = run_of(page)
    assert again.key != run.key and again.brought
    assert page.button_group(key="own-model").value == YOURS
    assert (
        "Run 3: VAE lite, d = 2, β = 1, seed 4, brought back"
        in page.selectbox(key="home-run").options
    )
    x = to_float(visitor_of(page).digits.test_images[:20])
    with torch.no_grad():
        codes = run.model.encode(x)
        assert torch.equal(again.model.encode(x), codes)
        assert torch.equal(again.model.decode(codes), run.model.decode(codes))
    assert again.card["test"] == run.card["test"], "measured anew, on the same images"
    assert again.card["history"] == run.card["history"]
    before, after = (files_of(each) for each in (content, home.zip_of(again, "mine")))
    told = {name for name in before if before[name] != after[name]}
    assert told == set()


def files_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_files_that_are_no_model_are_refused_until_others_are_chosen(owner: AppTest):
    content = home.zip_of(run_of(owner), "mine")
    bad: list[tuple[dict[str, bytes], str]] = [
        ({"mine.zip": content[:-40]}, "not a whole one"),
        ({"mine.zip": content, "config.json": b"{}"}, "choose it alone"),
        ({"model.safetensors": files_of(content)["model.safetensors"]}, "holds no config.json"),
        ({"![x](http://a.invalid).zip": b"PK"}, "`![x](http://a.invalid).zip`"),
    ]
    page, before = owner, run_of(owner).key
    for files, sentence in bad:
        page = bring(page, files)
        (error,) = page.error
        assert sentence in error.value
        assert run_of(page).key == before, "the page keeps what it had"
    page.file_uploader[0].set_value([("mine.zip", content, "application/zip")]).run()
    assert not healthy(page).error


def test_a_card_of_absurd_numbers_ends_no_page():
    """A step of 10³⁰ once did."""
    model = build(ModelConfig(), torch.Generator().manual_seed(0))
    card = checkpoints.card_text(model, {"steps": 10**30}).encode()
    page = bring(onlooker(), {"a.safetensors": checkpoints.to_bytes(model), "a.json": card})
    assert "steps is" in page.error[0].value
    assert not visitor_of(page).runs


def test_a_model_trained_further_at_home_comes_back_with_its_new_weights(owner: AppTest):
    files = files_of(home.zip_of(run_of(owner), "mine"))
    model = archive.load({name: files[name] for name in ("model.safetensors", "config.json")}).model
    assert isinstance(model, Model)
    with torch.no_grad():
        for weights in model.parameters():
            weights *= 0.99
    trained_on = {"trained.safetensors": checkpoints.to_bytes(model)}
    page = bring(owner, trained_on | {"config.json": files["config.json"]})
    assert not page.error
    assert checkpoints.to_bytes(run_of(page).model) == trained_on["trained.safetensors"]
