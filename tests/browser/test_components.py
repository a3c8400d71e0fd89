"""The latent pad and the drawing paper under a real hand: mouse, keys, finger."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import torch
from playwright.sync_api import Browser, BrowserContext, FloatRect, Page, expect

from core.models import mean_image
from tests.browser import stage as made
from tests.browser.pages import drag, no_exception
from tests.serving import Server, staged

PATIENCE = 120_000  # ms: the first visit loads torch, on a machine that may train meanwhile
HOST = "[data-testid=stBidiComponentIsolated]"
READ_CANVAS = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return Array.from(data.filter((_, i) => i % 4 === 0));
}"""

# The pad tells where its cross is each time it draws, and a pointer that leaves makes it draw.
PLACE_OF_CROSS = """(host) => {
  const drawn = new Promise((done) =>
    host.addEventListener("latent-walk-drawn", (event) => done(event.detail.at), { once: true })
  );
  host.shadowRoot.querySelector("canvas.top").dispatchEvent(new PointerEvent("pointerleave"));
  return drawn;
}"""

MARK_NEXT_DRAWING = """(host) => {
  host.addEventListener("latent-walk-drawn", () => (host.dataset.drawn = "yes"), { once: true });
}"""

# How far the mark has gone over so many frames, in units of latent space.
GONE_BY_ITSELF = """async (host, frames) => {
  const places = [], note = ({ detail }) => places.push([...detail.z]);
  const redraw = () =>
    host.shadowRoot.querySelector("canvas.top").dispatchEvent(new PointerEvent("pointerleave"));
  host.addEventListener("latent-walk-drawn", note);
  for (let i = 0; i < frames; i++) { redraw(); await new Promise(requestAnimationFrame); }
  host.removeEventListener("latent-walk-drawn", note);
  const last = places[places.length - 1];
  return Math.hypot(...last.map((value, k) => value - places[0][k]));
}"""

# A browser whose pointers cannot be captured.
NO_HANDS = """() => {
  Element.prototype.setPointerCapture = () => { throw new Error("no hands"); };
}"""


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`streamlit run` of stage.py, with the dashboard's settings."""
    expect.set_options(timeout=PATIENCE)
    with staged(tmp_path_factory.mktemp("stage"), "tests.browser.stage") as server:
        yield server
    expect.set_options(timeout=5_000)  # Playwright's own


Visit = Callable[[str], Page]


@pytest.fixture
def visit(browser: Browser, theatre: Server) -> Iterator[Visit]:
    """Open the stage at an address and wait until the component has drawn; no errors allowed."""
    with visitor(browser.new_context(viewport={"width": 1200, "height": 900}), theatre) as opened:
        yield opened


@contextmanager
def visitor(context: BrowserContext, theatre: Server) -> Iterator[Visit]:
    errors: list[str] = []

    def open_at(address: str) -> Page:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{theatre.url}/{address}")
        page.locator(".drawn").wait_for(timeout=PATIENCE)
        return page

    yield open_at
    context.close()
    assert errors == []


def told(page: Page, name: str):
    """What Python last said it knows."""
    return json.loads(page.get_by_text(f"{name} ").first.inner_text().removeprefix(f"{name} "))


def until_told_otherwise(page: Page, name: str, before) -> list:
    """What Python knows once it is something else than before."""
    expect(page.get_by_text(f"{name} ").first).not_to_have_text(f"{name} {json.dumps(before)}")
    return told(page, name)


def pixels(page: Page, selector: str) -> torch.Tensor:
    return torch.tensor(page.locator(selector).evaluate(READ_CANVAS)).view(-1, 28, 28)


def decoded(z: list[float], seed: int = 0) -> torch.Tensor:
    """The bytes that torch would show for a code."""
    model = made.make_model(len(z), seed)
    with torch.no_grad():
        image = mean_image(model.config, model.decode(torch.tensor([z])))
    return (255 * image[0]).round().long()


def expect_picture(page: Page, selector: str, expected: torch.Tensor) -> None:
    """A canvas shows these bytes, give or take rounding, as soon as it has been drawn."""
    page.wait_for_function(
        """([selector, expected]) => {
          const host = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")];
          const canvas = host.map((h) => h.shadowRoot?.querySelector(selector)).find(Boolean);
          const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
          return expected.every((value, i) => Math.abs(data[4 * i] - value) <= 1);
        }""",
        arg=[selector, expected.flatten().tolist()],
    )


def pad_box(page: Page) -> FloatRect:
    box = page.locator("canvas.top").bounding_box()
    assert box is not None
    return box


def at(page: Page, right: float, down: float) -> tuple[float, float]:
    """A place on the map, as shares of its width and height."""
    box = pad_box(page)
    return box["x"] + right * box["width"], box["y"] + down * box["height"]


