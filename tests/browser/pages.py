"""What the browser tests say to a page."""

from playwright.sync_api import Locator, Page, expect

from app.teaching import asked


def wait_idle(page: Page) -> None:
    """Wait until the page's script has run to its end.

    A page is idle just before a rerun starts too: expect the new text or value first, then this.
    A page that polls (`run_every`) is never idle for long; there, expect texts only.
    """
    page.wait_for_selector(
        "[data-testid=stApp][data-test-connection-state=CONNECTED]"
        "[data-test-script-state=notRunning]"
    )


def no_exception(page: Page) -> None:
    """No script of this page has raised."""
    exceptions = page.get_by_test_id("stException").all_inner_texts()
    assert not exceptions, exceptions


def show_all(page: Page, folder: str) -> None:
    """Ask to be just shown whatever the lesson in that folder would have predicted first."""
    keys = [prediction.key for prediction in asked(folder).predictions]
    if folder != "build_your_own":  # there one says it in the drawer
        first = page.locator(f".st-key-show-{keys[0]}, .st-key-show-{keys[1]}").first
        expect(first).to_be_visible(timeout=60_000)
    for key in 3 * keys:  # what stands far below may be drawn only after what stands above
        button = page.locator(f".st-key-show-{key} button")
        if button.count():
            button.press("Enter")
            expect(page.locator(f".st-key-again-{key}")).to_be_visible(timeout=60_000)
        wait_idle(page)


def drag(page: Page, canvas: Locator, way: list[tuple[float, float]]) -> None:
    """Press, move and release over a canvas, at places in shares of its sides."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in way]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()
