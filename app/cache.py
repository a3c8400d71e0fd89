"""What all visitors share: names and frozen configurations in, arrays out.

Models are cached by name, and what is computed from a model by the model's key, never by the
model itself, so that a retrained model cannot meet an old map. Nothing here may be changed by
whoever gets it.
"""

import json
import math
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st
import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from app import jobs
from app.components import draw_digit, latent_pad
from app.components import film as film_view
from core import aggregate, checkpoints, data, evaluation, latent, posterior, sampling
from core import ledger as ledgers
from core.checkpoints import Card
from core.data import Digits
from core.film import Film
from core.film import load as load_film
from core.ledger import Ledger
from core.models import (
    MAX_LATENT_DIM,
    Model,
    ModelConfig,
    Posterior,
    VariationalAutoencoder,
    mean_image,
)
from core.models.classifier import Classifier
from core.posterior import TruePosterior
from core.training import Terms

JUDGED = 1000  # pictures that sharpness and the like are averaged over
PAIRS = 500  # of digits whose midpoints are judged
Axes = tuple[int, int]  # two of the latent axes, counted from 0
PRETRAINED = Path(__file__).resolve().parents[1] / "pretrained"


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


_BY_KEY: dict[str | type[Any], Callable[[Any], Any]] = {Shown: lambda shown: shown.key}
_BY_CONTENT = {**_BY_KEY, Tensor: lambda tensor: tensor.numpy().tobytes()}


def data_root() -> Path:
    """Where full data sets lie: `-- --data DIR` on the command line, or LATENT_WALK_DATA."""
    if "--data" in sys.argv[:-1]:
        return Path(sys.argv[sys.argv.index("--data") + 1])
    return Path(os.environ.get("LATENT_WALK_DATA") or data.DEFAULT_ROOT)


def digits(name: data.Name) -> Digits:
    """A data set, read once for all. Raises DataError."""
    return jobs.digits(name, data_root())


def has_data(name: data.Name) -> bool:
    """Whether that data set lies on this server, whole."""
    return data.is_available(name, data_root())


@st.cache_resource(show_spinner=False)
def fetch(name: data.Name) -> None:
    """Download a data set, once for all visitors. Raises DataError."""
    data.load(name, data_root(), download=True)


def images_per_second(config: ModelConfig, batch_size: int) -> float:
    """How fast this machine trains such a model, measured once for all β and all small d."""
    like = replace(config, beta=1.0, latent_dim=2 if config.latent_dim <= 32 else 64)
    return jobs.images_per_second(like, batch_size)


@st.cache_resource(show_spinner=False)
def pretrained(name: str) -> Shown:
    """A model of `pretrained/`. Raises CheckpointError, naming the file, where it is damaged."""
    model, card = checkpoints.load(PRETRAINED / name)
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
    figures = jobs.measured(model, digits(digits_name))
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
    path = PRETRAINED / f"{shown.key}.film.safetensors"
    return load_film(path) if path.is_file() else None


@st.cache_resource(show_spinner="Packing the film …", max_entries=20, hash_funcs=_BY_KEY)
def film_content(shown: Shown) -> film_view.FilmContent | None:
    """The same, packed for the browser. Raises CheckpointError."""
    taken = film(shown)
    return taken and film_view.content(taken, shown.config, shown.title)


@st.cache_resource(show_spinner=False)
def classifier() -> tuple[Classifier, Card]:
    """The judge of digits and its card. Raises CheckpointError."""
    model, card = checkpoints.load(PRETRAINED / "classifier")
    if not isinstance(model, Classifier):
        raise checkpoints.CheckpointError("classifier.safetensors does not hold a classifier")
    return model, card


def map_images(name: data.Name) -> tuple[UInt8[Tensor, "n 1 28 28"], Int64[Tensor, " n"]]:
    """The images of a latent map, with labels: the test set, or the whole of the small sample."""
    chosen = digits(name)
    if name != "sample":
        return chosen.test_images, chosen.test_labels
    return (
        torch.cat([chosen.test_images, chosen.train_images]),
        torch.cat([chosen.test_labels, chosen.train_labels]),
    )


@st.cache_data(show_spinner="Encoding the digits …", max_entries=60, hash_funcs=_BY_KEY)
def codes(shown: Shown, name: data.Name) -> latent.Codes:
    """Codes of `map_images`."""
    return latent.encode(shown.model, map_images(name)[0])