def test_a_drag_decodes_on_the_way_and_tells_python_on_release(visit: Visit):
    page = visit("?d=2")
    expect_picture(page, ".decoded canvas", decoded([0.0, 0.0]))
    page.mouse.move(*at(page, 0.4, 0.4))
    page.mouse.down()
    before = pixels(page, ".decoded canvas")
    page.mouse.move(*at(page, 0.7, 0.3), steps=5)
    page.wait_for_function(
        "([host, before]) => [...document.querySelectorAll(host)].some((h) => {"
        " const canvas = h.shadowRoot?.querySelector('.decoded canvas'); if (!canvas) return false;"
        " const { data } = canvas.getContext('2d').getImageData(0, 0, 28, 28);"
        " return before.some((value, i) => data[4 * i] !== value); })",
        arg=[HOST, before.flatten().tolist()],
    )
    assert told(page, "z") == [0.0, 0.0], "Python is told on release, not before"
    page.mouse.up()
    z = until_told_otherwise(page, "z", [0.0, 0.0])
    expect_picture(page, ".decoded canvas", decoded(z))
    no_exception(page)


def test_hovering_only_looks(visit: Visit):
    page = visit("?d=2")
    chosen = pixels(page, ".decoded canvas")
    page.mouse.move(*at(page, 0.7, 0.3))
    readout = page.locator(".plane label").first
    expect(readout).not_to_have_text("z₁ = 0.000")
    page.mouse.move(5, 5)
    expect(readout).to_have_text("z₁ = 0.000")
    expect_picture(page, ".decoded canvas", chosen)
    assert told(page, "z") == [0.0, 0.0]


def test_the_nearest_digit_stands_beside_the_decoding(visit: Visit):
    page = visit("?d=2")
    page.mouse.click(*at(page, 0.6, 0.6))
    z = torch.tensor(until_told_otherwise(page, "z", [0.0, 0.0]))
    nearest = int((made.make_codes(2) - z).norm(dim=1).argmin())
    expect(page.locator(".nearest b")).to_have_text(str(nearest % 10))
    expect_picture(page, ".nearest canvas", made.make_images()[nearest])


def test_arrow_keys_move_the_code_and_the_pad_is_reached_by_tab(visit: Visit):
    page = visit("?d=2")
    page.get_by_text("Prior", exact=True).click()  # the control before the pad
    page.keyboard.press("Tab")
    expect(page.locator("canvas.top")).to_be_focused()
    page.keyboard.press("ArrowRight")
    x, y = until_told_otherwise(page, "z", [0.0, 0.0])
    assert x > 0
    assert y == pytest.approx(0, abs=1e-6)
    page.keyboard.press("ArrowUp")
    x_after, y_after = until_told_otherwise(page, "z", [x, y])
    assert x_after == pytest.approx(x)
    assert y_after == pytest.approx(x), "a step is as long upwards as to the right"
    spoken = re.compile(rf"code {x_after:.2f}, {y_after:.2f}, nearest digit \d")
    expect(page.locator(".spoken")).to_have_text(spoken)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Zoom in")).to_be_focused()


def test_ranges_move_the_code_for_those_who_use_them(visit: Visit):
    page = visit("?d=2")
    page.get_by_role("slider", name="z₂").press("Home")
    x, y = until_told_otherwise(page, "z", [0.0, 0.0])
    assert x == pytest.approx(0, abs=1e-6)
    assert y < -1
    expect_picture(page, ".decoded canvas", decoded([x, y]))


def test_new_weights_keep_the_code_and_the_view(visit: Visit):
    page = visit("?d=2")
    page.get_by_role("button", name="Zoom in").click()
    page.mouse.click(*at(page, 0.35, 0.6))
    z = until_told_otherwise(page, "z", [0.0, 0.0])
    page.mouse.move(5, 5)
    mounted = page.locator(HOST).last.element_handle()
    page.get_by_label("Seed").fill("1")
    page.keyboard.press("Enter")
    expect_picture(page, ".decoded canvas", decoded(z, seed=1))
    assert told(page, "z") == z
    assert mounted.evaluate("(element) => element.isConnected"), "the pad was mounted anew"
    page.mouse.click(*at(page, 0.6, 0.3))
    until_told_otherwise(page, "z", z)
    page.mouse.click(*at(page, 0.35, 0.6))
    expect(page.get_by_text("z [").first).to_have_text(f"z {json.dumps(z)}")


def cross(page: Page) -> list[float]:
    """Where the mark is drawn, in pixels from the map's corner."""
    return page.locator(HOST).last.evaluate(PLACE_OF_CROSS)


