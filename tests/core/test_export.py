"""A model taken home: what its program computes without this course is what the course computes."""

import copy
import io
import itertools
import json
import os
import re
import runpy
import subprocess
import sys
import zipfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from PIL import Image
from ruamel.yaml import YAML
from safetensors.torch import load_file, save_file
from torch import Tensor

from core import archive, export, onnx_graph, script
from core.card import Card
from core.data import Digits, to_float
from core.models import (
    MAX_HIDDEN_DIM,
    MAX_LATENT_DIM,
    Architecture,
    Kind,
    Model,
    ModelConfig,
    build,
    mean_image,
)
from core.training import TrainConfig, advance, start

CARD = Card(
    data="Digits.",
    protocol="Test images.",
    test={"total": 3.0, "reconstruction": 2.0, "kl": 1.0},
    training={"batch_size": 16, "learning_rate": 0.01},
    history=[],
)
GAUSSIAN = ModelConfig("vae", likelihood="gaussian")
CONTINUOUS = ModelConfig("vae", "lite", likelihood="continuous_bernoulli")
CASES = {
    f"{kind} {architecture}": ModelConfig(kind, architecture, latent_dim=3, beta=0.5)
    for kind, architecture in itertools.product(get_args(Kind), get_args(Architecture))
} | {
    "gaussian": replace(GAUSSIAN, variance=0.1),
    "continuous": CONTINUOUS,
    "tight bound": replace(CONTINUOUS, logit_bound=0.3),
    "no bound": replace(CONTINUOUS, kind="ae", logit_bound=None),
    "fixed noise": replace(GAUSSIAN, noise=0.3),
    "no noise": ModelConfig("vae", noise=0.0),
    "one latent": ModelConfig("ae", latent_dim=1, hidden_dim=7),
}


def made(config: ModelConfig) -> Model:
    """A model whose logits spread, so that a small mistake in it shows."""
    model = build(config, torch.Generator().manual_seed(3)).eval()
    with torch.no_grad():
        for weights in model.decoder.parameters():
            weights *= 1.3
    return model


MODELS = {name: made(config) for name, config in CASES.items()}

# Runs what lies in a folder as a stranger would, and keeps what it computes.
STRANGER = """
import importlib.util, json, os, runpy, sys
from pathlib import Path

assert not any(importlib.util.find_spec(name) for name in ("core", "app"))
sys.argv = ["model.py"]
for folder in map(Path, sys.stdin.read().split()):
    os.chdir(folder)
    book = json.loads(Path("model.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]
    typed = {"__name__": "__main__"}
    exec("\\n\\n".join(cells), typed)
    ran = runpy.run_path("model.py", run_name="__main__")
    for way, names in (("notebook", typed), ("program", ran)):
        torch, model = names["torch"], names["load"]()
        given = names["load_file"]("given.safetensors")
        torch.manual_seed(4)
        loss = model.loss(given["x"])
        loss.backward()
        last = [weights.grad for weights in model.parameters()]
        found = {
            "z": model.encode(given["x"]),
            "logits": model.decode(given["z"]),
            "mean image": names["mean_image"](model.decode(given["z"])),
            "loss": loss,
            **{f"gradient {place}": each for place, each in enumerate(last) if each is not None},
        }
        found = {name: each.detach().contiguous() for name, each in found.items()}
        names["save_file"](found, f"{way}.safetensors")
"""


def strange(arguments: list[str], folder: Path, said: str = "") -> subprocess.CompletedProcess:
    """Python in a folder of somebody else's: isolated (-I), it finds packages and no course."""
    return subprocess.run(
        [sys.executable, "-I", *arguments],
        cwd=folder,
        env=os.environ | {"OMP_NUM_THREADS": "1"},  # as here: more threads, other sums
        input=said,
        text=True,
        capture_output=True,
        check=True,
        timeout=300,
    )


def unpacked(folder: Path, model: Model, digits: Digits) -> Path:
    """A folder with what a model goes home as."""
    files = export.home(model, CARD, digits.test_images[:20], "mine")
    with zipfile.ZipFile(io.BytesIO(export.zipped(files))) as opened:
        opened.extractall(folder)
    return folder


def some_codes(model: Model) -> Tensor:
    return torch.randn(5, model.config.latent_dim, generator=torch.Generator().manual_seed(2))


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory, digits: Digits) -> dict[str, Path]:
    """A folder for each case, in which a stranger ran the program and the notebook."""
    folders = {}
    for name, model in MODELS.items():
        folders[name] = unpacked(tmp_path_factory.mktemp("home"), model, digits)
        given = {"x": to_float(digits.test_images[:6]), "z": some_codes(model)}
        save_file(given, folders[name] / "given.safetensors")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    strange(["-c", STRANGER], elsewhere, "\n".join(map(str, folders.values())))
    return folders


