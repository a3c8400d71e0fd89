"""One setting over up to five values: ordered on lesson 7, run one after another, side by side."""

from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pytest
import torch
from streamlit.testing.v1 import AppTest

from app import cache, jobs
from app.state import Sweep, Visitor
from app.words import duration
from core.models import ModelConfig
from core.training import TrainConfig
from tests.app.test_jobs import wait_for
from tests.visiting import Link, follow, messages, nodes, onlooker, words

SHORT: Link = {"own-kind": "VAE", "own-epochs": "2", "own-images": "1000", "own-sweep": "true"}


def visitor_of(page: AppTest) -> Visitor:
    return page.session_state["visitor"]


def sweep_of(visitor: Visitor) -> Sweep:
    assert visitor.sweep is not None
    return visitor.sweep


def healthy(page: AppTest) -> AppTest:
    assert not page.exception, page.exception[0].message
    assert not page.error, messages(page)
    return page


def begun(link: Link) -> AppTest:
    page = healthy(follow(onlooker(), "build_your_own", SHORT | link))
    return healthy(page.button(key="sweep-begin").click().run())


def over(page: AppTest) -> AppTest:
    """The page once its sweep has come to its end."""
    wait_for(lambda: visitor_of(page).sweeping() is None)
    return healthy(page.run())


def swept(link: Link) -> AppTest:
    return over(begun(link))


def charts_of(page: AppTest) -> list[str]:
    """What stands below the sweep, as it is told to who cannot see it."""
    return [chart.proto.alt for chart in page.get("vega_lite_chart")]


@pytest.fixture(scope="module")
def betas() -> AppTest:
    """A visitor who swept β over three values."""
    return swept({"sweep-beta": ["0.0392", "1", "39.2"]})


def test_every_value_becomes_a_run_of_the_visit_that_differs_in_that_alone(betas: AppTest):
    visitor = visitor_of(betas)
    runs = [visitor.runs[point.run] for point in sweep_of(visitor).points]
    assert [run.config.beta for run in runs] == [0.0392, 1, 39.2]
    assert {replace(run.config, beta=1) for run in runs} == {ModelConfig("vae")}
    assert len({str(run.card["training"]) for run in runs}) == 1
    assert visitor.shelf == [] and visitor.run is None, "a sweep pins nothing and takes no stage"


def test_a_sweep_is_the_same_as_its_runs_one_by_one(betas: AppTest):
    visitor, alone = visitor_of(betas), Visitor()
    alone.train(ModelConfig("vae", beta=1), TrainConfig(epochs=2, images=1000))
    wait_for(lambda: alone.under_way() is None)
    assert alone.job is not None
    ours = visitor.runs[sweep_of(visitor).points[1].run].model.state_dict()
    assert all(torch.equal(ours[name], w) for name, w in alone.job.state.model.state_dict().items())


def test_the_figures_stand_over_the_setting_with_the_costs_on_the_runs_cards(betas: AppTest):
    """A card's figures are measured apart, when a run ends: on all of the sample's test images."""
    visitor = visitor_of(betas)
    tests = [visitor.runs[point.run].card["test"] for point in sweep_of(visitor).points]
    (told,) = [alt for alt in charts_of(betas) if alt.startswith("Reconstruction, nats per image")]
    assert told.endswith(
        "; ".join(
            f"β = {beta}: {test['reconstruction']:.1f}"
            for beta, test in zip(("0.0392", "1", "39.2"), tests)
        )
    )
    titles = [alt.split(",")[0] for alt in charts_of(betas)]
    assert {"KL", "Readable draws from N(0"} <= set(titles)


def test_a_sweep_of_beta_draws_the_learner_s_own_rate_distortion_curve(betas: AppTest):
    visitor = visitor_of(betas)
    tables = [
        pa.ipc.open_stream(each.data.data).read_all().to_pandas()
        for chart in betas.get("vega_lite_chart")
        for each in chart.proto.datasets
    ]
    (curve,) = [table for table in tables if "swept" in table]
    tests = [visitor.runs[point.run].card["test"] for point in sweep_of(visitor).points]
    assert curve["kl"].tolist() == pytest.approx([test["kl"] for test in tests])
    assert curve["swept"].all() and curve["name"].tolist() == ["0.0392", "1", "39.2"]


@pytest.mark.parametrize("figure", ["Reconstructions", "Samples", "Maps"])
def test_every_run_stands_in_the_small_multiples(betas: AppTest, figure: str):
    page = healthy(follow(betas, "build_your_own", {"sweep-figure": figure}))
    if figure == "Maps":
        assert sum(alt.startswith("Codes of yours") for alt in charts_of(page)) == 3
    else:
        alts = [node.proto.imgs[0].alt for node in nodes(page.main) if node.type == "image"]
        assert any(alt.endswith("β = 0.0392; β = 1; β = 39.2") for alt in alts)


def test_over_seeds_stand_the_mean_and_the_spread():
    page = swept({"sweep-of": "Seed", "sweep-seeds": "3", "own-seed": "7"})
    visitor = visitor_of(page)
    runs = [visitor.runs[point.run] for point in sweep_of(visitor).points]
    assert [run.card["training"]["seed"] for run in runs] == [7, 8, 9]
    costs = pd.Series([run.card["test"]["reconstruction"] for run in runs])
    assert f"mean {costs.mean():.1f}, sd {costs.std():.1f} (nats per image), 3 seeds" in words(page)
    assert "means nothing" in words(page)


