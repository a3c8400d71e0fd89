"""Figures of merit: loss terms, sharpness, the classifier's opinion, and what bounds them.

Means over the test images in use, or over the first JUDGED of them; every draw has a fixed
generator, so that a figure is the same on every page.
"""

import math
from typing import Literal

import streamlit as st
import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from app import images
from app.cache.models import (
    BY_KEY,
    BY_MODEL,
    BY_PICTURES,
    Judge,
    RejectingJudge,
    Shown,
    Tested,
    digits,
    of_a_model,
)
from core import data, evaluation, latent, sampling
from core.models import VariationalAutoencoder
from core.models.classifier import Classifier
from core.models.likelihoods import negative_log_likelihood
from core.training import Terms

JUDGED = 1000  # pictures that sharpness and the like are averaged over
WIDEST = 32  # code of the course: a smaller PCA is the first directions of this one
IN_BASIS = 2000  # digits that are decoded after a change of basis
PAIRS = 500  # of digits whose midpoints are judged


@of_a_model("Measuring every digit …", 40)
def terms(shown: Shown) -> evaluation.bounds.PerImage:
    """Loss terms of each of `map_images`, with one sampled z of a fixed generator."""
    rng = torch.Generator().manual_seed(0)
    return evaluation.bounds.terms_per_image(shown.model, shown.images, rng, samples=1)


@of_a_model("Measuring the test images …", 1000)
def mean_terms(shown: Shown) -> Terms:
    """Mean loss terms of the test images in use, with one sampled z."""
    rng = torch.Generator().manual_seed(0)
    return evaluation.bounds.mean_terms(shown.model, shown.tested.images, rng, samples=1)


@of_a_model(False, 1000, by=BY_PICTURES)
def thumbnail(
    shown: Shown, digits: UInt8[Tensor, "n 1 28 28"], columns: int, *, scale: int = 1
) -> str:
    """A few digits as a model restores them, as one picture's address."""
    restored = evaluation.judging.reconstruct(shown.model, data.to_float(digits))
    return images.sheet(restored, columns, scale=scale, gap=1)


@of_a_model("Restoring the test images …", 10)
def restored(shown: Shown) -> Float[Tensor, "n 1 28 28"]:
    """The mean images decoded from the codes of the test images in use."""
    parts = data.to_float(shown.tested.images).split(1000)
    return torch.cat([evaluation.judging.reconstruct(shown.model, part) for part in parts])


def pca(name: data.Name, latent_dim: int) -> evaluation.baselines.Pca:
    """PCA of up to 10 000 training images, of that many directions."""
    return _pca(name, max(latent_dim, WIDEST)).first(latent_dim)


@st.cache_data(show_spinner="Fitting PCA …", max_entries=8)
def _pca(name: data.Name, latent_dim: int) -> evaluation.baselines.Pca:
    return evaluation.baselines.fit_pca(digits(name).train_images[:10000], latent_dim)


@st.cache_data(show_spinner=False)
def bce_extremes(name: data.Name) -> tuple[float, float]:
    """BCE of perfect restoration and of the mean training image, nats per test image in use."""
    chosen = digits(name)
    return (
        evaluation.baselines.entropy_floor(chosen.test_images),
        evaluation.baselines.mean_image_cost(chosen.train_images, chosen.test_images),
    )


@st.cache_data(show_spinner=False, max_entries=40)
def ceilings(
    name: data.Name, bounds: tuple[float | None, ...], *, dequantised: bool
) -> list[float]:
    """The most that a continuous Bernoulli can give the test images in use under each bound."""
    return evaluation.baselines.mean_ceilings(
        digits(name).test_images, bounds, dequantised=dequantised
    )


@st.cache_data(show_spinner=False, max_entries=8)
def byte_costs(name: data.Name) -> evaluation.baselines.ByteCosts:
    """What tables of the training images' grey values charge for a byte of the images judged."""
    chosen = digits(name)
    return evaluation.baselines.byte_costs(chosen.train_images, chosen.test_images[:JUDGED])


@of_a_model("Decoding 2 000 digits …", 60)
def cost_in_basis(shown: Shown, matrix: tuple[tuple[float, ...], ...]) -> float:
    """Mean cost of restoring the first digits of a model's map, nats per image, where its encoder
    is followed by that matrix, and its decoder preceded by the inverse.
    """
    turned = torch.tensor(matrix)
    codes, images = shown.codes.mean[:IN_BASIS], shown.images[:IN_BASIS]
    with torch.no_grad():
        logits = shown.model.decode(codes @ turned.T @ torch.linalg.inv(turned).T)
    return negative_log_likelihood(shown.config, logits, data.to_float(images)).mean().item()


