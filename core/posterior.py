"""What the ELBO leaves out: log p(x) and the true posterior, by quadrature over latent space.

log p(x) = log ∫ p(x|z) N(z; 0, I) dz has no closed form, but a latent line or plane can be
covered with cells: each weighs its volume times p(x, z) at its middle, and the heaviest are
split again and again until none matters alone. The cells' weights are the true posterior, and
the encoder's distance from it is what separates the ELBO from log p(x). Both come from the same
cells, so that they add up proves little: importance sampling, which needs no cells, is the check.
Left out: more than two latents, where cells are too many; there only bounds such as
`evaluation.bounds.iwae` are at hand.
"""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.distributions import MultivariateNormal

from core.data import to_float
from core.models import Posterior, VariationalAutoencoder
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
    log_share: Float[Tensor, " cells"]  # of the posterior's mass, which is 1 in sum

    @property
    def share(self) -> Float[Tensor, " cells"]:
        """What of the posterior's mass each cell holds."""
        return self.log_share.exp()

    @property
    def log_density(self) -> Float[Tensor, " cells"]:
        """log p(z|x) in each cell."""
        return self.log_share - self.middle.shape[1] * self.side.log()

    def regions(self, mass: float) -> Tensor:
        """Which cells make the smallest region that holds so much of the posterior (cells,)."""
        order = self.log_density.argsort(descending=True)
        before = self.share[order].cumsum(0) - self.share[order]
        inside = torch.zeros(len(order), dtype=torch.bool)
        inside[order[before < mass]] = True
        return inside

    def divergence_of(self, cloud: Posterior) -> float:
        """KL(q(z|x) || p(z|x)) of one image's cloud, nats: what the ELBO lacks to log p(x).

        From the cells alone, whatever `log_evidence` says: q's entropy in closed form, and the
        posterior's log density in each cell, weighed by what q holds of that cell.
        """
        entropy = 0.5 * (cloud.logvar.double() + math.log(2 * math.pi * math.e)).sum()
        held = _held(cloud, self.middle, self.side)
        return (-entropy - (held * self.log_density).sum()).item()


@torch.no_grad()
def true_posterior(
    model: VariationalAutoencoder, image: UInt8[Tensor, "1 1 28 28"]
) -> TruePosterior:
    """p(z|x) of one image over all of latent space that the prior or the encoder reaches.

    Cells are fine wherever the posterior or the encoder's cloud holds much. About 12 000
    decodings. Raises ValueError for more than two latents.
    """
    latent = _checked(model)
    x = to_float(image)
    cloud = model.posterior(x)
    reach = max(PRIOR_REACH, (cloud.mean.abs() + 8 * (0.5 * cloud.logvar).exp()).max().item())
    a_side = round(FIRST_CELLS ** (1 / latent))
    steps = (torch.arange(a_side) + 0.5) / a_side * 2 - 1
    middle = reach * torch.cartesian_prod(*[steps] * latent).view(-1, latent)
    side = torch.full((len(middle),), 2 * reach / a_side)
    weight = log_joint(model, x, middle) + latent * side.double().log()
    corners = torch.cartesian_prod(*[torch.tensor([-0.25, 0.25])] * latent).view(-1, latent)
    for _ in range(ROUNDS):
        matters = torch.maximum(weight.softmax(0), _held(cloud, middle, side))
        heaviest = matters.topk(min(SPLIT, len(weight))).indices
        if matters[heaviest[0]] < NEGLIGIBLE:
            break
        rest = torch.ones(len(weight), dtype=torch.bool)
        rest[heaviest] = False
        parts = (middle[heaviest, None] + corners * side[heaviest, None, None]).flatten(0, 1)
        half = (side[heaviest] / 2).repeat_interleave(len(corners))
        split = log_joint(model, x, parts) + latent * half.double().log()
        middle = torch.cat([middle[rest], parts])
        side, weight = torch.cat([side[rest], half]), torch.cat([weight[rest], split])
    return TruePosterior(weight.logsumexp(0).item(), middle, side, weight.log_softmax(0))


class Sampled(NamedTuple):
    """log p(x) by importance sampling."""

    log_evidence: float  # nats
    error: float  # its standard error


@torch.no_grad()
def sampled_evidence(
    model: VariationalAutoencoder,
    image: UInt8[Tensor, "1 1 28 28"],
    true: TruePosterior,
    rng: torch.Generator,
    draws: int = 8000,
) -> Sampled:
    """log p(x) without cells: log of the mean of p(x, z) / r(z) over draws of z from r.

    One half of r is the prior, which reaches what the cells may have missed; the other a Gaussian
    around the posterior, with twice its variance, where most of p(x, z) lies.
    """
    latent = _checked(model)
    share = true.share.unsqueeze(1)
    mean = (share * true.middle).sum(0)
    offset = true.middle - mean
    covariance = 2 * (share * offset).T @ offset + 1e-9 * torch.eye(latent)
    near = MultivariateNormal(mean, covariance)
    prior = MultivariateNormal(torch.zeros_like(mean), torch.eye(latent, dtype=mean.dtype))
    noise = torch.randn(draws, latent, generator=rng, dtype=mean.dtype)
    here = torch.rand(draws, 1, generator=rng) < 0.5
    z = torch.where(here, mean + noise @ near.scale_tril.T, noise)
    log_r = torch.logaddexp(near.log_prob(z), prior.log_prob(z)) - math.log(2)
    weight = log_joint(model, to_float(image), z.float()) - log_r
    evidence = weight.logsumexp(0).item() - math.log(draws)
    relative = (weight - evidence).exp()
    return Sampled(evidence, (relative.std() / draws**0.5).item())


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


def _held(
    cloud: Posterior, middle: Float[Tensor, "cells latent"], side: Float[Tensor, " cells"]
) -> Float[Tensor, " cells"]:
    """What of a cloud's mass each cell holds, exactly."""
    mean, sigma = cloud.mean.double(), (0.5 * cloud.logvar.double()).exp()
    half = side.unsqueeze(1) / 2
    low, high = ((middle.double() + way * half - mean) / sigma for way in (-1, 1))
    return (torch.special.ndtr(high) - torch.special.ndtr(low)).prod(1)


def _checked(model: VariationalAutoencoder) -> int:
    latent = model.config.latent_dim
    if latent > MOST_LATENTS:
        raise ValueError(
            f"quadrature covers up to {MOST_LATENTS} latents, this model has {latent}; "
            "a bound by sampling, such as iwae, covers any number"
        )
    return latent
