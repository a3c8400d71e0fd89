"""The files that full sets of digits come in: IDX, checked before they are believed.

An IDX file of bytes is a header of big-endian 32-bit numbers, 0x0800 + the count of dimensions
and then each dimension, and after it the bytes. A download that was cut short still looks like
one at its beginning, so its size is checked too. What reads and fetches them is torchvision.
Yann LeCun et al. 1998, "The MNIST database".
"""

import importlib
import math
from pathlib import Path
from types import ModuleType

import numpy as np
import torch


def fault(file: Path, shape: tuple[int, ...], classes: int) -> str | None:
    """What is wrong with an IDX file of bytes that should have this shape, or None.

    A file of one dimension holds labels: these are read, and must lie below `classes`.
    """
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            header = np.frombuffer(stream.read(4 + 4 * len(shape)), ">i4").tolist()
            labels = stream.read() if len(shape) == 1 else b""
    except FileNotFoundError:
        return "is missing"
    except (OSError, ValueError) as error:
        return f"cannot be read ({error})"
    if header != [0x0800 + len(shape), *shape]:
        return "is damaged: its header is not the one of this file"
    expected = 4 + 4 * len(shape) + math.prod(shape)
    if size != expected:
        return f"is damaged: it holds {size} bytes, and should hold {expected}"
    if labels and max(labels) >= classes:
        return (
            f"is damaged: it holds the label {max(labels)}, and labels go from 0 to {classes - 1}"
        )
    return None


def torchvision_datasets() -> ModuleType:
    """torchvision.datasets, also where torchvision's compiled operators do not load.

    The registry's torchvision is linked against a CUDA build. Beside a CPU-only torch its
    operators stay unknown and the import fails on registering their shapes. The data sets are
    plain Python, so declaring the two operators is enough; calling them would still fail.
    """
    try:
        return importlib.import_module("torchvision.datasets")
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
    _declared.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _declared.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return importlib.import_module("torchvision.datasets")


_declared = torch.library.Library("torchvision", "FRAGMENT")  # lives as long as its operators
