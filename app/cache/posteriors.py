"""The clouds of a VAE: of one image against the true posterior, of all images against the prior."""

from typing import NamedTuple

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from app.cache.maps import codes
from app.cache.models import BY_KEY, Shown, of_a_model
from core import aggregate, data, posterior
from core import ledger as ledgers
from core.ledger import Ledger
from core.models import Posterior, VariationalAutoencoder
from core.posterior import Sampled, TruePosterior

_BY_CONTENT = {**BY_KEY, Tensor: lambda tensor: tensor.numpy().tobytes()}


class Exact(NamedTuple):
    """What quadrature knows of one image, and what knows of it without quadrature."""

    posterior: TruePosterior
    gap: float  # KL(q(z|x) || p(z|x)), nats, from the posterior's cells
    sampled: Sampled


@of_a_model("Covering latent space …", 100, by=_BY_CONTENT)
def exact(shown: Shown, image: UInt8[Tensor, "1 1 28 28"]) -> Exact:
    """log p(x), the true posterior and the encoder's distance from it; log p(x) sampled, with a
    fixed generator. ValueError for d > 2.
    """
    model = _vae(shown)
    found = posterior.true_posterior(model, image)
    sampled = posterior.sampled_evidence(model, image, found, torch.Generator().manual_seed(0))
    return Exact(found, found.divergence_of(encoded(shown, image)), sampled)


@of_a_model("Counting nats …", 100, by=_BY_CONTENT)
def ledger(shown: Shown, image: UInt8[Tensor, "1 1 28 28"]) -> Ledger:
    """Where the nats of one image are spent."""
    return ledgers.ledger(_vae(shown), image)


@of_a_model("Weighing samples …", 100, by=_BY_CONTENT)
def lower_bounds(shown: Shown, image: UInt8[Tensor, "1 1 28 28"]) -> list[ledgers.Bound]:
    """IWAE of one image with 1, 10 and 100 samples, with a fixed generator."""
    return ledgers.bounds(_vae(shown), image, torch.Generator().manual_seed(0))


@of_a_model("Averaging every cloud …", 40)
def account(shown: Shown) -> aggregate.Account:
    """Information and distance from the prior of the map's average posterior, fixed generator."""
    return aggregate.account(codes(shown), torch.Generator().manual_seed(0))


class Marginals(NamedTuple):
    """What the average of the clouds puts into bins along each latent."""

    edges: Float[Tensor, " edges"]
    masses: Float[Tensor, "latent bins"]


@of_a_model("Averaging every cloud …", 40)
def marginals(shown: Shown, bins: int = 120) -> Marginals:
    """The marginals of the map's average posterior, over all codes and four σ of the prior."""
    found = codes(shown)
    reach = max(4.0, 1.1 * found.mean.abs().max().item())
    edges = torch.linspace(-reach, reach, bins + 1)
    each = [
        aggregate.marginal_masses(found, latent, edges) for latent in range(found.mean.shape[1])
    ]
    return Marginals(edges, torch.stack(each))


@torch.no_grad()
def encoded(shown: Shown, image: UInt8[Tensor, "n 1 28 28"]) -> Posterior:
    """The clouds of a few images. Not kept: it takes a millisecond."""
    return _vae(shown).posterior(data.to_float(image))


def _vae(shown: Shown) -> VariationalAutoencoder:
    if not isinstance(shown.model, VariationalAutoencoder):
        raise ValueError(f"{shown.title} has no posteriors; choose a VAE")
    return shown.model
