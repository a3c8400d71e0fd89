"""The look that a browser measures: two widths on one grid, ways that lead on, phones, progress."""

from contextlib import suppress
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect

from app.course import LESSONS
from tests.browser.pages import no_exception, wait_idle
from tests.browser.test_tour import PAGES, open_page
from tests.serving import Server

REM = 16  # px
TEXT, FIGURES, WIDE = 40 * REM, 76 * REM, 96 * REM
FINGER = 44  # px
SEEN = "latent-walk-seen"
# Everything of a page that is pressed, and its height; not what is inside another such thing, and
# not a link within a sentence, which is as tall as its line.
PRESSED = """() => {
  const things = "a, button, summary, label:has(input:is([type=radio], [type=checkbox]))";
  return [...document.querySelectorAll(`[data-testid=stMain] :is(${things}):not(p a)`)]
    .filter((thing) => !thing.parentElement.closest(things) && thing.checkVisibility())
    .map((thing) => [thing.innerText || thing.ariaLabel, thing.getBoundingClientRect().height])
    .filter(([, height]) => height > 1);
}"""


class Sides(NamedTuple):
    left: float
    width: float


def sides(part: Locator) -> Sides:
    box = part.bounding_box()
    assert box
    return Sides(box["x"], box["width"])


@pytest.fixture
def phone(page: Page) -> Page:
    page.set_viewport_size({"width": 390, "height": 844})
    return page


def card(page: Page, folder: str) -> Locator:
    """A lesson's card on the welcome page, or the one that leads to the next."""
    return page.locator(f".st-key-card-{folder}")


def test_the_lessons_opened_are_known_after_a_reload_and_to_this_browser_alone(
    page: Page, browser: Browser, server: Server
):
    open_page(page, "build-your-own")
    page.wait_for_function(f"document.cookie.includes('{SEEN}=build-your-own')")
    open_page(page, "")  # a new session
    expect(card(page, "build_your_own")).to_contain_text("seen")
    expect(card(page, "autoencoder")).not_to_contain_text("seen")
    expect(page.locator(".st-key-begin")).to_contain_text("Go on: Autoencoder")
    page.locator(".st-key-begin a").click()
    expect(page.locator("h1").first).to_have_text("1 Autoencoder")
    page.wait_for_function(f"document.cookie.includes('{SEEN}=autoencoder.')")
    page.goto("/")
    expect(card(page, "autoencoder")).to_contain_text("seen", timeout=60_000)
    other = browser.new_context(base_url=server.url).new_page()
    open_page(other, "")
    expect(card(other, "build_your_own")).not_to_contain_text("seen")
    other.context.close()


def test_a_forged_memory_names_no_other_pages_than_there_are(page: Page, server: Server):
    forged = "nowhere.<b>.vae..%00." + "x" * 2000
    page.context.add_cookies([{"name": SEEN, "value": forged, "url": server.url}])
    open_page(page, "autoencoder")
    expect(page.locator(".st-key-way-top .seen")).to_have_count(1)
    page.wait_for_function(f"document.cookie.includes('{SEEN}=autoencoder.vae')")
    no_exception(page)


def test_one_walks_the_course_by_the_ways_at_the_top_and_at_the_end(page: Page):
    open_page(page, "autoencoder")
    title = page.locator("h1").first
    page.locator(".st-key-way-top a").last.click()
    expect(title).to_have_text("2 Latent scatter", timeout=60_000)
    expect(page.locator(".st-key-card-next")).to_contain_text("Random sampling", timeout=60_000)
    wait_idle(page)
    card(page, "next").click(position={"x": 40, "y": 40})  # on its picture
    expect(title).to_have_text("3 Random sampling", timeout=60_000)
    expect(page.locator(".st-key-way-bottom a")).to_contain_text("Latent scatter", timeout=60_000)
    wait_idle(page)
    expect(page.locator(".st-key-way-top .steps")).to_have_attribute(
        "aria-label", "Lesson 3 of 7, 3 opened so far"
    )
    page.locator(".st-key-way-bottom a").click()
    expect(title).to_have_text("2 Latent scatter", timeout=60_000)
    no_exception(page)


