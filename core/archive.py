"""A model that is brought, as files that anybody may have made: opened without trusting them.

It is one .zip as `export.py` makes it, or what is in there side by side, or the older pair of
NAME.safetensors and NAME.json. Nothing is unpacked to a disk, only what a model needs is read, and
no more of it than a model can weigh. Whatever is wrong is said in one sentence, with what to do.
Left out: what those files say, which `checkpoints.py` checks.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from core import checkpoints
from core.card import Card
from core.checkpoints import MAX_BYTES, CheckpointError, Kept
from core.quoting import quoted
from core.training import laid_out

WEIGHTS, CONFIG, CARD = "model.safetensors", "config.json", "card.json"
MAX_TEXT = 1_000_000  # bytes of a configuration or a card; a long run's card has a tenth of it
MAX_FILES = 100  # in a .zip; ours hold fewer than ten
MAX_UNPACKED = 4 * MAX_BYTES  # all of a .zip's files, whether they are read or not
MAX_RATIO = 100  # of a file to what it is packed into; weights hardly shrink, our cards to a tenth
PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin", ".joblib", ".npy", ".npz")
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
WANTED = f"choose the .zip that you took home, or {WEIGHTS} and {CONFIG} out of it"
DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError,
    OverflowError,
)  # fmt: skip


class _Parts(NamedTuple):
    """Which files are the model."""

    weights: str
    config: str  # the configuration, or a card that holds it under "model"
    card: str | None


class Brought(NamedTuple):
    """A model that came in files."""

    name: str  # of the file that it came in
    model: Kept
    card: Card


def load(files: Mapping[str, bytes]) -> Brought:
    """The model that these files hold, by their names. Raises CheckpointError."""
    for name, content in files.items():
        _check_file(name, content)
    zipped = next((name for name in files if name.lower().endswith(".zip")), None)
    if zipped is None:
        parts = _parts_of(files, "what you chose")
        shown, contents = parts.weights, files
    elif len(files) > 1:
        raise CheckpointError(f"{quoted(zipped)} holds a whole model; choose it alone")
    else:
        shown, (parts, contents) = zipped, _unzipped(files[zipped], zipped)
    told = _told(parts, contents)
    model, card = checkpoints.assembled(contents[parts.weights], told, shown)
    return Brought(shown, laid_out(model), card)


def _check_file(name: str, content: bytes) -> None:
    """What is wrong with a file by its name, its size, or its first bytes."""
    most = MAX_TEXT if name.lower().endswith(".json") else MAX_BYTES
    if len(content) > most:
        raise CheckpointError(
            f"{quoted(name)} is larger than {most / 1e6:.0f} MB; it was not read. No model of this "
            f"course is: {WANTED}"
        )
    if not content:
        raise CheckpointError(f"{quoted(name)} is empty; save it again, or choose another")
    if name.lower().endswith(PICKLES) or _is_pickle(content):
        raise CheckpointError(
            f"{quoted(name)} is a pickle, or may hold one, and a pickle can run any program: it "
            "was not opened. Save the model with safetensors"
        )
    if not name.lower().endswith((".zip", ".safetensors", ".json")):
        raise CheckpointError(f"{quoted(name)} is no part of a model; {WANTED}")


def _is_pickle(content: bytes) -> bool:
    """By how Python's pickles begin (protocols 2 to 5), and PyTorch's, a .zip around one.

    A safetensors file whose header has a fitting length begins so too, but goes on with `{`.
    """
    plain = content[:1] == b"\x80" and content[1:2] in b"\2\3\4\5" and content[8:9] != b"{"
    return plain or (content[:2] == b"PK" and b"data.pkl" in content[:1000])


def _parts_of(names: Collection[str], whole: str) -> _Parts:
    """The files that are the model, by their names."""
    paths = [PurePosixPath(name) for name in names]
    paths = [path for path in paths if not path.name.startswith(".")]
    weights = _one([path for path in paths if path.suffix.lower() == ".safetensors"], WEIGHTS)
    if weights is None:
        raise CheckpointError(f"{whole} holds no weights, a .safetensors file; {WANTED}")
    told = [path for path in paths if path.suffix.lower() == ".json"]
    config = _one([path for path in told if path.name != CARD], CONFIG)
    if config is None:
        raise CheckpointError(f"{whole} holds no {CONFIG}, which says what the model is; {WANTED}")
    card = config.with_name(CARD)
    return _Parts(str(weights), str(config), str(card) if card in told else None)


def _one(paths: list[PurePosixPath], usual: str) -> PurePosixPath | None:
    """The file of the usual name, or the only one there is."""
    found = [path for path in paths if path.name == usual] or paths
    if len(found) > 1:
        both = " and ".join(quoted(str(path)) for path in found[:2])
        raise CheckpointError(f"{both} are of two models, or two of one; choose one of each")
    return found[0] if found else None


def _told(parts: _Parts, contents: Mapping[str, bytes]) -> dict[str, Any]:
    """The card, with the configuration under "model"."""
    config = checkpoints.read_object(contents[parts.config], parts.config)
    if PurePosixPath(parts.config).name != CONFIG:  # the older pair's card
        return config
    card = checkpoints.read_object(contents[parts.card], parts.card) if parts.card else {}
    return card | {"model": config}


def _unzipped(content: bytes, name: str) -> tuple[_Parts, dict[str, bytes]]:
    """The model's files out of a .zip."""
    if content.count(b"PK\1\2") > MAX_FILES:  # before their list is read: it may be endless
        raise CheckpointError(f"{quoted(name)} holds more than {MAX_FILES} files; {WANTED}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            _check_entries(opened.infolist(), name)
            entries = {each.filename: each for each in opened.infolist() if not each.is_dir()}
            parts = _parts_of(entries, quoted(name))
            contents = {part: opened.read(entries[part]) for part in parts if part}
    except DAMAGED as error:
        raise CheckpointError(
            f"{quoted(name)} is no .zip, or not a whole one ({quoted(str(error))}); download it "
            "or zip it again"
        ) from error
    for part, held in contents.items():
        _check_file(part, held)
    return parts, contents


def _check_entries(entries: list[zipfile.ZipInfo], name: str) -> None:
    """What no .zip of a model has, seen in the list of its files before any is read."""
    if not entries:
        raise CheckpointError(f"{quoted(name)} is empty; {WANTED}")
    seen: set[str] = set()
    for entry in entries:
        if wrong := _fault(entry, seen):
            raise CheckpointError(f"{quoted(name)} {wrong}")
        seen.add(entry.filename.casefold())
    sizes = [entry.file_size for entry in entries]
    if max(sizes) > MAX_BYTES or sum(sizes) > MAX_UNPACKED:
        raise CheckpointError(f"{quoted(name)} is too large when it is unpacked; {WANTED}")


def _fault(entry: zipfile.ZipInfo, seen: Collection[str]) -> str | None:
    """What is wrong with an entry, and what to do."""
    inside, path = quoted(entry.orig_filename), PurePosixPath(entry.orig_filename)
    ways_out = path.is_absolute() or ".." in path.parts or set(entry.orig_filename) & set("\0\\:")
    if ways_out or not path.name:
        return f"holds a path out of it, {inside}; zip the plain files again"
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return f"holds a link in place of a file, {inside}; zip the file itself"
    if entry.flag_bits & 1:
        return "is locked with a password; zip it again without one"
    if entry.filename.casefold() in seen:
        return f"holds {inside} twice; zip it again"
    if path.suffix.lower() in PICKLES:
        return (
            f"holds {inside}, which is a pickle or may hold one, and a pickle can run any program. "
            "Take it out, and save weights with safetensors"
        )
    if path.suffix.lower() in ARCHIVES:
        return f"holds another archive, {inside}; unpack it and choose the inner one"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in a way that is not read here; zip it again in the usual one"
    if entry.file_size > MAX_RATIO * max(entry.compress_size, 100):
        return f"holds {inside}, which swells beyond all measure when it is unpacked; {WANTED}"
    return None
