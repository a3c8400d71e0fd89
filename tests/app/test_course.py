"""The course follows from one list: navigation, numbers, ways from page to page, the README."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import cache, course, images
from app.course import LESSONS
from app.panels import previews
from core.evaluation import judging
from tests.serving import ROOT
from tests.visiting import APP, follow, nodes, texts

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
PREVIEW = """
from app.panels import previews

previews.show("random_sampling")
"""
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


def ways(page: AppTest) -> list[str]:
    """The pages that a page links to, in its order."""
    return [link.proto.page for link in page.page_link]


def test_a_lesson_names_the_pages_before_and_after_it_at_its_top_and_at_its_end(tour: AppTest):
    order = ["", *(lesson.address for lesson in LESSONS), "data"]
    for number, lesson in enumerate(LESSONS, 1):
        before, after = order[number - 1], order[number + 1]
        found = ways(follow(tour, lesson.folder))
        assert found[:2] == found[-2:] == [before, after]


def test_the_course_takes_as_long_as_its_words_do(tour: AppTest):
    read = [texts(follow(tour, lesson.folder)) for lesson in LESSONS]
    words = sum(len(re.findall(r"[^\W\d_]{2,}", text)) for page in read for text in page)
    assert pytest.approx(words, rel=0.25) == course.WORDS
    assert f"About {course.reading_minutes()} minutes" in "".join(texts(follow(tour, "welcome")))
    assert course.reading_minutes() == pytest.approx(course.WORDS / 200, abs=2.5)


def test_every_page_on_the_way_has_a_picture_of_its_own():
    pictures = {name: preview.draw() for name, preview in previews.PREVIEWS.items()}
    assert pictures.keys() == {lesson.folder for lesson in LESSONS} | {"data"}
    sheets = {images.sheet(picture, previews.COLUMNS) for picture in pictures.values()}
    assert len(sheets) == len(pictures)


def test_the_picture_of_lesson_1_is_that_of_a_four_that_comes_back_as_a_nine():
    read = judging.read(cache.classifier().model, previews.PREVIEWS["autoencoder"].draw())
    assert read[:4].tolist() == [4, 0, 7, 5]
    assert read[4:6].tolist() == [9, 0]


def test_a_page_whose_model_cannot_be_used_is_announced_without_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def shown() -> int:
        page = AppTest.from_string(PREVIEW, default_timeout=60).run()
        assert not page.exception
        return sum(node.type == "image" for node in nodes(page.main))

    assert shown() == 1
    monkeypatch.setattr(cache, "PRETRAINED", tmp_path)  # an empty folder
    cache.pretrained.clear()
    assert shown() == 0
