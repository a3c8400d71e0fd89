"""The address bar: it tells where a page stands, also after Back, Forward and a quick hand."""

import random
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from app.course import LESSONS
from tests.browser.pages import drag, no_exception, wait_idle
from tests.browser.test_tour import follow, open_page

SLOW = 60_000
TITLES = {lesson.address: lesson.title.lower() for lesson in LESSONS} | {"data": "data"}


def place(page: Page) -> list[float]:
    """The place that the address tells, once no run is under way."""
    wait_idle(page)
    return chosen(page.url)


def mark(page: Page) -> float:
    """The first coordinate of the mark, as the map itself says it."""
    label = page.locator(".plane label").first
    expect(label).to_contain_text("=", timeout=SLOW)
    text = label.inner_text()
    return float(text.split("=")[1].replace("−", "-"))


def chosen(url: str) -> list[float]:
    """The place that an address tells; none where it tells none."""
    (told,) = parse_qs(urlsplit(url).query).get("z", [""])
    return [float(number) for number in told.split(",") if number]


def settled(page: Page) -> float:
    """The first coordinate of the mark, once map and address say the same."""
    deadline = time.monotonic() + SLOW / 1000
    while abs((at := mark(page)) - place(page)[0]) >= 0.006:
        assert time.monotonic() < deadline, f"the mark stands at {at}, the address says another"
        page.wait_for_timeout(50)
    return at


def choose(page: Page, x: float, y: float) -> None:
    """A place on the first map of the page, given in shares of its sides."""
    before = page.url
    pad = page.get_by_role("application").first
    expect(pad).to_be_visible(timeout=SLOW)
    for last in (False, True):  # a map that comes to its place under the drag is dragged again
        drag(page, pad, [(0.5, 0.5), (x, y)])
        try:
            page.wait_for_url(lambda url: url != before and "z=" in url, timeout=10_000)
            break
        except TimeoutError:
            if last:
                raise
    wait_idle(page)


@pytest.mark.parametrize("address", ["", "latent-scatter"])
def test_thirty_quick_keys_end_where_they_lead_and_the_address_tells_it(page: Page, address: str):
    open_page(page, address)
    choose(page, 0.5, 0.45)
    label = page.locator(".plane label").first
    start = settled(page)
    page.get_by_role("application").first.focus()
    page.keyboard.press("ArrowLeft")
    expect(label).not_to_have_text(re.compile(f"{abs(start):.2f}$"))
    step = settled(page) - start
    for _ in range(29):
        page.keyboard.press("ArrowLeft")
    end = start + 30 * step
    deadline = time.monotonic() + SLOW / 1000
    while abs(mark(page) - end) >= 0.2 + abs(step):
        assert time.monotonic() < deadline, f"the mark stands at {mark(page)}, not near {end}"
        page.wait_for_timeout(50)
    led = settled(page)
    assert place(page)[0] == pytest.approx(led, abs=0.006)
    assert mark(page) == led
    page.reload()
    expect(page.locator(".plane label").first).to_be_visible(timeout=SLOW)
    wait_idle(page)
    assert mark(page) == pytest.approx(led, abs=0.006)
    no_exception(page)


def test_one_step_back_leaves_a_page_however_many_places_were_chosen(page: Page):
    open_page(page, "data")
    follow(page, "Latent scatter")
    for x, y in ((0.3, 0.3), (0.6, 0.6), (0.4, 0.5)):
        choose(page, x, y)
    page.go_back()
    expect(page.locator("h1").first).to_have_text("Data", timeout=SLOW)
    page.go_forward()
    expect(page.locator("h1").first).to_have_text(re.compile("Latent scatter"), timeout=SLOW)
    page.wait_for_url(re.compile("z="))
    expect(page.locator(".plane label").first).to_be_visible(timeout=SLOW)
    assert place(page)[0] == pytest.approx(mark(page), abs=0.006)
    no_exception(page)


def test_page_and_address_belong_together_after_quick_steps_back_and_forward(page: Page):
    open_page(page, "data")
    for lesson in ("Latent scatter", "Variational autoencoder"):
        follow(page, lesson)
        choose(page, 0.6, 0.4)
    for lesson in ("Interpolation", "Variational autoencoder", "Latent scatter", "Interpolation"):
        follow(page, lesson)
        wait_idle(page)
    titles = {
        f"/{address}": title.lower() for address, title in (TITLES | {"data": "data"}).items()
    }
    rng = random.Random(23)
    for _ in range(5):
        for _ in range(rng.randint(1, 3)):
            for way in ("back", "forward"):
                page.evaluate(f"history.{way}()")
                page.wait_for_timeout(rng.choice([15, 40, 100, 160]))  # the hand's own pace
        page.wait_for_function(
            """(titles) => document.querySelector("h1")?.innerText.toLowerCase()
              .includes(titles[location.pathname])""",
            arg=titles,
        )
        wait_idle(page)
        address = urlsplit(page.url).path
        expect(page.locator("h1").first).to_have_text(re.compile(titles[address], re.I))
        if address == "/interpolation":
            assert not place(page), "lesson 4 has no place of its own yet"
        elif address != "/data":
            expect(page.locator(".plane label").first).to_be_visible(timeout=SLOW)
            assert place(page)[0] == pytest.approx(mark(page), abs=0.006)
        follow(page, "Variational autoencoder")
        wait_idle(page)
        follow(page, "Interpolation")
        wait_idle(page)
    no_exception(page)


def test_a_place_clicked_under_another_colour_is_kept_under_all_of_them(page: Page):
    open_page(page, "latent-scatter")
    choose(page, 0.6, 0.4)
    page.get_by_role("radio", name="Loss", exact=True).click()
    wait_idle(page)
    choose(page, 0.3, 0.7)
    clicked = place(page)
    for colour in ("Distance", "Class"):
        page.get_by_role("radio", name=colour, exact=True).click()
        wait_idle(page)
        assert place(page) == clicked
        assert mark(page) == pytest.approx(clicked[0], abs=0.006)
    no_exception(page)


def test_a_control_that_starts_afresh_tells_the_address_and_a_link_still_wins(page: Page):
    open_page(page, "build-your-own?own-architecture=lite&own-epochs=5")
    epochs = page.get_by_role("slider", name="Epochs")
    expect(epochs).to_have_value("5", timeout=SLOW)
    epochs.focus()
    epochs.press("ArrowRight")
    page.wait_for_url(re.compile("own-epochs=6"))
    wait_idle(page)
    page.get_by_role("radio", name="shallow").click()
    expect(epochs).to_have_value("8", timeout=SLOW)  # the recipe's
    page.wait_for_url(lambda url: "shallow" in url and "own-epochs" not in url)
    wait_idle(page)
    epochs.focus()
    epochs.press("ArrowRight")
    page.wait_for_url(re.compile("own-epochs=9"))
    wait_idle(page)
    page.reload()
    expect(epochs).to_have_value("9", timeout=SLOW)
    no_exception(page)


def test_an_empty_choice_in_a_link_is_the_default_with_a_note_and_leaves_the_address(page: Page):
    open_page(page, "build-your-own?own-kind=&own-seed=inf")
    note = page.get_by_text("The link asks here for what there is not")
    expect(note.first).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("radio", name="AE", exact=True)).to_be_checked()
    page.wait_for_url(lambda url: "own-kind" not in url and "inf" not in url)
    no_exception(page)
