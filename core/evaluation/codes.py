"""What the codes of a set say: how many latents are in use, how far, and of which digit.

All of it follows from codes and labels alone, so it serves every model. Left out: what is drawn
at a code.
"""

import itertools
from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from sklearn.neighbors import KNeighborsClassifier
from torch import Tensor

from core.data import CLASSES
from core.latent import Codes
from core.losses import kl_per_latent

NEIGHBOURS = 15


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


def kl_per_unit(codes: Codes) -> Float[Tensor, " latent"]:
    """Mean over images of the KL's terms, nats, one per latent dimension: which are in use.

    Raises ValueError for an autoencoder's points.
    """
    if codes.logvar is None:
        raise ValueError("an autoencoder's codes are points and pay no KL")
    return kl_per_latent(codes.mean, codes.logvar).mean(0)


def knn_votes(
    codes: Float[Tensor, "known latent"],
    labels: Int64[Tensor, " known"],
    queries: Float[Tensor, "queries latent"],
) -> Int64[Tensor, " queries"]:
    """The label that most of the 15 nearest known codes have, for each query."""
    voters = KNeighborsClassifier(NEIGHBOURS).fit(codes.numpy(), labels.numpy())
    return torch.from_numpy(voters.predict(queries.numpy()))


def knn_accuracy(
    codes: Float[Tensor, "known latent"],
    labels: Int64[Tensor, " known"],
    queries: Float[Tensor, "queries latent"],
    query_labels: Int64[Tensor, " queries"],
) -> float:
    """Share of queries whose label the 15 nearest known codes vote for."""
    votes = knn_votes(codes, labels, queries)
    return (votes == query_labels).double().mean().item()


class Confused(NamedTuple):
    """Two classes, and how many images of either were taken for the other."""

    first: int
    second: int
    times: int


def confused_pairs(
    votes: Int64[Tensor, " images"], labels: Int64[Tensor, " images"]
) -> list[Confused]:
    """Every pair of classes, those taken for one another most often first."""
    taken = torch.zeros(CLASSES, CLASSES, dtype=torch.long)
    taken.index_put_((labels, votes), torch.ones_like(labels), accumulate=True)
    pairs = [
        Confused(a, b, int(taken[a, b] + taken[b, a]))
        for a, b in itertools.combinations(range(CLASSES), 2)
    ]
    return sorted(pairs, key=lambda pair: -pair.times)


def largest_tie(codes: Float[Tensor, "codes latent"]) -> int:
    """How many of the codes, at most, are the same to the last bit."""
    _, counts = codes.unique(dim=0, return_counts=True)
    return int(counts.max())


def collapsed(kl: float, reconstruction: float, mean_image_cost: float) -> bool:
    """Whether a VAE's codes carry nothing: no KL, and the cost of always drawing the mean image.

    Within 1 % of that cost, because the mean image it learned is that of other images.
    """
    return kl < 0.01 and abs(reconstruction - mean_image_cost) < 0.01 * mean_image_cost
