"""The table of runs, as a learner uses it: two runs are trained, named, pinned and compared."""

import re

from playwright.sync_api import Page, expect

from app.course import LESSONS
from tests.browser.pages import no_exception, wait_idle
from tests.browser.test_bench import move_on
from tests.browser.test_tour import TRAINING, follow

ROW, HEADING = 64, 36  # pixels of the screen, as table.py has them, and Streamlit
TICKS = 18  # from the left: the column of ticks


def train(page: Page, number: int) -> None:
    """Press Train, and see the run in the table under its name."""
    page.locator(".st-key-train-own button").press("Enter")
    told = page.get_by_text(f"It is Run {number} in Your runs")
    expect(told).to_be_visible(timeout=TRAINING)
    expect(page.locator(".st-key-train-own button")).to_be_visible(timeout=TRAINING)
    wait_idle(page)


def tick(page: Page, row: int) -> None:
    table = page.locator(".dvn-scroller")
    table.scroll_into_view_if_needed()
    table.click(position={"x": TICKS, "y": HEADING + ROW * row + ROW / 2})


def test_two_runs_are_named_pinned_and_compared_and_stay_so_on_other_pages(page: Page):
    page.goto("/build-your-own?own-kind=VAE&own-images=300&own-epochs=1")
    expect(page.locator(".st-key-train-own button")).to_be_visible(timeout=60_000)
    wait_idle(page)
    train(page, 1)
    move_on(page, "own-beta")
    train(page, 2)
    tick(page, 0)
    name = page.get_by_role("textbox", name="Name")
    expect(name).to_have_value("Run 1")
    name.fill("as it was")
    name.press("Enter")
    expect(page.get_by_test_id("glide-cell-1-0")).to_have_text("as it was", timeout=60_000)
    wait_idle(page)
    page.get_by_role("button", name="Pin", exact=True).click()
    expect(page.get_by_role("button", name="Take off the shelf")).to_be_visible(timeout=60_000)
    wait_idle(page)
    tick(page, 1)
    expect(page.get_by_text(re.compile("^One thing differs: β, 1 → "))).to_be_visible(
        timeout=60_000
    )
    settings = page.get_by_test_id("stTable").filter(has_text="A as it was")
    expect(settings).to_contain_text("≠ β")
    wait_idle(page)
    follow(page, LESSONS[1].title)
    expect(page.get_by_text("Your shelf: 1 of 8 runs")).to_be_visible(timeout=60_000)
    follow(page, LESSONS[-1].title)
    expect(page.get_by_text(re.compile("^One thing differs: β, 1 → "))).to_be_visible(
        timeout=60_000
    )
    no_exception(page)
