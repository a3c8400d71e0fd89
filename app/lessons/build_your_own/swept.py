"""What a sweep has brought so far: its runs side by side, and what the setting does to them."""

from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import cache, charts, theme, widgets
from app.cache import Shown
from app.glossary import term
from app.panels.digits import strict_judge
from app.panels.logit_bounds import same_nats
from app.panels.map.axes import map_domain, map_points, map_table
from app.panels.settings import SETTINGS, in_words
from app.state import Point, Sweep, Visitor
from app.words import grouped
from core import evaluation
from core.data import to_float

SEED = "seed"
PICTURES = ["Reconstructions", "Samples", "Maps"]
TEN = 10  # samples of a run
CODES = 1000  # on a run's map
READABLE = "Readable draws from N(0, I)"
SHORT = {"beta": "β", "latent_dim": "d"}  # names in a line


def named(sweep: Sweep, point: Point) -> str:
    """A value of a sweep: "β = 1"."""
    return f"{short(sweep)} = {in_words(point.value)}"


def short(sweep: Sweep) -> str:
    """A setting's name in a line of its own: "β" of "β, the weight of the KL"."""
    return SHORT.get(sweep.setting, SETTINGS[sweep.setting].label.lower())


class Done(NamedTuple):
    """A value of a sweep, and the run that it has become."""

    value: Any
    name: str
    run: Shown


def runs(visitor: Visitor, sweep: Sweep) -> None:
    """What the sweep has brought so far."""
    done = [
        Done(point.value, named(sweep, point), visitor.runs[point.run].on(visitor.data))
        for point in sweep.points
        if point.run in visitor.runs  # until it is deleted
    ]
    for point in sweep.points:
        if point.why_not:
            st.warning(f"{named(sweep, point)}: {point.why_not}", icon=":material/warning:")
    _pictures(visitor, sweep, done)
    if len(done) > 1:
        _figures(visitor, sweep, done)


def _pictures(visitor: Visitor, sweep: Sweep, done: list[Done]) -> None:
    """Every run's ten digits, samples or map; of the one that goes on what it restores now."""
    chosen = widgets.choice("Of each run", PICTURES, key="sweep-figure")
    match chosen:
        case "Maps":
            _maps(visitor, done)
        case "Samples":
            rows = {
                each.name: cache.samples(each.run, "prior", visitor.noise_seed).images[:TEN]
                for each in done
            }
            _rows(rows, chosen, "The same ten draws of ε from N(0, I), decoded by each run.")
        case _:
            ten = to_float(visitor.followed().images)
            rows = {"The digits": ten}
            for each in done:
                rows[each.name] = evaluation.judging.reconstruct(each.run.model, ten)
            point = visitor.sweeping()
            if point is not None and point.job is not None and point.job.frame is not None:
                rows[f"{named(sweep, point)}, at this moment"] = point.job.frame.reconstructions
            _rows(rows, chosen, "The same ten digits, restored by each run.")


def _rows(rows: dict[str, Float[Tensor, "ten 1 28 28"]], what: str, told: str) -> None:
    if not rows:
        st.caption("The first run is on its way.")
        return
    widgets.pictures(
        torch.cat(list(rows.values())),
        TEN,
        key="sweep",
        scale=2,
        headings=list(rows),
        alt=f"{what}, a row each: {'; '.join(rows)}",
    )
    st.caption(told)


def _maps(visitor: Visitor, done: list[Done]) -> None:
    """The codes of each run; on the same axes where all planes are the codes themselves."""
    planes = all(each.run.config.latent_dim == 2 for each in done)
    shared = torch.cat([map_points(each.run) for each in done]) if planes and done else None
    with st.container(horizontal=True):
        for number, (_, name, run) in enumerate(done):
            table = map_table(map_points(run)[:CODES], run.labels[:CODES], visitor.digits)
            domain = map_domain(run) if shared is None else charts.domain_of(shared.numpy())
            with st.container(width="content"):
                st.markdown(name)
                st.altair_chart(
                    charts.small_map(table.drop(columns="image"), domain),
                    width="content",
                    key=f"sweep-map-{number}",
                    alt=f"Codes of {run.title}",
                )
    if done:
        axes = "on the same axes" if planes else "each on its own axes, by its principal directions"
        st.caption(f"Codes of {grouped(CODES)} digits, coloured by class, {axes}.")


# ---- what the setting does ---------------------------------------------------------------------


class Figure(NamedTuple):
    """Something that is measured of every run."""

    name: str
    unit: str
    colour: str
    form: str  # of a number
    of: Callable[[Shown], float]
    from_zero: bool = True  # whether its axis begins there


