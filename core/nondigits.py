"""Pictures that are no digits, for a judge to learn what it should refuse.

Two kinds are made from digits, so that ink, strokes and size alone give nothing away; two need no
digit at all. Left out: what decoders really draw where no code lives. A judge that had learned to
refuse a model's failures could not be asked about that model.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int64
from torch import Tensor

from core.evaluation.baselines import noise_images
from core.evaluation.judging import pairs_of_classes

WIDTHS = (1.5, 4.0)  # of a blob, pixels
EVENNESS = (0.35, 0.65)  # of a mix: the share of its first digit
MOVES = torch.tensor(  # every order of four quadrants in which none stays in its place
    [[1, 0, 3, 2], [1, 2, 3, 0], [1, 3, 0, 2], [2, 0, 3, 1], [2, 3, 0, 1], [2, 3, 1, 0]]
    + [[3, 0, 1, 2], [3, 2, 0, 1], [3, 2, 1, 0]]
)


def mixes(
    x: Float[Tensor, "digits 1 28 28"],
    labels: Int64[Tensor, " digits"],
    count: int,
    rng: torch.Generator,
) -> Float[Tensor, "count 1 28 28"]:
    """Two digits of different classes, blended about half and half."""
    first, second = pairs_of_classes(labels, count, rng)
    share = _between(*EVENNESS, len(first), rng)
    return share * x[first] + (1 - share) * x[second]


def shuffled_quadrants(
    x: Float[Tensor, "digits 1 28 28"], count: int, rng: torch.Generator
) -> Float[Tensor, "count 1 28 28"]:
    """A digit cut into four quarters, none of which stays in its place."""
    chosen = x[torch.randint(len(x), (count,), generator=rng)]
    quarters = chosen.view(count, 2, 14, 2, 14).permute(0, 1, 3, 2, 4).reshape(count, 4, 14, 14)
    order = MOVES[torch.randint(len(MOVES), (count,), generator=rng)]
    moved = quarters[torch.arange(count).unsqueeze(1), order]
    return moved.view(count, 2, 2, 14, 14).permute(0, 1, 3, 2, 4).reshape(count, 1, 28, 28)


def blobs(count: int, rng: torch.Generator) -> Float[Tensor, "count 1 28 28"]:
    """Normal noise smoothed to spots, of which the heights stand out of the black."""
    smooth = blurred(torch.randn(count, 1, 28, 28, generator=rng), *WIDTHS, rng)
    heights = smooth / smooth.std((1, 2, 3), keepdim=True)
    return (heights - _between(0, 2, count, rng)).clamp(0, 1)


def of_each_kind(
    x: Float[Tensor, "digits 1 28 28"],
    labels: Int64[Tensor, " digits"],
    count: int,
    rng: torch.Generator,
) -> dict[str, Float[Tensor, "count 1 28 28"]]:
    """So many of each kind, by its name."""
    return {
        "mixes": mixes(x, labels, count, rng),
        "shuffled_quadrants": shuffled_quadrants(x, count, rng),
        "blobs": blobs(count, rng),
        "uniform_noise": noise_images(count, rng),
    }


def blurred(
    x: Float[Tensor, "images 1 28 28"], narrowest: float, widest: float, rng: torch.Generator
) -> Float[Tensor, "images 1 28 28"]:
    """Each image smoothed by a Gaussian of a width of its own, in pixels."""
    width = _between(narrowest, widest, len(x), rng).view(-1, 1)
    offset = torch.arange(-10.0, 11.0)
    weight = (-0.5 * (offset / width).square()).softmax(1)
    # One group an image, so that every image meets its own weights: down, then across.
    rows = F.conv2d(x.transpose(0, 1), weight.view(-1, 1, 21, 1), padding=(10, 0), groups=len(x))
    both = F.conv2d(rows, weight.view(-1, 1, 1, 21), padding=(0, 10), groups=len(x))
    return both.transpose(0, 1)


def faded(
    x: Float[Tensor, "images 1 28 28"], most: float, rng: torch.Generator
) -> Float[Tensor, "images 1 28 28"]:
    """Each image with its black lifted and its white lowered, by up to so much of the range, as a
    bounded continuous Bernoulli's mean images have them.
    """
    lifted, lowered = (_between(0, most, len(x), rng) for _ in range(2))
    return lifted + (1 - lifted - lowered) * x


def _between(low: float, high: float, count: int, rng: torch.Generator) -> Tensor:
    """One number an image, uniform (count, 1, 1, 1)."""
    return low + (high - low) * torch.rand(count, 1, 1, 1, generator=rng)