@pytest.mark.parametrize("way", ["program", "notebook"])
@pytest.mark.parametrize("case", CASES)
def test_a_program_computes_what_its_model_does_in_the_course(
    case: str, way: str, homes: dict[str, Path], digits: Digits
):
    """Codes, pictures, the loss with the same ε and where it leads, to 1e-6."""
    model, found = copy.deepcopy(MODELS[case]), load_file(homes[case] / f"{way}.safetensors")
    loss = model.loss(to_float(digits.test_images[:6]), torch.Generator().manual_seed(4)).total
    loss.backward()
    logits = model.decode(some_codes(model))
    expected = {
        "z": model.encode(to_float(digits.test_images[:6])),
        "logits": logits,
        "mean image": mean_image(model.config, logits),
        "loss": loss,
    }
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value.detach(), rtol=1e-6, atol=1e-6, msg=name)
    for place, weights in enumerate([*model.encoder.parameters(), *model.decoder.parameters()]):
        if weights.grad is not None:
            mine = found[f"gradient {place}"]
            torch.testing.assert_close(mine, weights.grad, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_it_draws_what_comes_back_samples_and_walks(case: str, homes: dict[str, Path]):
    sizes = {"restored": (10, 4), "samples": (8, 8), "walk": (11, 5)}
    for name, (columns, rows) in sizes.items():
        with Image.open(homes[case] / f"{name}.png") as image:
            assert image.size == (28 * columns, 28 * rows), name


def test_a_picture_of_the_sheet_stands_above_what_comes_back(
    homes: dict[str, Path], digits: Digits
):
    folder, model = homes["vae lite"], MODELS["vae lite"]
    with Image.open(folder / "restored.png") as image:
        tiles = torch.from_numpy(np.array(image)).view(4, 28, 10, 28).transpose(1, 2)
    x = digits.test_images[:20]
    assert torch.equal(tiles[::2].reshape(20, 1, 28, 28), x)
    restored = 255 * mean_image(model.config, model.decode(model.encode(to_float(x))))
    assert (tiles[1::2].reshape(20, 1, 28, 28) - restored).abs().max() < 0.51


def test_an_autoencoder_s_samples_have_the_mean_and_covariance_of_the_sheet_s_codes(
    homes: dict[str, Path], digits: Digits
):
    program = runpy.run_path(str(homes["ae dense"] / "model.py"))
    model, before = program["load"](homes["ae dense"] / "model.safetensors"), Path.cwd()
    os.chdir(homes["ae dense"])
    try:
        torch.manual_seed(1)
        samples = model.sample(200_000).detach()
    finally:
        os.chdir(before)
    codes = MODELS["ae dense"].encode(to_float(digits.test_images[:20])).detach()
    torch.testing.assert_close(samples.mean(0), codes.mean(0), atol=0.02, rtol=0.02)
    torch.testing.assert_close(torch.cov(samples.T), torch.cov(codes.T), atol=0.02, rtol=0.02)


def test_it_goes_on_training_on_mnist_s_files_and_its_new_weights_come_back(
    tmp_path: Path, digits: Digits
):
    config = ModelConfig("vae", latent_dim=3, hidden_dim=30)
    state = advance(start(config, TrainConfig(epochs=2, images=1000)), digits, steps=5)
    folder, images = unpacked(tmp_path, state.model, digits), digits.train_images[:1000]
    header = np.array([0x0803, len(images), 28, 28], ">i4").tobytes()
    (folder / "train-images-idx3-ubyte").write_bytes(header + images.numpy().tobytes())
    told = strange(["model.py", "--train", "."], folder).stdout
    assert re.fullmatch(r"epoch 1: [\d.]+ nats per image\n", told)
    files = ("trained.safetensors", "config.json")
    again = archive.load({name: (folder / name).read_bytes() for name in files}).model
    assert isinstance(again, Model)
    x = to_float(digits.test_images[:200])
    with torch.no_grad():
        before, after = (
            model.loss(x, torch.Generator().manual_seed(0)).total for model in (state.model, again)
        )
    assert after < before - 5, "nats per image"


@pytest.mark.parametrize("architecture", get_args(Architecture))
def test_a_run_that_went_home_comes_back_bit_for_bit(architecture: Architecture, digits: Digits):
    config = ModelConfig("vae", architecture, latent_dim=3)
    state = advance(start(config, TrainConfig(batch_size=16, images=64)), digits, steps=3)
    model = state.model.eval()
    content = export.zipped(export.home(model, CARD, digits.test_images[:10], "mine"))
    _, again, card = archive.load({"mine.zip": content})
    assert isinstance(again, Model)
    assert card == CARD | {"model": asdict(config)}
    x, z = to_float(digits.test_images[:50]), some_codes(model)
    with torch.no_grad():
        assert torch.equal(again.encode(x), model.encode(x))
        assert torch.equal(again.decode(z), model.decode(z))
    assert export.home(again, card, digits.test_images[:10], "mine") == export.home(
        model, CARD, digits.test_images[:10], "mine"
    )


@pytest.mark.parametrize("case", CASES)
def test_a_program_is_short_and_meets_no_other_model(case: str):
    text, config = script.program(MODELS[case], {}), CASES[case]
    assert "$" not in text
    assert all(len(line) <= 100 for line in text.splitlines())
    code = [line for line in text.splitlines() if line.strip()]
    assert len(code) < 150
    said = {
        "BETA": config.kind == "vae",
        "VARIANCE": config.likelihood == "gaussian",
        "LOGIT_BOUND": config.likelihood == "continuous_bernoulli" and bool(config.logit_bound),
        "NOISE": config.noise is not None,
        "nn.Conv2d": config.architecture != "dense",
    }
    assert {word: word in text for word in said} == said
    imports = {
        name.split()[1].split(".")[0] for name in re.findall(r"^(?:import|from) .*", text, re.M)
    }
    assert imports <= {"math", "sys", "pathlib", "numpy", "torch", "PIL", "safetensors"}


@pytest.mark.parametrize("case", ["ae dense", "tight bound"])
def test_a_program_is_plain_python_that_a_checker_has_nothing_against(case: str):
    text = script.program(MODELS[case], {})
    subprocess.run(
        [
            sys.executable,
            "-m",
            "ruff",
            "check",
            "--isolated",
            "--select=E,F,I,B,UP",
            "--line-length=100",
            "-",
        ],
        input=text.encode(),
        check=True,
    )


def test_a_notebook_is_one_as_its_format_says():
    """https://nbformat.readthedocs.io/en/latest/format_description.html, version 4.5."""
    book = json.loads(script.notebook(script.program(MODELS["vae lite"], {})))
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert book.keys() == {"cells", "metadata", "nbformat", "nbformat_minor"}
    assert book["metadata"]["kernelspec"]["name"] == "python3"
    names = [cell["id"] for cell in book["cells"]]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", name) for name in names)
    for cell in book["cells"]:
        code = {"execution_count", "outputs"} if cell["cell_type"] == "code" else set()
        assert cell.keys() == {"cell_type", "id", "metadata", "source"} | code
        assert cell["cell_type"] in ("code", "markdown") and cell["source"]
        assert cell.get("outputs", []) == [] and cell.get("execution_count") is None
    headings = [cell["source"][0] for cell in book["cells"] if cell["cell_type"] == "markdown"]
    assert "## The model: a picture's code is a cloud, not a point" in headings


def test_a_model_card_has_the_head_that_the_hub_reads_and_tells_its_figures():
    """https://huggingface.co/docs/hub/model-cards: YAML between two lines of three dashes."""
    text = export.model_card(CASES["gaussian"], CARD, "mine")
    _, head, body = text.split("---\n", 2)
    told = YAML(typ="safe").load(head)
    assert told["license"] == "mit"
    assert {"model_hub_mixin", "pytorch_model_hub_mixin"} <= set(told["tags"])
    assert told["pipeline_tag"] == "unconditional-image-generation"
    for words in ("# mine", "| variance | 0.1 |", "| kl | 1 |", "Protocol: Test images.", "MIT"):
        assert words in body, words
    assert "hidden dim" in body and "logit bound" not in body


def test_words_of_a_card_are_no_markdown_in_a_model_card():
    card = CARD.copy()
    card["data"] = "![x](http://a.invalid)\n# Big"
    text = export.model_card(ModelConfig(), card, "m")
    assert r"\!\[x\](http://a.invalid) \# Big" in text


@pytest.mark.parametrize("architecture", get_args(Architecture))
def test_the_largest_model_that_can_be_made_is_small_enough_to_come_back(
    architecture: Architecture, digits: Digits
):
    config = ModelConfig("vae", architecture, MAX_LATENT_DIM, MAX_HIDDEN_DIM)
    model = build(config)
    content = export.zipped(export.home(model, CARD, digits.test_images[:100], "large"))
    assert isinstance(archive.load({"large.zip": content}).model, Model)


def test_the_same_model_makes_the_same_zip(digits: Digits):
    first, second = (
        export.zipped(export.home(MODELS["vae lite"], CARD, digits.test_images[:10], "m"))
        for _ in range(2)
    )
    assert first == second


def test_a_layer_that_nobody_can_write_down_is_named():
    model = build(ModelConfig())
    model.decoder.append(torch.nn.Tanh())
    with pytest.raises(ValueError, match="Tanh"):
        script.program(model, {})
    if onnx_graph.is_possible():
        with pytest.raises(ValueError, match="Tanh"):
            onnx_graph.decoder(model)


@pytest.mark.parametrize("case", CASES)
def test_an_onnx_runtime_computes_what_the_model_does(case: str, digits: Digits):
    runtime = pytest.importorskip("onnxruntime", reason="needs requirements-export.txt")
    model = MODELS[case]
    files = export.onnx(model)
    x, z = to_float(digits.test_images[:6]), some_codes(model)
    (numbers,) = runtime.InferenceSession(files["encoder.onnx"]).run(["codes"], {"x": x.numpy()})
    (logits,) = runtime.InferenceSession(files["decoder.onnx"]).run(["logits"], {"z": z.numpy()})
    with torch.no_grad():
        codes = torch.from_numpy(numbers)[:, : model.config.latent_dim]
        torch.testing.assert_close(codes, model.encode(x), rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(torch.from_numpy(logits), model.decode(z), rtol=1e-5, atol=1e-5)
