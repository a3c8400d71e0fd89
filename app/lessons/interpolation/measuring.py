"""Which way is better? How evenly the pictures change, and what a classifier makes of midpoints."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from app import cache, charts, theme
from app.cache import Ends, Shown
from app.components.ways import STOPS
from app.lessons.interpolation.beside import named
from app.panels import walks
from app.panels.digits import judge, why_unread
from app.state import Visitor
from app.words import listed, percent
from core import evaluation

DASHES = ([2, 3], [6, 3], [1, 0], [8, 2, 2, 2])


def step_speeds(ends: Ends, models: Sequence[Shown], *, spherical: bool) -> None:
    """How far each picture is from the one before, along the cross-fade and through the codes of
    up to three models.
    """
    rows = {"cross-fade": walks.crossfade(ends, STOPS)}
    for name, shown in named(models).items():
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
            colours={name: _colour(name) for name in rows},
            dashes=dict(zip(rows, DASHES)),
            y_domain=(0, top),
        ),
        key="speeds",
        alt="The distance between successive frames of " + listed(list(rows)),
    )


def _colour(name: str) -> str:
    """Of a way, or of pictures that no decoder drew."""
    if name.startswith("yours"):
        return theme.DECODER
    return theme.LATENT if name in ("AE", "VAE") else theme.PRIOR


def midpoints(visitor: Visitor, models: Mapping[str, Shown]) -> None:
    """The classifier's opinion of the middle between many random pairs, with its baseline."""
    reader = judge(visitor.data)
    if reader is None:
        st.caption(why_unread(visitor.data))
        return
    judged = {"cross-fade": cache.between_pixels(visitor.data, reader)}
    judged |= {name: cache.between(shown, reader) for name, shown in models.items()}
    real = cache.sure_of_digits(visitor.data, reader)
    sure = {"real digits": real} | {name: share.confident for name, share in judged.items()}
    other = {name: share.other for name, share in judged.items()}
    for column, shares, title in zip(
        st.columns(2), (sure, other), ("Classifier more than 90 % sure", "Read as neither end")
    ):
        colours = {name: _colour(name) for name in shares}
        table = pd.DataFrame({"name": list(shares), "value": [100 * v for v in shares.values()]})
        column.altair_chart(
            charts.bars(table, title=title, y="% of the pictures", colours=colours),
            key=f"midpoints-{title}",
            alt=f"{title}: " + ", ".join(f"{k} {percent(v)}" for k, v in shares.items()),
        )
    fade = judged["cross-fade"].other
    st.markdown(
        f"A double exposure, too, can be read as a third digit: {percent(fade)} of the cross-fades "
        "are, without a stroke that neither end has. Of the pictures decoded between codes it is "
        + listed([f"{percent(judged[name].other)} ({s.title})" for name, s in models.items()])
        + "."
    )
    margin = 1.96 * 0.5 / cache.PAIRS**0.5
    st.caption(
        f"Midpoints of {cache.PAIRS} random pairs of test digits of different classes, the same "
        f"pairs for all; each share is known to about ±{percent(margin)}. The classifier has seen "
        "digits only, so its confidence does not say that a picture looks like one."
    )
