"""Which way is better? How evenly the pictures change, and what a classifier makes of midpoints."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from torch import Tensor

from app import cache, charts, theme
from app.cache import Shown
from app.panels.digits import judge, why_unread
from app.panels.walks import Walk
from app.state import Visitor
from app.words import listed, percent
from core import evaluation


def step_speeds(fade: Tensor, walks: Sequence[Walk]) -> None:
    """How far each picture is from the one before, along the three ways."""
    rows = {"cross-fade": fade} | {path.shown.config.kind.upper(): path.frames for path in walks}
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
            colours=dict(zip(rows, (theme.PRIOR, theme.LATENT, theme.LATENT))),
            dashes=dict(zip(rows, ([2, 3], [6, 3], [1, 0]))),
            y_domain=(0, top),
        ),
        key="speeds",
        alt="The distance between successive frames of cross-fade, AE and VAE",
    )


def midpoints(visitor: Visitor, models: Sequence[Shown]) -> None:
    """The classifier's opinion of the middle between many random pairs, with its baseline."""
    reader = judge(visitor.data)
    if reader is None:
        st.caption(why_unread(visitor.data))
        return
    judged = {"cross-fade": cache.between_pixels(visitor.data, reader)}
    judged |= {s.config.kind.upper(): cache.between(s, reader) for s in models}
    real = cache.sure_of_digits(visitor.data, reader)
    sure = {"real digits": real} | {name: share.confident for name, share in judged.items()}
    other = {name: share.other for name, share in judged.items()}
    for column, shares, title in zip(
        st.columns(2), (sure, other), ("Classifier more than 90 % sure", "Read as neither end")
    ):
        colours = {name: theme.LATENT if name in ("AE", "VAE") else theme.PRIOR for name in shares}
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
        + listed([f"{percent(judged[s.config.kind.upper()].other)} ({s.title})" for s in models])
        + "."
    )
    margin = 1.96 * 0.5 / cache.PAIRS**0.5
    st.caption(
        f"Midpoints of {cache.PAIRS} random pairs of test digits of different classes, the same "
        f"pairs for all; each share is known to about ±{percent(margin)}. The classifier has seen "
        "digits only, so its confidence does not say that a picture looks like one."
    )
