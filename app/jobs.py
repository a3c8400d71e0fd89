"""Training runs of all visitors on one machine: chains of slices on one executor.

A job hands its next slice to the executor when the last one has come back. So pausing is not
handing it in, stopping is forgetting it, and many learners share the cores fairly, because
every job's next slice joins the same queue. What a page sees is a `Frame`: made with the slice,
never changed, swapped by reference. This is the only file with threads in it. Left out: what is
told of a finished run (`cards`), and how long one takes (`speed`).
"""

import atexit
import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, NamedTuple

import joblib
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from core import data, evaluation, film, latent, training
from core.data import Digits
from core.film import Film
from core.models import Model, ModelConfig
from core.training import Record, TrainConfig, TrainingDiverged, TrainState

SLOTS = joblib.cpu_count()  # what a container may use of the machine, not what the machine has
FIRST_SLICE = 0.05  # s: a first picture at once
SLICE = 0.25  # s, shared out when more jobs run than there are slots
SHORTEST_SLICE = 0.05  # s
GRACE = 60.0  # s that a job goes on without its visitor
LONGEST = 1800.0  # s of computing that one job may use

LATELY = 10.0  # s: how far back `load` looks

# Why a run ended before its last step, where nothing went wrong with the run itself.
BY_VISITOR = "You stopped this run; what it has learned so far is kept."
CONNECTION_LOST = f"This run ended: your connection was lost for more than {GRACE:.0f} s."
TIME_USED_UP = (
    f"This run ended: a run may use {LONGEST / 60:.0f} minutes of computing, and it has used them."
)
SHUTTING_DOWN = "This run ended: the server is being shut down."
# Why it failed, where the error has no sentence for a visitor.
NO_MEMORY = (
    "This run ended: the server has too little memory left for it. Choose a smaller model or "
    "fewer images, or try again when fewer others are training."
)
OUR_ERROR = (
    "This run ended because of an error in the course itself, not in what you chose. It is written "
    "in the server's log: tell whoever runs this server. You can train again; if that ends the "
    "same way, choose other settings."
)

Status = Literal["waiting", "running", "paused", "stopped", "done", "failed"]

torch.set_num_threads(1)  # two threads on shared cores were 5 to 15 times slower
_executor = ThreadPoolExecutor(SLOTS, thread_name_prefix="training")
_running: set["Job"] = set()
_timed: deque["Timed"] = deque(maxlen=100)  # the last slices of all jobs
_log = logging.getLogger(__name__)
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
    kept: tuple[TrainState, ...]  # at the moments from which the run can go on again
    seconds: float  # from its beginning to its end
    core_seconds: float  # of these, what it computed


class Timed(NamedTuple):
    """How long a slice took."""

    ended: float  # time.monotonic()
    seconds: float
    core_seconds: float


class Change(NamedTuple):
    """What is otherwise in a branch of a run."""

    learning_rate: float
    beta: float
    epochs: int = 0  # more than the run had


class Load(NamedTuple):
    """How busy this server is."""

    jobs: int  # that run or wait for their turn
    stretch: float  # how much longer a slice takes than it would with a core of its own: 1 or more


@dataclass(frozen=True)
class Order:
    """What a visitor asks for: which model, trained how, on which digits."""

    model: ModelConfig
    training: TrainConfig
    data: data.Name
    ten: UInt8[Tensor, "ten 1 28 28"]  # whose reconstructions are shown


