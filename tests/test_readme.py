"""The README shows the files that there are."""

import re
from pathlib import Path

from tests.serving import ROOT


def tree() -> list[str]:
    """The names in the README's file tree: files, and folders with a slash."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.split("```\napp/", 1)[1].split("```", 1)[0]
    return re.findall(r"[a-z_]+(?:\.py|\.js|/)", "app/" + block)


def test_every_file_and_folder_of_the_tree_is_there():
    folders = [ROOT, ROOT / "app", ROOT / "app" / "lessons", ROOT / "tests"]
    missing = [name for name in tree() if not any((folder / name).exists() for folder in folders)]
    assert missing == []


def test_every_part_of_the_dashboard_stands_in_the_tree():
    parts = [path for path in (ROOT / "app").iterdir() if not path.name.startswith(("_", "."))]
    parts += [path for path in (ROOT / "app" / "lessons").iterdir() if is_lesson(path)]
    names = {f"{path.name}/" if path.is_dir() else path.name for path in parts} - {"style.css"}
    assert names <= set(tree())


def is_lesson(path: Path) -> bool:
    return (path / "lesson.py").is_file()