def test_new_codes_are_followed_by_a_view_that_nobody_moved_and_by_no_other(visit: Visit):
    page = visit("?d=2")
    page.mouse.click(*at(page, 0.7, 0.3))
    z = until_told_otherwise(page, "z", [0.0, 0.0])
    page.mouse.move(5, 5)
    mounted = page.locator(HOST).last.element_handle()
    middle, before = pad_box(page)["width"] / 2, cross(page)
    page.get_by_text("Spread the codes").click()
    # The axes now reach three times as far, so that the same code is nearer to their middle.
    page.wait_for_function(
        f"async ([host, middle, before]) => (await ({PLACE_OF_CROSS})(host))[0] - middle"
        " < 0.5 * (before - middle)",
        arg=[mounted, middle, before[0]],
    )
    assert told(page, "z") == z
    assert mounted.evaluate("(element) => element.isConnected"), "the pad was mounted anew"
    page.get_by_role("button", name="Zoom in").click()
    zoomed = cross(page)
    page.get_by_text("Spread the codes").click()
    expect(page.locator("canvas.top")).to_be_visible()
    page.get_by_role("slider", name="z₂").press("ArrowRight")  # Python has answered since
    moved = until_told_otherwise(page, "z", z)
    assert moved[0] == pytest.approx(z[0])
    assert cross(page)[0] == pytest.approx(zoomed[0], abs=0.5)


def test_codes_of_another_length_begin_anew_on_the_same_pad_though_a_hand_looks_about(
    visit: Visit,
):
    page = visit("?d=2&layers=mosaic,samples,sheet,path")
    page.mouse.click(*at(page, 0.7, 0.3))
    until_told_otherwise(page, "z", [0.0, 0.0])
    mounted = page.locator(HOST).last.element_handle()
    page.mouse.move(*at(page, 0.4, 0.6))
    page.get_by_label("Codes of five numbers").press("Space")
    expect(page.get_by_text("z [").first).to_have_text(f"z {json.dumps([0.0] * 5)}")
    page.mouse.move(5, 5)
    expect_picture(page, ".decoded canvas", decoded([0.0] * 5))
    expect_picture(page, ".sheet canvas", decoded(made.make_codes(5)[0].tolist()))
    assert mounted.evaluate("(element) => element.isConnected"), "the pad was mounted anew"
    expect(page.locator(".failed")).to_have_count(0)


def test_another_colour_comes_with_a_legend_and_leaves_mark_and_view(visit: Visit):
    page = visit("?d=2&layers=prior")
    page.mouse.click(*at(page, 0.6, 0.3))
    z = until_told_otherwise(page, "z", [0.0, 0.0])
    mounted = page.locator(HOST).last.element_handle()
    before, box = cross(page), pad_box(page)
    legend = page.locator(".legend")
    expect(legend).to_be_hidden()
    page.get_by_text("Colour by distance").click()
    expect(legend).to_contain_text("distance ‖z‖")
    radii = made.make_codes(2).norm(dim=1)
    low, high = radii.quantile(torch.tensor([0.01, 0.99])).tolist()
    ends = [f"≤ {low:.2f}", f"{(low + high) / 2:.2f}", f"≥ {high:.2f}"]
    assert legend.locator("b").all_inner_texts() == ends
    assert mounted.evaluate("(element) => element.isConnected"), "the pad was mounted anew"
    assert cross(page) == before
    now = pad_box(page)
    assert (now["width"], now["height"]) == (box["width"], box["height"])
    assert told(page, "z") == z
    page.get_by_text("Colour by distance").click()
    expect(legend).to_be_hidden()


def test_a_sample_is_lit_from_the_map_and_from_the_sheet(visit: Visit):
    page = visit("?d=2&layers=samples,in_hole,sheet")
    codes = made.make_codes(2)
    tiles = page.get_by_role("group", name="4 decoded samples").get_by_role("button")
    expect(tiles).to_have_count(4)
    expect(tiles.nth(2)).to_have_accessible_name("Sample 3, in a hole, nearest digit 2")
    tiles.nth(2).press("Enter")
    z = until_told_otherwise(page, "z", [0.0, 0.0])
    assert z == pytest.approx(codes[2].tolist(), abs=1e-5)
    expect(tiles.nth(2)).to_have_attribute("aria-pressed", "true")
    third, box = cross(page), pad_box(page)
    tiles.nth(0).click()
    first = until_told_otherwise(page, "z", z)
    assert first == pytest.approx(codes[0].tolist(), abs=1e-5)
    page.mouse.click(box["x"] + third[0] + 4, box["y"] + third[1] - 3)  # not quite on the third
    again = until_told_otherwise(page, "z", first)
    assert again == pytest.approx(codes[2].tolist(), abs=1e-5)
    expect(tiles.nth(2)).to_have_attribute("aria-pressed", "true")
    expect_picture(page, ".decoded canvas", decoded(again))


