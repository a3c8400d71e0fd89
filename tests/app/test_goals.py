"""Goals of lesson 7: what is asked, how near a visit came, what a goal says once it is reached."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from app import cache, cards
from app.jobs import Job, Order
from app.lessons.build_your_own.goals import GOALS, TRAINED, Goal
from app.panels.settings import FEW, RECIPES
from app.state import Visitor
from core import training
from core.models import ModelConfig
from core.training import TrainConfig
from tests.app.test_jobs import wait_for
from tests.visiting import follow, messages, onlooker, words

NAMED = {goal.key: goal for goal in GOALS}
QUICK = TrainConfig(epochs=1, images=300)


def shown(model: ModelConfig, config: TrainConfig = QUICK) -> cache.Shown:
    sample = cache.digits("sample")
    job = Job(Order(model, config, "sample", sample.test_images[:10]), sample)
    job.start()
    wait_for(lambda: job.over)
    return cache.Shown(job.key, job.state.model.eval(), card=cards.of_run(job), mine=True)


def visitor_of(page: AppTest) -> Visitor:
    return page.session_state["visitor"]


def opened(*runs: cache.Shown) -> AppTest:
    """The section, for a visitor with these runs."""
    tour = onlooker()
    for run in runs:
        visitor_of(tour).enter(run)
    page = follow(tour, "build_your_own", {"own-goals": "true"})
    assert not page.exception, page.exception[0].message
    assert not page.error, messages(page)
    return page


@pytest.mark.parametrize("goal", GOALS, ids=NAMED)
def test_a_recipe_is_what_the_sliders_can_say_and_learns_from_no_more_than_they_begin_with(
    goal: Goal,
):
    sample = cache.digits("sample")
    recipe = RECIPES["dense"]
    steps = recipe.epochs * (FEW // recipe.batch_size)
    for model, config in goal.recipe:
        assert model.architecture == "dense" and config.images == FEW
        assert training.total_steps(config, sample) <= 2 * steps


@pytest.mark.parametrize("goal", GOALS, ids=NAMED)
def test_every_goal_has_hints_and_teaches_something(goal: Goal):
    assert len(goal.hints) >= 2 and goal.teaches and goal.nothing
    assert goal.reached(goal.asked) == goal.more, "at least, or less than"


def test_the_recipe_of_the_cheapest_goal_reaches_it_and_the_page_says_so_and_ticks_it():
    """The benchmarks train the others, and each from three seeds."""
    goal = NAMED["small"]
    (one,) = goal.recipe
    run = shown(*one)
    nearest = goal.nearest([run])
    assert nearest is not None
    assert nearest.value == pytest.approx(run.card["test"]["reconstruction"], abs=0.05)
    assert goal.reached(nearest.value)
    page = opened(run)
    assert f":material/check_circle: {goal.task}" in words(page)
    assert goal.teaches in words(page)
    assert f"**{goal.words(nearest.value)}**, by Run 1" in words(page)
    visitor_of(page).remove(run.key)
    page.run()
    assert goal.teaches in words(page), "it stays reached when its run is deleted"
    record = page.switch_page("lessons/record.py").run()
    assert not record.exception
    assert any(goal.task in text for text in words(record).splitlines())


def test_what_the_sliders_begin_with_reaches_no_goal():
    runs = [shown(ModelConfig(kind), replace(TRAINED, epochs=10)) for kind in ("ae", "vae")]
    for goal in GOALS:
        nearest = goal.nearest(runs)
        assert nearest is None or not goal.reached(nearest.value), goal.key


def test_nobody_is_told_more_hints_than_were_asked_for():
    goal = NAMED["rescue"]
    page = opened()
    for given in range(len(goal.hints) + 1):
        told = words(page)
        assert [hint in told for hint in goal.hints] == [
            number < given for number in range(len(goal.hints))
        ]
        if given < len(goal.hints):
            page.button(key="goal-hint-rescue").click().run()
    assert not any(button.key == "goal-hint-rescue" for button in page.button)
    assert goal.teaches not in words(page)


def test_without_a_run_that_counts_a_goal_says_what_is_missing():
    told = words(opened(shown(ModelConfig())))
    assert NAMED["small"].nothing in told and NAMED["idle"].nothing in told
    assert "Nearest so far" in told, "any run draws from N(0, I)"


def test_a_rescue_asks_for_a_collapse_at_a_beta_that_is_no_larger():
    """Of a VAE that collapsed at β = 100, none with a smaller β is the rescue."""
    dead, alive = shown(ModelConfig("vae", beta=100), TRAINED), shown(ModelConfig("vae"), TRAINED)
    rescue = NAMED["rescue"].nearest
    assert rescue([alive]) is None
    nearest = rescue([alive, dead])
    assert nearest is not None and nearest.run is dead


def test_a_model_brought_back_from_files_reaches_nothing():
    run = replace(shown(ModelConfig(hidden_dim=16)), brought=True)
    assert NAMED["small"].nothing in words(opened(run))


def test_a_closed_section_measures_nothing(monkeypatch):
    monkeypatch.setattr(cache, "readable_draws", lambda *_: pytest.fail("measured"))
    tour = onlooker()
    visitor_of(tour).enter(shown(ModelConfig()))
    page = follow(tour, "build_your_own")
    assert not page.exception and "Goals" in words(page)