def test_costs_of_different_likelihoods_share_no_axis():
    page = swept({"sweep-of": "Likelihood"})
    told = charts_of(page)
    assert not any(alt.startswith("Reconstruction, nats") for alt in told)
    assert any(alt.startswith("Squared error") for alt in told)
    assert any(alt.startswith("Sharpness") for alt in told)


def test_a_value_that_makes_no_run_says_so_and_the_rest_go_on():
    """Of 100 images none fills a batch of 256."""
    page = swept({"sweep-of": "Batch", "sweep-batch": ["32", "256"], "own-images": "100"})
    point, lost = sweep_of(visitor_of(page)).points
    assert point.run in visitor_of(page).runs and not lost.run
    (told,) = [warning.value for warning in page.warning]
    assert told.startswith("batch = 256: that makes no run") and "100 images" in told


def test_a_run_that_diverges_says_so_and_the_rest_go_on():
    page = begun({"sweep-beta": ["0.5", "1", "2"], "own-epochs": "20"})
    visitor = visitor_of(page)
    (_, middle, _) = sweep_of(visitor).points
    assert middle.job is not None
    with torch.no_grad():
        next(middle.job.state.model.parameters()).fill_(float("nan"))
    page = over(page)
    assert [bool(point.run) for point in sweep_of(visitor).points] == [True, False, True]
    (told,) = [warning.value for warning in page.warning]
    assert told.startswith("β = 1: At step") and "learning rate" in told


def test_while_a_sweep_goes_on_train_is_refused_with_a_word_and_the_other_way_round():
    page = begun({"own-epochs": "100"})
    assert not [button for button in page.button if button.key == "train-own"]
    assert "Your sweep of lesson 7 goes on" in words(page)
    other = healthy(follow(page, "autoencoder"))
    assert not [button for button in other.button if button.key == "train-ae"]
    assert "Your sweep of lesson 7 goes on" in words(other)
    page = healthy(follow(other, "build_your_own", {"own-sweep": "true"}))
    page = healthy(page.button(key="sweep-stop").click().run())
    page.button(key="train-own").click().run()
    assert not [button for button in page.button if button.key == "sweep-begin"]
    assert "one run at a time" in words(page)
    visitor_of(page).steer(jobs.Job.stop)


def test_a_sweep_goes_on_while_no_page_looks_and_its_runs_are_there_on_the_next():
    page = begun({"sweep-beta": ["0.5", "1"]})
    wait_for(lambda: visitor_of(page).sweeping() is None)  # nothing of a page runs meanwhile
    other = healthy(follow(page, "data"))
    assert len(visitor_of(other).runs) == 2
    assert sweep_of(visitor_of(other)).jobs == (), "what was taken over is let go"


def test_a_stop_keeps_what_is_done():
    page = begun({"sweep-beta": ["0.5", "1"], "own-epochs": "60"})
    visitor = visitor_of(page)
    first, second = sweep_of(visitor).points
    wait_for(lambda: first.job is None or first.job.over)
    page.run()
    page = healthy(page.button(key="sweep-stop").click().run())
    assert first.run in visitor.runs and not second.run
    assert list(visitor.runs) == [first.run]
    assert [button.key for button in page.button if button.key == "sweep-begin"]


def test_a_run_that_is_deleted_leaves_the_sweep():
    page = swept({"sweep-beta": ["0.5", "1"]})
    visitor = visitor_of(page)
    visitor.remove(sweep_of(visitor).points[0].run)
    assert healthy(page.run())


def test_a_sweep_ends_with_its_visitor(monkeypatch):
    monkeypatch.setattr(jobs, "GRACE", 0.2)
    visitor = Visitor()
    visitor.sweep_over(
        "seed", (0, 1), lambda seed: (ModelConfig("vae"), TrainConfig(epochs=100, seed=seed))
    )
    visitor.left()
    wait_for(lambda: visitor.sweeping() is None)
    assert [job.reason for job in sweep_of(visitor).jobs] == [jobs.CONNECTION_LOST] * 2


def test_a_run_takes_the_place_of_a_sweep_and_a_sweep_that_of_a_run():
    """Whatever a page may ask for: one running job a visitor at a time."""
    visitor, long = Visitor(), TrainConfig(epochs=100)
    visitor.sweep_over("beta", (1, 2), lambda beta: (ModelConfig("vae", beta=beta), long))
    visitor.train(ModelConfig(), long)
    assert visitor.sweeping() is None and visitor.under_way() is not None
    visitor.sweep_over("beta", (1, 2), lambda beta: (ModelConfig("vae", beta=beta), long))
    assert visitor.sweeping() is not None and visitor.under_way() is None
    visitor.stop_sweep()


def test_more_than_five_values_are_not_taken_from_a_link():
    every = ["0", "0.01", "0.1", "0.5", "1", "2"]
    page = healthy(follow(onlooker(), "build_your_own", SHORT | {"sweep-beta": every}))
    assert len(page.multiselect(key="sweep-beta").value) == 5
    assert "The link asks here for what there is not" in words(page)


def test_the_time_on_the_button_is_the_sum_of_the_runs(monkeypatch):
    monkeypatch.setattr(jobs, "load", lambda: jobs.Load(0, 1.0))  # as busy then as now
    page = healthy(follow(onlooker(), "build_your_own", SHORT | {"own-epochs": "100"}))
    (label,) = [button.label for button in page.button if button.key == "sweep-begin"]
    training = TrainConfig(epochs=100, images=1000)
    one = cache.seconds_for(ModelConfig("vae"), training, 1000)  # any β costs the same
    assert label == f"Sweep · about {duration(5 * one)}"
