"""The bench on every lesson: sliders, Train, the figure moves, a stop, the way back, an offer."""

from contextlib import suppress
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect

from app.course import LESSONS
from tests.browser.pages import no_exception, show_all, wait_idle
from tests.browser.test_tour import TRAINING, follow, open_page
from tests.serving import Server

# What the stage looks like, in a number that changes when any of its pictures does: pixels of
# canvases, addresses of images, shapes of charts, in and out of components.
LOOK = """() => {
  const marks = [];
  const visit = (root) => {
    for (const each of root.querySelectorAll("*")) {
      if (each.shadowRoot) visit(each.shadowRoot);
      if (each instanceof HTMLImageElement) marks.push(each.src);
      if (each instanceof HTMLCanvasElement && each.width) marks.push(each.toDataURL());
      if (each instanceof SVGPathElement) marks.push(each.getAttribute("d"));
    }
  };
  visit(document.querySelector(".st-key-stage"));
  let sum = 0;
  for (const text of marks) for (let i = 0; i < text.length; i += 7)
    sum = (31 * sum + text.charCodeAt(i)) | 0;
  return sum;
}"""
LINES = 52  # px: two lines of text, by which sentences with other numbers may be longer
SCROLLED = "() => document.querySelector('[data-testid=stMain]').scrollTop"


class Bench(NamedTuple):
    """How a lesson's bench is used."""

    address: str
    key: str
    moved: tuple[str, str]  # two settings, by their words in keys
    selector: str  # the page's own control, which leads back to the pretrained
    added: str  # what the finished run adds to the page, besides its figure


BENCHES = (
    Bench("autoencoder", "ae", ("d", "epochs"), "d", "svg text:has-text('here:')"),
    Bench("latent-scatter", "map", ("seed", "epochs"), "map-of", "text=The same map?"),
    Bench("random-sampling", "draw", ("d", "kind"), "sampled-model", "[data-testid=stTable]"),
    Bench("interpolation", "walk", ("d", "kind"), "walk-numbers", ".st-key-stage"),
    Bench("vae", "vae-run", ("beta", "d"), "vae-beta", "svg text:has-text('yours')"),
    Bench("continuous-bernoulli", "cb-run", ("likelihood", "d"), "cb-d", ".st-key-stage"),
    Bench("build-your-own", "own", ("d", "epochs"), "own-model", "[data-testid=stDataFrame]"),
)


def move_on(page: Page, key: str) -> None:
    """Move a control by the keyboard: a slider a notch to the right, or on to the next answer."""
    control = page.locator(f".st-key-{key}")
    slider = control.get_by_role("slider")
    expect(slider.or_(control.get_by_role("radio")).first).to_be_visible(timeout=60_000)
    if slider.count():
        before = slider.first.input_value()
        at_its_end = before == slider.first.get_attribute("max")
        slider.first.press("ArrowLeft" if at_its_end else "ArrowRight")
        expect(slider.first).not_to_have_value(before)
    else:
        answers = control.get_by_role("radio")
        chosen = control.get_by_role("radio", checked=True)
        place = answers.all_inner_texts().index(chosen.inner_text())
        other = answers.nth(place + 1 if place + 1 < answers.count() else 0)
        other.press("Space")
        expect(other).to_be_checked()
    wait_idle(page)


def first_stop(page: Page, key: str) -> None:
    """Bring a page's selector to its first stop."""
    control = page.locator(f".st-key-{key}")
    if control.get_by_role("slider").count():
        control.get_by_role("slider").first.press("Home")
    elif control.get_by_role("combobox").count():
        first = page.get_by_role("option").first
        for _ in range(3):  # what is drawn anew meanwhile closes the list
            control.get_by_role("combobox").press("ArrowDown")
            with suppress(TimeoutError):
                first.click(timeout=10_000)
                break
    else:
        control.get_by_role("radio").first.press("Space")


