"""The figures of the course for a model of one's own, as it learns, and for two side by side."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from app import cache, charts, theme, widgets
from app.cache import Shown
from app.panels import film, restoring
from app.panels.digits import choose_digit
from app.panels.logit_bounds import same_nats
from app.panels.map.axes import code_map, map_points, map_title, prior_centre
from app.panels.map.pad import Extra, at_the_mark, hand_map, optional_layers
from app.panels.walks import Ends, crossfade, strips, walk
from app.state import Visitor, afresh
from app.words import as_code, listed, nats
from core.training import PROBE

FIGURES = ["Reconstructions", "Map", "Samples", "Interpolation", "Film", "Loss terms"]
SEVERAL = ["Reconstructions", "Map", "Samples", "Loss terms"]  # of more than two as well
OTHER_NATS = "Another likelihood, bound or variance charges other nats: they do not compare."
OTHER_COLOURS = (theme.ENCODER, theme.DECODER)  # of the third curve, and the fourth
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
            _samples(visitor, {now.title: now}, "own")
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
    """The same figure of two models."""
    match figure:
        case "Interpolation":
            ends = _ends(visitor)
            walks = [walk(shown, ends, FRAMES) for shown in (left, right)]
            strips(visitor, crossfade(ends, FRAMES), walks)
        case "Film":
            film.training_film(left, right, key="own-films")
        case _:
            several(visitor, figure, {left.title: left, right.title: right}, key="two")


def several(visitor: Visitor, figure: str, models: Mapping[str, Shown], *, key: str) -> None:
    """The same figure of up to four models under their names: the same digits, the same ε, the
    same axes where they mean the same.
    """
    match figure:
        case "Reconstructions":
            restoring.side_by_side(visitor, models, key=key)
        case "Map":
            _maps(visitor, models, key)
        case "Samples":
            _samples(visitor, models, key)
        case _:
            _curves(models, key)


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


def _maps(visitor: Visitor, models: Mapping[str, Shown], key: str) -> None:
    """Their maps, two in a row; on the same axes where the planes are the codes themselves."""
    planes = {name: shown for name, shown in models.items() if shown.config.latent_dim == 2}
    together = [map_points(shown) for shown in planes.values()]
    named = list(models.items())
    for first in range(0, len(named), 2):
        for place, column in enumerate(st.columns(2)[: len(named) - first]):
            name, shown = named[first + place]
            title = f"Codes: {name}"
            column.altair_chart(
                charts.over(code_map(visitor, shown, title, *together * (name in planes))[0]),
                key=f"{key}-map-{first + place}",
                alt=title,
            )
    if len(planes) < len(models):
        st.caption(
            "Maps share their axes where d = 2. A map of more numbers is a plane through its own "
            "model's codes: it compares with no other."
        )


def _extent(now: Shown) -> charts.Domain:
    """Axes for codes that move, in steps; they hold three standard deviations of a VAE's prior."""
    left, right, bottom, top = charts.steady_domain(map_points(now).numpy())
    if not now.is_vae:
        return left, right, bottom, top
    x, y = prior_centre(now)
    return min(left, x - 3), max(right, x + 3), min(bottom, y - 3), max(top, y + 3)


# ---- pictures ----------------------------------------------------------------------------------


def _samples(visitor: Visitor, models: Mapping[str, Shown], key: str) -> None:
    """Sixteen samples of each model from the same ε, from the prior or from a fitted Gaussian."""
    *_, last = models.values()
    usual = PRIOR if last.is_vae else FITTED
    sampler_key = afresh(f"{key}-sampler", usual, on=usual)
    chosen = widgets.choice("Sample from", [PRIOR, FITTED], key=sampler_key, default=usual)
    sampler = "prior" if chosen == PRIOR else "gaussian"
    for place, (name, shown) in enumerate(models.items()):
        samples = cache.samples(shown, sampler, visitor.noise_seed)
        if len(models) > 1:
            st.markdown(as_code(name))
        widgets.pictures(
            samples.images,
            len(samples.z) // 2,
            key=f"{key}-samples-{place}",
            alt=f"{len(samples.z)} decoded samples of {name}",
        )
    of_one_size = len({shown.config.latent_dim for shown in models.values()}) == 1
    draws = "for every model" if of_one_size else "for models of one d"
    st.caption(
        "The prior is what a VAE is paid to fill. An autoencoder never heard of it: a Gaussian "
        f"is fitted to its codes. The draws ε are the same {draws}."
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


def _curves(models: Mapping[str, Shown], key: str) -> None:
    """What restoring a test image cost over the trainings, and the KL, on one axis each: of those
    models whose nats are those of the first.
    """
    filmed = {name: shown for name, shown in models.items() if shown.card.get("history")}
    first = next(iter(filmed.values()), None)
    fitting = {
        name: shown
        for name, shown in filmed.items()
        if first and same_nats(first.config, shown.config)
    }
    if len(fitting) > 1:
        variational = {name: shown for name, shown in fitting.items() if shown.is_vae}
        terms = {"reconstruction": ("Reconstruction on test images", fitting, 10.0)}
        if variational:
            terms["kl"] = ("KL to the prior on test images", variational, 2.0)
        for column, (term, (title, of, grain)) in zip(st.columns(len(terms)), terms.items()):
            with column:
                _one_term(of, term, title, grain, f"{key}-curves-{term}")
    if len(filmed) < len(models):
        untold = [as_code(name) for name in models if name not in filmed]
        st.caption(f"No curve of {listed(untold)}: no history of the training is on the card.")
    if len(fitting) < len(filmed):
        others = [as_code(name) for name in filmed if name not in fitting]
        st.caption(f"No curve of {listed(others)} beside the first. {OTHER_NATS}")


def _one_term(models: Mapping[str, Shown], term: str, title: str, grain: float, key: str) -> None:
    curves = {
        name: [(record["step"], record["test"][term], name) for record in shown.card["history"]]
        for name, shown in models.items()
    }
    points = [point for curve in curves.values() for point in curve]
    settled = [
        cost for curve in curves.values() for step, cost, _ in curve if step >= EARLY * curve[-1][0]
    ]
    st.altair_chart(
        charts.lines(
            pd.DataFrame(points, columns=["x", "y", "curve"]),
            title=title,
            x="training step",
            y="nats per image",
            colours=dict(zip(curves, (theme.PRIOR, theme.RECONSTRUCTION, *OTHER_COLOURS))),
            dashes=dict(zip(curves, ([6, 3], [1, 0], [2, 2], [9, 3, 2, 3]))),
            y_domain=_in_steps(pd.Series(settled), grain),
        ),
        key=key,
        alt="; ".join(f"{name}: {nats(curve[-1][1])} at the end" for name, curve in curves.items()),
    )
