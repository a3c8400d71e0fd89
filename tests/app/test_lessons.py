"""Every lesson opens: for a newcomer, for a learner with models of all sizes, on every set."""

import functools
import shutil

import pytest
import torch
from streamlit.testing.v1 import AppTest

from app import cache, cards
from app.cache import Shown
from app.jobs import Job, Order
from app.state import YOURS
from core.models import ModelConfig
from core.training import TrainConfig
from tests.app.test_jobs import wait_for
from tests.visiting import LESSONS, page_of, words


def opened(tour: AppTest, lesson: str) -> AppTest:
    page = tour.switch_page(page_of(lesson)).run()
    assert not page.exception, page.exception
    assert not page.error, [error.value for error in page.error]
    return page


@functools.cache
def own(**model) -> Shown:
    """A model as a learner has it after two epochs."""
    config = ModelConfig(hidden_dim=16, **model)
    sample = cache.digits("sample")
    order = Order(config, TrainConfig(epochs=2, images=500), "sample", sample.test_images[:10])
    job = Job(order, sample)
    job.start()
    wait_for(lambda: job.over)
    assert (job.status, job.state.step) == ("done", job.total), job.error
    key, card = "-".join(map(str, model.values())), cards.of_run(job)
    shown = job.state.model.eval()
    return Shown(key=f"test-{key}", model=shown, card=card, film=job.film, mine=True)


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_lesson_opens_with_a_title_no_complaint_and_a_key_for_every_control(tour, lesson):
    page = opened(tour, lesson)
    assert page.title
    assert page.markdown
    kinds = ("button", "slider", "select_slider", "radio", "toggle", "number_input", "selectbox")
    controls = [control for kind in kinds for control in page.get(kind)]
    assert all(control.key for control in controls), controls


# What each page chooses models by.
SELECTORS = {
    "autoencoder": "d",
    "latent_scatter": "map-of",
    "random_sampling": "sampled-model",
    "interpolation": "walk-numbers",
    "vae": "vae-beta",
    "continuous_bernoulli": "cb-d",
    "build_your_own": "own-model",
}


@pytest.mark.parametrize("d", [1, 2, 12])
@pytest.mark.parametrize("lesson", SELECTORS)
def test_every_lesson_shows_models_of_ones_own(tour, lesson, d):
    visitor = tour.session_state["visitor"]
    vae = own(kind="vae", latent_dim=d, likelihood="continuous_bernoulli")
    runs = [own(kind="ae", latent_dim=d), vae]
    if lesson in ("autoencoder",):
        runs.reverse()  # the last one stands on the page
    for run in runs:
        visitor.enter(run)
    visitor.here = {lesson.replace("_", "-"): [run.key for run in runs]}
    tour.session_state[SELECTORS[lesson]] = YOURS
    page = opened(tour, lesson)
    assert "yours: " in words(page)
    visitor.compared = {lesson.replace("_", "-"): tuple(visitor.runs)}
    opened(page, lesson)


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_lesson_opens_on_the_full_set(tour, lesson, mnist_root, monkeypatch):
    monkeypatch.setenv("LATENT_WALK_DATA", str(mnist_root))
    tour.session_state["visitor"].use_data("mnist")
    opened(tour, lesson)


def test_a_damaged_pretrained_file_names_itself_and_the_other_lessons_go_on(
    tour, tmp_path, monkeypatch
):
    damaged = tmp_path / "pretrained"
    shutil.copytree(cache.PRETRAINED, damaged)
    (damaged / "ae-dense-2.safetensors").write_bytes(b"half a file")
    monkeypatch.setattr(cache, "PRETRAINED", damaged)
    cache.pretrained.clear()
    page = tour.switch_page(page_of("autoencoder")).run()
    assert not page.exception
    assert "ae-dense-2.safetensors" in page.error[0].value
    opened(tour, "vae")
    cache.pretrained.clear()


def test_a_missing_full_set_is_told_and_the_sample_stays_in_use(tour, tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_WALK_DATA", str(tmp_path))
    tour.session_state["visitor"].data = "mnist"
    page = tour.switch_page(page_of("autoencoder")).run()
    assert not page.exception
    assert "train-images-idx3-ubyte" in page.warning[0].value
    assert tour.session_state["visitor"].data == "sample"


def test_ones_own_models_never_meet_anothers_map():
    one, other = own(kind="ae"), own(kind="vae")
    with torch.no_grad():
        assert not torch.equal(cache.codes(one).mean, cache.codes(other).mean)


def test_nearly_all_codes_of_the_collapsed_model_are_the_same_to_the_last_bit():
    """As lesson 2 says of the islands that t-SNE makes of them."""
    codes = cache.pretrained("vae-lite-2-beta-392").codes.mean[:2000]
    _, counts = codes.unique(dim=0, return_counts=True)
    assert counts.max() > 0.99 * len(codes)
