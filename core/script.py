"""A model told as one short program, and as a notebook: what somebody takes home.

The program is text with a few gaps. What fills them is this one model's own: its layers as they
stand in `models/layers.py`, what its kind and its likelihood add, the numbers it was made with. So
whoever reads it meets no branch for any other model. It needs nothing of this course. Left out:
how the model was trained, but for enough of it to go on.
"""

import ast
import json
import re
import textwrap
from collections.abc import Mapping
from string import Template
from typing import Any

import torch
from torch import Tensor, nn

from core.models import Likelihood, Model, VariationalAutoencoder
from core.models.layers import shapes
from core.models.vae import POINT
from core.training import TrainConfig

CELL = "# %% "  # begins a section, for editors too


def program(model: Model, training: Mapping[str, Any]) -> str:
    """The text of model.py; `training` is the field of that name on the model's card."""
    config = model.config
    is_bounded = config.likelihood == "continuous_bernoulli" and config.logit_bound is not None
    gaps = {
        **(_VAE if isinstance(model, VariationalAutoencoder) else _AE),
        "posterior": _LEARNED if config.noise is None else _FIXED,
        "kl": _POINT_KL if config.noise == 0 else _KL,
        "noise_constant": "" if config.noise is None else _NOISE,
        "pixels": _PIXELS[config.likelihood] + (_BOUND if is_bounded else ""),
        "limit": "Held.apply(self.decoder(z))" if is_bounded else "self.decoder(z)",
        "encoder": _layers(model.encoder, torch.zeros(1, 1, 28, 28)),
        "decoder": _layers(model.decoder, torch.zeros(1, config.latent_dim)),
        "architecture": config.architecture,
        "latent_dim": config.latent_dim,
        "beta": config.beta,
        "variance": config.variance,
        "bound": config.logit_bound,
        "noise": max(config.noise or 0, POINT),
        "batch": training.get("batch_size", TrainConfig.batch_size),
        "rate": f"{training.get('learning_rate', TrainConfig.learning_rate) / 10:g}",
    }
    text = _PROGRAM
    while "$" in text:  # a gap's filling may have gaps
        text = Template(text).substitute(gaps)
    return text if "math." in text else text.replace("import math\n", "")


def notebook(text: str) -> str:
    """The same program as a Jupyter notebook (nbformat 4.5): a cell for each of its sections.

    The lines that only run where it is started get cells of their own, one for each paragraph.
    """
    opening, *sections = re.split(rf"^{CELL}", text, flags=re.MULTILINE)
    lesson = ast.get_docstring(ast.parse(opening)) or ""
    cells = [_cell("markdown", lesson), _cell("code", opening.split('"""')[2])]
    for section in sections:
        heading, code = section.split("\n", 1)
        cells.append(_cell("markdown", f"## {heading}"))
        before, started, after = code.partition('if __name__ == "__main__":\n')
        paragraphs = textwrap.dedent(after).split("\n\n") if started else []
        cells += [_cell("code", part) for part in (before, *paragraphs) if part.strip()]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _cell(kind: str, source: str) -> dict[str, Any]:
    code = {"execution_count": None, "outputs": []} if kind == "code" else {}
    lines = source.strip("\n").splitlines(keepends=True)
    return {"cell_type": kind, "id": "", "metadata": {}, "source": lines, **code}


def _layers(stack: nn.Sequential, x: Tensor) -> str:
    """The layers as one writes them: a line for each that has weights, with what follows it."""
    lines: list[str] = []
    pictures: list[str] = []  # what size each line's pictures have
    for layer, shape in zip(stack, shapes(stack, x)):
        if shape.parameters or not lines:
            lines.append("")
            pictures.append("")
        lines[-1] += f" nn.{_written(layer)},"
        across = len(shape.output) == 3
        pictures[-1] = f"  # {shape.output[1]} × {shape.output[2]}" if across else ""
    return "\n".join(f"       {line}{size}" for line, size in zip(lines, pictures))


def _written(layer: nn.Module) -> str:
    """The call that makes such a layer."""
    match layer:
        case nn.Linear():
            return f"Linear({layer.in_features}, {layer.out_features})"
        case nn.Conv2d() | nn.ConvTranspose2d():
            given = [layer.in_channels, layer.out_channels, layer.kernel_size[0]]
            named = {
                "stride": (layer.stride[0], 1),
                "padding": (layer.padding[0], 0),
                "output_padding": (layer.output_padding[0], 0),
            }
            more = [f"{name}={size}" for name, (size, usual) in named.items() if size != usual]
            return f"{type(layer).__name__}({', '.join([*map(str, given), *more])})"
        case nn.Unflatten():
            return f"Unflatten({layer.dim}, {tuple(layer.unflattened_size)})"
        case nn.MaxPool2d() | nn.PixelShuffle():
            size = layer.kernel_size if isinstance(layer, nn.MaxPool2d) else layer.upscale_factor
            return f"{type(layer).__name__}({size})"
        case nn.Upsample():
            return f"Upsample(scale_factor={layer.scale_factor:g})"
        case nn.Flatten() | nn.ReLU():
            return f"{type(layer).__name__}()"
    raise ValueError(f"no way is known to write the layer {type(layer).__name__} down")