def changes(page: Page, times: int) -> None:
    """See the figure change so many times."""
    look = page.evaluate(LOOK)
    for _ in range(times):
        page.wait_for_function(f"(before) => ({LOOK})() !== before", arg=look, timeout=TRAINING)
        look = page.evaluate(LOOK)


def test_every_lesson_has_a_bench():
    assert [bench.address for bench in BENCHES] == [lesson.address for lesson in LESSONS]


@pytest.mark.parametrize("bench", BENCHES, ids=[bench.address for bench in BENCHES])
def test_a_learner_trains_where_the_figure_stands_and_sees_it_change(page: Page, bench: Bench):
    """By the keyboard: two sliders, Train, the figure moves and the page stays, the run is a stop
    and adds what it adds, the selector leads back, and the next lesson only offers the run."""
    open_page(page, bench.address)
    show_all(page, bench.address.replace("-", "_"))
    for word in bench.moved:
        move_on(page, f"{bench.key}-{word}")
    train = page.locator(f".st-key-train-{bench.key} button")
    train.scroll_into_view_if_needed()
    at, stage = page.evaluate(SCROLLED), page.locator(".st-key-stage")
    tall = stage.bounding_box()
    train.press("Enter")
    stop = page.locator(f".st-key-stop-{bench.key} button")
    expect(stop).to_be_visible(timeout=TRAINING)
    changes(page, times=2)
    assert abs(page.evaluate(SCROLLED) - at) <= 2, "the page stays where it is"
    assert tall and (now := stage.bounding_box()) and abs(now["height"] - tall["height"]) <= LINES
    stop.press("Enter")
    expect(page.locator(".st-key-run-compare")).to_be_visible(timeout=TRAINING)
    wait_idle(page)
    assert abs(page.evaluate(SCROLLED) - at) <= 2, "also at the end"
    expect(page.locator(bench.added).first).to_be_attached(timeout=60_000)
    expect(page.get_by_text("The figures show yours").first).to_be_attached(timeout=60_000)
    no_exception(page)

    if bench is BENCHES[-1]:  # it has no pretrained model of its own, and no lesson follows
        return
    first_stop(page, bench.selector)
    pretrained = page.get_by_text("The figures show the pretrained")
    expect(pretrained.first).to_be_attached(timeout=60_000)
    wait_idle(page)
    following = BENCHES[BENCHES.index(bench) + 1]
    follow(page, LESSONS[BENCHES.index(following)].title)
    wait_idle(page)
    if bench.address != "interpolation":  # an autoencoder is nothing for lesson 5
        offer = page.locator(f".st-key-offer-{following.key} button")
        expect(offer).to_be_visible(timeout=60_000)
    no_exception(page)


@pytest.mark.parametrize("bench", BENCHES, ids=[bench.address for bench in BENCHES])
def test_on_a_phone_the_drawer_lies_below_its_figure_and_one_tap_away(
    browser: Browser, server: Server, bench: Bench
):
    context = browser.new_context(
        base_url=server.url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    open_page(page, bench.address)
    page.wait_for_function(
        """() => {
          const [stage, drawer] = ["stage", "drawer"].map((name) =>
            document.querySelector(`.st-key-${name}`).getBoundingClientRect());
          return drawer.top >= stage.bottom - 1 && stage.width <= 390;
        }"""
    )
    page.get_by_test_id("stPageLink").last.scroll_into_view_if_needed()
    page.locator(".to-the-bench").locator("visible=true").tap()
    expect(page.get_by_text("Train your own")).to_be_in_viewport()
    train = page.locator(f".st-key-train-{bench.key} button")
    train.scroll_into_view_if_needed()
    train.tap()
    stop = page.locator(f".st-key-stop-{bench.key} button")
    expect(stop).to_be_visible(timeout=TRAINING)
    changes(page, times=1)
    stop.tap()
    expect(page.locator(".st-key-run-compare")).to_be_visible(timeout=TRAINING)
    no_exception(page)
    context.close()
