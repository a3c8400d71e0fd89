"""Checkpoints: what is saved comes back, and nothing else gets in."""

import json
import math
import os
import pickle
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import get_args

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from core import checkpoints
from core.card import lacking, of_run
from core.checkpoints import CheckpointError
from core.data import Digits
from core.models import Architecture, Kind, Likelihood, Model, ModelConfig, build
from core.models.classifier import (
    Classifier,
    ClassifierConfig,
    RejectingClassifier,
    RejectingConfig,
)
from core.training import TrainConfig, advance, branched, start

CARD = {"seed": 7, "data": "MNIST 6 000-59 999", "test": {"total": 105.6, "kl": 25.4}}
CONFIG = ModelConfig("vae", hidden_dim=4, beta=0.5)
OTHER_JUDGE = {"kind": "classifier"}
PRETRAINED = Path(__file__).resolve().parents[2] / "pretrained"


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """The weights of a small VAE, with its card beside them."""
    checkpoints.save(tmp_path / "small", build(CONFIG, seeded(5)), CARD)
    return tmp_path / "small.safetensors"


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("architecture", get_args(Architecture))
@pytest.mark.parametrize("likelihood", get_args(Likelihood))
def test_a_model_comes_back_with_its_answers(
    kind: Kind, architecture: Architecture, likelihood: Likelihood, tmp_path: Path
):
    config = ModelConfig(kind, architecture, latent_dim=3, likelihood=likelihood, logit_bound=None)
    model = build(config, seeded(5))
    if architecture != "dense":  # as after training
        model = model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    checkpoints.save(tmp_path / "m", model, CARD)
    again, card = checkpoints.load(tmp_path / "m")
    assert isinstance(again, Model)
    assert again.config == config and type(again) is type(model)
    assert card == {"model": asdict(config), **CARD}
    assert not again.training
    x = torch.rand(3, 1, 28, 28, generator=seeded(1))
    torch.testing.assert_close(again.encode(x), model.encode(x), rtol=1e-5, atol=1e-6)
    for name, weight in model.state_dict().items():
        assert torch.equal(again.state_dict()[name], weight)


def test_a_classifier_comes_back_with_its_answers(tmp_path: Path):
    classifier = Classifier(ClassifierConfig(), seeded(5))
    checkpoints.save(tmp_path / "judge", classifier, {"accuracy": 0.98})
    again, card = checkpoints.load(tmp_path / "judge")
    assert isinstance(again, Classifier)
    assert card == {"model": {"kind": "classifier"}, "accuracy": 0.98}
    x = torch.rand(3, 1, 28, 28, generator=seeded(1))
    assert torch.equal(again.probabilities(x), classifier.probabilities(x))


def test_a_classifier_that_can_refuse_comes_back_as_one(tmp_path: Path):
    judge = RejectingClassifier(RejectingConfig(), seeded(5))
    checkpoints.save(tmp_path / "judge", judge, {"accuracy": 0.98})
    again, _ = checkpoints.load(tmp_path / "judge")
    assert isinstance(again, RejectingClassifier) and not isinstance(again, Classifier)
    x = torch.rand(3, 1, 28, 28, generator=seeded(1))
    assert torch.equal(again.probabilities(x), judge.probabilities(x))
    rewrite_card(tmp_path / "judge.safetensors", lambda card: card["model"].update(OTHER_JUDGE))
    with pytest.raises(CheckpointError, match=r"layers.9.* its card asks for"):
        checkpoints.load(tmp_path / "judge")


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_a_fixed_noise_comes_back(noise: float, tmp_path: Path):
    config = replace(CONFIG, noise=noise)
    checkpoints.save(tmp_path / "m", build(config), CARD)
    assert checkpoints.load(tmp_path / "m")[0].config == config


def test_a_card_from_before_noise_could_be_fixed_has_a_learned_one(saved: Path):
    rewrite_card(saved, lambda card: card["model"].pop("noise"))
    assert checkpoints.load(saved)[0].config == CONFIG


