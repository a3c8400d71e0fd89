"""The way home: a run as one .zip that stands alone, and the way back."""

import functools

import streamlit as st

from app import cache, widgets
from app.cache import Shown
from app.lessons.build_your_own.own import SELECTOR
from app.state import Visitor, afresh
from app.words import file_name, title
from core import export, onnx_graph

SHEET = 100  # test images that come along
SUFFIXES = ("zip", "safetensors", "json")


def show(visitor: Visitor, shown: Shown) -> None:
    """Take a run of this visit home, or bring a model back."""
    with widgets.section("Take your model home, or bring one back", key="own-home") as section:
        if section.open:
            if visitor.runs:
                take_home(visitor, shown)
            else:
                st.markdown(
                    "You have trained nothing yet: there will be a .zip of each of your runs."
                )
            bring_back(visitor)


def take_home(visitor: Visitor, shown: Shown) -> None:
    """A run's files to download, made when they are asked for."""
    run = _chosen(visitor, shown)
    name = file_name(run.config, _seed(run))
    st.markdown(
        "One .zip that needs nothing of this course: the weights, the configuration and a model "
        "card, named as on the Hugging Face hub, and `model.py`, a short program that rebuilds "
        "this very model. It restores pictures, draws samples and walks, and goes on training. "
        "`model.ipynb` is the same as a notebook."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Take it home",
            functools.partial(zip_of, run, name),
            f"{name}.zip",
            "application/zip",
            key="take-home",
            icon=":material/download:",
            on_click="ignore",
        )
        if onnx_graph.is_possible():
            st.download_button(
                "As ONNX",
                functools.partial(_onnx_zip, run),
                f"{name}-onnx.zip",
                "application/zip",
                key="take-onnx",
                icon=":material/download:",
                on_click="ignore",
                help="Encoder and decoder for programs without PyTorch.",
            )
    if not onnx_graph.is_possible():
        st.caption(
            "For ONNX files too, which need no PyTorch, install what `requirements-export.txt` "
            "lists where the course runs, and start it again."
        )
    st.code(f"unzip {name}.zip -d {name}\ncd {name}\npython model.py", language="sh")


def _chosen(visitor: Visitor, shown: Shown) -> Shown:
    """Which run of the visit: the one on the page, unless the learner names another."""
    newest = list(reversed(visitor.runs))
    first = shown.key if shown.key in visitor.runs else newest[0]
    keys = [first, *(key for key in newest if key != first)]
    if len(keys) == 1:
        return visitor.runs[first]
    key = afresh("home-run", first, on=(first, len(keys)))
    names = {each: f"{visitor.labels[each].name}: {_named(visitor.runs[each])}" for each in keys}
    chosen = widgets.one_of_mine("Which run", keys, key=key, format_func=names.__getitem__)
    return visitor.runs[chosen]


def _named(run: Shown) -> str:
    parts = [title(run.config)]
    if (seed := _seed(run)) is not None:
        parts.append(f"seed {seed}")
    if run.brought:
        parts.append("brought back")
    return ", ".join(parts)


def _seed(run: Shown) -> int | None:
    return run.card.get("training", {}).get("seed")


def zip_of(run: Shown, name: str) -> bytes:
    """All that a run goes home as."""
    digits = cache.digits(run.data).test_images[:SHEET]
    return export.zipped(export.home(run.model, run.card, digits, name))


def _onnx_zip(run: Shown) -> bytes:
    return export.zipped(export.onnx(run.model))


def bring_back(visitor: Visitor) -> None:
    """A model from its files, checked and measured anew."""
    st.markdown(
        "To bring a model back, choose the .zip that you took home, or `model.safetensors` and "
        "`config.json` out of it. Its figures are measured anew."
    )
    files = st.file_uploader(
        "A model's .zip, or its files",
        SUFFIXES,
        accept_multiple_files=True,
        key=f"bring-back-{visitor.brought}",
        max_upload_size=5,
        on_change=visitor.choose_files,
    )
    if not files:
        return
    contents = {file.name: file.getvalue() for file in files}
    widgets.act(
        "Bring it back",
        visitor.bring_back,
        contents,
        SELECTOR,
        key="bring-back",
        icon=":material/upload:",
    )
    if visitor.refused:
        st.error(visitor.refused, icon=":material/error:")
