"""What a likelihood says of one pixel, and what three of them make of whole digits."""

import functools
import math

import pandas as pd
import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import cache, charts, theme, widgets
from app.cache import Shown
from app.panels.digits import digits_in_use
from app.state import Visitor
from core import evaluation, latent, losses, sampling
from core.checkpoints import CheckpointError
from core.data import to_float
from core.models import Likelihood, ModelConfig

VIEWS: dict[str, evaluation.View] = {"λ": "parameter", "mean": "mean", "one sample": "sample"}

LIKELIHOODS: dict[Likelihood, str] = {
    "continuous_bernoulli": "Continuous Bernoulli",
    "gaussian": "Squared error (Gaussian)",
    "bernoulli": "BCE (Bernoulli)",
}


def pixel_density(lam: float) -> None:
    """e^(-BCE) over a pixel's value, the area that it lacks, and the constant that adds it."""
    x = torch.linspace(0, 1, 401, dtype=torch.float64)
    logit = torch.logit(torch.tensor(lam, dtype=torch.float64))
    score = torch.exp(-losses.bernoulli_nll(logit.expand(len(x), 1), x[:, None]))
    log_norm = losses.continuous_bernoulli_log_norm(logit).item()
    constant, area = math.exp(log_norm), torch.trapezoid(score, x).item()
    mean = losses.continuous_bernoulli_mean(logit).item()
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
    grid = _logit_grid()
    right.altair_chart(
        charts.marked_curve(
            _curve(grid, losses.continuous_bernoulli_log_norm(grid)),
            pd.DataFrame(
                {"x": [lam], "y": [log_norm], "name": [f"{log_norm:.3f} nats at λ = {lam:g}"]}
            ),
            title="What BCE forgets: log C(λ)",
            x="λ",
            y="nats per pixel",
            colour=theme.RECONSTRUCTION,
            y_domain=(0.5, 2.6),
            height=340,
        ),
        key="cb-log-norm",
        alt=f"log C(λ), lowest at λ = 1/2 with 0.693 nats; {log_norm:.3f} nats at λ = {lam:g}",
    )
    columns = st.columns(3)
    columns[0].metric("Area under e^(−BCE)", f"{area:.3f}", help="By quadrature over x")
    columns[1].metric("times C(λ)", f"{constant:.3f}")
    columns[2].metric("is the area under the density", f"{area * constant:.3f}")


def pixel_costs(x: float) -> None:
    """What each likelihood charges for a pixel of value x, over all answers of a decoder."""
    grid, value = _logit_grid(), torch.tensor([x], dtype=torch.float64)
    config = ModelConfig()
    logit = torch.logit(value)
    natural = losses.continuous_bernoulli_logits(value)
    rules = (
        ("BCE", "λ", losses.bernoulli_nll, logit, (-0.4, 5.0)),
        (
            f"Gaussian, variance {config.variance:g}",
            "mean",
            functools.partial(losses.gaussian_nll, variance=config.variance),
            logit,
            (-1.2, 10.0),
        ),
        ("Continuous Bernoulli", "λ", losses.continuous_bernoulli_nll, natural, (-3.0, 5.0)),
    )
    for column, (name, answer, nll, best, domain) in zip(st.columns(3), rules, strict=True):
        best = best.clamp(grid[0], grid[-1])
        lowest = nll(best[:, None], value[:, None]).item()
        at = best.sigmoid().item()
        column.altair_chart(
            charts.marked_curve(
                _curve(grid, nll(grid[:, None], value.expand(len(grid), 1))),
                pd.DataFrame(
                    {
                        "x": [at],
                        "y": [lowest],
                        "name": [
                            f"lowest: {lowest:.2f} nats at {answer} = {at:.2g}".replace("-", "−")
                        ],
                    }
                ),
                title=name,
                x=f"the decoder's {answer}",
                y="nats per pixel",
                colour=theme.RECONSTRUCTION,
                y_domain=domain,
            ),
            key=f"cb-cost-{name.split(',')[0]}",
            alt=f"{name}: cost of a pixel of value {x:g}; lowest, {lowest:.2f} nats, at {at:.2g}",
        )
    if x in (0.0, 1.0):
        st.caption(
            "A pixel of exactly 0 or 1 has no best λ: BCE falls towards 0, the continuous "
            f"Bernoulli's cost towards −∞. The marks stand at the bound |logit| ≤ "
            f"{grid[-1]:.2f}, λ = {grid[-1 if x else 0].sigmoid():.4f}."
        )
    elif natural.abs().item() > grid[-1].item():
        st.caption(
            f"The continuous Bernoulli whose mean is {x:g} has a logit of {natural.item():.1f}: "
            f"beyond the bound |logit| ≤ {grid[-1]:.2f}, where its mark stands."
        )
    else:
        st.caption(
            f"BCE and the Gaussian answer with the pixel's value itself. The continuous Bernoulli "
            f"answers λ = {natural.sigmoid().item():.2g}, the one whose *mean* is {x:g}."
        )


