"""What an image costs a model, and how near that is to log p(x): the ELBO, and tighter bounds.

Nats per image; what is random takes its generator. These decode *sampled* z, as training does,
where pictures and maps use posterior means. Left out: the evidence itself, which
`core/posterior.py` finds for up to two latents.
"""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from core.data import dequantise, to_float
from core.models import Model, VariationalAutoencoder
from core.models.likelihoods import negative_log_likelihood
from core.models.vae import reparameterise
from core.training import Terms


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
            kls.append(model.kl(mean, logvar))
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
