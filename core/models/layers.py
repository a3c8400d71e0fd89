"""The layers of the two models: four architectures for 28 x 28 images.

`dense` is the smallest thing that works, `lite` the convolutional one that trains while you
watch, `shallow` and `deep` are those of the JL-ML repository, where this course comes from. Each
is an encoder (image to `outputs` numbers) and a decoder (`latent_dim` numbers to 784 logits),
built from standard layers only.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor, nn

from core.models.config import Architecture, ModelConfig

# Layers are built without numbers, which `initialise` then gives them from its own generator:
# PyTorch would draw them from the global one, which is not ours.
BLANK = torch.device("meta")

Layers = TypeVar("Layers", bound=nn.Module)


class Stack(nn.Sequential):
    """Layers, one after another, that answer in the precision they are asked in.

    In between they may compute in another one (see `training`'s bfloat16).
    """

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input).to(input.dtype)


def encoder(config: ModelConfig, outputs: int, rng: torch.Generator) -> Stack:
    """Layers from images (batch, 1, 28, 28) to (batch, outputs), their weights drawn from rng."""
    with BLANK:
        layers, features = _ENCODERS[config.architecture](config)
        stack = Stack(*layers, nn.Linear(features, outputs))
    return initialise(stack, rng)


def decoder(config: ModelConfig, rng: torch.Generator) -> Stack:
    """Layers from codes (batch, latent_dim) to logits (batch, 1, 28, 28), from rng."""
    with BLANK:
        stack = Stack(*_DECODERS[config.architecture](config))
    return initialise(stack, rng)


class LayerShape(NamedTuple):
    """One layer as a sketch shows it."""

    name: str  # "Conv2d", "ReLU", …
    output: tuple[int, ...]  # without the batch
    parameters: int


@torch.no_grad()
def shapes(layers: nn.Sequential, x: Tensor) -> list[LayerShape]:
    """What each layer makes of x, and how many numbers it has learned."""
    found = []
    for layer in layers:
        x = layer(x)
        parameters = sum(parameter.numel() for parameter in layer.parameters())
        found.append(LayerShape(type(layer).__name__, tuple(x.shape[1:]), parameters))
    return found


def initialise(layers: Layers, rng: torch.Generator) -> Layers:
    """The same layers with Glorot-uniform weights and zero biases.

    PyTorch's own default came close to collapse. Glorot & Bengio 2010, "Understanding the
    difficulty of training deep feedforward networks".
    """
    layers.to_empty(device="cpu")
    for layer in layers.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            nn.init.xavier_uniform_(layer.weight, generator=rng)
            nn.init.zeros_(layer.bias)  # pyright: ignore[reportArgumentType]
    return layers


def _dense_encoder(config: ModelConfig) -> tuple[list[nn.Module], int]:
    return [nn.Flatten(), nn.Linear(784, config.hidden_dim), nn.ReLU()], config.hidden_dim


def _dense_decoder(config: ModelConfig) -> list[nn.Module]:
    return [
        nn.Linear(config.latent_dim, config.hidden_dim),
        nn.ReLU(),
        nn.Linear(config.hidden_dim, 784),
        nn.Unflatten(1, (1, 28, 28)),
    ]


def _lite_encoder(config: ModelConfig) -> tuple[list[nn.Module], int]:
    return [
        nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(),  # 14 x 14
        nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(),  # 7 x 7
        nn.Flatten(),
    ], 32 * 7 * 7  # fmt: skip


def _lite_decoder(config: ModelConfig) -> list[nn.Module]:
    return [
        nn.Linear(config.latent_dim, 32 * 7 * 7), nn.Unflatten(1, (32, 7, 7)), nn.ReLU(),
        nn.Conv2d(32, 128, 3, padding=1), nn.PixelShuffle(2), nn.ReLU(),  # 32 x 14 x 14
        nn.Conv2d(32, 4, 3, padding=1), nn.PixelShuffle(2),  # 1 x 28 x 28
    ]  # fmt: skip


def _shallow_encoder(config: ModelConfig) -> tuple[list[nn.Module], int]:
    return [
        nn.Conv2d(1, 32, 3, stride=2, padding=1), nn.ReLU(),  # 14 x 14
        nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.ReLU(),  # 7 x 7
        nn.Flatten(),
    ], 64 * 7 * 7  # fmt: skip


def _shallow_decoder(config: ModelConfig) -> list[nn.Module]:
    return [
        nn.Linear(config.latent_dim, 32 * 7 * 7), nn.Unflatten(1, (32, 7, 7)), nn.ReLU(),
        nn.ConvTranspose2d(32, 64, 3, stride=2, padding=1, output_padding=1), nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 3, stride=2, padding=1, output_padding=1), nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 3, padding=1),
    ]  # fmt: skip


def _deep_encoder(config: ModelConfig) -> tuple[list[nn.Module], int]:
    layers: list[nn.Module] = []
    before = 1
    for channels in (8, 16, 32, 64):
        if before != 1:
            layers.append(nn.MaxPool2d(2))  # 28, 14, 7, 3
        layers += [nn.Conv2d(before, channels, 3, padding=1), nn.ReLU()]
        layers += [nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU()]
        before = channels
    layers += [nn.Flatten(), nn.Linear(64 * 3 * 3, 200), nn.ReLU(), nn.Linear(200, 100), nn.ReLU()]
    return layers, 100


def _deep_decoder(config: ModelConfig) -> list[nn.Module]:
    return [
        nn.Linear(config.latent_dim, 200), nn.ReLU(),
        nn.Linear(200, 64 * 3 * 3), nn.ReLU(), nn.Unflatten(1, (64, 3, 3)),
        nn.ConvTranspose2d(64, 64, 3), nn.ReLU(),  # 5 x 5
        nn.ConvTranspose2d(64, 32, 3), nn.ReLU(),  # 7 x 7
        nn.Upsample(scale_factor=2),
        nn.ConvTranspose2d(32, 16, 3, padding=1), nn.ReLU(),
        nn.ConvTranspose2d(16, 16, 3, padding=1), nn.ReLU(),
        nn.Upsample(scale_factor=2),
        nn.ConvTranspose2d(16, 8, 3, padding=1), nn.ReLU(),
        nn.ConvTranspose2d(8, 1, 3, padding=1),
    ]  # fmt: skip


_ENCODERS: dict[Architecture, Callable[[ModelConfig], tuple[list[nn.Module], int]]] = {
    "dense": _dense_encoder,
    "lite": _lite_encoder,
    "shallow": _shallow_encoder,
    "deep": _deep_encoder,
}
_DECODERS: dict[Architecture, Callable[[ModelConfig], list[nn.Module]]] = {
    "dense": _dense_decoder,
    "lite": _lite_decoder,
    "shallow": _shallow_decoder,
    "deep": _deep_decoder,
}
