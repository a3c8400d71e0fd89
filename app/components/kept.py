"""Large data that a page's components share, sent to the browser once.

Streamlit sends a component's data again, all of it, whenever anything in it changes. So weights,
codes and digits travel as `Piece`s: constant bytes under a fingerprint, each in a component that
draws nothing. What draws is told fingerprints and small numbers.
"""

import hashlib
import json
import struct
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from streamlit.components import v2

from app.components import scripts

_TYPES = {"float32": "<f4", "uint8": "|u1"}


class Piece(NamedTuple):
    """Bytes as `unpackPiece` in shelf.js reads them."""

    id: str  # of the content: the same content, the same id
    data: bytes


def piece(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Piece:
    """A header of JSON and arrays of float32 or uint8, flattened row by row."""
    listed = [[name, str(array.dtype), int(array.size)] for name, array in arrays.items()]
    content = b"".join(
        _aligned(np.ascontiguousarray(array, _TYPES[str(array.dtype)]).tobytes())
        for array in arrays.values()
    )
    about = {**header, "arrays": listed}
    fingerprint = hashlib.blake2b(json.dumps(about).encode() + content, digest_size=12).hexdigest()
    text = json.dumps({**about, "id": fingerprint}).encode()
    return Piece(fingerprint, _aligned(struct.pack("<I", len(text)) + text) + content)


def keep(pieces: Mapping[str, Piece | None], *, key: str) -> dict[str, str | None]:
    """Send pieces to the page, each once, and give the fingerprints that stand for them."""
    for name, sent in pieces.items():
        if sent is not None:
            _KEPT(key=f"{key}-{name}", data=sent.data)
    return {name: sent and sent.id for name, sent in pieces.items()}


def _aligned(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


_KEPT = v2.component("latent_walk_kept", js=scripts.bundle("kept.js"))
