"""Models of one's own, from outside: trained, looked at, taken home, brought back."""

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import pandas as pd
import pyarrow as pa
import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch.distributions import Normal, kl_divergence

from app import cache
from app.jobs import Job
from app.lessons.build_your_own.asked import UNUSED
from app.lessons.build_your_own.own import most_alike
from app.state import SHELF, YOURS, Visitor
from core import checkpoints
from core.models import Architecture, Kind, Likelihood, ModelConfig, VariationalAutoencoder
from tests.serving import ROOT
from tests.visiting import (
    Link,
    as_markdown,
    follow,
    messages,
    newcomer,
    onlooker,
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
    """A visitor with an autoencoder and a VAE, both trained for two epochs, and pinned."""
    tour = onlooker()
    trained(tour)
    page = healthy(trained(tour, {"own-kind": "VAE", "own-beta": "0.5"}))
    visitor = visitor_of(page)
    for key in visitor.runs:
        visitor.keep(key)
    return page


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


HOME: Link = {"own-home": "true"}


def bring_back(tour: AppTest, files: dict[str, bytes]) -> AppTest:
    """Lesson 7 after these files were brought, by their names."""
    page = follow(tour, "build_your_own", HOME)
    uploads = [(name, content, "application/octet-stream") for name, content in files.items()]
    page.file_uploader[0].set_value(uploads).run()
    return page.button(key="bring-back").click().run()


def as_pair(weights: bytes, card: bytes, name: str = "my-vae") -> dict[str, bytes]:
    return {f"{name}.safetensors": weights, f"{name}.json": card}


@pytest.fixture(scope="module")
def kept() -> tuple[bytes, bytes]:
    """The two files of a model with a history, as somebody took them home."""
    folder = ROOT / "pretrained"
    weights = folder / "vae-lite-2-gaussian.safetensors"
    return weights.read_bytes(), (folder / "vae-lite-2-gaussian.json").read_bytes()


def test_a_model_brought_back_is_the_page_s_and_says_what_its_card_says(kept):
    """Fault 15: its data and training, and not that only its maker knows them."""
    page = healthy(bring_back(onlooker(), as_pair(*kept)))
    assert "yours: VAE lite, d = 2" in words(page)
    assert "only its maker knows" not in words(page)
    assert json.loads(kept[1])["data"].rstrip(".") in words(page)


def test_a_model_brought_back_keeps_the_history_of_its_training(kept):
    page = bring_back(onlooker(), as_pair(*kept))
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
    page = bring_back(onlooker(), as_pair(kept[0], json.dumps(card).encode()))
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
        page = bring_back(onlooker(), as_pair(kept[0], text.encode(), name))
        assert not page.exception, page.exception[0].message
        assert "![x](http:" not in as_markdown(page), messages(page)


@pytest.mark.parametrize("bound", [1e39, 1e300])
def test_a_bound_that_no_float_holds_is_refused_in_a_sentence(bound: float):
    """Fault 20."""
    at = ROOT / "pretrained" / "vae-lite-2-continuous-bernoulli"
    card = json.loads(at.with_suffix(".json").read_text(encoding="utf-8"))
    card["model"]["logit_bound"] = bound
    weights = at.with_suffix(".safetensors").read_bytes()
    page = bring_back(onlooker(), as_pair(weights, json.dumps(card).encode()))
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
    files = as_pair(checkpoints.to_bytes(model), json.dumps(card).encode())
    page = bring_back(onlooker(), files)
    page = follow(page, "build_your_own", {"own-figure": figure})
    assert not page.exception, page.exception[0].message


def test_a_prediction_stays_what_it_was_when_the_result_is_told():
    """Fault 12."""
    page = follow(newcomer(), "build_your_own", {**LATE, "own-guess": "180"})
    page.button(key="train-own").click().run()
    assert page.session_state["visitor"].said["own-cost"] == 180, "locked when the run begins"
    assert "You said **180" not in words(page), "nothing is told before the run has ended"
    page = run_to_its_end(page, "train-own")
    assert "You said **180" in words(page)
    page.number_input(key="own-guess").set_value(100).run()
    assert "You said **180" in words(page)
    assert "You said **100" not in words(page)


def test_what_was_said_is_told_beside_what_came_out_and_kept_run_by_run():
    link: Link = {**LATE, "own-kind": "VAE", "own-guess": "180", "own-guess-kl": "3"}
    page = follow(newcomer(), "build_your_own", link)
    assert "on the line you would have been right" not in words(page).lower()
    page.button(key="train-own").click().run()
    page = healthy(run_to_its_end(page, "train-own"))
    visitor = visitor_of(page)
    test = visitor.runs[newest(page)].card["test"]  # on all of the sample's test images
    outcomes = [visitor.record[key] for key in ("own-cost", "own-kl")]
    assert [outcome.said for outcome in outcomes] == ["180 nats", "3 nats"]
    measured = [float(outcome.measured.removesuffix(" nats")) for outcome in outcomes]
    assert measured == pytest.approx([test["reconstruction"], test["kl"]], abs=0.06)
    assert all(outcome.sentence in words(page) for outcome in outcomes)
    off = abs(180 - test["reconstruction"])
    assert f"Over 1 run you were off by **{off:.1f} nats** on average" in words(page)

    page.number_input(key="own-guess").set_value(150).run()
    page.button(key="train-own").click().run()
    page = healthy(run_to_its_end(page, "train-own"))
    assert "You said **150" in words(page) and "You said **180" not in words(page)
    off = (off + abs(150 - visitor.runs[newest(page)].card["test"]["reconstruction"])) / 2
    assert f"Over 2 runs you were off by **{off:.1f} nats** on average" in words(page)
    assert "Over 1 run you were off" in words(page), "of the KL nothing was said again"
    record = page.switch_page("lessons/record.py").run()
    assert not record.exception
    for key in ("own-cost", "own-kl"):
        assert visitor.record[key].sentence in words(record)


def test_a_run_that_goes_on_longer_was_not_predicted():
    page = follow(newcomer(), "build_your_own", {**LATE, "own-guess": "180"})
    page.button(key="train-own").click().run()
    page = run_to_its_end(page, "train-own")
    page.button(key="extend-own").click().run()
    page = healthy(run_to_its_end(page, "train-own"))
    assert not visitor_of(page).runs[newest(page)].predicted
    assert "You said **180" not in words(page)


def test_a_default_that_nobody_touched_is_no_prediction():
    """Fault 12."""
    page = trained(newcomer())
    assert "You said" not in words(page)
    assert not visitor_of(page).record and not visitor_of(page).calibration


def test_what_a_model_has_not_is_not_asked_of_it():
    page = follow(newcomer(), "build_your_own", {"own-guess-kl": "3"})
    boxes = {box.key: box.disabled for box in page.number_input}
    assert not boxes["own-guess"] and boxes["own-guess-kl"], "an autoencoder has no KL"
    gaussian: Link = {"own-kind": "VAE", "own-likelihood": "Gaussian (squared error)"}
    page = follow(newcomer(), "build_your_own", gaussian)
    boxes = {box.key: box.disabled for box in page.number_input}
    assert boxes["own-guess"] and not boxes["own-guess-kl"]


def test_what_is_unused_in_the_question_is_what_the_encoder_never_moves():
    """The KL of each latent by torch's own, over the sample's test images."""
    question = UNUSED.filled()
    model = cache.pretrained("vae-dense-20-beta-4").model
    assert isinstance(model, VariationalAutoencoder)
    with torch.no_grad():
        mean, logvar = model.posterior(cache.digits("sample").test_images / 255)
    kl = kl_divergence(Normal(mean, (logvar / 2).exp()), Normal(0.0, 1.0)).mean(0)
    used = int((kl > 0.01).sum())
    assert 0 < used < 20
    assert f"{used} of its numbers" in question.prompt
    assert f"the other {20 - used}?" in question.prompt


def test_a_run_of_lesson_1_is_only_offered_on_lesson_7():
    """Fault 13."""
    page = follow(onlooker(), "autoencoder", {"ae-images": "300", "ae-epochs": "1"})
    page.button(key="train-ae").click().run()
    page = healthy(follow(run_to_its_end(page, "train-ae"), "build_your_own"))
    assert "The figures show the pretrained" in words(page)
    page.button(key="offer-own").click().run()
    assert "The figures show **yours: AE dense, d = 2**" in words(healthy(page))


def test_a_model_says_how_many_digits_it_was_trained_on():
    """Fault 15: 4 000 of the sample's 5 000 are there to train on."""
    tour = onlooker()
    page = trained(tour, {"own-images": "4000"})
    (told,) = [caption.value for caption in page.caption if "Trained on" in caption.value]
    assert re.search(r"Trained on[^.:]*4\s000", told), told


def visitor_of(page: AppTest) -> Visitor:
    return page.session_state["visitor"]


def newest(page: AppTest) -> str:
    """The key of the run that the page has as its stop."""
    run = visitor_of(page).run
    assert run is not None
    return run.key


def job_of(page: AppTest) -> Job:
    job = visitor_of(page).job
    assert job is not None
    return job


def on_the_plane(page: AppTest) -> pd.DataFrame:
    """The models that the plane shows."""
    (plane,) = [chart for chart in page.get("vega_lite_chart") if "url" in chart.proto.spec]
    tables = [pa.ipc.open_stream(table.data.data).read_all() for table in plane.proto.datasets]
    (models,) = [table.to_pandas() for table in tables if "kl" in table.column_names]
    return models


def test_every_control_reaches_the_run():
    asked: Link = {
        "own-kind": "VAE",
        "own-architecture": "lite",
        "own-d": "5",
        "own-beta": "0.392",
        "own-likelihood": "Gaussian (squared error)",
        "own-variance": "0.1",
        "own-images": "300",
        "own-epochs": "3",
        "own-rate": "0.001",
        "own-batch": "16",
        "own-seed": "7",
    }
    page = follow(onlooker(), "build_your_own", asked)
    page.button(key="train-own").click().run()
    order = job_of(healthy(page)).order
    job_of(page).stop()
    assert order.model == ModelConfig(
        "vae", "lite", 5, likelihood="gaussian", beta=0.392, variance=0.1
    )
    training = order.training
    assert (training.images, training.epochs, training.seed) == (300, 3, 7)
    assert (training.learning_rate, training.batch_size) == (0.001, 16)


def test_width_and_bound_reach_the_run_where_they_matter():
    asked: Link = {
        "own-hidden": "32", "own-likelihood": "Continuous Bernoulli", "own-bound": "4.6",
    }  # fmt: skip
    page = follow(onlooker(), "build_your_own", asked)
    page.button(key="train-own").click().run()
    model = job_of(healthy(page)).order.model
    job_of(page).stop()
    assert (model.hidden_dim, model.likelihood, model.logit_bound) == (
        32, "continuous_bernoulli", 4.6,
    )  # fmt: skip


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_run_is_held_against_a_model_that_there_is_of_its_kind_and_likelihood(kind: Kind):
    for architecture, d, likelihood, beta in itertools.product(
        get_args(Architecture), (1, 3, 20, 64), get_args(Likelihood), (0.0, 1.0, 500.0)
    ):
        config = ModelConfig(kind, architecture, d, likelihood=likelihood, beta=beta)
        name = most_alike(config)
        card = json.loads((ROOT / "pretrained" / f"{name}.json").read_text(encoding="utf-8"))
        assert (card["model"]["kind"], card["model"]["likelihood"]) == (kind, likelihood), name


def test_the_nearest_pretrained_has_the_nearest_code_and_the_nearest_beta():
    assert most_alike(ModelConfig(latent_dim=6)) == "ae-dense-8"
    assert most_alike(ModelConfig(architecture="deep")) == "ae-deep-2"
    assert most_alike(ModelConfig("vae", beta=2.5)) == "vae-lite-2-beta-3.92"
    assert most_alike(ModelConfig("vae", latent_dim=10)) == "vae-lite-20-bernoulli"


def test_a_run_that_is_pinned_stands_on_the_shelf_until_it_is_taken_off():
    page = healthy(trained(onlooker()))
    visitor = visitor_of(page)
    assert visitor.shelf == [], "nothing pins itself"
    key = newest(page)
    page.button(key="run-keep").click().run()
    assert visitor.shelf == [key]
    page = healthy(follow(page, "autoencoder"))
    assert "Your shelf: 1 of 8 runs" in words(page)
    page.button(key=f"shelf-leave-{key}").click().run()
    assert visitor.shelf == []
    page = healthy(follow(page, "build_your_own"))
    assert "The figures show **yours" in words(page)


def test_a_full_shelf_says_so_and_takes_no_more():
    page = healthy(trained(onlooker()))
    visitor = visitor_of(page)
    run = visitor.runs[newest(page)]
    for copy in range(1, SHELF):
        key = f"{run.key}-{copy}"
        visitor.enter(replace(run, key=key))
        visitor.keep(key)
    visitor.keep(run.key)
    page = healthy(trained(page, {"own-seed": "1"}))
    assert len(visitor.shelf) == SHELF and newest(page) not in visitor.shelf
    assert "The shelf is full" in words(page)
    assert page.button(key="run-keep").disabled
    visitor.let_go(run.key)
    page.run()
    page.button(key="run-keep").click().run()
    assert newest(page) in visitor.shelf


def test_the_selector_goes_back_to_the_pretrained_and_to_one_s_own(owner: AppTest):
    page = healthy(follow(owner, "build_your_own"))
    page.button(key="run-back").click().run()
    assert page.button_group(key="own-model").value == "pretrained"
    assert "The figures show the pretrained **VAE lite, d = 2, β = 0.392**" in words(page)
    assert on_the_plane(page)["mine"].sum() == 2, "runs stay on the plane"
    page.button_group(key="own-model").set_value(YOURS).run()
    assert "The figures show **yours: VAE dense, d = 2, β = 0.5**" in words(healthy(page))


def test_runs_stand_on_the_plane_at_the_costs_on_their_cards(owner: AppTest):
    """A card's figures are measured apart, when a run ends: on all of the sample's test images."""
    page = healthy(follow(owner, "build_your_own"))
    models = on_the_plane(page)
    mine = models[models["mine"]]
    told = [run.card["test"] for run in visitor_of(page).runs.values()]
    assert mine["kl"].tolist() == pytest.approx([test["kl"] for test in told])
    assert mine["reconstruction"].tolist() == pytest.approx(
        [test["reconstruction"] for test in told]
    )
    assert mine["kl"].iloc[0] == 0 < mine["kl"].iloc[1], "an autoencoder stands on the axis"
    assert all(image.startswith("data:image/") for image in mine["image"])


def test_a_run_of_another_likelihood_is_named_below_the_plane():
    page = healthy(trained(onlooker(), {"own-likelihood": "Gaussian (squared error)"}))
    assert not on_the_plane(page)["mine"].any()
    assert "other likelihoods charge other nats: yours: AE dense, d = 2, gaussian" in words(page)


@pytest.fixture(scope="module")
def learner() -> Iterator[AppTest]:
    """A visitor whose run is paused somewhere on its way."""
    asked: Link = {"own-kind": "VAE", "own-epochs": "100"}
    page = follow(onlooker(), "build_your_own", asked)
    page.button(key="train-own").click().run()
    while (now := visitor_of(page).moment()) is None or len(now.card["history"]) < 2:
        page.run()
    page.button(key="pause-own").click().run()
    yield page
    job_of(page).stop()


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_shows_a_run_on_its_way(learner: AppTest, figure: str):
    page = healthy(follow(learner, "build_your_own", {"own-figure": figure}))
    seen = {
        "Reconstructions": "reconstruction cost of each",
        "Map": "Codes of 500",
        "Samples": "Sample from",
        "Interpolation": "hole",
        "Film": "The film is ready when the run is over",
        "Loss terms": "So far the loss on test images is",
    }
    assert seen[figure] in words(page)
    assert "The figures show **yours: VAE dense, d = 2, β = 1**" in words(page)
    (mine,) = on_the_plane(page).query("mine").itertuples()
    assert mine.here and mine.kl > 0


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_holds_a_run_and_the_pretrained_side_by_side(owner: AppTest, figure: str):
    page = healthy(follow(owner, "build_your_own", {"own-figure": figure}))
    page.button(key="run-compare").click().run()
    assert not healthy(page).warning
    page.button(key="compare-close").click().run()
    assert not visitor_of(healthy(page)).compared


def test_a_run_that_diverges_says_so_and_the_page_keeps_the_run_before_it():
    page = healthy(trained(onlooker()))
    before = newest(page)
    page = follow(page, "build_your_own", {"own-epochs": "100", "own-d": "32"})
    page.button(key="train-own").click().run()
    job = job_of(page)
    while not job.over:
        with torch.no_grad():
            next(job.state.model.parameters()).fill_(float("nan"))
    page.run()
    assert job.status == "failed"
    assert "The page keeps what it had." in page.error[0].value
    assert newest(page) == before and list(visitor_of(page).runs) == [before]
    assert "The figures show **yours: AE dense, d = 2**" in words(page)


@pytest.mark.parametrize("lesson", ["welcome", "data"])
def test_pages_without_a_figure_show_the_shelf_and_the_way_to_lesson_7(owner: AppTest, lesson: str):
    page = healthy(follow(owner, lesson))
    assert "Your shelf: 2 of 8 runs" in words(page)
    assert "VAE dense, d = 2, β = 0.5" in words(page)
    assert "Hold them side by side in lesson 7" in words(page)
