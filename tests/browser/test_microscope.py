"""The pixel microscope of lesson 6 under a real pointer."""

from playwright.sync_api import Page, expect

from tests.browser.pages import no_exception, wait_idle


def point_at(page: Page, row: int, column: int) -> None:
    """Click the middle of a pixel, and wait for the two sliders to say so."""
    cells = page.locator("[class*=st-key-cb-pixels] svg.marks .mark-rect path")
    cell = cells.nth(28 * (row - 1) + column - 1)
    cell.click()
    expect(page.get_by_role("slider", name="Row")).to_have_value(str(row))
    expect(page.get_by_role("slider", name="Column")).to_have_value(str(column))
    wait_idle(page)


def test_a_click_and_the_arrow_keys_lead_to_the_same_pixels(page: Page):
    page.goto("/continuous-bernoulli")
    expect(page.get_by_text("Click a pixel")).to_be_visible(timeout=60_000)
    wait_idle(page)
    value = page.get_by_test_id("stMetric").filter(has_text="Its value, x")
    point_at(page, 21, 10)
    expect(value).to_contain_text("0.353")  # byte 90 of the sample's first 3
    page.get_by_role("slider", name="Column").press("ArrowRight")
    expect(value).to_contain_text("0.161")  # byte 41
    point_at(page, 21, 10)  # back, though it was the last one clicked
    expect(value).to_contain_text("0.353")
    assert "cb-row=21" in page.url and "cb-column=10" in page.url
    no_exception(page)