FLIGHT_OF_FIRST = """(host) => new Promise((done) => {
  const canvas = host.shadowRoot.querySelector(".sheet canvas"), seen = [];
  const look = () => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
    const sum = data.reduce((all, value) => all + value, 0);
    if (sum !== seen[seen.length - 1]) seen.push(sum);
    if (host.dataset.landed) done(seen.length);
    else requestAnimationFrame(look);
  };
  look();
})"""


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_other_samples_are_flown_to_and_redrawn_on_the_way(
    browser: Browser, theatre: Server, motion: str
):
    context = browser.new_context(
        viewport={"width": 1200, "height": 900},
        reduced_motion="reduce" if motion == "reduce" else "no-preference",
    )
    with visitor(context, theatre) as open_at:
        page = open_at("?d=2&layers=samples,sheet")
        codes, host = made.make_codes(2), page.locator(HOST).last
        expect_picture(page, ".sheet canvas", decoded(codes[0].tolist()))
        host.evaluate(f"(host) => {{ window.flight = ({FLIGHT_OF_FIRST})(host); return null; }}")
        page.get_by_text("Other samples").click()
        expect_picture(page, ".sheet canvas", decoded(codes[4].tolist()))
        host.evaluate("(host) => { host.dataset.landed = 'yes'; }")
        pictures = page.evaluate("window.flight")
        assert pictures == 2 if motion == "reduce" else pictures > 3, (
            "there at once, or seen on the way"
        )


