"""Measuring models: every figure that the course shows comes from here.

Nats per image, means over images. What is random takes its generator. Bounds (ELBO, IWAE)
decode *sampled* z; pictures and maps use posterior means, and a page says which.
"""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int64, UInt8
from sklearn.neighbors import KNeighborsClassifier
from torch import Tensor

from core.data import dequantise, to_float
from core.latent import Codes, nearest
from core.losses import (
    continuous_bernoulli_logits,
    continuous_bernoulli_nll,
    kl_standard_normal,
)
from core.models import Model, ModelConfig, VariationalAutoencoder, mean_image, sample_image
from core.models.classifier import Classifier
from core.models.layers import negative_log_likelihood
from core.models.vae import reparameterise
from core.training import Terms

NEIGHBOURS = 15
CONFIDENT = 0.9

View = Literal["parameter", "mean", "sample"]  # what of p(x|z) is drawn


class PerImage(NamedTuple):
    """The terms of the loss, one per image, nats. The KL of an autoencoder is 0."""

    reconstruction: Float[Tensor, " images"]
    kl: Float[Tensor, " images"]


@torch.no_grad()
def terms_per_image(
    model: Model, images: UInt8[Tensor, "images 1 28 28"], rng: torch.Generator, samples: int = 5
) -> PerImage:
    """Reconstruction cost with z sampled (the mean over so many draws), and the exact KL."""
    reconstructions, kls = [], []
    for part in images.split(1000):
        x = to_float(part)
        if isinstance(model, VariationalAutoencoder):
            mean, logvar = model.posterior(x)
            draws = []
            for _ in range(samples):
                z = reparameterise(mean, logvar, torch.randn(mean.shape, generator=rng))
                draws.append(negative_log_likelihood(model.config, model.decode(z), x))
            reconstructions.append(torch.stack(draws).mean(0))
            kls.append(kl_standard_normal(mean, logvar))
        else:
            logits = model.decode(model.encode(x))
            reconstructions.append(negative_log_likelihood(model.config, logits, x))
            kls.append(torch.zeros(len(x)))
    return PerImage(torch.cat(reconstructions), torch.cat(kls))


def mean_terms(model: Model, images: Tensor, rng: torch.Generator, samples: int = 5) -> Terms:
    """Test loss terms: the total is the negative ELBO for a VAE, whatever beta trained it."""
    reconstruction, kl = terms_per_image(model, images, rng, samples)
    r, k = reconstruction.double().mean().item(), kl.double().mean().item()
    return Terms(total=r + k, reconstruction=r, kl=k)


@torch.no_grad()
def bits_per_dimension(
    model: VariationalAutoencoder, images: UInt8[Tensor, "images 1 28 28"], rng: torch.Generator
) -> float:
    """Bits that a pixel's byte costs at most under the model; 8 under a uniform density.

    The negative ELBO of dequantised images in bits a pixel, plus log2 256: the mean log-density
    over a byte's cell is a lower bound on log 256 P(byte). Comparable between all densities.
    Theis et al. 2016 (arXiv:1511.01844). Raises ValueError for a Bernoulli, which is none.
    """
    if model.config.likelihood == "bernoulli":
        raise ValueError("a Bernoulli gives grey values no density, so no bits per dimension")
    nats = 0.0
    for part in images.split(1000):
        _, reconstruction, kl = model.loss(dequantise(part, rng), rng)  # whatever its beta
        nats += len(part) * (reconstruction + kl).double().item()
    return nats / len(images) / images[0].numel() / math.log(2) + 8


