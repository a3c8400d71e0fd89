"""Training runs of all visitors on one machine: chains of slices on one executor.

A job hands its next slice to the executor when the last one has come back. So pausing is not
handing it in, stopping is forgetting it, and many learners share the cores fairly, because
every job's next slice joins the same queue. What a page sees is a `Frame`: made with the slice,
never changed, swapped by reference. This is the only file with threads in it.
"""

import atexit
import functools
import math
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, NamedTuple, ParamSpec, TypeVar

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from core import data, evaluation, film, latent, training
from core.checkpoints import Card
from core.data import Digits
from core.film import Film
from core.models import Model, ModelConfig
from core.training import Record, TrainConfig, TrainState

SLOTS = os.cpu_count() or 1
FIRST_SLICE = 0.05  # s: a first picture at once
SLICE = 0.25  # s, shared out when more jobs run than there are slots
SHORTEST_SLICE = 0.05  # s
PROBE = film.PROBE  # test images whose codes are followed
CARD_IMAGES = 1000  # test images that a card's figures are measured on
_TERMS = ("total", "reconstruction", "kl")
GRACE = 60.0  # s that a job goes on without its visitor
LONGEST = 1800.0  # s of computing that one job may use

P = ParamSpec("P")
T = TypeVar("T")
Status = Literal["waiting", "running", "paused", "stopped", "done", "failed"]

torch.set_num_threads(1)  # two threads on shared cores were 5 to 15 times slower
_executor = ThreadPoolExecutor(SLOTS, thread_name_prefix="training")
_running: set["Job"] = set()
_lock = threading.RLock()  # a slice may be back before it is watched, in the same thread


@dataclass(frozen=True)
class Frame:
    """What a page shows of a run at one moment."""

    step: int
    history: tuple[Record, ...]
    model: Model
    codes: Float[Tensor, "probe latent"]  # a VAE's means
    reconstructions: Float[Tensor, "ten 1 28 28"]
    seconds: float  # of computing so far


class Slice(NamedTuple):
    """What a slice brings back."""

    state: TrainState
    frame: Frame
    film: Film


@dataclass(frozen=True)
class Order:
    """What a visitor asks for: which model, trained how, on which digits."""

    model: ModelConfig
    training: TrainConfig
    data: data.Name
    ten: UInt8[Tensor, "ten 1 28 28"]  # whose reconstructions are shown


class Job:
    """One run. `start` it; then only `status`, `frame` and `film` change, until it is over."""

    def __init__(self, order: Order, root: Path | None) -> None:
        """Raises ValueError where the data cannot serve the order, DataError where not read."""
        self.order = order
        self._digits = digits(order.data, root)
        self.total = training.total_steps(order.training, self._digits)
        self.state: TrainState = training.start(order.model, order.training)
        self.frame: Frame | None = None
        self.film = film.begin(self.total, self._digits, order.ten)  # of what was trained so far
        self.status: Status = "waiting"
        self.error = ""
        self.visitor_left: float | None = None  # time.monotonic() of the lost connection
        self.pictures = data.to_float(order.ten)
        self.probe_labels = self._digits.test_labels[:PROBE]
        self.class_names = self._digits.class_names
        self.collected = False  # whether its model has been taken over by the visitor's pages

    @property
    def over(self) -> bool:
        return self.status in ("stopped", "done", "failed")

    def start(self) -> None:
        """Queue the first slice, or the next one of a paused run."""
        with _lock:
            if self.over:
                return
            self.status = "running" if self.frame else "waiting"
            if self not in _running:  # else its slice under way hands in the next one
                _running.add(self)
                self._hand_in()

    def pause(self) -> None:
        """Go no further than the slice under way."""
        with _lock:
            if not self.over:
                self.status = "paused"

    def stop(self) -> None:
        """End the run here; what it has learned so far stays in `state`."""
        with _lock:
            if not self.over:
                self.status = "stopped"

    def card(self) -> Card:
        """What is known of the model so far, its test figures measured now."""
        return {
            "data": self._digits.source,
            "training": asdict(self.order.training),
            "steps": self.state.step,
            "planned_steps": self.total,
            "seconds": round(self.state.seconds, 2),
            "made_with": f"torch {torch.__version__}",
            **measured(self.state.model, self._digits),
            "history": [asdict(record) for record in self.state.history],
        }

    def leave(self) -> None:
        """The visitor's connection is lost; after a time of grace the run ends."""
        self.visitor_left = time.monotonic()

    def _hand_in(self) -> None:
        share = SLICE / max(1.0, len(_running) / SLOTS)
        seconds = FIRST_SLICE if self.frame is None else max(SHORTEST_SLICE, share)
        try:
            future = _executor.submit(_slice, self.state, self.film, self._digits, seconds)
        except RuntimeError:  # the server is shutting down
            _running.discard(self)
            self.status = "stopped"
            return
        future.add_done_callback(self._came_back)

    def _came_back(self, future: Future[Slice]) -> None:
        try:
            done = future.result()
        except CancelledError:
            done = None
        except Exception as error:  # whatever went wrong belongs to this job alone, and is told
            with _lock:
                self.status, self.error = "failed", str(error) or type(error).__name__
                _running.discard(self)
            return
        with _lock:
            if done is not None and not self.over:  # what comes after a stop is let go
                self.state, self.frame, self.film = done
            if self.status == "waiting":
                self.status = "running"
            if self.status == "running" and self.state.step >= self.total:
                self.status = "done"
            if self.status == "running" and (self._abandoned() or done is None):
                self.status = "stopped"
            if self.status == "running" and self.state.seconds > LONGEST:
                self.status = "stopped"
                self.error = (
                    f"A run may use {LONGEST / 60:.0f} minutes of computing; it ended here."
                )
            if self.status == "running":
                self._hand_in()
            else:
                _running.discard(self)

    def _abandoned(self) -> bool:
        return self.visitor_left is not None and time.monotonic() - self.visitor_left > GRACE


