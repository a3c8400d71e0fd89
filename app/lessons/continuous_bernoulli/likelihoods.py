"""Whole digits under three likelihoods: what is drawn of each, and how it is judged."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from torch import Tensor

from app import cache, charts, theme, widgets
from app.cache import Judge, PretrainedError, Shown
from app.panels import files
from app.panels.digits import judge, new_noise
from app.panels.logit_bounds import bound_of
from app.panels.map.places import decoded
from app.panels.models import learned_from
from app.state import Visitor
from app.words import as_code, grouped, percent, title
from core import evaluation, latent, sampling
from core.data import to_float
from core.models import Likelihood

VIEWS: dict[str, evaluation.judging.View] = {
    "λ": "parameter",
    "mean": "mean",
    "one sample": "sample",
}

LIKELIHOODS: dict[Likelihood, str] = {
    "continuous_bernoulli": "Continuous Bernoulli",
    "gaussian": "Squared error (Gaussian)",
    "bernoulli": "BCE (Bernoulli)",
}
YOURS = "Yours, continuous Bernoulli"
SHORT = {
    YOURS: "yours",
    LIKELIHOODS["continuous_bernoulli"]: "CB",
    LIKELIHOODS["gaussian"]: "Gaussian",
    LIKELIHOODS["bernoulli"]: "BCE",
}


def three_likelihoods(visitor: Visitor, d: int) -> dict[str, Shown]:
    """The pretrained VAEs of size d, one for each likelihood whose file can be used, and the
    visitor's own continuous Bernoulli where there is one."""
    bernoulli = "vae-lite-2-beta-1" if d == 2 else f"vae-lite-{d}-bernoulli"
    names: dict[Likelihood, str] = {
        "continuous_bernoulli": f"vae-lite-{d}-continuous-bernoulli",
        "gaussian": f"vae-lite-{d}-gaussian",
        "bernoulli": bernoulli,
    }
    models = {}
    for name, file in names.items():
        try:
            models[LIKELIHOODS[name]] = cache.pretrained(file, visitor.data)
        except PretrainedError as error:
            files.lacks(error)
            st.caption(f"{LIKELIHOODS[name]} is missing below: {as_code(file)} cannot be used.")
    mine = visitor.own.get("vae")
    if mine is not None and mine.config.likelihood == "continuous_bernoulli":
        models[YOURS] = mine.on(visitor.data)
    return models


@st.fragment
def rows(visitor: Visitor, models: dict[str, Shown]) -> None:
    """Ten digits as each model restores them, and ten new ones from the same noise, all under one
    switch. The pictures are painted before their figures, which take longer."""
    view = VIEWS[widgets.choice("Every row shows", list(VIEWS), key="cb-view")]
    reader = judge(visitor.data)
    images = visitor.followed().images
    themselves = _row("The digits themselves", to_float(images), key="digits")
    places = {}
    for name, shown in models.items():
        z = latent.encode(shown.model, images).mean
        pictures, key = decoded(visitor, shown, z, view), f"{SHORT[name]}-restored"
        places[name] = _row(_viewed(name, shown, view), pictures, key=key)
    _tell(themselves, "The digits themselves", cache.judged_digits(visitor.data, reader))
    for name, shown in models.items():
        judged = cache.judged_reconstructions(shown, view, reader)
        _tell(places[name], _viewed(name, shown, view), judged)
    count = cache.judged_count(visitor.digits.name)
    st.caption(
        f"Figures above the rows: means over the first {grouped(count)} test images, not "
        "over these ten. Codes are posterior means. Squared error: sum over pixels. Sharpness: "
        f"variance of the Laplacian. A Gaussian's samples are clipped to [0, 1].{_read(reader)}"
        + whose(models)
    )
    st.subheader("New digits from the same noise", anchor=False)
    _new_digits(visitor, models, view, reader)


