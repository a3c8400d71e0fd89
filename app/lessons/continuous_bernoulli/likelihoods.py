"""Whole digits under three likelihoods: what is drawn of each, and how it is judged."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from torch import Tensor

from app import cache, charts, theme, widgets
from app.cache import Judge, PretrainedError, Shown
from app.panels import files
from app.panels.bounds import bound_of
from app.panels.digits import judge, new_noise, ten_digits
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
def reconstruction_rows(visitor: Visitor, models: dict[str, Shown]) -> None:
    """The ten digits, and what each model makes of them, each row with its own switch."""
    images = ten_digits(visitor).images
    reader = judge(visitor.data)
    known = cache.judged_digits(visitor.data, reader)
    _row("The digits themselves", to_float(images), known, key="digits")
    for name, shown in models.items():
        view = _switched(name, shown, "restored")
        z = latent.encode(shown.model, images).mean
        judged = cache.judged_reconstructions(shown, view, reader)
        pictures, key = decoded(visitor, shown, z, view), f"{SHORT[name]}-restored"
        _row(_viewed(name, shown, view), pictures, judged, key=key)
    count = cache.judged_count(visitor.digits.name)
    st.caption(
        f"Figures under the rows: means over the first {grouped(count)} test images, not "
        "over these ten. Codes are posterior means. Squared error: sum over pixels. Sharpness: "
        f"variance of the Laplacian. A Gaussian's samples are clipped to [0, 1].{_read(reader)}"
    )
    if YOURS in models:
        st.caption(whose(models).strip())


@st.fragment
def sample_rows(visitor: Visitor, models: dict[str, Shown]) -> None:
    """Ten draws of the prior, decoded by each model from the same ε, with a switch a row."""
    reader = judge(visitor.data)
    for name, shown in models.items():
        view = _switched(name, shown, "sampled")
        z = sampling.prior(cache.noise(visitor.noise_seed, 10, shown.config.latent_dim))
        judged = cache.judged_samples(shown, view, reader)
        pictures, key = decoded(visitor, shown, z, view), f"{SHORT[name]}-sampled"
        _row(_viewed(name, shown, view), pictures, judged, key=key)
    st.caption(
        f"Figures under the rows: means over {grouped(cache.JUDGED)} samples of each "
        "model, not over these ten. A sample has no original, and so no squared error."
        + _numbers_of_noise(models)
        + _read(reader)
    )
    new_noise(visitor)


def _switched(name: str, shown: Shown, row: str) -> evaluation.judging.View:
    """The row's own switch between λ, mean and one sample."""
    heading, switch = st.columns([3, 2], vertical_alignment="center")
    what = f" ({title(shown.config)})" if name == YOURS else ""
    heading.markdown(f"**{name}**{what}{bound_of(shown)}")
    with switch:
        picture = widgets.choice(
            f"What is drawn: {name}",
            list(VIEWS),
            key=f"cb-{row}-{SHORT[name]}",
            label_visibility="collapsed",
        )
    return VIEWS[picture]


def _row(name: str, pictures: Tensor, judged: evaluation.judging.Judgement, *, key: str) -> None:
    widgets.digits(pictures, len(pictures), key=f"cb-{key}", alt=f"Row of digits: {name}")
    figures = [f"sharpness {judged.sharpness:.3f}"]
    if judged.squared_error is not None:
        figures.insert(0, f"squared error {judged.squared_error:.1f}")
    if judged.confident is not None:
        figures.append(
            f"{percent(judged.confident)} read with p > {evaluation.judging.CONFIDENT:g}"
        )
    st.caption(f"{name}: " + ", ".join(figures))


def _viewed(name: str, shown: Shown, view: evaluation.judging.View) -> str:
    """The row's name with what is drawn; only the continuous Bernoulli's λ is not its mean."""
    words = {"parameter": "λ", "mean": "mean μ(λ)", "sample": "one sample"}
    if shown.config.likelihood != "continuous_bernoulli":
        words |= {"parameter": "λ, which is its mean", "mean": "mean, which is its λ"}
    return f"{name}, {words[view]}"


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


def sharpness_and_error(visitor: Visitor, models: dict[str, Shown]) -> None:
    """Sharpness and squared error of every model's reconstructions, λ and mean apart."""
    reader = judge(visitor.data)
    rows = [("digits", cache.judged_digits(visitor.data, reader))]
    for name, shown in models.items():
        for word, view in VIEWS.items():
            continuous = shown.config.likelihood == "continuous_bernoulli"
            if view == "sample" or (view == "parameter" and not continuous):
                continue
            judged = cache.judged_reconstructions(shown, view, reader)
            rows.append((f"{SHORT[name]} {word}" if continuous else SHORT[name], judged))
    left, right = st.columns(2)
    for column, figure, figures in (
        (left, "Sharpness", [(name, judged.sharpness) for name, judged in rows]),
        (right, "Squared error", [(name, judged.squared_error) for name, judged in rows[1:]]),
    ):
        with column:
            figure_bars(
                figures,
                f"{figure} of the reconstructions",
                "variance of the Laplacian" if figure == "Sharpness" else "sum over pixels",
                key=f"cb-{figure}",
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


def whose_sharpness(visitor: Visitor, models: dict[str, Shown]) -> None:
    """Whether the continuous Bernoulli's sharpness is λ's or the mean's, as the numbers have it."""
    cb, bce = (models.get(LIKELIHOODS[name]) for name in ("continuous_bernoulli", "bernoulli"))
    if cb is None or bce is None:
        st.caption("A comparison is missing here: it needs the continuous Bernoulli and BCE.")
        return
    reader = judge(visitor.data)
    parameter = cache.judged_reconstructions(cb, "parameter", reader)
    mean = cache.judged_reconstructions(cb, "mean", reader)
    rival = cache.judged_reconstructions(bce, "mean", reader)
    digits = cache.judged_digits(visitor.data, reader)
    count = cache.judged_count(visitor.digits.name)
    told = (
        f"Over {grouped(count)} test images the digits have sharpness "
        f"{digits.sharpness:.3f}, the λ of the continuous Bernoulli (|logit| ≤ "
        f"{cb.config.logit_bound:.2f}) {parameter.sharpness:.3f}, its "
        f"mean {mean.sharpness:.3f}, and BCE {rival.sharpness:.3f}. "
    )
    if parameter.sharpness > rival.sharpness >= mean.sharpness:
        told += (
            "**The famous sharpness is λ's and not the mean's**: what the same model expects to "
            "see is no sharper than the picture of BCE. "
        )
    elif parameter.sharpness > max(mean.sharpness, rival.sharpness):
        left = "less than half" if 2 * mean.sharpness < parameter.sharpness else "only a part"
        told += (
            f"**The famous sharpness is λ's, not the mean's**: {left} of it is left in the same "
            "model's mean. "
        )
    errors = [
        cache.restoring_error(cb, "parameter", reader),
        cache.restoring_error(cb, "mean", reader),
        cache.restoring_error(bce, "mean", reader),
    ]
    told += f"Squared error: λ {errors[0]:.1f}, mean {errors[1]:.1f}, BCE {errors[2]:.1f}"
    told += ": sharper is not closer." if errors[0] > errors[2] else "."
    st.markdown(told)
    if YOURS in models:
        st.caption(whose(models).strip())
