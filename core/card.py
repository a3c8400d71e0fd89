"""What is known of a model: a card, JSON that lies beside its weights.

The types below say what this course writes on it. A card from elsewhere may lack any of it, or
hold more; whatever it holds is checked once, here, so that nobody who reads a card has to doubt
a number. Left out: whether what a card tells is true.
"""

from dataclasses import asdict
from types import UnionType
from typing import Any, TypedDict, cast, get_args, get_origin, get_type_hints, is_typeddict

import torch

from core.quoting import quoted
from core.training import MAX_STEPS, Precision, TrainConfig, TrainState

MAX_RECORDS = 1000  # of a history; a run makes about sixty
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


class Figures(TypedDict, total=False):
    """What was measured on test images, as the card's `protocol` says."""

    total: float  # nats per image, as the next two
    reconstruction: float
    kl: float
    squared_error: float  # per image
    sharpness: float
    readable: float  # a share, as the next one
    knn_accuracy: float
    active_units: int
    code_mean: list[float]  # one number a latent, as the next two
    code_spread: list[float]
    mean_radius: list[float]
    prior_samples_confident: float  # a share
    elbo_first_500: float  # nats per image, as the next one
    iwae_100_first_500: float
    accuracy: float  # shares, of a classifier, as the next two
    confident_digits: float
    confident_noise: float


class Card(TypedDict, total=False):
    """What is known of a model. Whatever else its file says is kept too, and not looked at."""

    model: dict[str, Any]  # its configuration
    name: str
    data: str  # what it was trained on, a sentence
    training: TrainingOnCard
    steps: int  # made
    planned_steps: int
    seconds: float  # of computing
    made_with: str
    protocol: str  # how `test` was measured, a sentence
    test: Figures
    history: list[RecordOnCard]  # in the order of steps


def of_run(state: TrainState) -> Card:
    """What a run itself can tell a card: how it trains, how far it is, and its history."""
    told = {
        "training": asdict(state.config),
        "steps": state.step,
        "seconds": round(state.seconds, 2),
        "history": [asdict(record) for record in state.history],
    }
    return cast(Card, told)


def check(card: dict[str, Any]) -> None:
    """Raises ValueError, naming the field, for what no run and no measurement can have written."""
    _check_numbers(card)
    _check_kind(card, Card, "")
    history = card.get("history", [])
    if len(history) > MAX_RECORDS:
        raise ValueError(f"history has {len(history)} records; the most is {MAX_RECORDS}")
    for i, record in enumerate(history):
        if i > 0 and record["train"] is None:
            raise ValueError(f"history.{i}.train is missing")
        if i > 0 and record["step"] <= history[i - 1]["step"]:
            raise ValueError(f"history.{i}.step is not beyond the one before it")
    for field, value, most in (
        ("steps", card.get("steps", 0), MAX_STEPS),
        ("planned_steps", card.get("planned_steps", 0), MAX_STEPS),
        ("seconds", card.get("seconds", 0), MAX_SECONDS),
        *((f"history.{i}.step", record["step"], MAX_STEPS) for i, record in enumerate(history)),
    ):
        if not 0 <= value <= most:
            raise ValueError(f"{field} is {quoted(value)}; it must be from 0 to {most:g}")
    known = TrainingOnCard.__annotations__.keys() & card.get("training", {}).keys()
    TrainConfig(**{field: card["training"][field] for field in known})


def _check_numbers(card: dict[str, Any]) -> None:
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


def _check_kind(value: Any, kind: Any, field: str) -> None:
    """Raises ValueError where a value from JSON is not what a TypedDict declares, at any depth."""
    if is_typeddict(kind):
        _expect(isinstance(value, dict), value, field, "an object")
        for key, inner in get_type_hints(kind).items():
            if key in value:
                _check_kind(value[key], inner, f"{field}.{key}".lstrip("."))
            elif key in kind.__required_keys__:
                raise ValueError(f"{field}.{key} is missing")
    elif get_origin(kind) is list:
        _expect(isinstance(value, list), value, field, "a list")
        for i, each in enumerate(value):
            _check_kind(each, get_args(kind)[0], f"{field}.{i}")
    elif get_origin(kind) is UnionType:  # of something and None
        if value is not None:
            _check_kind(value, get_args(kind)[0], field)
    elif kind is float:
        _expect(type(value) in (int, float), value, field, "a number")
    elif kind is int:
        _expect(type(value) is int, value, field, "a whole number")
    elif kind is str:
        _expect(isinstance(value, str), value, field, "text")


def _expect(fits: bool, value: object, field: str, kind: str) -> None:
    if not fits:
        raise ValueError(f"{field} is {quoted(value)}; it must be {kind}")
