"""A visitor without a browser: the tour under Streamlit's own AppTest."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[2] / "app"
PAGES = {
    path.stem if path.stem != "lesson" else path.parent.name: str(path.relative_to(APP))
    for path in [*(APP / "lessons").glob("*.py"), *(APP / "lessons").glob("*/lesson.py")]
}
LESSONS = sorted(PAGES)


@pytest.fixture
def tour() -> AppTest:
    """The tour, opened at the welcome page."""
    return AppTest.from_file(str(APP / "tour.py"), default_timeout=120).run()
