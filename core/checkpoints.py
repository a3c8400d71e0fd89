"""Keeping a model: its weights as safetensors, its card as JSON beside them.

NAME.safetensors holds numbers and nothing that could run. NAME.json, the card, holds the
model's configuration and whatever its maker measured. A file that does not fit its card in
every tensor is refused with a sentence. Left out on purpose: pickles, and repairs of old files.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_from_bytes
from safetensors.torch import save as bytes_from_tensors

from core import card as cards
from core.card import Card
from core.models import Model, ModelConfig, build
from core.models.classifier import (
    Classifier,
    ClassifierConfig,
    RejectingClassifier,
    RejectingConfig,
)
from core.quoting import quoted

Kept = Model | Classifier | RejectingClassifier
CLASSIFIERS: dict[type, type] = {
    ClassifierConfig: Classifier,
    RejectingConfig: RejectingClassifier,
}

MAX_BYTES = 5_000_000


class CheckpointError(Exception):
    """A checkpoint that cannot be used. The message names it and says what is wrong."""


def save(path: str | Path, model: Kept, card: Mapping[str, Any]) -> None:
    """Write PATH.safetensors and PATH.json; a suffix of either kind may be given.

    The card gets the model's configuration under "model".
    """
    weights, description = _paths(path)
    text = card_text(model, card)
    weights.parent.mkdir(parents=True, exist_ok=True)
    weights.write_bytes(to_bytes(model))
    description.write_text(text, encoding="utf-8")


def load(path: str | Path) -> tuple[Kept, Card]:
    """The model, ready to use, and its card. Raises CheckpointError."""
    contents = []
    for file in _paths(path):
        name = quoted(file.name)
        if not file.is_file():
            raise CheckpointError(
                f"{name} is missing: a model is a .safetensors file with its .json card beside it"
            )
        try:
            if file.stat().st_size > MAX_BYTES:
                raise CheckpointError(
                    f"{name} is larger than {MAX_BYTES / 1e6:.0f} MB; it was not read"
                )
            contents.append(file.read_bytes())
        except OSError as error:
            raise CheckpointError(f"{name} cannot be read ({error.strerror})") from error
    return from_bytes(*contents, name=_paths(path)[0].name)


def to_bytes(model: Kept) -> bytes:
    """The weights as a safetensors file."""
    return bytes_from_tensors({k: v.detach().contiguous() for k, v in model.state_dict().items()})


def card_text(model: Kept, card: Mapping[str, Any]) -> str:
    """The card as JSON, the model's configuration first."""
    whole = {"model": {}} | dict(card) | {"model": asdict(model.config)}
    return json.dumps(whole, indent=2, allow_nan=False) + "\n"


def from_bytes(weights: bytes, card: bytes, name: str) -> tuple[Kept, Card]:
    """A model from the two files' contents, for instance an upload. Raises CheckpointError.

    The card has then passed `core.card.check`. A file from elsewhere may still lack any field
    but "model": see `core.card.lacking`.
    """
    if len(weights) > MAX_BYTES or len(card) > MAX_BYTES:
        raise CheckpointError(
            f"{quoted(name)} is larger than {MAX_BYTES / 1e6:.0f} MB; it was not read"
        )
    return assembled(weights, read_object(card, name), name)


def assembled(weights: bytes, told: dict[str, Any], name: str) -> tuple[Kept, Card]:
    """The model of a card, with these weights. Raises CheckpointError."""
    model = _model_of(told, name)
    try:
        cards.check(told)
    except ValueError as error:
        raise CheckpointError(f"the card of {quoted(name)} cannot be right: {error}") from error
    try:
        tensors = tensors_from_bytes(weights)
    except (SafetensorError, ValueError, KeyError) as error:
        raise CheckpointError(
            f"{quoted(name)} is not a safetensors file, or not a whole one "
            f"({quoted(str(error))}); save it again"
        ) from error
    _check_tensors(tensors, model.state_dict(), name)
    model.load_state_dict(tensors)
    return model.eval(), cast(Card, told)


def _paths(path: str | Path) -> tuple[Path, Path]:
    path = Path(path)
    if path.suffix in (".safetensors", ".json"):
        path = path.with_suffix("")
    return path.with_name(path.name + ".safetensors"), path.with_name(path.name + ".json")


def read_object(text: bytes, name: str) -> dict[str, Any]:
    """What a file of JSON holds, a card or a configuration. Raises CheckpointError."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(
            f"the card of {quoted(name)} is not JSON ({quoted(str(error))}); save it again"
        ) from error
    if not isinstance(told, dict):
        raise CheckpointError(
            f'the card of {quoted(name)} is {quoted(told)}, and has no entry "model"'
        )
    return told


def _model_of(card: dict[str, Any], name: str) -> Kept:
    told = card.get("model")
    if not isinstance(told, dict):
        raise CheckpointError(
            f'the card of {quoted(name)} has no entry "model" with a configuration'
        )
    kind = next((each for each in CLASSIFIERS if told.get("kind") == each.kind), ModelConfig)
    try:
        if unknown := told.keys() - {field.name for field in fields(kind)}:
            raise ValueError(f"nothing of it is called {quoted(min(unknown))}; take it out")
        config = kind(**told)
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"the card of {quoted(name)} describes no model: {error}") from error
    if isinstance(config, ModelConfig):
        return build(config)
    return CLASSIFIERS[type(config)](config, torch.Generator().manual_seed(0))


def _check_tensors(
    tensors: dict[str, torch.Tensor], expected: dict[str, torch.Tensor], name: str
) -> None:
    """Exactly the expected names, shapes and types, every number finite."""
    if tensors.keys() != expected.keys():
        wrong = ", ".join(quoted(key) for key in sorted(tensors.keys() ^ expected.keys())[:4])
        raise CheckpointError(
            f"{quoted(name)} does not hold the tensors its card asks for: {wrong}; choose weights "
            "and configuration of one model"
        )
    for key, tensor in tensors.items():
        want = expected[key]
        if tensor.shape != want.shape or tensor.dtype != want.dtype:
            raise CheckpointError(
                f"{quoted(name)}: {key} is {tensor.dtype} {tuple(tensor.shape)}, "
                f"its card asks for {want.dtype} {tuple(want.shape)}"
            )
        if not tensor.isfinite().all():
            raise CheckpointError(
                f"{quoted(name)}: {key} holds NaN or infinity, as after a run that "
                "diverged; choose another model"
            )
