"""Two trainings, two maps: how far one of them is the other, turned and mirrored."""

import math
from collections.abc import Sequence

import streamlit as st
from jaxtyping import Float
from torch import Tensor

from app import cache, charts, widgets
from app.cache import Shown
from app.lessons.latent_scatter.asked import (
    BOTH,
    LOSS,
    MAP,
    NEITHER,
    SAME_LOSS,
    SAME_MAP,
    SEED,
)
from app.panels import files, predictions
from app.panels.map.axes import map_table
from app.state import Visitor, afresh, move
from app.teaching import Measured
from app.words import nats, percent
from core import latent
from core.models import ModelConfig

CODES = 2000  # on each map
STEP = 5  # degrees of the dial


def nearest(config: ModelConfig) -> str:
    """The pretrained model that a run is held against: of its kind, of about its size."""
    if config.kind == "vae":
        return "vae-lite-2-beta-1" if config.latent_dim <= 6 else "vae-lite-20-bernoulli"
    if config.latent_dim == 2:
        return f"ae-{config.architecture}-2"
    return f"ae-dense-{min((1, 8, 32), key=lambda d: abs(math.log(d / config.latent_dim)))}"


def last_two(visitor: Visitor, pretrained: Shown) -> None:
    """The maps of the last two runs; of the only run and the pretrained one where there is one.
    What of them is predicted stands before them.
    """
    runs = visitor.runs_here
    of = runs[-1].title if runs else pretrained.title
    if not predictions.ask(visitor, SEED, lambda: outcome(runs), of=f"{of}, two seeds"):
        return
    if outcome(runs) is None:
        st.markdown(
            "Train at the top with one seed, and again with another, all else the same. The maps "
            "of the last two runs stand here side by side, with a dial that turns one of them onto "
            "the other."
        )
    if runs:
        left, right = (runs[-2], runs[-1]) if len(runs) > 1 else (pretrained, runs[-1])
        aligned(visitor, left, right, key="map")


def outcome(runs: Sequence[Shown]) -> Measured | None:
    """What two runs share; None unless there are two that differ in their seeds and in no more."""
    if len(runs) < 2 or not _only_seeds_differ(*runs[-2:]):
        return None
    ours, theirs = (standard(run) for run in runs[-2:])
    costs = [cache.mean_terms(run).total for run in runs[-2:]]
    fit = shared(ours, latent.turn_onto(theirs, ours).of(theirs))
    value = same(*costs, fit=fit)
    words = (
        f"{value}: {nats(costs[0])} and {nats(costs[1])} per image, and after the best turn the "
        f"one map explains {percent(fit)} of the other"
    )
    return Measured(value, unusual=value != LOSS, words=words)


def same(cost: float, other: float, *, fit: float) -> str:
    """Which of the two is the same: the loss, the map, both or neither."""
    same_loss = abs(cost - other) < SAME_LOSS * max(abs(cost), abs(other))
    if fit > SAME_MAP:
        return BOTH if same_loss else MAP
    return LOSS if same_loss else NEITHER


def _only_seeds_differ(one: Shown, other: Shown) -> bool:
    mine, theirs = (dict(run.card.get("training", {})) for run in (one, other))
    seeds = mine.pop("seed", None), theirs.pop("seed", None)
    return one.config == other.config and mine == theirs and seeds[0] != seeds[1]


@files.figure
def aligned(visitor: Visitor, left: Shown, right: Shown, *, key: str) -> None:
    """Two maps of the same digits, each to its own scale, the right one turned and mirrored by a
    dial; and how much of it is then the left one, once it was predicted.
    """
    ours, theirs = (standard(shown) for shown in (left, right))
    best = latent.turn_onto(theirs, ours)
    dial = afresh(f"{key}-turn", 0, on=(left.key, right.key))
    flip = afresh(f"{key}-flip", False, on=(left.key, right.key))
    turn, mirror, fit = st.columns([3, 2, 2], vertical_alignment="bottom")
    with turn:
        degrees = widgets.whole_number(
            "Turn the right map by, degrees", 0, 360 - STEP, 0, step=STEP, key=dial
        )
    with mirror:
        mirrored = widgets.switch("Mirror it", key=flip)
    with fit:
        st.button(
            "The best turn",
            key=f"{key}-best-turn",
            on_click=move,
            args=({dial: round(best.degrees / STEP) * STEP % 360, flip: best.mirrored},),
            help="The turn, with or without a mirror, after which the same digits' codes lie "
            "nearest to one another (least squares).",
        )
    turned = latent.Turn(degrees, mirrored).of(theirs)
    for column, shown, points in zip(
        st.columns(2, gap="medium"), (left, right), (ours, turned), strict=True
    ):
        with column:
            st.altair_chart(
                charts.over(
                    charts.latent_map(
                        map_table(points, shown.labels[: len(points)], shown.digits),
                        (-3.0, 3.0, -3.0, 3.0),
                        title=shown.title,
                        axes=("", ""),
                    )
                ),
                key=f"{key}-{'left' if shown is left else 'right'}",
                alt=f"Codes of {len(points)} digits by {shown.title}, to their own scale",
            )
    if predictions.is_open(visitor, SEED):
        st.markdown(_told(left, right, ours, theirs, turned))


def standard(shown: Shown) -> Float[Tensor, "codes 2"]:
    """The map's first codes, in its plane, with mean 0 and mean square 1 along its axes: an
    autoencoder's scale means nothing.
    """
    points = shown.plane.project(shown.codes.mean[:CODES])
    points = points - points.mean(0)
    return points / points.square().mean().sqrt().clamp_min(1e-9)


def _told(
    left: Shown,
    right: Shown,
    ours: Float[Tensor, "codes 2"],
    theirs: Float[Tensor, "codes 2"],
    turned: Float[Tensor, "codes 2"],
) -> str:
    """Both costs, and what the two maps share: as they stand, and after the best turn."""
    costs = [nats(cache.mean_terms(shown).total) for shown in (left, right)]
    best = latent.turn_onto(theirs, ours).of(theirs)
    return (
        f"The same loss? **{costs[0]}** and **{costs[1]}** per image. The same map? As it stands, "
        f"the right map explains {percent(shared(ours, turned))} of where the left one puts the "
        f"same digits; after the best turn {percent(shared(ours, best))}. What is left then is no "
        "matter of turning."
    )


def shared(ours: Float[Tensor, "codes 2"], theirs: Float[Tensor, "codes 2"]) -> float:
    """Share of the one map's spread that the other explains, 0 where it explains none."""
    return max(0.0, 1 - ((ours - theirs).square().sum() / ours.square().sum()).item())