def test_the_question_mark_tells_what_hands_can_do_until_escape(visit: Visit):
    page = visit("?d=2&layers=path")
    ask = page.get_by_role("button", name="How to use the map")
    words = page.get_by_role("region", name="How to use the map")
    expect(words).to_be_hidden()
    ask.press("Enter")
    expect(ask).to_have_attribute("aria-expanded", "true")
    expect(words).to_contain_text("Hover to look")
    expect(words).to_contain_text("Drag A or B")
    expect(words.get_by_text("Tap to choose")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(words).to_be_hidden()
    expect(ask).to_be_focused()
    assert told(page, "z") == [0.0, 0.0]


def test_python_can_send_the_learner_elsewhere(visit: Visit):
    page = visit("?d=2")
    page.mouse.click(*at(page, 0.6, 0.3))
    before = until_told_otherwise(page, "z", [0.0, 0.0])
    page.get_by_text("Go elsewhere").click()
    assert until_told_otherwise(page, "z", before) == [0.25, 0.25]
    expect_picture(page, ".decoded canvas", decoded([0.25, 0.25]))


@pytest.mark.parametrize("d", [1, 2, 5])
def test_the_mark_walks_by_itself_until_the_pad_is_touched(visit: Visit, d: int):
    page = visit(f"?d={d}&layers=walks")
    pad = page.locator(HOST).last
    assert pad.evaluate(GONE_BY_ITSELF, 60) > 0.01
    assert told(page, "z") == [0.0] * d, "nobody has chosen anything yet"
    page.mouse.move(*at(page, 0.6, 0.3))
    page.mouse.move(5, 5)
    assert pad.evaluate(GONE_BY_ITSELF, 60) > 0.01, "a look is no touch"
    page.get_by_role("button", name="Zoom in").click()
    z = until_told_otherwise(page, "z", [0.0] * d)
    expect_picture(page, ".decoded canvas", decoded(z))
    assert pad.evaluate(GONE_BY_ITSELF, 30) == 0
    page.mouse.click(*at(page, 0.6, 0.3))
    until_told_otherwise(page, "z", z)
    assert pad.evaluate(GONE_BY_ITSELF, 30) == 0


def test_the_mark_stands_still_where_the_system_asks_for_less_motion(
    browser: Browser, theatre: Server
):
    with visitor(browser.new_context(reduced_motion="reduce"), theatre) as open_at:
        page = open_at("?d=2&layers=walks")
        assert page.locator(HOST).last.evaluate(GONE_BY_ITSELF, 30) == 0


def test_a_code_of_one_number_has_one_slider_and_a_line(visit: Visit):
    page = visit("?d=1&layers=prior,holes,mosaic,samples,path")
    expect(page.locator(".plane input")).to_have_count(1)
    page.mouse.click(*at(page, 0.7, 0.9))
    [x] = until_told_otherwise(page, "z", [0.0])
    expect_picture(page, ".decoded canvas", decoded([x]))


def test_the_map_of_five_numbers_moves_in_its_plane_and_sliders_move_the_rest(visit: Visit):
    page = visit("?d=5&layers=prior,holes,mosaic,samples,path")
    page.get_by_text("All numbers of the code").click()
    expect(page.locator(".numbers input")).to_have_count(5)
    page.get_by_role("slider", name="z₄").press("End")
    off = until_told_otherwise(page, "z", [0.0] * 5)
    assert [value for k, value in enumerate(off) if k != 3] == pytest.approx([0] * 4)
    expect_picture(page, ".decoded canvas", decoded(off))
    page.mouse.click(*at(page, 0.3, 0.2))
    z = until_told_otherwise(page, "z", off)
    move, axes = torch.tensor(z) - torch.tensor(off), made.make_plane(5).axes
    torch.testing.assert_close(move @ axes.T @ axes, move, atol=1e-4, rtol=0)
    expect_picture(page, ".decoded canvas", decoded(z))


def test_an_end_of_the_path_can_be_dragged_and_the_path_be_walked(visit: Visit):
    page = visit("?d=2&layers=path")
    before = told(page, "path")
    # Walk to the end first: the cross then tells where on the screen it is.
    page.get_by_role("slider", name="along the path, A to B").press("End")
    assert until_told_otherwise(page, "z", [0.0, 0.0]) == pytest.approx(before[1], abs=1e-5)
    expect_picture(page, ".decoded canvas", decoded(before[1]))
    left, top = page.locator(HOST).last.evaluate(PLACE_OF_CROSS)
    box = pad_box(page)
    page.mouse.move(box["x"] + left, box["y"] + top)
    page.mouse.down()
    page.mouse.move(*at(page, 0.5, 0.5), steps=4)
    page.mouse.up()
    after = until_told_otherwise(page, "path", before)
    assert after[0] == pytest.approx(before[0], abs=1e-5)
    assert after[1] != pytest.approx(before[1], abs=1e-2)
    assert told(page, "z") == pytest.approx(before[1], abs=1e-5), "the code itself stays"
    strip = torch.tensor(page.locator(".strip canvas").evaluate(READ_CANVAS)).view(28, 5, 28)
    assert (strip[:, 4] - decoded(after[1])[0]).abs().max() <= 1


def test_wheel_and_keys_zoom_once_the_map_is_chosen(visit: Visit):
    page = visit("?d=2")
    page.mouse.click(*at(page, 0.6, 0.6))
    near = until_told_otherwise(page, "z", [0.0, 0.0])
    page.locator(HOST).last.evaluate(MARK_NEXT_DRAWING)
    page.mouse.wheel(0, -400)
    page.wait_for_function(f"document.querySelector('{HOST}[data-drawn]')")
    page.mouse.click(*at(page, 0.8, 0.6))
    x, y = until_told_otherwise(page, "z", near)
    page.keyboard.press("0")
    page.mouse.click(*at(page, 0.8, 0.6))
    x_home, _ = until_told_otherwise(page, "z", [x, y])
    assert near[0] < x < x_home


def test_a_finger_moves_the_code(browser: Browser, theatre: Server):
    phone = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    with visitor(phone, theatre) as open_at:
        page = open_at("?d=2")
        page.touchscreen.tap(*at(page, 0.6, 0.3))
        z = until_told_otherwise(page, "z", [0.0, 0.0])
        expect_picture(page, ".decoded canvas", decoded(z))
        scroll = "document.querySelector('[data-testid=stMain]').scrollWidth"
        assert page.evaluate(scroll) <= 390


def test_two_fingers_spread_zoom_the_map(browser: Browser, theatre: Server):
    phone = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    with visitor(phone, theatre) as open_at:
        page = open_at("?d=2")
        page.touchscreen.tap(*at(page, 0.75, 0.5))
        near = until_told_otherwise(page, "z", [0.0, 0.0])
        fingers = phone.new_cdp_session(page)

        def touch(kind: str, *shares: float) -> None:
            places = [at(page, share, 0.5) for share in shares]
            points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
            event = {"type": f"touch{kind}", "touchPoints": points}
            fingers.send("Input.dispatchTouchEvent", event)

        touch("Start", 0.45)
        touch("Start", 0.45, 0.55)
        for apart in (0.1, 0.15, 0.2):
            touch("Move", 0.5 - apart, 0.5 + apart)
        touch("End")
        page.locator("canvas.top").tap(position={"x": 5, "y": 5})  # a place of its own
        elsewhere = until_told_otherwise(page, "z", near)
        page.touchscreen.tap(*at(page, 0.75, 0.5))
        x, _ = until_told_otherwise(page, "z", elsewhere)
        assert abs(x) < 0.6 * abs(near[0])


Touch = Callable[[str, list[tuple[float, float]]], None]


@contextmanager
def fingers(browser: Browser, theatre: Server) -> Iterator[tuple[Page, Touch]]:
    """The pad on a phone, and a way to touch it: "Start", "Move", "End" or "Cancel", and where on
    the map the fingers are. A finger that is named no more has lifted.
    """
    phone = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    with visitor(phone, theatre) as open_at:
        page = open_at("?d=2")
        session = phone.new_cdp_session(page)

        def touch(kind: str, shares: list[tuple[float, float]]) -> None:
            places = [at(page, *share) for share in shares]
            points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
            event = {"type": f"touch{kind}", "touchPoints": points}
            session.send("Input.dispatchTouchEvent", event)

        yield page, touch


def test_of_two_fingers_one_lifts_and_the_mark_is_where_python_knows_it(
    browser: Browser, theatre: Server
):
    with fingers(browser, theatre) as (page, touch):
        touch("Start", [(0.3, 0.5)])
        touch("Start", [(0.3, 0.5), (0.6, 0.5)])
        touch("Move", [(0.2, 0.5), (0.8, 0.5)])
        touch("Move", [(0.2, 0.5)])  # the second one has lifted
        for right in (0.3, 0.4, 0.5):
            touch("Move", [(right, 0.4)])
        touch("End", [])
        expect_picture(page, ".decoded canvas", decoded([0.0, 0.0]))
        assert told(page, "z") == [0.0, 0.0]
        expect(page.locator(".failed")).to_have_count(0)
        page.touchscreen.tap(*at(page, 0.6, 0.3))
        z = until_told_otherwise(page, "z", [0.0, 0.0])
        expect_picture(page, ".decoded canvas", decoded(z))


def test_a_finger_that_the_browser_takes_away_has_chosen_nothing(browser: Browser, theatre: Server):
    with fingers(browser, theatre) as (page, touch):
        touch("Start", [mark(page)])
        for place in ((0.5, 0.4), (0.55, 0.35), (0.6, 0.3)):
            touch("Move", [place])
        readout = page.locator(".plane label").first
        expect(readout).not_to_have_text("z₁ = 0.000")
        touch("Cancel", [])
        expect(readout).to_have_text("z₁ = 0.000")
        assert told(page, "z") == [0.0, 0.0]


def mark(page: Page) -> tuple[float, float]:
    """Where the mark is drawn, as shares of the map's sides."""
    (left, top), box = cross(page), pad_box(page)
    return left / box["width"], top / box["height"]


SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


def test_a_finger_drags_the_mark_and_the_page_stays(browser: Browser, theatre: Server):
    with fingers(browser, theatre) as (page, touch):
        right, down = mark(page)
        touch("Start", [(right, down)])
        for up in (0.1, 0.2, 0.3):
            touch("Move", [(right, down - up)])
        touch("End", [])
        x, y = until_told_otherwise(page, "z", [0.0, 0.0])
        assert x == pytest.approx(0, abs=0.05)
        assert y > 0.5
        assert page.evaluate(SCROLLED) == 0
        expect_picture(page, ".decoded canvas", decoded([x, y]))


def test_a_finger_that_swipes_beside_the_mark_scrolls_the_page(browser: Browser, theatre: Server):
    with fingers(browser, theatre) as (page, _touch):
        before = pad_box(page)
        assert before["y"] + 0.8 * before["height"] < 800, "the finger is on the screen"
        places = [(0.2, 0.8 - 0.06 * i) for i in range(10)]
        points = [
            (before["x"] + x * before["width"], before["y"] + y * before["height"])
            for x, y in places
        ]
        swipe(page, points)
        page.wait_for_function(f"{SCROLLED} > 30")
        assert told(page, "z") == [0.0, 0.0]
        expect_picture(page, ".decoded canvas", decoded([0.0, 0.0]))


def swipe(page: Page, points: list[tuple[float, float]]) -> None:
    """One finger along points of the window."""
    session = page.context.new_cdp_session(page)
    for i, (x, y) in enumerate(points):
        kind = "touchMove" if i else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_other_buttons_than_the_main_one_choose_nothing(visit: Visit):
    page = visit("?d=2")
    page.mouse.click(*at(page, 0.35, 0.6))
    z = until_told_otherwise(page, "z", [0.0, 0.0])
    page.mouse.click(*at(page, 0.7, 0.3), button="right")
    page.mouse.move(5, 5)
    expect_picture(page, ".decoded canvas", decoded(z))
    assert told(page, "z") == z


def test_ranges_follow_the_codes_when_a_model_learns(visit: Visit):
    page = visit("?d=5")
    page.get_by_text("All numbers of the code").click()
    fourth, ranges = made.make_codes(5)[:, 3], page.get_by_role("slider", name="z₄")
    ends = "(range) => [Number(range.min), Number(range.max)]"
    assert ranges.evaluate(ends) == pytest.approx([float(end) for end in fourth.aminmax()])
    end_before = ranges.get_attribute("max")
    assert end_before is not None
    page.get_by_text("Spread the codes").click()
    expect(ranges).not_to_have_attribute("max", end_before)
    spread = made.SPREAD * fourth
    assert ranges.evaluate(ends) == pytest.approx([float(end) for end in spread.aminmax()])


def test_a_pad_that_goes_in_mid_drag_goes_in_peace(visit: Visit):
    page = visit("?d=2&layers=mosaic")
    page.mouse.move(*at(page, 0.4, 0.4))
    page.mouse.down()
    page.mouse.move(*at(page, 0.6, 0.4), steps=3)
    away = page.get_by_label("Take the pad away")
    away.press("Space")
    expect(page.locator(".pad")).to_have_count(0)
    page.mouse.move(300, 300, steps=3)
    page.mouse.up()
    away.press("Space")
    page.locator(".drawn").wait_for()
    expect_picture(page, ".decoded canvas", decoded([0.0, 0.0]))
    assert told(page, "z") == [0.0, 0.0]


def test_what_goes_wrong_under_a_hand_is_told_as_what_goes_wrong_in_drawing(visit: Visit):
    for address, canvas in (("?d=2", "canvas.top"), ("?show=draw", "canvas.ink")):
        page = visit(address)
        page.evaluate(NO_HANDS)
        page.locator(canvas).click()
        expect(page.get_by_text("failed True")).to_be_visible()
        expect(page.locator(".fallback")).to_be_visible()


def test_samples_in_a_hole_are_squares(visit: Visit):
    ink = """(canvas) => {
      const all = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return all.data.reduce((sum, value) => sum + value, 0);
    }"""
    discs = visit("?d=2&layers=samples").locator("canvas.top").evaluate(ink)
    squares = visit("?d=2&layers=samples,in_hole").locator("canvas.top").evaluate(ink)
    assert squares != discs


def test_the_model_is_sent_once_not_with_every_release(browser: Browser, theatre: Server):
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    received: list[int] = []

    page.on(
        "websocket",
        lambda websocket: websocket.on("framereceived", lambda data: received.append(len(data))),
    )
    page.goto(f"{theatre.url}/?d=2")
    page.locator(".drawn").wait_for(timeout=PATIENCE)
    first = sum(received)
    assert first > 60_000  # the weights alone
    received.clear()
    page.mouse.click(*at(page, 0.6, 0.3))
    until_told_otherwise(page, "z", [0.0, 0.0])
    assert sum(received) < first / 4, "the weights were sent again"
    context.close()


def test_a_browser_that_cannot_draw_shows_a_sentence_and_tells_python(
    browser: Browser, theatre: Server
):
    page = browser.new_page()
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    for address in ("?d=2", "?show=draw"):
        page.goto(f"{theatre.url}/{address}")
        expect(page.get_by_text("failed True")).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".fallback")).to_be_visible()
        expect(page.locator("canvas").first).to_be_hidden()
    page.close()


