"""The models and data sets that pages speak of, by name: pretrained, brought back, downloaded.

They are read, fetched and named here; what is computed from a shared model is beside this.
"""

import functools
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import streamlit as st
from jaxtyping import Int64, UInt8
from torch import Tensor

from app import cache, cards, jobs, speed, words
from app.cache import files
from app.components import film as film_view
from core import archive, checkpoints, data, evaluation, latent
from core.checkpoints import Card
from core.data import Digits, Name
from core.film import Film
from core.models import Model, ModelConfig, VariationalAutoencoder
from core.models.classifier import Classifier, RejectingClassifier
from core.quoting import quoted
from core.training import Precision, TrainConfig, probe

Work = TypeVar("Work", bound=Callable[..., Any])

# Of the sample's test images the first of each class, but another four: from a code of one or two
# numbers it comes back as a nine, from eight on as a four. That is what lesson 1 opens with.
TEN_OF_SAMPLE = (0, 1, 2, 3, 44, 5, 6, 7, 8, 9)
BEARABLE = 1e6  # the largest code, and cost in nats per image, of a model that is brought back


class Tested(NamedTuple):
    """Test images and their classes."""

    images: UInt8[Tensor, "n 1 28 28"]
    labels: Int64[Tensor, " n"]


@dataclass(frozen=True)
class Shown:
    """A model on a page, pretrained or a visitor's own, and the digits that it is looked at with.

    What follows from both is worked out once for all visitors.
    """

    key: str  # a pretrained model's name, or a word that no other run ever had
    model: Model = field(compare=False, repr=False)
    card: Card = field(compare=False, repr=False)
    film: Film | None = field(default=None, compare=False, repr=False)  # of the visitor's own run
    mine: bool = False  # the visitor's own
    brought: bool = False  # from files: its card's words are not this course's
    data: Name = "sample"
    # What was predicted of it before its run, by the predictions' keys.
    predicted: Mapping[str, float] = field(default_factory=dict, compare=False)

    def on(self, name: Name) -> "Shown":
        """The same model, looked at with the digits of that name."""
        return replace(self, data=name)

    @property
    def config(self) -> ModelConfig:
        return self.model.config

    @property
    def size(self) -> int:
        """Bytes that its weights and its own film take."""
        weights = sum(tensor.nbytes for tensor in self.model.state_dict().values())
        return weights + (self.film.size if self.film else 0)

    @property
    def is_vae(self) -> bool:
        return isinstance(self.model, VariationalAutoencoder)

    @property
    def title(self) -> str:
        return f"yours: {words.title(self.config)}" if self.mine else words.title(self.config)

    @property
    def digits(self) -> Digits:
        return digits(self.data)

    @property
    def images(self) -> UInt8[Tensor, "codes 1 28 28"]:
        """The images of its map."""
        return cache.map_images(self.data)[0]

    @property
    def labels(self) -> Int64[Tensor, " codes"]:
        """Their classes."""
        return cache.map_images(self.data)[1]

    @property
    def tested(self) -> Tested:
        """The test images that its figures are measured on, all of those in use."""
        return Tested(self.digits.test_images, self.digits.test_labels)

    @property
    def codes(self) -> latent.Codes:
        """The codes of the images of its map."""
        return cache.codes(self)

    @property
    def plane(self) -> latent.Plane:
        """The plane in which its map is drawn: the latent plane itself where d is 2."""
        return cache.principal_plane(self)

    @property
    def holes(self) -> evaluation.holes.Holes:
        """Where no code of its map lives."""
        return cache.holes(self)


@dataclass(frozen=True)
class Judge:
    """The classifier of the course, and its card."""

    model: Classifier
    card: Card = field(compare=False)


@dataclass(frozen=True)
class RejectingJudge:
    """The classifier that may answer that a picture is no digit, and its card."""

    model: RejectingClassifier
    card: Card = field(compare=False)


