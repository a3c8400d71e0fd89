"""Training as a chain of pure slices: `advance` takes a state and returns the next one.

A run is `start`, then `advance` until it is done. Whoever holds the states decides when to
go on: pausing is not calling, stopping is forgetting, thirty learners take turns, and any
state can be kept, pickled and resumed. All that a run depends on travels in its state, so one
seed gives the same weights bit for bit, however the steps are cut into slices.

The recipe is plain and fast on a CPU: all images in one tensor, indexed by a permutation;
fused Adam; a warm-up, then a cosine. Left out: everything that decides what a run is *for*.
"""

import copy
import itertools
import math
import time
from collections.abc import Iterator
from dataclasses import astuple, dataclass, field, replace
from typing import Literal, TypeVar, no_type_check

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from core.data import Digits, to_float
from core.models import Loss, Model, ModelConfig, build
from core.quoting import quoted

WARM_UP = 0.15  # share of the steps over which the learning rate rises from 0
RECORDS = 60  # a run measures its test loss about so many times
PROBE = 500  # test images: what a run is watched on while it learns
MAX_SEED = 2**32 - 1
MAX_STEPS = 10**9  # of a run; nobody has waited for the millionth
Precision = Literal["float32", "bfloat16"]
AnyModel = TypeVar("AnyModel", bound=nn.Module)


@no_type_check  # at run time: a wrong type gets the sentence below, not a type checker's
@dataclass(frozen=True)
class TrainConfig:
    """How a model is trained. Checked at birth: ValueError says why."""

    epochs: int = 40
    batch_size: int = 128
    learning_rate: float = 0.02  # the highest, reached after the warm-up
    images: int | None = None  # the first so many training images; None for all
    seed: int = 0
    precision: Precision = "float32"  # of the layers; losses and weights are always float32

    def __post_init__(self) -> None:
        for name, least, most in (
            ("epochs", 1, MAX_STEPS),
            ("batch_size", 1, MAX_STEPS),
            ("images", 1, MAX_STEPS),
            ("seed", 0, MAX_SEED),
        ):
            value = getattr(self, name)
            if name == "images" and value is None:
                continue
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise ValueError(
                    f"{name} is {quoted(value)}; it must be a whole number, {least} or more"
                )
            if value > most:
                raise ValueError(f"{name} is {quoted(value)}; it must be at most {most}")
        rate = self.learning_rate
        if not isinstance(rate, int | float) or isinstance(rate, bool) or not 0 < rate <= 1:
            raise ValueError(f"learning_rate is {quoted(rate)}; it must lie in (0, 1]")
        if self.precision not in ("float32", "bfloat16"):
            raise ValueError(f"precision is {quoted(self.precision)}; choose float32 or bfloat16")


@dataclass(frozen=True)
class Terms:
    """The terms of a loss as numbers, nats per image."""

    total: float
    reconstruction: float
    kl: float


@dataclass(frozen=True)
class Record:
    """One point of the loss curves."""

    step: int
    train: Terms | None  # mean over the steps since the last record; None before the first step
    test: Terms  # on the probe, z sampled with the same ε at every record


@dataclass(frozen=True)
class TrainState:
    """A run at one moment. Never changed: `advance` returns a new one. Can be pickled."""

    config: TrainConfig
    model: Model
    optimiser: torch.optim.Adam
    noise: Tensor  # state of the generator that draws ε
    step: int = 0
    seconds: float = 0.0  # spent in `advance` so far
    history: tuple[Record, ...] = ()
    pending: tuple[Loss, ...] = field(default=(), repr=False)  # steps since the last record


class TrainingDiverged(ArithmeticError):
    """A loss became NaN or infinite: at which step, in which term, and what to try."""

    def __init__(self, step: int, term: str, learning_rate: float) -> None:
        self.step, self.term, self.learning_rate = step, term, learning_rate
        super().__init__(
            f"At step {step} the {term} was no longer a finite number. Try a learning rate "
            f"below {learning_rate:g}, for example {learning_rate / 4:.2g}, or a smaller beta."
        )

    def __reduce__(self) -> tuple:  # so that it survives the way back from a worker process
        return type(self), (self.step, self.term, self.learning_rate)


def start(model_config: ModelConfig, config: TrainConfig) -> TrainState:
    """A fresh model and its optimiser, before the first step."""
    model = laid_out(build(model_config, torch.Generator().manual_seed(config.seed)))
    return TrainState(
        config=config,
        model=model,
        optimiser=torch.optim.Adam(model.parameters(), lr=config.learning_rate, fused=True),
        noise=torch.Generator().manual_seed(config.seed).get_state(),
    )


def laid_out(model: AnyModel) -> AnyModel:
    """The same model with its weights in memory as convolutions are fastest.

    That is the order of their sums too: only so laid out, a model gives again what it gave when it
    was trained, bit for bit.
    """
    return model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]


