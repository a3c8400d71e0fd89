"""What a learner's hand does on the pages: drag, draw, watch. See test_tour.py for the rest."""

import re
from typing import Literal
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.pages import drag, no_exception, wait_idle
from tests.browser.test_tour import TRAINING, follow, open_page
from tests.serving import Server

# The browser's networks and the pages' first pictures; the machine may train meanwhile.
SLOW = 60_000


def test_the_path_is_dragged_by_its_end_and_the_link_remembers_it(page: Page):
    open_page(page, "interpolation?walk-by-hand=true")
    pad = page.get_by_role("application")
    told = page.locator("p", has_text="From A, where")
    expect(told).to_be_visible(timeout=SLOW)
    before = told.inner_text()
    along = page.get_by_role("slider", name="along the path")
    along.focus()
    along.press("End")
    page.wait_for_url(re.compile("z="))  # the mark now stands on B
    wait_idle(page)
    x, y = pad.evaluate(
        """(canvas) => new Promise((done) => {
          const host = canvas.getRootNode().host, box = canvas.getBoundingClientRect();
          host.addEventListener("latent-walk-drawn", ({ detail: { at } }) =>
            done([at[0] / box.width, at[1] / box.height]), { once: true });
          canvas.dispatchEvent(new PointerEvent("pointerleave"));
        })"""
    )
    drag(page, pad, [(x, y), (0.5, 0.2)])
    expect(told).not_to_have_text(before)
    page.wait_for_url(re.compile("z-path="))
    wait_idle(page)
    before, first = told.inner_text(), page.url
    drag(page, pad, [(0.5, 0.2), (0.2, 0.8)])
    page.wait_for_url(lambda url: url != first)
    expect(told).not_to_have_text(before)
    page.wait_for_url(re.compile("z-path="))
    wait_idle(page)
    moved = told.inner_text()
    page.reload()
    expect(told).to_have_text(moved, timeout=SLOW)
    no_exception(page)


T = "from the first digit"  # what the scrubber is called


def shown_at(page: Page, t: str) -> Locator:
    """The large pictures of all ways, once they stand at t."""
    return page.get_by_role("img", name=f"at t = {t}")


def pixels(pictures: Locator) -> list[str]:
    return [picture.evaluate("canvas => canvas.toDataURL()") for picture in pictures.all()]


def test_one_t_moves_the_large_frames_the_dots_on_the_maps_and_the_link(page: Page):
    open_page(page, "interpolation")
    expect(shown_at(page, "0.50")).to_have_count(3, timeout=SLOW)
    dots = page.locator(".places canvas.top:visible")
    expect(dots).to_have_count(2)
    frames, places = pixels(shown_at(page, "0.50")), pixels(dots)
    page.get_by_role("slider", name=T).press("ArrowRight")
    expect(shown_at(page, "0.53")).to_have_count(3)
    moved = pixels(shown_at(page, "0.53"))
    assert all(before != after for before, after in zip(frames, moved, strict=True))
    assert all(before != after for before, after in zip(places, pixels(dots), strict=True))
    page.wait_for_url(re.compile("walk-t=0.525"))
    page.reload()
    expect(shown_at(page, "0.53")).to_have_count(3, timeout=SLOW)
    assert pixels(shown_at(page, "0.53")) == moved
    no_exception(page)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_play_walks_from_the_first_digit_to_the_second_and_calmly_where_asked(
    page: Page, motion: Literal["no-preference", "reduce"]
):
    page.emulate_media(reduced_motion=motion)
    open_page(page, "interpolation")
    expect(shown_at(page, "0.50")).to_have_count(3, timeout=SLOW)
    page.locator("[data-testid=stBidiComponentIsolated]").filter(
        has=page.locator(".ways")
    ).last.evaluate(
        """(host) => {
          globalThis.walked = new Set();
          host.addEventListener("latent-walk-drawn", ({ detail }) => walked.add(detail.t));
        }"""
    )
    page.get_by_role("button", name="Play").click()
    page.wait_for_url(re.compile("walk-t=1$"), timeout=SLOW)
    walked = sorted(page.evaluate("[...walked]"))
    assert walked[0] < 0.2 and walked[-1] == 1, "from the start, though the page opened at 0.5"
    between = [t for t in walked if (10 * t) % 1 > 1e-6]
    assert not between if motion == "reduce" else between, "from picture to picture, or smoothly"
    no_exception(page)


