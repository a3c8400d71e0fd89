"""The film of a training: about forty moments of a run, more of them early, to look at later.

A moment keeps what a run was at one step: the codes of the probe, what
the model made of ten digits and of ten draws of noise, and its loss on the test images. Digits,
noise and measure are the same at every moment, so that whatever changes is the model. Taking a
moment changes nothing of the run. Left out: the weights; nothing can go on from a film.
"""

import json
import math
from bisect import bisect_right
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path

import torch
from jaxtyping import Float, Float16, UInt8
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as bytes_from_tensors
from torch import Tensor

from core import latent, sampling, training
from core.checkpoints import CheckpointError
from core.data import Digits, to_float
from core.evaluation.judging import reconstruct
from core.models import MAX_LATENT_DIM, mean_image
from core.quoting import quoted
from core.training import MAX_STEPS, Terms, TrainState

MOMENTS = 40
SAMPLES = 10
EARLY = 200  # the first moments lie so many times closer, as shares of a run, than the last


@dataclass(frozen=True)
class Moment:
    """A run at one step."""

    step: int
    test: Terms  # as in the run's history: nats per image, the same test images, the same ε
    codes: Float16[Tensor, "probe latent"] = field(repr=False)  # a VAE's means
    logvar: Float16[Tensor, "probe latent"] | None = field(repr=False)  # None for an AE
    restored: UInt8[Tensor, "ten 1 28 28"] = field(repr=False)  # mean images
    samples: UInt8[Tensor, "samples 1 28 28"] = field(repr=False)  # mean images of `noise`

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        tensors = self.codes, self.logvar, self.restored, self.samples
        return sum(tensor.nbytes for tensor in tensors if tensor is not None)


@dataclass(frozen=True)
class Film:
    """The moments of one run. Never changed: `after` gives a longer one. Made by `begin`."""

    total: int  # steps of the whole run
    labels: UInt8[Tensor, " probe"] = field(repr=False)
    originals: UInt8[Tensor, "ten 1 28 28"] = field(repr=False)
    moments: tuple[Moment, ...] = ()

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return sum(moment.size for moment in self.moments) + self.originals.nbytes

    def next_step(self) -> int | None:
        """The step at which the next moment is due; None where there is none to come."""
        due = schedule(self.total)
        taken = bisect_right(due, self.moments[-1].step) if self.moments else 0
        return due[taken] if taken < len(due) else None

    def after(self, state: TrainState, digits: Digits) -> "Film":
        """This film and the moment that a run is at; itself where that moment is not due.

        Raises TrainingDiverged where the test loss is NaN or infinite.
        """
        if state.step != self.next_step():
            return self
        return replace(self, moments=(*self.moments, _moment(state, digits, self.originals)))


def begin(total: int, digits: Digits, originals: UInt8[Tensor, "ten 1 28 28"]) -> Film:
    """A film without moments, of a run of so many steps, that follows these digits."""
    watched = digits.test_labels[training.probe(digits)]
    return Film(total, watched.to(torch.uint8), originals.clone())


def schedule(total: int, moments: int = MOMENTS) -> tuple[int, ...]:
    """The steps at which moments are taken: the first is 0, the last is the last of the run.

    Distances grow geometrically, as shares of the run the same for every run; a run with fewer
    steps than that has a moment at fewer steps, each at most once.
    """
    shares = [(EARLY + 1) ** (i / (moments - 1)) - 1 for i in range(moments)]
    return tuple(sorted({round(total * share / EARLY) for share in shares}))


def noise(latent_dim: int) -> Float[Tensor, "samples latent"]:
    """ε from N(0, I), the same for every model; decoded as it is, whatever the model."""
    rng = torch.Generator().manual_seed(0)
    return sampling.draw(SAMPLES, MAX_LATENT_DIM, rng).epsilon[:, :latent_dim]