def digit(page: Page, before: list[int] | None) -> torch.Tensor:
    return torch.tensor(until_told_otherwise(page, "digit", before)).view(28, 28)


def test_a_drawing_is_centred_and_scaled_as_mnist_is(visit: Visit):
    page = visit("?show=draw")
    drag(
        page,
        page.locator("canvas.ink"),
        [(0.1, 0.1), (0.3, 0.1), (0.3, 0.2), (0.12, 0.3), (0.3, 0.4)],
    )
    image = digit(page, None).double()
    assert image.max() == 255
    ink = image > 40
    rows, columns = ink.any(1).nonzero().flatten(), ink.any(0).nonzero().flatten()
    assert 18 <= max(rows.max() - rows.min(), columns.max() - columns.min()) + 1 <= 22
    grid, mass = torch.arange(28.0).double(), image.sum()
    middle = (image.sum(1) @ grid / mass).item(), (image.sum(0) @ grid / mass).item()
    assert middle == pytest.approx((14, 14), abs=0.3), "where the digits of the sample have it"


def test_while_one_draws_the_networks_answer_as_torch_does(visit: Visit):
    page = visit("?show=draw")
    drag(page, page.locator("canvas.ink"), [(0.3, 0.2), (0.6, 0.5), (0.3, 0.8)])
    x = digit(page, None).view(1, 1, 28, 28) / 255
    model, judge = made.make_model(2, kind="vae"), made.make_judge()
    with torch.no_grad():
        restored = mean_image(model.config, model.decode(model.encode(x)))
        shares, of_restored = judge.probabilities(torch.cat([x, restored]))
    expect_picture(page, ".restored canvas", (255 * restored).round().long())
    bars = page.locator(".bar i").evaluate_all("(bars) => bars.map((bar) => bar.style.height)")
    heights = [float(height.removesuffix("%")) for height in bars]
    assert heights == pytest.approx((100 * shares).tolist(), abs=0.1)
    opinion = page.get_by_role("img", name=f"The classifier reads: {shares.argmax()}")
    expect(opinion).to_be_visible()
    for figure, of in (("seen", shares), ("restored", of_restored)):
        words = f"reads as {of.argmax()}, {100 * of.max():.0f} %"
        expect(page.locator(f".{figure} .reads")).to_have_text(words)


