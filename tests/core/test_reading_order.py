"""core is a ladder: one reading order, told in three places, and no file looks ahead."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import core

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core"
ORDER = list(core.READING_ORDER)

# A name that was met here first is still found here; nothing of this file needs it.
FORWARDS = {("losses.py", "continuous_bernoulli.py")}


def imported(source: str, package: str) -> Iterator[str]:
    """Every module or name that a file of a package imports, at its top or deeper, in full."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(above if node.level else []), *filter(None, [node.module])])
            yield from (f"{base}.{name.name}" for name in node.names)


def file_of(name: str, folder: Path) -> str | None:
    """The file of core that an imported name stands for or is taken from; None for others."""
    parts = name.split(".")
    if parts[0] != "core":
        return None
    for length in range(len(parts), 1, -1):
        path = folder.joinpath(*parts[1:length])
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                return file.relative_to(folder).as_posix()
    return "__init__.py"


def steps_ahead(order: list[str], folder: Path) -> list[str]:
    """What is imported before its time, as "file imports file"."""
    found = []
    for place, file in enumerate(order):
        package = ".".join(["core", *Path(file).parent.parts])
        for name in imported((folder / file).read_text(encoding="utf-8"), package):
            other = file_of(name, folder)
            if other is not None and other not in order[:place] and (file, other) not in FORWARDS:
                found.append(f"{file} imports {other}")
    return found


def test_every_file_of_core_has_its_place_in_the_order():
    files = {file.relative_to(CORE).as_posix() for file in CORE.rglob("*.py")}
    assert sorted(ORDER) == sorted(files - {"__init__.py"})


def test_a_file_imports_only_from_files_before_it():
    assert steps_ahead(ORDER, CORE) == []


def test_the_readme_tells_the_same_order_and_the_same_ideas():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split("`core/` is the textbook.")[1].split("\n\n")[1]
    rows = re.findall(r"^\| `(\S+\.py)` \| (.+) \|$", table, re.MULTILINE)
    assert rows == list(core.READING_ORDER.items())


@pytest.mark.parametrize(
    "line",
    [
        "import core.training",
        "from core import training",
        "from core.training import advance",
        "from core.models import vae",
        "from . import training",
        "from .training import advance",
        "def f():\n    from core import training",
        "if True:\n    from .models.vae import reparameterise",
    ],
)
def test_a_step_ahead_is_seen_in_every_form(line: str, tmp_path: Path):
    """On a small core of three files, of which the first imports one of the others."""
    (tmp_path / "models").mkdir()
    for file in ("training.py", "models/vae.py", "models/__init__.py"):
        (tmp_path / file).write_text("")
    (tmp_path / "data.py").write_text(line)
    assert len(steps_ahead(["data.py", "models/vae.py", "training.py"], tmp_path)) == 1


def test_names_of_a_later_rung_are_found_where_they_were_met_first():
    from core import continuous_bernoulli, losses

    for name in ("nll", "log_norm", "mean", "variance", "sample", "logits"):
        name = f"continuous_bernoulli_{name}"
        assert getattr(losses, name) is getattr(continuous_bernoulli, name)
    with pytest.raises(AttributeError, match="no_such_loss"):
        _ = losses.no_such_loss
