"""Where in latent space no code lives: the decoder draws there too, and nobody taught it what."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from core.latent import nearest

WITHIN = 0.95  # share of held-out codes that lie in no hole


class Holes(NamedTuple):
    """Where no code lives: farther from every code than 95 % of held-out codes are."""

    codes: Float[Tensor, "known latent"]
    threshold: float  # in units of the latent space

    def distance(self, z: Float[Tensor, "points latent"]) -> Float[Tensor, " points"]:
        """Distance to the nearest known code, in thresholds: above 1 is a hole."""
        return nearest(self.codes, z)[0] / self.threshold

    def share(self, z: Float[Tensor, "points latent"]) -> float:
        """Share of the points that lie in a hole."""
        return (self.distance(z) > 1).float().mean().item()


def find_holes(codes: Float[Tensor, "codes latent"]) -> Holes:
    """How near codes lie is measured on a fifth of them, drawn with a fixed seed, against the rest.

    Drawn, because a set may come in an order: every fifth image of the sample is a 0 or a 5.
    """
    order = torch.randperm(len(codes), generator=torch.Generator().manual_seed(0))
    held_out, known = codes[order[: len(codes) // 5]], codes[order[len(codes) // 5 :]]
    distance, _ = nearest(known, held_out)
    return Holes(codes, max(distance.quantile(WITHIN).item(), 1e-12))
