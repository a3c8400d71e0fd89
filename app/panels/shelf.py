"""The shelf: runs of this visit that the learner keeps, on every page."""

from collections.abc import Sequence

import streamlit as st

from app import cache, widgets
from app.cache import Shown
from app.state import SHELF, Visitor
from app.words import nats, title
from core import evaluation
from core.data import to_float
from core.models import Kind

FULL = f"The shelf holds {SHELF} runs: let one of them go first."
THUMBNAIL = 5  # digits


def full(visitor: Visitor) -> bool:
    return len(visitor.shelf) >= SHELF


def show(visitor: Visitor, kinds: Sequence[Kind], selector: str) -> None:
    """The runs that are kept: digits that they restore, their settings, what a test image costs.

    Two that are ticked are held side by side in the page's figure.
    """
    if not visitor.shelf:
        return
    with st.expander(f"Your shelf: {len(visitor.shelf)} of {SHELF} runs", key="shelf"):
        ticked = [key for key in visitor.shelf if _run(visitor, visitor.runs[key], kinds, selector)]
        if len(ticked) == 2:
            widgets.act(
                "Hold these two side by side",
                visitor.compare,
                *ticked,
                key="shelf-compare",
                type="primary",
            )
        else:
            st.caption("Tick two to hold them side by side in this page's figure.")


def _run(visitor: Visitor, run: Shown, kinds: Sequence[Kind], selector: str) -> bool:
    """A run on the shelf; whether it is ticked."""
    shown = run.on(visitor.data)
    fits = run.config.kind in kinds
    picture, words, take, leave = st.columns([2, 4, 1, 1], vertical_alignment="center")
    with picture:
        restored = evaluation.judging.reconstruct(
            shown.model, to_float(visitor.followed().images[:THUMBNAIL])
        )
        widgets.pictures(
            restored,
            THUMBNAIL,
            key=f"shelf-{run.key}",
            scale=1,
            alt=f"{THUMBNAIL} digits as {run.title} restores them",
        )
    with words:
        ticked = widgets.tick(
            f"{title(run.config)}, seed {run.card.get('training', {}).get('seed', '?')}: "
            f"{nats(cache.mean_terms(shown).total)} per test image",
            key=f"shelf-tick-{run.key}",
            disabled=not fits,
        )
    with take:
        widgets.act(
            "Show here",
            visitor.take,
            run,
            visitor.page,
            selector,
            key=f"shelf-take-{run.key}",
            disabled=not fits,
        )
    with leave:
        widgets.act("Let go", visitor.let_go, run.key, key=f"shelf-leave-{run.key}")
    return ticked and fits
