"""The course follows from one list: navigation, numbers, ways from page to page, the README."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from app import course
from app.course import LESSONS
from tests.serving import ROOT
from tests.visiting import APP

TOY = """    Lesson(
        "toy",
        "Toy lesson",
        "Does a new lesson take more than a folder and a line?",
        "And now for something small.",
        "nothing that one needs to know",
    ),
)

# The last"""
PAGE = '''"""A toy."""

from app.panels import frame

frame.opening("toy")
frame.closing("toy")
'''
VISIT = """
from streamlit.testing.v1 import AppTest

tour = AppTest.from_file("app/tour.py", default_timeout=120).run()
print(*(text.value for text in tour.markdown), sep="\\n")
for page in ("build_your_own", "toy"):
    tour.switch_page(f"lessons/{page}/lesson.py").run()
    assert not tour.exception, tour.exception
    print(tour.title[0].value, tour.markdown[-1].value, sep="\\n")
"""


def test_every_lesson_of_the_course_has_a_folder_with_its_page_and_every_folder_a_lesson():
    pages = {path.parent.name for path in (APP / "lessons").glob("*/lesson.py")}
    assert pages == {lesson.folder for lesson in LESSONS}


def test_the_readme_lists_the_lessons_as_the_course_does():
    """Where it does not: `python -c "from app import course; print(course.listed())"`."""
    assert course.listed() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_new_lesson_is_a_folder_and_a_line(tmp_path: Path):
    for folder in ("app", "core"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "pretrained").symlink_to(ROOT / "pretrained")
    (tmp_path / "app" / "lessons" / "toy").mkdir()
    (tmp_path / "app" / "lessons" / "toy" / "lesson.py").write_text(PAGE)
    line = tmp_path / "app" / "course.py"
    line.write_text(line.read_text(encoding="utf-8").replace(")\n\n# The last", TOY, 1))
    told = subprocess.run(
        [sys.executable, "-c", VISIT],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "Eight lessons" in told
    assert "And now for something small." in told  # the way from the lesson before
    assert f"{len(LESSONS) + 1}  Toy lesson" in told
    assert course.DATA_INVITATION in told  # the way on
