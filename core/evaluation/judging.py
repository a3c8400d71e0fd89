"""How pictures look to judges that know no model: errors, sharpness, a classifier's reading.

None of these is a likelihood, so they compare models that are paid in different nats. Each has a
blind spot, which its docstring names: no one of them says "good".
"""

from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Float64, Int64
from torch import Tensor

from core.latent import decode
from core.models import Model, ModelConfig, mean_image, sample_image
from core.models.classifier import NO_DIGIT, Classifier, RejectingClassifier

CONFIDENT = 0.9
STEP = 0.1  # of `change_nearby`, in standard deviations of the codes

View = Literal["parameter", "mean", "sample"]  # what of p(x|z) is drawn


def sharpness(images: Float[Tensor, "images 1 28 28"]) -> Float[Tensor, " images"]:
    """Variance of the 4-neighbour Laplacian over an image's inner pixels; real digits: 0.18."""
    kernel = torch.tensor([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]]).view(1, 1, 3, 3)
    return F.conv2d(images, kernel).flatten(1).var(1, correction=0)


def squared_error(
    a: Float[Tensor, "images 1 28 28"], b: Float[Tensor, "images 1 28 28"]
) -> Float[Tensor, " images"]:
    """Sum over pixels of (a - b)², one per image. No likelihood: comparable between all models."""
    return (a - b).square().flatten(1).sum(1)


@torch.no_grad()
def reconstruct(
    model: Model, x: Float[Tensor, "images 1 28 28"]
) -> Float[Tensor, "images 1 28 28"]:
    """The mean image decoded from each image's code (a VAE's posterior mean)."""
    return mean_image(model.config, model.decode(model.encode(x)))


def picture(
    config: ModelConfig,
    logits: Float[Tensor, "images 1 28 28"],
    view: View,
    rng: torch.Generator,
) -> Float[Tensor, "images 1 28 28"]:
    """p(x|z) as a picture in [0, 1]: its parameter λ, its mean, or one sample of it.

    λ is the mean of a Bernoulli and of our Gaussian, but not of a continuous Bernoulli. A
    Gaussian's sample is clipped: it may be darker than black, and a screen cannot.
    """
    match view:
        case "parameter":
            return logits.sigmoid()
        case "mean":
            return mean_image(config, logits)
        case "sample":
            return sample_image(config, logits, rng).clamp(0, 1)


def confidence(
    classifier: Classifier, images: Float[Tensor, "images 1 28 28"]
) -> Float[Tensor, " images"]:
    """The classifier's largest probability for each image. Read it beside `confident_share`s
    of real digits and of noise: a classifier that knows only digits finds one everywhere."""
    return classifier.probabilities(images).amax(1)


def confident_share(classifier: Classifier, images: Float[Tensor, "images 1 28 28"]) -> float:
    """Share of the images of which the classifier is more than 90 % sure."""
    return (confidence(classifier, images) > CONFIDENT).float().mean().item()


def read(
    classifier: Classifier, images: Float[Tensor, "images 1 28 28"]
) -> Int64[Tensor, " images"]:
    """The digit that the classifier thinks likeliest for each image; it always finds one."""
    return classifier.probabilities(images).argmax(1)


def drawn(
    judge: RejectingClassifier, images: Float[Tensor, "images 1 28 28"]
) -> Int64[Tensor, " classes"]:
    """How many of the images the judge takes for each digit, and last for none. It knows no other
    failures than the ones it learned from, and some of a decoder's it takes for digits."""
    return judge.probabilities(images).argmax(1).bincount(minlength=NO_DIGIT + 1)


def readable(
    classifier: Classifier,
    images: Float[Tensor, "images 1 28 28"],
    labels: Int64[Tensor, " images"],
) -> float:
    """Share of the images that the classifier reads as their label."""
    return (read(classifier, images) == labels).float().mean().item()


def change_nearby(
    model: Model, codes: Float[Tensor, "codes latent"], rng: torch.Generator
) -> float:
    """How much the picture of a code changes when the code moves a little, mean over the codes.

    Summed squared difference of the mean images; each latent moves by a draw from N(0, 1), times
    STEP, times the codes' own spread along it: so latent spaces of any scale can be compared.
    """
    moved = codes + STEP * codes.std(0) * torch.randn(codes.shape, generator=rng)
    here, there = (mean_image(model.config, decode(model, z)) for z in (codes, moved))
    return squared_error(here, there).mean().item()


class Between(NamedTuple):
    """What two judges make of each image that lies between two digits."""

    digit: Bool[Tensor, " images"]  # whether the judge that may refuse takes it for a digit
    other: Bool[Tensor, " images"]  # whether the one that must name one reads neither end


def judge_between(
    classifier: Classifier,
    judge: RejectingClassifier,
    images: Float[Tensor, "images 1 28 28"],
    start_labels: Int64[Tensor, " images"],
    end_labels: Int64[Tensor, " images"],
) -> Between:
    """One image for each pair of ends. The judge learned from mixes of two digits to refuse them:
    of cross-fades it says what it was taught.
    """
    named = read(classifier, images)
    return Between(
        digit=judge.probabilities(images).argmax(1) != NO_DIGIT,
        other=(named != start_labels) & (named != end_labels),
    )


class Estimate(NamedTuple):
    """A mean, and how far off it may be: its standard error."""

    mean: float
    error: float

    @property
    def clear(self) -> bool:
        """Whether it differs from 0 by more than two standard errors."""
        return abs(self.mean) > 2 * self.error


def share(yes: Bool[Tensor, " images"]) -> Estimate:
    """The share of images of which something holds."""
    return _estimate(yes.double())


def gain(one: Bool[Tensor, " images"], other: Bool[Tensor, " images"]) -> Estimate:
    """By how much the one share is larger than the other, where both judge the same images: the
    error is that of the differences, in which what an image does to both cancels.
    """
    return _estimate(one.double() - other.double())


def _estimate(values: Float64[Tensor, " images"]) -> Estimate:
    return Estimate(values.mean().item(), values.std().item() / len(values) ** 0.5)


def pairs_of_classes(
    labels: Int64[Tensor, " images"], count: int, rng: torch.Generator
) -> tuple[Int64[Tensor, " count"], Int64[Tensor, " count"]]:
    """Indices of two images of different classes, so many times, at random."""
    drawn = torch.randint(len(labels), (4 * count, 2), generator=rng)
    different = drawn[labels[drawn[:, 0]] != labels[drawn[:, 1]]][:count]
    return different[:, 0], different[:, 1]


class Judgement(NamedTuple):
    """How a set of pictures looks to three judges, means over the images."""

    squared_error: float | None  # to the originals, where there are any
    sharpness: float
    confident: float | None  # share that the classifier is more than 90 % sure of, if it reads


def judge(
    classifier: Classifier | None,
    images: Float[Tensor, "images 1 28 28"],
    originals: Float[Tensor, "images 1 28 28"] | None = None,
) -> Judgement:
    """Squared error, sharpness and confident share of pictures; no share without a classifier."""
    error = None if originals is None else squared_error(images, originals).mean().item()
    confident = None if classifier is None else confident_share(classifier, images)
    return Judgement(error, sharpness(images).mean().item(), confident)
