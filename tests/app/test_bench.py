"""The bench: sliders reach the run, the figure is the run, and a run is a stop like the others."""

from dataclasses import replace

import torch
from streamlit.testing.v1 import AppTest

from app import cache
from app.cache import Passing, Shown
from app.jobs import Job
from app.state import SHELF, YOURS, Visitor
from core import latent
from core.models import ModelConfig
from core.training import PROBE, TrainConfig, probe
from tests.app.test_jobs import wait_for
from tests.visiting import as_markdown, follow, messages, onlooker, words

SHORT = {"ae-epochs": "2", "ae-images": "1000"}


def visitor_of(page: AppTest) -> Visitor:
    return page.session_state["visitor"]


def job_of(page: AppTest) -> Job:
    job = visitor_of(page).job
    assert job is not None
    return job


def run_of(page: AppTest) -> Shown:
    """The run that stands on the page."""
    run = visitor_of(page).run
    assert run is not None
    return run


def trained(page: AppTest, key: str = "ae") -> AppTest:
    """A run of the page, from Train to the page that shows what became of it."""
    page.button(key=f"train-{key}").click().run()
    assert not page.exception and not page.error, messages(page)
    wait_for(lambda: job_of(page).over)
    return page.run()


def whose(page: AppTest) -> str:
    (told,) = [text.value for text in page.caption if "The figures show" in text.value]
    return told


def test_the_sliders_of_lesson_1_reach_the_run():
    page = follow(onlooker(), "autoencoder", {"ae-d": "7", "ae-hidden": "64", **SHORT})
    page.button(key="train-ae").click().run()
    order = job_of(page).order
    assert order.model == ModelConfig("ae", "dense", 7, 64)
    assert order.training == TrainConfig(epochs=2, images=1000)


def test_a_run_is_a_further_stop_of_the_selector_and_the_selector_leads_back():
    page = trained(follow(onlooker(), "autoencoder", {"d": "4", "ae-d": "3", **SHORT}))
    assert page.select_slider(key="d").value == YOURS
    assert "yours: AE dense, d = 3" in whose(page)
    assert "numbers in the code, d: 3 instead of 4" in whose(page)
    page.select_slider(key="d").set_value(8).run()
    assert whose(page) == "The figures show the pretrained **AE dense, d = 8**."
    page.select_slider(key="d").set_value(YOURS).run()
    assert "yours: AE dense, d = 3" in whose(page)
    page.button(key="run-back").click().run()
    assert page.select_slider(key="d").value == 4, "where it stood before the run"


def test_the_outcome_tells_both_costs_on_the_same_images():
    page = trained(follow(onlooker(), "autoencoder", {"d": "4", **SHORT}))
    ours = cache.mean_terms(run_of(page)).total
    theirs = cache.mean_terms(cache.pretrained("ae-dense-4")).total
    told = words(page)
    assert f"Measured: **{ours:.1f} nats**" in told
    assert f"AE dense, d = 4: **{theirs:.1f} nats**" in told


def test_before_the_next_run_the_page_says_what_differs_from_the_last():
    page = trained(follow(onlooker(), "autoencoder", {"ae-d": "3", **SHORT}))
    assert "The same as your last run" in as_markdown(page)
    page.slider(key="ae-epochs").set_value(3).run()
    assert "One thing changed since your last run: epochs, 2 → 3." in as_markdown(page)


def test_the_figure_is_the_run_while_it_goes_on():
    page = follow(onlooker(), "autoencoder", {"ae-epochs": "100"})
    page.button(key="train-ae").click().run()
    wait_for(lambda: job_of(page).frame is not None)
    page.run()
    assert f"of {PROBE} test digits come back as another digit" in words(page)
    assert "yours: AE dense, d = 2" in whose(page)
    job_of(page).stop()


def test_pause_step_continue_and_stop_are_offered_and_do_what_they_say():
    page = follow(onlooker(), "autoencoder", {"ae-epochs": "100"})
    page.button(key="train-ae").click().run()
    job = job_of(page)
    wait_for(lambda: job.frame is not None)
    page.button(key="pause-ae").click().run()
    wait_for(lambda: not job.busy)
    step = job.state.step
    page.run()
    page.button(key="step-ae").click().run()
    wait_for(lambda: not job.busy)
    assert job.state.step == step + 1
    assert job.status == "paused"
    page.run()
    page.button(key="continue-ae").click().run()
    wait_for(lambda: job.state.step > step + 1)
    page.button(key="stop-ae").click().run()
    assert job.status == "stopped"
    assert "what it has learned so far is kept" in " ".join(messages(page.run()))


def test_a_run_can_go_on_and_the_longer_one_takes_its_place():
    page = trained(follow(onlooker(), "autoencoder", SHORT))
    first = run_of(page)
    page.button(key="extend-ae").click().run()
    wait_for(lambda: job_of(page).over)
    page.run()
    assert run_of(page).key != first.key
    assert run_of(page).card["training"]["epochs"] == 3
    assert run_of(page).card["steps"] == job_of(page).total > first.card["steps"]


def test_a_run_that_diverges_says_where_and_what_to_try_and_the_page_keeps_what_it_had():
    page = follow(onlooker(), "autoencoder", {"ae-rate": "1", "ae-epochs": "100", "ae-d": "32"})
    page.button(key="train-ae").click().run()
    job = job_of(page)
    wait_for(lambda: job.frame is not None)
    page.run()
    page.button(key="pause-ae").click().run()
    wait_for(lambda: not job.busy)
    with torch.no_grad():  # a learning rate of 1 may, or may not, do this by itself
        next(job.state.model.parameters()).fill_(float("nan"))
    page.run()
    page.button(key="continue-ae").click().run()
    wait_for(lambda: job.over)
    page.run()
    (told,) = [error.value for error in page.error]
    assert "Try a learning rate below 1" in told
    assert "The page keeps what it had" in told
    assert whose(page) == "The figures show the pretrained **AE dense, d = 2**."


def test_the_shelf_holds_eight_runs_and_two_can_be_held_side_by_side():
    page = trained(follow(onlooker(), "autoencoder", SHORT))
    visitor = visitor_of(page)
    page.button(key="run-keep").click().run()
    assert visitor.shelf == [run_of(page).key]
    page.button(key="run-compare").click().run()
    assert not page.exception
    assert "AE dense, d = 2" in words(page)
    page.button(key="compare-close").click().run()
    assert visitor.compared == {}
    for i in range(SHELF + 2):
        another = replace(run_of(page), key=f"another {i}")
        visitor.enter(another)
        visitor.keep(another.key)
    assert len(visitor.shelf) == SHELF


def test_what_follows_from_a_moment_is_kept_on_it_and_nowhere_else():
    sample = cache.digits("sample")
    models = [cache.pretrained(name).model for name in ("ae-dense-2", "ae-dense-4")]
    card = cache.pretrained("ae-dense-2").card
    moments = [Passing("one-run", model, card, mine=True) for model in models]
    for moment, model in zip(moments, models, strict=True):
        found = cache.codes(moment).mean
        assert torch.equal(found, latent.encode(model, sample.test_images[probe(sample)]).mean)
        assert cache.codes(moment).mean is found
    assert [len(moment.codes.mean[0]) for moment in moments] == [2, 4], "one key, two models"
