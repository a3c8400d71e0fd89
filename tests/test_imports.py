"""Arrows point one way: who may import whom, and what only one file may touch.

    lessons → panels, widgets, quiz, state, cache → charts, images, components, jobs … → core

An arrow may skip a layer but never points back; files of one layer may use one another. A lesson
uses the files of its own folder, and nobody imports a lesson.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# The parts of the course along the arrows: the files and folders of app, and core.
LAYERS = [
    {"app.main", "app.guard", "app.tour"},
    {"app.lessons"},
    {"app.panels", "app.widgets", "app.quiz", "app.record", "app.state", "app.cache"},
    {"app.charts", "app.images", "app.sketch", "app.components"}
    | {"app.jobs", "app.cards", "app.speed", "app.visits"},
    {"app.theme", "app.course", "app.words", "app.teaching", "app.glossary"},
    {"core"},
]
RANK = {part: rank for rank, layer in enumerate(LAYERS) for part in layer}

# What a part does without: core and jobs know no page, pictures are pure, lessons only tell.
WITHOUT = {
    "core": {"streamlit", "altair", "app"},
    "app.jobs": {"streamlit"},
    "app.cards": {"streamlit"},
    "app.speed": {"streamlit"},
    "app.visits": {"streamlit"},
    "app.charts": {"streamlit"},
    "app.images": {"streamlit"},
    "app.sketch": {"streamlit"},
}
PAGE_WITHOUT = {"altair", "torch"}  # a page only tells; the files beside it may do more

# What only these parts touch, be it a module or an attribute of streamlit.
ONLY = {
    "session_state": {"app.state"},
    "query_params": {"app.state"},
    "cache_data": {"app.cache"},
    "cache_resource": {"app.cache"},
    "concurrent": {"app.jobs"},
    "multiprocessing": {"app.jobs"},
    "threading": {"app.jobs", "app.visits", "app.main"},  # main warms the server up in a thread
}


def part_of(module: str) -> str:
    """The part of the course that holds a module, or the outside package: core.data → core."""
    names = module.split(".")
    return ".".join(names[:2]) if names[0] == "app" else names[0]


def folder_of(module: str) -> str:
    """The lesson whose folder holds a module: app.lessons.vae.blur → vae."""
    names = module.split(".")
    return names[2] if names[:2] == ["app", "lessons"] and len(names) > 2 else ""


def is_page(place: Path) -> bool:
    """A page's script: lesson.py in a folder of its own, or a file beside those folders."""
    in_lessons = place.parts[:2] == ("app", "lessons")
    return in_lessons and (len(place.parts) == 3 or place.stem == "lesson")


def imported(node: ast.AST, package: list[str]) -> Iterator[str]:
    """Every name that an import statement inside a package brings, dots and all."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        above = package[: len(package) + 1 - node.level] if node.level else []
        module = [*above, *(node.module or "").split(".")]
        yield from (".".join(filter(None, [*module, alias.name])) for alias in node.names)


def complaints_about(path: Path, root: Path) -> Iterator[str]:
    """One line for each place where a file breaks a rule."""
    place = path.relative_to(root)
    module = ".".join(place.with_suffix("").parts)
    part = part_of(module)
    if part not in RANK and part != "app.__init__":
        yield f"{place}: {part} stands in no layer"
    for node in ast.walk(ast.parse(path.read_text())):
        names = list(imported(node, list(place.parent.parts)))
        touched = {name.split(".")[0] for name in names} | {name.split(".")[-1] for name in names}
        if isinstance(node, ast.Attribute):
            touched.add(node.attr)
        where = f"{place}:{getattr(node, 'lineno', 0)}"
        for name, other in zip(names, map(part_of, names)):
            own = folder_of(name) and folder_of(name) == folder_of(module)
            if other == "app.lessons" and not own:
                yield f"{where} imports a lesson"
            elif is_page(place) and other in PAGE_WITHOUT:
                yield f"{where} imports {other}, which a page does without"
            elif other in RANK and RANK[other] < RANK.get(part, 0):
                yield f"{where} imports {other}: that arrow points back"
            elif other in WITHOUT.get(part, ()):
                yield f"{where} imports {other}, which {part} does without"
            elif f"app.{other}" in RANK:
                yield f"{where} imports {other}: say app.{other}, or there will be two of it"
        for name in sorted(touched & ONLY.keys()):
            if part not in ONLY[name]:
                yield f"{where} touches {name}: only {', '.join(sorted(ONLY[name]))} may"


def complaints(root: Path) -> list[str]:
    """What is wrong in app and core."""
    paths = [path for folder in ("app", "core") for path in sorted((root / folder).rglob("*.py"))]
    return [line for path in paths for line in complaints_about(path, root)]


def test_arrows_point_one_way():
    assert complaints(ROOT) == []


def test_an_arrow_that_points_back_is_seen(tmp_path):
    files = {
        "app/tour.py": "from app.lessons import vae",
        "app/lessons/vae/lesson.py": "from . import clouds\nimport torch\nimport core.data",
        "app/lessons/vae/clouds.py": "from app.lessons.welcome import begin\nimport torch",
        "app/lessons/welcome.py": "from .vae import clouds",
        "app/panels.py": "from app import state\nimport widgets\nfrom . import tour",
        "app/widgets.py": "import streamlit as st\nst.session_state.x = 1\nst.cache_data",
        "app/state.py": "import streamlit as st\nst.session_state.x = st.query_params",
        "app/charts.py": "import altair\nfrom app.theme import DIGITS\nimport streamlit",
        "app/jobs.py": "from concurrent.futures import Executor\nfrom streamlit import runtime",
        "app/theme.py": "from .charts import bars",
        "app/helpers.py": "",
        "core/training.py": "import threading\nfrom app.jobs import Job\nfrom . import data",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert set(complaints(tmp_path)) == {
        "app/charts.py:3 imports streamlit, which app.charts does without",
        "app/helpers.py: app.helpers stands in no layer",
        "app/jobs.py:2 imports streamlit, which app.jobs does without",
        "app/lessons/vae/lesson.py:2 imports torch, which a page does without",
        "app/lessons/vae/clouds.py:1 imports a lesson",
        "app/lessons/welcome.py:1 imports a lesson",
        "app/panels.py:2 imports widgets: say app.widgets, or there will be two of it",
        "app/panels.py:3 imports app.tour: that arrow points back",
        "app/theme.py:1 imports app.charts: that arrow points back",
        "app/tour.py:1 imports a lesson",
        "app/widgets.py:2 touches session_state: only app.state may",
        "app/widgets.py:3 touches cache_data: only app.cache may",
        "core/training.py:1 touches threading: only app.jobs, app.main, app.visits may",
        "core/training.py:2 imports app.jobs: that arrow points back",
    }
