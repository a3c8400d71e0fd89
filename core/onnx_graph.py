"""The same network as an ONNX graph: an encoder or a decoder for programs without PyTorch.

Each layer is one ONNX operator, and its weights are copied, so the graph is written down here
rather than traced. Left out: the loss, and what a likelihood makes of logits. The package `onnx`
is needed only here (requirements-export.txt); `is_possible` says whether it is there.

ONNX operators, opset 17: https://onnx.ai/onnx/operators
"""

import importlib
import importlib.util
from typing import Any, NamedTuple

import numpy as np
from torch import nn

from core.models import Model

OPSET = 17
PICTURE = (1, 28, 28)


class Step(NamedTuple):
    """One operator of a graph."""

    operator: str
    attributes: dict[str, Any]
    constants: dict[str, np.ndarray]  # its inputs but the first, in their order


def is_possible() -> bool:
    """Whether the package that writes ONNX files is installed."""
    return importlib.util.find_spec("onnx") is not None


def encoder(model: Model) -> bytes:
    """From `x` (batch, 1, 28, 28) to `codes`; a VAE's are a mean and a log variance, side by side.

    Where a VAE's noise is fixed, its second half says nothing.
    """
    numbers = model.config.latent_dim * (2 if model.config.kind == "vae" else 1)
    return _file(model.encoder, ("x", PICTURE), ("codes", (numbers,)))


def decoder(model: Model) -> bytes:
    """From `z` (batch, latent) to `logits` (batch, 1, 28, 28), held within their bound."""
    bound = model.config.logit_bound if model.config.likelihood == "continuous_bernoulli" else None
    return _file(model.decoder, ("z", (model.config.latent_dim,)), ("logits", PICTURE), bound)


def _file(
    stack: nn.Sequential,
    taken: tuple[str, tuple[int, ...]],
    given: tuple[str, tuple[int, ...]],
    bound: float | None = None,
) -> bytes:
    """The layers as a file, from one named batch of tensors to another."""
    onnx = importlib.import_module("onnx")
    helper, numpy_helper, kind = onnx.helper, onnx.numpy_helper, onnx.TensorProto.FLOAT
    steps = [_step(layer) for layer in stack]
    if bound is not None:
        limits = {"min": np.array(-bound, np.float32), "max": np.array(bound, np.float32)}
        steps.append(Step("Clip", {}, limits))
    nodes, weights, before = [], [], taken[0]
    for number, step in enumerate(steps):
        after = given[0] if number == len(steps) - 1 else f"{number}"
        names = [f"{number}.{name}" for name in step.constants]
        skipped = [""] if step.operator == "Resize" else []  # its region, of which we say nothing
        inputs = [before, *skipped, *names]
        nodes.append(helper.make_node(step.operator, inputs, [after], **step.attributes))
        weights += map(numpy_helper.from_array, step.constants.values(), names)
        before = after
    ends = [
        helper.make_tensor_value_info(name, kind, ["batch", *shape])
        for name, shape in (taken, given)
    ]
    graph = helper.make_graph(nodes, "latent_walk", ends[:1], ends[1:], weights)
    whole = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(whole)
    return whole.SerializeToString()


def _step(layer: nn.Module) -> Step:
    """The operator that does what a layer does."""
    match layer:
        case nn.Linear():
            return Step("Gemm", {"transB": 1}, _weights(layer))
        case nn.Conv2d():
            return Step("Conv", _strides(layer), _weights(layer))
        case nn.ConvTranspose2d():
            more = {"output_padding": list(layer.output_padding)}
            return Step("ConvTranspose", _strides(layer) | more, _weights(layer))
        case nn.ReLU():
            return Step("Relu", {}, {})
        case nn.Flatten():
            return Step("Flatten", {"axis": 1}, {})
        case nn.Unflatten():
            shape = np.array([0, *layer.unflattened_size], np.int64)  # 0: as it was
            return Step("Reshape", {}, {"shape": shape})
        case nn.MaxPool2d():
            size = [layer.kernel_size, layer.kernel_size]
            return Step("MaxPool", {"kernel_shape": size, "strides": size}, {})
        case nn.PixelShuffle():
            return Step("DepthToSpace", {"blocksize": layer.upscale_factor, "mode": "CRD"}, {})
        case nn.Upsample():
            how = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
            scales = np.array([1, 1, layer.scale_factor, layer.scale_factor], np.float32)
            return Step("Resize", {"mode": "nearest", **how}, {"scales": scales})
    raise ValueError(f"no ONNX operator is known here for the layer {type(layer).__name__}")


def _strides(layer: nn.Conv2d | nn.ConvTranspose2d) -> dict[str, list[int]]:
    """How a convolution moves; ONNX asks for the padding of all four sides."""
    return {"strides": list(layer.stride), "pads": [int(side) for side in layer.padding] * 2}


def _weights(layer: nn.Linear | nn.Conv2d | nn.ConvTranspose2d) -> dict[str, np.ndarray]:
    return {
        name: parameter.detach().contiguous().numpy()
        for name, parameter in layer.named_parameters()
    }
