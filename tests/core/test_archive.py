"""A model that is brought: every kind of bad file gets a sentence, and none gets in."""

import functools
import io
import json
import math
import pickle
import re
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load, save

from core import archive, checkpoints, export
from core.card import Card, Figures, TermsOnCard
from core.checkpoints import CheckpointError
from core.models import Model, ModelConfig, build
from core.models.classifier import Classifier, ClassifierConfig

CONFIG = ModelConfig("vae", hidden_dim=4, beta=0.5)
MODEL = build(CONFIG, torch.Generator().manual_seed(5))
TERMS = TermsOnCard(total=3.0, reconstruction=2.0, kl=1.0)
CARD = Card(data="Digits.", protocol="Test images.", test=Figures(**TERMS), history=[], steps=7)
FILES = export.home(MODEL, CARD, torch.zeros(10, 1, 28, 28, dtype=torch.uint8), "mine")
WEIGHTS, CONFIGURATION = FILES["model.safetensors"], FILES["config.json"]
ZIP = export.zipped(FILES)
PAIR = {
    "old.safetensors": WEIGHTS,
    "old.json": checkpoints.card_text(MODEL, CARD).encode(),
}
BIAS = "decoder.0.bias"
Files = dict[str, bytes]


def zipped(files: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Files:
    """A .zip of any names, and any name twice."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", how) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return {"mine.zip": whole.getvalue()}


def with_entry(change: Callable[[zipfile.ZipInfo], object], content: bytes = b"x") -> Files:
    """Our .zip with a further file whose entry is changed."""
    whole = io.BytesIO(ZIP)
    with zipfile.ZipFile(whole, "a", zipfile.ZIP_DEFLATED) as opened:
        entry = zipfile.ZipInfo("more.txt")
        entry.compress_type = zipfile.ZIP_DEFLATED
        change(entry)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of a name that is there already
            opened.writestr(entry, content)
    return {"mine.zip": whole.getvalue()}


def named(name: str) -> Files:
    return with_entry(lambda entry: setattr(entry, "filename", name))


def of_mode(mode: int) -> Files:
    return with_entry(lambda entry: setattr(entry, "external_attr", (mode | 0o777) << 16))


def patched(old: bytes, new: bytes, content: bytes = ZIP) -> Files:
    """Our .zip with some bytes of its list of files changed."""
    assert len(old) == len(new)
    start = content.index(b"PK\1\2")
    assert old in content[start:]
    return {"mine.zip": content[:start] + content[start:].replace(old, new, 1)}


def locked() -> Files:
    """With the flag that says: encrypted."""
    start = ZIP.index(b"PK\1\2") + 8
    return {"mine.zip": ZIP[:start] + b"\1" + ZIP[start + 1 :]}


def declared(size: int) -> Files:
    """The weights' size as the list of files has it."""
    start = ZIP.index(b"PK\1\2") + 24
    return {"mine.zip": ZIP[:start] + struct.pack("<I", size) + ZIP[start + 4 :]}


def tensors(change: Callable[[dict[str, torch.Tensor]], object]) -> bytes:
    held = load(WEIGHTS)
    change(held)
    return save(held)


def ours(**changed: bytes | None) -> Files:
    """Our .zip with files changed or left out; an underscore stands for the point."""
    names = {name.replace("_", "."): content for name, content in changed.items()}
    files = {name: content for name, content in (FILES | names).items() if content is not None}
    return zipped(files)


def settings(**changed: object) -> Files:
    return ours(config_json=json.dumps(asdict(CONFIG) | changed).encode())


def told(**changed: object) -> Files:
    return ours(card_json=json.dumps({**CARD, **changed}).encode())


@functools.cache
def torch_saved() -> bytes:
    whole = io.BytesIO()
    torch.save(MODEL.state_dict(), whole)
    return whole.getvalue()


RECORD = {"step": 1, "train": TERMS, "test": TERMS}
ZEROS = bytes(2_000_000)
BAD: dict[str, tuple[Files, str]] = {
    "nothing": ({}, "no weights"),
    "an empty .zip file": ({"mine.zip": b""}, "is empty"),
    "a .zip of nothing": (zipped({}), "is empty|no weights"),
    "an empty config": (ours(config_json=b""), "`config.json` is empty"),
    "empty weights": (ours(model_safetensors=b""), "`model.safetensors` is empty"),
    "a picture": ({"digit.png": FILES["digits.png"]}, "is no part of a model; choose the .zip"),
    "a .zip by its name only": ({"mine.zip": FILES["digits.png"]}, "is no .zip"),
    "text by the name of weights": (
        {"model.safetensors": b"hello", "config.json": CONFIGURATION},
        "is not a safetensors file",
    ),
    "a .zip cut at its end": ({"mine.zip": ZIP[:-30]}, "not a whole one.*download it"),
    "a .zip cut in its middle": ({"mine.zip": ZIP[: len(ZIP) // 2]}, "not a whole one"),
    "a .zip without its beginning": ({"mine.zip": ZIP[100:]}, "not a whole one"),
    "a damaged byte in the weights": (
        {"mine.zip": ZIP[:300] + bytes([ZIP[300] ^ 255]) + ZIP[301:]},
        "not a whole one",
    ),
    "weights cut": (ours(model_safetensors=WEIGHTS[:-1]), "not a safetensors file, or not a whole"),
    "a .zip too large": ({"mine.zip": ZIP.ljust(5_000_001)}, "larger than 5 MB.*No model"),
    "weights too large": (
        {"model.safetensors": bytes(5_000_001), "config.json": CONFIGURATION},
        "larger than 5 MB",
    ),
    "weights too large when unpacked": (
        ours(model_safetensors=torch.randn(1_300_000).numpy().tobytes()[:5_000_001]),
        "larger than 5 MB|too large when it is unpacked",
    ),
    "a path upwards": (named("../model.txt"), "path out of it, `../model.txt`"),
    "a path upwards further in": (named("a/../../b"), "path out of it"),
    "an absolute path": (named("/etc/passwd"), "path out of it, `/etc/passwd`"),
    "a path of Windows": (named("..\\model.txt"), "path out of it"),
    "a drive of Windows": (named("C:model.txt"), "path out of it"),
    "a file of no name": (patched(b"digits.png", b"..////.///"), "path out of it"),
    "a name with an end in it": (patched(b"digits.png", b"di\0its.png"), "path out of it"),
    "a link": (of_mode(stat.S_IFLNK), "link in place of a file, `more.txt`"),
    "a device": (of_mode(stat.S_IFCHR), "link in place of a file"),
    "a pipe": (of_mode(stat.S_IFIFO), "link in place of a file"),
    "a bomb of zeros": (ours(notes_txt=ZEROS), "swells beyond all measure"),
    "a bomb in the card": (ours(card_json=b"[" * 2_000_000), "swells beyond all measure"),
    "a bomb of many parts": (
        zipped(FILES | {f"{i}.txt": (bytes(range(256)) * 4)[i:] * 200 for i in range(99)}),
        "more than 100 files|swells|too large when it is unpacked",
    ),
    "a size that is no truth, too large": (declared(2**31), "swells|too large"),
    "a size that is no truth, too small": (declared(100), "not a whole one"),
    "a thousand files": (zipped(FILES | {f"{i}.txt": b"x" for i in range(1000)}), "more than 100"),
    "a .zip in a .zip": (ours(inner_zip=ZIP), "another archive, `inner.zip`; unpack it"),
    "a .tar.gz in a .zip": (zipped(FILES | {"a.tar.gz": b"x"}), "another archive"),
    "only a .zip in a .zip": (zipped({"mine.zip": ZIP}), "another archive"),
    "a file twice": (named("config.json"), "holds `config.json` twice"),
    "a file twice but for its case": (named("CONFIG.JSON"), "holds `CONFIG.JSON` twice"),
    "two models": (zipped({f"{each}/model.safetensors": b"x" for each in "ab"}), "two models"),
    "a password": (locked(), "locked with a password"),
    "another way to pack": (zipped(FILES, zipfile.ZIP_BZIP2), "packed in a way"),
    "no weights": (ours(model_safetensors=None), "`mine.zip` holds no weights"),
    "no config": (ours(config_json=None), "`mine.zip` holds no config.json"),
    "no config beside weights": ({"model.safetensors": WEIGHTS}, "holds no config.json"),
    "only a card beside weights": (
        {"model.safetensors": WEIGHTS, "card.json": FILES["card.json"]},
        "holds no config.json",
    ),
    "two files of weights": (PAIR | {"new.safetensors": WEIGHTS}, "of two models"),
    "a .zip and more": ({"mine.zip": ZIP, "config.json": CONFIGURATION}, "choose it alone"),
    "a pickle": ({"model.pkl": pickle.dumps(1)}, "`model.pkl` is a pickle"),
    "torch.save": ({"model.pt": torch_saved()}, "`model.pt` is a pickle"),
    "torch.save as a .zip": ({"mine.zip": torch_saved()}, "is a pickle"),
    "torch.save as weights": (ours(model_safetensors=torch_saved()), "is a pickle"),
    "a pickle as weights": (ours(model_safetensors=pickle.dumps({})), "is a pickle"),
    "a pickle beside weights": (zipped(FILES | {"optimiser.pt": b"x"}), "`optimiser.pt`.*pickle"),
    "numpy's file": (zipped(FILES | {"a.npy": b"x"}), "`a.npy`.*pickle"),
    "a config that is no JSON": (ours(config_json=b"{"), "`config.json` is not JSON"),
    "a config that is no text": (ours(config_json=b"\xff\xfe\x00"), "is not JSON"),
    "a config that is a list": (ours(config_json=b"[1]"), 'no entry "model"'),
    "a card that is no JSON": (ours(card_json=b"nothing"), "`card.json` is not JSON"),
    "a card too deep": (ours(card_json=b"[1," * 9_000), "is not JSON|swells"),
    "a card of too many words": (
        {**PAIR, "old.json": PAIR["old.json"].ljust(1_000_001)},
        "`old.json` is larger than 1 MB",
    ),
    "a number of many digits": (ours(config_json=b'{"beta": ' + b"9" * 5000 + b"}"), "not JSON"),
    "an unknown setting": (settings(dropout=0.1), "`dropout`; take it out"),
    "a setting out of range": (settings(latent_dim=65), "latent_dim is 65"),
    "a setting of the wrong type": (settings(kind=["vae"]), "kind is"),
    "a β without end": (settings(beta=math.inf), "beta is inf"),
    "a β that is no number": (settings(beta=math.nan), "beta is nan"),
    "a bound that no float holds": (settings(logit_bound=1e39), "logit_bound is 1e[+]?39"),
    "another kind": (settings(kind="ae"), "its card asks for"),
    "another architecture": (settings(architecture="deep"), "does not hold the tensors"),
    "other shapes": (settings(hidden_dim=5), r"its card asks for torch.float32 \(.*5"),
    "a tensor too many": (
        ours(model_safetensors=tensors(lambda held: held.update(more=torch.ones(1)))),
        "does not hold the tensors its card asks for: `more`",
    ),
    "NaN in the weights": (
        ours(model_safetensors=tensors(lambda held: held[BIAS].fill_(math.nan))),
        "decoder.0.bias holds NaN or infinity",
    ),
    "another type of number": (
        ours(model_safetensors=tensors(lambda held: held.update({BIAS: held[BIAS].half()}))),
        "torch.float16",
    ),
    "a step without end": (told(history=[RECORD | {"step": 10**30}]), "history.0.step"),
    "a step of a float": (told(history=[RECORD | {"step": 1e30}]), "history.0.step"),
    "steps without end": (told(steps=10**30), "steps is"),
    "seconds below zero": (told(seconds=-1), "seconds is"),
    "a learning rate out of range": (told(training={"learning_rate": 1e30}), "learning_rate is"),
    "a seed out of range": (told(training={"seed": 2**40}), "seed is"),
    "a cost without end": (told(test={"total": 1e300}), "test.total"),
    "a number in a field that nobody knows": (told(mine={"deep": [1e300]}), "mine.deep.0"),
    "NaN on the card": (told(test={"kl": math.nan}), "test.kl"),
    "text in place of a history": (told(history="long"), "history is"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.usefixtures("unchecked")
def test_a_bad_file_is_refused_in_a_sentence_of_its_own(kind: str):
    files, sentence = BAD[kind]
    with pytest.raises(CheckpointError, match=sentence) as met:
        archive.load(files)
    assert "\n" not in str(met.value)
    assert len(str(met.value)) < 400
    outside_code = re.sub(r"`[^`]*`", "", str(met.value))
    assert "`" not in outside_code and "<" not in outside_code


def comes(files: Mapping[str, bytes]) -> archive.Brought:
    brought = archive.load(files)
    assert isinstance(brought.model, Model)
    assert brought.model.config == CONFIG and not brought.model.training
    assert checkpoints.to_bytes(brought.model) == WEIGHTS
    return brought


def test_what_went_home_comes_back():
    brought = comes({"mine.zip": ZIP})
    assert brought.name == "mine.zip"
    assert brought.card == {**CARD, "model": asdict(CONFIG)}


@pytest.mark.parametrize(
    "files",
    [
        {"model.safetensors": WEIGHTS, "config.json": CONFIGURATION},
        {name: FILES[name] for name in ("model.safetensors", "config.json", "card.json")},
        {"trained.safetensors": WEIGHTS, "config.json": CONFIGURATION},
        PAIR,
        {"OLD.SAFETENSORS": WEIGHTS, "OLD.JSON": PAIR["old.json"]},
        {"mine.ZIP": ZIP},
        zipped(PAIR),
        zipped({f"mine/{name}": content for name, content in FILES.items()}),
        zipped(FILES | {"__MACOSX/._model.safetensors": b"x", ".DS_Store": b"x"}),
        zipped(FILES | {"trained.safetensors": b"of more training", "restored.png": b"x"}),
        zipped({"mine/": b"", **FILES}),
        zipped(FILES, zipfile.ZIP_STORED),
        with_entry(lambda entry: None),
    ],
    ids=[
        "files", "with the card", "trained on", "old pair", "capitals", "ZIP", "pair zipped",
        "a folder zipped", "zipped by a Mac", "zipped with what was drawn", "an empty folder",
        "stored", "a further file",
    ],
)  # fmt: skip
def test_it_comes_back_however_it_is_brought(files: Files):
    comes(files)


def test_without_a_card_it_comes_back_without_its_past():
    files = {"model.safetensors": WEIGHTS, "config.json": CONFIGURATION}
    assert comes(files).card == {"model": asdict(CONFIG)}


def test_the_configuration_is_the_one_of_config_json_whatever_the_card_says():
    assert comes(told(model={"kind": "ae"})).card["model"] == asdict(CONFIG)  # pyright: ignore


def test_nothing_is_written_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    comes({"mine.zip": ZIP})
    with pytest.raises(CheckpointError):
        archive.load(BAD["a path upwards"][0])
    assert list(tmp_path.iterdir()) == []


def test_a_judge_comes_as_what_it_is():
    judge = Classifier(ClassifierConfig(), torch.Generator().manual_seed(0))
    files = {
        "model.safetensors": checkpoints.to_bytes(judge),
        "config.json": json.dumps(asdict(judge.config)).encode(),
    }
    assert isinstance(archive.load(files).model, Classifier)


def test_a_header_that_begins_as_a_pickle_does_is_taken_for_what_it_is():
    """Its length is the first number of a safetensors file: 0x0280 reads as a pickle's opening."""
    for length in range(0x0280, 0x0600, 0x0100):
        weights = padded(length)
        assert weights[:2] == bytes([0x80, length >> 8])
        archive.load({"model.safetensors": weights, "config.json": CONFIGURATION})


def padded(length: int) -> bytes:
    """The weights with a header of that length."""
    before = int.from_bytes(WEIGHTS[:8], "little")
    header = json.loads(WEIGHTS[8 : 8 + before])
    short = json.dumps(header, separators=(",", ":")).encode()
    assert len(short) <= length
    return length.to_bytes(8, "little") + short.ljust(length) + WEIGHTS[8 + before :]


@given(st.data(), st.binary(min_size=1, max_size=8))
def test_whatever_bytes_of_a_zip_are_changed_the_answer_is_the_model_or_a_refusal(
    data: st.DataObject, scrap: bytes
):
    """Its list of files is changed as often as all the rest."""
    first = data.draw(st.sampled_from([0, ZIP.index(b"PK\1\2")]))
    place = data.draw(st.integers(first, len(ZIP) - 1))
    answer({"mine.zip": ZIP[:place] + scrap + ZIP[place + len(scrap) :]})


@given(st.integers(0, len(ZIP) - 1))
def test_a_zip_cut_anywhere_is_refused(length: int):
    with pytest.raises(CheckpointError, match=r"`mine\.zip`"):
        archive.load({"mine.zip": ZIP[:length]})


NAMES = st.sampled_from([*FILES, ".", "..", "/", "a/"]) | st.text(
    st.characters(exclude_characters="\0"), min_size=1, max_size=30
)


@given(st.dictionaries(NAMES, st.binary(max_size=200), max_size=5))
def test_whatever_a_zip_holds_the_answer_is_a_refusal(files: dict[str, bytes]):
    with pytest.raises(CheckpointError):
        archive.load(zipped(files))


def answer(files: Files) -> None:
    try:
        model = archive.load(files).model
    except CheckpointError:
        return
    assert checkpoints.to_bytes(model) == WEIGHTS, "a changed weight would be another checksum"