@torch.no_grad()
def iwae(
    model: VariationalAutoencoder,
    images: UInt8[Tensor, "images 1 28 28"],
    k: int,
    rng: torch.Generator,
) -> Float[Tensor, " images"]:
    """log 1/k Σ p(x,z_i)/q(z_i|x), z_i from q(z|x): a lower bound on log p(x), nats per image.

    Its expectation rises with k towards log p(x); k = 1 is the ELBO. Burda et al. 2016
    (arXiv:1509.00519).
    """
    x = to_float(images)
    mean, logvar = model.posterior(x)
    weights = []
    for _ in range(k):
        epsilon = torch.randn(mean.shape, generator=rng)
        z = reparameterise(mean, logvar, epsilon)
        log_ratio = 0.5 * (epsilon.square() + logvar - z.square()).sum(1)  # log p(z) - log q(z|x)
        weights.append(log_ratio - negative_log_likelihood(model.config, model.decode(z), x))
    return torch.stack(weights).logsumexp(0) - math.log(k)


def active_units(codes: Codes) -> int:
    """Latent dimensions whose mean varies over images by a variance above 0.01 (Burda 2016)."""
    return int((codes.mean.var(0) > 0.01).sum())


def code_spread(codes: Codes) -> Float[Tensor, " latent"]:
    """Standard deviation of the codes' means over images, one per latent dimension."""
    return codes.mean.std(0)


def mean_radius(codes: Codes) -> Float[Tensor, " latent"]:
    """Mean of σ over images, one per latent dimension; 0 for an autoencoder's points."""
    if codes.logvar is None:
        return torch.zeros(codes.mean.shape[1])
    return (0.5 * codes.logvar).exp().mean(0)


def knn_accuracy(
    codes: Float[Tensor, "known latent"],
    labels: Int64[Tensor, " known"],
    queries: Float[Tensor, "queries latent"],
    query_labels: Int64[Tensor, " queries"],
) -> float:
    """Share of queries whose label the 15 nearest known codes vote for."""
    voters = KNeighborsClassifier(NEIGHBOURS).fit(codes.numpy(), labels.numpy())
    return float(voters.score(queries.numpy(), query_labels.numpy()))


class Holes(NamedTuple):
    """Where no code lives: farther from every code than 95 % of held-out codes are."""

    codes: Float[Tensor, "known latent"]
    threshold: float  # in units of the latent space

    def distance(self, z: Float[Tensor, "points latent"]) -> Float[Tensor, " points"]:
        """Distance to the nearest known code, in thresholds: above 1 is a hole."""
        return nearest(self.codes, z)[0] / self.threshold

    def share(self, z: Float[Tensor, "points latent"]) -> float:
        """Share of the points that lie in a hole."""
        return (self.distance(z) > 1).float().mean().item()


