"""What a server answers to wrong and to hostile requests, and how it ends."""

import asyncio
import signal
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.faults.learner import Learner
from tests.serving import Server, serving


def status(server: Server, path: str) -> int:
    try:
        with urlopen(server.url + path, timeout=30) as answer:
            return answer.status
    except HTTPError as error:
        with error:
            return error.code


def test_a_digit_is_a_small_picture(server: Server):
    with urlopen(f"{server.url}/api/digit/sample/17.png", timeout=60) as answer:
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.read().startswith(b"\x89PNG")


def test_a_page_may_load_nothing_from_elsewhere(server: Server):
    with urlopen(server.url, timeout=30) as answer:
        policy = answer.headers["content-security-policy"]
    rules = {name: set(sources) for name, *sources in map(str.split, policy.split(";"))}
    assert {"default-src", "base-uri", "form-action", "frame-ancestors"} <= rules.keys()
    assert rules["default-src"] == rules["connect-src"] == {"'self'"}
    ours = {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}
    assert set().union(*rules.values()) <= ours


@pytest.mark.parametrize(
    "path",
    [
        "/api/digit/sample/5000.png",
        "/api/digit/nothing/1.png",
        "/api/digit/mnist/1.png",
    ],
)
def test_a_digit_that_is_not_there_is_not_found(server: Server, path: str):
    assert status(server, path) == 404


def test_a_way_out_of_the_data_is_refused(server: Server):
    assert status(server, "/api/digit/..%2f..%2fetc%2fpasswd/1.png") == 400


def test_a_page_of_another_site_cannot_open_a_session(server: Server):
    async def knock() -> None:
        async with connect(
            server.url.replace("http", "ws") + "/_stcore/stream",
            origin="https://elsewhere.example",  # type: ignore[arg-type]
        ):
            pass

    with pytest.raises(InvalidStatus, match="403"):
        asyncio.run(knock())


def test_a_server_told_to_end_while_a_model_trains_ends_cleanly(tmp_path):
    async def begin_training(url: str) -> None:
        learner = await Learner.open(url, "autoencoder")
        await learner.press("Train")
        await learner.close()  # the run goes on for its time of grace

    with serving(tmp_path) as server:
        asyncio.run(begin_training(server.url))
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) in (0, -signal.SIGTERM, 143)
        assert "terminate called" not in server.log.read_text()
