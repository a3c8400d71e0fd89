"""The film of two trainings under a real hand: scrubber, keys, play and pause."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from core.film import schedule
from tests.browser import film_stage as made
from tests.browser.pages import no_exception
from tests.serving import Server, staged

PATIENCE = 120_000  # ms: the first visit loads torch, on a machine that may train meanwhile
IS_GREY = """([canvas, x, y, grey]) =>
  canvas.getContext("2d").getImageData(x, y, 1, 1).data[0] === grey"""
WATCH = """(host) => {
  globalThis.seen = [];
  host.addEventListener("latent-walk-drawn", ({ detail }) =>
    seen.push({ ...detail, at: performance.now() })
  );
}"""
LAST = len(schedule(1000)) - 1

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`streamlit run` of film_stage.py, with the dashboard's settings."""
    expect.set_options(timeout=PATIENCE)
    with staged(tmp_path_factory.mktemp("stage"), "tests.browser.film_stage") as server:
        yield server
    expect.set_options(timeout=5_000)  # Playwright's own


@pytest.fixture
def visit(browser: Browser, theatre: Server) -> Iterator[Visit]:
    """Open the stage at an address and wait until the films are drawn; no errors allowed."""
    errors: list[str] = []
    contexts: list[BrowserContext] = []

    def open_at(address: str, **settings: Any) -> Page:
        settings = {"viewport": {"width": 1200, "height": 900}, **settings}
        contexts.append(browser.new_context(**settings))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{theatre.url}/{address}")
        page.locator(".drawn").wait_for(timeout=PATIENCE)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert errors == []


def scrubber(page: Page) -> Locator:
    return page.get_by_role("slider", name="Moment of the training")


def panes(page: Page) -> tuple[Locator, Locator]:
    return page.locator(".pane").nth(0), page.locator(".pane").nth(1)


def expect_moment(page: Page, pane: Locator, moment: int, step: int, total: int) -> None:
    """A pane shows a moment in its words and in each kind of its pictures."""
    words = f"Step {step:,} of {total:,}".replace(",", "\u00a0")
    expect(pane.locator(".terms")).to_have_text(re.compile(rf"^{words}\b"))
    # The last of ten digits in each row: the originals, what was restored, the samples.
    places = [(".restored", 15, 250), (".restored", 44, made.grey(moment))]
    for figure, row, grey in [*places, (".samples", 15, made.grey(moment, sample=True))]:
        canvas = pane.locator(f"{figure} canvas").element_handle()
        page.wait_for_function(IS_GREY, arg=[canvas, 275, row, grey])


def test_the_films_open_at_their_end(visit: Visit):
    page = visit("?show=pair")
    for pane in panes(page):
        expect_moment(page, pane, LAST, 1000, 1000)
    expect(page.locator(".position")).to_have_text("100 % of the training")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(page.locator(".note")).to_be_hidden()
    no_exception(page)


def test_the_scrubber_moves_both_films_in_step(visit: Visit):
    page = visit("?show=pair")
    for moment in (0, 1, 20, LAST - 1):
        scrubber(page).fill(str(moment))
        for pane in panes(page):
            expect_moment(page, pane, moment, schedule(1000)[moment], 1000)


def test_a_pointer_drags_the_scrubber(visit: Visit):
    page = visit("?show=pair")
    box = scrubber(page).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 8, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    expect(scrubber(page)).to_have_value(re.compile(r"^(19|20)$"))
    moment = int(scrubber(page).input_value())
    expect_moment(page, panes(page)[1], moment, schedule(1000)[moment], 1000)


def test_the_maps_move_with_the_moments(visit: Visit):
    page = visit("?show=pair")
    picture = "(canvas) => canvas.toDataURL()"
    maps = [pane.locator("canvas.base") for pane in panes(page)]
    before = [drawn.evaluate(picture) for drawn in maps]
    scrubber(page).fill("10")
    for pane in panes(page):
        expect(pane.locator(".terms")).to_have_text(re.compile(f"^Step {schedule(1000)[10]} of"))
    for drawn, was in zip(maps, before):
        assert drawn.evaluate(picture) != was


def test_a_pane_tells_its_losses_in_nats(visit: Visit):
    page = visit("?show=pair")
    scrubber(page).fill("1")
    ae, vae = panes(page)
    step = schedule(1000)[1]
    expect(ae.locator(".terms")).to_have_text(
        f"Step {step} of 1\u00a0000: reconstruction {500 / (1 + step):.1f} nats per image"
    )
    expect(vae.locator(".terms")).to_have_text(
        f"Step {step} of 1\u00a0000: reconstruction {500 / (1 + step):.1f} + KL 4.00 = "
        f"{500 / (1 + step) + 4:.1f} nats per image"
    )
    expect(ae.locator("canvas.kl")).to_be_hidden()
    expect(vae.locator("canvas.kl")).to_be_visible()
    expect(page.locator(".spoken")).to_have_text(re.compile("the AE. Step .* the VAE. Step "))


