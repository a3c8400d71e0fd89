"""The autoencoder: squeeze an image through a few numbers, and restore it.

An encoder turns an image x into a code z of `latent_dim` numbers; a decoder turns z back
into an image. Both learn together to make the restored image likely, and nothing else: no
label is used, and nothing says where in latent space the codes should lie. That freedom is
what `vae.py` takes away.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.models import layers
from core.models.layers import Loss, ModelConfig


class Autoencoder(nn.Module):
    def __init__(self, config: ModelConfig, rng: torch.Generator) -> None:
        super().__init__()
        self.config = config
        self.decoder = layers.decoder(config)
        self.encoder = layers.encoder(config, outputs=config.latent_dim)
        layers.initialise(self.decoder, rng)
        layers.initialise(self.encoder, rng)

    def encode(self, x: Float[Tensor, "batch 1 28 28"]) -> Float[Tensor, "batch latent"]:
        """z = e(x)."""
        return self.encoder(x)

    def decode(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch 1 28 28"]:
        """Logits of the image that z stands for."""
        return layers.bound(self.config, self.decoder(z))

    def loss(self, x: Float[Tensor, "batch 1 28 28"], rng: torch.Generator) -> Loss:
        """Mean reconstruction cost, nats per image. Nothing is random here; the VAE needs rng."""
        logits = self.decode(self.encode(x)).float()
        reconstruction = layers.negative_log_likelihood(self.config, logits, x).mean()
        return Loss(total=reconstruction, reconstruction=reconstruction, kl=torch.zeros(()))