def test_a_click_on_a_strip_goes_to_that_picture(page: Page):
    open_page(page, "interpolation")
    strip = page.get_by_role("img", name="AE lite, d = 2: pictures along the way").first
    expect(strip).to_be_visible(timeout=SLOW)
    box = strip.bounding_box()
    assert box
    strip.click(position={"x": box["width"] * 9.5 / 11, "y": box["height"] / 2})
    page.wait_for_url(re.compile("walk-t=0.9"))
    expect(shown_at(page, "0.90")).to_have_count(3)
    no_exception(page)


def test_the_large_frames_are_seen_at_one_glance_on_a_phone(page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, "interpolation")
    frames = shown_at(page, "0.50")
    expect(frames).to_have_count(3, timeout=SLOW)
    boxes = [box for frame in frames.all() if (box := frame.bounding_box())]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
    top = page.get_by_role("slider", name=T).bounding_box()
    assert top and max(box["y"] + box["height"] for box in boxes) - top["y"] < 844


PLANES = (
    "",
    "latent-scatter",
    "random-sampling?sampled-model=AE%2C+d+%3D+2",
    "vae",
)  # of z₁ and z₂


@pytest.mark.parametrize("address", PLANES)
def test_every_release_is_kept_not_only_the_first(page: Page, address: str):
    open_page(page, address)
    pad = page.get_by_role("application").first
    expect(pad).to_be_visible(timeout=SLOW)
    for place in ((0.3, 0.3), (0.6, 0.6), (0.45, 0.5), (0.7, 0.35)):
        drag(page, pad, [(0.5, 0.5), place])
        shown = page.locator(".plane label").first.inner_text()
        x = float(shown.split("=")[1].replace("−", "-"))

        def tells(url: str, x: float = x) -> bool:
            """Not where a hand only stopped the mark that walks by itself."""
            told = unquote(url).partition("z=")[2].split(",")[0]
            return bool(told) and abs(float(told) - x) <= 0.006

        page.wait_for_url(tells)
        wait_idle(page)
    no_exception(page)


def test_a_place_chosen_on_one_map_of_samples_stays_when_the_sampler_changes(page: Page):
    open_page(page, "random-sampling")
    mark = page.locator("p", has_text="At the mark")
    before = mark.inner_text()
    drag(page, page.get_by_role("application"), [(0.5, 0.5), (0.6, 0.3)])
    expect(mark).not_to_have_text(before)
    page.wait_for_url(re.compile("z="))
    wait_idle(page)
    chosen = mark.inner_text()
    page.get_by_role("radio", name="Fitted Gaussian").click()
    page.wait_for_url(re.compile("sampler="))
    wait_idle(page)
    expect(mark).to_have_text(chosen)
    no_exception(page)


def test_the_map_goes_from_one_model_to_the_next_and_is_not_mounted_anew(page: Page):
    open_page(page, "latent-scatter")
    pad, mark = page.get_by_role("application").first, page.locator("p", has_text="At the mark")
    expect(mark).to_be_visible(timeout=SLOW)
    before = mark.inner_text()
    drag(page, pad, [(0.5, 0.5), (0.3, 0.6)])
    expect(mark).not_to_have_text(before, timeout=SLOW)
    mounted, place = pad.element_handle(), mark.inner_text().split(").")[0]
    page.get_by_role("radio", name="Loss").first.click()
    expect(page.locator(".legend")).to_contain_text("reconstruction, nats", timeout=SLOW)
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="AE deep, d = 2").click()
    expect(page.locator("p", has_text="Codes of 5")).to_contain_text("deep", timeout=SLOW)
    expect(mark).to_contain_text(place, timeout=SLOW)
    assert mounted.evaluate("(canvas) => canvas.isConnected")
    no_exception(page)