def _new_digits(
    visitor: Visitor,
    models: dict[str, Shown],
    view: evaluation.judging.View,
    reader: Judge | None,
) -> None:
    """Ten draws of the prior, decoded by each model from the same ε."""
    places = {}
    for name, shown in models.items():
        z = sampling.prior(cache.noise(visitor.noise_seed, 10, shown.config.latent_dim))
        pictures, key = decoded(visitor, shown, z, view), f"{SHORT[name]}-sampled"
        places[name] = _row(_viewed(name, shown, view), pictures, key=key)
    for name, shown in models.items():
        judged = cache.judged_samples(shown, view, reader)
        _tell(places[name], _viewed(name, shown, view), judged)
    st.caption(
        "ε is drawn from the prior once, for every model. They never agreed on what a place in "
        "latent space means: compare rows, not columns. Figures: means over "
        f"{grouped(cache.JUDGED)} samples of each model. A sample has no original, and so no "
        "squared error." + _numbers_of_noise(models)
    )
    new_noise(visitor)


def _row(name: str, pictures: Tensor, *, key: str) -> DeltaGenerator:
    """A row of digits, and the place above it for its name and, later, its figures."""
    with st.container(gap=None):
        place = st.empty()
        place.caption(f"{name}: …")
        widgets.pictures(pictures, len(pictures), key=f"cb-{key}", alt=f"Row of digits: {name}")
    return place


def _tell(place: DeltaGenerator, name: str, judged: evaluation.judging.Judgement) -> None:
    """A row's name and figures, at its place."""
    figures = [f"sharpness {judged.sharpness:.3f}"]
    if judged.squared_error is not None:
        figures.insert(0, f"squared error {judged.squared_error:.1f}")
    if judged.confident is not None:
        figures.append(
            f"{percent(judged.confident)} read with p > {evaluation.judging.CONFIDENT:g}"
        )
    place.caption(f"{name}: {', '.join(figures)}")


def _viewed(name: str, shown: Shown, view: evaluation.judging.View) -> str:
    """The row's name with what is drawn; only the continuous Bernoulli's λ is not its mean."""
    what = f" ({title(shown.config)})" if name == YOURS else ""
    words = {"parameter": "λ", "mean": "mean μ(λ)", "sample": "one sample"}
    if shown.config.likelihood != "continuous_bernoulli":
        words |= {"parameter": "λ, which is its mean", "mean": "mean, which is its λ"}
    return f"{name}{what}, {words[view]}{bound_of(shown)}"


def _read(reader: Judge | None) -> str:
    """What the share of images read says, where the classifier knows the digits in use."""
    if reader is None:
        return ""
    return (
        f" Read with p > {evaluation.judging.CONFIDENT:g}: the share of images to one of whose ten "
        "digits the classifier of this course gives more than that probability, right or wrong."
    )


def _numbers_of_noise(models: dict[str, Shown]) -> str:
    """How one ε serves codes of different sizes."""
    sizes = {shown.config.latent_dim for shown in models.values()}
    if len(sizes) <= 1:
        return ""
    return (
        f" The codes here differ in size: one of {min(sizes)} numbers takes only the first "
        f"{min(sizes)} of ε's {max(sizes)}."
    )


def whose(models: dict[str, Shown]) -> str:
    """What the visitor's own model is, and in what it differs from the continuous Bernoulli
    beside it; nothing where there is none."""
    if YOURS not in models:
        return ""
    mine, theirs = models[YOURS], models.get(LIKELIHOODS["continuous_bernoulli"])
    words = {
        "architecture": "architecture",
        "hidden_dim": "width",
        "latent_dim": "d",
        "beta": "β",
        "logit_bound": "bound",
    }
    told = f" Yours is {title(mine.config)}{bound_of(mine)}; "
    told += f"it learned from {learned_from(mine)}"
    if theirs is None:
        return told
    apart = [
        word
        for field, word in words.items()
        if getattr(mine.config, field) != getattr(theirs.config, field)
    ]
    if any(mine.card.get(field) != theirs.card.get(field) for field in ("data", "training")):
        apart.append("training")
    if not apart:
        return told
    return (
        f"{told} It differs from the pretrained continuous Bernoulli in {', '.join(apart)}: not "
        "all that you see is the loss's doing."
    )


def figure_bars(
    figures: Sequence[tuple[str, float | None]], title: str, y: str, *, key: str
) -> None:
    """A bar a name, in grey what is no model."""
    colours = {
        name: theme.PRIOR if name in ("digits", "uniform") else theme.DECODER for name, _ in figures
    }
    st.altair_chart(
        charts.bars(
            pd.DataFrame(figures, columns=["name", "value"]), title=title, y=y, colours=colours
        ),
        key=key,
        alt=f"{title}: " + ", ".join(f"{name} {value:.3g}" for name, value in figures),
    )
