"""The continuous Bernoulli paper's table, made again: `make paper-table DATA=folder`.

Loaiza-Ganem & Cunningham 2019 (arXiv:1907.06845) train one network twice on grey digits: with
the continuous Bernoulli (CB), a density on [0, 1], and with the Bernoulli, which on grey pixels
leaves out the constant C(λ). Both are then measured in the CB density. The Bernoulli network is
read in two ways: its λ as it is, and as a mean m, whose CB parameter is μ⁻¹(m). Rows, columns
and protocol are the paper's; `deviations` names what is not. The result is paper_table.json.

Left out: the paper's other data sets and its warped digits.
"""

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from core import data, evaluation, losses
from core.continuous_bernoulli import (
    continuous_bernoulli_mean,
    continuous_bernoulli_nll,
    continuous_bernoulli_sample,
)
from core.latent import Codes
from core.models import Posterior, layers
from core.models.vae import reparameterise

HERE = Path(__file__).resolve().parent

PROTOCOL = (
    "MNIST, all 60 000 training and 10 000 test images, dequantised to (x + u)/256 with u uniform "
    "in [0, 1), drawn once. Encoder 784-500-500-20 with σ = 1e-6 + softplus, decoder "
    "20-500-500-784, ReLU, dropout keeps 0.9 of each hidden layer in training; Adam with learning "
    "rate 1e-3 on batches of 50, gradients clipped to ±1 each, β = 1; λ clipped to "
    "[1e-4, 1 - 1e-4], so |logit| <= 9.21024. ELBO: one z for each test image, exact KL. IW "
    "bound: many z for each of the first test images. Scores: inception scores of images decoded "
    "from z ~ N(0, I), once the parameter λ itself as an image, once a sample from CB(λ). 15-NN "
    "on the encoder's means, training images vote on test images. Nats per image; all ELBOs and "
    "IW bounds are in the CB density under the bound."
)
POSTER = {
    "source": "Read off the curves of the authors' NeurIPS 2019 poster at γ = 0 (unwarped MNIST), "
    "to about ±0.5 % of an axis.",
    "rows": {
        "cb": {
            "elbo": 1470, "score_parameters": 9.24, "score_samples": 3.83, "knn_accuracy": 0.967,
        },
        "bernoulli_corrected": {"elbo": 1416},
        "bernoulli": {
            "elbo": 1139, "score_parameters": 9.16, "score_samples": 1.50, "knn_accuracy": 0.965,
        },
        "data": {"score": 9.92},
    },
}  # fmt: skip


@dataclass(frozen=True)
class Protocol:
    """What the test makes small. The defaults are the table's."""

    seeds: tuple[int, ...] = (0, 1, 2)
    epochs: int = 25
    batch_size: int = 50
    learning_rate: float = 1e-3
    latent_dim: int = 20
    hidden_dim: int = 500
    keep: float = 0.9  # of each hidden layer's units, in training
    logit_bound: float = 9.21024  # λ in [1e-4, 1 - 1e-4]
    judge_epochs: int = 3
    iwae_draws: int = 100  # of z for each image
    iwae_images: int = 1000  # the first of the test images
    samples: int = 10_000  # images for an inception score, as many as there are test images


def deviations(protocol: Protocol) -> list[str]:
    """Where the table leaves the paper's way, or had to guess it."""
    hidden = protocol.hidden_dim
    return [
        f"{protocol.epochs} epochs: the paper's number is not in its repository.",
        f"The judge of the inception scores is a 784-{hidden}-{hidden}-10 "
        f"network with dropout, as in the paper, trained here for {protocol.judge_epochs} epochs; "
        "scores of different judges do not compare exactly, and longer training, of the models or "
        "of the judge, may raise them.",
        "μ⁻¹ is interpolated between 10 001 knots, the paper's between 100.",
        "PyTorch in place of TensorFlow 1, Glorot-uniform weights, our own form of log C(λ).",
        f"The IW bound is that of the first {protocol.iwae_images} test images, whose ELBO is "
        "given as elbo_of_the_few.",
        f"Inception scores of {protocol.samples} images, the paper's of 60 000; the data's is that "
        "of the test images.",
    ]


@dataclass(frozen=True)
class Pixels:
    """Dequantised images, 784 numbers each, with their labels."""

    train: Tensor
    train_labels: Tensor
    test: Tensor
    test_labels: Tensor


