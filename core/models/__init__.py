"""The models, and one door to them: `build(config)`."""

import torch

from core.models.autoencoder import Autoencoder
from core.models.config import (
    MAX_HIDDEN_DIM,
    MAX_LATENT_DIM,
    Architecture,
    Kind,
    Likelihood,
    ModelConfig,
)
from core.models.likelihoods import Loss, mean_image, sample_image
from core.models.vae import Posterior, VariationalAutoencoder

Model = Autoencoder | VariationalAutoencoder

__all__ = [
    "MAX_HIDDEN_DIM",
    "MAX_LATENT_DIM",
    "Architecture",
    "Autoencoder",
    "Kind",
    "Likelihood",
    "Loss",
    "Model",
    "ModelConfig",
    "Posterior",
    "VariationalAutoencoder",
    "build",
    "mean_image",
    "sample_image",
]


def build(config: ModelConfig, rng: torch.Generator | None = None) -> Model:
    """A fresh model; the same generator state gives the same weights. None stands for seed 0."""
    rng = rng or torch.Generator().manual_seed(0)
    if config.kind == "vae":
        return VariationalAutoencoder(config, rng)
    return Autoencoder(config, rng)
