"""The files of `pretrained/`, and the one guarded way to each.

A file that is missing, damaged or of another form raises one error, whose sentence names the
file, without the server's folders, and says what to do. Whatever comes back holds all that a
page asks of it.
"""

import itertools
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypedDict, TypeVar

from app import cache
from core import checkpoints
from core import film as films
from core.card import Card, check_kind, check_numbers, lacking
from core.checkpoints import CheckpointError
from core.film import Film
from core.models import Model
from core.models.classifier import Classifier, RejectingClassifier
from core.quoting import quoted

Reader = TypeVar("Reader", Classifier, RejectingClassifier)

# What pages show of a card's `test`, beside what every card of this course has.
FIGURES_OF_LATENTS = ("code_spread", "mean_radius")  # one number a latent
FIGURES = ("sharpness", *FIGURES_OF_LATENTS)
FIGURES_OF_CLASSIFIER = ("confident_digits", "confident_noise")
FIGURES_OF_JUDGE = ("accuracy", "refused", "taken_for_digits", "confusion")
PAPER = "paper_table.json"
MOST_SEEDS = 100  # of the paper's table


class PretrainedError(CheckpointError):
    """A file of `pretrained/` that cannot be used. The sentence says which, why, what to do."""

    def __init__(self, file: str, why: object, remedy: str = "make pretrained") -> None:
        super().__init__(f"{why}. Restore the file, or run `{remedy}`.")
        self.file = file


class Figure(TypedDict):
    """One measure of the paper's table, over the seeds."""

    mean: float
    spread: float
    seeds: list[float]


class Row(TypedDict):
    """One way of training and reading a model."""

    elbo: Figure  # nats per image, as the next three
    elbo_of_the_few: Figure
    iwae: Figure
    kl: Figure
    score_parameters: Figure
    score_samples: Figure
    knn_accuracy: Figure


class Rows(TypedDict):
    cb: Row
    bernoulli_corrected: Row
    bernoulli: Row


class PosterRow(TypedDict, total=False):
    elbo: float
    iwae: float
    kl: float
    score_parameters: float
    score_samples: float
    knn_accuracy: float


class PosterData(TypedDict):
    score: float


class PosterRows(TypedDict):
    cb: PosterRow
    bernoulli_corrected: PosterRow
    bernoulli: PosterRow
    data: PosterData


class Poster(TypedDict):
    source: str
    rows: PosterRows


class Settings(TypedDict):
    seeds: list[int]
    epochs: int
    iwae_draws: int
    iwae_images: int
    samples: int
    logit_bound: float


class Images(TypedDict):
    train: int
    test: int


class Minutes(TypedDict):
    wall: float
    cpu: float
    note: str


class OfData(TypedDict):
    ceiling: float
    score: float
    judge_accuracy: float


class PaperTable(TypedDict):
    """The continuous Bernoulli paper's table as `make paper-table` left it."""

    made: str
    made_with: str
    protocol: str
    deviations: list[str]
    settings: Settings
    images: Images
    minutes: Minutes
    rows: Rows
    data: OfData
    poster: Poster


def autoencoder(name: str) -> tuple[Model, Card]:
    """A model and its card, with the figures that pages show. Raises PretrainedError."""
    with _named(name):
        model, card = checkpoints.load(cache.PRETRAINED / name)
        if not isinstance(model, Model):
            raise CheckpointError(f"{quoted(name)} is a classifier and no autoencoder")
        _check_whole(name, [*lacking(card), *_absent(card, FIGURES)])
        test: Mapping[str, Any] = card["test"]
        d = model.config.latent_dim
        _check_whole(name, [f for f in FIGURES_OF_LATENTS if len(test[f]) != d])
        return model, card


def classifier() -> tuple[Classifier, Card]:
    """The judge of digits and its card. Raises PretrainedError."""
    return _reader("classifier", Classifier, FIGURES_OF_CLASSIFIER)


def judge() -> tuple[RejectingClassifier, Card]:
    """The judge that may answer that a picture is no digit, and its card. Raises
    PretrainedError.
    """
    return _reader("judge", RejectingClassifier, FIGURES_OF_JUDGE)


