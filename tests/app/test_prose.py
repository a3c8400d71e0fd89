"""A figure that a page states is a value that it computed: none stands in its words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from core import evaluation
from tests.serving import ROOT

# What a measurement looks like in a sentence: 0.364, .364, 12 %, 142 nats.
FIGURE = re.compile(r"\d*\.\d+|\d[\d\N{NO-BREAK SPACE}]*(?:\s?%|\s+nats\b)")
HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"  # what an f-string fills in
NAMES = re.compile(r"arXiv:\d+\.\d+|arxiv\.org/abs/\d+\.\d+")  # of papers, which have a point

SURE, HOLE_SHARE = 100 * evaluation.judging.CONFIDENT, 100 * evaluation.holes.WITHIN
# Constants by definition or by choice, which no model can change.
DEFINED = {f"{SURE:g} %", f"{HOLE_SHARE:g} %", f"{100 - HOLE_SHARE:g} %"}
ALLOWED = {
    "lessons/autoencoder/asked.py": {"0 nats"},  # what a wrong option believes
    "lessons/latent_scatter/lesson.py": {"0.0392"},  # β
    "lessons/random_sampling/samplers.py": {"1 %"},  # from which on a class counts as drawn
    "lessons/vae/calculator.py": {"0.00025"},  # the weight that others chose
    "lessons/vae/evidence.py": {"99 %"},  # what a region is to hold
    "lessons/vae/reparameterisation.py": {"0.5"},  # of the code
}


def prose(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The words of a file that may come to a page, with their lines: neither docstrings nor
    format specifications nor what has no space in it, such as names and keys."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr):
                skipped.add(first.value)
        if isinstance(node, ast.JoinedStr):
            skipped.update(part for part in node.values if isinstance(part, ast.Constant))
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            skipped.add(node.format_spec)
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(_text(part) for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def _text(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else HOLE


def figures(text: str) -> list[str]:
    """What looks measured in a text that is prose: no name or key, and no drawing."""
    if " " not in text.strip() or '="' in text:
        return []
    return [each.replace("\N{NO-BREAK SPACE}", " ") for each in FIGURE.findall(NAMES.sub("", text))]


def pages() -> Iterator[Path]:
    for folder in ("lessons", "panels"):
        yield from sorted((ROOT / "app" / folder).rglob("*.py"))


def test_no_sentence_of_a_page_holds_a_measured_figure():
    found = []
    for path in pages():
        name = path.relative_to(ROOT / "app").as_posix()
        for line, text in prose(ast.parse(path.read_text(encoding="utf-8"))):
            literal = set(figures(text)) - DEFINED - ALLOWED.get(name, set())
            if literal:
                found.append(f"{name}:{line}: {', '.join(sorted(literal))}")
    assert not found, "\n".join(found)


def test_what_is_allowed_is_still_there():
    for name, allowed in ALLOWED.items():
        tree = ast.parse((ROOT / "app" / name).read_text(encoding="utf-8"))
        there = {each for _, text in prose(tree) for each in figures(text)}
        assert allowed <= there, name


def test_a_figure_in_a_sentence_is_found_and_a_computed_one_is_not():
    def found(code: str) -> list[str]:
        return [each for _, text in prose(ast.parse(code)) for each in figures(text)]

    assert found('"""It is 0.5 here."""\nx = "It costs 142.6 nats, or 12 % more."') == [
        "142.6",
        "12 %",
    ]
    assert found('x = f"It costs {nats(cost):.2f} nats, {share:.1f} % of it."') == []
    assert found('x = f"of {count} images .5 is grey"') == [".5"]
    assert found('x = "vae-lite-2-beta-0.392"; y = "see arXiv:1907.06845, please"') == []
    assert found('x = f"{a} and 7 nats"') == ["7 nats"]
