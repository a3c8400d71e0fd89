"""Two to four runs beside each other: what differs, and every figure on the same digits and ε."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app import cache, widgets
from app.lessons.build_your_own import figures
from app.panels.differing import (
    NOTHING,
    called,
    conclusion,
    differing,
    in_markdown,
    settings_of,
)
from app.panels.logit_bounds import same_nats
from app.state import Visitor
from app.words import as_code, nats

LETTERS = "ABCD"


def show(visitor: Visitor, keys: Sequence[str]) -> None:
    """What can be concluded, the settings and costs, and a figure of all of them."""
    runs = [visitor.runs[key].on(visitor.data) for key in keys]
    settings = [settings_of(visitor.runs[key]) for key in keys]
    names = [visitor.labels[key].name for key in keys]
    differ = differing(settings)
    st.markdown(f"**{conclusion(settings)}**")
    everything = dict.fromkeys(name for each in settings for name in each)
    rows = {}
    for name in sorted(everything, key=lambda name: name not in differ):
        told = [in_markdown(name, each[name]) if name in each else "" for each in settings]
        if name in differ:
            rows[f"**≠ {called(name)}**"] = [f":orange-background[**{each}**]" for each in told]
        elif set(told) != {NOTHING}:
            rows[called(name)] = told
    terms = [cache.mean_terms(run) for run in runs]
    rows["Reconstruction"] = [nats(each.reconstruction) for each in terms]
    rows["KL"] = [nats(each.kl, 2) if run.is_vae else "" for run, each in zip(runs, terms)]
    heads = [f"{letter} {as_code(name)}" for letter, name in zip(LETTERS, names)]
    with st.container(key="strip-settings"):
        st.table(pd.DataFrame.from_dict(rows, orient="index", columns=heads))
    if not all(same_nats(runs[0].config, run.config) for run in runs):
        st.caption(figures.OTHER_NATS)
    figure = widgets.choice("Compare in", figures.SEVERAL, key="compare-figure")
    named = {f"{letter} {name}": run for letter, name, run in zip(LETTERS, names, runs)}
    figures.several(visitor, figure, named, key="compare")
