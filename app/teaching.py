"""What a lesson asks: predictions before something is shown, questions after it. Data, no pages.

A lesson's are in its folder, `asked.py`, as one `Asked`; whoever wants them, the lesson, a later
lesson that recalls one, the record, finds them there by the lesson's folder. So with the symbols of
its formulas, in `symbols.py`.
"""

import importlib.util
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

from app.course import LESSONS
from app.words import listed, number

Found = TypeVar("Found")
Verdict = Literal["right", "near", "wrong"]


@dataclass(frozen=True)
class Point:
    """A place on a map of two latents."""

    x: float
    y: float

    def distance(self, other: "Point") -> float:
        return math.hypot(self.x - other.x, self.y - other.y)


# Chosen; estimated; marked, or put in order; a place.
Answer = str | float | tuple[str, ...] | Point


class Choose(NamedTuple):
    """One of a few."""

    options: tuple[str, ...]


class Estimate(NamedTuple):
    """A number on a range. What is known of it stands below the range, as marks."""

    low: float
    high: float
    step: float
    unit: str
    close: float  # right where it is no farther off than this, near up to three times as far
    form: str = "g"


class Mark(NamedTuple):
    """Some of a few, or exactly so many of them; none is an answer too where the count is open."""

    options: tuple[str, ...] = ()  # none: those that the page gives
    exactly: int | None = None


class Order(NamedTuple):
    """A few, put in order."""

    options: tuple[str, ...]
    first: str  # what stands first: "the fewest"
    last: str


class Place(NamedTuple):
    """Where something lies on the page's map: its mark is moved there."""

    close: float  # in spreads of the codes; right and near as of an estimate


Way = Choose | Estimate | Mark | Order | Place


class Sentences(NamedTuple):
    """What is said of an outcome. Every sentence holds what was said and what was measured:
    `{said}` and `{measured}`."""

    right: str
    near: str
    wrong: str
    unusual: str  # of a model whose outcome is not the usual one, whatever was said


class Prediction(NamedTuple):
    """What the learner commits to before it is shown."""

    key: str
    prompt: str
    way: Way
    measured_by: str  # what measures the outcome, and on what
    sentences: Sentences


class Measured(NamedTuple):
    """An outcome, of the model in use."""

    value: Answer
    unusual: bool = False
    words: str = ""  # how it is told, where not as the learner's own answer is
    spread: float = 1.0  # of the codes on the map, where it is a place

    def told(self, way: Way) -> str:
        return self.words or in_words(way, self.value)


class Option(NamedTuple):
    """An answer to a question, and what there is to say to who gives it."""

    words: str
    why: str
    misconception: str = ""  # behind a wrong one


class Question(NamedTuple):
    """A question with one right answer. `numbers` fill its texts' braces, from models or formulas;
    it raises PretrainedError where a model lacks, and then the question is not asked.
    """

    key: str
    prompt: str
    options: tuple[Option, ...]
    right: int  # which option
    numbers: Callable[[], Mapping[str, str]] | None = None

    def filled(self) -> "Question":
        """The same with its numbers in place. Raises PretrainedError."""
        if self.numbers is None:
            return self
        numbers = self.numbers()
        options = tuple(
            Option(*(text.format_map(numbers) for text in option)) for option in self.options
        )
        prompt = self.prompt.format_map(numbers)
        return self._replace(prompt=prompt, options=options, numbers=None)


class Asked(NamedTuple):
    """All that a lesson asks, in the order of its page."""

    predictions: tuple[Prediction, ...]
    questions: tuple[Question, ...]


def asked(folder: str) -> Asked:
    """What the lesson in that folder asks: nothing where it has no such file."""
    return _of_lesson(folder, "asked", "ASKED", Asked((), ()))


def symbols(folder: str) -> Sequence[tuple[str, str]]:
    """The symbols of that lesson, in LaTeX as `theme.formula` takes it, with their meanings."""
    return _of_lesson(folder, "symbols", "SYMBOLS", ())


def _of_lesson(folder: str, file: str, name: str, default: Found) -> Found:
    """What a lesson's folder has by that name in that file."""
    module = f"app.lessons.{folder}.{file}"
    if importlib.util.find_spec(module) is None:
        return default
    return getattr(importlib.import_module(module), name)


def every_prediction() -> dict[str, tuple[str, Prediction]]:
    """All predictions of the course by their keys, each after its lesson's folder."""
    return {
        prediction.key: (lesson.folder, prediction)
        for lesson in LESSONS
        for prediction in asked(lesson.folder).predictions
    }


def every_question() -> dict[str, tuple[str, Question]]:
    """All questions of the course by their keys, each after its lesson's folder."""
    return {
        question.key: (lesson.folder, question)
        for lesson in LESSONS
        for question in asked(lesson.folder).questions
    }


def to_recall(folder: str, missed: set[str], answered: set[str]) -> str | None:
    """Which question a lesson opens with: one of an earlier lesson, missed ones first, then those
    not asked yet; the latest lesson's first. None in the first lesson.
    """
    folders = [lesson.folder for lesson in LESSONS]
    earlier = folders[: folders.index(folder)][::-1]
    keys = [question.key for name in earlier for question in asked(name).questions]
    for among in ([key for key in keys if key in missed], [k for k in keys if k not in answered]):
        if among:
            return among[0]
    return keys[0] if keys else None


def in_words(way: Way, answer: Answer) -> str:
    """An answer as it is quoted."""
    if isinstance(answer, str):
        return answer
    if isinstance(answer, Point):
        return f"({number(answer.x, '.3g')}, {number(answer.y, '.3g')})"
    if isinstance(answer, tuple):
        between = " < " if isinstance(way, Order) else None
        return between.join(answer) if between else listed(answer) if answer else "none"
    form, unit = (way.form, way.unit) if isinstance(way, Estimate) else ("g", "")
    return f"{number(answer, form)}{unit}"


def verdict(way: Way, said: Answer, measured: Answer, spread: float = 1.0) -> Verdict:
    """How a prediction came out; a place by how many spreads it is off."""
    if isinstance(way, Estimate) and isinstance(said, float | int):
        off = abs(said - float(measured)) if isinstance(measured, float | int) else float("inf")
        return _of_distance(off, way.close)
    if isinstance(way, Place) and isinstance(said, Point) and isinstance(measured, Point):
        return _of_distance(said.distance(measured), way.close * spread)
    if isinstance(said, tuple) and isinstance(measured, tuple):
        if isinstance(way, Order):
            return _of_order(said, measured)
        return _of_marks(set(said), set(measured))
    return "right" if said == measured else "wrong"


def _of_distance(off: float, close: float) -> Verdict:
    return "right" if off <= close else "near" if off <= 3 * close else "wrong"


def _of_order(said: Sequence[str], measured: Sequence[str]) -> Verdict:
    """Near is an order in which two neighbours changed places."""
    if said == measured:
        return "right"
    differ = [i for i, (ours, theirs) in enumerate(zip(said, measured)) if ours != theirs]
    swapped = len(differ) == 2 and differ[1] - differ[0] == 1
    return "near" if swapped else "wrong"


def _of_marks(said: set[str], measured: set[str]) -> Verdict:
    """Near is at least half of all that either has."""
    if said == measured:
        return "right"
    return "near" if 2 * len(said & measured) >= len(said | measured) else "wrong"
