"""One pixel under the microscope: what three likelihoods say of it, and which way they push."""

import functools
import math
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import charts, theme, widgets
from app.lessons.continuous_bernoulli.asked import AREA, ASKED_LAMBDA
from app.lessons.continuous_bernoulli.symbols import SYMBOLS
from app.panels import deeper, predictions
from app.panels.digits import choose_digit
from app.state import Visitor, move, picked
from app.teaching import Measured
from app.words import nats, number
from core import losses
from core.continuous_bernoulli import (
    continuous_bernoulli_log_norm,
    continuous_bernoulli_logits,
    continuous_bernoulli_mean,
    continuous_bernoulli_nll,
)
from core.data import to_float
from core.models import ModelConfig

LAMBDAS = (
    0.0001, 0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5,
    0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999,
)  # fmt: skip
BOUND = math.log(1 / LAMBDAS[0] - 1)  # on |logit|, of the curves as of the models
SIDE = 196  # of the digit under the microscope, in pixels of the screen


def area_asked(visitor: Visitor) -> bool:
    """Ask for the area under e^(−BCE); whether it may be told."""
    return predictions.ask(
        visitor,
        AREA,
        lambda: Measured(score_area(ASKED_LAMBDA), words=f"{score_area(ASKED_LAMBDA):.3f}"),
        of=f"BCE of one pixel, λ = {ASKED_LAMBDA:g}",
        known={"a density": 1.0},
    )


def score_area(lam: float) -> float:
    """The area under e^(−BCE) over [0, 1], by quadrature."""
    x, score = _score(lam)
    return torch.trapezoid(score, x).item()


def _score(lam: float) -> tuple[Tensor, Tensor]:
    """e^(−BCE) of a pixel that is answered with λ, over its values."""
    x = torch.linspace(0, 1, 401, dtype=torch.float64)
    logit = torch.logit(torch.tensor(lam, dtype=torch.float64))
    return x, torch.exp(-losses.bernoulli_nll(logit.expand(len(x), 1), x[:, None]))


def missing_factor() -> str:
    """How large the area is at most, and the factor that is missing, at ½ and where λ is least."""
    lam = LAMBDAS[0]
    half, least = (
        continuous_bernoulli_log_norm(torch.logit(torch.tensor(at, dtype=torch.float64))).exp()
        for at in (0.5, lam)
    )
    return (
        f"The area under e^(−BCE) is at most {score_area(0.5):.2g}. The missing factor C(λ) is "
        f"{half.item():.3g} at λ = ½, {least.item():.1f} at λ = {lam:g}, and grows without end "
        "towards 0 and 1."
    )


@st.fragment
def area() -> None:
    """The density of one pixel, its λ, and its formula."""
    deeper.formula(
        r"p(x \mid \lambda) = \reconstruction{C(\lambda)}\, "
        r"\lambda^x (1-\lambda)^{1-x} \qquad \reconstruction{C(\lambda)} = "
        r"\frac{2\,\mathrm{artanh}(1-2\lambda)}{1-2\lambda}, \quad C(\tfrac12) = 2",
        SYMBOLS,
    )
    pixel_density(widgets.one_of("λ", LAMBDAS, ASKED_LAMBDA, key="cb-lambda"))


def pixel_density(lam: float) -> None:
    """e^(-BCE) over a pixel's value, the area that it lacks, and the constant that adds it."""
    x, score = _score(lam)
    logit = torch.logit(torch.tensor(lam, dtype=torch.float64))
    log_norm = continuous_bernoulli_log_norm(logit).item()
    constant, area = math.exp(log_norm), torch.trapezoid(score, x).item()
    mean = continuous_bernoulli_mean(logit).item()
    curves = {"e^(−BCE)": score, "C(λ) · e^(−BCE)": constant * score}
    highest = constant * max(lam, 1 - lam)
    left, right = st.columns(2)
    left.altair_chart(
        charts.densities(
            pd.concat(pd.DataFrame({"x": x, "y": y, "curve": name}) for name, y in curves.items()),
            pd.DataFrame({"x": [mean], "name": [f"mean {mean:.2f}"]}),
            title=f"A pixel under λ = {lam:g}",
            x="value of the pixel, x",
            y="density",
            y_domain=(0.0, next(top for top in (2.6, 5.2, 10.4) if highest < top)),
            colours=dict(zip(curves, (theme.PRIOR, theme.RECONSTRUCTION), strict=True)),
            dashes=dict(zip(curves, ([5, 4], [1, 0]), strict=True)),
        ),
        key="cb-density",
        alt=f"Two curves over the pixel's value for λ = {lam:g}: e to the minus BCE with area "
        f"{area:.3f}, and C(λ) times it with area 1; its mean is {mean:.2f}",
    )
    grid = logit_grid()
    right.altair_chart(
        charts.marked_curve(
            over_lambda(grid, continuous_bernoulli_log_norm(grid)),
            pd.DataFrame(
                {"x": [lam], "y": [log_norm], "name": [f"{nats(log_norm, 3)} at λ = {lam:g}"]}
            ),
            title="What BCE forgets: log C(λ)",
            x="λ",
            y="nats per pixel",
            colour=theme.RECONSTRUCTION,
            y_domain=(0.5, 2.6),
            height=340,
        ),
        key="cb-log-norm",
        alt=f"log C(λ), lowest at λ = ½ with {nats(math.log(2), 3)}; {nats(log_norm, 3)} at "
        f"λ = {lam:g}",
    )
    columns = st.columns(3)
    columns[0].metric("Area under e^(−BCE)", f"{area:.3f}", help="By quadrature over x")
    columns[1].metric("times C(λ)", f"{constant:.3f}")
    columns[2].metric("is the area under the density", f"{area * constant:.3f}")


