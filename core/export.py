"""A model to take home: one .zip that needs nothing of this course, and that the course reads back.

Weights, configuration and model card have the names that the Hugging Face hub's own mixin gives
them (`PyTorchModelHubMixin`); a program and a notebook run the model and go on training it. What a
model card should say: Mitchell and others 2019 (arXiv:1810.03993). Left out: whatever computes.
"""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from string import Template
from typing import Any

from jaxtyping import UInt8
from PIL import Image
from torch import Tensor

from core import checkpoints, onnx_graph, script
from core.archive import CARD, CONFIG, WEIGHTS
from core.card import Card
from core.models import Model, ModelConfig

SHEET = 10  # pictures in a row of digits.png
MOMENT = (1980, 1, 1, 0, 0, 0)  # of every file: the same model makes the same .zip


def home(
    model: Model, card: Card, digits: UInt8[Tensor, "count 1 28 28"], name: str
) -> dict[str, bytes]:
    """The files of a model, by their names. `digits`, a multiple of ten, come along as a sheet."""
    training = card.get("training", {})
    program = script.program(model, training)
    rest = {field: told for field, told in card.items() if field != "model"}
    return {
        WEIGHTS: checkpoints.to_bytes(model),
        CONFIG: _json(asdict(model.config)),
        CARD: _json(rest),
        "README.md": model_card(model.config, card, name).encode(),
        "model.py": program.encode(),
        "model.ipynb": script.notebook(program).encode(),
        "digits.png": _sheet(digits),
    }


def onnx(model: Model) -> dict[str, bytes]:
    """Encoder and decoder as ONNX files. It takes the package `onnx`."""
    return {"encoder.onnx": onnx_graph.encoder(model), "decoder.onnx": onnx_graph.decoder(model)}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files in one .zip."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.external_attr = 0o644 << 16  # a file that everybody may read
            opened.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def model_card(config: ModelConfig, card: Card, name: str) -> str:
    """README.md: what a model is, learned from, measures and cannot do."""
    training: Mapping[str, Any] = card.get("training", {})
    settings = {field: value for field, value in asdict(config).items() if _counts(config, field)}
    return Template(_README).substitute(
        _VAE if config.kind == "vae" else _AE,
        name=name,
        data=_plain(card.get("data", "")) or "Nothing is known of it.",
        settings=_rows(settings | {f"training: {key}": value for key, value in training.items()}),
        protocol=_plain(card.get("protocol", "")),
        figures=_rows(card.get("test", {})),
        likelihood=config.likelihood.replace("_", " "),
    )


def _counts(config: ModelConfig, field: str) -> bool:
    """Whether a field means anything for this model."""
    return {
        "hidden_dim": config.architecture == "dense",
        "beta": config.kind == "vae",
        "noise": config.kind == "vae",
        "variance": config.likelihood == "gaussian",
        "logit_bound": config.likelihood == "continuous_bernoulli",
    }.get(field, True)


def _rows(values: Mapping[str, Any]) -> str:
    """A table's rows; lists of numbers, one a latent, stay on the card."""
    told = {
        name.replace("_", " "): f"{value:g}" if isinstance(value, float) else value
        for name, value in values.items()
        if isinstance(value, str | int | float | None)
    }
    return "\n".join(f"| {_plain(name)} | {_plain(str(value))} |" for name, value in told.items())


def _plain(text: str) -> str:
    """Words from a card in one line, in which Markdown is not read: they may be anybody's."""
    return re.sub(r"([\\`*_\[\]<>|!#])", r"\\\1", " ".join(text.split()))


def _json(told: Mapping[str, Any]) -> bytes:
    return (json.dumps(told, indent=2, allow_nan=False) + "\n").encode()


def _sheet(digits: UInt8[Tensor, "count 1 28 28"]) -> bytes:
    """Pictures in rows, as a PNG."""
    rows = digits.reshape(-1, SHEET, 28, 28).transpose(1, 2).reshape(-1, SHEET * 28)
    file = io.BytesIO()
    Image.fromarray(rows.contiguous().numpy()).save(file, "png")
    return file.getvalue()


_AE = {
    "what": "An autoencoder",
    "tag": "autoencoder",
    "task": "image-feature-extraction",
    "codes": "Nothing was paid for its codes to follow any distribution: `samples.png` draws from\n"
    "  a Gaussian laid over the codes of `digits.png`, and may meet places where no code lives.",
}
_VAE = {
    "what": "A variational autoencoder",
    "tag": "variational-autoencoder",
    "task": "unconditional-image-generation",
    "codes": "Codes drawn from N(0, I) can still fall where no picture's code lives; what comes\n"
    "  out there may be no picture of the kind it learned.",
}

_README = f"""---
license: mit
library_name: pytorch
pipeline_tag: $task
tags:
- $tag
- model_hub_mixin
- pytorch_model_hub_mixin
---

# $name

$what of grey pictures of 28 × 28 pixels from the course Latent Walk, small enough to be read in
one sitting.

## Use

```sh
pip install torch numpy safetensors pillow
python model.py
```

restores the pictures of `digits.png`, draws samples and walks between codes, each as a PNG file.
`python model.py --train MNIST/raw` first goes on training with MNIST's files, unpacked, in that
folder. `model.ipynb` is the same as a notebook. In lesson 7 of the course this .zip brings the
model back.

| file | what it holds |
|---|---|
| `{WEIGHTS}` | the weights, numbers only |
| `{CONFIG}` | the configuration, which with the weights is the whole model |
| `{CARD}` | training, figures and loss curves |
| `model.py`, `model.ipynb` | the model as a program |
| `digits.png` | test pictures to try it on |

With `huggingface_hub` installed, `class Mine(Model, PyTorchModelHubMixin): pass` is all that
`Mine.from_pretrained` and `push_to_hub` ask for.

## Data

$data

## Settings

| setting | value |
|---|---|
$settings

## Figures

Protocol: $protocol

| figure | value |
|---|---|
$figures

## Limits

- It has seen pictures like its data and no others. Whatever else it is given comes back as if it
  were one of them.
- $codes
- One run from one seed: another seed gives other figures. Costs in nats compare only among models
  of the same likelihood, here the $likelihood, and on the same pictures.
- It is made to learn from, and to decide nothing.

## Licence

MIT, for the weights and the program. The pictures of `digits.png` belong to their data set.
"""
