"""The visitor's session. The only file that touches st.session_state and the address bar.

What a control shows lives in the widget itself, under its key; here lives what outlasts a
control: the data in use, the ten digits, the places chosen on maps, the training job and the
models it made. A place is one record, its code, written when the learner lets go and read by
whoever draws. The address is read once, when a page is entered, and written after.
"""

import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import streamlit as st
import torch
from jaxtyping import Int64, UInt8
from torch import Tensor

from app import cache, cards, visits
from app.cache import Passing, Shown
from app.components import latent_pad
from app.course import ADDRESSES
from app.jobs import Change, Job, Order, follow_one_another, go_in_step
from app.teaching import Answer, Verdict
from app.words import plain
from core.checkpoints import CheckpointError
from core.data import CLASSES, SETS, TEN, DataError, Digits, Name
from core.models import ModelConfig
from core.training import MAX_SEED, TrainConfig, TrainState, memory

Numbers = tuple[float, ...]  # a code, or the codes of a path's two ends, one after the other
LARGEST = 1e6  # of a number in a link, or of a pick
SEEN = "latent-walk-seen"  # the cookie of a learner's browser that lists the lessons opened
RUNS = 50  # that a visit keeps
SHELF = 8  # of them pinned
SIDES = 4  # of them compared at once
NAME, NOTE = 40, 200  # characters of what a learner calls a run, and says of it
BRANCHING = 2  # the newest runs, whose states are kept: a page says what they cost
YOURS = "yours"  # the stop of a page's selector at which its figures show a run of this visit


class Drawing(NamedTuple):
    """A digit drawn or brought by the learner."""

    image: UInt8[Tensor, "1 1 28 28"]
    label: int  # which digit it is, as the learner says
    class_names: tuple[str, ...] = TEN  # or which of these, where other data are in use

    @property
    def name(self) -> str:
        return self.class_names[self.label]


class Ten(NamedTuple):
    """The digits that pages follow, one of each class; one of them may be drawn by the learner."""

    images: UInt8[Tensor, "ten 1 28 28"]
    labels: Int64[Tensor, " ten"]
    names: list[str]


@dataclass
class Point:
    """A value of a sweep: the job that it is to be, and then the run that it has become."""

    value: Any
    job: Job | None = None  # until it is over
    run: str = ""  # its key
    why_not: str = ""  # why it has none, where it was not stopped


