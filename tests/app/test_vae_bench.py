"""Lesson 5's bench: β reaches the run, two train together, a run adds its dots to the plots."""

import math

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from app import cache
from app.cache import Passing
from app.jobs import Job
from app.lessons.vae import sweep
from app.state import YOURS, Visitor
from core.models import ModelConfig
from core.training import TrainConfig
from tests.app.test_jobs import wait_for
from tests.app.test_lessons import own
from tests.visiting import Link, follow, messages, onlooker, words

SHORT: Link = {"vae-run-epochs": "2", "vae-run-images": "1000"}
LONG: Link = {"vae-run-epochs": "100"}
TOGETHER: Link = {"vae-run-together": "true"}


def visitor_of(page: AppTest) -> Visitor:
    return page.session_state["visitor"]


def begun(link: Link) -> AppTest:
    """Lesson 5 with those settings, just after Train was pressed."""
    page = follow(onlooker(), "vae", link)
    page.button(key="train-vae-run").click().run()
    assert not page.exception, messages(page)
    return page


def ended(page: AppTest) -> AppTest:
    """The page once its run is over."""
    wait_for(lambda: visitor_of(page).under_way() is None)
    page.run()
    assert not page.exception, page.exception
    return page


def dots(page: AppTest, column: str) -> dict[str, tuple[float, float]]:
    """Named dots of the plot that has such an axis."""
    found = {}
    for chart in page.get("vega_lite_chart"):
        for table in chart.proto.datasets:
            for row in pa.ipc.open_stream(table.data.data).read_all().to_pylist():
                if column in row and row.get("name"):
                    x, y = (row[of] for of in row if of in ("kl", "reconstruction", "spread",
                                                            "radius"))  # fmt: skip
                    found[row["name"]] = (x, y)
    return found


@pytest.mark.parametrize("beta", [0.0392, 39.2])
def test_the_beta_that_the_selector_shows_is_trained(beta: float):
    page = begun({"vae-beta": f"{beta:g}"} | SHORT)
    (job,) = visitor_of(page).jobs
    assert job.order.model == ModelConfig("vae", "dense", beta=beta)
    assert job.order.training == TrainConfig(epochs=2, images=1000)
    ended(page)


def test_the_sliders_of_lesson_5_reach_the_run_and_its_partner():
    page = begun({"vae-run-beta": "400", "vae-run-d": "3"} | SHORT | TOGETHER)
    visitor = visitor_of(page)
    ae, vae = (job.order for job in visitor.jobs)
    assert vae.model == ModelConfig("vae", "dense", latent_dim=3, beta=400)
    assert (ae.model.kind, ae.model.latent_dim, ae.training) == ("ae", 3, vae.training)
    ended(page)


def test_a_run_is_the_stop_yours_and_the_selector_leads_back_and_its_dots_stay():
    page = ended(begun({"vae-beta": "3.92", "vae-prior-open": "true"} | SHORT))
    assert page.select_slider(key="vae-beta").value == YOURS
    run = visitor_of(page).run
    assert run is not None
    for beta in (YOURS, 0.392):
        page.select_slider(key="vae-beta").set_value(beta).run()
        terms = cache.mean_terms(run)
        rate = dots(page, "kl")["yours, β = 3.92"]
        assert rate == pytest.approx((terms.kl, terms.reconstruction))
        spread = run.codes.mean.std(0, correction=0)
        circle = dots(page, "spread")["yours, β = 3.92"]
        assert circle[0] == pytest.approx(spread.max().item(), rel=1e-3)
    assert "The figures show the pretrained **VAE lite, d = 2, β = 0.392**" in words(page)


def test_a_run_of_another_likelihood_has_no_place_among_nats_but_one_on_the_circle():
    tour = onlooker()
    run = own(kind="vae", likelihood="gaussian", beta=2.0)
    visitor_of(tour).take(run, "vae", "")
    page = follow(tour, "vae", {"vae-prior-open": "true"})
    assert "yours, β = 2" not in dots(page, "kl")
    assert "yours, β = 2" in dots(page, "spread")
    assert "A run of another likelihood cannot stand here" in words(page)


