"""Codes drawn, not encoded: four samplers, what is decoded from them, and how much is in holes.

One seed is one noise for every sampler and every model, so that pages compare like with like.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from app.cache.figures import JUDGED
from app.cache.maps import codes, holes
from app.cache.models import Judge, RejectingJudge, Shown, of_a_model
from core import evaluation, latent, sampling
from core.models import MAX_LATENT_DIM, mean_image


@of_a_model("Fitting …", 60)
def gaussian(shown: Shown) -> sampling.Gaussian:
    """The Gaussian fitted to the map's codes."""
    return sampling.fit_gaussian(codes(shown).mean)


@of_a_model("Fitting ten Gaussians …", 60)
def mixture(shown: Shown) -> sampling.Mixture:
    """Ten Gaussians fitted to the map's codes."""
    return sampling.fit_mixture(codes(shown).mean)


def noise(seed: int, count: int, latent_dim: int) -> sampling.Noise:
    """One seed is the same noise for every sampler and every model: ε is drawn for the most
    dimensions there are, and a model takes as many of them as it has."""
    drawn = sampling.draw(count, MAX_LATENT_DIM, torch.Generator().manual_seed(seed))
    return drawn._replace(epsilon=drawn.epsilon[:, :latent_dim])


class Samples(NamedTuple):
    """Codes that a sampler drew, what the decoder makes of them, and whether digits are near."""

    z: Float[Tensor, "samples latent"]
    images: Float[Tensor, "samples 1 28 28"]
    distance: Float[Tensor, " samples"]  # to the nearest code, in thresholds: above 1 is a hole


@of_a_model("Sampling …", 200)
def samples(shown: Shown, sampler: sampling.Sampler, seed: int, count: int = 16) -> Samples:
    """So many samples of the noise of that seed."""
    z = _drawn(shown, sampler, noise(seed, count, shown.config.latent_dim))
    images = mean_image(shown.config, latent.decode(shown.model, z))
    return Samples(z, images, holes(shown).distance(z))


def _drawn(
    shown: Shown, sampler: sampling.Sampler, drawn: sampling.Noise
) -> Float[Tensor, "samples latent"]:
    match sampler:
        case "box":
            return sampling.box(codes(shown).mean, drawn)
        case "prior":
            return sampling.prior(drawn)
        case "gaussian":
            return gaussian(shown).sample(drawn)
        case "mixture":
            return mixture(shown).sample(drawn)


@of_a_model("Drawing 1 000 samples …", 200)
def hole_share(shown: Shown, sampler: sampling.Sampler) -> float:
    """Share of 1 000 samples, always of the same noise, that fall in a hole."""
    return holes(shown).share(_drawn(shown, sampler, noise(0, JUDGED, shown.config.latent_dim)))


@of_a_model("Judging 1 000 samples …", 200)
def sure_share(shown: Shown, sampler: sampling.Sampler, judge: Judge) -> float:
    """Share of the same samples, decoded, of which the classifier is more than 90 % sure."""
    return evaluation.judging.confident_share(judge.model, _judged(shown, sampler))


@of_a_model("Judging 1 000 samples …", 1000)
def judged_drawn(
    shown: Shown, sampler: sampling.Sampler, judge: RejectingJudge
) -> Int64[Tensor, " classes"]:
    """How many of the same samples the judge takes for each digit, and last for none."""
    return evaluation.judging.drawn(judge.model, _judged(shown, sampler))


def readable_draws(shown: Shown, sampler: sampling.Sampler, judge: RejectingJudge) -> float:
    """Share of the same samples that the judge takes for some digit."""
    counts = judged_drawn(shown, sampler, judge)
    return float(counts[:-1].sum() / counts.sum())


def _judged(shown: Shown, sampler: sampling.Sampler) -> Float[Tensor, "samples 1 28 28"]:
    z = _drawn(shown, sampler, noise(0, JUDGED, shown.config.latent_dim))
    return mean_image(shown.config, latent.decode(shown.model, z))


@of_a_model(False, 60)
def prior_in_holes(shown: Shown) -> float:
    """Share of 10 000 prior samples that fall in a hole, with a fixed generator."""
    drawn = sampling.draw(10_000, shown.config.latent_dim, torch.Generator().manual_seed(0))
    return holes(shown).share(sampling.prior(drawn))