def find_holes(codes: Float[Tensor, "codes latent"]) -> Holes:
    """How near codes lie is measured on a fifth of them, drawn with a fixed seed, against the rest.

    Drawn, because a set may come in an order: every fifth image of the sample is a 0 or a 5.
    """
    order = torch.randperm(len(codes), generator=torch.Generator().manual_seed(0))
    held_out, known = codes[order[: len(codes) // 5]], codes[order[len(codes) // 5 :]]
    distance, _ = nearest(known, held_out)
    return Holes(codes, max(distance.quantile(0.95).item(), 1e-12))


def confidence(
    classifier: Classifier, images: Float[Tensor, "images 1 28 28"]
) -> Float[Tensor, " images"]:
    """The classifier's largest probability for each image. Read it beside `confident_share`s
    of real digits and of noise: a classifier that knows only digits finds one everywhere."""
    return classifier.probabilities(images).amax(1)


def confident_share(classifier: Classifier, images: Float[Tensor, "images 1 28 28"]) -> float:
    """Share of the images of which the classifier is more than 90 % sure."""
    return (confidence(classifier, images) > CONFIDENT).float().mean().item()


def readable(
    classifier: Classifier,
    images: Float[Tensor, "images 1 28 28"],
    labels: Int64[Tensor, " images"],
) -> float:
    """Share of the images that the classifier reads as their label."""
    return (classifier.probabilities(images).argmax(1) == labels).float().mean().item()


class Between(NamedTuple):
    """What the classifier makes of images that lie between two digits."""

    confident: float  # share of the images of which it is more than 90 % sure
    other: float  # share that it reads as a digit that neither end is


def judge_between(
    classifier: Classifier,
    images: Float[Tensor, "images 1 28 28"],
    start_labels: Int64[Tensor, " images"],
    end_labels: Int64[Tensor, " images"],
) -> Between:
    """One image for each pair of ends."""
    probability, read = classifier.probabilities(images).max(1)
    return Between(
        confident=(probability > CONFIDENT).float().mean().item(),
        other=((read != start_labels) & (read != end_labels)).float().mean().item(),
    )


def pairs_of_classes(
    labels: Int64[Tensor, " images"], count: int, rng: torch.Generator
) -> tuple[Int64[Tensor, " count"], Int64[Tensor, " count"]]:
    """Indices of two images of different classes, so many times, at random."""
    drawn = torch.randint(len(labels), (4 * count, 2), generator=rng)
    different = drawn[labels[drawn[:, 0]] != labels[drawn[:, 1]]][:count]
    return different[:, 0], different[:, 1]


def collapsed(kl: float, reconstruction: float, mean_image_cost: float) -> bool:
    """Whether a VAE's codes carry nothing: no KL, and the cost of always drawing the mean image.

    Within 1 % of that cost, because the mean image it learned is that of other images.
    """
    return kl < 0.01 and abs(reconstruction - mean_image_cost) < 0.01 * mean_image_cost


def noise_images(count: int, rng: torch.Generator) -> Float[Tensor, "count 1 28 28"]:
    """Uniform noise, the baseline that no judge of digits should like."""
    return torch.rand(count, 1, 28, 28, generator=rng)


def sharpness(images: Float[Tensor, "images 1 28 28"]) -> Float[Tensor, " images"]:
    """Variance of the 4-neighbour Laplacian over an image's inner pixels; real digits: 0.18."""
    kernel = torch.tensor([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]]).view(1, 1, 3, 3)
    return F.conv2d(images, kernel).flatten(1).var(1, correction=0)


def squared_error(
    a: Float[Tensor, "images 1 28 28"], b: Float[Tensor, "images 1 28 28"]
) -> Float[Tensor, " images"]:
    """Sum over pixels of (a - b)², one per image. No likelihood: comparable between all models."""
    return (a - b).square().flatten(1).sum(1)


@torch.no_grad()
def reconstruct(
    model: Model, x: Float[Tensor, "images 1 28 28"]
) -> Float[Tensor, "images 1 28 28"]:
    """The mean image decoded from each image's code (a VAE's posterior mean)."""
    return mean_image(model.config, model.decode(model.encode(x)))


def picture(
    config: ModelConfig,
    logits: Float[Tensor, "images 1 28 28"],
    view: View,
    rng: torch.Generator,
) -> Float[Tensor, "images 1 28 28"]:
    """p(x|z) as a picture in [0, 1]: its parameter λ, its mean, or one sample of it.

    λ is the mean of a Bernoulli and of our Gaussian, but not of a continuous Bernoulli. A
    Gaussian's sample is clipped: it may be darker than black, and a screen cannot.
    """
    match view:
        case "parameter":
            return logits.sigmoid()
        case "mean":
            return mean_image(config, logits)
        case "sample":
            return sample_image(config, logits, rng).clamp(0, 1)


class Judgement(NamedTuple):
    """How a set of pictures looks to three judges, means over the images."""

    squared_error: float | None  # to the originals, where there are any
    sharpness: float
    confident: float | None  # share that the classifier is more than 90 % sure of, if it reads


def judge(
    classifier: Classifier | None,
    images: Float[Tensor, "images 1 28 28"],
    originals: Float[Tensor, "images 1 28 28"] | None = None,
) -> Judgement:
    """Squared error, sharpness and confident share of pictures; no share without a classifier."""
    error = None if originals is None else squared_error(images, originals).mean().item()
    confident = None if classifier is None else confident_share(classifier, images)
    return Judgement(error, sharpness(images).mean().item(), confident)


def entropy_floor(images: UInt8[Tensor, "images 1 28 28"]) -> float:
    """Mean entropy Σ H(x) of the grey values: the lowest binary cross-entropy there is, nats."""
    x = to_float(images).double()
    return (torch.special.entr(x) + torch.special.entr(1 - x)).flatten(1).sum(1).mean().item()


def continuous_bernoulli_ceiling(
    x: Float[Tensor, "images *pixels"], bound: float | None
) -> Float[Tensor, " images"]:
    """log p(x | λ) with the best λ for every pixel under |logit| <= bound, nats per image.

    No decoder, and so no ELBO, gets above it. Infinite without a bound (None) where a pixel is
    exactly 0 or 1: there the density rises without end.
    """
    return _best_density(x, continuous_bernoulli_logits(x), bound)


def _best_density(x: Tensor, best: Tensor, bound: float | None) -> Tensor:
    """`best` is where the gradient mean - x is 0; the cost is convex, so clamped it stays best."""
    if bound is not None:
        best = best.clamp(-bound, bound)
    endless = best.isinf().flatten(1).any(1)
    finite = -continuous_bernoulli_nll(best.nan_to_num(posinf=0, neginf=0), x)
    return torch.where(endless, torch.inf, finite)


def mean_ceilings(
    images: UInt8[Tensor, "images 1 28 28"], bounds: Sequence[float | None], *, dequantised: bool
) -> list[float]:
    """Mean `continuous_bernoulli_ceiling` of the images under each bound, nats per image.

    Of x / 255, or of (x + u) / 256 in expectation over u: no draw, but Gauss-Legendre quadrature.
    There are only 256 grey values, so it costs the same for any number of images.
    """
    grey = torch.arange(256, dtype=torch.float64).unsqueeze(1)
    per_image = torch.bincount(images.flatten().long(), minlength=256).double() / len(images)
    if dequantised:
        nodes, weights = (torch.from_numpy(part) for part in np.polynomial.legendre.leggauss(64))
        x, weight = (grey + (1 + nodes) / 2) / 256, per_image.unsqueeze(1) * weights / 2
    else:
        x, weight = grey / 255, per_image.unsqueeze(1)
    x, weight = x.reshape(-1, 1)[weight.flatten() > 0], weight.flatten()[weight.flatten() > 0]
    best = continuous_bernoulli_logits(x)
    return [(weight * _best_density(x, best, bound)).sum().item() for bound in bounds]


def mean_image_cost(
    train_images: UInt8[Tensor, "train 1 28 28"], test_images: UInt8[Tensor, "test 1 28 28"]
) -> float:
    """Binary cross-entropy of answering every test image with the mean training image, nats."""
    mean = to_float(train_images).double().mean(0, keepdim=True)
    x = to_float(test_images).double().mean(0, keepdim=True)  # the cost is linear in x
    return F.binary_cross_entropy(mean, x, reduction="sum").item()


class Pca(NamedTuple):
    """The linear baseline: as many numbers for an image, and straight lines only."""

    mean: Float[Tensor, " 784"]
    directions: Float[Tensor, "latent 784"]

    def restore(self, x: Float[Tensor, "images 1 28 28"]) -> Float[Tensor, "images 1 28 28"]:
        """Images from their coordinates along the directions, clipped to [0, 1]."""
        codes = (x.flatten(1) - self.mean) @ self.directions.T
        return (self.mean + codes @ self.directions).clamp(0, 1).view_as(x)


def fit_pca(images: UInt8[Tensor, "images 1 28 28"], latent_dim: int) -> Pca:
    """The directions in which these images vary most."""
    from sklearn.decomposition import PCA

    pca = PCA(latent_dim, random_state=0).fit(to_float(images).flatten(1).numpy())
    return Pca(
        torch.from_numpy(np.asarray(pca.mean_)).float(),
        torch.from_numpy(np.asarray(pca.components_)).float(),
    )
