"""What a page says of a run, and of whom its figures are, before, during and after it."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from app.jobs import Job, Order
from app.panels.training import holding, packed
from app.state import Visitor
from core import data
from core.models import ModelConfig
from core.training import TrainConfig
from tests.app.test_jobs import wait_for
from tests.visiting import follow, newcomer, run_to_its_end, words


def trained_on(page: AppTest, key: str) -> AppTest:
    """A run of a lesson, stopped as soon as it has a model: it is over, and the page shows it."""
    page.button(key=f"train-{key}").click().run()
    job = page.session_state["visitor"].job
    wait_for(lambda: job.state.step > 0, seconds=120)
    job.stop()
    return run_to_its_end(page, f"train-{key}").run()


def whose(page: AppTest) -> list[str]:
    """What the page says of whom its figures are."""
    return [
        text.value.split(" Trained")[0] for text in page.caption if "figures show" in text.value
    ]


def test_a_selector_never_lies_about_the_figures():
    """Fault 11: d on lesson 1."""
    page = follow(newcomer(), "autoencoder", {"d": "4"})
    assert whose(page) == ["The figures show the pretrained **AE dense, d = 4**."]
    page = trained_on(page, "autoencoder")
    assert whose(page) == ["The figures show **yours: AE dense, d = 4**."]
    page.select_slider(key="d").set_value(8).run()
    assert whose(page) == ["The figures show the pretrained **AE dense, d = 8**."]
    page.button_group(key="model-ae").set_value("Your AE dense, d = 4").run()
    told = "The figures show **yours: AE dense, d = 4**, not the pretrained AE dense, d = 8."
    assert whose(page) == [told]
    assert page.button_group(key="model-ae").value == "Your AE dense, d = 4"
    page.run()  # and it stays so
    assert whose(page) == [told]
    page.select_slider(key="d").set_value(2).run()
    assert whose(page) == ["The figures show the pretrained **AE dense, d = 2**."]
    assert page.button_group(key="model-ae").value == "Pretrained"


def test_lesson_5_trains_the_beta_that_is_set_and_another_page_waits_to_be_asked():
    """Faults 11 and 13."""
    page = trained_on(follow(newcomer(), "vae", {"vae-beta": "3.92"}), "vae")
    visitor = page.session_state["visitor"]
    assert visitor.own["vae"].config == ModelConfig("vae", beta=3.92)
    assert whose(page)[0] == (
        "The figures show **yours: VAE dense, d = 2, β = 3.92**, not the pretrained VAE lite, "
        "d = 2, β = 3.92."
    )
    page = follow(page, "latent_scatter", {"map-of": "VAE lite, d = 2, β = 1"})
    assert whose(page) == ["The figures show the pretrained **VAE lite, d = 2, β = 1**."]
    told = words(page)
    assert "Your run of lesson 5, VAE dense, d = 2, β = 3.92, is over" in told
    assert "To lesson 5" in told
    assert "at this moment" not in told
    page.button_group(key="model-vae").set_value("Your VAE dense, d = 2, β = 3.92").run()
    assert whose(page)[0].startswith("The figures show **yours: VAE dense, d = 2, β = 3.92**")


def test_a_lesson_trains_on_few_images_of_a_large_set_and_says_so(mnist_root, monkeypatch):
    """Fault 13; and fault 14: the page's own cost is that of all 10 000 test images in use."""
    monkeypatch.setenv("LATENT_WALK_DATA", str(mnist_root))
    tour = newcomer()
    tour.session_state["visitor"].use_data("mnist")
    page = follow(tour, "autoencoder")
    assert re.search(r"on 4\s000 of 60\s000 training images, \d+ epochs: about", words(page))
    (measured,) = [metric.value for metric in page.metric if metric.label == "This model"]
    (told,) = [text.value for text in page.caption if "figures show" in text.value]
    card = re.search(r"Its card, on `MNIST's 10 000 test images`: ([\d.]+) nats per image", told)
    assert card and measured.startswith(card[1]), "an autoencoder has no draws: one number"


def test_a_run_says_how_many_images_it_learned_from():
    """Fault 15: 4 000 of the sample's 5 000."""
    page = trained_on(follow(newcomer(), "autoencoder"), "autoencoder")
    (told,) = [text.value for text in page.caption if "figures show" in text.value]
    assert re.search(r"Trained on 4\s000 images of: 5 000 digits", told)
    assert "at its end" in words(page)
    assert "at this moment" not in words(page)


def test_a_set_that_is_not_here_is_never_lit(tmp_path, monkeypatch):
    """Fault 15: what is lit on the Data page is what is in use."""
    monkeypatch.setenv("LATENT_WALK_DATA", str(tmp_path))
    page = follow(newcomer(), "data")
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


def test_a_moment_of_a_run_is_packed_once():
    """Fault 7: however often the page looks."""
    sample = data.load("sample")
    config = TrainConfig(epochs=1000, batch_size=128)
    job = Job(Order(ModelConfig(hidden_dim=8), config, "sample", sample.test_images[:10]), sample)
    visitor = Visitor(job=job)
    job.start()
    wait_for(lambda: job.frame is not None)
    frame = job.frame
    assert frame is not None
    first = packed(visitor, job, frame)
    assert packed(visitor, job, frame) is first
    wait_for(lambda: job.frame is not frame)
    job.stop()
    assert job.frame is not None
    assert packed(visitor, job, job.frame) is not first
