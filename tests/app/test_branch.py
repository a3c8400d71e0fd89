"""Going back in a run: what is kept, what a branch is, and what a page tells of it."""

import time
from dataclasses import replace

import pytest
import torch
from streamlit.testing.v1 import AppTest

from app import cache, cards, jobs, words
from app.jobs import Change, Job, Order
from app.state import Visitor
from core import card, checkpoints, film, training
from core.models import ModelConfig
from core.training import TrainConfig
from tests import visiting

SMALL = TrainConfig(epochs=6, batch_size=100, images=1000)  # 60 steps
SAME = Change(learning_rate=0.02, beta=1.0)


def finished(job: Job) -> Job:
    job.start()
    deadline = time.monotonic() + 60
    while not job.over or job.busy:
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)
    return job


def ended(**model) -> Job:
    sample = cache.digits("sample")
    config = ModelConfig("vae", hidden_dim=16, **model)
    return finished(Job(Order(config, SMALL, "sample", sample.test_images[:10]), sample))


@pytest.fixture(scope="module")
def run() -> Job:
    return ended()


def weights(state: training.TrainState) -> list[torch.Tensor]:
    return list(state.model.state_dict().values())


def same(one: training.TrainState, other: training.TrainState) -> bool:
    return all(map(torch.equal, weights(one), weights(other)))


def test_a_run_keeps_its_states_at_eight_moments_of_its_film_as_they_were(run: Job):
    assert tuple(state.step for state in run.kept) == film.kept_steps(60)
    assert {state.step for state in run.kept} <= {moment.step for moment in run.film.moments}
    for state in run.kept[::3]:
        fresh = training.start(run.order.model, SMALL)
        assert same(state, training.advance(fresh, run.digits, steps=state.step))
    assert run.kept[-1] is run.state


def test_a_branch_with_nothing_changed_ends_as_the_run_did_film_and_all(run: Job):
    branch = finished(run.branched(run.kept[3], SAME))
    assert same(branch.state, run.state)
    assert branch.state.history == run.state.history
    pairs = zip(branch.film.moments, run.film.moments, strict=True)
    assert all(torch.equal(one.restored, other.restored) for one, other in pairs)


def test_a_branch_shares_the_moments_before_it_and_keeps_its_own_after_it(run: Job):
    branch = finished(run.branched(run.kept[3], SAME._replace(beta=30.0)))
    assert branch.status == "done" and branch.state.step == 60
    assert all(one is other for one, other in zip(branch.kept[:4], run.kept[:4], strict=True))
    assert tuple(state.step for state in branch.kept) == film.kept_steps(60)
    assert branch.state.model.config.beta == branch.order.model.beta == 30.0
    assert not same(branch.kept[4], run.kept[4])
    before = [moment for moment in run.film.moments if moment.step <= run.kept[3].step]
    assert branch.film.moments[: len(before)] == tuple(before)
    assert [moment.step for moment in branch.film.moments] == list(film.schedule(60))
    alone, both = training.memory(run.kept), training.memory([*run.kept, *branch.kept])
    assert both == pytest.approx(1.5 * alone, rel=0.02), "four of eight are shared"


def test_a_branch_from_the_last_moment_goes_on_for_more_epochs(run: Job):
    branch = finished(run.branched(run.kept[-1], Change(0.01, 1.0, epochs=3)))
    assert (branch.state.step, branch.status) == (90, "done")
    assert len(branch.kept) == film.KEPT
    assert words.course(card.of_run(branch.state), branch.order.model) == (
        "branched from VAE dense, d = 2, β = 1 at step 60 with learning rate 0.02 → 0.01 and "
        "epochs 6 → 9"
    )


def test_a_branch_of_a_branch_tells_both(run: Job):
    first = finished(run.branched(run.kept[2], SAME._replace(beta=4.0)))
    second = finished(first.branched(first.kept[5], Change(0.004, 4.0)))
    a, b = run.kept[2].step, first.kept[5].step
    assert words.course(card.of_run(second.state), second.order.model) == (
        f"branched from VAE dense, d = 2, β = 1 at step {a} with β 1 → 4, then branched from VAE "
        f"dense, d = 2, β = 4 at step {b} with learning rate 0.02 → 0.004"
    )
    assert (
        words.branched(card.of_run(second.state), second.order.model) == f", branched at step {b}"
    )


def test_a_run_that_only_went_on_for_longer_is_no_branch(run: Job):
    longer = finished(run.extended(3))
    assert words.course(card.of_run(longer.state), longer.order.model) == (
        "went on at step 60 with epochs 6 → 9"
    )
    assert words.branched(card.of_run(longer.state), longer.order.model) == ""
    again = finished(longer.branched(longer.kept[2], SAME._replace(beta=4.0)))
    assert again.state.step == 60, "a moment before the end of the shorter run has its schedule"


