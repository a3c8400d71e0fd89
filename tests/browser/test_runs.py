"""A run begins and ends under a learner's eyes: what is looked at stays where it is."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import no_exception, wait_idle
from tests.browser.test_tour import TRAINING, open_page

# Writes down every place, from the window's top, at which an element was seen.
WATCH = """(selector) => {
  const places = (globalThis.places = new Set());
  const look = () => {
    const found = document.querySelector(selector);
    if (found) places.add(Math.round(found.getBoundingClientRect().top));
    if (places === globalThis.places) requestAnimationFrame(look);
  };
  look();
}"""
PLACES = "() => [...globalThis.places]"
TO_THE_TOP = """(element) => {
  const main = document.querySelector("[data-testid=stMain]");
  main.scrollTop += element.getBoundingClientRect().top - 150;
}"""


def spread(page: Page) -> float:
    """How far the watched element moved, in pixels of the screen."""
    places = page.evaluate(PLACES)
    return max(places) - min(places)


@pytest.mark.parametrize(
    ("address", "key"), [("autoencoder", "autoencoder"), ("vae", "vae")], ids=["1", "5"]
)
def test_the_view_stays_where_it_is_when_a_run_begins_and_when_it_ends(
    page: Page, address: str, key: str
):
    """Fault 10. The figures above the learner's place change with the run; the place does not."""
    open_page(page, address)
    button = page.get_by_role("button", name="Train", exact=True)
    button.evaluate(TO_THE_TOP)
    page.evaluate(WATCH, f".st-key-run-{key}")
    button.click()
    figures = page.locator(f".st-key-strip-live-{key}")
    expect(figures.locator("img")).to_be_visible(timeout=TRAINING)
    assert spread(page) <= 2

    figures.evaluate(TO_THE_TOP)
    page.evaluate(WATCH, f".st-key-strip-live-{key}")
    expect(page.get_by_role("button", name="Train again")).to_be_visible(timeout=TRAINING)
    expect(page.get_by_text("The figures show yours").first).to_be_attached(timeout=TRAINING)
    wait_idle(page)
    assert spread(page) <= 2
    no_exception(page)
