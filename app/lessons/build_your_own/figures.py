"""The figures of the course for a model of one's own, as it learns, and for two side by side."""

import pandas as pd
import streamlit as st

from app import cache, charts, theme, widgets
from app.cache import Shown
from app.panels import film, restoring
from app.panels.digits import choose_digit
from app.panels.map.axes import code_map, map_points, map_title, prior_centre
from app.panels.map.pad import Extra, at_the_mark, hand_map, optional_layers
from app.panels.walks import Ends, crossfade, strips, walk
from app.state import Visitor, afresh
from app.words import nats
from core.training import PROBE

FIGURES = ["Reconstructions", "Map", "Samples", "Interpolation", "Film", "Loss terms"]
FRAMES = 11  # of a walk
PRIOR, FITTED = "The prior N(0, I)", "A Gaussian fitted to the codes"
EARLY = 0.05  # of a training: its first steps, in which costs fall from anywhere


def one(visitor: Visitor, figure: str, now: Shown) -> None:
    """A figure of one model, which may be a run as it goes on."""
    match figure:
        case "Reconstructions":
            restoring.reconstructions(visitor, now)
        case "Map":
            _map(visitor, now)
        case "Samples":
            _samples(visitor, now)
        case "Interpolation":
            ends = _ends(visitor)
            strips(visitor, crossfade(ends, FRAMES), [walk(now, ends, FRAMES)])
        case "Film" if isinstance(now, cache.Passing):
            st.info("The film is ready when the run is over. The other figures move with it.")
        case "Film":
            film.training_film(now, key="own-film")
        case _:
            learned_curves(now)


def two(visitor: Visitor, figure: str, left: Shown, right: Shown) -> None:
    """The same figure of two models: the same digits, the same ε, the same axes where they mean
    the same.
    """
    match figure:
        case "Reconstructions":
            restoring.side_by_side(visitor, left, right)
        case "Map":
            _two_maps(visitor, left, right)
        case "Samples":
            _samples(visitor, left, right)
        case "Interpolation":
            ends = _ends(visitor)
            walks = [walk(shown, ends, FRAMES) for shown in (left, right)]
            strips(visitor, crossfade(ends, FRAMES), walks)
        case "Film":
            film.training_film(left, right, key="own-films")
        case _:
            _two_curves(left, right)


# ---- maps --------------------------------------------------------------------------------------


def _map(visitor: Visitor, now: Shown) -> None:
    """The codes under the learner's hand, on axes that seldom move while a run goes on."""
    title = map_title(now, len(now.codes.mean))
    if visitor.pad_failed:
        st.altair_chart(charts.over(code_map(visitor, now, title)[0]), key="own-chart", alt=title)
        return
    usual: list[Extra] = ["N(0, I)"] if now.is_vae else []
    layers = optional_layers(usual, key=afresh("own-layers", usual, on=now.is_vae))
    st.markdown(f"**{title}**")
    name = f"own-map-{now.key}"
    mark = hand_map(visitor, now, key="own-map", name=name, layers=layers, extent=_extent(now))
    at_the_mark(now, mark.z)


def _two_maps(visitor: Visitor, left: Shown, right: Shown) -> None:
    """Both maps; on the same axes where the two planes are the codes themselves."""
    planes = left.config.latent_dim == right.config.latent_dim == 2
    for shown, other, column in zip((left, right), (right, left), st.columns(2)):
        title = f"Codes: {shown.title}"
        also = [map_points(other)] if planes else []
        column.altair_chart(
            charts.over(code_map(visitor, shown, title, *also)[0]),
            key=f"own-map-{'left' if shown is left else 'right'}",
            alt=title,
        )


def _extent(now: Shown) -> charts.Domain:
    """Axes for codes that move, in steps; they hold three standard deviations of a VAE's prior."""
    left, right, bottom, top = charts.steady_domain(map_points(now).numpy())
    if not now.is_vae:
        return left, right, bottom, top
    x, y = prior_centre(now)
    return min(left, x - 3), max(right, x + 3), min(bottom, y - 3), max(top, y + 3)


# ---- pictures ----------------------------------------------------------------------------------


def _samples(visitor: Visitor, *models: Shown) -> None:
    """Sixteen samples of each model from the same ε, from the prior or from a fitted Gaussian."""
    usual = PRIOR if models[-1].is_vae else FITTED
    key = afresh("own-sampler", usual, on=usual)
    chosen = widgets.choice("Sample from", [PRIOR, FITTED], key=key, default=usual)
    sampler = "prior" if chosen == PRIOR else "gaussian"
    drawn = [cache.samples(shown, sampler, visitor.noise_seed) for shown in models]
    for shown, samples in zip(models, drawn):
        if len(models) > 1:
            st.markdown(f"**{shown.title}**")
        half = len(samples.z) // 2
        widgets.pictures(
            samples.images,
            half,
            key=f"own-samples-{shown.key}" if len(models) > 1 else "own-samples",
            alt=f"{len(samples.z)} decoded samples of {shown.title}",
        )
    st.caption(
        "The prior is what a VAE is paid to fill. An autoencoder never heard of it: a Gaussian "
        "is fitted to its codes. The draws ε are the same for every model."
    )