_PROGRAM = '''"""$title of 28 × 28 pictures, trained in Latent Walk: $architecture, d = $latent_dim.

    python model.py                    restores digits.png, draws samples and walks between codes
    python model.py --train MNIST/raw  first trains for another epoch on MNIST's files in there

It needs torch, numpy, safetensors and pillow, and runs in the folder that holds its weights.
"""

import math
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import nn

# %% The layers


def encoder():
    """From pictures (batch, 1, 28, 28) to $answer."""
    return nn.Sequential(
$encoder
    )


def decoder():
    """From codes (batch, $latent_dim) to logits (batch, 1, 28, 28)."""
    return nn.Sequential(
$decoder
    )


# %% What a pixel says: $pixels

# %% The model: $idea

$constants
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = encoder()
        self.decoder = decoder()

$methods


def load(file="model.safetensors"):
    model = Model()
    model.load_state_dict(load_file(file))
    return model.eval()


# %% Pictures: sheets of 28 × 28, white on black


def read(file):
    """The pictures of a sheet, (count, 1, 28, 28), grey values from 0 to 1."""
    grey = torch.from_numpy(np.array(Image.open(file).convert("L")))
    rows, columns = grey.shape[0] // 28, grey.shape[1] // 28
    tiles = grey[: rows * 28, : columns * 28].reshape(rows, 28, columns, 28).transpose(1, 2)
    return tiles.reshape(-1, 1, 28, 28) / 255


def draw(pictures, columns, file):
    """Pictures in rows, as a file."""
    rows = pictures.detach().clamp(0, 1).reshape(-1, columns, 28, 28).transpose(1, 2)
    image = Image.fromarray((255 * rows).round().byte().reshape(-1, columns * 28).numpy())
    image.save(file)
    return image


# %% More training

BATCH, LEARNING_RATE = $batch, $rate  # a tenth of the rate that the run reached


def train(model, folder, epochs=1):
    """Go on with MNIST's training images, x / 255, and keep the weights as trained.safetensors."""
    file = Path(folder) / "train-images-idx3-ubyte"  # a header of 16 bytes, then a byte a pixel
    images = torch.from_numpy(np.fromfile(file, np.uint8, offset=16)).view(-1, 1, 28, 28)
    optimiser = torch.optim.Adam(model.parameters(), LEARNING_RATE)
    for epoch in range(epochs):
        costs = []
        for batch in torch.randperm(len(images)).split(BATCH):
            loss = model.loss(images[batch] / 255)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            costs.append(loss.item())
        print(f"epoch {epoch + 1}: {np.mean(costs):.2f} nats per image")
    save_file(model.state_dict(), "trained.safetensors")


# %% All of it

if __name__ == "__main__":
    torch.manual_seed(0)
    model = load()

    folder = sys.argv[2] if sys.argv[1:2] == ["--train"] else ""  # say "MNIST/raw", to train
    if folder:
        train(model, folder)

    # Digits, and below each what comes back.
    x = read("digits.png")[:20]
    restored = mean_image(model.decode(model.encode(x)))
    pairs = torch.stack([x.view(-1, 10, 28, 28), restored.view(-1, 10, 28, 28)], 1)
    draw(pairs, 10, "restored.png")

    # Pictures of no digit in particular.
    z = model.sample(64)
    draw(mean_image(model.decode(z)), 8, "samples.png")

    # From five digits to five others, along straight lines between their codes.
    start, end = model.encode(x[:5])[:, None], model.encode(x[5:10])[:, None]
    t = torch.linspace(0, 1, 11)[:, None]
    draw(mean_image(model.decode(((1 - t) * start + t * end).flatten(0, 1))), 11, "walk.png")
'''

_AE = {
    "title": "An autoencoder",
    "answer": "codes (batch, $latent_dim)",
    "idea": "a picture through a few numbers, and back",
    "constants": "",
    "methods": '''
    def encode(self, x):
        """The code z that stands for x."""
        return self.encoder(x)

    def decode(self, z):
        """Logits of the picture that z stands for."""
        return $limit

    def sample(self, count):
        """Codes from a Gaussian that is laid over the codes of digits.png: training promised none.

        Weights from N(0, 1) mix the codes' deviations: z has their mean and their covariance.
        """
        codes = self.encode(read("digits.png"))
        deviations = (codes - codes.mean(0)) / math.sqrt(len(codes) - 1)
        return codes.mean(0) + torch.randn(count, len(codes)) @ deviations

    def loss(self, x):
        """-log p(x|z), nats per image: all that an autoencoder pays."""
        return nll(self.decode(self.encode(x)), x).mean()
'''.strip("\n"),
}

