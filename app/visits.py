"""Visits whose page has gone: kept for a while, for the browser that comes back for them.

A reload, a laptop that slept or a long way without Wi-Fi ends a session, not the visit. Each
browser holds a cookie of random letters (`main` gives it out), and a visit that nobody watches any
more lies here under it until the same browser asks again. Left out: what lies in a visit.
"""

import secrets
import threading
import time
from typing import NamedTuple, Protocol

COOKIE = "latent-walk-visit"
KEPT = 1800.0  # s that a visit waits for its browser
MOST = 128  # visits that wait
MOST_BYTES = 400_000_000  # that they hold together; the ones that were left first go first


class Visit(Protocol):
    """What can be left here."""

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        ...


class _Left(NamedTuple):
    since: float  # time.monotonic()
    token: str
    visit: Visit


_left: list[_Left] = []  # the one that was left last is last
_lock = threading.Lock()


def new_token() -> str:
    """Letters that nobody can guess."""
    return secrets.token_urlsafe(16)


def leave(token: str, visit: Visit) -> None:
    """Keep a visit that nobody watches any more; where too much is kept, the oldest goes."""
    with _lock:
        now, held = time.monotonic(), 0
        _left.append(_Left(now, token, visit))
        for at in reversed(range(len(_left))):
            held += _left[at].visit.size
            too_old = now - _left[at].since > KEPT
            if too_old or held > MOST_BYTES or len(_left) - at > MOST:
                del _left[: at + 1]
                break


def back(visit: Visit) -> None:
    """Somebody watches this visit again."""
    with _lock:
        _left[:] = [left for left in _left if left.visit is not visit]


def take_up(token: str) -> Visit | None:
    """The visit that this browser left last, where one still waits."""
    with _lock:
        for at in reversed(range(len(_left))):
            since, of, visit = _left[at]
            if of == token and time.monotonic() - since <= KEPT:
                del _left[at]
                return visit
    return None
