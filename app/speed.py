"""How long a run takes: what its configuration costs this machine, times how busy it is now.

The cost is counted in seconds of one core, which other runs hardly change: it can be kept. How
busy the server is can not: it is asked for at each estimate (`jobs.load`).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from app import jobs
from app.jobs import Load
from core import data, film, training
from core.models import ModelConfig
from core.training import Precision, TrainConfig

LONG_ENOUGH = 0.05  # s of one core for each thing measured: the clock of some systems ticks slowly


@dataclass(frozen=True)
class Cost:
    """What a configuration costs, in seconds of one core. Measured, never guessed."""

    step: float  # of training
    record: float  # of the loss curves: a test loss
    moment: float  # of the film
    slice: float  # what comes on top for each slice of a run: a copy of the state, a frame


def cost(model: ModelConfig, batch_size: int, precision: Precision) -> Cost:
    """Measured on the sample for about 0.3 s, with what runs do, in the caller's thread."""
    digits = data.load("sample")
    config = TrainConfig(epochs=10_000, batch_size=batch_size, precision=precision)
    started = training.start(model, config)
    empty = film.begin(training.total_steps(config, digits), digits, digits.test_images[:10])
    taken = empty.after(started, digits)  # the next moment is far
    state = training.advance(started, digits, steps=2)  # what the first steps set up is not counted

    core_seconds = time.thread_time()
    later = training.advance(state, digits, seconds=2 * LONG_ENOUGH)
    step = (time.thread_time() - core_seconds) / (later.step - state.step)

    # Thirty epochs of one batch each: a run that records its loss after every step.
    short = training.start(model, replace(config, epochs=30, images=batch_size))
    recorded = _core_seconds(lambda: training.advance(short, digits, steps=3)) / 4  # and one before
    moment = _core_seconds(lambda: empty.after(started, digits))
    slice_ = _core_seconds(lambda: jobs.go_on(state, taken, digits, seconds=0.0))
    return Cost(step, max(0.0, recorded - step * 3 / 4), moment, max(0.0, slice_ - step))


def seconds(cost: Cost, steps: int, load: Load) -> float:
    """How long a run of so many steps takes if it starts now and the load stays as it is."""
    records = 1 + steps // max(1, steps // training.RECORDS)
    moments = len(film.schedule(steps))
    computing = steps * cost.step + records * cost.record + moments * cost.moment
    slices = max(1.0, computing * load.stretch / jobs.slice_seconds(load.jobs + 1))
    turns = max(1.0, (load.jobs + 1) / jobs.SLOTS)
    return (computing + slices * cost.slice) * load.stretch * turns


def _core_seconds(work: Callable[[], object]) -> float:
    """What a work costs, by doing it until it has taken long enough."""
    started, times = time.thread_time(), 0
    while (taken := time.thread_time() - started) < LONG_ENOUGH:
        work()
        times += 1
    return taken / times