class Sweep(NamedTuple):
    """Runs that differ in one setting alone, one after the other."""

    setting: str  # the field of ModelConfig or of TrainConfig that differs
    points: tuple[Point, ...]

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Those that were not taken over yet."""
        return tuple(point.job for point in self.points if point.job is not None)

    @property
    def under_way(self) -> Point | None:
        """What goes on; what follows waits for its end."""
        going_on = (point for point in self.points if point.job and not point.job.over)
        return next(going_on, None)


class Label(NamedTuple):
    """What a learner calls a run, and says of it: one line of plain text each."""

    name: str
    note: str = ""


class Outcome(NamedTuple):
    """How a prediction came out when it was committed to, in words."""

    said: str
    measured: str
    verdict: Verdict
    sentence: str  # that holds both
    of: str  # the model


class Stand(NamedTuple):
    """How a control of the page stands, as a link has it."""

    texts: list[str]
    usual: bool  # whether it began there


@dataclass
class Visitor:
    """One learner's visit."""

    token: str = ""  # of the browser that it belongs to
    data: Name = "sample"
    ten: tuple[int, ...] = cache.first_ten("sample")  # indices of test images being followed
    drawn: Drawing | None = None  # followed in place of the digit of its class
    noise_seed: int = 0
    page: str | None = None  # the address of the page that is open
    seen: set[str] = field(default_factory=set)  # addresses of the pages opened
    lacking: dict[str, str] = field(default_factory=dict)  # files it does without, and why
    link: dict[str, list[str]] = field(default_factory=dict)  # it was entered with, not read yet
    unheard: dict[str, object] = field(default_factory=dict)  # in place of what could not be
    standing: dict[str, Stand] = field(default_factory=dict)  # its controls, for a link to it
    told: dict[str, str] = field(default_factory=dict)  # what its address says by now
    chosen: dict[str, Numbers] = field(default_factory=dict)  # on the map of that name
    pad_failed: bool = False  # the browser could not draw a pad: the server draws instead
    job: Job | None = None  # the last run, or the one that goes on
    partner: Job | None = None  # what was ordered together with it: see `jobs`
    selector: str = ""  # the control that its page chooses models by
    stood: dict[str, object] = field(default_factory=dict)  # where selectors stood before a run
    trained_on: str | None = None  # the page that the job was started on
    predicted: Mapping[str, float] = field(default_factory=dict)  # of its model, by their keys
    branching: list[Job] = field(default_factory=list)  # the newest of them, which can branch
    asked: tuple[ModelConfig, TrainConfig] | None = None  # by the sliders of lesson 7
    asking: bool = False  # whether a part of the page hangs on what they ask for
    sweep: Sweep | None = None  # the last one, or the one that goes on
    finished: int = 0  # runs that came to an end so far
    passing: dict[str, Passing] = field(default_factory=dict)  # of each job, last looked at
    runs: dict[str, Shown] = field(default_factory=dict)  # this visit's models, newest last
    labels: dict[str, Label] = field(default_factory=dict)  # of each of them
    entered: int = 0  # how many there were so far
    here: dict[str | None, list[str]] = field(default_factory=dict)  # a page's last two of them
    selectors: dict[str | None, str] = field(default_factory=dict)  # of pages that show a run
    beside: dict[str, str] = field(default_factory=dict)  # a run's partner, both by their keys
    shelf: list[str] = field(default_factory=list)  # the runs that are pinned, by their keys
    ticked: tuple[str, ...] = ()  # those that are compared in the table, up to SIDES
    compared: dict[str | None, tuple[str, str]] = field(default_factory=dict)  # two on a page
    showed: dict[str | None, str] = field(default_factory=dict)  # which model a page last showed
    brought: int = 0  # models brought back from their files so far
    refused: str = ""  # why the files that were brought last hold no model
    said: dict[str, Answer | None] = field(default_factory=dict)  # predictions; None: just shown
    record: dict[str, Outcome] = field(default_factory=dict)  # how predictions came out
    calibration: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)  # of a
    # run's key and a prediction's: what was said, and what came out
    hints: dict[str, int] = field(default_factory=dict)  # asked for, to each goal of lesson 7
    reached: dict[str, str] = field(default_factory=dict)  # goals, and by what, in words
    answers: dict[str, int] = field(default_factory=dict)  # to questions: the option given last
    missed: set[str] = field(default_factory=set)  # questions whose last answer was wrong
    recalled: dict[str, str] = field(default_factory=dict)  # which question a lesson opens with
    bases: dict[str, object] = field(default_factory=dict)  # what controls depend on, by their key

    def left(self) -> None:
        """The connection is lost, for a moment or for good: its page's browser may come back."""
        for job in self._every_job():
            job.leave()
        if self.token:
            visits.leave(self.token, self)

    def back(self) -> None:
        """Somebody watches."""
        for job in self._every_job():
            job.visitor_left = None
        visits.back(self)

    def _every_job(self) -> tuple[Job, ...]:
        return (*self.jobs, *(self.sweep.jobs if self.sweep else ()))

    @property
    def size(self) -> int:
        """About how many bytes its models, their films and the states that are kept take."""
        states = [state for job in self.branching for state in job.kept]
        return sum(run.size for run in self.runs.values()) + memory(states)

    @property
    def digits(self) -> Digits:
        """The data set in use."""
        return cache.digits(self.data)

    @property
    def runs_here(self) -> list[Shown]:
        """The last two runs that stood on this page, the newest last."""
        return [self.runs[key].on(self.data) for key in self.here.get(self.page, [])]

    @property
    def run(self) -> Shown | None:
        """The run of this visit that stands on this page as a stop of its selector."""
        return self.runs_here[-1] if self.runs_here else None

    @property
    def held(self) -> set[str]:
        """What does not go by itself, by its key: what is pinned, compared, or stands on a page;
        and its partner.
        """
        held = {*self.shelf, *self.ticked, *chain(*self.here.values(), *self.compared.values())}
        return held | {self.beside[key] for key in held if key in self.beside}

    @property
    def in_figures(self) -> list[Shown]:
        """The runs that pages' figures show beside their own model: those that are held, the
        newest last.
        """
        held = self.held
        return [run.on(self.data) for key, run in self.runs.items() if key in held]

    @property
    def first_to_go(self) -> str | None:
        """The run that gives way to the next: the oldest that is not held, where no more fit."""
        if len(self.runs) < RUNS:
            return None
        return next((key for key in self.runs if key not in self.held), None)

    def shown(self, name: str) -> Shown:
        """The model of that name: a run of this visit by its key, the one on this page where the
        selector stands at YOURS, else a pretrained one. Raises PretrainedError.
        """
        run = self.run if name == YOURS else self.runs.get(name)
        return run.on(self.data) if run else cache.pretrained(name, self.data)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The last run, and before it its partner, where two were ordered together.

        They are two jobs, each with its own slices, film and end, that go in step. What makes them
        one run is said here: it is under way until both are over, and whoever steers it, steers
        both (`steer`).
        """
        return tuple(job for job in (self.partner, self.job) if job is not None)

    def steer(self, verb: Callable[[Job], None]) -> None:
        """Do something with the run, such as `Job.pause`: with both jobs where it has two."""
        for job in self.jobs:
            verb(job)

    def under_way(self) -> Job | None:
        """The job that goes on; its partner where only that still does."""
        going_on = [job for job in self.jobs if not job.over]
        return going_on[-1] if going_on else None

    def training_here(self) -> Job | None:
        """The job that goes on, where it was started on this page."""
        return self.under_way() if self.trained_on == self.page else None

    def moment(self) -> Passing | None:
        """The run of this page as it is at this moment; None where none goes on, or before its
        first picture. Two looks at one moment are one and the same.
        """
        return self._moment_of(self.job) if self.job and self.training_here() else None

    def two_moments(self) -> tuple[Passing, Passing] | None:
        """The partner and the run of this page at this moment, where two train together."""
        run = self.moment()
        partner = self._moment_of(self.partner) if run and self.partner else None
        return (partner, run) if partner and run else None

    def _moment_of(self, job: Job) -> Passing | None:
        if job.frame is None:
            return None
        last = self.passing.get(job.key)
        if last is None or last.model is not job.frame.model:
            self.passing[job.key] = Passing(
                key=job.key,
                model=job.frame.model,
                card=cards.of_moment(job),
                mine=True,
                data=job.order.data,
            )
        return self.passing[job.key]

    @property
    def own(self) -> Drawing | None:
        """The learner's own digit, unless the data in use have other classes: it waits then."""
        fits = self.drawn is not None and self.drawn.class_names == self.digits.class_names
        return self.drawn if fits else None

    def followed(self) -> Ten:
        """The ten digits being followed."""
        digits, chosen = self.digits, list(self.ten)
        images, labels = digits.test_images[chosen], digits.test_labels[chosen]
        names = [digits.class_names[label] for label in labels.tolist()]
        if (own := self.own) is not None:
            images[own.label], names[own.label] = own.image[0], f"your {own.name}"
        return Ten(images, labels, names)

    def train(
        self,
        model: ModelConfig,
        training: TrainConfig,
        selector: str = "",
        predicted: Mapping[str, float] | None = None,
        partner: ModelConfig | None = None,
    ) -> None:
        """Start a run in place of the last one. Its page will show it as a stop of that selector;
        what was predicted of it is locked, and kept with it. A partner trains together with it,
        from the same seed on the same digits. Raises ValueError, DataError.
        """
        # As its card is to say how many.
        training = replace(training, images=self.images_of(training))
        order = Order(model, training, self.data, self.followed().images)
        job = Job(order, self.digits)
        other = Job(replace(order, model=partner), self.digits) if partner else None
        self._begin(job, other, selector)
        self.predicted = dict(predicted or {})
        for key, said in self.predicted.items():
            self.commit(key, said)

    def images_of(self, training: TrainConfig) -> int:
        """How many images of the data set in use a run learns from."""
        return training.images or len(self.digits.train_images)

    def extend(self, epochs: int) -> None:
        """Go on with the last run, which is over, for so many epochs more."""
        if self.job is not None:
            other = self.partner and self.partner.extended(epochs)
            self._begin(self.job.extended(epochs), other, self.selector)
            self.predicted = {}  # that was of the shorter run

    def branch(self, run: Job, at: TrainState, changed: Change, selector: str) -> None:
        """Go on from a state that a run of this visit kept. Raises ValueError."""
        self._begin(run.branched(at, changed), None, selector)
        self.predicted = {}  # nothing was asked

    def _begin(self, job: Job, partner: Job | None, selector: str) -> None:
        self._stop_all()
        self.job, self.partner, self.selector = job, partner, selector
        if partner is not None:
            go_in_step(partner, job)
        self.trained_on = self.page
        self.passing.clear()
        self.compared.pop(self.page, None)
        self.steer(Job.start)

    def sweep_over(
        self,
        setting: str,
        values: Sequence[Any],
        make: Callable[[Any], tuple[ModelConfig, TrainConfig]],
    ) -> None:
        """Start a run for each value, one after the other. What makes no run says why, and the
        others go on. Raises DataError.
        """
        digits, ten = self.digits, self.followed().images

        def point(value: Any) -> Point:
            try:
                model, training = make(value)
                training = replace(training, images=self.images_of(training))
                return Point(value, Job(Order(model, training, self.data, ten), digits))
            except ValueError as error:
                return Point(value, why_not=f"that makes no run: {error}.")

        self._stop_all()
        self.sweep = Sweep(setting, tuple(map(point, values)))
        follow_one_another(self.sweep.jobs)
        for first in self.sweep.jobs[:1]:
            first.start()

    def sweeping(self) -> Point | None:
        """What of the sweep goes on."""
        return self.sweep.under_way if self.sweep else None

    def stop_sweep(self) -> None:
        """End the sweep; the runs that it has brought to their end are kept."""
        if (point := self.sweeping()) is not None and point.job is not None:
            point.job.stop()

    def _stop_all(self) -> None:
        self.steer(Job.stop)
        self.stop_sweep()

    def sweep_has_news(self) -> bool:
        """Whether a run of the sweep is over that was not taken over yet."""
        return self.sweep is not None and any(job.over for job in self.sweep.jobs)

    def _collect_sweep(self) -> None:
        """Take over the runs of the sweep that came to their end."""
        for point in self.sweep.points if self.sweep else ():
            if point.job is None or not point.job.over:
                continue
            job, point.job = point.job, None
            point.why_not = job.error
            if job.status == "done" and (run := self._made(job)) is not None:
                point.run = run.key
                self.enter(run)

    def collect(self) -> None:
        """Take over the models of runs that are over: the page that a run was started on shows it,
        beside its partner's where it has one; a sweep's are shown by none.
        """
        self._collect_sweep()
        if not self.has_new_model():
            return
        self.finished += 1
        run, partner = self._made(self.job), self._made(self.partner)
        if partner is not None:
            self.enter(partner)
            if run is not None:
                self.beside[run.key] = partner.key
        if run is not None:
            self.take(run, self.trained_on, self.selector)
            if partner is not None:
                self.compared[self.trained_on] = partner.key, run.key
                self.showed[self.trained_on] = run.key

    def _made(self, job: Job | None) -> Shown | None:
        """The model of a job that is over; None of one that failed."""
        if job is None or job.collected:
            return None
        job.collected = True
        if job.status == "failed" or job.state.step == 0:
            return None
        self.branching = [*self.branching, job][-BRANCHING:]
        return Shown(
            key=job.key,
            model=job.state.model.eval(),
            card=cards.of_run(job),
            film=job.film,
            mine=True,
            data=job.order.data,
            predicted=self.predicted if job is self.job else {},
            parent=job.parent,
        )

    def has_new_model(self) -> bool:
        """Whether a run is over whose model was not taken over yet."""
        return all(job.over for job in self.jobs) and any(
            not job.collected and job.state.step > 0 for job in self.jobs
        )

    def bring_back(self, files: Mapping[str, bytes], selector: str) -> None:
        """Take over a model from its files, by their names, or keep why it is refused: before the
        selector is drawn.
        """
        try:
            self.take(cache.brought_back(files, self.data), self.page, selector)
        except CheckpointError as error:
            self.refused = str(error)
        else:
            self.brought += 1

    def choose_files(self) -> None:
        """Other files are chosen to bring back: nothing is known against them."""
        self.refused = ""

    def take(self, shown: Shown, page: str | None, selector: str) -> None:
        """Let a page show a model of this visit alone: before its selector is drawn."""
        self.compared.pop(page, None)
        before = [key for key in self.here.get(page, []) if key != shown.key]
        self.here[page] = [*before[-1:], shown.key]
        if selector:
            self.selectors[page] = selector
            if (stood := st.session_state.get(selector, YOURS)) != YOURS:
                self.stood[selector] = stood
            st.session_state[selector] = YOURS
        self.enter(shown)

    def enter(self, run: Shown) -> None:
        """Keep a run, under a name; the oldest that is not held gives way to it. Films are of runs
        that are held: most of what a run weighs is its film.
        """
        if run.key not in self.runs:
            if (key := self.first_to_go) is not None:
                self.remove(key)
            self.entered += 1
            self.labels[run.key] = Label(f"Run {self.entered}")
        self.runs[run.key] = run
        held = self.held | {run.key}
        self.runs = {
            key: each if key in held else replace(each, film=None)
            for key, each in self.runs.items()
        }

    def remove(self, key: str) -> None:
        """Delete a run: where it stood on a page, that shows what it showed before."""
        for kept in (self.runs, self.labels):
            kept.pop(key, None)
        self.branching = [job for job in self.branching if job.key != key]
        self.let_go(key)
        self.tick([each for each in self.ticked if each != key])
        self.beside = {run: by for run, by in self.beside.items() if key not in (run, by)}
        self.compared = {page: two for page, two in self.compared.items() if key not in two}
        for page, keys in self.here.items():
            if key in keys:
                keys.remove(key)
                if not keys and page in self.selectors:
                    self.put_back(self.selectors[page])

    def call(self, key: str, name: str, note: str) -> None:
        """Give a run a name, where it is one, and a note."""
        if key in self.runs:
            before = self.labels[key].name
            self.labels[key] = Label(plain(name, NAME) or before, plain(note, NOTE))

    def tick(self, keys: Sequence[str]) -> None:
        """Compare these runs in the table: the first few that there are."""
        self.ticked = tuple(key for key in dict.fromkeys(keys) if key in self.runs)[:SIDES]

    def keep(self, key: str) -> None:
        """Pin a run, if there is room on the shelf."""
        if key in self.runs and key not in self.shelf and len(self.shelf) < SHELF:
            self.shelf.append(key)

    def compare(self, left: str, right: str) -> None:
        """Hold two models side by side in this page's figure: runs of this visit by their keys,
        pretrained ones by their names."""
        self.compared[self.page] = left, right

    def shows(self, key: str) -> None:
        """The page shows that model: two that were compared when it showed another give way."""
        if self.showed.get(self.page) != key:
            self.showed[self.page] = key
            self.close_comparison()

    def close_comparison(self) -> None:
        """Show one model again in this page's figure."""
        self.compared.pop(self.page, None)

    def put_back(self, selector: str) -> None:
        """Let a selector stand where it stood before the run: before it is drawn."""
        if selector in self.stood:
            st.session_state[selector] = self.stood[selector]
        else:
            st.session_state.pop(selector, None)  # it begins afresh

    def let_go(self, key: str) -> None:
        """Take a run off the shelf."""
        if key in self.shelf:
            self.shelf.remove(key)

    def commit(self, key: str, said: Answer | None) -> None:
        """Lock a prediction, or ask to be just shown: the outcome may be on the page now."""
        self.said[key] = said
        self.record.pop(key, None)

    def came_out(self, key: str, outcome: Outcome) -> None:
        """Keep how a prediction came out: for the model that was shown then."""
        self.record.setdefault(key, outcome)

    def predict_again(self, key: str) -> None:
        """Hide an outcome again, for another prediction."""
        self.said.pop(key, None)

    def answer(self, key: str, chosen: int, *, right: bool) -> None:
        """Keep what was answered to a question, and whether it is to be asked again."""
        self.answers[key] = chosen
        (self.missed.discard if right else self.missed.add)(key)

    def ask_hint(self, goal: str) -> None:
        """One hint more to a goal."""
        self.hints[goal] = self.hints.get(goal, 0) + 1

    def new_noise(self) -> None:
        """Another draw of ε, for every sampler and every model."""
        self.noise_seed = secrets.randbits(32)
        _tell_followed(self)

    def choose_digits(self) -> None:
        """Ten other test images, one of each class."""
        labels = self.digits.test_labels
        rng = torch.Generator().manual_seed(secrets.randbits(32))
        order = torch.randperm(len(labels), generator=rng)
        self.ten = tuple(int(order[labels[order] == digit][0]) for digit in range(CLASSES))
        _tell_followed(self)

    def use_data(self, name: Name) -> None:
        """Change the data set in use; the digits being followed start afresh."""
        self.data = name
        self.ten = cache.first_ten(name)


