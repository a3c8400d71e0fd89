"""What a server that stands open to a room refuses, and that it lets everybody else in."""

import asyncio
import resource
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from app import guard
from tests.faults.learner import Learner
from tests.serving import ROOT, Server, serving

STREAM = "/_stcore/stream"
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
SECONDS = 10
FEW_FILES = 256  # what some systems begin with
# Writes down every address that the server's Python asks for.
WITNESS = """
import sys

def witness(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        with open({path!r}, "a") as file:
            print(event, arguments, file=file)

sys.addaudithook(witness)
"""


@pytest.fixture(scope="module")
def in_class(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for the whole network, on a system that allows few open files; all that it asks for
    stands in `asked.txt` beside its log.
    """
    home = tmp_path_factory.mktemp("class")
    asked = home / "asked.txt"
    asked.touch()
    (home / "sitecustomize.py").write_text(WITNESS.format(path=str(asked)))
    settings = {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0", "PYTHONPATH": str(home)}
    with ExitStack() as stack:
        with few_files():
            server = stack.enter_context(serving(home, settings=settings))
        yield server


@contextmanager
def few_files() -> Iterator[None]:
    """What is started meanwhile may have FEW_FILES open."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW_FILES, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))


def asked(
    server: Server, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
) -> tuple[HTTPConnection, HTTPResponse]:
    """A connection to a server, and what it answers there."""
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    connection.request(method, path, body, dict(headers))
    return connection, connection.getresponse()


def answer(
    server: Server, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
) -> tuple[int, str]:
    """Status and text of an answer."""
    connection, response = asked(server, method, path, headers, body)
    with closing(connection), response:
        return response.status, response.read().decode()


def handshake(server: Server, headers: Mapping[str, str]) -> int:
    """The status that a websocket begins with: 101 where it is let in."""
    return answer(server, "GET", STREAM, UPGRADE | dict(headers))[0]


def stream(server: Server) -> connect:
    return connect(server.url.replace("http", "ws") + STREAM, max_queue=None)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8501", "[::1]:8501", "localhost:8501", "192.168.7.30"]
)
def test_a_server_answers_to_its_addresses_and_to_localhost(server: Server, host: str):
    assert answer(server, "GET", "/", {"Host": host})[0] == 200
    assert handshake(server, {"Host": host, "Origin": f"http://{host}"}) == 101


@pytest.mark.parametrize(
    "host", ["", "elsewhere.example", "localhost.example", "127.0.0.1.example"]
)
def test_a_name_that_nobody_allowed_is_no_name_of_the_server(server: Server, host: str):
    status, text = answer(server, "GET", "/", {"Host": host})
    assert status == 403
    assert "STREAMLIT_SERVER_ALLOWED_HOSTS" in text
    assert handshake(server, {"Host": host, "Origin": f"http://{host}"}) == 403


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "http://localhost", "null", "", "http://127.0.0.1"]
)
def test_a_page_of_another_origin_is_not_answered(server: Server, origin: str):
    assert answer(server, "GET", "/_stcore/health", {"Origin": origin})[0] == 403
    assert handshake(server, {"Origin": origin}) == 403


def test_a_name_that_the_operator_allowed_is_answered(tmp_path):
    settings = {"STREAMLIT_SERVER_ALLOWED_HOSTS": "walk.example"}
    with serving(tmp_path, settings=settings) as server:
        host = "walk.example:8501"
        assert answer(server, "GET", "/", {"Host": host})[0] == 200
        assert handshake(server, {"Host": host, "Origin": f"https://{host}"}) == 101
        assert answer(server, "GET", "/", {"Host": "elsewhere.example"})[0] == 403


def test_a_server_in_class_asks_nobody_outside_at_its_start_nor_for_a_foreign_page(
    in_class: Server,
):
    said = in_class.log.read_text()
    for _ in range(3):
        assert handshake(in_class, {"Origin": "https://elsewhere.example"}) == 403
    assert (in_class.log.parent / "asked.txt").read_text() == ""
    assert in_class.log.read_text() == said  # nor does such a page fill the log