@pytest.mark.parametrize("name", ["vae", "vae.json", "vae.safetensors", "beta0.5", "a/b/vae"])
def test_two_files_lie_side_by_side_whatever_suffix_is_given(name: str, tmp_path: Path):
    checkpoints.save(tmp_path / name, build(CONFIG), CARD)
    stem = name.removesuffix(".json").removesuffix(".safetensors")
    for suffix in (".json", ".safetensors"):
        assert (tmp_path / (stem + suffix)).is_file()
    for ask in (tmp_path / name, str(tmp_path / stem), tmp_path / f"{stem}.json"):
        assert checkpoints.load(ask)[0].config == CONFIG


def test_a_card_begins_with_the_configuration_of_its_own_model(tmp_path: Path):
    """Also where the card was another model's before."""
    old = {"model": {"kind": "ae"}, **CARD}
    checkpoints.save(tmp_path / "m", build(CONFIG), old)
    card = json.loads((tmp_path / "m.json").read_text())
    assert list(card) == ["model", *CARD]
    assert ModelConfig(**card["model"]) == CONFIG
    assert checkpoints.load(tmp_path / "m")[0].config == CONFIG


def test_an_upload_is_read_like_a_file(saved: Path):
    card = saved.with_suffix(".json").read_bytes()
    model, _ = checkpoints.from_bytes(saved.read_bytes(), card, "upload.safetensors")
    expected = build(CONFIG, seeded(5)).state_dict()
    for name, weight in model.state_dict().items():
        assert torch.equal(weight, expected[name])
    assert checkpoints.to_bytes(model) == saved.read_bytes()


def test_a_card_that_json_cannot_hold_leaves_no_half_of_a_checkpoint(tmp_path: Path):
    with pytest.raises(ValueError):
        checkpoints.save(tmp_path / "m", build(CONFIG), {"test": math.nan})
    assert list(tmp_path.iterdir()) == []


def rewrite_tensors(file: Path, change: Callable[[dict], object]) -> None:
    tensors = load_file(file)
    change(tensors)
    save_file(tensors, file)


def rewrite_card(file: Path, change: Callable[[dict], object]) -> None:
    path = file.with_suffix(".json")
    card = json.loads(path.read_text())
    change(card)
    path.write_text(json.dumps(card))


BIAS = "decoder.0.bias"
SPOILED: dict[str, tuple[Callable[[Path], object], str]] = {
    "no weights": (lambda file: file.unlink(), "is missing"),
    "no card": (lambda file: file.with_suffix(".json").unlink(), "is missing"),
    "a pickle": (
        lambda file: file.write_bytes(pickle.dumps(build(CONFIG).state_dict())),
        "not a safetensors file",
    ),
    "torch.save": (lambda file: torch.save(build(CONFIG).state_dict(), file), "not a safetensors"),
    "empty": (lambda file: file.write_bytes(b""), "not a safetensors file"),
    "cut": (lambda file: os.truncate(file, file.stat().st_size - 1), "not a whole one"),
    "trailing bytes": (lambda file: file.write_bytes(file.read_bytes() + b"."), "safetensors"),
    "too large": (lambda file: os.truncate(file, 5_000_001), "larger than 5 MB"),
    "too large for memory": (lambda file: os.truncate(file, 2**42), "larger than 5 MB"),
    "card too large": (
        lambda file: os.truncate(file.with_suffix(".json"), 5_000_001),
        "larger than 5 MB",
    ),
    "card cut": (lambda file: os.truncate(file.with_suffix(".json"), 30), "is not JSON"),
    "card no text": (lambda file: file.with_suffix(".json").write_bytes(b"\xff\xfe"), "not JSON"),
    "card too deep": (
        lambda file: file.with_suffix(".json").write_text("[" * 200_000),
        "is not JSON",
    ),
    "card a list": (lambda file: file.with_suffix(".json").write_text("[]"), 'no entry "model"'),
    "no model": (lambda file: rewrite_card(file, lambda card: card.pop("model")), "no entry"),
    "model a list": (lambda file: rewrite_card(file, lambda c: c.update(model=[1])), "no entry"),
    "unknown field": (
        lambda file: rewrite_card(file, lambda card: card["model"].update(latent_dims=2)),
        "describes no model: .*latent_dims",
    ),
    "wrong value": (
        lambda file: rewrite_card(file, lambda card: card["model"].update(latent_dim=65)),
        "describes no model: latent_dim is 65",
    ),
    "wrong type": (
        lambda file: rewrite_card(file, lambda card: card["model"].update(latent_dim=[2])),
        "describes no model: latent_dim is",
    ),
    "a number beyond floats": (
        lambda file: rewrite_card(file, lambda card: card["model"].update(beta=10**400)),
        "describes no model: beta is",
    ),
    "NaN in the card": (
        lambda file: rewrite_card(file, lambda card: card["model"].update(beta=math.nan)),
        "describes no model: beta is nan",
    ),
    "another kind": (
        lambda file: rewrite_card(file, lambda card: card["model"].update(kind="ae")),
        "encoder.3.* its card asks for",
    ),
    "another architecture": (
        lambda file: rewrite_card(file, lambda card: card["model"].update(architecture="lite")),
        "does not hold the tensors its card asks for",
    ),
    "a classifier's card": (
        lambda file: rewrite_card(file, lambda card: card.update(model={"kind": "classifier"})),
        "does not hold the tensors its card asks for",
    ),
    "too few tensors": (
        lambda file: rewrite_tensors(file, lambda tensors: tensors.pop(BIAS)),
        f"does not hold the tensors its card asks for: `{BIAS}`",
    ),
    "too many tensors": (
        lambda file: rewrite_tensors(file, lambda tensors: tensors.update(extra=torch.ones(1))),
        "does not hold the tensors its card asks for: `extra`",
    ),
    "wrong shape": (
        lambda file: rewrite_tensors(file, lambda t: t.update({BIAS: torch.ones(1, 4)})),
        rf"{BIAS} is torch.float32 \(1, 4\), its card asks for torch.float32 \(4,\)",
    ),
    "wrong type of number": (
        lambda file: rewrite_tensors(file, lambda t: t.update({BIAS: t[BIAS].double()})),
        f"{BIAS} is torch.float64",
    ),
    "NaN": (
        lambda file: rewrite_tensors(file, lambda t: t[BIAS].fill_(math.nan)),
        f"{BIAS} holds NaN or infinity",
    ),
    "infinity": (
        lambda file: rewrite_tensors(file, lambda t: t[BIAS][1:2].fill_(-math.inf)),
        f"{BIAS} holds NaN or infinity",
    ),
}