@st.cache_data(show_spinner="Finding the plane …", max_entries=60, hash_funcs=_BY_KEY)
def principal_plane(shown: Shown, name: data.Name) -> latent.Projection:
    """The plane in which a model's map is drawn: the latent plane itself where d is 2."""
    return latent.principal_plane(codes(shown, name).mean)


@st.cache_data(
    show_spinner="t-SNE of 2 000 codes: about 10 s …", max_entries=20, hash_funcs=_BY_KEY
)
def tsne(shown: Shown, name: data.Name, count: int = 2000) -> Float[Tensor, "count 2"]:
    """t-SNE of the map's first codes, seeded."""
    return latent.tsne(codes(shown, name).mean[:count])


def plane(shown: Shown, name: data.Name, axes: Axes | None = None) -> latent.Projection:
    """The plane of two latent axes, counted from 0; the principal plane where none are given."""
    if axes is None:
        return principal_plane(shown, name)
    return latent.axis_plane(codes(shown, name).mean, *axes)


@st.cache_resource(show_spinner="Packing the map …", max_entries=40, hash_funcs=_BY_KEY)
def pad_content(
    shown: Shown, name: data.Name, axes: Axes | None = None, extent: latent_pad.Extent | None = None
) -> latent_pad.PadContent:
    """A model with the codes of its map, packed for the browser; the sample's digits too."""
    content = latent_pad.content(
        shown.model,
        codes(shown, name).mean,
        map_images(name)[1],
        plane(shown, name, axes),
        digit_address=f"api/digit/{name}/{{i}}.png",
        extent=extent,
    )
    return replace(content, digits=_packed_sample()) if name == "sample" else content


@st.cache_resource(show_spinner="Looking for holes …", max_entries=20, hash_funcs=_BY_KEY)
def packed_holes(shown: Shown, name: data.Name) -> latent_pad.Piece:
    """Where no code of the map lives, packed for the browser."""
    return latent_pad.pack_holes(holes(shown, name))


@st.cache_resource(show_spinner="Packing the networks …", max_entries=20, hash_funcs=_BY_KEY)
def draw_content(
    shown: Shown, name: data.Name, extent: latent_pad.Extent | None, *, judged: bool
) -> draw_digit.DrawContent:
    """Encoder, decoder and map for drawing, with the classifier, and test digits to start from."""
    chosen = digits(name)
    first = [int((chosen.test_labels == label).nonzero()[0]) for label in range(data.CLASSES)]
    return draw_digit.content(
        shown.model,
        classifier()[0] if judged else None,
        chosen.test_images[first],
        chosen.test_labels[first],
        pad_content(shown, name, None, extent),
    )


@st.cache_resource(show_spinner=False)
def _packed_sample() -> latent_pad.Piece:
    return latent_pad.pack_digits(map_images("sample")[0])


@st.cache_data(show_spinner="Walking …", max_entries=4, hash_funcs=_BY_KEY)
def round_walk(shown: Shown, steps: int = 10) -> Float[Tensor, "frames 1 28 28"]:
    """Decodings along lines from the sample's first 0 to its first 1, to its first 2, … to 0."""
    stops = codes(shown, "sample").mean[: data.CLASSES]
    ways = [
        latent.linear_path(start, end, steps + 1)[:-1]
        for start, end in zip(stops, stops.roll(-1, 0))
    ]
    return mean_image(shown.config, latent.decode(shown.model, torch.cat(ways)))


@st.cache_data(show_spinner="Measuring every digit …", max_entries=40, hash_funcs=_BY_KEY)
def terms(shown: Shown, name: data.Name) -> evaluation.PerImage:
    """Loss terms of each of `map_images`, with one sampled z of a fixed generator."""
    rng = torch.Generator().manual_seed(0)
    return evaluation.terms_per_image(shown.model, map_images(name)[0], rng, samples=1)


@st.cache_data(show_spinner="Measuring the test images …", max_entries=60, hash_funcs=_BY_KEY)
def test_terms(shown: Shown, name: data.Name) -> Terms:
    """Mean loss terms of the test images in use, with one sampled z."""
    rng = torch.Generator().manual_seed(0)
    return evaluation.mean_terms(shown.model, digits(name).test_images, rng, samples=1)


@st.cache_data(show_spinner="Restoring the test images …", max_entries=10, hash_funcs=_BY_KEY)
def restored(shown: Shown, name: data.Name) -> Float[Tensor, "n 1 28 28"]:
    """The mean images decoded from the codes of the test images in use."""
    parts = data.to_float(digits(name).test_images).split(1000)
    return torch.cat([evaluation.reconstruct(shown.model, part) for part in parts])