_VAE = {
    "title": "A variational autoencoder",
    "answer": "two numbers a latent: (batch, 2 × $latent_dim)",
    "idea": "a picture's code is a cloud, not a point",
    "constants": "BETA = $beta  # weight of the KL: with 1 the loss is the negative ELBO\n"
    "$noise_constant\n",
    "methods": '''
    def posterior(self, x):
$posterior

    def encode(self, x):
        """The middle of x's cloud."""
        return self.posterior(x)[0]

    def decode(self, z):
        """Logits of the picture that z stands for."""
        return $limit

    def sample(self, count):
        """Codes from the prior N(0, I), for which the KL was paid."""
        return torch.randn(count, $latent_dim)

    def loss(self, x):
        """-log p(x|z) + β KL( q(z|x) || N(0, I) ), nats per image, with one z of each cloud."""
        mean, logvar = self.posterior(x)
        z = mean + (logvar / 2).exp() * torch.randn_like(mean)
        kl = $kl
        return (nll(self.decode(z), x) + BETA * kl).mean()
'''.strip("\n"),
}

_KL = "0.5 * (mean.square() + logvar.exp() - 1 - logvar).sum(1)"

_POINT_KL = "0.5 * mean.square().sum(1)  # what of a point's KL is not infinite"

_NOISE = "NOISE = $noise  # σ of every cloud\n"

_LEARNED = '''
        """Mean and log variance of the cloud q(z|x) of codes that may stand for x."""
        return self.encoder(x).chunk(2, dim=1)
'''.strip("\n")

_FIXED = '''
        """Mean and log variance of the cloud q(z|x): it moves with x, and its σ is always NOISE."""
        mean, _ = self.encoder(x).chunk(2, dim=1)  # the other half was never used
        return mean, torch.full_like(mean, 2 * math.log(NOISE))
'''.strip("\n")

_PIXELS: dict[Likelihood, str] = {
    "bernoulli": '''a Bernoulli, white with probability sigmoid(logit)


def nll(logits, x):
    """-log p(x|z): binary cross-entropy, summed over the pixels, nats per image."""
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)


def mean_image(logits):
    return logits.sigmoid()
''',
    "gaussian": '''a Gaussian around sigmoid(logit)

VARIANCE = $variance  # of every pixel


def nll(logits, x):
    """-log p(x|z): squared error over twice the variance, and a constant, nats per image."""
    squared_error = (x - logits.sigmoid()).square()
    constant = math.log(2 * math.pi * VARIANCE)
    return 0.5 * (squared_error / VARIANCE + constant).flatten(1).sum(1)


def mean_image(logits):
    return logits.sigmoid()
''',
    "continuous_bernoulli": '''a continuous Bernoulli, a density of grey values


def nll(logits, x):
    """-log p(x|z): binary cross-entropy - log C, summed over the pixels, nats per image."""
    logits, x = logits.double(), x.double()
    cross_entropy = F.binary_cross_entropy_with_logits(logits, x, reduction="none")
    eta, small = away_from_zero(logits)
    log_norm = torch.where(
        small, math.log(2) + logits.square() / 12, (eta / torch.tanh(eta / 2)).log()
    )
    return (cross_entropy - log_norm).flatten(1).sum(1).float()


def mean_image(logits):
    """E[x|z] = 1 / (1 - exp(-η)) - 1 / η, with η the logit. It is not sigmoid(η)."""
    eta, small = away_from_zero(logits.double())
    return torch.where(small, 0.5 + logits / 12, 1 / (1 - torch.exp(-eta)) - 1 / eta).float()


def away_from_zero(logits):
    """Near η = 0 both formulas are 0 / 0: there, their Taylor series stand in."""
    small = logits.abs() < 0.01
    return torch.where(small, 1.0, logits), small
''',
}

_BOUND = '''

LOGIT_BOUND = $bound  # pixels of exactly 0 or 1 would pull logits to infinity


class Held(torch.autograd.Function):
    """Logits within ± LOGIT_BOUND; from outside, gradients that lead inwards still pass."""

    @staticmethod
    def forward(ctx, logits):
        ctx.save_for_backward(logits)
        return logits.clamp(-LOGIT_BOUND, LOGIT_BOUND)

    @staticmethod
    def backward(ctx, gradient):
        (logits,) = ctx.saved_tensors
        passes = (logits.abs() <= LOGIT_BOUND) | (gradient * logits > 0)
        return torch.where(passes, gradient, 0)
'''