def total_steps(config: TrainConfig, digits: Digits) -> int:
    """Steps of the whole run. ValueError where the set cannot serve the configuration."""
    available = len(digits.train_images)
    images = config.images or available
    if images > available:
        raise ValueError(
            f"images is {images}, but this data set has {available} training images; "
            "choose fewer, or get the full set"
        )
    if config.batch_size > images:
        raise ValueError(
            f"batch_size is {config.batch_size}, but only {images} images are trained on; "
            "choose a smaller batch or more images"
        )
    return config.epochs * (images // config.batch_size)


def advance(
    state: TrainState,
    digits: Digits,
    *,
    seconds: float | None = None,
    steps: int | None = None,
) -> TrainState:
    """The state so many seconds or steps later, or at the end of the run: what comes first.

    At least one step is made where one is left. Raises TrainingDiverged where a term of the
    loss is NaN or infinite.
    """
    if seconds is None and steps is None:
        raise ValueError("give seconds or steps, or both, so that the slice has an end")
    started, config, step = time.perf_counter(), state.config, state.step
    last = total_steps(config, digits)
    end = last if steps is None else min(last, step + steps)
    every = max(1, last // RECORDS)

    # A copy of both together, so that the optimiser's parameters are the copied model's.
    model, optimiser = copy.deepcopy((state.model, state.optimiser))
    noise = torch.Generator().set_state(state.noise)
    history, pending = list(state.history), list(state.pending)
    if not history:
        history.append(Record(0, None, probe_terms(model, digits, 0, config)))

    for step, x in zip(range(state.step + 1, end + 1), _batches(digits, config, state.step)):
        optimiser.param_groups[0]["lr"] = learning_rate(config, step - 1, last)
        pending.append(_learn(model, optimiser, x, noise, config))
        if step % every == 0 or step == last:
            train = _mean_terms(pending, step, config)
            history.append(Record(step, train, probe_terms(model, digits, step, config)))
            pending = []
        if seconds is not None and time.perf_counter() - started >= seconds:
            break

    _mean_terms(pending, step, config)  # a slice never hands out a state that has diverged
    return replace(
        state,
        model=model,
        optimiser=optimiser,
        noise=noise.get_state(),
        step=step,
        seconds=state.seconds + time.perf_counter() - started,
        history=tuple(history),
        pending=tuple(pending),
    )


def extended(state: TrainState, epochs: int) -> TrainState:
    """The same run with so many epochs more ahead of it.

    Its schedule is that of the longer run from here on: the learning rate, which had come down to
    0 at the old end, rises at once to where the longer cosine is, and comes down again.
    """
    return replace(state, config=replace(state.config, epochs=state.config.epochs + epochs))


def learning_rate(config: TrainConfig, step: int, last: int) -> float:
    """A linear warm-up to the configured rate, then a cosine down to 0 at the last step."""
    warm_up = max(1, round(WARM_UP * last))
    if step < warm_up:
        return config.learning_rate * (step + 1) / warm_up
    progress = (step - warm_up) / max(1, last - warm_up)
    return config.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))


def fast_precision() -> Precision:
    """bfloat16 where this machine's processor multiplies it directly, else float32."""
    return "bfloat16" if torch.cpu._is_avx512_bf16_supported() else "float32"


def probe(digits: Digits) -> Int64[Tensor, " probe"]:
    """Which test images a run is watched on: drawn at random, once for every run on that set.

    The first ones would not do: MNIST's first test images are easier than the rest.
    """
    rng = torch.Generator().manual_seed(0)
    return torch.randperm(len(digits.test_images), generator=rng)[:PROBE]


def probe_terms(model: Model, digits: Digits, step: int, config: TrainConfig) -> Terms:
    """The test loss of a record: on the probe, with the same ε each time.

    Raises TrainingDiverged where a term is NaN or infinite.
    """
    x = to_float(digits.test_images[probe(digits)])
    with torch.no_grad(), _autocast(config):
        loss = model.loss(x, torch.Generator().manual_seed(config.seed))
    return _finite(Terms(*(term.item() for term in loss)), step, config)


def _batches(
    digits: Digits, config: TrainConfig, first: int
) -> Iterator[Float[Tensor, "batch 1 28 28"]]:
    """The images of step `first` and of every step after it, epoch after epoch.

    The order of an epoch depends on the seed and the epoch alone: the same for AE and VAE, and
    however the run is cut into slices.
    """
    images = config.images or len(digits.train_images)
    steps = images // config.batch_size  # in an epoch; what does not fill a batch is left out
    for epoch in itertools.count(first // steps):
        shuffle = torch.Generator().manual_seed(config.seed * 1_000_003 + epoch)
        order = torch.randperm(images, generator=shuffle).split(config.batch_size)
        for batch in order[max(0, first - epoch * steps) : steps]:
            yield to_float(digits.train_images[batch])


def _learn(
    model: Model,
    optimiser: torch.optim.Adam,
    x: Float[Tensor, "batch 1 28 28"],
    noise: torch.Generator,
    config: TrainConfig,
) -> Loss:
    """One step: change the model to make this batch a little cheaper. What it cost before."""
    with _autocast(config):
        loss = model.loss(x, noise)
    loss.total.backward()
    optimiser.step()
    optimiser.zero_grad()
    return Loss(*(term.detach() for term in loss))


def _autocast(config: TrainConfig) -> torch.autocast:
    return torch.autocast("cpu", torch.bfloat16, enabled=config.precision == "bfloat16")


def _mean_terms(pending: list[Loss], step: int, config: TrainConfig) -> Terms | None:
    """Means over the steps since the last record. Raises TrainingDiverged at the first bad one."""
    if not pending:
        return None
    first = step - len(pending) + 1
    terms = [Terms(*(term.item() for term in loss)) for loss in pending]
    for at, each in enumerate(terms, start=first):
        _finite(each, at, config)
    values = torch.tensor([astuple(each) for each in terms], dtype=torch.float64)
    return Terms(*values.mean(0).tolist())


def _finite(terms: Terms, step: int, config: TrainConfig) -> Terms:
    # The total is the sum of the other two: name it only where both of them are finite.
    named = (terms.reconstruction, "reconstruction"), (terms.kl, "KL"), (terms.total, "total loss")
    for value, term in named:
        if not math.isfinite(value):
            raise TrainingDiverged(step, term, config.learning_rate)
    return terms