@st.cache_data(show_spinner="Fitting PCA …", max_entries=8)
def pca(name: data.Name, latent_dim: int) -> evaluation.Pca:
    """PCA of up to 10 000 training images."""
    return evaluation.fit_pca(digits(name).train_images[:10000], latent_dim)


@st.cache_data(show_spinner=False)
def bce_bounds(name: data.Name) -> tuple[float, float]:
    """BCE of perfect restoration and of the mean training image, nats per test image in use."""
    chosen = digits(name)
    return (
        evaluation.entropy_floor(chosen.test_images),
        evaluation.mean_image_cost(chosen.train_images, chosen.test_images),
    )


@st.cache_data(show_spinner=False, max_entries=40)
def ceilings(
    name: data.Name, bounds: tuple[float | None, ...], *, dequantised: bool
) -> list[float]:
    """The most that a continuous Bernoulli can give the test images in use under each bound."""
    return evaluation.mean_ceilings(digits(name).test_images, bounds, dequantised=dequantised)


def paper_table() -> dict[str, Any] | None:
    """The continuous Bernoulli paper's table as `make paper-table` left it; None without one."""
    try:
        return json.loads((PRETRAINED / "paper_table.json").read_text())
    except FileNotFoundError:
        return None


@st.cache_data(show_spinner="Looking for holes …", max_entries=60, hash_funcs=_BY_KEY)
def holes(shown: Shown, name: data.Name) -> evaluation.Holes:
    """Where no code of the map lives."""
    return evaluation.find_holes(codes(shown, name).mean)


@st.cache_data(show_spinner="Fitting …", max_entries=60, hash_funcs=_BY_KEY)
def gaussian(shown: Shown, name: data.Name) -> sampling.Gaussian:
    """The Gaussian fitted to the map's codes."""
    return sampling.fit_gaussian(codes(shown, name).mean)


@st.cache_data(show_spinner="Fitting ten Gaussians …", max_entries=60, hash_funcs=_BY_KEY)
def mixture(shown: Shown, name: data.Name) -> sampling.Mixture:
    """Ten Gaussians fitted to the map's codes."""
    return sampling.fit_mixture(codes(shown, name).mean)


def noise(seed: int, count: int, latent_dim: int) -> sampling.Noise:
    """One seed is the same noise for every sampler and every model: ε is drawn for the most
    dimensions there are, and a model takes as many of them as it has."""
    drawn = sampling.draw(count, MAX_LATENT_DIM, torch.Generator().manual_seed(seed))
    return drawn._replace(epsilon=drawn.epsilon[:, :latent_dim])


class Samples(NamedTuple):
    """Codes that a sampler drew, what the decoder makes of them, and whether digits are near."""

    z: Float[Tensor, "samples latent"]
    images: Float[Tensor, "samples 1 28 28"]
    distance: Float[Tensor, " samples"]  # to the nearest code, in thresholds: above 1 is a hole


class Exact(NamedTuple):
    """What quadrature knows of one image."""

    posterior: TruePosterior
    gap: float  # KL(q(z|x) || p(z|x)), nats


@st.cache_data(show_spinner="Covering latent space …", max_entries=100, hash_funcs=_BY_CONTENT)
def exact(shown: Shown, image: UInt8[Tensor, "1 1 28 28"]) -> Exact:
    """log p(x), the true posterior and the encoder's distance from it. ValueError for d > 2."""
    model = _vae(shown)
    found = posterior.true_posterior(model, image)
    return Exact(found, posterior.gap(model, image, found.log_evidence))


@st.cache_data(show_spinner="Counting nats …", max_entries=100, hash_funcs=_BY_CONTENT)
def ledger(shown: Shown, image: UInt8[Tensor, "1 1 28 28"]) -> Ledger:
    """Where the nats of one image are spent."""
    return ledgers.ledger(_vae(shown), image)


@st.cache_data(show_spinner="Weighing samples …", max_entries=100, hash_funcs=_BY_CONTENT)
def bounds(shown: Shown, image: UInt8[Tensor, "1 1 28 28"]) -> list[ledgers.Bound]:
    """IWAE of one image with 1, 10 and 100 samples, with a fixed generator."""
    return ledgers.bounds(_vae(shown), image, torch.Generator().manual_seed(0))


