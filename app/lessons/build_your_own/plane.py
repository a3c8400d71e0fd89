"""The runs of a visit between two costs: what their codes cost, and what their pictures cost."""

import pandas as pd
import streamlit as st

from app import cache, charts
from app.cache import PretrainedError, Shown
from app.panels import bench, files
from app.state import Visitor
from app.words import grouped, listed
from core.training import PROBE

# The pretrained models of one likelihood, Bernoulli's, that the course walks along: d, and β.
LADDER = tuple(f"ae-dense-{d}" for d in (1, 2, 4, 8, 16, 32))
SWEEP = tuple(f"vae-lite-2-beta-{beta}" for beta in ("0.0392", "0.392", "1", "3.92", "39.2"))
BESIDE = (*LADDER, *SWEEP, "vae-lite-20-bernoulli")
FOUR = 4  # of the ten digits: the one that tells models apart


def show(visitor: Visitor, here: Shown) -> None:
    """Every run as a picture at its place, the one that goes on among them; the pretrained models
    as points around them.
    """
    runs = [run.on(visitor.data) for run in visitor.runs.values()]
    under_way = here.key if isinstance(here, cache.Passing) else ""
    if under_way:
        runs.append(here)
    fitting = [run for run in runs if run.config.likelihood == "bernoulli"]
    places = [_place(visitor, run) for run in (*_pretrained(visitor), *fitting)]
    table = pd.DataFrame(places, columns=["kl", "reconstruction", "name", "key"])
    table["mine"] = [False] * (len(table) - len(fitting)) + [True] * len(fitting)
    table["here"] = table["mine"] & (table["key"] == here.key)
    four = visitor.followed().images[FOUR : FOUR + 1]
    table["image"] = [""] * (len(table) - len(fitting)) + [
        cache.thumbnail(run, four, 1, scale=2) for run in fitting
    ]
    floor, blind = cache.bce_extremes(visitor.data)
    st.altair_chart(
        charts.on_the_plane(
            table,
            pd.DataFrame(
                {
                    "reconstruction": [floor, blind],
                    "name": [f"entropy floor {floor:.1f}", f"mean image {blind:.1f}"],
                }
            ),
            title="What a code costs, and what its picture costs",
            x_domain=bench.holding((0.0, 30.0), table["kl"].tolist()),
            y_domain=_between(floor, blind, table["reconstruction"][table["key"] != under_way]),
        ),
        key="own-plane",
        alt="; ".join(
            f"{name}: KL {kl:.1f}, reconstruction {reconstruction:.1f}"
            for kl, reconstruction, name, _ in places
        ),
    )
    others = [run.title for run in runs if run not in fitting]
    few = f", of the run under way over {PROBE} of them, drawn at random" if under_way else ""
    told = (
        f"Means over the {grouped(len(visitor.digits.test_images))} test images in use"
        f"{few}. "
        f"Pictures: the {visitor.digits.class_names[FOUR]} of the ten, as each of your runs "
        "restores it; grey: pretrained models. Of two VAEs the one farther left and lower is "
        "better. An autoencoder pays no KL and promises no prior: it stands apart, on the axis. "
        "Lines: all images restored perfectly, and all answered with the mean training image."
    )
    if others:
        told += f" Not here, since other likelihoods charge other nats: {listed(others)}."
    st.caption(told)


def _place(visitor: Visitor, shown: Shown) -> tuple[float, float, str, str]:
    """Its KL, its reconstruction, its name (in the table, where it stands there), its key."""
    label = visitor.labels.get(shown.key)
    name = label.name if label else shown.title
    if isinstance(shown, cache.Passing):  # measured already, as its curve was
        kl, reconstruction = (shown.card["test"][term] for term in ("kl", "reconstruction"))
        return kl, reconstruction, name, shown.key
    terms = cache.mean_terms(shown)
    return terms.kl, terms.reconstruction, name, shown.key


def _between(floor: float, blind: float, settled: pd.Series) -> tuple[float, float]:
    """An axis for all that is over: a run that goes on enters it from above."""
    room = 0.15 * (blind - floor)
    return min(floor, settled.min()) - room, max(blind, settled.max()) + room


def _pretrained(visitor: Visitor) -> list[Shown]:
    found = []
    for name in BESIDE:
        try:
            found.append(cache.pretrained(name, visitor.data))
        except PretrainedError as error:
            files.lacks(error)
    return found