def test_keys_step_through_the_moments(visit: Visit):
    page = visit("?show=pair")
    scrubber(page).focus()
    page.keyboard.press("Home")
    expect(scrubber(page)).to_have_value("0")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(scrubber(page)).to_have_value("2")
    page.keyboard.press("ArrowLeft")
    expect(scrubber(page)).to_have_value("1")
    page.keyboard.press("End")
    expect(scrubber(page)).to_have_value(str(LAST))
    page.keyboard.press("ArrowRight")
    expect_moment(page, panes(page)[0], LAST, 1000, 1000)
    share = 100 * schedule(1000)[LAST - 1] / 1000
    page.keyboard.press("ArrowLeft")
    expect(scrubber(page)).to_have_attribute("aria-valuetext", f"{share:.0f} % of the training")


def test_play_shows_every_moment_once_and_stops_at_the_end(visit: Visit):
    page = visit("?show=pair")
    page.locator(".film").evaluate(f"(film) => ({WATCH})(film.getRootNode().host)")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    seen = [drawn["moments"] for drawn in page.evaluate("seen")]
    assert all(one == other for one, other in seen), "one film ran ahead"
    shown = [moment for moment, _ in seen]
    assert shown[0] == 0 and shown[-1] == LAST
    assert all(after - before in (0, 1) for before, after in pairwise(shown))


def test_space_plays_and_pauses_and_a_step_goes_on_from_there(visit: Visit):
    page = visit("?show=pair")
    scrubber(page).focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(scrubber(page)).not_to_have_value(re.compile(f"^(0|1|{LAST})$"))
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    held = int(scrubber(page).input_value())
    assert 1 < held < LAST
    page.keyboard.press("ArrowRight")
    expect(scrubber(page)).to_have_value(str(held + 1))


def test_touching_the_scrubber_ends_the_play(visit: Visit):
    page = visit("?show=pair")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    scrubber(page).fill("5")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(scrubber(page)).to_have_value("5")


def test_who_wants_no_motion_gets_slow_steps(visit: Visit):
    page = visit("?show=pair", reduced_motion="reduce")
    page.locator(".film").evaluate(f"(film) => ({WATCH})(film.getRootNode().host)")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("seen.some(({ moments }) => moments[0] === 2)")
    page.get_by_role("button", name="Pause").click()
    times = {}
    for drawn in page.evaluate("seen"):
        times.setdefault(drawn["moments"][0], drawn["at"])
    assert times[2] - times[0] > 1200


def test_runs_of_other_lengths_are_shown_at_equal_shares(visit: Visit):
    page = visit("?show=own")
    stopped, whole = panes(page)
    expect(page.locator(".note")).to_be_visible()
    expect(stopped.locator(".terms")).to_contain_text("the last moment kept")
    expect(whole.locator(".terms")).to_contain_text("Step 3\u00a0000 of 3\u00a0000")
    moment = 12
    scrubber(page).fill(str(moment))
    expect_moment(page, whole, moment, schedule(3000)[moment], 3000)
    expect_moment(page, stopped, moment, schedule(1000)[moment], 1000)
    expect(stopped.locator(".terms")).not_to_contain_text("the last moment kept")


def test_codes_of_five_numbers_have_their_film_too(visit: Visit):
    page = visit("?show=pair&d=5")
    scrubber(page).fill("7")
    for pane in panes(page):
        expect_moment(page, pane, 7, schedule(1000)[7], 1000)


def test_codes_of_one_number_have_their_film_too(visit: Visit):
    page = visit("?show=pair&d=1")
    scrubber(page).fill("7")
    for pane in panes(page):
        expect_moment(page, pane, 7, schedule(1000)[7], 1000)


def test_a_rerun_of_the_page_leaves_the_film_where_it_stood(visit: Visit):
    page = visit("?show=pair")
    scrubber(page).fill("9")
    expect_moment(page, panes(page)[0], 9, schedule(1000)[9], 1000)
    page.get_by_role("button", name="Again").click()
    page.get_by_role("button", name="Again").click()
    expect_moment(page, panes(page)[0], 9, schedule(1000)[9], 1000)
    expect(scrubber(page)).to_have_value("9")


def test_on_a_phone_the_films_stand_one_above_the_other(visit: Visit):
    page = visit("?show=pair", viewport={"width": 390, "height": 800}, has_touch=True)
    first, second = (pane.bounding_box() for pane in panes(page))
    assert first is not None and second is not None
    assert second["y"] >= first["y"] + first["height"]
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    page.get_by_role("button", name="Play").tap()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_the_scrubber_sends_nothing_to_the_server(visit: Visit):
    page = visit("?show=pair")
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.reload()
    page.locator(".drawn").wait_for(timeout=PATIENCE)
    assert sent
    sent.clear()
    for moment in range(0, LAST, 5):
        scrubber(page).fill(str(moment))
    expect_moment(page, panes(page)[0], 35, schedule(1000)[35], 1000)
    assert sent == []


def test_a_browser_that_cannot_draw_shows_a_sentence_and_tells_python(
    browser: Browser, theatre: Server
):
    page = browser.new_page()
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(f"{theatre.url}/?show=pair")
    expect(page.get_by_text("failed True")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".fallback")).to_be_visible()
    expect(page.locator("canvas").first).to_be_hidden()
    page.close()