def save(path: str | Path, film: Film) -> None:
    """Write a film of at least one moment as a safetensors file."""
    moments = film.moments
    tensors = {
        "labels": film.labels,
        "originals": film.originals,
        "codes": torch.stack([moment.codes for moment in moments]),
        "restored": torch.stack([moment.restored for moment in moments]),
        "samples": torch.stack([moment.samples for moment in moments]),
    }
    logvars = [moment.logvar for moment in moments if moment.logvar is not None]
    if logvars:
        tensors["logvar"] = torch.stack(logvars)
    about = {
        "total": film.total,
        "steps": [moment.step for moment in moments],
        "test": [astuple(moment.test) for moment in moments],
    }
    metadata = {"film": json.dumps(about, allow_nan=False)}
    Path(path).write_bytes(bytes_from_tensors(tensors, metadata))


def load(path: str | Path) -> Film:
    """A film from its file. Raises CheckpointError, naming the file, where it is damaged."""
    path = Path(path)
    if not path.is_file():
        raise CheckpointError(f"{quoted(path.name)} is missing")
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            about = json.loads((file.metadata() or {})["film"])
        return _checked(about, tensors)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(
            f"{quoted(path.name)} is not the film of a training, or not a whole one "
            f"({quoted(str(error))})"
        ) from error


def _moment(state: TrainState, digits: Digits, originals: UInt8[Tensor, "ten 1 28 28"]) -> Moment:
    model = state.model
    codes = latent.encode(model, digits.test_images[training.probe(digits)])
    with torch.no_grad():
        restored = reconstruct(model, to_float(originals))
        samples = mean_image(model.config, model.decode(noise(model.config.latent_dim)))
    return Moment(
        step=state.step,
        test=training.probe_terms(model, digits, state.step, state.config),
        codes=_half(codes.mean),
        logvar=None if codes.logvar is None else _half(codes.logvar),
        restored=_bytes(restored),
        samples=_bytes(samples),
    )


def _half(values: Float[Tensor, "probe latent"]) -> Float16[Tensor, "probe latent"]:
    # A code beyond the largest half is kept at that edge: infinity would have no place on a map.
    return values.clamp(-65504, 65504).half()


def _bytes(images: Float[Tensor, "n 1 28 28"]) -> UInt8[Tensor, "n 1 28 28"]:
    return (255 * images).round().to(torch.uint8)


def _checked(about: dict, tensors: dict[str, Tensor]) -> Film:
    """A film of what a file holds. Raises ValueError, KeyError, TypeError where it is none."""
    total, steps = about["total"], about["steps"]
    test = [Terms(*(float(nats) for nats in terms)) for terms in about["test"]]
    count, (_, probe, size) = len(steps), tensors["codes"].shape
    ten = len(tensors["originals"])
    expected = {
        "labels": (torch.uint8, (probe,)),
        "originals": (torch.uint8, (ten, 1, 28, 28)),
        "codes": (torch.float16, (count, probe, size)),
        "restored": (torch.uint8, (count, ten, 1, 28, 28)),
        "samples": (torch.uint8, (count, SAMPLES, 1, 28, 28)),
    }
    if "logvar" in tensors:
        expected["logvar"] = expected["codes"]
    found = {name: (tensor.dtype, tuple(tensor.shape)) for name, tensor in tensors.items()}
    if found != expected:
        raise ValueError("its tensors do not fit one another")
    if not all(type(step) is int and step <= MAX_STEPS for step in (total, *steps)) or not steps:
        raise ValueError("its steps are no numbers of steps")
    if sorted({0, *steps}) != steps or steps[-1] > total or len(test) != count:
        raise ValueError("its steps do not fit its moments")
    if not all(math.isfinite(nats) for terms in test for nats in astuple(terms)):
        raise ValueError("a loss is not finite")
    if not all(tensor.isfinite().all() for tensor in tensors.values()):
        raise ValueError("a code is not finite")
    logvar = tensors.get("logvar")
    moments = tuple(
        Moment(
            step=step,
            test=test[i],
            codes=tensors["codes"][i],
            logvar=None if logvar is None else logvar[i],
            restored=tensors["restored"][i],
            samples=tensors["samples"][i],
        )
        for i, step in enumerate(steps)
    )
    return Film(total, tensors["labels"], tensors["originals"], moments)
