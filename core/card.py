"""What is known of a model: a card, JSON that lies beside its weights.

The types below say what this course writes on it. A card from elsewhere may lack any of it
(`lacking` tells), or hold more; whatever it holds is checked once, here, so that nobody who reads
a card has to doubt a number. Left out: whether what a card tells is true.
"""

from collections.abc import Mapping
from dataclasses import asdict
from types import UnionType
from typing import (
    Any,
    NotRequired,
    TypedDict,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import torch

from core.models import ModelConfig
from core.quoting import quoted
from core.training import MAX_STEPS, Precision, Terms, TrainConfig, TrainState

MAX_RECORDS = 1000  # of a history; a run makes about sixty
MAX_LEGS = 100  # of a run that was changed on its way
MAX_SECONDS = 1e9
LARGEST = torch.finfo(torch.float32).max  # of any number on a card; costs are float32 as well


class TermsOnCard(TypedDict):
    """`training.Terms`, nats per image."""

    total: float
    reconstruction: float
    kl: float


class RecordOnCard(TypedDict):
    """`training.Record`, one point of the loss curves."""

    step: int
    train: TermsOnCard | None  # None before the first step
    test: TermsOnCard


class TrainingOnCard(TypedDict, total=False):
    """`training.TrainConfig`; a classifier's has some of its fields."""

    epochs: int
    batch_size: int
    learning_rate: float
    images: int | None
    seed: int
    precision: Precision


class LegOnCard(TypedDict):
    """`training.Leg`: how a run was trained up to a step."""

    until: int
    epochs: int
    learning_rate: float
    beta: float


class TakenForDigits(TypedDict):
    """Shares of non-digits that the rejecting classifier takes for some digit, by their kind."""

    mixes: float
    shuffled_quadrants: float
    blobs: float
    uniform_noise: float


class Figures(TermsOnCard):
    """What was measured on test images, as the card's `protocol` says."""

    squared_error: NotRequired[float]  # per image
    sharpness: NotRequired[float]
    readable: NotRequired[float]  # a share, as the next one
    knn_accuracy: NotRequired[float]
    active_units: NotRequired[int]
    code_mean: NotRequired[list[float]]  # one number a latent, as the next two
    code_spread: NotRequired[list[float]]
    mean_radius: NotRequired[list[float]]
    prior_samples_confident: NotRequired[float]  # a share
    elbo_first_500: NotRequired[float]  # nats per image, as the next one
    iwae_100_first_500: NotRequired[float]
    accuracy: NotRequired[float]  # shares, of a classifier, as the next two
    confident_digits: NotRequired[float]
    confident_noise: NotRequired[float]
    refused: NotRequired[float]  # share of digits, by the rejecting classifier, as the next two
    taken_for_digits: NotRequired[TakenForDigits]
    confusion: NotRequired[list[list[int]]]  # images of a class (a row) read as each class


class Card(TypedDict):
    """What this course tells of a model. Whatever else a file says is kept, and not looked at."""

    model: NotRequired[dict[str, Any]]  # its configuration, once it is saved
    name: NotRequired[str]
    data: str  # what it was trained on, a sentence
    training: NotRequired[TrainingOnCard]
    steps: NotRequired[int]  # made
    planned_steps: NotRequired[int]
    seconds: NotRequired[float]  # of computing
    made_with: NotRequired[str]
    protocol: str  # how `test` was measured, a sentence
    test: Figures
    history: list[RecordOnCard]  # in the order of steps
    legs: NotRequired[list[LegOnCard]]  # before the present configuration, in the order of steps


class RunOnCard(TypedDict):
    """The fields of a card that a run itself can tell."""

    training: TrainingOnCard
    steps: int
    seconds: float
    history: list[RecordOnCard]
    legs: NotRequired[list[LegOnCard]]


def of_run(state: TrainState) -> RunOnCard:
    """How a run trains, how far it is, its history, and how it was trained before."""
    run = RunOnCard(
        training=TrainingOnCard(**asdict(state.config)),
        steps=state.step,
        seconds=round(state.seconds, 2),
        history=[
            RecordOnCard(
                step=record.step,
                train=record.train and of_terms(record.train),
                test=of_terms(record.test),
            )
            for record in state.history
        ],
    )
    if state.legs:
        run["legs"] = [LegOnCard(**asdict(leg)) for leg in state.legs]
    return run


def of_terms(terms: Terms) -> TermsOnCard:
    """The terms of a loss, as a record and a card's `test` hold them."""
    return TermsOnCard(**asdict(terms))


def lacking(card: Mapping[str, Any]) -> list[str]:
    """What this course's own cards all have and this one has not; nothing, for its own."""
    test = card.get("test", {})
    return [
        *(field for field in Card.__annotations__ if field in Card.__required_keys__ - card.keys()),
        *(f"test.{field}" for field in TermsOnCard.__annotations__ if field not in test),
    ]


def check(card: dict[str, Any]) -> None:
    """Raises ValueError, naming the field, for what no run and no measurement can have written."""
    check_numbers(card)
    check_kind(card, Card, "")
    history = card.get("history", [])
    if len(history) > MAX_RECORDS:
        raise ValueError(f"history has {len(history)} records; the most is {MAX_RECORDS}")
    for i, record in enumerate(history):
        if i > 0 and record["train"] is None:
            raise ValueError(f"history.{i}.train is missing")
        if i > 0 and record["step"] <= history[i - 1]["step"]:
            raise ValueError(f"history.{i}.step is not beyond the one before it")
    legs = card.get("legs", [])
    if len(legs) > MAX_LEGS:
        raise ValueError(f"legs has {len(legs)} entries; the most is {MAX_LEGS}")
    for i, leg in enumerate(legs):
        if i > 0 and leg["until"] < legs[i - 1]["until"]:
            raise ValueError(f"legs.{i}.until is before the one before it")
        try:
            TrainConfig(epochs=leg["epochs"], learning_rate=leg["learning_rate"])
            ModelConfig(beta=leg["beta"])
        except ValueError as error:
            raise ValueError(f"legs.{i}: {error}") from error
    for field, value, most in (
        ("steps", card.get("steps", 0), MAX_STEPS),
        ("planned_steps", card.get("planned_steps", 0), MAX_STEPS),
        ("seconds", card.get("seconds", 0), MAX_SECONDS),
        *((f"history.{i}.step", record["step"], MAX_STEPS) for i, record in enumerate(history)),
        *((f"legs.{i}.until", leg["until"], MAX_STEPS) for i, leg in enumerate(legs)),
    ):
        if not 0 <= value <= most:
            raise ValueError(f"{field} is {quoted(value)}; it must be from 0 to {most:g}")
    known = TrainingOnCard.__annotations__.keys() & card.get("training", {}).keys()
    TrainConfig(**{field: card["training"][field] for field in known})


def check_numbers(card: dict[str, Any]) -> None:
    """Every number is finite, also in fields that nobody here knows."""
    left: list[tuple[str, dict | list]] = [("", card)]
    while left:  # no recursion: a file may be nested as deep as its reader bears
        path, holder = left.pop()
        for key, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
            if isinstance(value, dict | list):
                left.append((f"{path}{key}.", value))
            elif isinstance(value, int | float) and not -LARGEST <= value <= LARGEST:
                raise ValueError(
                    f"{quoted(f'{path}{key}')} is {quoted(value)}; it must be a finite number"
                )


def check_kind(value: Any, kind: Any, field: str) -> None:
    """Raises ValueError where a value from JSON is not what a TypedDict declares, at any depth."""
    if is_typeddict(kind):
        _expect(isinstance(value, dict), value, field, "an object")
        for key, inner in get_type_hints(kind).items():
            if key in value:
                check_kind(value[key], inner, f"{field}.{key}".lstrip("."))
            elif key in kind.__required_keys__ and kind not in (Card, Figures):
                raise ValueError(f"{field}.{key} is missing")
    elif get_origin(kind) is list:
        _expect(isinstance(value, list), value, field, "a list")
        for i, each in enumerate(value):
            check_kind(each, get_args(kind)[0], f"{field}.{i}")
    elif get_origin(kind) is UnionType:  # of something and None
        if value is not None:
            check_kind(value, get_args(kind)[0], field)
    elif kind is float:
        _expect(type(value) in (int, float), value, field, "a number")
    elif kind is int:
        _expect(type(value) is int, value, field, "a whole number")
    elif kind is str:
        _expect(isinstance(value, str), value, field, "text")


def _expect(fits: bool, value: object, field: str, kind: str) -> None:
    if not fits:
        raise ValueError(f"{field} is {quoted(value)}; it must be {kind}")
