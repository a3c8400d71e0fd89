"""One real server and one real browser for all browser tests, and a clean page for each."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser.ensure_browser import NO_BROWSER, launch

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 10
# Streamlit looks for itself below a deep link first, and is told no.
NORMAL_404 = ("/_stcore/health", "/_stcore/host-config")


@dataclass(frozen=True)
class Server:
    """A dashboard that a test can visit."""

    url: str
    pid: int
    log: Path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests run last: Playwright's event loop would stand in the way of other tests'."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Show what the server said beside a test that fails."""
    report = yield
    server = getattr(item, "funcargs", {}).get("server")
    if report.failed and server:
        report.sections.append(("server log", server.log.read_text()[-10_000:]))
    return report


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`streamlit run app/main.py` as a newcomer starts it: an empty home, any working directory."""
    home = tmp_path_factory.mktemp("home")
    log = home / "server.log"
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "main.py")]
    settings = ("LATENT_WALK_", "STREAMLIT_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(settings)}
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--server.port", str(port)],
            cwd=home,
            env=environment | {"HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        server = Server(f"http://127.0.0.1:{port}", process.pid, log)
        wait_healthy(server, process)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


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


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_healthy(server: Server, process: subprocess.Popen) -> None:
    """Wait until the server answers; raise with its log when it ends or takes too long."""
    deadline = monotonic() + START_SECONDS
    while process.poll() is None and monotonic() < deadline:
        with suppress(OSError), urlopen(f"{server.url}/_stcore/health", timeout=1):
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    raise RuntimeError(f"The server did not start:\n{server.log.read_text()}")
