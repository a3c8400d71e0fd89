"""The bound on a continuous Bernoulli's logits: what it allows, and what rises with it."""

import math
from collections.abc import Mapping

import pandas as pd
import streamlit as st
import torch
from torch import Tensor

from app import cache, charts, theme, widgets
from app.cache import PretrainedError, Shown
from app.glossary import term
from app.lessons.continuous_bernoulli import sharpness
from app.lessons.continuous_bernoulli.asked import NONE, OUTCOMES, UNBOUNDED, USUAL
from app.lessons.continuous_bernoulli.pixels import BOUND
from app.panels import files, predictions
from app.panels.logit_bounds import pedestal
from app.state import Visitor
from app.teaching import Measured
from app.words import as_code, grouped, nats, number, percent
from core import latent
from core.continuous_bernoulli import continuous_bernoulli_mean
from core.data import Name, to_float

BOUNDS = ("4.6", USUAL, "15.94", "100", NONE)
Elbos = dict[str, dict[str, float]]  # by what is measured, then by bound; nats per image
AXIS = tuple(torch.logspace(0.3, 3, 55).tolist())  # of the chart, from 2 to 1 000
GREY, DEQUANTISED = "x / 255", "(x + u) / 256"  # what is measured


def asked_without(visitor: Visitor) -> bool:
    """Ask what a model without a bound has more of; whether it may be told."""
    try:
        models = _five(visitor)
    except PretrainedError as error:
        files.lacks(error)
        st.caption(f"A question is missing here: it needs {as_code(error.file)}.")
        return True
    whose = f"{models[USUAL].title}, under |logit| ≤ {USUAL} and without a bound"
    return predictions.ask(visitor, UNBOUNDED, lambda: unbounded(models), of=whose)


def _five(visitor: Visitor) -> dict[str, Shown]:
    return {
        name: cache.pretrained(f"vae-dense-20-cb-bound-{name}", visitor.data) for name in BOUNDS
    }


def unbounded(models: Mapping[str, Shown]) -> Measured:
    """Whether the model without a bound has the higher ELBO, and the better pictures: those of
    the other have their contrast restored, which a bound alone takes."""
    elbo = {name: -cache.mean_terms(models[name]).total for name in (USUAL, NONE)}
    error = {
        USUAL: sharpness.of_continuous(models[USUAL])[sharpness.RESTORED].error,
        NONE: sharpness.of_continuous(models[NONE])[sharpness.MEAN].error,
    }
    higher, better = elbo[NONE] > elbo[USUAL], error[NONE] < error[USUAL]
    told = OUTCOMES[higher, better]
    return Measured(
        told,
        unusual=not higher,
        words=f"{told} (ELBO {_whole(elbo[USUAL])} → {whole_nats(elbo[NONE])}, squared error "
        f"{error[USUAL]:.1f} → {error[NONE]:.1f})",
    )


@st.fragment
@files.figure
def bound_slider(visitor: Visitor) -> None:
    """One VAE under five bounds: its ELBO below the ceiling, its pictures, and its pedestal."""
    models = _five(visitor)
    digits = visitor.digits
    chosen = widgets.one_of("Bound on |logit|", BOUNDS, USUAL, key="cb-bound")
    elbos = {
        GREY: {name: -cache.mean_terms(it).total for name, it in models.items()},
        DEQUANTISED: {name: cache.dequantised_elbo(it) for name, it in models.items()},
    }
    _figures(models[chosen], digits.name)
    _pictures(visitor, models[chosen])
    _chart(models, elbos, chosen, digits.name)
    sharpness.against_bounds(models)
    _what_rises(models, elbos[GREY], digits.name)
    _what_dequantising_changes(elbos, digits.name, digits.test_images)


def _figures(shown: Shown, data: Name) -> None:
    """ELBO, ceiling and darkest mean, all under the model's own bound."""
    bound, terms = shown.config.logit_bound, cache.mean_terms(shown)
    (ceiling,) = cache.ceilings(data, (bound,), dequantised=False)
    columns = st.columns(4)
    columns[0].metric(
        "ELBO", whole_nats(-terms.total), help="Mean over the test images in use, x / 255"
    )
    columns[1].metric("of at most", whole_nats(ceiling), help="The best λ for every single pixel")
    columns[2].metric("KL", whole_nats(terms.kl), help="What the codes cost; a part of the ELBO")
    columns[3].metric(
        "Darkest mean allowed",
        f"{pedestal(bound):.4f}" if bound else "0",
        help="The mean of a pixel whose logit stands at the bound; without one, its limit",
    )


def whole_nats(value: float) -> str:
    """A whole number of nats; ∞ where there is no end."""
    return "∞" if math.isinf(value) else nats(value, 0)


def _whole(value: float) -> str:
    return number(value, ",.0f")


def _pictures(visitor: Visitor, shown: Shown) -> None:
    """The ten digits, their mean images and their λ."""
    images = visitor.followed().images
    logits = latent.decode(shown.model, latent.encode(shown.model, images).mean)
    mean = continuous_bernoulli_mean(logits)
    bound = shown.config.logit_bound
    under = f"under |logit| ≤ {bound:.4g}" if bound else "without a bound"
    widgets.pictures(
        torch.cat([to_float(images), mean, logits.sigmoid()]),
        len(images),
        key="cb-bound",
        headings=["Test digits", f"Mean images, {under}", f"Parameter λ, {under}"],
        alt=f"Ten test digits above their mean images and their λ, {under}",
    )
    limits = "Without a bound a mean may come as near to 0 and 1 as it likes."
    if bound:
        low = pedestal(bound)
        limits = f"Under this bound no mean is below {low:.4f} or above {1 - low:.4f}."
    st.caption(
        f"Decoded from the posterior means. {limits} In these ten mean images the darkest pixel is "
        f"{mean.min().item():.4f}, the brightest {mean.max().item():.4f}; their logits go from "
        f"{number(logits.min().item(), ',.2f')} to {number(logits.max().item(), ',.2f')}."
    )


