"""How evenly the pictures change along a way."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app import charts
from app.cache import Ends, Shown
from app.components.ways import STOPS
from app.lessons.interpolation import beside
from app.panels import walks
from app.words import listed
from core import evaluation

DASHES = ([2, 3], [6, 3], [1, 0], [8, 2, 2, 2])


def step_speeds(ends: Ends, models: Sequence[Shown], *, spherical: bool) -> None:
    """How far each picture is from the one before, along the cross-fade and through the codes of
    up to three models.
    """
    rows = {"cross-fade": walks.crossfade(ends, STOPS)}
    for name, shown in beside.named(models).items():
        rows[name] = walks.walk(shown, ends, STOPS, spherical=spherical).frames
    curves = pd.concat(
        pd.DataFrame(
            {"y": evaluation.judging.squared_error(frames[1:], frames[:-1]).sqrt().numpy()}
        )
        .assign(curve=name)
        .reset_index(names="x")
        for name, frames in rows.items()
    )
    curves["x"] += 1
    top = max(1.0, float(curves["y"].max())) * 1.1
    st.altair_chart(
        charts.lines(
            curves,
            title="How much the picture changes from one frame to the next",
            x="step k",
            y="‖g(zₖ₊₁) − g(zₖ)‖",
            colours={name: beside.colour(name) for name in rows},
            dashes=dict(zip(rows, DASHES)),
            y_domain=(0, top),
        ),
        key="speeds",
        alt="The distance between successive frames of " + listed(list(rows)),
    )