def test_the_four_on_the_paper_comes_back_as_a_framed_nine_until_the_code_is_long_enough(
    page: Page,
):
    open_page(page, "autoencoder")
    drawn, restored = (page.locator(f".{figure} .reads") for figure in ("seen", "restored"))
    framed = page.locator(".restored canvas.misread")
    expect(drawn).to_have_text(re.compile("reads as 4"), timeout=SLOW)
    expect(restored).to_have_text(re.compile("reads as 9"))
    expect(framed).to_be_visible()
    slider = page.get_by_role("slider", name="Show a code of d numbers")
    for d in ("4", "8"):
        slider.press("ArrowRight")
        page.wait_for_url(re.compile(f"d={d}"))
        wait_idle(page)
    expect(restored).to_have_text(re.compile("reads as 4"), timeout=SLOW)
    expect(drawn).to_have_text(re.compile("reads as 4"))
    expect(framed).to_have_count(0)
    no_exception(page)


def test_a_digit_of_one_s_own_is_followed_on_the_next_pages(page: Page):
    open_page(page, "autoencoder")
    paper = page.locator("canvas.ink")
    expect(paper).to_be_visible(timeout=SLOW)
    drag(page, paper, [(0.3, 0.25), (0.7, 0.25), (0.4, 0.85)])
    page.get_by_test_id("stMain").get_by_role("radio", name="7", exact=True).click()
    page.get_by_role("button", name="Follow it").click()
    expect(page.get_by_text("Your 7 stands among the ten digits")).to_be_visible()
    follow(page, "Interpolation")
    expect(page.get_by_role("radio", name="your 7").first).to_be_visible(timeout=SLOW)
    page.get_by_role("radio", name="your 7").first.click()
    page.wait_for_url(re.compile("walk-from="))
    wait_idle(page)
    no_exception(page)
    page.get_by_role("link", name="1 Autoencoder").click()
    scanned = page.get_by_role("img", name="Your digit as MNIST would hold it")
    expect(scanned).to_be_visible(timeout=SLOW)
    page.wait_for_function(
        """(canvas) => canvas.getContext("2d").getImageData(0, 0, 28, 28).data
          .some((value, i) => i % 4 === 0 && value > 200)""",
        arg=scanned.element_handle(),
    )
    page.get_by_role("button", name="Let it go").click()
    expect(page.get_by_text("Your 7 stands")).to_be_hidden()


def test_the_map_becomes_the_run_and_the_run_s_end_without_being_mounted_anew(page: Page):
    open_page(page, "latent-scatter")
    decoded = page.get_by_role("img", name="The picture decoded from the code")
    expect(decoded).to_be_visible(timeout=TRAINING)
    canvas = decoded.element_handle()
    page.locator(".st-key-train-map button").click()
    for _ in range(3):  # three snapshots, each with other weights
        before = canvas.evaluate("canvas => canvas.toDataURL()")
        page.wait_for_function(
            "([canvas, before]) => canvas.toDataURL() !== before",
            arg=[canvas, before],
            timeout=TRAINING,
        )
    page.locator(".st-key-stop-map button").click()
    expect(page.locator(".st-key-run-back")).to_be_visible(timeout=TRAINING)
    wait_idle(page)
    assert canvas.evaluate("canvas => canvas.isConnected")
    no_exception(page)


@pytest.mark.parametrize(
    "address", ["", "autoencoder", "latent-scatter", "random-sampling", "interpolation", "vae"]
)
def test_where_the_browser_cannot_draw_the_server_does(
    browser: Browser, server: Server, address: str
):
    page = browser.new_page(base_url=server.url)
    page.add_init_script(
        "for (const kind of ['2d']) { const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (...asked) {"
        " return this.getRootNode() instanceof ShadowRoot ? null : get.apply(this, asked); } }"
    )
    open_page(page, address)
    page.wait_for_function(
        "!document.querySelector('[data-testid=stBidiComponentIsolated]')?.checkVisibility()"
        " || [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')].every("
        " (host) => !host.shadowRoot.querySelector('.map canvas')?.checkVisibility())",
        timeout=SLOW,
    )
    figures = page.get_by_test_id("stMain").locator("[data-testid=stVegaLiteChart], img")
    expect(figures.first).to_be_visible(timeout=SLOW)
    no_exception(page)
    page.close()