def _ends(visitor: Visitor) -> Ends:
    """The two digits that a walk leads from and to."""
    left, right = st.columns(2)
    with left:
        start, _ = choose_digit(visitor, "From", 4, key="own-from")
    with right:
        end, _ = choose_digit(visitor, "To", 7, key="own-to")
    return start, end


# ---- curves ------------------------------------------------------------------------------------


def learned_curves(shown: Shown) -> None:
    """The terms of the loss over a training, so far or as a whole, from its card."""
    history = shown.card.get("history", [])
    if len(history) < 2 and not isinstance(shown, cache.Passing):
        st.info("This model's card holds no history of its training.")
        return
    last_step = max(shown.card.get("planned_steps", 0), history[-1]["step"])
    curves = {"reconstruction": ("Reconstruction", theme.RECONSTRUCTION, 10.0)}
    if shown.is_vae:
        curves["kl"] = ("KL to the prior", theme.KL, 2.0)
        curves["total"] = ("Their sum, with β", theme.TOTAL, 10.0)
    for column, (term, (heading, colour, grain)) in zip(st.columns(len(curves)), curves.items()):
        table = pd.DataFrame(
            [
                (record["step"], terms[term], images)
                for record in history
                for images, terms in (("test", record["test"]), ("train", record["train"]))
                if terms is not None
            ],
            columns=["step", "nats", "images"],
        )
        settled = table[table["step"] > EARLY * last_step]["nats"]
        column.altair_chart(
            charts.loss_curve(
                table,
                colour,
                title=heading,
                last_step=last_step,
                domain=_in_steps(settled if len(settled) else table["nats"], grain),
                turns=[leg["until"] for leg in shown.card.get("legs", [])],
            ),
            key=f"learned-{term}",
            alt=f"{heading} over the training, on train and test images; test at the end "
            f"{nats(history[-1]['test'][term])} per image",
        )
    test, train = history[-1]["test"], history[-1]["train"]
    if train is None:  # a history of one record
        st.caption("This was measured before the first step.")
        return
    gap = test["total"] - train["total"]
    now = "So far" if isinstance(shown, cache.Passing) else "At the end"
    st.caption(
        f"{now} the loss on test images is {nats(abs(gap))} per image "
        f"{'higher' if gap > 0 else 'lower'} than on training images (test: "
        f"{PROBE} images drawn at random). Where the test curve turns "
        "up while the training curve goes down, the model learns its images by heart."
    )


def _in_steps(nats_: pd.Series, grain: float) -> tuple[float, float]:
    """An axis that holds these costs and moves by whole grains only."""
    low, high = float(nats_.min()), float(nats_.max())
    return grain * (low // grain), grain * (high // grain + 1)


def _two_curves(left: Shown, right: Shown) -> None:
    """What restoring a test image cost over two trainings, on one axis."""
    curves = {}
    for shown, side in ((left, "left"), (right, "right")):
        name = f"{shown.title} ({side})"
        curves[name] = [
            (record["step"], record["test"]["reconstruction"], name)
            for record in shown.card.get("history", [])
        ]
    if not all(curves.values()):
        st.info("One of the two cards holds no history of its training.")
        return
    points = [point for curve in curves.values() for point in curve]
    st.altair_chart(
        charts.lines(
            pd.DataFrame(points, columns=["x", "y", "curve"]),
            title="Reconstruction on test images",
            x="training step",
            y="nats per image",
            colours=dict(zip(curves, (theme.PRIOR, theme.RECONSTRUCTION))),
            dashes=dict(zip(curves, ([6, 3], [1, 0]))),
            y_domain=_shared(left, right),
        ),
        key="own-two-curves",
        alt="; ".join(f"{name}: {nats(curve[-1][1])} at the end" for name, curve in curves.items()),
    )
    if left.config.likelihood != right.config.likelihood:
        st.caption("Their likelihoods charge other nats: only the shapes can be compared.")


def _shared(*models: Shown) -> tuple[float, float]:
    """The axis that holds the costs of several trainings but for their first steps."""
    ends = []
    for shown in models:
        history = shown.card.get("history", [])
        last = history[-1]["step"]
        ends += [
            record["test"]["reconstruction"] for record in history if record["step"] >= EARLY * last
        ]
    return _in_steps(pd.Series(ends), 10.0)
