"""Two small digit classifiers: the judges who say which digit a picture shows, or none.

Not a lesson of its own. The course asks the first whether a reconstruction still reads as its
original, and how sure it is of a sample. It was trained on real digits only and must name one
of ten, so what it says of other pictures means little without what it says of noise. The second
has an eleventh answer, no digit, learned from the pictures of `core/nondigits.py`.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.data import CLASSES
from core.models import layers

NO_DIGIT = CLASSES  # the class after the ten digits


@dataclass(frozen=True)
class ClassifierConfig:
    """The classifier has no settings; its kind tells its checkpoint from a model's."""

    kind: str = "classifier"

    def __post_init__(self) -> None:
        if self.kind != "classifier":
            raise ValueError(f"kind is {self.kind!r}; a classifier's is 'classifier'")


@dataclass(frozen=True)
class RejectingConfig:
    """The classifier with a reject option has no settings either."""

    kind: str = "rejecting classifier"

    def __post_init__(self) -> None:
        if self.kind != "rejecting classifier":
            raise ValueError(f"kind is {self.kind!r}; its kind is 'rejecting classifier'")


class _Reader(nn.Module):
    """The layers of both."""

    def __init__(self, classes: int, rng: torch.Generator) -> None:
        super().__init__()
        with layers.BLANK:
            blank = nn.Sequential(
                nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),  # 14 x 14
                nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),  # 7 x 7
                nn.Flatten(), nn.Linear(32 * 7 * 7, 64), nn.ReLU(), nn.Linear(64, classes),
            )  # fmt: skip
        self.layers = layers.initialise(blank, rng)

    def forward(self, x: Float[Tensor, "batch 1 28 28"]) -> Float[Tensor, "batch classes"]:
        """Logits of the classes."""
        return self.layers(x)

    @torch.no_grad()
    def probabilities(self, x: Float[Tensor, "batch 1 28 28"]) -> Float[Tensor, "batch classes"]:
        """Softmax of the logits, so few images at a time that a processor's cache holds them: twice
        as fast as a thousand."""
        return torch.cat([self(part).softmax(1) for part in x.split(100)])


class Classifier(_Reader):
    """Ten classes: it finds a digit in every picture."""

    def __init__(self, config: ClassifierConfig, rng: torch.Generator) -> None:
        super().__init__(CLASSES, rng)
        self.config = config


class RejectingClassifier(_Reader):
    """Eleven classes, the last of them NO_DIGIT."""

    def __init__(self, config: RejectingConfig, rng: torch.Generator) -> None:
        super().__init__(CLASSES + 1, rng)
        self.config = config