def test_an_example_lies_on_the_paper_until_a_hand_draws(visit: Visit):
    page = visit("?show=draw")
    example = made.make_starts()[4, 0]
    expect_picture(page, ".seen canvas", example)
    expect(page.get_by_text("digit null")).to_be_visible()
    drag(page, page.locator("canvas.ink"), [(0.5, 0.2), (0.5, 0.8)])
    ink = digit(page, None) > 100
    assert ink.any(1).sum() >= 18 and ink.any(0).sum() <= 4, "one upright stroke alone"


def test_a_finger_draws_and_does_not_scroll_the_page(browser: Browser, theatre: Server):
    phone = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    with visitor(phone, theatre) as open_at:
        page = open_at("?show=draw")
        box = page.locator("canvas.ink").bounding_box()
        assert box is not None
        x, fingers = box["x"] + 0.5 * box["width"], phone.new_cdp_session(page)
        for kind, down in (("Start", 0.9), ("Move", 0.6), ("Move", 0.3), ("Move", 0.1)):
            point = {"x": x, "y": box["y"] + down * box["height"]}
            event = {"type": f"touch{kind}", "touchPoints": [point]}
            fingers.send("Input.dispatchTouchEvent", event)
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        ink = digit(page, None) > 100
        assert ink.any(1).sum() >= 18 and ink.any(0).sum() <= 4, "one upright stroke"
        assert page.locator("canvas.ink").bounding_box() == box