def test_a_branch_that_is_taken_home_and_brought_back_still_tells_where_it_left(run: Job):
    branch = finished(run.branched(run.kept[4], SAME._replace(beta=4.0)))
    brought = cache.brought_back(
        {
            "mine.safetensors": checkpoints.to_bytes(branch.state.model),
            "mine.json": checkpoints.card_text(branch.state.model, cards.of_run(branch)).encode(),
        },
        "sample",
    )
    assert brought.title == f"yours: VAE dense, d = 2, β = 4, branched at step {run.kept[4].step}"
    assert words.course(brought.card, brought.config).endswith("with β 1 → 4")


def test_a_branch_pauses_goes_on_stops_and_can_be_extended(run: Job, monkeypatch):
    monkeypatch.setattr(jobs, "SLICE", 0.0)
    branch = run.branched(run.kept[0], SAME._replace(beta=4.0))
    branch.start()
    while branch.state.step == run.kept[0].step:
        time.sleep(0.001)
    branch.pause()
    while branch.busy:
        time.sleep(0.001)
    held = branch.state.step
    assert run.kept[0].step < held < 60
    branch.one_step()
    while branch.busy:
        time.sleep(0.001)
    assert branch.state.step == held + 1
    branch.stop()
    longer = finished(branch.extended(2))
    assert (longer.state.step, longer.parent) == (80, run.key)
    assert len(longer.kept) <= film.KEPT


def test_only_the_newest_two_runs_of_a_visit_keep_their_moments():
    visitor = Visitor()
    made = []
    for seed in range(3):
        visitor.train(ModelConfig(hidden_dim=8), replace(SMALL, epochs=1, seed=seed))
        assert visitor.job is not None
        made.append(finished(visitor.job))
        visitor.collect()
    assert visitor.branching == made[1:]


def test_a_branch_that_diverges_ends_with_its_sentence_and_its_run_stays():
    visitor = Visitor()
    visitor.train(ModelConfig(hidden_dim=16), SMALL)
    assert visitor.job is not None
    parent = finished(visitor.job)
    visitor.collect()
    with torch.no_grad():  # a weight that no rate can save
        broken = training.advance(parent.kept[2], parent.digits, steps=0)
        next(broken.model.parameters()).fill_(float("inf"))
    visitor.branch(parent, broken, Change(0.5, 1.0), "")
    finished(visitor.job)
    visitor.collect()
    assert visitor.job.status == "failed" and "Try a learning rate below 0.5" in visitor.job.error
    assert visitor.run is not None and visitor.run.key == parent.key
    assert visitor.branching == [parent]


# ---- on the page -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page() -> AppTest:
    """Lesson 7 with a run of a small VAE on it, and the section open."""
    tour = visiting.trained(visiting.onlooker(), {"own-kind": "VAE", "own-branch": "true"})
    assert not tour.exception, tour.exception[0].message
    return tour


def test_the_section_says_what_its_moments_cost_and_offers_the_one_in_the_middle(page: AppTest):
    visitor = page.session_state["visitor"]
    size = training.memory(visitor.branching[-1].kept) / 1e6
    assert f"take {size:.1f} MB of the server's memory" in visiting.words(page)
    assert page.button(key="branch-go").disabled
    assert "as it was, the run would end the same again, bit for bit" in visiting.words(page)


def test_a_branch_is_a_run_like_any_other_and_says_where_it_left(page: AppTest):
    parent = page.session_state["visitor"].run
    step = page.button(key="branch-go").label.split(" · ")[0].removeprefix("Continue from step ")
    page.select_slider(key="branch-beta").set_value("10").run()
    page.button(key="branch-go").click().run()
    page = visiting.run_to_its_end(page, "train-own")
    visitor = page.session_state["visitor"]
    told = visiting.words(page)
    assert visitor.run.parent == parent.key and visitor.run.config.beta == 10
    assert f"yours: VAE dense, d = 2, β = 10, branched at step {step}" in told
    assert f"branched from VAE dense, d = 2, β = 1 at step {step} with β 1 → 10" in told
    page.button(key="branch-compare").click().run()
    assert visitor.compared["build-your-own"] == (parent.key, visitor.run.key)
    assert not page.exception


def test_before_any_run_the_section_says_what_to_do():
    page = visiting.follow(visiting.onlooker(), "build_your_own", {"own-branch": "true"})
    assert "Train a model first" in visiting.words(page)
    assert not page.exception
