"""The continuous Bernoulli itself: its curves, its samples, and how well float32 knows them."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st
import torch
from torch import Tensor

from app import charts, theme, widgets
from app.lessons.continuous_bernoulli.pixels import BOUND, LAMBDAS, logit_grid, over_lambda
from app.panels.digits import new_noise
from app.panels.logit_bounds import pedestal
from app.state import Visitor
from app.words import grouped
from core import numerics
from core.continuous_bernoulli import (
    continuous_bernoulli_log_norm,
    continuous_bernoulli_logits,
    continuous_bernoulli_mean,
    continuous_bernoulli_nll,
    continuous_bernoulli_sample,
    continuous_bernoulli_variance,
)

DRAWS = 10_000
NEAR = 0.2  # of |logit|: nearer to λ = ½ than that
WINDOW = 0.001  # of λ to both sides of ½, in which torch.distributions has its polynomial
HALF_WIDTHS = (WINDOW, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)


@st.fragment
def distribution(visitor: Visitor) -> None:
    """C, mean, its inverse and variance as curves over [0, 1], marked at one λ; and draws."""
    lam = widgets.one_of("λ", LAMBDAS, 0.1, key="cb-more-lambda")
    logit = torch.logit(torch.tensor([lam], dtype=torch.float64))
    log_norm, mean = continuous_bernoulli_log_norm, continuous_bernoulli_mean
    left, right = st.columns(2)
    with left:
        _marked("The constant C(λ)", lambda eta: log_norm(eta).exp(), logit, "C", (0.0, 10.0))
    with right:
        _lambda_and_mean(lam, mean(logit).item())
    left, right = st.columns(2)
    with left:
        _inverse(logit)
    with right:
        _marked("The variance", continuous_bernoulli_variance, logit, "variance", (0, 0.1))
    darkest = mean(torch.tensor(-BOUND, dtype=torch.float64)).item()
    st.markdown(
        f"The mean lies nearer to ½ than λ. Under |logit| ≤ {BOUND:.2f} λ stays between "
        f"{LAMBDAS[0]:g} and {LAMBDAS[-1]:g}, and so the mean between {darkest:.4f} and "
        f"{1 - darkest:.4f}: the grey background of a mean image is the bound's doing."
    )
    _samples_of_a_pixel(visitor, lam)
    new_noise(visitor, key="noise-pixel")


def _marked(
    title: str,
    function: Callable[[Tensor], Tensor],
    logit: Tensor,
    y: str,
    domain: tuple[float, float],
) -> None:
    grid, lam, value = logit_grid(), logit.sigmoid().item(), function(logit).item()
    words = f"{value:.4g} at λ = {lam:g}"
    st.altair_chart(
        charts.marked_curve(
            over_lambda(grid, function(grid)),
            pd.DataFrame({"x": [lam], "y": [value], "name": [words]}),
            title=title,
            x="λ",
            y=y,
            colour=theme.RECONSTRUCTION,
            y_domain=domain,
        ),
        key=f"cb-curve-{y}",
        alt=f"{title} over λ: {words}",
    )


def _lambda_and_mean(lam: float, mean: float) -> None:
    """The mean against λ, beside a Bernoulli's, which is λ itself."""
    grid = logit_grid()
    curves = {
        "continuous Bernoulli": continuous_bernoulli_mean(grid),
        "Bernoulli": grid.sigmoid(),
    }
    st.altair_chart(
        charts.lines(
            pd.concat(over_lambda(grid, y).assign(curve=name) for name, y in curves.items()),
            title=f"The mean μ(λ): {mean:.4g} at λ = {lam:g}",
            x="λ",
            y="mean of the pixel",
            colours=dict(zip(curves, (theme.RECONSTRUCTION, theme.PRIOR), strict=True)),
            dashes=dict(zip(curves, ([1, 0], [5, 4]), strict=True)),
            x_domain=(0.0, 1.0),
            y_domain=(0.0, 1.0),
        ),
        key="cb-mean",
        alt="The mean against λ: a straight line for the Bernoulli; for the continuous Bernoulli "
        f"an S between {pedestal(BOUND):.2f} and {1 - pedestal(BOUND):.2f} that lies nearer to one "
        "half",
    )


def _inverse(logit: Tensor) -> None:
    """The λ that has a given mean, by `continuous_bernoulli_logits`."""
    lowest, mean = (
        continuous_bernoulli_mean(eta).item()
        for eta in (torch.tensor(-BOUND, dtype=torch.float64), logit)
    )
    means = torch.linspace(lowest, 1 - lowest, 301, dtype=torch.float64)
    back = continuous_bernoulli_logits(torch.tensor([mean], dtype=torch.float64))
    lam = back.sigmoid().item()
    st.altair_chart(
        charts.marked_curve(
            pd.DataFrame({"x": means, "y": continuous_bernoulli_logits(means).sigmoid().numpy()}),
            pd.DataFrame({"x": [mean], "y": [lam], "name": [f"λ = {lam:.4g} has mean {mean:.4g}"]}),
            title="And back: the λ of a mean",
            x="mean of the pixel",
            y="λ",
            colour=theme.RECONSTRUCTION,
            y_domain=(0.0, 1.0),
        ),
        key="cb-inverse",
        alt=f"λ against the mean, from {lowest:.3f} to {1 - lowest:.3f}: λ = {lam:.4g} has mean "
        f"{mean:.4g}",
    )