def session() -> Visitor:
    """This session's visitor: one that its browser left a while ago, or a new one."""
    if "visitor" not in st.session_state:
        token = st.context.cookies.get(visits.COOKIE, "")
        visitor = visits.take_up(token)
        if isinstance(visitor, Visitor):
            visitor.page = None  # so that the page is entered, and its link is read
        else:
            before = st.context.cookies.get(SEEN, "").split(".")
            visitor = Visitor(token, seen=set(before) & ADDRESSES)
        st.session_state["visitor"] = visitor
    return st.session_state["visitor"]


def seen_cookie(visitor: Visitor) -> str:
    """The lessons opened so far, as a browser is to keep them for half a year."""
    seen = ".".join(sorted(visitor.seen & ADDRESSES))
    return f"{SEEN}={seen}; max-age={180 * 24 * 3600}; samesite=lax"


def arrive(address: str) -> Visitor:
    """This session's visitor, on the page of that address: called once in every full run.

    A page that is entered has its link read; a run that is over has its model taken over; and a
    data set that cannot be read any more gives way to the sample, with a sentence why.
    """
    visitor = session()
    visitor.lacking.clear()
    visitor.back()
    cache.watch_connection(visitor)
    if visitor.page != address:
        visitor.page, visitor.told = address, st.query_params.to_dict()
        visitor.link = {name: st.query_params.get_all(name) for name in visitor.told}
        visitor.unheard, visitor.standing = {}, {}
        _hear(visitor)
        visitor.seen.add(address)
    try:
        _ = visitor.digits
    except DataError as error:
        st.warning(f"{error} The sample is in use instead.", icon=":material/folder_off:")
        visitor.use_data("sample")
    _tell_followed(visitor)
    visitor.collect()
    return visitor


