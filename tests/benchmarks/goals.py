"""Whether the recipe of each goal of lesson 7 reaches it from every seed, and no default does."""

import time
from collections.abc import Iterator
from dataclasses import replace

from app import cache, cards
from app.cache import Shown
from app.jobs import Job, Order
from app.lessons.build_your_own.goals import GOALS, TRAINED, Goal
from core.models import ModelConfig
from core.training import TrainConfig

SEEDS = (0, 1, 2)
DEFAULTS = ((ModelConfig(), TRAINED), (ModelConfig("vae"), TRAINED))  # where the sliders begin


def trained(model: ModelConfig, config: TrainConfig, seed: int) -> Shown:
    """A run on the sample, from that seed, as a page gets it."""
    sample = cache.digits("sample")
    order = Order(model, replace(config, seed=seed), "sample", sample.test_images[:10])
    job = Job(order, sample)
    job.start()
    while not job.over:
        time.sleep(0.01)
    return Shown(job.key, job.state.model.eval(), card=cards.of_run(job), mine=True)


def came_to(goal: Goal, runs: list[Shown]) -> tuple[str, bool]:
    """How near these runs came to a goal, in words, and whether they reached it."""
    nearest = goal.nearest(runs)
    if nearest is None:
        return "none counts", False
    return goal.words(nearest.value), goal.reached(nearest.value)


def lines() -> Iterator[str]:
    """A line for each goal."""
    defaults = [[trained(*one, seed) for one in DEFAULTS] for seed in SEEDS]
    for goal in GOALS:
        ours = [came_to(goal, [trained(*one, seed) for one in goal.recipe]) for seed in SEEDS]
        theirs = [came_to(goal, runs) for runs in defaults]
        good = all(reached for _, reached in ours) and not any(reached for _, reached in theirs)
        yield (
            f"  {goal.key:<10}asked {goal.words(goal.asked)}: recipe "
            f"{', '.join(words for words, _ in ours)}; defaults "
            f"{', '.join(words for words, _ in theirs)}    {'reached' if good else 'MISSED'}"
        )


def main() -> None:
    for line in lines():
        print(line, flush=True)


if __name__ == "__main__":
    main()