def point_at_pixel(visitor: Visitor) -> float:
    """The value of a pixel of one of the ten digits, pointed at or stepped to; or any value."""
    source = widgets.choice("The pixel is", ["a digit's", "of any value"], key="cb-x")
    if source == "of any value":
        values = [i / 100 for i in range(101)]
        return widgets.one_of("Value of the pixel, x", values, 0.3, key="cb-pixel")
    picture, controls = st.container(), st.container()
    with controls:
        chosen, name = choose_digit(visitor, "Digit", 3, key="cb-digit")
        down, across = st.columns(2, gap="small")
        with down:
            row = widgets.whole_number("Row", 1, 28, 8, key="cb-row")
        with across:
            column = widgets.whole_number("Column", 1, 28, 15, key="cb-column")
    image = chosen[0, 0]
    grey = int(((image > 0) & (image < 255)).sum())
    rows, columns = torch.meshgrid(torch.arange(1, 29), torch.arange(1, 29), indexing="ij")
    pixels = pd.DataFrame(
        {"row": rows.flatten(), "column": columns.flatten(), "x": to_float(image).flatten()}
    )
    chart = f"cb-pixels-{row}-{column}"  # anew after each move, so that any click is a change
    with picture:
        st.altair_chart(
            charts.digit_pixels(
                pixels, pixels[(pixels.row == row) & (pixels.column == column)], side=SIDE
            ),
            width="content",
            key=chart,
            alt=f"The image of {name}, 28 by 28 pixels; framed: row {row}, column {column}",
            on_select=functools.partial(_point_at_picked, chart),
            selection_mode="pick",
        )
        st.caption(
            f"Click a pixel, or step to it. {int((image == 0).sum())} of these 784 are exactly 0, "
            f"{int((image == 255).sum())} exactly 1, and {grey} grey."
        )
    return int(image[row - 1, column - 1]) / 255


def _point_at_picked(chart: str) -> None:
    """Step to the pixel that was clicked."""
    pixel = picked(chart)
    row, column = pixel.get("row", 0), pixel.get("column", 0)
    if row in range(1, 29) and column in range(1, 29):
        move({"cb-row": int(row), "cb-column": int(column)})


class _Rule(NamedTuple):
    """A loss of one pixel, as the microscope shows it."""

    name: str
    answer: str  # what the decoder's output is called
    nll: Callable[[Tensor, Tensor], Tensor]
    best: Tensor  # the logit where it is lowest
    domain: tuple[float, float]  # nats
    mean: Callable[[Tensor], Tensor]  # of the pixel, from the logit
    variance: float | None = None  # where the slope is per unit of the answer, not of the logit


def _rules(x: float) -> list[_Rule]:
    value, variance = torch.tensor(x, dtype=torch.float64), ModelConfig().variance
    gaussian = functools.partial(losses.gaussian_nll, variance=variance)
    logit, natural = torch.logit(value), continuous_bernoulli_logits(value)
    return [
        _Rule("BCE", "λ", losses.bernoulli_nll, logit, (-0.4, 10.0), torch.sigmoid),
        _Rule(
            f"Gaussian, τ² = {variance:g}", "x̂", gaussian, logit, (-1.2, 10.0), torch.sigmoid,
            variance,
        ),
        _Rule(
            "Continuous Bernoulli", "λ", continuous_bernoulli_nll,
            natural, (-3.0, 10.0), continuous_bernoulli_mean,
        ),
    ]  # fmt: skip


def pixel_costs(x: float, answer: float) -> None:
    """What each likelihood charges for a pixel of value x over all answers of a decoder, where
    that is lowest, and which way it pushes the answer given."""
    given = torch.logit(torch.tensor([answer], dtype=torch.float64))
    for column, rule in zip(st.columns(3), _rules(x), strict=True):
        with column:
            _cost_chart(rule, x, given)
            st.caption(_push(rule, x, given.item()))
    _where_lowest(x)