class Job:
    """One run. `start` it; then only `status`, `frame` and `film` change, until it is over."""

    def __init__(self, order: Order, digits: Digits) -> None:
        """Raises ValueError where the digits cannot serve the order."""
        self.key = f"run-{secrets.token_hex(8)}"  # of the model that it makes: no other run's
        self.order = order
        self.digits = digits
        self.total = training.total_steps(order.training, digits)
        self.state: TrainState = training.start(order.model, order.training)
        self.frame: Frame | None = None
        self.film = film.begin(self.total, digits, order.ten)  # of what was trained so far
        self.kept: tuple[TrainState, ...] = ()  # the newest, from which it can go on again
        self.parent = ""  # the key of the run that it branched from
        self.status: Status = "waiting"
        self.reason = ""  # why it ended before its last step; "" while it goes on, and when done
        self.visitor_left: float | None = None  # time.monotonic() of the lost connection
        self.pictures = data.to_float(order.ten)
        self.probe_labels = digits.test_labels[training.probe(digits)]
        self.class_names = digits.class_names
        self.collected = False  # whether its model has been taken over by the visitor's pages
        self.in_step_with: Job | None = None  # which it may not leave behind: see `go_in_step`
        self.next_one: Job | None = None  # which begins at its end: see `follow_one_another`
        self._stride = 0  # steps of its last slice
        self._held = False  # back from a slice, and waiting for the other one

    @property
    def over(self) -> bool:
        return self.status in ("stopped", "done", "failed")

    @property
    def busy(self) -> bool:
        """Whether a slice is under way, or queued: also after a pause, or for one step."""
        return self in _running

    @property
    def error(self) -> str:
        """What went wrong, where it failed."""
        return self.reason if self.status == "failed" else ""

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
                self._release()

    def one_step(self) -> None:
        """One step more of a paused run, which stays paused."""
        with _lock:
            if self.status == "paused" and self not in _running:
                _running.add(self)
                self._hand_in(seconds=0.0)

    def extended(self, epochs: int) -> "Job":
        """Another job, which goes on from where this one is for so many epochs more. Start it."""
        order = replace(
            self.order,
            training=replace(self.order.training, epochs=self.order.training.epochs + epochs),
        )
        job = Job(order, self.digits)
        job.state, job.frame = training.extended(self.state, epochs), self.frame
        job.film, job.kept = replace(self.film, total=job.total), self.kept
        job.parent = self.parent
        return job

    def branched(self, at: TrainState, change: "Change") -> "Job":
        """Another job, which goes on from a state that this one kept, otherwise. Start it.
        Raises ValueError.
        """
        longer = training.extended(at, change.epochs) if change.epochs else at
        state = training.branched(longer, learning_rate=change.learning_rate, beta=change.beta)
        order = replace(self.order, model=state.model.config, training=state.config)
        job = Job(order, self.digits)
        moments = tuple(moment for moment in self.film.moments if moment.step <= at.step)
        job.state, job.film = state, replace(self.film, total=job.total, moments=moments)
        job.kept = tuple(kept for kept in self.kept if kept.step <= at.step)
        job.parent = self.key
        return job

    def stop(self, reason: str = BY_VISITOR) -> None:
        """End the run here; what it has learned so far stays in `state`."""
        self._end("stopped", reason)

    def leave(self) -> None:
        """The visitor's connection is lost; after a time of grace the run ends."""
        self.visitor_left = time.monotonic()

    def _hand_in(self, seconds: float | None = None) -> None:
        """Queue a slice of so many seconds; of a fair share unless said otherwise."""
        if seconds is None:
            seconds = FIRST_SLICE if self.frame is None else slice_seconds(len(_running))
        try:
            future = _executor.submit(go_on, self.state, self.film, self.digits, seconds)
        except Exception as error:
            if "shutdown" in str(error):  # the executor takes nothing more
                self._end("stopped", SHUTTING_DOWN)
            else:  # for instance, no thread could be started
                self._fail(error)
            self._leave_the_queue()
            return
        future.add_done_callback(self._came_back)

    def _came_back(self, future: Future[Slice]) -> None:
        with _lock:
            try:
                self._take(future.result())
            except CancelledError:
                self._end("stopped", SHUTTING_DOWN)
            except BaseException as error:  # even a SystemExit belongs to this job alone
                self._fail(error)
            if self.status != "running":
                self._leave_the_queue()
            elif self._too_far_ahead():
                self._held = True
            else:
                self._hand_in()
            if self.in_step_with is not None:
                self.in_step_with._follow()

    def _leave_the_queue(self) -> None:
        """Hand in no more slices; what comes after this one begins, where this is its end."""
        _running.discard(self)
        if self.over and self.next_one is not None:
            self.next_one.start()  # none that was stopped with this one

    def _too_far_ahead(self) -> bool:
        """Of the job that it goes in step with: by more than a slice."""
        other = self.in_step_with
        if other is None or other.status not in ("waiting", "running"):
            return False
        return self.state.step - other.state.step > self._stride

    def _follow(self) -> None:
        """Go on, if the other one has come near enough, or goes no further."""
        if self._held and not self._too_far_ahead():
            self._held = False
            self._hand_in()

    def _release(self) -> None:
        """Wait no longer for the other one: this one goes no further itself."""
        if self._held:
            self._held = False
            _running.discard(self)

    def _take(self, done: Slice) -> None:
        """Take over what a slice has brought, and see whether the run is to go on."""
        _timed.append(Timed(time.monotonic(), done.seconds, done.core_seconds))
        if self.over:  # what comes after a stop is let go
            return
        self._stride = done.state.step - self.state.step
        self.state, self.frame, self.film = done.state, done.frame, done.film
        self.kept = (*self.kept, *done.kept)[-film.KEPT :]
        if self.status == "waiting":
            self.status = "running"
        if self.state.step >= self.total:
            self.status = "done"
        elif self._abandoned():
            self._end("stopped", CONNECTION_LOST)
        elif self.state.seconds > LONGEST:
            self._end("stopped", TIME_USED_UP)

    def _fail(self, error: BaseException) -> None:
        """End the run with a sentence of ours; what nobody foresaw goes into the server's log."""
        if isinstance(error, TrainingDiverged):
            self._end("failed", str(error))
            return
        _log.error(
            "a run of %s ended at step %d", self.order.model, self.state.step, exc_info=error
        )
        # torch tells of memory that it does not get in a RuntimeError
        no_memory = isinstance(error, MemoryError) or "DefaultCPUAllocator" in str(error)
        self._end("failed", NO_MEMORY if no_memory else OUR_ERROR)

    def _end(self, status: Status, reason: str) -> None:
        with _lock:
            if not self.over:
                self.reason, self.status = reason, status  # a page reads the reason second
                self._release()
                if status == "stopped" and self.next_one is not None:
                    self.next_one.stop(reason)

    def _abandoned(self) -> bool:
        return self.visitor_left is not None and time.monotonic() - self.visitor_left > GRACE


