"""Films of short real runs, against the same runs advanced by hand to the same steps."""

import json
import struct
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from core import film, sampling, training
from core.checkpoints import CheckpointError
from core.data import Digits
from core.film import Film
from core.models import Kind, ModelConfig, mean_image
from core.training import TrainConfig, TrainState

SHORT = TrainConfig(epochs=10, batch_size=16, seed=3)  # 60 steps of `few`
CONFIGS = [
    ModelConfig("ae", hidden_dim=12),
    ModelConfig("vae", hidden_dim=12, latent_dim=5),
    ModelConfig("vae", hidden_dim=12, likelihood="continuous_bernoulli"),
]


def at_step(config: ModelConfig, digits: Digits, step: int) -> TrainState:
    return training.advance(training.start(config, SHORT), digits, steps=step)


def filmed(config: ModelConfig, digits: Digits, until: int | None = None) -> Film:
    """A run with its moments taken on the way, as far as that step."""
    total = training.total_steps(SHORT, digits)
    state = training.start(config, SHORT)
    taken = film.begin(total, digits, digits.test_images[:10]).after(state, digits)
    while (due := taken.next_step()) is not None and (until is None or due <= until):
        state = training.advance(state, digits, steps=due - state.step)
        taken = taken.after(state, digits)
    return taken


@pytest.mark.parametrize("total", [*range(1, 90), 1240, 10_116, 1_000_000])
def test_a_schedule_rises_from_the_first_step_to_the_last(total: int):
    steps = film.schedule(total)
    assert steps[0] == 0 and steps[-1] == total
    assert sorted(set(steps)) == list(steps)
    assert len(steps) <= film.MOMENTS


@pytest.mark.parametrize("total", [1000, 1240, 10_116])
def test_a_long_run_gets_forty_moments_most_of_them_early(total: int):
    steps = film.schedule(total)
    assert len(steps) == 40
    assert sum(step <= total / 10 for step in steps) > 20
    gaps = [after - before for before, after in pairwise(steps)]
    assert gaps[-1] > 100 * gaps[0]


def test_runs_of_any_length_have_their_moments_at_the_same_shares():
    short, long = film.schedule(2000), film.schedule(50_000)
    for one, other in zip(short, long, strict=True):
        assert one / 2000 == pytest.approx(other / 50_000, abs=0.5 / 2000 + 0.5 / 50_000)


def test_a_run_of_few_steps_is_filmed_at_each_of_the_first_and_never_twice():
    assert film.schedule(1) == (0, 1)
    assert film.schedule(60)[:10] == tuple(range(10))


@pytest.mark.parametrize("total", [*range(1, 90), 1240, 10_116])
def test_states_are_kept_at_eight_moments_most_of_them_early_the_last_included(total: int):
    kept = film.kept_steps(total)
    assert set(kept) <= set(film.schedule(total)[1:])
    assert kept[-1] == total
    assert list(kept) == sorted(set(kept)) and len(kept) == min(total, 8)
    if total > 1000:
        assert sum(step <= total / 10 for step in kept) >= 4


@pytest.mark.parametrize("config", CONFIGS)
def test_a_moment_is_what_the_run_was_at_that_step(few: Digits, config: ModelConfig):
    taken = filmed(config, few)
    assert [moment.step for moment in taken.moments] == list(film.schedule(60))
    assert taken.labels.tolist() == few.test_labels[training.probe(few)].tolist()
    x = few.test_images.float() / 255
    noise = torch.randn(10, 64, generator=torch.Generator().manual_seed(0))[:, : config.latent_dim]
    for moment in taken.moments[::6]:
        model = at_step(config, few, moment.step).model
        with torch.no_grad():
            codes = model.encode(x[training.probe(few)])
            restored = 255 * mean_image(config, model.decode(model.encode(x[:10])))
            samples = 255 * mean_image(config, model.decode(noise))
        torch.testing.assert_close(moment.codes.float(), codes, rtol=2**-10, atol=1e-6)
        torch.testing.assert_close(moment.restored.float(), restored, rtol=0, atol=0.5001)
        torch.testing.assert_close(moment.samples.float(), samples, rtol=0, atol=0.5001)


def test_a_moment_of_a_vae_knows_the_spread_of_its_clouds(few: Digits):
    moment = filmed(CONFIGS[1], few).moments[-1]
    model = at_step(CONFIGS[1], few, 60).model
    spread = model.posterior(few.test_images[training.probe(few)].float() / 255).logvar.detach()  # pyright: ignore
    assert moment.logvar is not None
    torch.testing.assert_close(moment.logvar.float(), spread, rtol=2**-10, atol=1e-6)
    assert filmed(CONFIGS[0], few).moments[-1].logvar is None


@pytest.mark.parametrize("config", CONFIGS)
def test_the_losses_of_a_film_are_those_of_the_history(few: Digits, config: ModelConfig):
    history = {record.step: record.test for record in at_step(config, few, 60).history}
    moments = filmed(config, few).moments
    assert len(moments) > 10
    assert all(moment.test == history[moment.step] for moment in moments)