def _measured(visitor: Visitor, runs: Sequence[Shown]) -> list[Figure]:
    """What can be compared of these runs: costs only where all of them charge the same nats."""
    nats_ = "nats per image"
    found = []
    if all(same_nats(runs[0].config, run.config) for run in runs):
        found.append(
            Figure("Reconstruction", nats_, theme.RECONSTRUCTION, ".1f",
                   lambda run: cache.mean_terms(run).reconstruction, from_zero=False)
        )  # fmt: skip
    else:
        found += [
            Figure("Squared error", "per image", theme.RECONSTRUCTION, ".1f",
                   lambda run: cache.restoring_error(run, "mean", None), from_zero=False),
            Figure("Sharpness", "of restorations", theme.DECODER, ".3f",
                   lambda run: cache.judged_reconstructions(run, "mean", None).sharpness,
                   from_zero=False),
        ]  # fmt: skip
    if any(run.is_vae for run in runs):
        found.append(Figure("KL", nats_, theme.KL, ".1f", lambda run: cache.mean_terms(run).kl))
    judge = strict_judge(visitor.data)
    if judge is not None:
        found.append(
            Figure(READABLE, "% of 1 000", theme.DECODER, ".0f",
                   lambda run: 100 * cache.readable_draws(run, "prior", judge))
        )  # fmt: skip
    found.append(
        Figure("Draws from N(0, I) in a hole", "% of 1 000", theme.PRIOR, ".0f",
               lambda run: 100 * cache.hole_share(run, "prior"))
    )  # fmt: skip
    return found


def _figures(visitor: Visitor, sweep: Sweep, done: list[Done]) -> None:
    """The setting against each figure; over seeds each figure's spread."""
    runs = [each.run for each in done]
    figures = _measured(visitor, runs)
    for figure, column in zip(figures, cycle(st.columns(2))):
        measured = [figure.of(run) for run in runs]
        with column:
            if sweep.setting == SEED:
                _spread(figure, done, measured)
            else:
                _over_values(sweep, figure, done, measured)
    if sweep.setting == SEED:
        st.caption(
            "A dot is a run; below, the mean and one standard deviation (sd) to both sides. All "
            "that differs is the seed, so of two single runs a difference that is no larger than "
            "this spread means nothing."
        )
    if any(figure.name == READABLE for figure in figures):
        st.caption(
            f"Readable: a {term('judge')} that may answer “no digit” takes it for one. The "
            "draws of ε are the same for every run; a hole is measured by a run's own codes."
        )
    if sweep.setting == "beta":
        _rate_distortion(visitor, done)


def _over_values(sweep: Sweep, figure: Figure, done: list[Done], measured: list[float]) -> None:
    values = [each.value for each in done]
    if not all(isinstance(value, int | float) for value in values):
        values = [in_words(value) for value in values]
    st.altair_chart(
        charts.over_values(
            pd.DataFrame({"x": values, "y": measured}),
            title=figure.name,
            x=short(sweep),
            y=figure.unit,
            colour=figure.colour,
            form=figure.form,
            from_zero=figure.from_zero,
        ),
        key=f"sweep-over-{figure.name}",
        alt=f"{figure.name}, {figure.unit}: "
        + "; ".join(f"{each.name}: {y:{figure.form}}" for each, y in zip(done, measured)),
    )


def _spread(figure: Figure, done: list[Done], measured: list[float]) -> None:
    points = pd.DataFrame({"x": measured, "seed": [str(each.value) for each in done]})
    mean, deviation = points["x"].mean(), points["x"].std()
    told = f"mean {mean:{figure.form}}, sd {deviation:{figure.form}}"
    st.altair_chart(
        charts.spread(
            points, title=figure.name, x=figure.unit, colour=figure.colour, form=figure.form
        ),
        key=f"sweep-spread-{figure.name}",
        alt=f"{figure.name} of {len(done)} seeds, {figure.unit}: {told}",
    )
    st.caption(f"{told} ({figure.unit}), {len(done)} seeds")


def _rate_distortion(visitor: Visitor, done: list[Done]) -> None:
    """The learner's own curve: what the codes cost against what the pictures cost."""
    if any(not same_nats(done[0].run.config, each.run.config) for each in done):
        return
    terms = [cache.mean_terms(each.run) for each in done]
    levels: dict[str, list] = {"reconstruction": [], "name": []}
    if done[0].run.config.likelihood == "bernoulli":
        floor, blind = cache.bce_extremes(visitor.data)
        levels = {
            "reconstruction": [floor, blind],
            "name": [f"entropy floor {floor:.1f}", f"mean image {blind:.1f}"],
        }
    st.altair_chart(
        charts.rate_distortion(
            pd.DataFrame(
                {
                    "kl": [each.kl for each in terms],
                    "reconstruction": [each.reconstruction for each in terms],
                    "name": [in_words(each.value) for each in done],
                    "shown": False,
                    "swept": True,
                }
            ),
            pd.DataFrame(levels),
            title="Your own rate–distortion curve: a dot for each β",
        ),
        key="sweep-rate-distortion",
        alt="; ".join(
            f"{each.name}: KL {term.kl:.1f}, reconstruction {term.reconstruction:.1f}"
            for each, term in zip(done, terms)
        ),
    )
    st.caption(
        "To the right the codes tell more, farther down pictures are restored better. β chooses a "
        "place on this curve; another model has another curve."
    )