def _chart(models: dict[str, Shown], elbos: Elbos, chosen: str, data: Name) -> None:
    curves = {
        GREY: cache.ceilings(data, AXIS, dequantised=False),
        DEQUANTISED: cache.ceilings(data, AXIS, dequantised=True),
    }
    places = pd.DataFrame(
        {
            "bound": models[name].config.logit_bound,
            "nats": value,
            "name": _called(name, of, value, chosen),
            "shown": name == chosen,
            "curve": of,
        }
        for of, measured in elbos.items()
        for name, value in measured.items()
    )
    st.altair_chart(
        charts.under_bounds(
            pd.concat(
                pd.DataFrame({"bound": AXIS, "nats": values, "curve": name})
                for name, values in curves.items()
            ),
            places,
            title="ELBOs under their ceilings",
            colours={GREY: theme.RECONSTRUCTION, DEQUANTISED: theme.PRIOR},
            dashes={GREY: [1, 0], DEQUANTISED: [6, 4]},
        ),
        key="cb-bound-chart",
        alt="ELBO of five models under their bounds on |logit|. "
        + ". ".join(f"Of {of}: {_listed(measured)}" for of, measured in elbos.items()),
    )
    st.caption(
        "Marks are ELBOs, curves their ceilings. Filled marks and the solid curve are of x / 255, "
        "hollow ones and the dashed curve of (x + u) / 256: a curve binds only its own marks. Five "
        "pretrained VAEs (dense, d = 20), alike in all but the bound, trained on x / 255; test "
        "images in use, one z for each. The model without a bound has no place on the axis: the "
        "lines across are its ELBOs. The ceilings are computed from the test images: the best λ "
        "for every pixel, as if a decoder knew the image."
    )


def _called(name: str, of: str, value: float, chosen: str) -> str:
    """The words at a mark: of the model shown, and of the one that has no place on the axis."""
    if name == NONE:
        return f"no bound, {of}: {_whole(value)}"
    return _whole(value) if name == chosen else ""


def _listed(elbos: dict[str, float]) -> str:
    return ", ".join(f"{name}: {_whole(value)}" for name, value in elbos.items())


def _what_rises(models: dict[str, Shown], elbos: dict[str, float], data: Name) -> None:
    """Whether the ELBO rises with the bound here, beside what became of the pictures."""
    errors = {name: cache.restoring_error(shown, "mean", None) for name, shown in models.items()}
    row = [elbos[name] for name in BOUNDS]
    if row == sorted(row):
        told = (
            f"The ELBO rises with the bound, by **{whole_nats(row[-1] - row[0])}** in all "
            f"({_listed(elbos)}). The network, its training and the digits are the same; the "
            "density may stand higher where it already stood high. "
        )
    else:
        told = (
            "On these images a larger bound does not always bring a higher ELBO "
            f"({_listed(elbos)}): a model that is sure of a wrong pixel pays more, the "
            "farther its logits may run. "
        )
    listed = ", ".join(f"{name}: {errors[name]:.1f}" for name in BOUNDS)
    st.markdown(
        told + f"Squared error of the mean images, bound by bound (first "
        f"{grouped(cache.judged_count(data))} test images, summed over pixels): {listed}. "
        "So a continuous Bernoulli's ELBO says nothing without its bound, and compares only under "
        "the same one."
    )


def _what_dequantising_changes(elbos: Elbos, data: Name, images: Tensor) -> None:
    """What the ceilings, and the same five models, make of pixels that are never exactly 0."""
    extreme = ((images == 0) | (images == 255)).float().mean().item()
    (end,) = cache.ceilings(data, (None,), dequantised=True)
    grey, spread = (cache.ceilings(data, (BOUND,), dequantised=each)[0] for each in (False, True))
    st.markdown(
        f"*What {term('dequantisation')} changes.* {percent(extreme, 1)} of these pixels are "
        "exactly 0 or 1. There a density can rise without end, and the solid line with it, like "
        "log |logit| for each such pixel. Dequantised, x becomes (byte + u) / 256 with u uniform "
        "in [0, 1). A black pixel then lies anywhere below 1/256, and a density that is surer "
        "than that loses. "
        f"Without any bound the ceiling is {whole_nats(end)}, and no longer infinite. The bound "
        f"still decides below it: under |logit| ≤ {BOUND:.2f} the ceilings are {whole_nats(grey)} "
        f"(x / 255) and {whole_nats(spread)} (dequantised, expected over u)."
    )
    before, after = (elbos[of][NONE] for of in (GREY, DEQUANTISED))
    told = (
        "The same five models, trained on x / 255 and measured on dequantised images, have ELBOs "
        f"of {_listed(elbos[DEQUANTISED])}. "
    )
    if after < before:
        told += (
            f"The model without a bound falls from {whole_nats(before)} to "
            f"**{whole_nats(after)}**: it was sure of pixels of exactly 0 "
            "and 1, and now there are none."
        )
    st.markdown(told)