def once(work: Callable[P, T]) -> Callable[P, T]:
    """Do this work once for each question, however many visitors ask at the same moment."""
    remembered, turn = functools.lru_cache(maxsize=64)(work), threading.Lock()

    @functools.wraps(work)
    def asked(*question: P.args, **more: P.kwargs) -> T:
        with turn:
            return remembered(*question, **more)

    return asked


@once
def digits(name: data.Name, root: Path | None) -> Digits:
    """The digits of that name, read once for all visitors."""
    return data.load(name, root)


def measured(model: Model, digits: Digits) -> Card:
    """The test figures of a card, and how they are measured."""
    images = digits.test_images[:CARD_IMAGES]
    rng = torch.Generator().manual_seed(0)
    return {
        "protocol": f"the first {len(images)} test images, x/255; sums over pixels and latents, "
        "means over images, nats; z sampled once for a VAE; total = reconstruction + KL",
        "test": asdict(evaluation.mean_terms(model, images, rng, samples=1)),
    }


def history_of(card: Card) -> list[Card]:
    """The history on a card that came from outside; none where it is not one of numbers."""
    try:
        records = [
            {
                "step": int(record["step"]),
                **{
                    images: record[images]
                    and {term: float(record[images][term]) for term in _TERMS}
                    for images in ("train", "test")
                },
            }
            for record in card["history"][:1000]
        ]
        numbers = [n for r in records for im in ("train", "test") for n in (r[im] or {}).values()]
    except (KeyError, TypeError, ValueError, OverflowError):
        return []
    whole = all(r["test"] for r in records) and all(r["train"] for r in records[1:])
    return records if whole and all(map(math.isfinite, numbers)) else []


def running() -> int:
    """How many jobs run or wait on this server."""
    return len(_running)


def _slice(state: TrainState, taken: Film, digits: Digits, seconds: float) -> Slice:
    """Go on for so many seconds, moments of the film included, and never past one that is due."""
    deadline = time.perf_counter() + seconds
    taken = taken.after(state, digits)
    while (due := taken.next_step()) is not None:
        left = deadline - time.perf_counter()
        state = training.advance(state, digits, seconds=max(0.0, left), steps=due - state.step)
        taken = taken.after(state, digits)
        if time.perf_counter() >= deadline:
            break
    frame = Frame(
        step=state.step,
        history=state.history,
        model=state.model,
        codes=latent.encode(state.model, digits.test_images[:PROBE]).mean,
        reconstructions=evaluation.reconstruct(state.model, data.to_float(taken.originals)),
        seconds=state.seconds,
    )
    return Slice(state, frame, taken)


@once
def images_per_second(model: ModelConfig, batch_size: int) -> float:
    """Training speed of one run alone on this machine, measured for a moment."""
    sample = digits("sample", None)
    config = TrainConfig(epochs=1000, batch_size=batch_size, precision=training.fast_precision())
    state = training.advance(training.start(model, config), sample, steps=2)
    fastest = 0.0
    for _ in range(3):  # the machine may be busy: the best of three short runs
        later = training.advance(state, sample, seconds=0.1)
        steps, seconds = later.step - state.step, later.seconds - state.seconds
        fastest = max(fastest, steps * batch_size / seconds)
    return fastest


def _shut_down() -> None:
    for job in list(_running):
        job.stop()
    _executor.shutdown(wait=True, cancel_futures=True)


atexit.register(_shut_down)