def link(visitor: Visitor) -> str:
    """The address that opens this page as it stands, in any browser.

    Where the page shows a run of this visit, controls may have begun where that has them: then
    the address says how each of them stands.
    """
    everything = visitor.run is not None
    query = {
        name: stand.texts
        for name, stand in visitor.standing.items()
        if everything or not stand.usual
    } | {name: [text] for name, text in _followed(visitor).items()}
    return address(visitor.page or "", query)


def address(page: str, query: Mapping[str, Sequence[str]]) -> str:
    """The whole address of a page of the course, with parameters."""
    here = st.context.url or ""  # it ends with the page's own part, which the welcome page lacks
    told = urlencode(query, doseq=True, quote_via=quote, safe=",")
    return f"{here[: here.rfind('/') + 1]}{page}{'?' if told else ''}{told}"


def stands(key: str, texts: list[str] | None, *, usual: bool = False) -> None:
    """Note how a control of the page stands, for links to it; None for what is in no link."""
    standing = session().standing
    if texts is None:
        standing.pop(key, None)
    else:
        standing[key] = Stand(texts, usual)


def unheard_of_followed(visitor: Visitor) -> list[str]:
    """What the link asked of the data, the ten digits and ε that there is not: sentences."""
    notes = []
    if unheard("data", visitor.data, lambda texts: texts[-1]):
        notes.append("The link asks for data that are not on this server.")
    if unheard("ten", visitor.ten, lambda texts: tuple(map(int, texts[-1].split(",")))):
        notes.append("The link asks for ten digits that are not one of each class here.")
    if unheard("noise", visitor.noise_seed, lambda texts: int(texts[-1])):
        notes.append("The link asks for a draw of ε that there is not.")
    return notes


