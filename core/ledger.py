"""The ledger of one image: where its nats are spent, pixel by pixel and latent by latent.

The ELBO of an image is -reconstruction - KL. The reconstruction is a mean over codes z drawn
from its cloud, and a sum over pixels; the KL is a sum over latents. Left out: how far the ELBO
lies below log p(x), which core/posterior.py measures.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from core.data import to_float
from core.evaluation.bounds import iwae
from core.losses import kl_per_latent
from core.models import VariationalAutoencoder
from core.models.likelihoods import negative_log_likelihood
from core.models.vae import reparameterise


class Ledger(NamedTuple):
    """One image's costs, nats."""

    pixels: Float[Tensor, "28 28"]  # E_q[-log p(x_i|z)] of each pixel
    latents: Float[Tensor, " latent"]  # the KL's terms

    @property
    def reconstruction(self) -> float:
        return self.pixels.double().sum().item()

    @property
    def kl(self) -> float:
        return self.latents.double().sum().item()

    @property
    def elbo(self) -> float:
        return -self.reconstruction - self.kl


@torch.no_grad()
def ledger(
    model: VariationalAutoencoder, image: UInt8[Tensor, "1 1 28 28"], draws: int = 4096
) -> Ledger:
    """The mean costs over so many codes from the image's cloud.

    The draws are a scrambled Sobol sequence: they fill the cloud more evenly than independent
    ones, so that the mean is good to about 0.01 nats where those would leave 0.1 (d = 2).
    """
    x = to_float(image)
    mean, logvar = model.posterior(x)
    pixels = torch.zeros(784, dtype=torch.float64)
    for epsilon in _even_noise(draws, mean.shape[1]).split(512):
        every = mean.expand_as(epsilon), logvar.expand_as(epsilon)
        logits = model.decode(reparameterise(*every, epsilon))
        each = x.expand_as(logits).reshape(-1, 1)  # one pixel an image, so that none are summed
        costs = negative_log_likelihood(model.config, logits.reshape(-1, 1), each)
        pixels += costs.view(len(epsilon), 784).double().sum(0)
    return Ledger((pixels / draws).float().view(28, 28), kl_per_latent(mean, logvar)[0])


class Bound(NamedTuple):
    """IWAE of one image, repeated: log p(x) is at least the mean, which is known to ± error."""

    k: int
    mean: float  # nats
    error: float  # standard error of the mean


def bounds(
    model: VariationalAutoencoder, image: UInt8[Tensor, "1 1 28 28"], rng: torch.Generator
) -> list[Bound]:
    """IWAE-k for k = 1, 10 and 100. Only in expectation do they rise with k."""
    found = []
    for k, repeats in ((1, 1000), (10, 200), (100, 30)):
        draws = iwae(model, image.expand(repeats, -1, -1, -1), k, rng).double()
        found.append(Bound(k, draws.mean().item(), (draws.std() / repeats**0.5).item()))
    return found


def _even_noise(draws: int, latent: int) -> Float[Tensor, "draws latent"]:
    """ε of N(0, I) by way of the normal distribution's quantiles, always the same."""
    uniform = torch.quasirandom.SobolEngine(latent, scramble=True, seed=0).draw(
        draws, dtype=torch.float64
    )
    return torch.special.ndtri(uniform.clamp(1e-9, 1 - 1e-9)).float()