def test_a_server_in_class_allows_itself_more_open_files_than_the_system_began_with(
    in_class: Server,
):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft, _ = resource.prlimit(in_class.process.pid, resource.RLIMIT_NOFILE)
    assert soft == min(guard.OPEN_FILES, hard) > FEW_FILES


def test_one_address_may_hold_so_many_connections_and_no_more(in_class: Server):
    with ExitStack() as held:
        for _ in range(guard.CONNECTIONS):
            connection, response = asked(in_class, "GET", STREAM, UPGRADE)
            held.enter_context(closing(connection))
            assert response.status == 101
        assert handshake(in_class, {}) == 403
        assert answer(in_class, "GET", "/", {})[0] == 200
    assert until(lambda: handshake(in_class, {}), 101)


def test_a_visitor_cannot_empty_the_caches(server: Server):
    async def press_and_clear() -> None:
        learner = await Learner.open(server.url, "autoencoder")
        await learner.press("Train")
        clear = BackMsg()
        clear.clear_cache = True
        await learner.socket.send(clear.SerializeToString())
        learner.buttons.clear()
        await learner.look()
        assert "Stop" in learner.buttons  # the visit, and its run, are still there
        await learner.press("Stop")
        await learner.close()

    asyncio.run(press_and_clear())


def test_a_session_may_hold_so_many_files_and_no_more(server: Server):
    async def fill() -> None:
        async with stream(server) as socket:
            session = await session_of(socket)
            for i in range(guard.UPLOADS):
                assert upload(server, "PUT", f"{session}/any-{i}")[0] == 204
            status, text = upload(server, "PUT", f"{session}/one-more")
            assert status == 413
            assert str(guard.UPLOADS) in text
            assert upload(server, "DELETE", f"{session}/any-0")[0] == 204
            assert upload(server, "PUT", f"{session}/instead")[0] == 204

    asyncio.run(fill())


def test_files_on_their_way_count_as_held(server: Server):
    async def bring_at_once() -> None:
        async with stream(server) as socket:
            session = await session_of(socket)
            with ExitStack() as held:
                for i in range(guard.UPLOADS):
                    held.enter_context(closing(half_an_upload(server, f"{session}/any-{i}")))
                assert upload(server, "PUT", f"{session}/one-more")[0] == 413
            assert until(lambda: upload(server, "PUT", f"{session}/one-more")[0], 204)

    asyncio.run(bring_at_once())


async def session_of(socket: ClientConnection) -> str:
    """Ask for a page, as a browser does, and read what the session is called."""
    request = BackMsg()
    request.rerun_script.page_name = ""
    await socket.send(request.SerializeToString())
    async for data in socket:
        message = ForwardMsg.FromString(data)  # type: ignore[arg-type]
        if message.WhichOneof("type") == "new_session":
            return message.new_session.initialize.session_id
    raise AssertionError("no session began")


# A file, and a token such as a page has one.
TOKEN = "2|00000000|00000000000000000000000000000000|1700000000"
UPLOAD = {
    "X-Xsrftoken": TOKEN,
    "Cookie": f"_streamlit_xsrf={TOKEN}",
    "Content-Type": "multipart/form-data; boundary=edge",
}
FILE = b'--edge\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nx\r\n--edge--\r\n'


def upload(server: Server, method: str, place: str) -> tuple[int, str]:
    """Bring or take away a file."""
    return answer(server, method, f"/_stcore/upload_file/{place}", UPLOAD, FILE)


def half_an_upload(server: Server, place: str) -> HTTPConnection:
    """A connection on which a file is announced, and does not come."""
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    announced = UPLOAD | {"Content-Length": str(len(FILE))}
    connection.request("PUT", f"/_stcore/upload_file/{place}", headers=announced)
    return connection


def until(ask: Callable[[], int], status: int) -> bool:
    """Ask again and again: a server sees a moment later that a connection has gone."""
    deadline = time.monotonic() + SECONDS
    while (found := ask()) != status and time.monotonic() < deadline:
        pass
    return found == status


def test_the_readme_says_how_much_is_too_much():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"hold {guard.CONNECTIONS} pages open" in readme
    largest = tomllib.loads((ROOT / "app/.streamlit/config.toml").read_text())["server"]
    assert f"{guard.UPLOADS} uploaded files of {largest['maxUploadSize']} MB" in readme
