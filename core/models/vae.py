"""The variational autoencoder: the encoder answers with a cloud, not with a point.

New against autoencoder.py: the encoder gives two numbers per latent, the mean and the log
variance of the posterior q(z|x); training decodes a *sample* of that cloud; and the loss
pays the KL divergence from each cloud to the prior N(0, I), so that the prior becomes a
place to sample from. Kingma & Welling 2014 (arXiv:1312.6114).
"""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.losses import kl_standard_normal
from core.models import layers
from core.models.config import ModelConfig
from core.models.likelihoods import Loss, limited, negative_log_likelihood

POINT = 1e-12  # the σ that stands for none: added to a code, float32 does not see it


class Posterior(NamedTuple):
    """q(z|x) = N(mean, exp(logvar)), one diagonal Gaussian per image."""

    mean: Float[Tensor, "batch latent"]
    logvar: Float[Tensor, "batch latent"]


def reparameterise(
    mean: Float[Tensor, "batch latent"],
    logvar: Float[Tensor, "batch latent"],
    epsilon: Float[Tensor, "batch latent"],
) -> Float[Tensor, "batch latent"]:
    """z = mean + σ ε: the noise comes from outside, so gradients reach the mean and σ."""
    return mean + (0.5 * logvar).exp() * epsilon


class VariationalAutoencoder(nn.Module):
    def __init__(self, config: ModelConfig, rng: torch.Generator) -> None:
        super().__init__()
        self.config = config
        self.decoder = layers.decoder(config, rng)
        self.encoder = layers.encoder(config, 2 * config.latent_dim, rng)

    def posterior(self, x: Float[Tensor, "batch 1 28 28"]) -> Posterior:
        """The cloud q(z|x) of codes that may stand for x.

        Where the configuration fixes the noise, every cloud has that σ, and half of the encoder's
        numbers go unused. Noise 0 is a σ of POINT: finite, and z is the mean.
        """
        mean, logvar = self.encoder(x).chunk(2, dim=1)
        if self.config.noise is not None:
            logvar = torch.full_like(mean, 2 * math.log(max(self.config.noise, POINT)))
        return Posterior(mean, logvar)

    def encode(self, x: Float[Tensor, "batch 1 28 28"]) -> Float[Tensor, "batch latent"]:
        """The posterior's mean: for maps and pictures. The ELBO needs samples."""
        return self.posterior(x).mean

    def decode(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch 1 28 28"]:
        """Logits of the image that z stands for."""
        return limited(self.config, self.decoder(z))

    def kl(
        self, mean: Float[Tensor, "batch latent"], logvar: Float[Tensor, "batch latent"]
    ) -> Float[Tensor, " batch"]:
        """KL( N(mean, exp(logvar)) || N(0, I) ) of clouds of this model, nats per image.

        A point's is infinite, wherever it lies: with noise 0 it is ½ |mean|², what of it depends
        on the mean.
        """
        if self.config.noise == 0:
            return 0.5 * mean.square().sum(1)
        return kl_standard_normal(mean, logvar)

    def loss(self, x: Float[Tensor, "batch 1 28 28"], rng: torch.Generator) -> Loss:
        """reconstruction + beta KL with one sampled z, nats per image; -ELBO where beta is 1."""
        mean, logvar = self.posterior(x)
        z = reparameterise(mean, logvar, torch.randn(mean.shape, generator=rng))
        logits = self.decode(z)
        reconstruction = negative_log_likelihood(self.config, logits, x).mean()
        kl = self.kl(mean, logvar).mean()
        return Loss(reconstruction + self.config.beta * kl, reconstruction, kl)
