"""What the codes of a set say: how many latents are in use, how far, and of which digit.

All of it follows from codes and labels alone, so it serves every model. Left out: what is drawn
at a code.
"""

import torch
from jaxtyping import Float, Int64
from sklearn.neighbors import KNeighborsClassifier
from torch import Tensor

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


def knn_accuracy(
    codes: Float[Tensor, "known latent"],
    labels: Int64[Tensor, " known"],
    queries: Float[Tensor, "queries latent"],
    query_labels: Int64[Tensor, " queries"],
) -> float:
    """Share of queries whose label the 15 nearest known codes vote for."""
    voters = KNeighborsClassifier(NEIGHBOURS).fit(codes.numpy(), labels.numpy())
    return float(voters.score(queries.numpy(), query_labels.numpy()))


def collapsed(kl: float, reconstruction: float, mean_image_cost: float) -> bool:
    """Whether a VAE's codes carry nothing: no KL, and the cost of always drawing the mean image.

    Within 1 % of that cost, because the mean image it learned is that of other images.
    """
    return kl < 0.01 and abs(reconstruction - mean_image_cost) < 0.01 * mean_image_cost