def test_two_train_together_in_one_figure_and_whoever_steers_one_steers_both():
    page = begun(LONG | TOGETHER)
    visitor = visitor_of(page)
    ae, vae = visitor.jobs
    wait_for(lambda: ae.frame is not None and vae.frame is not None)
    told = words(page.run())
    assert "**yours: AE dense, d = 2**, step " in told
    assert "**yours: VAE dense, d = 2, β = 1**, step " in told
    page.button(key="pause-vae-run").click().run()
    wait_for(lambda: not ae.busy and not vae.busy)
    steps = [job.state.step for job in (ae, vae)]
    page.run()
    page.button(key="step-vae-run").click().run()
    wait_for(lambda: not ae.busy and not vae.busy)
    assert [job.state.step for job in (ae, vae)] == [step + 1 for step in steps]
    page.run()
    page.button(key="stop-vae-run").click().run()
    assert (ae.status, vae.status) == ("stopped", "stopped")


def test_both_are_runs_of_the_visit_and_the_pair_stays_in_view_until_the_selector_moves():
    page = ended(begun(SHORT | TOGETHER))
    visitor = visitor_of(page)
    ae, vae = visitor.runs.values()
    assert (ae.config.kind, vae.config.kind) == ("ae", "vae")
    assert visitor.run is not None and visitor.run.key == vae.key
    assert page.select_slider(key="vae-beta").value == YOURS
    assert "**yours: AE dense, d = 2**" in words(page), "the view stays where it was"
    page.select_slider(key="vae-beta").set_value(39.2).run()
    told = words(page)
    assert "**yours: AE dense, d = 2**" not in told
    assert "Posterior collapse" in told
    page.select_slider(key="vae-beta").set_value(YOURS).run()
    page.button_group(key="duel-pair").set_value("The VAE above").run()
    assert "**yours: AE dense, d = 2**, its z from" in words(page), "its partner meets it"
    page = follow(page, "autoencoder")
    page.button(key="offer-ae").click().run()
    assert "The figures show **yours: AE dense, d = 2**" in words(page)


def test_a_pair_goes_on_together():
    page = ended(begun(SHORT | TOGETHER))
    page.button(key="extend-vae-run").click().run()
    jobs = visitor_of(page).jobs
    assert [job.order.model.kind for job in jobs] == ["ae", "vae"]
    ended(page)
    assert [job.order.training.epochs for job in jobs] == [3, 3]
    assert all(job.status == "done" for job in jobs)


def test_a_lost_connection_is_told_to_both_jobs():
    page = begun(LONG | TOGETHER)
    visitor = visitor_of(page)
    visitor.left()
    assert all(job.visitor_left is not None for job in visitor.jobs)
    visitor.back()
    assert all(job.visitor_left is None for job in visitor.jobs)
    visitor.steer(Job.stop)


def test_where_one_of_two_diverges_the_page_says_which_and_the_other_goes_on():
    page = begun(LONG | TOGETHER)
    visitor = visitor_of(page)
    ae, vae = visitor.jobs
    wait_for(lambda: ae.frame is not None and vae.frame is not None)

    def poisoned() -> bool:
        for weights in vae.state.model.parameters():
            weights.data.fill_(math.nan)
        return vae.over

    wait_for(poisoned)
    assert visitor.under_way() is ae
    visitor.steer(Job.stop)
    page = ended(page)
    (told,) = [error.value for error in page.error]
    assert told.startswith("VAE dense, d = 2, β = 1: ")
    assert "The figures show the pretrained **VAE lite, d = 2, β = 1**" in words(page)
    assert [run.config.kind for run in visitor.runs.values()] == ["ae"]


def test_the_figure_tells_the_run_s_terms_as_it_last_recorded_them():
    page = begun(LONG)
    visitor = visitor_of(page)
    (job,) = visitor.jobs
    wait_for(lambda: job.frame is not None)
    job.pause()
    wait_for(lambda: not job.busy)
    told = words(page.run())
    last = job.state.history[-1].test
    assert isinstance(visitor.moment(), Passing)
    assert f"Reconstruction **{last.reconstruction:.1f} nats** + KL **{last.kl:.2f} nats**" in told
    job.stop()


@pytest.mark.parametrize(
    ("latent_dim", "beta", "name"),
    [
        (2, 1, "vae-lite-2-beta-1"),
        (2, 0.01, "vae-lite-2-beta-0.0392"),
        (3, 100, "vae-lite-2-beta-39.2"),
        (2, 0, "vae-lite-2-beta-0.0392"),
        (16, 39.2, "vae-lite-20-bernoulli"),
    ],
)
def test_a_run_is_held_against_the_pretrained_model_most_like_it(latent_dim, beta, name):
    assert sweep.nearest(ModelConfig("vae", latent_dim=latent_dim, beta=beta)) == name