def lambda_and_mean() -> None:
    """The continuous Bernoulli's mean against λ, beside a Bernoulli's, which is λ itself."""
    grid = _logit_grid()
    curves = {
        "continuous Bernoulli": losses.continuous_bernoulli_mean(grid),
        "Bernoulli": grid.sigmoid(),
    }
    st.altair_chart(
        charts.lines(
            pd.concat(_curve(grid, y).assign(curve=name) for name, y in curves.items()),
            title="The mean that a λ stands for",
            x="λ",
            y="mean of the pixel",
            colours=dict(zip(curves, (theme.RECONSTRUCTION, theme.PRIOR), strict=True)),
            dashes=dict(zip(curves, ([1, 0], [5, 4]), strict=True)),
            x_domain=(0.0, 1.0),
            y_domain=(0.0, 1.0),
        ),
        key="cb-mean",
        alt="The mean against λ: a straight line for the Bernoulli; for the continuous Bernoulli "
        "an S between 0.11 and 0.89 that lies nearer to one half",
    )


def three_likelihoods(visitor: Visitor, d: int) -> dict[str, Shown]:
    """The pretrained VAEs of size d, one for each likelihood, and the visitor's own
    continuous Bernoulli where there is one. Where a file is damaged the page ends there."""
    bernoulli = "vae-lite-2-beta-1" if d == 2 else f"vae-lite-{d}-bernoulli"
    names: dict[Likelihood, str] = {
        "continuous_bernoulli": f"vae-lite-{d}-continuous-bernoulli",
        "gaussian": f"vae-lite-{d}-gaussian",
        "bernoulli": bernoulli,
    }
    try:
        models = {LIKELIHOODS[name]: cache.pretrained(file) for name, file in names.items()}
    except CheckpointError as error:
        st.error(f"{error} Restore the file, or run `make pretrained`.", icon=":material/error:")
        st.stop()
    mine = visitor.own.get("vae")
    if mine is not None and mine.config.likelihood == "continuous_bernoulli":
        models["Yours, continuous Bernoulli"] = mine
    return models


def reconstruction_rows(visitor: Visitor, models: dict[str, Shown], view: evaluation.View) -> None:
    """The ten digits, and what each model makes of them; under each row how it is judged."""
    digits = digits_in_use(visitor)
    images = digits.test_images[list(visitor.ten)]
    known = cache.judged_digits(visitor.data)
    _judged_row(visitor, "The digits themselves", to_float(images), known, key="digits")
    for name, shown in models.items():
        z = latent.encode(shown.model, images).mean
        judged = cache.judged_reconstructions(shown, visitor.data, view)
        pictures = decoded(visitor, shown, z, view)
        _judged_row(visitor, _viewed(name, shown, view), pictures, judged, key=_short(name))


def sample_rows(visitor: Visitor, models: dict[str, Shown], view: evaluation.View) -> None:
    """Ten draws of the prior, decoded by each model from the same ε."""
    for name, shown in models.items():
        rng = torch.Generator().manual_seed(visitor.noise_seed)
        z = sampling.prior(sampling.draw(10, shown.config.latent_dim, rng))
        judged, pictures = cache.judged_samples(shown, view), decoded(visitor, shown, z, view)
        name_and_view = _viewed(name, shown, view)
        _judged_row(visitor, name_and_view, pictures, judged, key=f"{_short(name)}-sampled")


def sharpness_and_error(visitor: Visitor, models: dict[str, Shown]) -> None:
    """Sharpness and squared error of every model's reconstructions, λ and mean apart."""
    rows = [("digits", cache.judged_digits(visitor.data))]
    for name, shown in models.items():
        for word, view in VIEWS.items():
            continuous = shown.config.likelihood == "continuous_bernoulli"
            if view == "sample" or (view == "parameter" and not continuous):
                continue
            judged = cache.judged_reconstructions(shown, visitor.data, view)
            rows.append((f"{_short(name)} {word}" if continuous else _short(name), judged))
    left, right = st.columns(2)
    for column, title, figures in (
        (left, "Sharpness", [(name, judged.sharpness) for name, judged in rows]),
        (right, "Squared error", [(name, judged.squared_error) for name, judged in rows[1:]]),
    ):
        column.altair_chart(
            charts.bars(
                pd.DataFrame(figures, columns=["name", "value"]),
                title=f"{title} of the reconstructions",
                y="variance of the Laplacian" if title == "Sharpness" else "sum over pixels",
                colours={
                    name: theme.PRIOR if name == "digits" else theme.DECODER for name, _ in figures
                },
            ),
            key=f"cb-{title}",
            alt=f"{title}: " + ", ".join(f"{name} {value:.3g}" for name, value in figures),
        )