TERMS = {"total": 3.0, "reconstruction": 2.0, "kl": 1.0}
HISTORY = [
    {"step": 0, "train": None, "test": TERMS},
    {"step": 5, "train": TERMS, "test": TERMS},
]


def history(place: int = 1, **changes) -> dict:
    """A card with a history of which one record is not right."""
    return {"history": [h | changes if i == place else h for i, h in enumerate(HISTORY)]}


LEG = {"until": 3, "epochs": 2, "learning_rate": 0.02, "beta": 1.0}


def legs(**changes) -> dict:
    """A card with two legs of which the second is not right."""
    return {"legs": [LEG, LEG | changes]}


# What nobody's run and nobody's measurement can have written, and the field that is named.
UNTRUE: list[tuple[dict, str]] = [
    ({"steps": 10**30}, "steps"),
    ({"steps": 1e30}, "steps"),
    ({"steps": -1}, "steps"),
    ({"steps": True}, "steps"),
    ({"planned_steps": 10**9 + 1}, "planned_steps"),
    ({"seconds": "x"}, "seconds"),
    ({"seconds": -0.1}, "seconds"),
    ({"seconds": math.inf}, "seconds"),
    ({"data": None}, "data"),
    ({"protocol": 3}, "protocol"),
    ({"test": [1.0]}, "test"),
    ({"test": {"kl": "low"}}, "test.kl"),
    ({"test": {"kl": math.nan}}, "test.kl"),
    ({"test": {"total": 1e39}}, "test.total"),
    ({"test": {"active_units": 1.5}}, "test.active_units"),
    ({"test": {"code_spread": 1.0}}, "test.code_spread"),
    ({"test": {"code_spread": [1.0, None]}}, "test.code_spread.1"),
    ({"training": []}, "training"),
    ({"training": {"epochs": 0}}, "epochs"),
    ({"training": {"learning_rate": 7}}, "learning_rate"),
    ({"training": {"precision": "float8"}}, "precision"),
    ({"history": {}}, "history"),
    ({"history": [3]}, "history.0"),
    ({"history": [{"step": 0, "train": None}]}, "history.0.test"),
    ({"history": [{"step": i, "train": TERMS, "test": TERMS} for i in range(1001)]}, "history"),
    (history(step=10**30), "history.1.step"),
    (history(step="5"), "history.1.step"),
    (history(step=0), "history.1.step"),
    (history(train=None), "history.1.train"),
    (history(test=None), "history.1.test"),
    (history(test={"total": 1.0, "reconstruction": 1.0}), "history.1.test.kl"),
    (history(test=TERMS | {"kl": math.nan}), "history.1.test.kl"),
    (history(0, test=TERMS | {"kl": 10**400}), "history.0.test.kl"),
    ({"legs": 3}, "legs"),
    ({"legs": [LEG] * 101}, "legs"),
    ({"legs": [{"until": 3}]}, "legs.0.epochs"),
    (legs(until=2), "legs.1.until"),
    (legs(until=10**30), "legs.1.until"),
    (legs(until="3"), "legs.1.until"),
    (legs(epochs=0), "legs.1: epochs"),
    (legs(learning_rate=7), "legs.1: learning_rate"),
    (legs(beta=-1.0), "legs.1: beta"),
    (legs(beta=math.nan), "legs.1.beta"),
    ({"of mine": [{"number": -math.inf}]}, "of mine.0.number"),
]