@dataclass(frozen=True)
class Passing(Shown):
    """A moment of a run that goes on: at the next look its model is another.

    Few of the test images are looked at, the run's probe. What follows from the moment is kept on
    it, and goes when it goes.
    """

    worked_out: dict[tuple, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def tested(self) -> Tested:
        watched = probe(self.digits)
        return Tested(self.digits.test_images[watched], self.digits.test_labels[watched])

    @property
    def images(self) -> UInt8[Tensor, "probe 1 28 28"]:
        return self.tested.images

    @property
    def labels(self) -> Int64[Tensor, " probe"]:
        return self.tested.labels


Hash = dict[str | type[Any], Callable[[Any], Any]]
_JUDGES: Hash = {Judge: lambda _: "the classifier", RejectingJudge: lambda _: "the judge"}
BY_KEY: Hash = {Shown: lambda shown: (shown.key, shown.data), **_JUDGES}  # there is one of each
BY_PICTURES: Hash = {**BY_KEY, Tensor: lambda pictures: pictures.numpy().tobytes()}
BY_MODEL: Hash = {Shown: lambda shown: shown.key, **_JUDGES}  # for what no data set changes


def of_a_model(
    doing: str | Literal[False],
    entries: int,
    *,
    by: Hash = BY_KEY,
    keep: Callable[..., Callable[[Work], Any]] = st.cache_data,
) -> Callable[[Work], Work]:
    """For what is worked out of a model, its first argument: kept for all visitors, so many
    entries, with a word on what is being done; of a passing one, kept on that moment alone.
    """

    def kept(work: Work) -> Work:
        of_all = keep(show_spinner=doing, max_entries=entries, hash_funcs=by)(work)

        @functools.wraps(work)
        def answer(shown: Shown, *asked: Any, **named: Any) -> Any:
            if not isinstance(shown, Passing):
                return of_all(shown, *asked, **named)
            question = work, asked, tuple(named.items())
            if question not in shown.worked_out:
                shown.worked_out[question] = work(shown, *asked, **named)
            return shown.worked_out[question]

        forgetful: Any = answer
        forgetful.clear = of_all.clear  # forgets all that is kept, as what it wraps does
        return forgetful

    return kept


def data_root() -> Path:
    """Where full data sets lie: `-- --data DIR` on the command line, or LATENT_WALK_DATA."""
    if "--data" in sys.argv[:-1]:
        return Path(sys.argv[sys.argv.index("--data") + 1])
    return Path(os.environ.get("LATENT_WALK_DATA") or data.DEFAULT_ROOT)


def digits(name: Name) -> Digits:
    """A data set, read once for all. Raises DataError."""
    return _digits(name, data_root())


@st.cache_resource(show_spinner=False)
def _digits(name: Name, root: Path) -> Digits:
    return data.load(name, root)


def first_ten(name: Name) -> tuple[int, ...]:
    """The test images, one of each class, that pages begin with: their indices."""
    if name == "sample":
        return TEN_OF_SAMPLE
    labels = digits(name).test_labels
    return tuple(int((labels == label).nonzero()[0]) for label in range(data.CLASSES))


def has_data(name: Name) -> bool:
    """Whether that data set lies on this server, whole."""
    return data.is_available(name, data_root())


@st.cache_resource(show_spinner=False)
def fetch(name: Name) -> None:
    """Download a data set, once for all visitors. Raises DataError."""
    data.load(name, data_root(), download=True)


def seconds_for(
    config: ModelConfig, training: TrainConfig, images: int, together: int = 1
) -> float:
    """How long a run on so many images takes if it starts now, in seconds; so many such runs
    together."""
    load = jobs.load()
    load = load._replace(jobs=load.jobs + together - 1)
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
def pretrained(name: str, on: Name = "sample") -> Shown:
    """A model of `pretrained/`, to look at with those digits. Raises PretrainedError."""
    model, card = files.autoencoder(name)
    return Shown(key=name, model=model, card=card, data=on)


def brought_back(files: Mapping[str, bytes], digits_name: Name) -> Shown:
    """A model from its files, by their names, measured anew. Raises CheckpointError.

    The card's figures are not believed; what it says of the data and of the training is kept.
    """
    name, model, told = archive.load(files)
    if not isinstance(model, Model):
        raise checkpoints.CheckpointError(f"{quoted(name)} is a classifier; choose an autoencoder")
    if model.config.noise == 0:
        raise checkpoints.CheckpointError(
            f"{quoted(name)} is a VAE without noise: it has no clouds, of which pages tell"
        )
    images = digits(digits_name).test_images
    _check_size(model, images, name)
    figures = cards.measured(model, digits(digits_name))
    test = figures["test"]
    if not all(abs(nats) <= BEARABLE for nats in (test["reconstruction"], test["kl"])):
        raise checkpoints.CheckpointError(
            f"{quoted(name)} does not restore the test images at a cost that figures can hold; "
            "it may come from a run that diverged"
        )
    return Shown(
        key=f"brought-{secrets.token_hex(8)}",
        model=model,
        mine=True,
        brought=True,
        data=digits_name,
        card={
            **told,  # of which a page believes nothing that is not checked, or measured below
            "data": told.get("data", ""),
            "training": told.get("training", {}),
            **figures,
            "history": told.get("history", []),
        },
    )


def _check_size(model: Model, images: UInt8[Tensor, "n 1 28 28"], name: str) -> None:
    """Raises CheckpointError where codes are not of a size that maps and samplers bear."""
    codes = latent.encode(model, images)
    parts = [codes.mean] if codes.logvar is None else [codes.mean, codes.logvar]
    if all(part.isfinite().all() and part.abs().max() <= BEARABLE for part in parts):
        return
    raise checkpoints.CheckpointError(
        f"{quoted(name)} encodes the test images as numbers beyond {BEARABLE:g}, too large for "
        "maps and samplers; it may come from a run that diverged"
    )


def has_film(shown: Shown) -> bool:
    """Whether a film of a model's training was kept."""
    return bool(shown.film.moments) if shown.film else files.has_film(shown.key)


def film(shown: Shown) -> Film | None:
    """The film of a model's training, where one was kept; pretrained ones are read when they are
    first asked for. Raises PretrainedError.
    """
    if not has_film(shown):
        return None
    return shown.film or files.film(shown.key)


@of_a_model("Packing the film …", 20, by=BY_MODEL, keep=st.cache_resource)
def film_content(shown: Shown) -> film_view.FilmContent | None:
    """The same, packed for the browser. Raises PretrainedError."""
    taken = film(shown)
    return taken and film_view.content(taken, shown.config, shown.title)


@st.cache_resource(show_spinner=False)
def classifier() -> Judge:
    """The judge of digits. Raises PretrainedError."""
    return Judge(*files.classifier())


@st.cache_resource(show_spinner=False)
def judge_of_digits() -> RejectingJudge:
    """The judge that may answer that a picture is no digit. Raises PretrainedError."""
    return RejectingJudge(*files.judge())