def test_strokes_are_undone_one_by_one_and_cleared_together(visit: Visit):
    page = visit("?show=draw&kind=ae")
    drag(page, page.locator("canvas.ink"), [(0.3, 0.2), (0.3, 0.8)])
    one = digit(page, None).flatten().tolist()
    drag(page, page.locator("canvas.ink"), [(0.6, 0.2), (0.6, 0.8)])
    two = digit(page, one).flatten().tolist()
    page.get_by_role("button", name="Undo").click()
    assert until_told_otherwise(page, "digit", two) == one
    page.get_by_role("button", name="Clear").click()
    assert until_told_otherwise(page, "digit", one) is None


def test_undo_and_clear_in_mid_stroke_end_the_stroke(visit: Visit):
    page = visit("?show=draw&kind=ae")
    ink = page.locator("canvas.ink")
    drag(page, ink, [(0.3, 0.2), (0.3, 0.8)])
    one = digit(page, None).flatten().tolist()
    box = ink.bounding_box()
    assert box is not None
    for name, left in (("Undo", one), ("Clear", None)):
        page.mouse.move(box["x"] + 200, box["y"] + 50)
        page.mouse.down()
        page.mouse.move(box["x"] + 200, box["y"] + 150, steps=3)
        page.get_by_role("button", name=name).dispatch_event("click")
        page.mouse.move(box["x"] + 100, box["y"] + 200, steps=3)
        page.mouse.up()
        expect(page.get_by_text("digit ").first).to_have_text(f"digit {json.dumps(left)}")
        shown = torch.zeros(28, 28) if left is None else torch.tensor(left).view(28, 28)
        expect_picture(page, ".seen canvas", shown)
    drag(page, ink, [(0.3, 0.2), (0.3, 0.8)])
    assert digit(page, None).flatten().tolist() == one


def test_only_the_main_button_draws(visit: Visit):
    page = visit("?show=draw")
    box = page.locator("canvas.ink").bounding_box()
    assert box is not None
    for button in ("right", "middle"):
        page.mouse.move(box["x"] + 30, box["y"] + 30)
        page.mouse.down(button=button)
        page.mouse.move(box["x"] + 250, box["y"] + 30, steps=3)
        page.mouse.up(button=button)
    drag(page, page.locator("canvas.ink"), [(0.5, 0.2), (0.5, 0.8)])
    ink = digit(page, None) > 100
    assert ink.any(1).sum() >= 18 and ink.any(0).sum() <= 4, "one upright stroke"


def test_what_is_spoken_is_the_reading_of_what_is_sent(visit: Visit):
    page = visit("?show=draw")
    judge, starts = made.make_judge(), made.make_starts()
    model = made.make_model(2, kind="vae")
    for number in (7, 3):
        page.get_by_role("button", name=f"Start from a {number}").click()
        x = starts[number : number + 1] / 255
        with torch.no_grad():
            both = torch.cat([x, mean_image(model.config, model.decode(model.encode(x)))])
            shares, best = judge.probabilities(both).max(1)
        drawn, restored = (f"{b}, {100 * s:.0f} percent" for b, s in zip(best, shares))
        words = f"The classifier reads {drawn}; restored, it reads {restored}"
        expect(page.locator(".spoken")).to_have_text(words)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".spoken")).to_have_text("")


def test_one_can_start_from_a_test_digit_unchanged(visit: Visit):
    page = visit("?show=draw")
    page.get_by_role("button", name="Start from a 7").click()
    image = digit(page, None)
    assert image.equal(made.make_starts()[7, 0].long())
    drag(page, page.locator("canvas.ink"), [(0.5, 0.5), (0.9, 0.5)])
    added = digit(page, image.flatten().tolist())
    assert (added >= image).all()
    assert (added[14] > image[14]).any()