def _cost_chart(rule: _Rule, x: float, given: Tensor) -> None:
    def cost(logits: Tensor) -> Tensor:
        return rule.nll(logits[:, None], torch.full_like(logits, x)[:, None])

    grid, best = logit_grid(), rule.best.clamp(-BOUND, BOUND).unsqueeze(0)
    lowest, at = cost(best).item(), best.sigmoid().item()
    words = f"lowest: {nats(lowest, 2)}, at {rule.answer} = {at:.2g}"
    here = pd.DataFrame({"x": given.sigmoid().numpy(), "y": cost(given).numpy()})
    st.altair_chart(
        charts.over(
            charts.marked_curve(
                over_lambda(grid, cost(grid)),
                pd.DataFrame({"x": [at], "y": [lowest], "name": [f"lowest at {at:.2g}"]}),
                title=rule.name,
                x=f"the decoder's answer, {rule.answer}",
                y="nats per pixel",
                colour=theme.RECONSTRUCTION,
                y_domain=rule.domain,
                height=230,
            ),
            charts.open_mark(here, theme.DECODER),
            zoom=False,
        ),
        key=f"cb-cost-{rule.name.split(',')[0]}",
        alt=f"{rule.name}: cost of a pixel of value {x:.3g}; {words}; the answer given costs "
        f"{nats(here['y'].iloc[0], 2)}",
    )


def _push(rule: _Rule, x: float, logit: float) -> str:
    """The slope of a loss at the answer given: what is expected there, minus the pixel."""
    expected = rule.mean(torch.tensor(logit, dtype=torch.float64)).item()
    told, slope, unit = f"{expected:.4f} − {x:.4f}", expected - x, "unit of the logit"
    if rule.variance is not None:
        told, slope, unit = f"({told}) / {rule.variance:g}", slope / rule.variance, "unit of x̂"
    return f"Slope at ◇, mean minus data: {told} = **{number(slope, '+.4f')}** nats per {unit}."


def _where_lowest(x: float) -> None:
    natural = continuous_bernoulli_logits(torch.tensor(x, dtype=torch.float64)).item()
    if x in (0.0, 1.0):
        words = (
            "A pixel of exactly 0 or 1 has no best λ: BCE falls towards 0, the continuous "
            f"Bernoulli's cost towards −∞. Their marks stand at the bound |logit| ≤ {BOUND:.2f}, "
            "and the Gaussian's beside them: its best answer is the pixel itself."
        )
    elif abs(natural) > BOUND:
        words = (
            f"The continuous Bernoulli whose mean is {x:.3g} has a logit of "
            f"{number(natural, '.1f')}: beyond the bound |logit| ≤ {BOUND:.2f}, where its "
            "mark stands."
        )
    else:
        lam = 1 / (1 + math.exp(-natural))
        words = (
            "BCE and the Gaussian are lowest at the pixel's own value. The continuous Bernoulli is "
            f"lowest at λ = {lam:.2g}, the λ whose *mean* is {x:.3g}. (All answers here: "
            f"|logit| ≤ {BOUND:.2f}.)"
        )
    st.markdown(words)


def slopes(x: float) -> None:
    """The slopes of the three losses over all answers, each in its unit."""
    grid = logit_grid()
    per_logit = {
        "BCE: λ − x": grid.sigmoid() - x,
        "CB: μ(λ) − x": continuous_bernoulli_mean(grid) - x,
    }
    variance = ModelConfig().variance
    per_answer = {f"Gaussian: (x̂ − x) / {variance:g}": (grid.sigmoid() - x) / variance}
    colours, dashes = (theme.PRIOR, theme.RECONSTRUCTION), ([5, 4], [1, 0])
    for column, curves, answer, unit, reach in zip(
        st.columns(2),
        (per_logit, per_answer),
        ("λ", "x̂"),
        ("unit of the logit", "unit of x̂"),
        (1.0, 1 / variance),
        strict=True,
    ):
        column.altair_chart(
            charts.lines(
                pd.concat(over_lambda(grid, y).assign(curve=name) for name, y in curves.items()),
                title=f"Slope per {unit}, x = {x:.3g}",
                x=f"the decoder's answer, {answer}",
                y=f"nats per {unit}",
                colours=dict(zip(curves, colours)),
                dashes=dict(zip(curves, dashes)),
                x_domain=(0.0, 1.0),
                y_domain=(-reach, reach),
            ),
            key=f"cb-slope-{answer}",
            alt=f"Slopes over the decoder's answer for a pixel of {x:.3g}: " + ", ".join(curves),
        )


def logit_grid() -> Float[Tensor, " n"]:
    """Logits up to the bound, close enough for a smooth curve over λ."""
    return torch.linspace(-BOUND, BOUND, 301, dtype=torch.float64)


def over_lambda(logits: Float[Tensor, " n"], y: Float[Tensor, " n"]) -> pd.DataFrame:
    """A curve over λ. Columns: x, y."""
    return pd.DataFrame({"x": logits.sigmoid().numpy(), "y": y.numpy()})
