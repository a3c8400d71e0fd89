"""The pretrained models of this lesson: six β at two latents, and at twenty."""

import math

from core.models import ModelConfig

BETAS = [0.0392, 0.392, 1, 3.92, 39.2, 392]
TWENTY = "vae-lite-20-bernoulli"  # β = 1
SILENCING = [1, 2, 4, 8, 16, 32]  # the β of twenty latents at which they fall silent
WIDE = "vae-dense-20-gaussian-variance-392"  # β = 1 too


def name_of(beta: float) -> str:
    """The model of that β, two latents."""
    return f"vae-lite-2-beta-{beta:g}"


def silenced(beta: int) -> str:
    """The model of that β, twenty latents."""
    return f"vae-dense-20-beta-{beta}"


def nearest(config: ModelConfig) -> str:
    """The one that a run is held against: of about as many latents, then of about that β."""
    if abs(math.log(config.latent_dim / 20)) < abs(math.log(config.latent_dim / 2)):
        return TWENTY
    return name_of(min(BETAS, key=lambda beta: abs(math.log(beta / max(config.beta, 1e-9)))))
