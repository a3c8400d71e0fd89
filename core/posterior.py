"""What the ELBO leaves out: log p(x) and the true posterior, by quadrature over latent space.

log p(x) = log ∫ p(x|z) N(z; 0, I) dz has no closed form, but a latent line or plane can be
covered with cells: each weighs its volume times p(x, z) at its middle, and the heaviest are
split again and again until none matters alone. The cells' weights are the true posterior, and
the encoder's distance from it is what separates the ELBO from log p(x). Left out: more than two
latents, where cells are too many; there only bounds such as `evaluation.bounds.iwae` are at hand.
"""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from core.data import to_float
from core.models import VariationalAutoencoder
from core.models.likelihoods import negative_log_likelihood

MOST_LATENTS = 2
FIRST_CELLS = 2304  # 48 x 48 in a plane
SPLIT = 400  # heaviest cells split in each round
ROUNDS = 24
NEGLIGIBLE = 0.005  # share of the whole below which a cell need not be split
PRIOR_REACH = 8.0  # the prior weighs exp(-32) there


class TruePosterior(NamedTuple):
    """p(z|x) as cells of latent space, and the logarithm of what they weigh together."""

    log_evidence: float  # log p(x), nats; for grey pixels under a Bernoulli a score, no likelihood
    middle: Float[Tensor, "cells latent"]
    side: Float[Tensor, " cells"]
    share: Float[Tensor, " cells"]  # of the posterior's mass, 1 in sum

    def regions(self, mass: float) -> Tensor:
        """Which cells make the smallest region that holds so much of the posterior (cells,)."""
        density = self.share.log() - self.middle.shape[1] * self.side.log()
        order = density.argsort(descending=True)
        before = self.share[order].cumsum(0) - self.share[order]
        inside = torch.zeros(len(order), dtype=torch.bool)
        inside[order[before < mass]] = True
        return inside


@torch.no_grad()
def true_posterior(
    model: VariationalAutoencoder, image: UInt8[Tensor, "1 1 28 28"]
) -> TruePosterior:
    """p(z|x) of one image over all of latent space that the prior or the encoder reaches.

    About 12 000 decodings. Raises ValueError for more than two latents.
    """
    latent = _checked(model)
    x = to_float(image)
    mean, logvar = model.posterior(x)
    reach = max(PRIOR_REACH, (mean.abs() + 8 * (0.5 * logvar).exp()).max().item())
    a_side = round(FIRST_CELLS ** (1 / latent))
    steps = (torch.arange(a_side) + 0.5) / a_side * 2 - 1
    middle = reach * torch.cartesian_prod(*[steps] * latent).view(-1, latent)
    side = torch.full((len(middle),), 2 * reach / a_side)
    weight = log_joint(model, x, middle) + latent * side.double().log()
    corners = torch.cartesian_prod(*[torch.tensor([-0.25, 0.25])] * latent).view(-1, latent)
    for _ in range(ROUNDS):
        heaviest = weight.topk(min(SPLIT, len(weight))).indices
        if (weight[heaviest[0]] - weight.logsumexp(0)).exp() < NEGLIGIBLE:
            break
        rest = torch.ones(len(weight), dtype=torch.bool)
        rest[heaviest] = False
        parts = (middle[heaviest, None] + corners * side[heaviest, None, None]).flatten(0, 1)
        half = (side[heaviest] / 2).repeat_interleave(len(corners))
        split = log_joint(model, x, parts) + latent * half.double().log()
        middle = torch.cat([middle[rest], parts])
        side, weight = torch.cat([side[rest], half]), torch.cat([weight[rest], split])
    evidence = weight.logsumexp(0)
    return TruePosterior(evidence.item(), middle, side, (weight - evidence).exp().float())


@torch.no_grad()
def gap(
    model: VariationalAutoencoder, image: UInt8[Tensor, "1 1 28 28"], log_evidence: float
) -> float:
    """KL(q(z|x) || p(z|x)), nats: what separates the ELBO from log p(x).

    Its definition, E_q [log q(z|x) - log p(z|x)], by the trapezium rule over the encoder's cloud.
    Raises ValueError for more than two latents.
    """
    latent = _checked(model)
    x = to_float(image)
    mean, logvar = model.posterior(x)
    steps = torch.arange(-6, 6.01, 0.25)  # in standard deviations
    epsilon = torch.cartesian_prod(*[steps] * latent).view(-1, latent)
    log_weight = torch.log_softmax(-0.5 * epsilon.double().square().sum(1), 0)
    normaliser = 0.5 * (logvar.double() + math.log(2 * math.pi)).sum()
    log_q = -0.5 * epsilon.double().square().sum(1) - normaliser
    log_true = log_joint(model, x, mean + (0.5 * logvar).exp() * epsilon) - log_evidence
    return (log_weight.exp() * (log_q - log_true)).sum().item()


@torch.no_grad()
def log_joint(
    model: VariationalAutoencoder,
    x: Float[Tensor, "1 1 28 28"],
    z: Float[Tensor, "codes latent"],
) -> Tensor:
    """log p(x|z) + log N(z; 0, I) of one image at many codes, float64 (codes,)."""
    likelihoods = [
        -negative_log_likelihood(model.config, model.decode(part), x.expand(len(part), -1, -1, -1))
        for part in z.split(1000)
    ]
    prior = -0.5 * (z.double().square() + math.log(2 * math.pi)).sum(1)
    return torch.cat(likelihoods).double() + prior


def _checked(model: VariationalAutoencoder) -> int:
    latent = model.config.latent_dim
    if latent > MOST_LATENTS:
        raise ValueError(
            f"quadrature covers up to {MOST_LATENTS} latents, this model has {latent}; "
            "a bound by sampling, such as iwae, covers any number"
        )
    return latent