@pytest.mark.parametrize(("changes", "field"), UNTRUE, ids=lambda value: f"{value}"[:40])
@pytest.mark.usefixtures("unchecked")
def test_a_card_that_cannot_be_right_is_refused_with_the_field(
    changes: dict, field: str, saved: Path
):
    rewrite_card(saved, lambda card: card.update(changes))
    with pytest.raises(CheckpointError, match=re.escape(field)) as met:
        checkpoints.load(saved)
    assert "the card of `small.safetensors`" in str(met.value)
    assert str(saved.parent) not in str(met.value)


def test_a_card_keeps_what_nobody_here_knows(saved: Path):
    mine = {"any": "thing", "list": [1, {"deep": None}], "training": {"epochs": 3, "mood": "good"}}
    checkpoints.save(saved, build(CONFIG), mine | {"history": HISTORY})
    _, card = checkpoints.load(saved)
    assert card == {"model": asdict(CONFIG), **mine, "history": HISTORY}


def test_a_run_tells_its_card_and_the_card_comes_back(tmp_path: Path, few: Digits):
    state = advance(start(CONFIG, TrainConfig(batch_size=16, epochs=3)), few, steps=18)
    checkpoints.save(tmp_path / "m", state.model, of_run(state))
    _, card = checkpoints.load(tmp_path / "m")
    assert "history" in card and "training" in card
    assert [record["step"] for record in card["history"]] == list(range(19))
    assert card["history"][-1]["test"] == asdict(state.history[-1].test)
    assert TrainConfig(**card["training"]) == state.config


def test_a_branch_tells_its_card_where_it_left_its_run_and_the_card_comes_back(tmp_path, few):
    state = advance(start(CONFIG, TrainConfig(batch_size=16, epochs=3)), few, steps=7)
    state = advance(branched(state, learning_rate=0.01, beta=4.0), few, steps=11)
    checkpoints.save(tmp_path / "m", state.model, of_run(state))
    model, card = checkpoints.load(tmp_path / "m")
    assert card.get("legs") == [
        {"until": 7, "epochs": 3, "learning_rate": 0.02, "beta": CONFIG.beta}
    ]
    assert model.config == replace(CONFIG, beta=4.0)
    assert TrainConfig(**card.get("training", {})).learning_rate == 0.01


def test_a_card_from_elsewhere_tells_what_it_lacks(saved: Path):
    _, card = checkpoints.load(saved)
    assert lacking(card) == ["protocol", "history", "test.reconstruction"]
    _, card = checkpoints.load(PRETRAINED / "ae-dense-2")
    assert lacking(card) == []


@pytest.mark.parametrize("name", [*(p.stem for p in PRETRAINED.glob("*.safetensors"))])
def test_every_card_of_the_repository_is_right(name: str):
    if not name.endswith(".film"):
        checkpoints.load(PRETRAINED / name)


