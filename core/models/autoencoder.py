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
from core.models.config import ModelConfig
from core.models.likelihoods import Loss, limited, negative_log_likelihood


class Autoencoder(nn.Module):
    def __init__(self, config: ModelConfig, rng: torch.Generator) -> None:
        super().__init__()
        self.config = config
        self.decoder = layers.decoder(config, rng)
        self.encoder = layers.encoder(config, config.latent_dim, rng)

    def encode(self, x: Float[Tensor, "batch 1 28 28"]) -> Float[Tensor, "batch latent"]:
        """The code z that stands for x."""
        return self.encoder(x)

    def decode(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch 1 28 28"]:
        """Logits of the image that z stands for."""
        return limited(self.config, self.decoder(z))

    def loss(self, x: Float[Tensor, "batch 1 28 28"], rng: torch.Generator) -> Loss:
        """The mean cost of restoring x, nats per image. Nothing is random here: rng is unused."""
        z = self.encode(x)
        logits = self.decode(z)
        reconstruction = negative_log_likelihood(self.config, logits, x).mean()
        return Loss(reconstruction, reconstruction, kl=torch.zeros(()))
