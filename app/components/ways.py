"""Ways from one digit to another, side by side: one t moves their pictures and dots on their maps.

`content` packs a way, which is the same for every visitor: cache it. What is shown was decoded
and read here; the browser chooses the picture that is nearest to t, and t comes back when the
learner lets go: put `ways` into an `st.fragment`.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st
from jaxtyping import Float, Int64
from streamlit.components import v2
from torch import Tensor

from app import theme
from app.components import kept, scripts
from app.components.kept import Piece
from app.words import percent

FRAMES = 41  # pictures of a way: enough for a walk that looks smooth
STOPS = 11  # of them stand in its strip


class Shadow(NamedTuple):
    """A way through latent space, and the codes around it, in the plane of a map."""

    codes: Float[Tensor, "codes 2"]
    labels: Int64[Tensor, " codes"]
    path: Float[Tensor, "frames 2"]
    distance: Float[Tensor, " frames"]  # to the nearest code: above 1 is a hole
    lanes: bool  # a code is one number: there is no plane


class Read(NamedTuple):
    """What a classifier reads in the pictures of a way."""

    digits: Int64[Tensor, " frames"]
    sure: Float[Tensor, " frames"]


def content(
    name: str,
    short: str,
    frames: Float[Tensor, "frames 1 28 28"],
    read: Read | None,
    shadow: Shadow | None,
    *,
    without: str = "",
) -> Piece:
    """Pack a way: its name, and a short one; its pictures, as many as FRAMES; what is read in
    them; its map, or what is said in a map's place.
    """
    pixels = (frames.clamp(0, 1) * 255).round().byte()
    empty = np.zeros(0, np.float32)
    return kept.piece(
        {
            "name": name,
            "short": short,
            "without": without,
            "digits": read.digits.tolist() if read else [],
            "sure": [percent(share) for share in read.sure.tolist()] if read else [],
            "lanes": shadow is not None and shadow.lanes,
        },
        {
            "frames": pixels.numpy(),
            "points": shadow.codes.numpy() if shadow else empty,
            "labels": shadow.labels.numpy().astype(np.uint8) if shadow else empty.astype(np.uint8),
            "path": shadow.path.numpy() if shadow else empty,
            "distance": shadow.distance.float().numpy() if shadow else empty,
        },
    )


def ways(
    pieces: Sequence[Piece | None],
    t: float,
    *,
    key: str,
    absent: tuple[str, str],
    on_t: Callable[[], None],
) -> bool:
    """Show ways at t, from 0 to 1; whether the browser failed to.

    Where a piece is None stands a column without a way: its name, and what is said in it.
    """
    name, without = absent
    with st.container(gap=None):
        named = {f"way{i}": piece for i, piece in enumerate(pieces)}
        state = _WAYS(
            key=key,
            data={
                "pieces": kept.keep(named, key=key),
                "t": [t],
                "stops": STOPS,
                "absent": {"name": name, "without": without},
                "colours": {"latent": theme.LATENT, "hole": theme.HOLE},
            },
            on_t_change=on_t,
            on_failed_change=lambda: None,
        )
    return bool(state.get("failed"))


_WAYS = v2.component(
    "latent_walk_ways",
    html=scripts.read("ways.html"),
    css=scripts.read("ways.css"),
    js=scripts.bundle("ways.js"),
)
