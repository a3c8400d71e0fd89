"""What is imported is required, and what is required is imported."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COURSE = ("app", "core", "pretrained")
OURS = {"app", "core", "pretrained", "tests"}
# Tools that are run and not imported, and what works because it is installed.
RUN = {"check-jsonschema", "pyright", "ruff", "pytest", "pytest-xdist", "beartype"}


def required(file: str) -> set[str]:
    """The distributions that a requirements file names itself."""
    lines = (ROOT / file).read_text().splitlines()
    return {
        normal(re.split(r"[\[<>=!~; ]", line)[0])
        for line in lines
        if line and not line.startswith(("#", "-"))
    }


def normal(name: str) -> str:
    """A distribution's name as the package index compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def imports(node: ast.AST) -> Iterator[str]:
    """The modules that a statement imports, by `importlib.import_module` too."""
    match node:
        case ast.Import():
            yield from (alias.name for alias in node.names)
        case ast.ImportFrom(module=str(module), level=0):
            yield module
        case ast.Call(
            func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(module))]
        ):
            yield module


def imported(*folders: str) -> set[str]:
    """The distributions from which the files of some folders import."""
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    modules = {
        module.split(".")[0]
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for module in imports(node)
    }
    installed = packages_distributions()
    outside = modules - OURS - set(sys.stdlib_module_names)
    return {normal(installed.get(module, [module])[0]) for module in outside}


def test_the_course_requires_what_it_imports_and_nothing_else():
    optional = required("requirements-export.txt")
    assert imported(*COURSE) - optional == required("requirements.txt")
    assert imported(*COURSE) & optional == {"onnx"}, "onnxruntime runs what onnx writes"


def test_the_tests_require_what_they_import_and_nothing_else():
    brought = required("requirements-dev.txt")
    assert imported("tests") <= brought | required("requirements.txt")
    assert brought <= imported("tests") | RUN
    assert not brought & required("requirements.txt")
