"""How long a run takes: the estimate against the clock, and against sums done by hand."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from app import cache, jobs, speed
from app.cache import models
from app.jobs import Job, Load, Order
from app.speed import Cost
from core.data import DataError
from core.models import ModelConfig
from core.training import TrainConfig
from tests.app.test_jobs import finished, wait_for

QUIET = Load(jobs=0, stretch=1.0)
STEPS_ONLY = Cost(step=0.001, record=0, moment=0, slice=0)


def run(training: TrainConfig, **model) -> Job:
    sample = cache.digits("sample")
    return Job(Order(ModelConfig(**model), training, "sample", sample.test_images[:10]), sample)


def test_a_run_costs_about_what_was_said():
    """By the clock of the cores that it ran on, so that a busy machine does not matter."""
    cost = models.cost(models.like(ModelConfig()), 128, "float32", beside_others=False)
    said = speed.seconds(cost, 310, QUIET)
    wait_for(lambda: jobs.load().jobs == 0)
    jobs._timed.clear()
    job = run(TrainConfig(epochs=10))
    job.start()
    assert finished(job).state.step == 310
    took = sum(timed.core_seconds for timed in jobs._timed)
    assert took / 3 < said < took * 3


def test_twice_the_images_or_the_epochs_take_about_twice_as_long():
    model = ModelConfig(hidden_dim=16)
    once = cache.seconds_for(model, TrainConfig(epochs=2000), 4096)
    assert cache.seconds_for(model, TrainConfig(epochs=4000), 4096) == pytest.approx(2 * once, 0.2)
    assert cache.seconds_for(model, TrainConfig(epochs=2000), 8192) == pytest.approx(2 * once, 0.2)


def test_a_thousand_steps_of_a_millisecond_take_a_second():
    assert speed.seconds(STEPS_ONLY, 1000, QUIET) == pytest.approx(1)


def test_records_moments_and_slices_are_part_of_the_time():
    cost = Cost(step=0.001, record=0.01, moment=0.02, slice=0.025)
    # 10 s of steps; 61 records with the one before the first step; 40 moments; 4 slices a second
    computing = 10 + 0.61 + 0.8
    assert speed.seconds(cost, 10_000, QUIET) == pytest.approx(computing + 4 * computing * 0.025)


def test_who_shares_the_slots_waits_for_the_others():
    others = 3 * jobs.SLOTS - 1
    assert speed.seconds(STEPS_ONLY, 1000, Load(others, 1.0)) == pytest.approx(3)
    if jobs.SLOTS > 1:
        assert speed.seconds(STEPS_ONLY, 1000, Load(jobs.SLOTS - 1, 1.0)) == pytest.approx(1)


def test_a_core_that_does_other_things_too_takes_longer():
    assert speed.seconds(STEPS_ONLY, 1000, Load(0, 1.5)) == pytest.approx(1.5)


def test_the_load_is_of_this_moment():
    wait_for(lambda: jobs.load().jobs == 0)
    many = [run(TrainConfig(epochs=4000)) for _ in range(3)]
    for job in many:
        job.start()
    assert jobs.load().jobs == 3
    wait_for(lambda: all(job.frame is not None for job in many))
    assert jobs.load().stretch >= 1
    for job in many:
        job.stop()
    wait_for(lambda: jobs.load().jobs == 0)


def test_what_was_measured_at_a_busy_moment_is_not_kept_for_a_quiet_one(monkeypatch):
    measured_beside_others, measure = [], speed.cost

    def noting(*question) -> Cost:
        measured_beside_others.append(jobs.load().jobs > 0)
        return measure(*question)

    monkeypatch.setattr(speed, "cost", noting)
    wait_for(lambda: jobs.load().jobs == 0)
    model = ModelConfig(hidden_dim=17)  # nobody has asked for it yet
    other = run(TrainConfig(epochs=4000))
    other.start()
    cache.seconds_for(model, TrainConfig(), 4000)
    other.stop()
    wait_for(lambda: jobs.load().jobs == 0)
    for _ in range(2):
        cache.seconds_for(model, TrainConfig(), 4000)
    assert measured_beside_others == [True, False]


def test_the_same_question_asked_by_many_at_once_is_measured_once():
    like = models.like(ModelConfig(hidden_dim=18))
    with ThreadPoolExecutor(4) as many:
        asked = [
            many.submit(models.cost, like, 128, "float32", beside_others=False) for _ in range(4)
        ]
        assert len({answer.result() for answer in asked}) == 1


def test_the_sample_does_not_wait_for_another_set_and_a_failure_is_not_kept(tmp_path, monkeypatch):
    """A pipe stands for a slow disk: who reads it waits until its other end is closed."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    pipe = raw / "train-images-idx3-ubyte"
    os.mkfifo(pipe)
    monkeypatch.setenv("LATENT_WALK_DATA", str(tmp_path))
    with ThreadPoolExecutor(2) as visitors:
        slow = visitors.submit(cache.digits, "mnist")
        other_end = reader_at(pipe)
        try:
            assert visitors.submit(cache.digits, "sample").result(20).name == "sample"
            assert not slow.done()
        finally:
            os.close(other_end)
        with pytest.raises(DataError, match="damaged"):
            slow.result(20)
    pipe.unlink()
    with pytest.raises(DataError, match="missing"):
        cache.digits("mnist")


def reader_at(pipe: Path) -> int:
    """The writing end of a pipe, once somebody reads from it."""
    ends: list[int] = []

    def open_it() -> bool:
        with suppress(OSError):  # nobody reads yet
            ends.append(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        return bool(ends)

    wait_for(open_it)
    return ends[0]