def go_in_step(one: Job, other: Job) -> None:
    """Let neither of two jobs leave the other behind by more than about a slice."""
    one.in_step_with, other.in_step_with = other, one


def follow_one_another(jobs: Sequence[Job]) -> None:
    """Let each of these jobs begin at the end of the one before it, also where that one failed.

    Whatever stops one of them stops those after it. Start the first.
    """
    for before, after in pairwise(jobs):
        before.next_one = after


def load() -> Load:
    """How busy this server is now, by the slices of the last seconds."""
    since = time.monotonic() - LATELY
    with _lock:
        jobs, recent = len(_running), [timed for timed in _timed if timed.ended > since]
    seconds = sum(timed.seconds for timed in recent)
    core_seconds = sum(timed.core_seconds for timed in recent)
    return Load(jobs, max(1.0, seconds / core_seconds) if core_seconds else 1.0)


def slice_seconds(jobs: int) -> float:
    """How long a slice lasts where so many jobs share the slots."""
    return max(SHORTEST_SLICE, SLICE / max(1.0, jobs / SLOTS))


def go_on(state: TrainState, taken: Film, digits: Digits, seconds: float) -> Slice:
    """A slice of so many seconds: moments of the film included, never past one that is due.

    It has one step at least. The frame comes after it, and takes its own time.
    """
    started, core_started = time.perf_counter(), time.thread_time()
    deadline = started + seconds
    taken, kept = taken.after(state, digits), []
    while (due := taken.next_step()) is not None:
        left = deadline - time.perf_counter()
        state = training.advance(state, digits, seconds=max(0.0, left), steps=due - state.step)
        taken = taken.after(state, digits)
        if state.step in film.kept_steps(taken.total):
            kept.append(state)
        if time.perf_counter() >= deadline:
            break
    frame = Frame(
        step=state.step,
        history=state.history,
        model=state.model,
        codes=latent.encode(state.model, digits.test_images[training.probe(digits)]).mean,
        reconstructions=evaluation.judging.reconstruct(state.model, data.to_float(taken.originals)),
        seconds=state.seconds,
    )
    return Slice(
        state,
        frame,
        taken,
        tuple(kept),
        seconds=time.perf_counter() - started,
        core_seconds=time.thread_time() - core_started,
    )


def _shut_down() -> None:
    for job in list(_running):
        job.stop(SHUTTING_DOWN)
    _executor.shutdown(wait=True, cancel_futures=True)


atexit.register(_shut_down)