def _followed(visitor: Visitor) -> dict[str, str]:
    """What pages follow, as links have it: only what is not as it was at first."""
    told = {}
    if visitor.data != "sample":
        told["data"] = str(visitor.data)
    if visitor.ten != cache.first_ten(visitor.data):
        told["ten"] = ",".join(map(str, visitor.ten))
    if visitor.noise_seed != 0:
        told["noise"] = str(visitor.noise_seed)
    return told


def _hear(visitor: Visitor) -> None:
    """Follow what the link that a page is entered with asks for, where there is such."""
    asked = {name: texts[-1] for name, texts in visitor.link.items()}
    name = asked.get("data")
    if name in SETS and name != visitor.data and cache.has_data(name):
        visitor.use_data(name)
    with suppress(ValueError, DataError):
        ten = tuple(map(int, asked["ten"].split(","))) if "ten" in asked else visitor.ten
        labels = visitor.digits.test_labels
        there = all(0 <= index < len(labels) for index in ten)
        if there and labels[list(ten)].tolist() == list(range(CLASSES)):
            visitor.ten = ten
    with suppress(ValueError):
        seed = int(asked.get("noise", visitor.noise_seed))
        if 0 <= seed <= MAX_SEED:
            visitor.noise_seed = seed


def _tell_followed(visitor: Visitor) -> None:
    """Write what pages follow into a lesson's address."""
    if visitor.page in ADDRESSES:
        told = _followed(visitor)
        for name in ("data", "ten", "noise"):
            _tell(visitor, name, told.get(name, ""))


