"""Training jobs: real runs of a small model on the sample, several at a time."""

import logging
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from app import cache, cards, jobs
from app.jobs import Frame, Job, Order
from app.state import Visitor
from core import data, film, training
from core.models import ModelConfig
from core.training import TrainConfig
from tests.serving import ROOT

SMALL = TrainConfig(epochs=6, batch_size=100, images=1000)


def order(config: TrainConfig = SMALL, **model) -> Order:
    ten = cache.digits("sample").test_images[:10]
    return Order(ModelConfig(hidden_dim=16, **model), config, "sample", ten)


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def finished(job: Job) -> Job:
    wait_for(lambda: job.over)
    return job


def last_frame(job: Job) -> Frame:
    assert job.frame is not None
    return job.frame


def weights(job: Job) -> list[torch.Tensor]:
    return list(job.state.model.state_dict().values())


def same(a: list[torch.Tensor], b: list[torch.Tensor]) -> bool:
    return all(map(torch.equal, a, b))


def started(*args, **model) -> Job:
    job = Job(order(*args, **model), cache.digits("sample"))
    job.start()
    return job


def test_a_job_runs_to_its_end_and_learns_what_one_uncut_run_learns():
    job = finished(started(kind="vae"))
    assert (job.status, job.state.step, last_frame(job).step) == ("done", 60, 60)
    uncut = training.start(job.order.model, SMALL)
    uncut = training.advance(uncut, data.load("sample"), steps=60)
    assert same(weights(job), list(uncut.model.state_dict().values()))


def test_a_frame_holds_the_codes_of_the_probe_and_ten_reconstructions():
    frame = last_frame(finished(started(latent_dim=5)))
    assert frame.codes.shape == (training.PROBE, 5)
    assert frame.reconstructions.shape == (10, 1, 28, 28)
    assert frame.reconstructions.min() >= 0 and frame.reconstructions.max() <= 1


def steps_of(job: Job) -> list[int]:
    return [moment.step for moment in job.film.moments]


def test_a_job_films_every_moment_of_its_run_as_it_was(monkeypatch):
    monkeypatch.setattr(jobs, "SLICE", 0.05)  # cut by time between the moments, too
    job = finished(started(kind="vae"))
    assert steps_of(job) == list(film.schedule(60))
    sample = data.load("sample")
    for moment in job.film.moments[::8]:
        uncut = training.advance(
            training.start(job.order.model, SMALL), sample, steps=moment.step
        ).model
        codes = uncut.encode(data.to_float(sample.test_images[training.probe(sample)])).detach()
        assert torch.equal(moment.codes, codes.half())
        with torch.no_grad():
            ten = uncut.encode(data.to_float(job.order.ten))
            restored = uncut.decode(ten).sigmoid()
        assert (moment.restored.float() - 255 * restored).abs().max() < 0.501
    assert torch.equal(job.film.originals, sample.test_images[:10])


def test_a_stopped_job_keeps_its_film_so_far():
    job = started(TrainConfig(epochs=4000, batch_size=100, images=1000))
    wait_for(lambda: len(job.film.moments) > 2)
    job.stop()
    wait_for(lambda: job not in jobs._running)
    steps = steps_of(job)
    assert steps == list(film.schedule(40_000)[: len(steps)])
    assert steps[-1] <= job.state.step < film.schedule(40_000)[len(steps)]


def test_a_job_that_pauses_goes_on_with_its_film():
    job = started(TrainConfig(epochs=30, batch_size=100, images=1000))
    for _ in range(20):
        job.pause()
        job.start()
    assert steps_of(finished(job)) == list(film.schedule(300))


def test_a_job_that_fails_keeps_its_film_so_far():
    job = started(TrainConfig(epochs=4000, batch_size=100, images=1000))
    wait_for(lambda: len(job.film.moments) > 2)
    job.pause()
    wait_for(lambda: job not in jobs._running)
    steps = steps_of(job)
    with torch.no_grad():
        next(job.state.model.parameters()).fill_(float("nan"))
    job.start()
    assert finished(job).status == "failed"
    assert steps_of(job) == steps