def whose_sharpness(visitor: Visitor, models: dict[str, Shown]) -> None:
    """Whether the continuous Bernoulli's sharpness is λ's or the mean's, as the numbers have it."""
    cb, bce = models[LIKELIHOODS["continuous_bernoulli"]], models[LIKELIHOODS["bernoulli"]]
    parameter = cache.judged_reconstructions(cb, visitor.data, "parameter")
    mean = cache.judged_reconstructions(cb, visitor.data, "mean")
    rival = cache.judged_reconstructions(bce, visitor.data, "mean")
    digits = cache.judged_digits(visitor.data)
    told = (
        f"Over {widgets.grouped(cache.JUDGED)} test images the digits have sharpness "
        f"{digits.sharpness:.3f}, the λ of the continuous Bernoulli {parameter.sharpness:.3f}, its "
        f"mean {mean.sharpness:.3f}, and BCE {rival.sharpness:.3f}. "
    )
    if parameter.sharpness > rival.sharpness >= mean.sharpness:
        told += (
            "**The famous sharpness is λ's and not the mean's**: what the same model expects to "
            "see is no sharper than the picture of BCE. "
        )
    elif parameter.sharpness > max(mean.sharpness, rival.sharpness):
        left = "less than half" if 2 * mean.sharpness < parameter.sharpness else "only a part"
        told += f"**The famous sharpness is λ's**: {left} of it is left in the same model's mean. "
    errors = [judged.squared_error or 0.0 for judged in (parameter, mean, rival)]
    told += f"Squared error: λ {errors[0]:.1f}, mean {errors[1]:.1f}, BCE {errors[2]:.1f}"
    told += ": sharper is not closer." if errors[0] > errors[2] else "."
    st.markdown(told)


def decoded(
    visitor: Visitor, shown: Shown, z: Tensor, view: evaluation.View
) -> Float[Tensor, "n 1 28 28"]:
    """What the model draws at these codes: λ, the mean image, or one sample."""
    rng = torch.Generator().manual_seed(visitor.noise_seed)
    return evaluation.picture(shown.config, latent.decode(shown.model, z), view, rng)


def _judged_row(
    visitor: Visitor, name: str, pictures: Tensor, judged: evaluation.Judgement, *, key: str
) -> None:
    widgets.digits(pictures, len(pictures), key=f"cb-{key}", alt=f"Row of digits: {name}")
    figures = [f"sharpness {judged.sharpness:.3f}"]
    if judged.squared_error:
        figures.insert(0, f"squared error {judged.squared_error:.1f}")
    if visitor.data in ("sample", "mnist"):
        figures.append(f"classifier sure of {judged.confident:.0%}")
    st.caption(f"**{name}**: " + ", ".join(figures))


def _short(name: str) -> str:
    return {
        "Yours, continuous Bernoulli": "yours",
        LIKELIHOODS["continuous_bernoulli"]: "CB",
        LIKELIHOODS["gaussian"]: "Gaussian",
        LIKELIHOODS["bernoulli"]: "BCE",
    }[name]


def _viewed(name: str, shown: Shown, view: evaluation.View) -> str:
    """The row's name with what is drawn; only the continuous Bernoulli's λ is not its mean."""
    words = {"parameter": "λ", "mean": "mean", "sample": "one sample"}
    if shown.config.likelihood != "continuous_bernoulli":
        words["parameter"] = "mean"
    return f"{name}, {words[view]}"


def _logit_grid() -> Float[Tensor, " n"]:
    """Logits up to the bound, close enough for a smooth curve over λ."""
    bound = ModelConfig().logit_bound or 10.0
    return torch.linspace(-bound, bound, 301, dtype=torch.float64)


def _curve(logits: Tensor, y: Tensor) -> pd.DataFrame:
    return pd.DataFrame({"x": logits.sigmoid().numpy(), "y": y.numpy()})
