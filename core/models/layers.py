"""What the two models share: their configuration, their layers, their likelihoods.

Four architectures for 28 x 28 images. `dense` is the smallest thing that works, `lite` the
convolutional one that trains while you watch, `shallow` and `deep` are those of the JL-ML
repository, where this course comes from. Each is an encoder (image to `outputs` numbers) and
a decoder (`latent_dim` numbers to 784 logits), built from standard layers only.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args, no_type_check

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core import losses

Kind = Literal["ae", "vae"]
Architecture = Literal["dense", "lite", "shallow", "deep"]
Likelihood = Literal["bernoulli", "gaussian", "continuous_bernoulli"]

MAX_LATENT_DIM = 64
MAX_HIDDEN_DIM = 512

# Layers are built without numbers, which `initialise` then gives them from its own generator:
# PyTorch would draw them from the global one, which is not ours.
BLANK = torch.device("meta")


@no_type_check  # at run time: a wrong type gets the sentence below, not a type checker's
@dataclass(frozen=True)
class ModelConfig:
    """Everything that fixes a model but its weights. Checked at birth: ValueError says why."""

    kind: Kind = "ae"
    architecture: Architecture = "dense"
    latent_dim: int = 2
    hidden_dim: int = 100  # units of the hidden layer; only `dense` has one to choose
    likelihood: Likelihood = "bernoulli"
    beta: float = 1.0  # weight of the KL, sums over pixels and latents: 1 is the negative ELBO
    variance: float = 0.05  # of the Gaussian likelihood, per pixel
    logit_bound: float | None = 9.21024  # on |logits| of the continuous Bernoulli; None for none

    def __post_init__(self) -> None:
        for name, allowed in (
            ("kind", get_args(Kind)),
            ("architecture", get_args(Architecture)),
            ("likelihood", get_args(Likelihood)),
        ):
            if getattr(self, name) not in allowed:
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}; choose one of {', '.join(allowed)}"
                )
        _check_whole("latent_dim", self.latent_dim, MAX_LATENT_DIM)
        _check_whole("hidden_dim", self.hidden_dim, MAX_HIDDEN_DIM)
        _check_number("beta", self.beta, zero_allowed=True)
        _check_number("variance", self.variance)
        if self.logit_bound is not None:
            _check_number("logit_bound", self.logit_bound)


class Loss(NamedTuple):
    """A batch's loss and its terms, means over the images, nats per image."""

    total: Float[Tensor, ""]
    reconstruction: Float[Tensor, ""]
    kl: Float[Tensor, ""]


def encoder(config: ModelConfig, outputs: int) -> nn.Sequential:
    """Layers from images (batch, 1, 28, 28) to (batch, outputs)."""
    with BLANK:
        layers, features = _ENCODERS[config.architecture](config)
        return nn.Sequential(*layers, nn.Linear(features, outputs))


def decoder(config: ModelConfig) -> nn.Sequential:
    """Layers from codes (batch, latent_dim) to logits (batch, 1, 28, 28)."""
    with BLANK:
        return nn.Sequential(*_DECODERS[config.architecture](config))


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


def initialise(layers: nn.Module, rng: torch.Generator) -> None:
    """Glorot-uniform weights and zero biases. PyTorch's own default came close to collapse.

    Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward networks".
    """
    layers.to_empty(device="cpu")
    for layer in layers.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            nn.init.xavier_uniform_(layer.weight, generator=rng)
            nn.init.zeros_(layer.bias)  # pyright: ignore[reportArgumentType]


def bound(config: ModelConfig, logits: Tensor) -> Tensor:
    """Hold a continuous Bernoulli's |logits| under its bound; other likelihoods need none."""
    if config.likelihood != "continuous_bernoulli" or config.logit_bound is None:
        return logits
    return _Clamp.apply(logits, config.logit_bound)


class _Clamp(torch.autograd.Function):
    """A clamp with a way back: outside the bound, gradients that lead inwards still pass.

    A plain clamp's gradient is 0 outside. A decoder that overshoots with all its pixels, as one
    did in training, would then never learn again.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, limit: float) -> Tensor:
        ctx.save_for_backward(logits)
        ctx.limit = limit
        return logits.clamp(-limit, limit)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (logits,), (gradient,) = ctx.saved_tensors, gradients
        inside = logits.abs() <= ctx.limit
        leads_inwards = gradient * logits > 0  # descent goes against the gradient
        return torch.where(inside | leads_inwards, gradient, 0), None


def negative_log_likelihood(
    config: ModelConfig,
    logits: Float[Tensor, "batch *pixels"],
    x: Float[Tensor, "batch *pixels"],
) -> Float[Tensor, " batch"]:
    """-log p(x|z) under the configured likelihood, nats per image."""
    match config.likelihood:
        case "bernoulli":
            return losses.bernoulli_nll(logits, x)
        case "gaussian":
            return losses.gaussian_nll(logits, x, config.variance)
        case "continuous_bernoulli":
            return losses.continuous_bernoulli_nll(logits, x)


def mean_image(
    config: ModelConfig, logits: Float[Tensor, "batch 1 28 28"]
) -> Float[Tensor, "batch 1 28 28"]:
    """E[x|z] under the configured likelihood. Only the continuous Bernoulli's differs from λ."""
    if config.likelihood == "continuous_bernoulli":
        return losses.continuous_bernoulli_mean(logits)
    return logits.sigmoid()


def sample_image(
    config: ModelConfig, logits: Float[Tensor, "batch 1 28 28"], rng: torch.Generator
) -> Float[Tensor, "batch 1 28 28"]:
    """One draw from p(x|z), every pixel on its own. A Gaussian's may leave [0, 1]."""
    match config.likelihood:
        case "bernoulli":
            return torch.bernoulli(logits.sigmoid(), generator=rng)
        case "gaussian":
            noise = torch.randn(logits.shape, generator=rng)
            return logits.sigmoid() + config.variance**0.5 * noise
        case "continuous_bernoulli":
            return losses.continuous_bernoulli_sample(logits, rng)


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


def _check_whole(name: str, value: int, largest: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= largest:
        raise ValueError(f"{name} is {value!r}; it must be a whole number from 1 to {largest}")


def _check_number(name: str, value: float, *, zero_allowed: bool = False) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    finite = number and 0 <= value <= sys.float_info.max
    if not finite or (value == 0 and not zero_allowed):
        least = "0 or more" if zero_allowed else "more than 0"
        raise ValueError(f"{name} is {value!r}; it must be a finite number, {least}")
