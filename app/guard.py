"""What is refused at the door, before Streamlit sees it.

In class the server stands open to a network. Another site's page can knock on it through a
learner's browser, and a script needs no browser at all. Whoever comes by the server's own name, and
takes no more than a class needs, is let in. Left out: passwords; there are no accounts.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

OPEN_FILES = 8192  # each connection is one; systems begin with 256 or 1 024
CONNECTIONS = 500  # from one address, which may be a proxy with a whole school behind it
UPLOADS = 16  # files held for one session, each of at most server.maxUploadSize

UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")


class Guard:
    """Lets through what a class needs."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.connections = Counter[str]()  # open, by address
        self.uploads = Counter[str]()  # on their way, by session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await self.connect(scope, receive, send)
        elif refusal := foreign(Headers(scope=scope)):
            await PlainTextResponse(refusal, 403)(scope, receive, send)
        elif scope["method"] == "PUT" and (upload := UPLOAD.search(scope["path"])):
            await self.upload(upload[1], scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = scope["client"][0] if scope["client"] else ""
        if foreign(Headers(scope=scope)) or self.connections[address] >= CONNECTIONS:
            await WebSocketClose()(scope, receive, send)  # 403; a browser shows no words of it
            return

        async def receive_for_visitors() -> Message:
            while clears_caches(message := await receive()):
                pass
            return message

        with counted(self.connections, address):
            await self.app(scope, receive_for_visitors, send)

    async def upload(self, session: str, scope: Scope, receive: Receive, send: Send) -> None:
        if held_for(session) + self.uploads[session] >= UPLOADS:
            refusal = f"Your page holds {UPLOADS} files already. Load it again to begin anew."
            await PlainTextResponse(refusal, 413)(scope, receive, send)
            return
        with counted(self.uploads, session):
            await self.app(scope, receive, send)


def foreign(headers: Headers) -> str:
    """Why somebody else's page asks, or through somebody else's name; "" where it is ours."""
    host, origin = headers.get("host", ""), headers.get("origin")
    if not is_ours(host):
        return (
            "Ask this server by its number, not by a name, or start it with "
            "STREAMLIT_SERVER_ALLOWED_HOSTS set to the name."
        )
    if origin is not None and origin.partition("://")[2] != host:
        return "Only this server's own pages may ask it."
    return ""


def is_ours(host: str) -> bool:
    """Whether a page can only have come from here: a site may let its own name point at us, which
    an address or `localhost` cannot.
    """
    with suppress(ValueError):
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or bool(ip_address(name))
    return bool(st.get_option("server.allowedHosts")) and is_host_allowed(host)


def clears_caches(message: Message) -> bool:
    """Whether a page asks what Streamlit keeps for developers: to drop all that visitors share,
    which also stops their trainings.
    """
    request = BackMsg()
    with suppress(DecodeError):  # Streamlit closes the connection
        request.ParseFromString(message.get("bytes") or b"")
    return request.WhichOneof("type") == "clear_cache"


def held_for(session: str) -> int:
    """How many files Streamlit holds for a session, whatever control they are for."""
    return len(runtime.get_instance().uploaded_file_mgr.file_storage.get(session, ()))  # type: ignore[attr-defined]


@contextmanager
def counted(count: Counter[str], of: str) -> Iterator[None]:
    """One more, for as long as it lasts."""
    count[of] += 1
    try:
        yield
    finally:
        count[of] -= 1
        if not count[of]:
            del count[of]


def allow_open_files() -> None:
    """Raise the system's limit to OPEN_FILES, or as far as it lets us."""
    with suppress(ImportError):  # Windows has no such limit
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        unlimited = resource.RLIM_INFINITY
        most = OPEN_FILES if hard == unlimited else min(OPEN_FILES, hard)
        if soft != unlimited and soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
