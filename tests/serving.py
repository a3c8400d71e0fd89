"""The dashboard as a newcomer starts it, for tests that visit it."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60
STOP_SECONDS = 10


@dataclass(frozen=True)
class Server:
    """A dashboard that a test can visit."""

    url: str
    process: subprocess.Popen
    log: Path


@contextmanager
def serving(
    home: Path, script: Path = ROOT / "app" / "main.py", settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """`streamlit run` of a script: an empty home as working directory, and no settings from outside
    but these.
    """
    log = home / "server.log"
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    outside = ("LATENT_WALK_", "STREAMLIT_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(outside)}
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=home,
            env=environment | {"HOME": str(home)} | dict(settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_healthy(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def staged(home: Path, stage: str) -> Iterator[Server]:
    """`streamlit run` of a module's `main`, with the dashboard's settings."""
    script = home / "script.py"
    script.write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        f"import importlib\nimportlib.import_module({stage!r}).main()\n"
    )
    shutil.copytree(ROOT / "app" / ".streamlit", home / ".streamlit")
    with serving(home, script) as server:
        yield server


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_healthy(server: Server) -> None:
    """Wait until the server answers; raise with its log when it ends or takes too long."""
    deadline = monotonic() + START_SECONDS
    while server.process.poll() is None and monotonic() < deadline:
        with suppress(OSError), urlopen(f"{server.url}/_stcore/health", timeout=1):
            return
        with suppress(subprocess.TimeoutExpired):
            server.process.wait(0.1)
    raise RuntimeError(f"The server did not start:\n{server.log.read_text()}")
