"""Is slerp worth it? The great circle against the straight line on the same middles."""

import streamlit as st
from torch import Tensor

from app import cache, widgets
from app.cache import Judge, RejectingJudge, Shown
from app.lessons.interpolation import beside
from app.lessons.interpolation.asked import BEST
from app.lessons.interpolation.midpoints import points, readable, shares
from app.panels import beliefs, files, predictions
from app.state import Visitor
from app.words import listed
from core.data import SETS
from core.evaluation.judging import gain


@files.figure
def measured(visitor: Visitor) -> None:
    """Straight line against slerp on the middles of the same pairs, of two seeds."""
    if not SETS[visitor.data].are_digits or not predictions.is_open(visitor, BEST):
        return
    section = widgets.section("Is slerp worth it? Measured on the same pairs", key="walk-slerp")
    if not section.open:
        return
    with section:
        judges = cache.classifier(), cache.judge_of_digits()
        names = [*beside.PAIRS[20], *beside.OTHER_SEED]
        labels = ["AE", "VAE", "AE, other seed", "VAE, other seed"]
        twenty = {
            label: _two_ways(cache.pretrained(name, visitor.data), judges)
            for label, name in zip(labels, names, strict=True)
        }
        shares(twenty, title="Middles taken for a digit by slerp, d = 20", key="slerp-digit")
        gains = [f"{points(gain(*both))} ({name})" for name, both in twenty.items()]
        clear = all(gain(*both).clear and gain(*both).mean > 0 for both in twenty.values())
        st.markdown(
            f"With d = 20 slerp gains {listed(gains)}. "
            + ("Each is more than two standard errors." if clear else "Not all are clear.")
        )
        two = {
            shown.config.kind.upper(): gain(*_two_ways(shown, judges))
            for shown in (cache.pretrained(name, visitor.data) for name in beside.PAIRS[2])
        }
        told = listed([f"**{points(each)}** ({name})" for name, each in two.items()])
        beliefs.card(
            key="slerp-many-dimensions",
            belief="Slerp helps because codes of many dimensions all have nearly one norm.",
            evidence=f"With d = 2 norms are not alike, and there slerp gains {told}. Norms cannot "
            "be the whole reason. With any d, slerp's middle lies farther from the origin than the "
            "line's.",
        )
        st.caption(
            f"Dashes: the straight line. Lines: ± 2 standard errors of {cache.PAIRS} pairs; gains "
            "with ± one standard error of the differences."
        )


def _two_ways(shown: Shown, judges: tuple[Judge, RejectingJudge]) -> tuple[Tensor, Tensor]:
    """Which middles are readable by slerp, and which by the straight line."""
    round_, straight = (cache.between(shown, *judges, spherical=way) for way in (True, False))
    return readable(round_), readable(straight)
