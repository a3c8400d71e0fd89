"""The models and data sets that pages speak of, by name: pretrained, brought back, downloaded.

They are read, fetched and named here; what is computed from a shared model is beside this.
"""

import math
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import streamlit as st

from app import cache, cards, jobs, speed
from app.components import film as film_view
from core import checkpoints, data
from core.checkpoints import Card
from core.data import Digits
from core.film import Film
from core.film import load as load_film
from core.models import Model, ModelConfig, VariationalAutoencoder
from core.models.classifier import Classifier
from core.training import Precision, TrainConfig


@dataclass(frozen=True)
class Shown:
    """A model as pages show it: pretrained, or a visitor's own."""

    key: str  # a pretrained model's name, or a word that no other run ever had
    title: str
    model: Model = field(compare=False, repr=False)
    card: Card = field(compare=False, repr=False)
    film: Film | None = field(default=None, compare=False, repr=False)  # of the visitor's own run

    @property
    def config(self) -> ModelConfig:
        return self.model.config

    @property
    def is_vae(self) -> bool:
        return isinstance(self.model, VariationalAutoencoder)


BY_KEY: dict[str | type[Any], Callable[[Any], Any]] = {Shown: lambda shown: shown.key}


def data_root() -> Path:
    """Where full data sets lie: `-- --data DIR` on the command line, or LATENT_WALK_DATA."""
    if "--data" in sys.argv[:-1]:
        return Path(sys.argv[sys.argv.index("--data") + 1])
    return Path(os.environ.get("LATENT_WALK_DATA") or data.DEFAULT_ROOT)


def digits(name: data.Name) -> Digits:
    """A data set, read once for all. Raises DataError."""
    return _digits(name, data_root())


@st.cache_resource(show_spinner=False)
def _digits(name: data.Name, root: Path) -> Digits:
    return data.load(name, root)


def has_data(name: data.Name) -> bool:
    """Whether that data set lies on this server, whole."""
    return data.is_available(name, data_root())


@st.cache_resource(show_spinner=False)
def fetch(name: data.Name) -> None:
    """Download a data set, once for all visitors. Raises DataError."""
    data.load(name, data_root(), download=True)


def seconds_for(config: ModelConfig, training: TrainConfig, images: int) -> float:
    """How long a run on so many images takes if it starts now, in seconds."""
    load = jobs.load()
    question = like(config), training.batch_size, training.precision
    price = cost(*question, beside_others=load.jobs > 0)
    return speed.seconds(price, training.epochs * (images // training.batch_size), load)


def like(config: ModelConfig) -> ModelConfig:
    """One configuration for all that cost the same: any β, and any small d."""
    return replace(config, beta=1.0, latent_dim=2 if config.latent_dim <= 32 else 64)


@st.cache_resource(show_spinner=False, max_entries=64)
def cost(
    config: ModelConfig, batch_size: int, precision: Precision, *, beside_others: bool
) -> speed.Cost:
    """What a configuration costs: one measure for a quiet server, another for a busy one."""
    return speed.cost(config, batch_size, precision)


@st.cache_resource(show_spinner=False)
def pretrained(name: str) -> Shown:
    """A model of `pretrained/`. Raises CheckpointError, naming the file, where it is damaged."""
    model, card = checkpoints.load(cache.PRETRAINED / name)
    if isinstance(model, Classifier):
        raise checkpoints.CheckpointError(f"{name} is a classifier; choose an autoencoder")
    return Shown(key=name, title=title(model.config), model=model, card=card)


def brought_back(weights: bytes, card: bytes, name: str, digits_name: data.Name) -> Shown:
    """A model from the contents of its two files, measured anew. Raises CheckpointError.

    Of the card only the configuration and the training's history are believed.
    """
    model, told = checkpoints.from_bytes(weights, card, name)
    if isinstance(model, Classifier):
        raise checkpoints.CheckpointError(f"{name} is a classifier; choose an autoencoder")
    figures = cards.measured(model, digits(digits_name))
    if not all(map(math.isfinite, figures["test"].values())):
        raise checkpoints.CheckpointError(
            f"{name} does not decode to finite numbers; it may come from a run that diverged"
        )
    return Shown(
        key=f"brought-{secrets.token_hex(8)}",
        title=f"yours: {title(model.config)}",
        model=model,
        card={
            "data": "what only its maker knows; brought back from its files, and measured anew.",
            **figures,
            "history": jobs.history_of(told),
        },
    )


def film(shown: Shown) -> Film | None:
    """The film of a model's training, where one was kept. Raises CheckpointError where it is
    damaged: pretrained films are read when they are first asked for.
    """
    if shown.film is not None:
        return shown.film if shown.film.moments else None
    path = cache.PRETRAINED / f"{shown.key}.film.safetensors"
    return load_film(path) if path.is_file() else None


@st.cache_resource(show_spinner="Packing the film …", max_entries=20, hash_funcs=BY_KEY)
def film_content(shown: Shown) -> film_view.FilmContent | None:
    """The same, packed for the browser. Raises CheckpointError."""
    taken = film(shown)
    return taken and film_view.content(taken, shown.config, shown.title)


@st.cache_resource(show_spinner=False)
def classifier() -> tuple[Classifier, Card]:
    """The judge of digits and its card. Raises CheckpointError."""
    model, card = checkpoints.load(cache.PRETRAINED / "classifier")
    if not isinstance(model, Classifier):
        raise checkpoints.CheckpointError("classifier.safetensors does not hold a classifier")
    return model, card


def title(config: ModelConfig) -> str:
    """A model in a few words: "VAE lite, d = 2, β = 1"."""
    kind = "AE" if config.kind == "ae" else "VAE"
    parts = [f"{kind} {config.architecture}", f"d = {config.latent_dim}"]
    if config.kind == "vae":
        parts.append(f"β = {config.beta:g}")
    if config.likelihood != "bernoulli":
        parts.append(config.likelihood.replace("_", " "))
    return ", ".join(parts)
