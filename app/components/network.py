"""A model as the browser runs it: its layers as JSON, its weights as one row of float32.

`network.js` beside this file knows a handful of layers, and `describe` puts any `nn.Sequential`
made of them into its words. A new architecture from these layers needs no JavaScript; an
unknown layer is refused with a sentence. Pictures lie in the browser as (height, width,
channel), so the weights of convolutions are turned here, once.
"""

from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.models import Model
from core.models.classifier import Classifier

Layer = dict[str, Any]
IMAGE = (1, 28, 28)


class Network(NamedTuple):
    """What `buildNetwork` in network.js takes."""

    layers: list[Layer]  # each with its operation and the shapes of what goes in and comes out
    weights: Float[Tensor, " numbers"]  # of all layers in turn, each the bias and then the weight


def decoder(model: Model) -> Network:
    """From a code (latent) to the mean image (28 · 28), as `mean_image` of `decode`."""
    config = model.config
    after: list[Layer] = []
    if config.likelihood == "continuous_bernoulli":
        if config.logit_bound is not None:
            after.append({"op": "clamp", "bound": config.logit_bound})
        after.append({"op": "continuous_bernoulli_mean"})
    else:
        after.append({"op": "sigmoid"})
    return describe(model.decoder, (config.latent_dim,), after)


def encoder(model: Model) -> Network:
    """From an image (28 · 28) to its code, for a VAE the mean and then the log variance."""
    return describe(model.encoder, IMAGE)


def classifier(judge: Classifier) -> Network:
    """From an image (28 · 28) to the probabilities of the ten classes."""
    return describe(judge.layers, IMAGE, [{"op": "softmax"}])


@torch.no_grad()
def describe(
    layers: nn.Sequential, shape: tuple[int, ...], after: list[Layer] | None = None
) -> Network:
    """The layers of a sequence that takes inputs of this shape, without the batch.

    `after` names operations that follow and have no weights. Raises ValueError where the
    browser does not know a layer.
    """
    x = torch.zeros(1, *shape)
    described, weights = [], []
    for module in layers:
        before, x = x, module(x)
        layer, numbers = _describe_one(module)
        described.append(layer | {"in": _shape(before), "out": _shape(x)})
        weights += [number.detach().float().flatten() for number in numbers]
    described += [layer | {"in": _shape(x), "out": _shape(x)} for layer in after or ()]
    return Network(described, torch.cat([torch.zeros(0), *weights]))


def _shape(x: Tensor) -> list[int]:
    """(height, width, channel) of a picture, (length,) of a row; without the batch."""
    return list(x[0].movedim(0, -1).shape)


def _describe_one(module: nn.Module) -> tuple[Layer, list[Tensor]]:
    match module:
        case nn.Linear():
            return {"op": "linear"}, [_bias(module, module.out_features), module.weight.T]
        case nn.Conv2d() if _is_plain(module):
            weight = module.weight.permute(2, 3, 1, 0)  # (row, column, in, out)
            return _kernel("convolution", module), [_bias(module, module.out_channels), weight]
        case nn.ConvTranspose2d() if _is_plain(module):
            weight = module.weight.permute(2, 3, 0, 1)  # (row, column, in, out)
            bias = _bias(module, module.out_channels)
            return _kernel("transposed_convolution", module), [bias, weight]
        case nn.PixelShuffle():
            return {"op": "pixel_shuffle", "factor": module.upscale_factor}, []
        case nn.MaxPool2d(kernel_size=int(size), stride=int(stride), padding=0, dilation=1):
            return {"op": "max_pooling", "kernel": size, "stride": stride}, []
        case nn.Upsample(scale_factor=float(factor), mode="nearest") if factor == int(factor):
            return {"op": "upsampling", "factor": int(factor)}, []
        case nn.Flatten(start_dim=1, end_dim=-1):
            return {"op": "flatten"}, []
        case nn.Unflatten(dim=1) if len(module.unflattened_size) == 3:
            return {"op": "unflatten"}, []
        case nn.ReLU():
            return {"op": "relu"}, []
        case nn.Sigmoid():
            return {"op": "sigmoid"}, []
    raise ValueError(f"the browser cannot run the layer {module}")


def _is_plain(module: nn.Conv2d | nn.ConvTranspose2d) -> bool:
    return (
        module.groups == 1
        and module.dilation == (1, 1)
        and module.padding_mode == "zeros"
        and not isinstance(module.padding, str)
    )


def _kernel(operation: str, module: nn.Conv2d | nn.ConvTranspose2d) -> Layer:
    return {
        "op": operation,
        "kernel": list(module.kernel_size),
        "stride": list(module.stride),
        "padding": list(module.padding),
    }


def _bias(module: nn.Linear | nn.Conv2d | nn.ConvTranspose2d, outputs: int) -> Tensor:
    return torch.zeros(outputs) if module.bias is None else module.bias