def test_taking_moments_changes_nothing_of_the_run(few: Digits):
    state = training.start(CONFIGS[1], SHORT)
    taken = film.begin(60, few, few.test_images[:10]).after(state, few)
    while (due := taken.next_step()) is not None:
        state = training.advance(state, few, seconds=100, steps=due - state.step)
        taken = taken.after(state, few)
    uncut = at_step(CONFIGS[1], few, 60)
    for one, other in zip(state.model.parameters(), uncut.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_film_grows_into_a_new_film_and_only_when_a_moment_is_due(few: Digits):
    first = filmed(CONFIGS[0], few, until=11)
    assert first.next_step() == 13
    between = at_step(CONFIGS[0], few, 12)
    assert first.after(between, few) is first
    grown = first.after(at_step(CONFIGS[0], few, 13), few)
    assert len(grown.moments) == len(first.moments) + 1
    assert first.moments[-1].step == 11
    assert filmed(CONFIGS[0], few).next_step() is None


@pytest.mark.parametrize("kind", ["ae", "vae"])
def test_models_of_all_kinds_and_sizes_are_shown_the_same_noise(kind: Kind):
    assert film.noise(20).shape == (10, 20)
    assert torch.equal(film.noise(20)[:, :2], film.noise(2))
    pages = sampling.draw(16, 64, torch.Generator().manual_seed(0)).epsilon
    assert torch.equal(film.noise(64), pages[:10]), "the noise that pages begin with"


def test_a_code_beyond_half_precision_stays_on_the_map(few: Digits):
    state = training.start(CONFIGS[0], SHORT)
    with torch.no_grad():
        for parameter in state.model.encoder.parameters():
            parameter.mul_(1e3)
    taken = film.begin(60, few, few.test_images[:10]).after(state, few)
    assert taken.moments[0].codes.isfinite().all()
    assert taken.moments[0].codes.abs().max() == 65504


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("until", [0, 13, None])
def test_a_film_survives_its_file(
    few: Digits, tmp_path: Path, config: ModelConfig, until: int | None
):
    taken = filmed(config, few, until)
    film.save(tmp_path / "a.film.safetensors", taken)
    back = film.load(tmp_path / "a.film.safetensors")
    assert (back.total, len(back.moments)) == (taken.total, len(taken.moments))
    assert torch.equal(back.labels, taken.labels)
    assert torch.equal(back.originals, taken.originals)
    for one, other in zip(back.moments, taken.moments, strict=True):
        assert (one.step, one.test) == (other.step, other.test)
        for name in ("codes", "restored", "samples"):
            assert torch.equal(getattr(one, name), getattr(other, name))
        if other.logvar is None:
            assert one.logvar is None
        else:
            assert one.logvar is not None and torch.equal(one.logvar, other.logvar)
    assert back.next_step() == taken.next_step()


def test_a_film_of_two_latents_is_below_a_megabyte(few: Digits, tmp_path: Path):
    path = tmp_path / "a.film.safetensors"
    one = filmed(replace(CONFIGS[1], latent_dim=2), few, until=0)
    probe = replace(
        one.moments[0],
        codes=torch.zeros(500, 2).half(),
        logvar=torch.zeros(500, 2).half(),
    )
    film.save(path, replace(one, labels=torch.zeros(500).byte(), moments=(probe,) * 40))
    assert path.stat().st_size < 1_000_000


def header(data: bytes) -> tuple[dict, bytes]:
    """A safetensors file's header and what follows it."""
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def with_header(about: dict, rest: bytes) -> bytes:
    text = json.dumps(about).encode()
    return struct.pack("<Q", len(text)) + text + rest


def damage(data: bytes, how: str) -> bytes:
    if how == "cut":
        return data[: len(data) // 2]
    if how == "empty":
        return b""
    about, rest = header(data)
    told = json.loads(about["__metadata__"]["film"])
    match how:
        case "no steps":
            del about["__metadata__"]
            return with_header(about, rest)
        case "steps fall":
            told["steps"][1:3] = told["steps"][2:0:-1]
        case "a step too many":
            told["steps"].append(60)
        case "steps beyond the run":
            told["total"] = 20
        case "steps are words":
            told["steps"][1] = "1"
        case "a loss is missing":
            told["test"].pop()
        case "a loss is infinite":
            told["test"][2][0] = float("inf")
        case "terms are missing":
            told["test"][2] = [1.0]
        case "not a film":
            told = []
        case "another shape":
            about["samples"]["shape"][1:3] = [5, 2]
        case "another name":
            about["probes"] = about.pop("codes")
    about["__metadata__"]["film"] = json.dumps(told)
    return with_header(about, rest)


@pytest.mark.parametrize(
    "how",
    [
        "cut", "empty", "no steps", "steps fall", "a step too many", "steps beyond the run",
        "steps are words", "a loss is missing", "a loss is infinite", "terms are missing",
        "not a film", "another shape", "another name",
    ],
)  # fmt: skip
def test_a_damaged_film_is_refused_by_its_name(few: Digits, tmp_path: Path, how: str):
    path = tmp_path / "hurt.film.safetensors"
    film.save(path, filmed(CONFIGS[1], few))
    path.write_bytes(damage(path.read_bytes(), how))
    with pytest.raises(CheckpointError, match=r"hurt\.film\.safetensors"):
        film.load(path)


def test_a_file_that_is_not_there_is_refused_by_its_name(tmp_path: Path):
    with pytest.raises(CheckpointError, match=r"none\.film\.safetensors"):
        film.load(tmp_path / "none.film.safetensors")