def chosen_on(visitor: Visitor, name: str, count: int, parameter: str) -> Numbers | None:
    """The code, or path, of so many numbers chosen on the map of that name, by hand or by the link
    that the page was entered with. The address tells it under that parameter.
    """
    linked = _numbers(visitor.link.pop(parameter, [""])[-1])
    if linked is not None and len(linked) == count:
        visitor.chosen[name] = linked
    chosen = visitor.chosen.get(name)
    _tell_numbers(visitor, parameter, chosen)
    return chosen


def keep_release(
    visitor: Visitor, name: str, pad: str, part: str, latent_dim: int, parameter: str
) -> None:
    """Keep what was just let go on a pad, its code "z" or its "path", as what is chosen there."""
    released = st.session_state[pad].get(part)
    chosen = latent_pad.answer(released, latent_dim, count=2 if part == "path" else 1)
    if chosen is not None:
        visitor.chosen[name] = chosen
        _tell_numbers(visitor, parameter, chosen)


def picked(chart: str) -> dict[str, float]:
    """The numbers of what was just picked on a chart, by their fields; what a browser sent that
    is no finite number is left out.
    """
    selection = st.session_state[chart].get("selection")
    points = selection.get("pick") if isinstance(selection, Mapping) else None
    if not isinstance(points, list) or not points or not isinstance(points[-1], Mapping):
        return {}
    numbers = {name: at for name, at in points[-1].items() if isinstance(at, int | float)}
    return {name: float(at) for name, at in numbers.items() if abs(at) < LARGEST}