def _reader(name: str, kind: type[Reader], figures: Sequence[str]) -> tuple[Reader, Card]:
    with _named(name):
        model, card = checkpoints.load(cache.PRETRAINED / name)
        if not isinstance(model, kind):
            raise CheckpointError(f"`{name}.safetensors` does not hold the {name}")
        _check_whole(name, _absent(card, figures))
        return model, card


def has_film(name: str) -> bool:
    """Whether a film of that model's training was kept."""
    return (cache.PRETRAINED / f"{name}.film.safetensors").is_file()


def film(name: str) -> Film:
    """The film of that model's training. Raises PretrainedError."""
    file = f"{name}.film.safetensors"
    with _named(file):
        return films.load(cache.PRETRAINED / file)


def paper_table() -> PaperTable | None:
    """The paper's table; None where it was not made. Raises PretrainedError."""
    try:
        table = json.loads((cache.PRETRAINED / PAPER).read_text(encoding="utf-8"))
        check_kind(table, PaperTable, "it")
        check_numbers(table)
        _check_seeds(table)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise PretrainedError(
            PAPER, f"`{PAPER}` cannot be read ({quoted(str(why))})", "make paper-table DATA=folder"
        ) from error
    return table


def names() -> list[str]:
    """The autoencoders that there should be: every name with a card or with weights."""
    ends = (".json", ".safetensors")
    there = {file.stem for file in cache.PRETRAINED.iterdir() if file.suffix in ends}
    return sorted(name for name in there if _is_model(name))


def alike(name: str) -> list[str]:
    """The other autoencoders of that one's kind, the most alike first, as their names tell:
    KIND-ARCHITECTURE-D, then what else is particular, a number last where there is one.
    """
    kind, architecture, d, *rest = name.split("-")

    def apart(other: str) -> tuple[bool, float, bool, float, bool]:
        _, its_architecture, its_d, *its_rest = other.split("-")
        return (
            its_architecture != architecture,
            _apart(d, its_d),
            its_rest[:-1] != rest[:-1],
            _apart(*(each[-1] if each else "" for each in (rest, its_rest))),
            _apart(d, "1000") < _apart(its_d, "1000"),  # of two as near, the larger
        )

    others = (other for other in names() if other.startswith(f"{kind}-") and other != name)
    return sorted(others, key=apart)


def unusable() -> list[PretrainedError]:
    """What is wrong with the files there are: each of them is read."""
    found: list[PretrainedError] = []

    def look(read: Callable[..., object], *name: str) -> None:
        try:
            read(*name)
        except PretrainedError as error:
            found.append(error)

    for name in names():
        look(autoencoder, name)
        if has_film(name):
            look(film, name)
    look(classifier)
    look(judge)
    look(paper_table)
    return found


@contextmanager
def _named(file: str) -> Iterator[None]:
    try:
        yield
    except CheckpointError as error:
        raise PretrainedError(file, error) from error


def _is_model(name: str) -> bool:
    return name.startswith(("ae-", "vae-")) and name.count("-") >= 2 and not name.endswith(".film")


def _apart(one: str, other: str) -> float:
    """How far apart two numbers are, as factors; words are as far apart as can be."""
    try:
        return 0.0 if one == other else abs(math.log(float(one) / float(other)))
    except (ValueError, ZeroDivisionError):
        return math.inf


def _absent(card: Mapping[str, Any], figures: Iterable[str]) -> list[str]:
    """Which of these its `test` does not hold."""
    return [figure for figure in figures if figure not in card.get("test", {})]


def _check_whole(name: str, lacks: Sequence[str]) -> None:
    if lacks:
        raise CheckpointError(f"the card of {quoted(name)} does not say its {', '.join(lacks)}")


def _check_seeds(table: PaperTable) -> None:
    """Raises ValueError where the figures are not all of the same seeds: they are compared so."""
    count = len(table["settings"]["seeds"])
    rows: Any = table["rows"]
    fields = itertools.product(Rows.__annotations__, Row.__annotations__)
    counts = {len(rows[row][field]["seeds"]) for row, field in fields}
    if counts != {count} or not 0 < count <= MOST_SEEDS:
        raise ValueError("its figures are not of the same seeds")
