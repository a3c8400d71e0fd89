"""The digits a page speaks of: the set in use, the ten being followed, the noise."""

import streamlit as st
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from app import cache, widgets
from app.cache import Judge, PretrainedError, RejectingJudge
from app.panels import files
from app.state import Visitor, afresh, stands
from app.words import percent
from core.data import SETS, DataError, Digits, Name, to_float


def pick_digits(visitor: Visitor) -> None:
    """A button for ten other digits, one of each class."""
    st.button(
        "Ten other digits" if SETS[visitor.data].are_digits else "Ten other images",
        key="other-digits",
        icon=":material/casino:",
        on_click=visitor.choose_digits,
    )


def first_of_each_class(digits: Digits, each: int = 1) -> Float[Tensor, "n 1 28 28"]:
    """The first test images of every class, a row of ten classes after the other."""
    rows = [
        (digits.test_labels == label).nonzero()[:each, 0]
        for label in range(len(digits.class_names))
    ]
    return to_float(digits.test_images[torch.stack(rows, 1).flatten()])


def new_noise(visitor: Visitor, *, key: str = "new-noise") -> None:
    """A button for another draw of the noise, on every page."""
    st.button("New noise", key=key, icon=":material/casino:", on_click=visitor.new_noise)


def choose_digit(
    visitor: Visitor, label: str, position: int, *, key: str
) -> tuple[UInt8[Tensor, "1 1 28 28"], str]:
    """One of the ten digits being followed, and its name."""
    ten = visitor.followed()
    place = widgets.choice(
        label,
        [str(i) for i in range(len(ten.names))],
        default=str(position),
        key=key,
        format_func=lambda i: ten.names[int(i)],
    )
    if visitor.own is not None:  # whose name no link knows
        stands(key, [visitor.digits.class_names[int(place)]], usual=place == str(position))
    return ten.images[int(place)][None], ten.names[int(place)]


def judge(name: Name) -> Judge | None:
    """Who reads pictures of that data set: the classifier of the course; nobody where they are
    not its digits, or where its file cannot be used.
    """
    if not SETS[name].are_digits:
        return None
    try:
        return cache.classifier()
    except PretrainedError as error:
        files.lacks(error)
        return None


def strict_judge(name: Name) -> RejectingJudge | None:
    """Who may answer that a picture is no digit; nobody where `judge` is nobody, or where its file
    cannot be used.
    """
    if not SETS[name].are_digits:
        return None
    try:
        return cache.judge_of_digits()
    except PretrainedError as error:
        files.lacks(error)
        return None


def tell_of_other_data(visitor: Visitor) -> None:
    """At a page's top, where the images in use are no digits: of what it speaks then."""
    about = SETS[visitor.data]
    if not about.are_digits:
        st.info(
            f"**{about.title} is in use**: where this page says digit, read image; on maps 0 to 9 "
            "are its classes, in the order of the Data page. Pretrained models and classifier know "
            "MNIST's digits only, so here the models meet strangers, and nothing is read. The "
            "questions are about the sample's digits. What you train learns from these images.",
            icon=":material/info:",
        )


def why_unread(name: Name) -> str:
    """Why there is no judge for a data set: a sentence."""
    if not SETS[name].are_digits:
        return "The classifier of this course knows only MNIST's digits, so it cannot judge."
    return "The classifier's file cannot be used, so nobody can judge here."


def opinions_on(visitor: Visitor, pictures: Tensor) -> list[str]:
    """What the classifier reads and how sure it is; nothing where it knows no such images."""
    reader = judge(visitor.data)
    if reader is None:
        return [""] * len(pictures)
    probability, read = reader.model.probabilities(pictures).max(1)
    return [f"{digit}: {percent(p)}" for digit, p in zip(read.tolist(), probability.tolist())]


def choose_data(visitor: Visitor) -> None:
    """The data set in use, for all pages, among those on this server; the others can be fetched."""
    here: list[Name] = [name for name in SETS if cache.has_data(name)]
    name: Name = widgets.answer(
        "Data in use on every page",
        here,
        visitor.data,
        key=afresh("data-in-use", visitor.data, on=(visitor.data, len(here))),
        format_func=lambda name: SETS[name].title,
    )
    if name != visitor.data:
        visitor.use_data(name)
        st.rerun()
    missing: list[Name] = [name for name in SETS if name not in here]
    if missing:
        st.caption(
            "Not on this server, or not whole. Each can be fetched from its home on the network: "
            "about 11 to 30 MB, 54 MB unpacked. Until then the set in use stays."
        )
        with st.container(horizontal=True):
            wanted: list[Name] = [name for name in missing if _asked_for(name)]
        for name in wanted:
            _fetch(visitor, name)


def _asked_for(name: Name) -> bool:
    return st.button(
        f"Fetch {SETS[name].title}", key=f"fetch-{name}", icon=":material/cloud_download:"
    )


def _fetch(visitor: Visitor, name: Name) -> None:
    try:
        with st.spinner(f"Fetching {SETS[name].title} …", show_time=True):
            cache.fetch(name)
    except DataError as error:
        st.error(str(error), icon=":material/cloud_off:")
    else:
        visitor.use_data(name)
        st.rerun()