@pytest.mark.parametrize(("screen", "figures"), [(1366, FIGURES), (1920, WIDE)])
def test_text_keeps_its_measure_and_figures_break_out_from_the_same_edge(
    page: Page, screen: int, figures: int
):
    page.set_viewport_size({"width": screen, "height": 900})
    open_page(page, "autoencoder")
    main = page.get_by_test_id("stMain")
    chart = sides(main.locator(".st-key-bench"))
    assert chart.width == pytest.approx(figures, abs=2)
    read = main.locator("p:visible, h1:visible, .katex-display:visible, .stRadio:visible").all()
    assert len(read) > 20
    assert max(sides(part).width for part in main.locator("p:visible").all()) <= TEXT + 1
    heads = [*main.locator("h1, h3, .katex-display").all(), main.locator(".st-key-deck p")]
    assert {round(sides(part).left) for part in heads} == {round(chart.left)}


def test_the_map_of_the_welcome_page_is_above_the_fold_and_as_wide_as_figures_are(page: Page):
    page.set_viewport_size({"width": 1280, "height": 720})
    open_page(page, "")
    figure, pad = page.locator(".st-key-figure-welcome"), page.get_by_role("application")
    expect(pad).to_be_visible(timeout=60_000)
    box = pad.bounding_box()
    assert box and box["y"] + box["height"] <= 720
    assert box["width"] > 0.75 * sides(figure).width > 0.75 * 1280 - 100


@pytest.mark.parametrize("address", PAGES)
def test_nothing_is_wider_than_a_phone_and_all_that_is_pressed_has_room_for_a_finger(
    phone: Page, address: str
):
    open_page(phone, address)
    main = phone.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth") == 390
    roomy = f"({PRESSED})().every(([, height]) => height >= {FINGER - 0.5})"
    with suppress(TimeoutError):  # the page may be drawn once more; below it is told what is small
        phone.wait_for_function(roomy, timeout=10_000)
    assert [pressed for pressed in phone.evaluate(PRESSED) if pressed[1] < FINGER - 0.5] == []


def test_a_strip_on_a_phone_fades_where_it_goes_on_and_no_more_at_its_end(phone: Page):
    open_page(phone, "")
    strip = phone.locator(".st-key-strip-welcome-digits")

    def fade() -> str:
        return strip.evaluate("strip => getComputedStyle(strip).getPropertyValue('--fade')")

    assert fade() == "48px"
    strip.evaluate("strip => strip.scrollTo(strip.scrollWidth, 0)")
    phone.wait_for_function(
        """() => getComputedStyle(document.querySelector(".st-key-strip-welcome-digits"))
        .getPropertyValue("--fade") === "0px" """
    )


def test_one_finds_the_other_pages_on_a_phone(phone: Page):
    open_page(phone, "")
    phone.get_by_test_id("stExpandSidebarButton").click()
    phone.get_by_test_id("stSidebarNavLink").filter(has_text="Interpolation").click()
    expect(phone.locator("h1").first).to_have_text("4 Interpolation", timeout=60_000)


def test_an_answer_is_given_by_the_keyboard_and_by_a_press_anywhere_on_its_card(page: Page):
    open_page(page, "autoencoder")
    question = page.locator(".st-key-check-epochs")
    answers = question.get_by_role("radio")
    question.get_by_test_id("stRadioOption").last.click(position={"x": 250, "y": 8})
    expect(page.get_by_text("Right. This network")).to_be_visible()
    expect(answers.last).to_be_checked()
    answers.last.press("ArrowUp")
    expect(answers.nth(1)).to_be_checked()
    expect(page.get_by_text("Not so. Both models")).to_be_visible()
    no_exception(page)


def test_nothing_moves_by_itself_where_the_system_asks_for_less_motion(page: Page):
    page.emulate_media(reduced_motion="reduce")
    open_page(page, "")
    moved = card(page, LESSONS[0].folder).evaluate(
        "card => getComputedStyle(card).transitionProperty"
    )
    assert moved == "none"
