"""What a figure is read beside: what anyone can reach, and what nobody can pass.

A floor or a ceiling needs no model, only the images; noise and the linear baseline are the
rivals that a model has to beat before its figures mean anything.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from sklearn.decomposition import PCA
from torch import Tensor

from core.continuous_bernoulli import continuous_bernoulli_logits, continuous_bernoulli_nll
from core.data import to_float


def noise_images(count: int, rng: torch.Generator) -> Float[Tensor, "count 1 28 28"]:
    """Uniform noise, the baseline that no judge of digits should like."""
    return torch.rand(count, 1, 28, 28, generator=rng)


def entropy_floor(images: UInt8[Tensor, "images 1 28 28"]) -> float:
    """Mean entropy Σ H(x) of the grey values: the lowest binary cross-entropy there is, nats."""
    x = to_float(images).double()
    return (torch.special.entr(x) + torch.special.entr(1 - x)).flatten(1).sum(1).mean().item()


def continuous_bernoulli_ceiling(
    x: Float[Tensor, "images *pixels"], logit_bound: float | None
) -> Float[Tensor, " images"]:
    """log p(x | λ) with the best λ for every pixel under |logit| <= logit_bound, nats per image.

    No decoder, and so no ELBO, gets above it. Infinite without a bound (None) where a pixel is
    exactly 0 or 1: there the density rises without end.
    """
    return _best_density(x, continuous_bernoulli_logits(x), logit_bound)


def _best_density(x: Tensor, best: Tensor, logit_bound: float | None) -> Tensor:
    """`best` is where the gradient mean - x is 0; the cost is convex, so clamped it stays best."""
    if logit_bound is not None:
        best = best.clamp(-logit_bound, logit_bound)
    endless = best.isinf().flatten(1).any(1)
    finite = -continuous_bernoulli_nll(best.nan_to_num(posinf=0, neginf=0), x)
    return torch.where(endless, torch.inf, finite)


def mean_ceilings(
    images: UInt8[Tensor, "images 1 28 28"],
    logit_bounds: Sequence[float | None],
    *,
    dequantised: bool,
) -> list[float]:
    """Mean `continuous_bernoulli_ceiling` of the images under each `logit_bound`, nats per image.

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
    return [(weight * _best_density(x, best, bound)).sum().item() for bound in logit_bounds]


def mean_image_cost(
    train_images: UInt8[Tensor, "train 1 28 28"], test_images: UInt8[Tensor, "test 1 28 28"]
) -> float:
    """Binary cross-entropy of answering every test image with the mean training image, nats."""
    mean = to_float(train_images).double().mean(0, keepdim=True)
    x = to_float(test_images).double().mean(0, keepdim=True)  # the cost is linear in x
    return F.binary_cross_entropy(mean, x, reduction="sum").item()


class ByteCosts(NamedTuple):
    """What a pixel's byte costs those who know no images, only tables of shares; bits."""

    one_table: float  # of the 256 values, for all pixels
    table_per_pixel: float


def byte_costs(
    train_images: UInt8[Tensor, "train 1 28 28"], test_images: UInt8[Tensor, "test 1 28 28"]
) -> ByteCosts:
    """Bits a pixel of the test images under the training images' histograms: of all pixels, every
    value counted once more; and of each pixel, one more image as all pixels have it."""
    train, test = train_images.flatten(1).long(), test_images.flatten(1).long()
    counts = torch.bincount(train.flatten(), minlength=256).double() + 1
    shares = counts / counts.sum()
    place = 256 * torch.arange(train.shape[1])
    of_each = torch.bincount((train + place).flatten(), minlength=256 * len(place)).double()
    of_each = (of_each.view(-1, 256) + shares) / (len(train) + 1)
    return ByteCosts(
        -shares[test].log2().mean().item(),
        -of_each.flatten()[test + place].log2().mean().item(),
    )


class Pca(NamedTuple):
    """The linear baseline: as many numbers for an image, and straight lines only."""

    mean: Float[Tensor, " 784"]
    directions: Float[Tensor, "latent 784"]

    def restore(self, x: Float[Tensor, "images 1 28 28"]) -> Float[Tensor, "images 1 28 28"]:
        """Images from their coordinates along the directions, clipped to [0, 1]."""
        codes = (x.flatten(1) - self.mean) @ self.directions.T
        return (self.mean + codes @ self.directions).clamp(0, 1).view_as(x)

    def first(self, latent_dim: int) -> "Pca":
        """PCA of fewer numbers: the directions of most variance are among those of more."""
        return self._replace(directions=self.directions[:latent_dim])


def fit_pca(images: UInt8[Tensor, "images 1 28 28"], latent_dim: int) -> Pca:
    """The directions in which these images vary most."""
    pca = PCA(latent_dim, random_state=0).fit(to_float(images).flatten(1).numpy())
    return Pca(
        torch.from_numpy(np.asarray(pca.mean_)).float(),
        torch.from_numpy(np.asarray(pca.components_)).float(),
    )
