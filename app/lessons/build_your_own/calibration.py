"""What was said of the runs of a visit, beside what came out: how well one knows one's models."""

import pandas as pd
import streamlit as st

from app import charts
from app.lessons.build_your_own.asked import COST, RATE
from app.state import Visitor
from app.words import grouped, nats

TITLES = {COST.key: "Restoring a test image", RATE.key: "KL of the codes"}


def show(visitor: Visitor) -> None:
    """Every run that something was said of, the nearer to the line the better; and in words."""
    points = pd.DataFrame(
        [(key, said, came) for (_, key), (said, came) in visitor.calibration.items()],
        columns=["key", "said", "measured"],
    )
    if not len(points):
        st.caption("What you say before Train stands here beside what came out, run by run.")
        return
    for column, (key, title) in zip(st.columns(2), TITLES.items(), strict=True):
        ours = points[points["key"] == key]
        if len(ours):
            with column:
                _one(ours, key, title)


def _one(points: pd.DataFrame, key: str, title: str) -> None:
    st.altair_chart(
        charts.said_and_measured(points, title=title, unit="nats per image"),
        key=f"calibration-{key}",
        alt="; ".join(
            f"said {said:.0f}, measured {came:.1f}"
            for said, came in zip(points["said"], points["measured"])
        ),
    )
    off = points["said"] - points["measured"]
    runs = f"{grouped(len(points))} run{'s' if len(points) > 1 else ''}"
    st.caption(
        f"Over {runs} you were off by **{nats(off.abs().mean())}** on average, and too high in "
        f"{int((off > 0).sum())}. On the line you would have been right."
    )
