"""Training jobs: real runs of a small model on the sample, several at a time."""

import time
from collections.abc import Callable

import pytest
import torch

from app import cache, jobs
from app.jobs import Frame, Job, Order
from app.state import Visitor
from core import data, film, training
from core.models import ModelConfig
from core.training import TrainConfig

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
    job = Job(order(*args, **model), None)
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
    assert frame.codes.shape == (jobs.PROBE, 5)
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
        codes = uncut.encode(data.to_float(sample.test_images[:500])).detach()
        assert torch.equal(moment.codes, codes.half())
        with torch.no_grad():
            restored = uncut.decode(codes[:10]).sigmoid()
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
    shown = visitor.own["ae"]
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
    assert job.card()["steps"] == step


def test_a_diverging_job_ends_with_a_sentence_and_harms_no_other():
    good, bad = started(), Job(order(TrainConfig(learning_rate=1.0)), None)
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
    assert finished(left).status == "stopped"


def test_a_job_that_its_data_cannot_serve_is_refused_at_birth():
    with pytest.raises(ValueError, match="4000 training images"):
        Job(order(TrainConfig(images=60_000)), None)
