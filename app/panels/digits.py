"""The digits a page speaks of: the set in use, the ten being followed, the noise."""

import streamlit as st
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from app import cache, widgets
from app.state import Ten, Visitor, afresh
from core.data import DataError, Digits, Name, to_float


def digits_in_use(visitor: Visitor) -> Digits:
    """The data set in use; where it cannot be read any more, the sample, and a sentence why."""
    try:
        return cache.digits(visitor.data)
    except DataError as error:
        st.warning(f"{error} The sample is in use instead.", icon=":material/folder_off:")
        visitor.use_data("sample")
        return cache.digits("sample")


def ten_digits(visitor: Visitor) -> Ten:
    """The ten digits that pages follow, from a set that can be read."""
    return visitor.followed()


def pick_digits(visitor: Visitor) -> None:
    """A button for ten other digits, one of each class."""
    st.button(
        "Ten other digits",
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
    ten = ten_digits(visitor)
    place = widgets.choice(
        label,
        [str(i) for i in range(len(ten.names))],
        default=str(position),
        key=key,
        format_func=lambda i: ten.names[int(i)],
    )
    return ten.images[int(place)][None], ten.names[int(place)]


def reads_digits(visitor: Visitor) -> bool:
    return visitor.digits.name in ("sample", "mnist")


def opinions_on(visitor: Visitor, pictures: Tensor) -> list[str]:
    """What the classifier reads and how sure it is; nothing where it knows no such images."""
    if not reads_digits(visitor):
        return [""] * len(pictures)
    probability, read = cache.classifier()[0].probabilities(pictures).max(1)
    return [f"{digit}: {p:.0%}" for digit, p in zip(read.tolist(), probability.tolist())]


_SETS: dict[Name, str] = {
    "sample": "Sample",
    "mnist": "MNIST",
    "fashion-mnist": "Fashion-MNIST",
    "kmnist": "Kuzushiji-MNIST",
}


def choose_data(visitor: Visitor) -> None:
    """The data set in use, for all pages; a set that is not on this server is fetched if asked."""
    name: Name = st.segmented_control(
        "Data in use on every page",
        list(_SETS),
        default=visitor.data,
        format_func=_SETS.__getitem__,
        required=True,
        key=afresh("data-in-use", visitor.data, on=visitor.data),
    )
    if name == visitor.data:
        return
    if cache.has_data(name):
        visitor.use_data(name)
        st.rerun()
    st.info(
        f"{_SETS[name]} is not complete on this server. It can be fetched from its home on the "
        "network: about 11 to 30 MB, 54 MB unpacked. Until then the set in use stays.",
        icon=":material/cloud_download:",
    )
    if st.button(f"Fetch {_SETS[name]}", key=f"fetch-{name}", type="primary"):
        try:
            with st.spinner(f"Fetching {_SETS[name]} …", show_time=True):
                cache.fetch(name)
        except DataError as error:
            st.error(str(error), icon=":material/cloud_off:")
        else:
            visitor.use_data(name)
            st.rerun()
