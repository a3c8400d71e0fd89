"""The learner's own digit, drawn or brought: encoded and decoded at once, on every page after."""

import zlib
from dataclasses import replace

import streamlit as st
from jaxtyping import UInt8
from torch import Tensor

from app import cache, charts, widgets
from app.cache import Shown
from app.components.draw_digit import draw_digit
from app.panels import own_picture
from app.panels.digits import judge
from app.panels.map.axes import map_points
from app.state import Drawing, Visitor, afresh
from core.data import to_float

EXAMPLE = 4  # of the ten digits, on the paper until somebody draws: a short code makes it a nine


@st.fragment
def draw_your_own(visitor: Visitor, shown: Shown) -> None:
    """Paper to draw on, what the model makes of it meanwhile, and a place among the ten digits."""
    points = map_points(shown).numpy()
    tails = not shown.is_vae and charts.long_tailed(points)
    extent = charts.close_up(points) if tails else None
    content = cache.draw_content(shown, judge(visitor.data))
    if content.map is not None:
        content = replace(content, map=replace(content.map, extent=extent))
    paper = st.container()
    brought = own_picture.bring(
        visitor,
        "The picture is centred and scaled as MNIST's were. On the map: where the encoder puts it"
        + (", with its posterior at 1σ." if shown.is_vae else "."),
    )
    before = visitor.own.image if visitor.own else None
    with paper:
        drawn = draw_digit(
            content,
            key=f"draw-{shown.config.kind}-{visitor.data}{_fingerprint(brought)}",
            example=visitor.followed().images[EXAMPLE][None],
            before=before if brought is None else brought,
        )
        if drawn.failed:
            st.info("Choose test digits instead: ten of them are restored on the server.")
    image = brought if drawn.image is None else drawn.image
    if image is not None:
        _follow(visitor, image)
    if visitor.own is not None:
        st.success(
            f"Your {visitor.own.name} stands among the ten digits on every page.",
            icon=":material/draw:",
        )
        if st.button("Let it go", key="draw-let-go"):
            visitor.drawn = None
            st.rerun()


def _fingerprint(picture: UInt8[Tensor, "1 1 28 28"] | None) -> str:
    """What is brought lies on paper of its own."""
    return "" if picture is None else f"-{zlib.crc32(picture.numpy().tobytes())}"


def _follow(visitor: Visitor, image: UInt8[Tensor, "1 1 28 28"]) -> None:
    """Offer to follow this picture through the course."""
    if visitor.own is not None and image.equal(visitor.own.image):
        return
    names, reader = visitor.digits.class_names, judge(visitor.data)
    read = names[int(reader.model.probabilities(to_float(image)).argmax()) if reader else 0]
    which, take = st.columns([3, 1], vertical_alignment="bottom")
    with which:
        label = widgets.answer(
            "It is a",
            names,
            read,
            key=afresh("draw-is", read, on=(names, read)),
        )
    if take.button("Follow it", key="draw-follow", icon=":material/arrow_forward:", type="primary"):
        visitor.drawn = Drawing(image.clone(), names.index(label), names)
        st.rerun()