@of_a_model("Encoding the test images …", 40)
def kl_per_unit(shown: Shown) -> Float[Tensor, " latent"]:
    """Mean KL of each latent over the test images, nats. ValueError where codes are points."""
    if shown.config.noise == 0:
        raise ValueError(f"{shown.title} has no noise, so its codes are points and have no KL")
    return evaluation.codes.kl_per_unit(latent.encode(shown.model, shown.tested.images))


@of_a_model("Stepping aside …", 40)
def change_nearby(shown: Shown) -> float:
    """How much the pictures of the first test images change near their codes, always with the
    same steps."""
    codes, rng = latent.encode(shown.model, judged_of(shown).images), torch.Generator()
    return evaluation.judging.change_nearby(shown.model, codes.mean, rng.manual_seed(0))


@of_a_model("Asking the neighbours …", 40)
def knn_votes(shown: Shown) -> Int64[Tensor, " n"]:
    """The class that the 15 nearest codes of training images vote for, for each test image."""
    chosen = shown.digits
    train = chosen.train_images[:10000]
    return evaluation.codes.knn_votes(
        latent.encode(shown.model, train).mean,
        chosen.train_labels[: len(train)],
        latent.encode(shown.model, shown.tested.images).mean,
    )


@of_a_model("Judging 1 000 pictures …", 60)
def judged_reconstructions(
    shown: Shown, view: evaluation.judging.View, judge: Judge | None
) -> evaluation.judging.Judgement:
    """Squared error, sharpness and confident share of the first test images, reconstructed from
    their codes' means; what is sampled, with a fixed generator."""
    x = judged_of(shown)
    z = latent.encode(shown.model, x.images).mean
    pictures = _pictures(shown, z, view)
    return evaluation.judging.judge(_reader(judge), pictures, data.to_float(x.images))


@of_a_model("Reading 1 000 pictures …", 60)
def readings(shown: Shown, judge: Judge) -> Int64[Tensor, " n"]:
    """The digit that the classifier reads in the reconstruction of each of the first test
    images, in its mean image."""
    x = data.to_float(judged_of(shown).images)
    return evaluation.judging.read(judge.model, evaluation.judging.reconstruct(shown.model, x))


@st.cache_data(show_spinner="Reading 1 000 pictures …", max_entries=20, hash_funcs=BY_KEY)
def readings_of_pca(name: data.Name, latent_dim: int, judge: Judge) -> Int64[Tensor, " n"]:
    """The same where PCA of that many directions restored them."""
    return evaluation.judging.read(judge.model, pca(name, latent_dim).restore(_first(name)))


@of_a_model("Reading 1 000 pictures …", 1000)
def readable(shown: Shown, judge: Judge) -> float:
    """Share of the first test images that the classifier reads as their label, in the mean image
    of their reconstruction."""
    x = judged_of(shown)
    restored = evaluation.judging.reconstruct(shown.model, data.to_float(x.images))
    return evaluation.judging.readable(judge.model, restored, x.labels)


@st.cache_data(show_spinner=False, max_entries=8, hash_funcs=BY_KEY)
def readable_digits(name: data.Name, judge: Judge) -> float:
    """The same share of the images themselves."""
    return evaluation.judging.readable(judge.model, _first(name), digits(name).test_labels[:JUDGED])


def judged_of(shown: Shown) -> Tested:
    """The test images whose reconstructions by a model are judged: the first JUDGED of them."""
    return Tested(shown.tested.images[:JUDGED], shown.tested.labels[:JUDGED])


def judged_count(name: data.Name) -> int:
    """How many of the test images in use are judged: JUDGED, or all where they are fewer."""
    return min(JUDGED, len(digits(name).test_images))


def restoring_error(shown: Shown, view: evaluation.judging.View, judge: Judge | None) -> float:
    """Mean squared error of the reconstructions of `judged_reconstructions`."""
    error = judged_reconstructions(shown, view, judge).squared_error
    if error is None:
        raise ValueError("a reconstruction was judged without its original")
    return error