def dequantised(digits: data.Digits) -> Pixels:
    rng = torch.Generator().manual_seed(0)
    return Pixels(
        data.dequantise(digits.train_images, rng).flatten(1),
        digits.train_labels,
        data.dequantise(digits.test_images, rng).flatten(1),
        digits.test_labels,
    )


class Mlp(nn.Module):
    """Two hidden layers. With a generator their units drop out, as in training; without, not."""

    def __init__(self, inputs: int, outputs: int, protocol: Protocol, rng: torch.Generator) -> None:
        super().__init__()
        self.keep = protocol.keep
        with layers.BLANK:
            self.first = nn.Linear(inputs, protocol.hidden_dim)
            self.second = nn.Linear(protocol.hidden_dim, protocol.hidden_dim)
            self.last = nn.Linear(protocol.hidden_dim, outputs)
        layers.initialise(self, rng)

    def forward(self, x: Tensor, rng: torch.Generator | None = None) -> Tensor:
        h = self._drop(self.first(x).relu(), rng)
        h = self._drop(self.second(h).relu(), rng)
        return self.last(h)

    def _drop(self, h: Tensor, rng: torch.Generator | None) -> Tensor:
        if rng is None:
            return h
        return h * (torch.rand(h.shape, generator=rng) < self.keep) / self.keep


class PaperVAE(nn.Module):
    """The paper's network. Its logits are those of λ, whichever likelihood trained it."""

    def __init__(self, protocol: Protocol, rng: torch.Generator) -> None:
        super().__init__()
        self.protocol = protocol
        self.encoder = Mlp(784, 2 * protocol.latent_dim, protocol, rng)
        self.decoder = Mlp(protocol.latent_dim, 784, protocol, rng)

    def posterior(self, x: Tensor, rng: torch.Generator | None = None) -> Posterior:
        mean, spread = self.encoder(x, rng).chunk(2, dim=1)
        return Posterior(mean, 2 * (1e-6 + F.softplus(spread)).log())

    def decode(self, z: Tensor, rng: torch.Generator | None = None) -> Tensor:
        bound = self.protocol.logit_bound
        return self.decoder(z, rng).clamp(-bound, bound)


# What a trained decoder's logits are taken for when they are put into the CB density.
Reading = Callable[[Tensor], Tensor]


def as_is(logits: Tensor) -> Tensor:
    return logits


def corrected(protocol: Protocol) -> Reading:
    """λ taken for a mean m: the logits of μ⁻¹(m), clipped to the bound, as the network's are."""
    logits = torch.linspace(-protocol.logit_bound, protocol.logit_bound, 10_001).double()
    means = continuous_bernoulli_mean(logits)

    def reading(of_a_mean: Tensor) -> Tensor:
        m = of_a_mean.double().sigmoid().numpy()
        found = np.interp(m, means.numpy(), logits.numpy())  # beyond the ends: the ends
        return torch.from_numpy(found).to(of_a_mean.dtype)

    return reading


def train(
    model: nn.Module,
    loss: Callable[[Tensor, Tensor], Tensor],
    pixels: Pixels,
    protocol: Protocol,
    rng: torch.Generator,
) -> None:
    """Adam on loss(images, labels) of shuffled batches, each gradient clipped to ±1."""
    optimiser = torch.optim.Adam(model.parameters(), protocol.learning_rate, fused=True)
    for _ in range(protocol.epochs):
        for chosen in torch.randperm(len(pixels.train), generator=rng).split(protocol.batch_size):
            optimiser.zero_grad()
            loss(pixels.train[chosen], pixels.train_labels[chosen]).backward()
            nn.utils.clip_grad_value_(model.parameters(), 1.0)
            optimiser.step()


def negative_elbo(model: PaperVAE, likelihood: str, x: Tensor, rng: torch.Generator) -> Tensor:
    """Mean over the batch, one z for each image, dropout on."""
    nll = {"cb": continuous_bernoulli_nll, "bernoulli": losses.bernoulli_nll}[likelihood]
    mean, logvar = model.posterior(x, rng)
    z = reparameterise(mean, logvar, torch.randn(mean.shape, generator=rng))
    return (nll(model.decode(z, rng), x) + losses.kl_standard_normal(mean, logvar)).mean()


@torch.no_grad()
def elbo(model: PaperVAE, reading: Reading, x: Tensor, rng: torch.Generator) -> Tensor:
    """In the CB density, one z for each image and the exact KL; nats, one per image."""
    mean, logvar = model.posterior(x)
    z = reparameterise(mean, logvar, torch.randn(mean.shape, generator=rng))
    reconstruction = continuous_bernoulli_nll(reading(model.decode(z)), x)
    return -reconstruction - losses.kl_standard_normal(mean, logvar)