@st.cache_data(show_spinner="Averaging every cloud …", max_entries=40, hash_funcs=_BY_KEY)
def account(shown: Shown, name: data.Name) -> aggregate.Account:
    """Information and distance from the prior of the map's average posterior, fixed generator."""
    return aggregate.account(codes(shown, name), torch.Generator().manual_seed(0))


class Marginals(NamedTuple):
    """What the average of the clouds puts into bins along each latent."""

    edges: Float[Tensor, " edges"]
    masses: Float[Tensor, "latent bins"]


@st.cache_data(show_spinner="Averaging every cloud …", max_entries=40, hash_funcs=_BY_KEY)
def marginals(shown: Shown, name: data.Name, bins: int = 120) -> Marginals:
    """The marginals of the map's average posterior, over all codes and four σ of the prior."""
    found = codes(shown, name)
    reach = max(4.0, 1.1 * found.mean.abs().max().item())
    edges = torch.linspace(-reach, reach, bins + 1)
    each = [
        aggregate.marginal_masses(found, latent, edges) for latent in range(found.mean.shape[1])
    ]
    return Marginals(edges, torch.stack(each))


@st.cache_data(show_spinner=False, max_entries=60, hash_funcs=_BY_KEY)
def prior_in_holes(shown: Shown, name: data.Name) -> float:
    """Share of 10 000 prior samples that fall in a hole, with a fixed generator."""
    drawn = sampling.draw(10_000, shown.config.latent_dim, torch.Generator().manual_seed(0))
    return holes(shown, name).share(sampling.prior(drawn))


@torch.no_grad()
def encoded(shown: Shown, image: UInt8[Tensor, "n 1 28 28"]) -> Posterior:
    """The clouds of a few images. Not kept: it takes a millisecond."""
    return _vae(shown).posterior(data.to_float(image))


def _vae(shown: Shown) -> VariationalAutoencoder:
    if not isinstance(shown.model, VariationalAutoencoder):
        raise ValueError(f"{shown.title} has no posteriors; choose a VAE")
    return shown.model


@st.cache_data(show_spinner="Sampling …", max_entries=200, hash_funcs=_BY_KEY)
def samples(
    shown: Shown, name: data.Name, sampler: sampling.Sampler, seed: int, count: int = 16
) -> Samples:
    """So many samples of the noise of that seed."""
    return _sample(shown, name, sampler, noise(seed, count, shown.config.latent_dim))


def _sample(
    shown: Shown, name: data.Name, sampler: sampling.Sampler, drawn: sampling.Noise
) -> Samples:
    match sampler:
        case "box":
            z = sampling.box(codes(shown, name).mean, drawn)
        case "prior":
            z = sampling.prior(drawn)
        case "gaussian":
            z = gaussian(shown, name).sample(drawn)
        case "mixture":
            z = mixture(shown, name).sample(drawn)
    images = mean_image(shown.config, latent.decode(shown.model, z))
    return Samples(z, images, holes(shown, name).distance(z))


@st.cache_data(show_spinner="Judging 1 000 samples …", max_entries=200, hash_funcs=_BY_KEY)
def judged_sampler(
    shown: Shown, name: data.Name, sampler: sampling.Sampler
) -> tuple[float, evaluation.Judgement]:
    """Hole share and figures of 1 000 samples, always of the same noise."""
    drawn = _sample(shown, name, sampler, noise(0, JUDGED, shown.config.latent_dim))
    in_holes = (drawn.distance > 1).float().mean().item()
    return in_holes, evaluation.judge(classifier()[0], drawn.images)


@st.cache_data(show_spinner="Asking the neighbours …", max_entries=40, hash_funcs=_BY_KEY)
def knn_accuracy(shown: Shown, name: data.Name) -> float:
    """15-NN accuracy on codes: the test images among the training images."""
    chosen = digits(name)
    train, test = chosen.train_images[:10000], chosen.test_images
    return evaluation.knn_accuracy(
        latent.encode(shown.model, train).mean,
        chosen.train_labels[: len(train)],
        latent.encode(shown.model, test).mean,
        chosen.test_labels,
    )


@st.cache_data(show_spinner="Judging 1 000 pictures …", max_entries=60, hash_funcs=_BY_KEY)
def judged_reconstructions(
    shown: Shown, name: data.Name, view: evaluation.View
) -> evaluation.Judgement:
    """Squared error, sharpness and confident share of the first test images, reconstructed from
    their codes' means; what is sampled, with a fixed generator."""
    x = data.to_float(digits(name).test_images[:JUDGED])
    z = latent.encode(shown.model, digits(name).test_images[:JUDGED]).mean
    return evaluation.judge(classifier()[0], _pictures(shown, z, view), x)