@of_a_model("Measuring dequantised images …", 40)
def dequantised_elbo(shown: Shown) -> float:
    """Mean ELBO of the test images in use, dequantised; one z for each, fixed generator."""
    images = shown.tested.images
    bits = evaluation.bounds.bits_per_dimension(
        _vae(shown), images, torch.Generator().manual_seed(0)
    )
    return (8 - bits) * math.log(2) * images[0].numel()


@of_a_model("Counting bits …", 60)
def bits_per_dimension(shown: Shown) -> float:
    """Bits per pixel of the first test images, dequantised with a fixed generator."""
    rng = torch.Generator().manual_seed(0)
    return evaluation.bounds.bits_per_dimension(_vae(shown), judged_of(shown).images, rng)


@of_a_model("Judging 1 000 pictures …", 60, by=BY_MODEL)
def judged_samples(
    shown: Shown, view: evaluation.judging.View, judge: Judge | None
) -> evaluation.judging.Judgement:
    """Sharpness and confident share of pictures decoded from N(0, I), with a fixed generator."""
    rng = torch.Generator().manual_seed(0)
    z = sampling.prior(sampling.draw(JUDGED, shown.config.latent_dim, rng))
    return evaluation.judging.judge(_reader(judge), _pictures(shown, z, view))


@st.cache_data(show_spinner=False, max_entries=8, hash_funcs=BY_KEY)
def judged_digits(name: data.Name, judge: Judge | None) -> evaluation.judging.Judgement:
    """The same figures for the first test images themselves."""
    x = _first(name)
    return evaluation.judging.judge(_reader(judge), x, x)


@st.cache_data(show_spinner=False, max_entries=8, hash_funcs=BY_KEY)
def sure_of_digits(name: data.Name, judge: Judge) -> float:
    """Share of the first test images of which the classifier is more than 90 % sure."""
    return evaluation.judging.confident_share(judge.model, _first(name))


@of_a_model("Judging midpoints …", 60)
def between(
    shown: Shown,
    classifier: Judge,
    judge: RejectingJudge,
    *,
    spherical: bool = False,
    at: Literal[0, 1] = 1,
) -> evaluation.judging.Between:
    """Both judges on midpoints of random pairs of test images of different classes, the same
    pairs for all models: decoded between their codes, on the line or on the great circle; or,
    `at` 0, on the restorations of the pairs' first images.
    """
    a, b = _pairs(shown.data)
    images, labels = shown.digits.test_images, shown.digits.test_labels
    ends = zip(*(latent.encode(shown.model, images[of]).mean for of in (a, b)), strict=True)
    way = latent.spherical_path if spherical else latent.linear_path
    codes = torch.stack([way(start, end, 3)[at] for start, end in ends])
    return evaluation.judging.judge_between(
        classifier.model, judge.model, _pictures(shown, codes, "mean"), labels[a], labels[b]
    )


@st.cache_data(show_spinner="Judging midpoints …", max_entries=8, hash_funcs=BY_KEY)
def between_pixels(
    name: data.Name, classifier: Judge, judge: RejectingJudge, *, at: Literal[0, 1] = 1
) -> evaluation.judging.Between:
    """The same of the pairs' cross-fades, half of one image and half of the other; or of the
    first images themselves.
    """
    a, b = _pairs(name)
    x, labels = data.to_float(digits(name).test_images), digits(name).test_labels
    pictures = (x[a] + x[b]) / 2 if at else x[a]
    return evaluation.judging.judge_between(
        classifier.model, judge.model, pictures, labels[a], labels[b]
    )


def _reader(judge: Judge | None) -> Classifier | None:
    return judge.model if judge else None


def _first(name: data.Name) -> Tensor:
    """The test images that are judged."""
    return data.to_float(digits(name).test_images[:JUDGED])


def _pairs(name: data.Name) -> tuple[Tensor, Tensor]:
    rng = torch.Generator().manual_seed(0)
    return evaluation.judging.pairs_of_classes(digits(name).test_labels, PAIRS, rng)


def _vae(shown: Shown) -> VariationalAutoencoder:
    if not isinstance(shown.model, VariationalAutoencoder):
        raise ValueError("an autoencoder has no ELBO, so no bits per dimension")
    return shown.model


def _pictures(shown: Shown, z: Tensor, view: evaluation.judging.View) -> Tensor:
    rng = torch.Generator().manual_seed(1)
    return evaluation.judging.picture(shown.config, latent.decode(shown.model, z), view, rng)
