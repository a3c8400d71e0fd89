"""The files that other programs read: checked against the schemas that those publish."""

import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]


def complaints(file: Path, schema: str) -> str:
    """What is wrong with a file; "" where nothing is."""
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    return "" if checked.returncode == 0 else checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("file", "schema"),
    [
        ("compose.yaml", "vendor.compose-spec"),
        (".github/workflows/test.yml", "vendor.github-workflows"),
    ],
)
def test_a_file_for_another_program_keeps_to_its_schema(file, schema):
    assert complaints(ROOT / file, schema) == ""


def test_an_empty_environment_is_seen(tmp_path):
    text = (ROOT / "compose.yaml").read_text()
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(text.replace("    init: true\n", "    init: true\n    environment:\n"))
    assert "environment" in complaints(wrong, "vendor.compose-spec")


def test_the_container_has_bounds_and_no_more_rights_than_it_needs():
    service = YAML(typ="safe").load(ROOT / "compose.yaml")["services"]["course"]
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER learner" in lines
    assert any(line.startswith("HEALTHCHECK") for line in lines)


def test_the_container_can_write_where_full_data_sets_are_kept():
    """The volume lies where `core.data` puts them, and the image gives that folder away."""
    service = YAML(typ="safe").load(ROOT / "compose.yaml")["services"]["course"]
    (volume,) = service["volumes"]
    folder = volume.split(":")[1]
    assert folder == "/home/learner/.cache/latent-walk"
    owned = f"install --directory --owner=learner --group=learner {folder}"
    assert owned in (ROOT / "Dockerfile").read_text()


def test_what_the_image_copies_is_let_through_to_its_build():
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert ignored[0] == "*"
    copied = [
        line.split()[1]
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY")
    ]
    assert sorted(f"!{name}" for name in copied) == sorted(
        line for line in ignored if line.startswith("!")
    )