@st.cache_data(show_spinner="Reading 1 000 pictures …", max_entries=60, hash_funcs=_BY_KEY)
def readable(shown: Shown | None, name: data.Name) -> float:
    """Share of the first test images that the classifier reads as their label, in the mean image
    of their reconstruction; of the images themselves where no model is given."""
    chosen = digits(name)
    pictures, labels = data.to_float(chosen.test_images[:JUDGED]), chosen.test_labels[:JUDGED]
    if shown is not None:
        pictures = evaluation.reconstruct(shown.model, pictures)
    return evaluation.readable(classifier()[0], pictures, labels)


@st.cache_data(show_spinner="Counting bits …", max_entries=60, hash_funcs=_BY_KEY)
def bits_per_dimension(shown: Shown, name: data.Name) -> float:
    """Bits per pixel of the first test images, dequantised with a fixed generator."""
    if not isinstance(shown.model, VariationalAutoencoder):
        raise ValueError("an autoencoder has no ELBO, so no bits per dimension")
    rng = torch.Generator().manual_seed(0)
    return evaluation.bits_per_dimension(shown.model, digits(name).test_images[:JUDGED], rng)


@st.cache_data(show_spinner="Judging 1 000 pictures …", max_entries=60, hash_funcs=_BY_KEY)
def judged_samples(shown: Shown, view: evaluation.View) -> evaluation.Judgement:
    """Sharpness and confident share of pictures decoded from N(0, I), with a fixed generator."""
    rng = torch.Generator().manual_seed(0)
    z = sampling.prior(sampling.draw(JUDGED, shown.config.latent_dim, rng))
    return evaluation.judge(classifier()[0], _pictures(shown, z, view))


@st.cache_data(show_spinner=False, max_entries=8)
def judged_digits(name: data.Name) -> evaluation.Judgement:
    """The same figures for the first test images themselves."""
    x = data.to_float(digits(name).test_images[:JUDGED])
    return evaluation.judge(classifier()[0], x, x)


@st.cache_data(show_spinner="Judging midpoints …", max_entries=40, hash_funcs=_BY_KEY)
def between(shown: Shown | None, name: data.Name) -> evaluation.Between:
    """The classifier on midpoints of random pairs of test images of different classes, the same
    pairs for all: decoded between their codes, or of their pixels where no model is given."""
    chosen = digits(name)
    rng = torch.Generator().manual_seed(0)
    a, b = evaluation.pairs_of_classes(chosen.test_labels, PAIRS, rng)
    ends = chosen.test_images[a], chosen.test_images[b]
    if shown is None:
        middle = (data.to_float(ends[0]) + data.to_float(ends[1])) / 2
    else:
        z = [latent.encode(shown.model, images).mean for images in ends]
        middle = _pictures(shown, (z[0] + z[1]) / 2, "mean")
    labels = chosen.test_labels
    return evaluation.judge_between(classifier()[0], middle, labels[a], labels[b])


def _pictures(shown: Shown, z: Tensor, view: evaluation.View) -> Tensor:
    rng = torch.Generator().manual_seed(1)
    return evaluation.picture(shown.config, latent.decode(shown.model, z), view, rng)


@st.cache_resource(scope="session", on_release=lambda watch: watch.left(), show_spinner=False)
def watch_connection(_watch: "ConnectionWatch") -> "ConnectionWatch":
    """Calls `left` when this session's connection is lost, for a moment or for good."""
    return _watch


class ConnectionWatch:
    """Tells a visitor's job that nobody watches it. `back` on every run of a page."""

    def __init__(self) -> None:
        self.job: jobs.Job | None = None

    def left(self) -> None:
        if self.job is not None:
            self.job.leave()

    def back(self) -> None:
        if self.job is not None:
            self.job.visitor_left = None


def title(config: ModelConfig) -> str:
    """A model in a few words: "VAE lite, d = 2, β = 1"."""
    kind = "AE" if config.kind == "ae" else "VAE"
    parts = [f"{kind} {config.architecture}", f"d = {config.latent_dim}"]
    if config.kind == "vae":
        parts.append(f"β = {config.beta:g}")
    if config.likelihood != "bernoulli":
        parts.append(config.likelihood.replace("_", " "))
    return ", ".join(parts)