@torch.no_grad()
def iwae(model: PaperVAE, reading: Reading, x: Tensor, rng: torch.Generator) -> Tensor:
    """log 1/k Σ p(x,z_i)/q(z_i|x) in the CB density; nats, one per image (Burda et al. 2016)."""
    mean, logvar = model.posterior(x)
    weights = []
    for _ in range(model.protocol.iwae_draws):
        epsilon = torch.randn(mean.shape, generator=rng)
        z = reparameterise(mean, logvar, epsilon)
        log_ratio = 0.5 * (epsilon.square() + logvar - z.square()).sum(1)  # log p(z) - log q(z|x)
        weights.append(log_ratio - continuous_bernoulli_nll(reading(model.decode(z)), x))
    return torch.stack(weights).logsumexp(0) - np.log(len(weights))


def inception_score(probabilities: Tensor) -> float:
    """exp of the mean KL from an image's class probabilities to their average, from 1 to 10.

    Salimans et al. 2016 (arXiv:1606.03498); here of a judge of digits, not of ImageNet.
    """
    p = probabilities.double()
    mutual = torch.special.entr(p.mean(0)).sum() - torch.special.entr(p).sum(1).mean()
    return mutual.exp().item()


@torch.no_grad()
def judged(judge: Mlp, images: Tensor) -> Tensor:
    """Class probabilities."""
    return torch.cat([judge(part).softmax(1) for part in images.split(1000)])


@torch.no_grad()
def scores(model: PaperVAE, reading: Reading, judge: Mlp, rng: torch.Generator) -> dict[str, float]:
    """Inception scores of prior samples: of the parameter λ as an image, and of CB(λ) draws."""
    z = torch.randn(model.protocol.samples, model.protocol.latent_dim, generator=rng)
    of_parameters, of_samples = [], []
    for part in z.split(1000):
        logits = reading(model.decode(part))
        of_parameters.append(judged(judge, logits.sigmoid()))
        of_samples.append(judged(judge, continuous_bernoulli_sample(logits, rng)))
    return {
        "score_parameters": inception_score(torch.cat(of_parameters)),
        "score_samples": inception_score(torch.cat(of_samples)),
    }


