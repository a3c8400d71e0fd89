"""The record of a visit: predictions, answers, runs; in words, for its page and for a file."""

from typing import NamedTuple

from app import cache
from app.cache import PretrainedError
from app.course import LESSONS, Lesson
from app.state import Visitor
from app.teaching import asked, every_prediction, in_words
from app.words import listed, nats, title

VERDICTS = {"right": "right", "near": "near", "wrong": "a surprise"}


class Progress(NamedTuple):
    """How far a visitor is with a lesson."""

    seen: bool
    predicted: int
    predictions: int
    trained: bool
    checked: int  # questions whose last answer was right
    questions: int

    def told(self) -> str:
        """In a few words; nothing of a lesson that was not opened."""
        if not self.seen:
            return ""
        told = ["seen", f"predicted {self.predicted} of {self.predictions}"]
        told += ["trained"] if self.trained else []
        told.append(f"checked {self.checked} of {self.questions}")
        return " · ".join(told)


class Run(NamedTuple):
    """A run of the visit, in words."""

    model: str
    predicted: str
    cost: str


class Miss(NamedTuple):
    """A question that was answered wrong last."""

    prompt: str
    lesson: Lesson


def progress(visitor: Visitor, lesson: Lesson) -> Progress:
    """How far a visitor is with a lesson."""
    predictions, questions = asked(lesson.folder)
    return Progress(
        seen=lesson.address in visitor.seen,
        predicted=sum(visitor.said.get(one.key) is not None for one in predictions),
        predictions=len(predictions),
        trained=bool(visitor.here.get(lesson.address)),
        checked=sum(
            one.key in visitor.answers and one.key not in visitor.missed for one in questions
        ),
        questions=len(questions),
    )


def sentences(visitor: Visitor, lesson: Lesson) -> list[str]:
    """How the predictions of a lesson came out, a sentence each, with the model's name."""
    outcomes = [visitor.record.get(one.key) for one in asked(lesson.folder).predictions]
    return [f"{each.sentence} *({each.of})*" for each in outcomes if each]


def tally(visitor: Visitor) -> dict[str, int]:
    """How many predictions came out right, near, and as a surprise."""
    verdicts = [outcome.verdict for outcome in visitor.record.values()]
    return {words: verdicts.count(verdict) for verdict, words in VERDICTS.items()}


def misses(visitor: Visitor) -> list[Miss]:
    """Questions to come back to."""
    found = []
    for lesson in LESSONS:
        for question in asked(lesson.folder).questions:
            if question.key in visitor.missed:
                try:
                    found.append(Miss(question.filled().prompt, lesson))
                except PretrainedError:  # its page says what is lacking
                    continue
    return found


def runs(visitor: Visitor) -> list[Run]:
    """The runs that the visit holds, the newest last."""
    ways = {key: prediction.way for key, (_, prediction) in every_prediction().items()}
    return [
        Run(
            title(run.config),
            listed([in_words(ways[key], said) for key, said in run.predicted.items()])
            if run.predicted
            else "",
            nats(cache.mean_terms(run.on(visitor.data)).total),
        )
        for run in visitor.runs.values()
    ]


def as_markdown(visitor: Visitor) -> str:
    """The whole record as a file to keep."""
    parts = ["# Latent Walk: a record"]
    for number, lesson in enumerate(LESSONS, 1):
        told = progress(visitor, lesson).told()
        if not told:
            continue
        parts.append(f"## {number} {lesson.title}\n\n{told}")
        parts += [f"- {sentence}" for sentence in sentences(visitor, lesson)]
    if again := misses(visitor):
        parts.append("## To come back to")
        parts += [f"- {miss.prompt} (lesson: {miss.lesson.title})" for miss in again]
    if visitor.reached:
        parts.append("## Goals reached")
        parts += [f"- {told}" for told in visitor.reached.values()]
    if trained := runs(visitor):
        parts.append("## Runs\n\n| Model | Predicted | Cost |\n|:--|--:|--:|")
        parts[-1] += "".join(f"\n| {' | '.join(run)} |" for run in trained)
    return "\n\n".join(parts) + "\n"