def test_the_film_of_a_run_goes_with_its_model():
    visitor = Visitor()
    visitor.train(ModelConfig(hidden_dim=16), SMALL)
    assert visitor.job is not None
    finished(visitor.job)
    visitor.collect()
    shown = visitor.runs_here[-1]
    assert cache.film(shown) is visitor.job.film
    assert len(visitor.job.film.moments) == len(film.schedule(60))


def test_a_model_without_a_film_has_none():
    assert cache.film(cache.pretrained("ae-dense-2")) is None


def test_a_paused_job_stands_still_and_continues_where_it_stood():
    job = started(TrainConfig(epochs=400, batch_size=100, images=1000))
    wait_for(lambda: job.state.step > 0)
    job.pause()
    wait_for(lambda: job not in jobs._running)
    held = job.state.step
    assert finished(started()).status == "done"  # time passes for others
    assert (job.status, job.state.step) == ("paused", held)
    job.start()
    wait_for(lambda: job.state.step > held)
    job.stop()


def test_pause_and_continue_within_one_slice_lose_nothing():
    job = started(TrainConfig(epochs=30, batch_size=100, images=1000))
    for _ in range(20):
        job.pause()
        job.start()
    assert finished(job).status == "done"
    assert [record.step for record in job.state.history][-1] == 300


def test_a_stopped_job_keeps_what_it_learned_and_does_not_start_again():
    job = started(TrainConfig(epochs=4000, batch_size=100, images=1000))
    wait_for(lambda: job.state.step > 0)
    job.stop()
    wait_for(lambda: job not in jobs._running)
    step = job.state.step
    job.start()
    assert (job.status, job.state.step, job.over) == ("stopped", step, True)
    assert job.reason == jobs.BY_VISITOR
    assert cards.of_run(job)["steps"] == step


def test_a_diverging_job_ends_with_a_sentence_and_harms_no_other():
    good, bad = started(), Job(order(TrainConfig(learning_rate=1.0)), cache.digits("sample"))
    with torch.no_grad():
        next(bad.state.model.parameters()).fill_(float("nan"))
    bad.start()
    assert finished(bad).status == "failed"
    assert "reconstruction" in bad.error and "learning rate" in bad.error
    assert finished(good).status == "done"


def test_many_jobs_at_once_all_get_their_turn():
    many = [started(TrainConfig(epochs=400, batch_size=100, images=1000)) for _ in range(8)]
    wait_for(lambda: all(job.frame is not None for job in many))
    for job in many:
        job.stop()
    wait_for(lambda: not jobs._running)


def test_a_job_whose_visitor_left_ends_after_the_time_of_grace(monkeypatch):
    monkeypatch.setattr(jobs, "GRACE", 0.2)
    left = started(TrainConfig(epochs=4000, batch_size=100, images=1000))
    left.leave()
    assert (finished(left).status, left.reason) == ("stopped", jobs.CONNECTION_LOST)


def test_a_job_that_has_used_its_time_ends_and_says_so(monkeypatch):
    monkeypatch.setattr(jobs, "LONGEST", 0.01)
    job = finished(started(TrainConfig(epochs=4000, batch_size=100, images=1000)))
    assert (job.status, job.reason) == ("stopped", jobs.TIME_USED_UP)


def test_a_job_that_is_done_needs_no_reason():
    job = finished(started())
    assert (job.status, job.reason, job.error) == ("done", "", "")


ENDS_WHILE_TRAINING = """
import atexit
atexit.register(lambda: print(job.status, job.reason, sep=": "))  # registered first, runs last
from app.jobs import Job, Order
from core import data
from core.models import ModelConfig
from core.training import TrainConfig
sample = data.load("sample")
job = Job(Order(ModelConfig(), TrainConfig(4000), "sample", sample.test_images[:10]), sample)
job.start()
"""


