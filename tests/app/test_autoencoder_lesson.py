"""Lesson 1: its moment is there to be seen by default, and its figures say what was measured."""

import shutil

import pyarrow as pa
import pytest
import torch
from streamlit.testing.v1 import AppTest

from app import cache
from app.lessons.autoencoder import asked, stranger
from app.lessons.autoencoder.misreadings import misread
from app.state import Visitor
from core import evaluation
from core.data import to_float
from tests.visiting import follow, last_heading, newcomer, nodes, texts

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


def test_misreadings_are_counted_over_all_digits_and_over_the_fours():
    labels, read = torch.tensor([4, 4, 4, 9, 1]), torch.tensor([9, 4, 6, 9, 9])
    assert tuple(misread(read, labels)) == pytest.approx((3 / 5, 1 / 3))


def curves(page: AppTest, chart: int = 0) -> dict[str, dict[float, float]]:
    """By size each curve of a chart, the misreadings' or the costs', and the page's own model
    under "here"."""
    drawn = page.get("vega_lite_chart")[chart]
    found: dict[str, dict[float, float]] = {}
    for table in drawn.proto.datasets:
        for row in pa.ipc.open_stream(table.data.data).read_all().to_pylist():
            found.setdefault(row.get("curve", "here"), {})[row["x"]] = row["y"]
    return found


def test_the_curve_shows_what_was_measured_and_where_the_page_stands(tour):
    page = follow(tour, "autoencoder", {"d": "4"})
    shown = curves(page)
    sizes = (1, 2, 4, 8, 16, 32)
    # Measured apart from this code, on the sample's 1 000 test images and its 100 fours.
    any_digit = dict(zip(sizes, (0.528, 0.255, 0.147, 0.065, 0.044, 0.018)))
    as_nines = dict(zip(sizes, (0.53, 0.49, 0.22, 0.06, 0.03, 0.02)))
    assert shown["any digit"] == pytest.approx(any_digit, abs=0.003)
    assert shown["fours as nines"] == pytest.approx(as_nines, abs=0.011)
    pca = shown["PCA, any digit"]
    assert all(pca[d] > shown["any digit"][d] for d in sizes)
    assert shown["here"] == pytest.approx({4: any_digit[4]}, abs=0.003)
    sentence = next(text for text in texts(page) if "goes from" in text)
    assert all(f"{share}\N{NO-BREAK SPACE}%" in sentence for share in ("52.8", "1.8", "53", "2"))


def test_the_costs_are_those_of_the_pretrained_models_and_the_page_s_own_is_among_them(tour):
    shown = curves(follow(tour, "autoencoder", {"d": "4"}), chart=1)
    costs = shown["this course's models"]
    for d, cost in costs.items():
        measured = cache.mean_terms(cache.pretrained(f"ae-dense-{d:g}")).reconstruction
        assert cost == pytest.approx(measured)
    assert shown["here"] == {4: costs[4]}
    floor, blind = cache.bce_extremes("sample")
    assert floor < min(costs.values()) < max(costs.values()) < blind


def test_the_page_opens_on_the_paper_and_the_curve_comes_after_the_first_figure(tour):
    page = follow(tour, "autoencoder")
    kinds = [node.type for node in nodes(page.main)]
    paper, ten, curve = map(kinds.index, ("bidi_component", "image", "vega_lite_chart"))
    assert kinds.index("select_slider") < paper < ten < curve


def test_without_the_classifier_one_sentence_stands_in_the_curve_s_place(
    tour, tmp_path, monkeypatch
):
    folder = tmp_path / "pretrained"
    shutil.copytree(cache.PRETRAINED, folder)
    (folder / "classifier.safetensors").unlink()
    monkeypatch.setattr(cache, "PRETRAINED", folder)
    cache.classifier.clear()
    page = follow(tour, "autoencoder")
    cache.classifier.clear()
    assert not page.exception
    assert "The classifier's file cannot be used, so nobody can judge here." in texts(page)
    assert len(page.get("vega_lite_chart")) == 1, "the costs need no classifier"
    assert last_heading(page) == "Check yourself"


# ---- what it asks --------------------------------------------------------------------------------


def test_nothing_of_an_outcome_stands_on_the_page_before_the_learner_has_committed():
    page = follow(newcomer(), "autoencoder")
    words = "\n".join(text for text in texts(page) if not text.startswith("<"))
    for prediction in asked.ASKED.predictions:
        words = words.replace(prediction.prompt, "")
    assert "reads as" not in words and "as another digit" not in words
    assert not page.get("vega_lite_chart"), "the curves hold the share that is to be estimated"
    alts = [node.proto.imgs[0].alt for node in nodes(page.main) if node.type == "image"]
    assert len(alts) >= 2
    assert not any("reads as" in alt or "comes back" in alt for alt in alts)


def test_the_digits_lost_are_those_that_the_classifier_reads_as_others():
    page = follow(newcomer(), "autoencoder")
    page.button(key="show-lost").click().run()
    ten = Visitor().followed()
    read = read_back(to_float(ten.images), 2)
    lost = [str(label) for label in range(10) if read[label] != label and label != 4]
    told = next(text for text in texts(page) if text.startswith(asked.LOST.prompt))
    assert lost and told.endswith(f"**{', '.join(lost)}**.")


def test_a_shoe_comes_back_as_a_digit_through_two_numbers_and_not_as_a_shoe():
    reader = cache.classifier()
    back, measured, _ = stranger.returned(cache.pretrained("ae-dense-2"), reader)
    assert measured.value == asked.DIGIT and not measured.unusual
    assert reader.model.probabilities(back).max() > 0.9
    assert evaluation.judging.squared_error(back, stranger.shoe()) > 50


def test_the_keys_of_the_questions_are_what_is_measured():
    floor, _ = cache.bce_extremes("sample")
    assert floor > 0, "a perfect restoration of grey pixels costs their entropy"
    assert asked.PERFECT.options[asked.PERFECT.right].words == "The entropy of its grey pixels."
    cost = {d: cache.mean_terms(cache.pretrained(f"ae-dense-{d}")).reconstruction for d in (2, 8)}
    assert cost[2] > cost[8] + 40, "the code's width, all else alike"
    question = asked.BOTTLENECK.filled()
    assert f"{cost[2]:.1f}" in question.prompt and f"{cost[8]:.1f}" in question.prompt
    labels = cache.digits("sample").test_labels
    read = cache.readings(cache.pretrained("ae-dense-2"), cache.classifier())
    others = [int((read[labels == 4] == digit).sum()) for digit in range(10) if digit != 4]
    assert others.index(max(others)) == 8, "fours are lost among nines"
