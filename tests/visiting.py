"""A visitor without a browser: follows links into the tour, and reads what a page shows."""

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Node

from app.course import DATA_PAGE
from app.course import LESSONS as COURSE
from app.teaching import every_prediction
from tests.serving import ROOT

APP = ROOT / "app"
PAGES = {"welcome": "lessons/welcome.py", "data": DATA_PAGE} | {
    lesson.folder: lesson.page for lesson in COURSE
}
LESSONS = tuple(PAGES)  # every page of the tour

RUN_SECONDS = 60

Link = dict[str, str | list[str]]  # parameters of an address and their values


def page_of(lesson: str) -> str:
    """The script of a page, as `AppTest.switch_page` wants it."""
    return PAGES[lesson]


def newcomer() -> AppTest:
    """The tour as somebody finds it who has just come, at the welcome page."""
    return AppTest.from_file(str(APP / "tour.py"), default_timeout=120).run()


def onlooker() -> AppTest:
    """The same for somebody who wants to be just shown whatever is to be predicted."""
    tour = newcomer()
    tour.session_state["visitor"].said |= dict.fromkeys(every_prediction())
    return tour


def follow(
    tour: AppTest, lesson: str, link: Mapping[str, str | list[str]] | None = None
) -> AppTest:
    """Open a page by a link. Parameters are read when a page is entered: hence from another one.

    What the link does not say stays as this visitor left it.
    """
    tour.query_params = {}
    tour.switch_page(page_of("welcome" if lesson == "data" else "data")).run()
    tour.query_params = dict(link or {})
    return tour.switch_page(page_of(lesson)).run()


def trained(tour: AppTest, link: Link | None = None) -> AppTest:
    """Train a model of one's own on lesson 7, two epochs of 1 000 digits unless the link says
    otherwise, and wait for it to be the page's."""
    short: Link = {"own-images": "1000", "own-epochs": "2"}
    page = follow(tour, "build_your_own", short | (link or {}))
    page.button(key="train-own").click().run()
    return run_to_its_end(page, "train-own")


def run_to_its_end(page: AppTest, key: str) -> AppTest:
    """Look at a run again and again, as a browser does, until its button offers another one."""
    assert not page.error, messages(page)
    deadline = time.monotonic() + RUN_SECONDS
    while not any(button.key == key for button in page.button):
        assert time.monotonic() < deadline, "the run does not come to its end"
        page.run()
    return page.run()  # the run may have ended while the page was drawn


def nodes(block: Block) -> Iterator[Node]:
    """All that a page shows, sections and columns included, in the order of the page."""
    for child in block.children.values():
        yield child
        if isinstance(child, Block):
            yield from nodes(child)


def texts(page: AppTest) -> list[str]:
    """Every text that a page shows: words, headings, captions, messages, metrics, labels."""
    found: list[str] = []
    for node in (*nodes(page.main), *nodes(page.sidebar)):
        proto: Any = node.proto
        for owner in (proto, getattr(proto, "expandable", None)):
            for name in ("body", "label", "help", "caption", "text", "message"):
                value = getattr(owner, name, None)
                if isinstance(value, str) and value:
                    found.append(value)
    return found


def words(page: AppTest) -> str:
    """All of them at once, and the code that a page shows."""
    return "\n".join((*texts(page), *(code.value for code in page.code)))


def messages(page: AppTest) -> list[str]:
    """What a page says in its boxes: errors, warnings, notes."""
    boxes = (*page.error, *page.warning, *page.info, *page.success)
    return [str(box.value) for box in boxes]


def as_markdown(page: AppTest) -> str:
    """What of a page's texts a browser reads as Markdown: all but what is written as code."""
    return re.sub(r"(`+).*?\1", "", "\n".join(texts(page)), flags=re.DOTALL)


def last_heading(page: AppTest) -> str:
    """The heading that a page ends with, by which one sees that it came to its end."""
    kinds = ("title", "header", "subheader")
    headings = [node for node in nodes(page.main) if node.type in kinds]
    return headings[-1].proto.body if headings else ""
