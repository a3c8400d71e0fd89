"""A link that is copied from a page, and opened by somebody else."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import no_exception, wait_idle
from tests.browser.test_tour import open_page

SLOW = 60_000


def shown(page: Page) -> tuple[str, list[str], list[str]]:
    """What a page shows: its words but for how long things take, its pictures, its choices."""
    main = page.get_by_test_id("stMainBlockContainer")
    words = re.sub(r"about [\d\s]+(s|min)\b", "about a time", main.inner_text())
    pictures = main.locator("img").evaluate_all("all => all.map((each) => each.src)")
    chosen = main.get_by_role("radio", checked=True).all_inner_texts()
    return words, pictures, chosen


def test_a_copied_link_shows_somebody_else_the_same(page: Page, browser: Browser):
    open_page(page, "random-sampling")
    page.get_by_role("radio", name="N(0, I)").first.click()
    expect(page).to_have_url(re.compile("sampler="), timeout=SLOW)
    wait_idle(page)
    page.get_by_role("button", name="New noise").first.click()
    expect(page).to_have_url(re.compile("noise="), timeout=SLOW)
    wait_idle(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[class*=st-key-link-] button").click()
    code = page.get_by_test_id("stCode").first
    expect(code).to_contain_text("noise=", timeout=SLOW)
    code.hover()
    page.get_by_label("Copy to clipboard").first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == code.inner_text()
    page.keyboard.press("Escape")
    expect(code).to_be_hidden()
    wait_idle(page)

    context = browser.new_context(viewport={"width": 1366, "height": 900}, locale="en-GB")
    other = context.new_page()
    other.goto(copied)
    expect(other.get_by_test_id("stMainBlockContainer")).to_contain_text("Check", timeout=SLOW)
    wait_idle(other)
    for part in ("slider", "radio", "img"):  # some are drawn after their page is idle
        expect(other.get_by_role(part)).to_have_count(page.get_by_role(part).count())
    no_exception(other)
    assert urlsplit(other.url).path == urlsplit(page.url).path
    try:
        for mine, theirs in zip(shown(page), shown(other), strict=True):
            assert mine == theirs
    finally:
        context.close()