def move(controls: Mapping[str, int]) -> None:
    """Move whole-number controls, by their keys, before they are drawn."""
    for key, value in controls.items():
        st.session_state[key] = value


def afresh(key: str, value: object, on: object) -> str:
    """The key of a control that starts again, at that value, whenever what it depends on changes.

    When the page is entered it shows what a link says, or what it showed before.
    """
    visitor = session()
    if visitor.bases.setdefault(key, on) != on:
        visitor.bases[key] = on
        st.session_state[key] = value
    return key


def mend(key: str, fine: Callable[[object], bool], default: object) -> None:
    """Put a control back to its default, before it is drawn, where a browser made it say what it
    cannot: bounds that only the browser knows hold nobody back.
    """
    try:
        if key not in st.session_state or fine(st.session_state[key]):
            return
    except (TypeError, ValueError, OverflowError):  # not even of the control's type
        pass
    st.session_state[key] = default
    session().unheard[key] = default


def unheard(key: str, value: object, read: Callable[[list[str]], object]) -> bool:
    """Whether a control stands at this value because what was asked of it could not be.

    `read` says what a link's texts stand for; the link that the page was entered with is asked.
    """
    visitor = session()
    if linked := visitor.link.pop(key, None):
        try:
            heard = read(linked) == value
        except ValueError:
            heard = False
        if not heard:
            visitor.unheard[key] = value
    return key in visitor.unheard and visitor.unheard[key] == value


def _numbers(linked: str) -> Numbers | None:
    """The numbers that a link brought, "1.5,-2"; None where it brought none."""
    try:
        numbers = tuple(float(number) for number in linked.split(","))
    except ValueError:
        return None
    fine = all(math.isfinite(number) and abs(number) < LARGEST for number in numbers)
    return numbers if fine else None


def _tell_numbers(visitor: Visitor, parameter: str, numbers: Numbers | None) -> None:
    """Write numbers into the address, or take them out of it."""
    told = ",".join(f"{number:.6g}" for number in numbers or ())
    stands(parameter, [told] if told else None)
    _tell(visitor, parameter, told)


def _tell(visitor: Visitor, parameter: str, told: str) -> None:
    """Write a parameter into the address, or take it out of it, where that is not told yet.

    What it says is remembered, not read again: the browser's address may be some tells behind.
    """
    if told == visitor.told.get(parameter, ""):
        return
    visitor.told[parameter] = told
    if told:
        st.query_params[parameter] = told
    else:
        st.query_params.pop(parameter, None)