def test_a_server_that_shuts_down_ends_its_jobs_with_that_reason():
    ended = subprocess.run(
        [sys.executable, "-c", ENDS_WHILE_TRAINING],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stdout.strip() == f"stopped: {jobs.SHUTTING_DOWN}"
    assert (ended.stderr, ended.returncode) == ("", 0)


class Unreadable(torch.Tensor):
    """Images that make trouble when they are looked up."""

    trouble: Callable[[], torch.Tensor]

    def __getitem__(self, indices):
        return self.trouble()


def raising(error: BaseException) -> Callable[[], torch.Tensor]:
    def trouble() -> torch.Tensor:
        raise error

    return trouble


def in_trouble(trouble: Callable[[], torch.Tensor]) -> Job:
    """A job that has come to its end on images that make this trouble."""
    sample = cache.digits("sample")
    images = sample.train_images.as_subclass(Unreadable)
    images.trouble = trouble
    job = Job(order(), replace(sample, train_images=images))
    job.start()
    return finished(job)


@pytest.mark.parametrize(
    "error", [RuntimeError("/srv/secret"), SystemExit("/srv/secret"), KeyboardInterrupt()], ids=repr
)
def test_a_job_that_raises_tells_the_log_all_and_the_visitor_a_sentence_of_ours(error, caplog):
    job = in_trouble(raising(error))
    assert (job.status, job.error) == ("failed", jobs.OUR_ERROR)
    wait_for(lambda: job not in jobs._running)
    (told,) = [record for record in caplog.records if record.name == "app.jobs"]
    assert told.levelno == logging.ERROR and "hidden_dim=16" in told.getMessage()
    assert told.exc_info is not None and told.exc_info[1] is error
    assert "Traceback" in caplog.text
    assert finished(started()).status == "done"  # no thread was lost with it


@pytest.mark.parametrize("trouble", [raising(MemoryError()), lambda: torch.empty(2**60)])
def test_a_job_without_memory_says_so(trouble, caplog):
    job = in_trouble(trouble)
    assert (job.status, job.error) == ("failed", jobs.NO_MEMORY)
    assert "Traceback" in caplog.text


def test_what_a_diverging_job_says_is_no_matter_for_the_log(caplog):
    job = Job(order(TrainConfig(learning_rate=1.0)), cache.digits("sample"))
    with torch.no_grad():
        next(job.state.model.parameters()).fill_(float("nan"))
    job.start()
    assert "learning rate" in finished(job).error
    assert caplog.records == []


def test_a_job_that_its_data_cannot_serve_is_refused_at_birth():
    with pytest.raises(ValueError, match="4000 training images"):
        Job(order(TrainConfig(images=60_000)), cache.digits("sample"))


def of_ten_epochs(**model) -> Job:
    sample = cache.digits("sample")
    config = TrainConfig(epochs=10)
    return Job(Order(ModelConfig(**model), config, "sample", sample.test_images[:10]), sample)


def test_two_jobs_in_step_never_leave_one_another_behind_by_more_than_two_slices():
    """A small network beside a large one, which takes many times longer for a step."""
    small, large = of_ten_epochs(hidden_dim=8), of_ten_epochs(hidden_dim=512, latent_dim=32)
    jobs.go_in_step(small, large)
    small.start()
    large.start()
    apart, strides = [0], [1]

    def both_over() -> bool:
        with jobs._lock:
            apart.append(abs(small.state.step - large.state.step))
            strides.extend((small._stride, large._stride))
        return small.over and large.over

    wait_for(both_over)
    assert (small.status, large.status) == ("done", "done")
    assert max(apart) <= 2 * max(strides)
    assert not small.busy and not large.busy


def test_a_job_in_step_goes_on_alone_where_the_other_ends():
    one, other = of_ten_epochs(hidden_dim=8), of_ten_epochs(hidden_dim=512, latent_dim=32)
    jobs.go_in_step(one, other)
    one.start()
    other.start()
    wait_for(lambda: one._held)
    other.stop()
    assert finished(one).status == "done"
    wait_for(lambda: not one.busy and not other.busy)


def test_a_job_that_waits_for_the_other_can_be_paused_and_stopped():
    one, other = of_ten_epochs(hidden_dim=8), of_ten_epochs(hidden_dim=512, latent_dim=32)
    jobs.go_in_step(one, other)
    one.start()
    other.start()
    wait_for(lambda: one._held)
    one.pause()
    assert not one.busy
    one.start()
    wait_for(lambda: one._held or one.over)
    one.stop()
    other.stop()
    wait_for(lambda: not one.busy and not other.busy)


# ---- one after another ---------------------------------------------------------------------------


def in_a_row(*epochs: int) -> list[Job]:
    """Jobs of so many epochs that follow one another, the first of them started."""
    row = [
        Job(order(TrainConfig(epochs=each, batch_size=100, images=1000)), cache.digits("sample"))
        for each in epochs
    ]
    jobs.follow_one_another(row)
    row[0].start()
    return row


def test_jobs_in_a_row_run_one_at_a_time_in_their_order():
    row, together, seen = in_a_row(6, 6, 6), 0, []

    def all_over() -> bool:
        nonlocal together
        with jobs._lock:
            running = [job for job in row if job.busy and not job.over]
        together = max(together, len(running))
        seen.extend(row.index(job) for job in running if not seen or seen[-1] != row.index(job))
        return all(job.over for job in row)

    wait_for(all_over)
    assert [job.status for job in row] == ["done"] * 3
    assert together == 1 and seen == sorted(seen)
    for job in row:  # the order changes nothing of what a run learns
        assert same(weights(job), weights(row[0]))


def test_a_row_takes_one_place_in_the_queue_beside_another_visitor_s_run():
    """While five runs of one visitor follow one another, another's gets its slices too."""
    row, other = in_a_row(*5 * [4000]), started(TrainConfig(4000, batch_size=100, images=1000))
    wait_for(lambda: row[0].state.seconds > 0.5 and other.state.seconds > 0.5)
    assert jobs.load().jobs == 2
    assert [job.busy for job in row] == [True, False, False, False, False]
    row[0].stop()
    other.stop()
    wait_for(lambda: not jobs._running)


def test_a_job_that_fails_in_the_middle_of_a_row_leaves_the_others_their_turn():
    row = [Job(order(), cache.digits("sample")) for _ in range(3)]
    jobs.follow_one_another(row)
    with torch.no_grad():
        next(row[1].state.model.parameters()).fill_(float("nan"))
    row[0].start()
    wait_for(lambda: all(job.over for job in row))
    assert [job.status for job in row] == ["done", "failed", "done"]
    assert "learning rate" in row[1].error


@pytest.mark.parametrize("stage", range(3))
def test_a_stop_ends_the_job_under_way_and_all_after_it_and_keeps_those_before_it(stage: int):
    long = [6] * stage + [4000] * (3 - stage)
    row = in_a_row(*long)
    wait_for(lambda: row[stage].state.step > 0)
    row[stage].stop()
    wait_for(lambda: not any(job.busy for job in row))
    assert [job.status for job in row] == ["done"] * stage + ["stopped"] * (3 - stage)
    assert all(job.state.step == 0 for job in row[stage + 1 :])
    assert all(job.reason == jobs.BY_VISITOR for job in row[stage:])


def test_a_stop_before_the_first_slice_is_back_ends_the_row():
    row = in_a_row(4000, 4000)
    row[0].stop()
    wait_for(lambda: not any(job.busy for job in row))
    assert [job.status for job in row] == ["stopped", "stopped"]


def test_a_row_whose_visitor_left_ends_after_the_time_of_grace(monkeypatch):
    monkeypatch.setattr(jobs, "GRACE", 0.2)
    row = in_a_row(4000, 4000)
    for job in row:
        job.leave()
    wait_for(lambda: all(job.over for job in row))
    assert [job.reason for job in row] == [jobs.CONNECTION_LOST] * 2
    wait_for(lambda: not jobs._running)
