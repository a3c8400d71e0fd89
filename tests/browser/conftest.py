"""One real browser for all browser tests, and a clean page for each."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.ensure_browser import NO_BROWSER, launch
from tests.serving import Server

expect.set_options(timeout=20_000)  # ms: cores may be shared with another worker's browser
# Streamlit looks for itself below a deep link first, and is told no.
NORMAL_404 = ("/_stcore/health", "/_stcore/host-config")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser that `ensure_browser.py` found."""
    with sync_playwright() as playwright:
        found = launch(playwright)
        if not found:
            pytest.fail(NO_BROWSER)
        browser, _path = found
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A new visitor's window; at its end, no error in it and no request to any other server."""
    context = browser.new_context(
        base_url=server.url, viewport={"width": 1366, "height": 900}, locale="en-GB"
    )
    page = context.new_page()
    complaints: list[str] = []

    def console(message: ConsoleMessage) -> None:
        url = message.location["url"]
        normal = "404" in message.text and urlsplit(url).path.endswith(NORMAL_404)
        if message.type == "error" and not normal:
            complaints.append(f"console error: {message.text} ({url})")

    def visit(url: str) -> None:
        address = urlsplit(url)
        own = address.netloc == urlsplit(server.url).netloc
        if address.scheme in ("http", "https", "ws", "wss") and not own:
            complaints.append(f"request to another server: {url}")

    page.on("console", console)
    page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
    page.on("request", lambda request: visit(request.url))
    page.on("websocket", lambda websocket: visit(websocket.url))
    yield page
    context.close()
    if complaints:
        pytest.fail("\n".join(complaints))
