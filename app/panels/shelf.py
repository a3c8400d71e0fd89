"""The shelf: the runs of this visit that the learner has pinned, on every page."""

from collections.abc import Sequence

import streamlit as st

from app import cache, widgets
from app.cache import Shown
from app.course import LESSONS
from app.state import SHELF, Visitor
from app.words import as_code, grouped, nats, title
from core import evaluation
from core.data import to_float
from core.models import Kind

FULL = f"The shelf is full: it holds {SHELF}. Take one off first."
CARD = 232  # pixels of the screen: four cards stand side by side


def full(visitor: Visitor) -> bool:
    return len(visitor.shelf) >= SHELF


def show(visitor: Visitor, kinds: Sequence[Kind], selector: str) -> None:
    """The pinned runs, each a card: the ten digits as it restores them, its settings, what
    a test image costs it. Two that are ticked are held side by side in the page's figure.
    """
    if not visitor.shelf:
        return

    @st.fragment
    def cards() -> None:
        st.caption("Tick two to hold them side by side in the figure above.")
        ticked: list[str] = []
        with st.container(horizontal=True):
            for key in visitor.shelf:
                with _card(visitor, visitor.runs[key]):
                    if _handles(visitor, visitor.runs[key], kinds, selector):
                        ticked.append(key)
        if len(ticked) == 2:
            widgets.act(
                "Hold these two side by side",
                visitor.compare,
                *ticked,
                key="shelf-compare",
                type="primary",
            )
        elif len(ticked) > 2:
            st.caption(f"{len(ticked)} are ticked: two at a time can stand side by side.")

    with st.expander(_how_many(visitor), key="shelf"):
        cards()


def to_see(visitor: Visitor) -> None:
    """The same on a page without a figure to hold them in, and the way to one that has it."""
    if not visitor.shelf:
        return
    with st.expander(_how_many(visitor), key="shelf"):
        with st.container(horizontal=True):
            for key in visitor.shelf:
                with _card(visitor, visitor.runs[key]):
                    pass
        st.page_link(
            LESSONS[-1].page,
            label=f"Hold them side by side in lesson {len(LESSONS)}",
            icon=":material/arrow_forward:",
        )


def _how_many(visitor: Visitor) -> str:
    return f"Your shelf: {len(visitor.shelf)} of {SHELF} runs"


def _card(visitor: Visitor, run: Shown):
    """A run in a frame, which further elements may be put into."""
    shown = run.on(visitor.data)
    frame = st.container(border=True, width=CARD, gap="small", key=f"shelf-card-{run.key}")
    with frame:
        digits = to_float(visitor.followed().images)
        widgets.pictures(
            evaluation.judging.reconstruct(shown.model, digits),
            len(digits) // 2,
            key=f"shelf-{run.key}",
            scale=1,
            alt=f"Ten digits as {run.title} restores them",
        )
        cost = nats(cache.mean_terms(shown).total)
        name, note = visitor.labels[run.key]
        st.markdown(f"{as_code(name)}  \n**{title(run.config)}**  \n{cost} per test image")
        st.caption(_how_trained(run) + (f"  \n{as_code(note)}" if note else ""))
    return frame


def _how_trained(run: Shown) -> str:
    """Its training in a few words, as its card has it."""
    training = run.card.get("training", {})
    told = ["brought back"] if run.brought else []
    if run.config.architecture == "dense":
        told.append(f"{run.config.hidden_dim} hidden units")
    if epochs := training.get("epochs"):
        images = training.get("images")
        told.append(f"{epochs} epochs" + (f" of {grouped(images)} images" if images else ""))
    if (seed := training.get("seed")) is not None:
        told.append(f"seed {seed}")
    return ", ".join(told)


def _handles(visitor: Visitor, run: Shown, kinds: Sequence[Kind], selector: str) -> bool:
    """What can be done with a run on the shelf; whether it is ticked."""
    fits = run.config.kind in kinds
    if not fits:
        st.caption(f"This page shows no {run.config.kind.upper()}.")
    ticked = fits and widgets.tick("Side by side", key=f"shelf-tick-{run.key}")
    with st.container(horizontal=True, gap="small"):
        if fits:
            widgets.act(
                "Show here",
                visitor.take,
                run,
                visitor.page,
                selector,
                key=f"shelf-take-{run.key}",
            )
        widgets.act("Take off", visitor.let_go, run.key, key=f"shelf-leave-{run.key}")
    return ticked
