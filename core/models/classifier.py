"""A small digit classifier: the judge who says which digit a picture shows.

Not a lesson of its own. The course asks it whether a reconstruction still reads as its
original, and how sure it is of a sample. It was trained on real digits only and must name one
of ten, so what it says of other pictures means little without what it says of noise.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.data import CLASSES
from core.models import layers


@dataclass(frozen=True)
class ClassifierConfig:
    """The classifier has no settings; its kind tells its checkpoint from a model's."""

    kind: str = "classifier"

    def __post_init__(self) -> None:
        if self.kind != "classifier":
            raise ValueError(f"kind is {self.kind!r}; a classifier's is 'classifier'")


class Classifier(nn.Module):
    def __init__(self, config: ClassifierConfig, rng: torch.Generator) -> None:
        super().__init__()
        self.config = config
        with layers.BLANK:
            blank = nn.Sequential(
                nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),  # 14 x 14
                nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),  # 7 x 7
                nn.Flatten(), nn.Linear(32 * 7 * 7, 64), nn.ReLU(), nn.Linear(64, CLASSES),
            )  # fmt: skip
        self.layers = layers.initialise(blank, rng)

    def forward(self, x: Float[Tensor, "batch 1 28 28"]) -> Float[Tensor, "batch classes"]:
        """Logits of the ten classes."""
        return self.layers(x)

    @torch.no_grad()
    def probabilities(self, x: Float[Tensor, "batch 1 28 28"]) -> Float[Tensor, "batch classes"]:
        """Softmax of the logits, so few images at a time that a processor's cache holds them: twice
        as fast as a thousand."""
        return torch.cat([self(part).softmax(1) for part in x.split(100)])