def train_judge(pixels: Pixels, protocol: Protocol) -> Mlp:
    """The classifier behind every inception score of the table."""
    rng = torch.Generator().manual_seed(0)
    judge = Mlp(784, data.CLASSES, protocol, rng)

    def loss(x: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(judge(x, rng), labels)

    train(judge, loss, pixels, replace(protocol, epochs=protocol.judge_epochs), rng)
    return judge


def data_row(digits: data.Digits, pixels: Pixels, judge: Mlp, protocol: Protocol) -> dict:
    """What the test images themselves get from the same judge, and the most any ELBO could be."""
    probabilities = judged(judge, pixels.test)
    (ceiling,) = evaluation.baselines.mean_ceilings(
        digits.test_images, [protocol.logit_bound], dequantised=True
    )
    return {
        "ceiling": ceiling,
        "score": inception_score(probabilities),
        "judge_accuracy": (probabilities.argmax(1) == pixels.test_labels).float().mean().item(),
    }


def run(
    likelihood: str, seed: int, pixels: Pixels, judge: Mlp, protocol: Protocol
) -> dict[str, Any]:
    """Train one network and measure its rows. Both likelihoods begin at the same weights."""
    began, cpu = time.perf_counter(), time.process_time()
    rng = torch.Generator().manual_seed(seed)
    model = PaperVAE(protocol, rng)

    def loss(x: Tensor, labels: Tensor) -> Tensor:
        return negative_elbo(model, likelihood, x, rng)

    train(model, loss, pixels, protocol, rng)
    readings = {"cb": as_is}
    if likelihood == "bernoulli":
        readings = {"bernoulli_corrected": corrected(protocol), "bernoulli": as_is}
    with threadpool_limits(1):  # the processes share the cores
        shared = encoder_figures(model, pixels)
    rows = {name: shared | row(model, reading, pixels, judge) for name, reading in readings.items()}
    return {
        "rows": rows,
        "wall_minutes": (time.perf_counter() - began) / 60,
        "cpu_minutes": (time.process_time() - cpu) / 60,
    }


@torch.no_grad()
def encoder_figures(model: PaperVAE, pixels: Pixels) -> dict[str, float]:
    """What the density that reads the decoder cannot change."""
    mean, logvar = model.posterior(pixels.test)
    return {
        "kl": losses.kl_standard_normal(mean, logvar).mean().item(),
        "active_units": evaluation.codes.active_units(Codes(mean, logvar)),
        "knn_accuracy": evaluation.codes.knn_accuracy(
            model.posterior(pixels.train).mean, pixels.train_labels, mean, pixels.test_labels
        ),
    }


def row(model: PaperVAE, reading: Reading, pixels: Pixels, judge: Mlp) -> dict[str, float]:
    """The same noise for every row of a seed: their differences are the readings'."""
    bounds, few = {}, pixels.test[: model.protocol.iwae_images]
    for name, bound, images in (
        ("elbo", elbo, pixels.test),
        ("elbo_of_the_few", elbo, few),
        ("iwae", iwae, few),
    ):
        rng = torch.Generator().manual_seed(0)
        values = [bound(model, reading, part, rng) for part in images.split(1000)]
        bounds[name] = torch.cat(values).double().mean().item()
    return bounds | scores(model, reading, judge, torch.Generator().manual_seed(0))


def summary(runs: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Each row's figures: one per seed, their mean, and their standard deviation as the spread."""
    table: dict[str, dict[str, Any]] = {}
    for name in ("cb", "bernoulli_corrected", "bernoulli"):
        rows = [each["rows"][name] for each in runs if name in each["rows"]]
        table[name] = {}
        for figure in rows[0]:
            seeds = [row[figure] for row in rows]
            table[name][figure] = {
                "mean": statistics.mean(seeds),
                "spread": statistics.stdev(seeds),
                "seeds": seeds,
            }
    return table


def make_table(
    digits: data.Digits, protocol: Protocol, progress: Path, processes: int = 2
) -> dict[str, Any]:
    """The whole table. Finished runs wait in the file `progress`, should it be interrupted.

    Needs two seeds at least, for the spread.
    """
    began, cpu = time.perf_counter(), time.process_time()
    pixels = dequantised(digits)
    judge = train_judge(pixels, protocol)
    of_data = data_row(digits, pixels, judge, protocol)
    cpu_minutes = (time.process_time() - cpu) / 60
    done = _resume(progress, protocol)
    with ProcessPoolExecutor(processes, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        pending = {
            pool.submit(run, likelihood, seed, pixels, judge, protocol): f"{likelihood} {seed}"
            for seed in protocol.seeds
            for likelihood in ("cb", "bernoulli")
            if f"{likelihood} {seed}" not in done["runs"]
        }
        for future in as_completed(pending):
            done["runs"][pending[future]] = future.result()
            done["wall_minutes"] += (time.perf_counter() - began) / 60
            began = time.perf_counter()
            progress.write_text(json.dumps(done))
            print(pending[future], json.dumps(future.result()), flush=True)
    runs = [done["runs"][name] for name in sorted(done["runs"])]  # seeds in order
    return {
        "made": date.today().isoformat(),
        "protocol": PROTOCOL,
        "deviations": deviations(protocol),
        "settings": asdict(protocol),
        "images": {"train": len(pixels.train), "test": len(pixels.test)},
        "minutes": {
            "wall": done["wall_minutes"],
            "cpu": cpu_minutes + sum(each["cpu_minutes"] for each in runs),
            "note": f"{processes} processes of one thread. Wall time counts the wait for other "
            "work on the machine, CPU time does not.",
        },
        "made_with": f"Python {platform.python_version()}, torch {torch.__version__}, "
        f"numpy {np.__version__}, {platform.machine()}",
        "rows": summary(runs),
        "data": of_data,
        "poster": POSTER,
    }


def _resume(progress: Path, protocol: Protocol) -> dict[str, Any]:
    """What an interrupted run of the same protocol has finished."""
    settings = json.loads(json.dumps(asdict(protocol)))
    if progress.is_file():
        done = json.loads(progress.read_text())
        if done["settings"] == settings:
            return done
    return {"settings": settings, "runs": {}, "wall_minutes": 0.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds MNIST/raw")
    parser.add_argument("--processes", type=int, default=2, help="networks trained side by side")
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    progress = HERE / "paper_table.partial.json"
    digits = data.load("mnist", wanted.data.resolve())
    table = make_table(digits, Protocol(), progress, wanted.processes)
    text = json.dumps(table, indent=2, ensure_ascii=False) + "\n"
    (HERE / "paper_table.json").write_text(text, encoding="utf-8")
    progress.unlink()


if __name__ == "__main__":
    main()