def _samples_of_a_pixel(visitor: Visitor, lam: float) -> None:
    """Draws of CB(λ) as a histogram under its density, their mean and variance beside the truth."""
    logit = torch.logit(torch.tensor(lam, dtype=torch.float64))
    rng = torch.Generator().manual_seed(visitor.noise_seed)
    drawn = continuous_bernoulli_sample(logit.expand(DRAWS), rng)
    share, edges = np.histogram(drawn.numpy(), bins=40, range=(0, 1), density=True)
    x = torch.linspace(0, 1, 201, dtype=torch.float64)
    cost = continuous_bernoulli_nll(logit.expand(len(x), 1), x[:, None])
    density = (-cost).exp()
    st.altair_chart(
        charts.histogram(
            pd.DataFrame({"left": edges[:-1], "right": edges[1:], "share": share}),
            pd.DataFrame({"x": x, "y": density}),
            title=f"{grouped(DRAWS)} draws with λ = {lam:g}",
            x="value of the pixel, x",
            y_domain=(0.0, 1.1 * max(density.max().item(), float(share.max()))),
        ),
        key="cb-histogram",
        alt=f"Histogram of {DRAWS} draws with λ = {lam:g}, under the density they follow",
    )
    mean = continuous_bernoulli_mean(logit).item()
    variance = continuous_bernoulli_variance(logit).item()
    st.caption(
        f"Mean of the draws {drawn.mean():.4f}, computed {mean:.4f}; variance {drawn.var():.5f}, "
        f"computed {variance:.5f}."
    )


_PROGRAMS = {
    "closed form": (theme.ENCODER, [2, 2]),
    "torch": (theme.PRIOR, [6, 4]),
    "ours": (theme.RECONSTRUCTION, [1, 0]),
}
_NAMES = {
    "closed form": "λ, your window",
    "torch": "torch.distributions",
    "ours": "this project",
}


@st.fragment
def float32_errors() -> None:
    """How far float32 is from the truth: log C by three programs, the mean by two."""
    left, right = st.columns(2)
    with left:
        terms = widgets.whole_number("Terms after log 2", 1, 6, 2, key="cb-terms")
    with right:
        window = widgets.one_of("Used where |λ − ½| is below", HALF_WIDTHS, WINDOW, key="cb-window")
    magnitude = torch.logspace(-4, 2, 1600, dtype=torch.float64)
    errors = numerics.float32_errors(magnitude, terms, window)
    left, right = st.columns(2)
    with left:
        _errors_chart(errors.magnitude, errors.log_norm, "log C", "nats per pixel")
    with right:
        _errors_chart(errors.magnitude, errors.mean, "the mean", "grey value")
    with st.container(key="strip-cb-errors"):
        st.markdown(_worst(errors))


def _errors_chart(magnitude: Tensor, errors: dict[str, Tensor], of: str, unit: str) -> None:
    """The largest error of every eight neighbours, so that the curves can be read."""
    x = magnitude.view(-1, 8)[:, 0]
    curves = pd.concat(
        pd.DataFrame({"x": x, "y": error.view(-1, 8).amax(1).clamp(min=1e-10)})
        .replace(np.inf, np.nan)
        .assign(curve=_NAMES[program])
        for program, error in errors.items()
    )
    st.altair_chart(
        charts.magnitudes(
            curves,
            title=f"Error of {of} in float32",
            x="|logit|",
            y=unit,
            colours={_NAMES[program]: _PROGRAMS[program][0] for program in errors},
            dashes={_NAMES[program]: _PROGRAMS[program][1] for program in errors},
            y_domain=(1e-9, 10.0),
        ),
        key=f"cb-error-{unit}",
        alt=f"Error of {of} against |logit|, both on powers of ten: " + ", ".join(errors),
    )


def _worst(errors: numerics.Errors) -> str:
    """A table of the largest errors of log C: near ½, up to the bound, and beyond."""
    near, bounded = errors.magnitude < NEAR, errors.magnitude <= BOUND
    places = {
        f"|logit| < {NEAR:g}, near λ = ½": near,
        f"{NEAR:g} to the bound {BOUND:.2f}": ~near & bounded,
        f"{BOUND:.2f} to 100": ~bounded,
    }
    head = "| Largest error of log C | " + " | ".join(_NAMES[p] for p in errors.log_norm) + " |"
    lines = [head, "|---" * (1 + len(errors.log_norm)) + "|"]
    for place, where in places.items():
        numbers = [error[where].max().item() for error in errors.log_norm.values()]
        cells = ["∞" if number == float("inf") else f"{number:.1e}" for number in numbers]
        lines.append(f"| {place.replace('|', chr(92) + '|')} | {' | '.join(cells)} |")
    return "\n".join(lines)