IMAGE = "![x](http://127.0.0.1:9/x.png)"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: rewrite_card(file, lambda card: card["model"].update(kind=IMAGE)),
        lambda file: rewrite_card(file, lambda card: card["model"].update({IMAGE: 1})),
        lambda file: rewrite_card(file, lambda card: card["model"].update(beta=IMAGE)),
        lambda file: rewrite_card(file, lambda card: card["model"].update(latent_dim=[IMAGE])),
        lambda file: rewrite_card(file, lambda c: c["model"].update(kind="classifier", a=IMAGE)),
        lambda file: rewrite_card(file, lambda card: card.update(seconds=IMAGE)),
        lambda file: rewrite_card(file, lambda card: card.update(training={"precision": IMAGE})),
        lambda file: rewrite_card(file, lambda card: card.update({IMAGE: math.nan})),
        lambda file: rewrite_card(file, lambda card: card.update({f"` {IMAGE} `": math.nan})),
        lambda file: rewrite_tensors(file, lambda tensors: tensors.update({IMAGE: torch.ones(1)})),
        lambda file: file.write_bytes(
            len(header := json.dumps({IMAGE: {"dtype": IMAGE}}).encode()).to_bytes(8, "little")
            + header
        ),
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_a_file_s_own_words_are_shown_as_code_and_never_as_markdown(
    spoil: Callable[[Path], object], saved: Path
):
    """A page would call the server of a picture that a card names."""
    spoil(saved)
    with pytest.raises(CheckpointError) as met:
        checkpoints.load(saved)
    told = re.sub(r"`[^`]*`", "", str(met.value))
    assert "`" not in told and "[x]" not in told and "http" not in told


def test_the_name_of_an_upload_is_shown_as_code():
    with pytest.raises(CheckpointError, match=re.escape(f"`{IMAGE}`")) as met:
        checkpoints.from_bytes(b"", WHOLE_CARD, IMAGE)
    assert str(met.value).count(IMAGE) == 1


@pytest.mark.parametrize("spoiled", SPOILED)
@pytest.mark.usefixtures("unchecked")
def test_a_spoiled_checkpoint_is_refused_with_its_name(spoiled: str, saved: Path):
    spoil, complaint = SPOILED[spoiled]
    spoil(saved)
    with pytest.raises(CheckpointError, match=complaint) as met:
        checkpoints.load(saved)
    assert "`small." in str(met.value)
    assert str(saved.parent) not in str(met.value)


@pytest.mark.parametrize("half", ["weights", "card"])
def test_an_upload_too_large_is_refused_unread(half: str, saved: Path):
    halves = {"weights": saved.read_bytes(), "card": saved.with_suffix(".json").read_bytes()}
    halves[half] = halves[half].ljust(5_000_001)
    with pytest.raises(CheckpointError, match=r"`upload\.safetensors` is larger than 5 MB"):
        checkpoints.from_bytes(**halves, name="upload.safetensors")


WHOLE = checkpoints.to_bytes(build(CONFIG, seeded(5)))
WHOLE_CARD = checkpoints.card_text(build(CONFIG), CARD).encode()


@given(st.integers(0, len(WHOLE) - 1))
def test_weights_cut_anywhere_are_refused(length: int):
    with pytest.raises(CheckpointError, match=r"u\.safetensors"):
        checkpoints.from_bytes(WHOLE[:length], WHOLE_CARD, "u.safetensors")


@given(st.data(), st.binary(min_size=1, max_size=8))
def test_whatever_bytes_are_changed_the_answer_is_a_model_or_a_refusal(
    data: st.DataObject, scrap: bytes
):
    header = 8 + int.from_bytes(WHOLE[:8], "little")
    for whole, reach in ((WHOLE, header + 40), (WHOLE_CARD, len(WHOLE_CARD))):
        place = data.draw(st.integers(0, reach))
        changed = whole[:place] + scrap + whole[place + len(scrap) :]
        files = (changed, WHOLE_CARD) if whole is WHOLE else (WHOLE, changed)
        try:
            model, _ = checkpoints.from_bytes(*files, name="u.safetensors")
        except CheckpointError as refusal:
            assert "u.safetensors" in str(refusal)
        else:
            assert all(weight.isfinite().all() for weight in model.state_dict().values())
