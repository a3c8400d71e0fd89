"""Whole digits under three likelihoods: what is drawn of each, and how it is judged."""

import math
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from torch import Tensor

from app import cache, charts, images, theme, widgets
from app.cache import Judge, Passing, PretrainedError, Shown
from app.glossary import term
from app.lessons.continuous_bernoulli.asked import SHARPEST
from app.panels import files, models, predictions
from app.panels.digits import judge, new_noise
from app.panels.logit_bounds import bound_of
from app.panels.map.places import decoded
from app.state import Visitor
from app.words import as_code, grouped, number, percent, title
from core import evaluation, latent, sampling
from core.data import to_float
from core.evaluation.judging import View
from core.models import Likelihood

SIZES = (2, 20)  # of the pretrained models' codes
FEW = 100  # images that a run is judged on while it goes on

VIEWS: dict[str, View] = {
    "λ": "parameter",
    "mean": "mean",
    "one sample": "sample",
}

LIKELIHOODS: dict[Likelihood, str] = {
    "continuous_bernoulli": "Continuous Bernoulli",
    "gaussian": "Squared error (Gaussian)",
    "bernoulli": "BCE (Bernoulli)",
}
# The Bernoulli whose β lets its codes cost about what the continuous Bernoulli's cost, by d.
SAME_RATE = {2: "vae-lite-2-beta-0.392", 20: "vae-lite-20-bernoulli-beta-0.3"}
MINE = "Yours"
SHORT = {
    MINE: "yours",
    LIKELIHOODS["continuous_bernoulli"]: "CB",
    LIKELIHOODS["gaussian"]: "Gaussian",
    LIKELIHOODS["bernoulli"]: "BCE",
}


def choose_view() -> View:
    """What of p(x|z) every row of the page draws."""
    return VIEWS[widgets.choice("Every row shows", list(VIEWS), key="cb-view")]


def nearest(d: int) -> int:
    """The pretrained size that a code of so many numbers is held against."""
    return min(SIZES, key=lambda size: abs(math.log(size / d)))


def three_likelihoods(visitor: Visitor, d: int) -> dict[str, Shown]:
    """The pretrained VAEs of size d, one for each likelihood whose file can be used."""
    bernoulli = "vae-lite-2-beta-1" if d == 2 else f"vae-lite-{d}-bernoulli"
    names: dict[Likelihood, str] = {
        "continuous_bernoulli": f"vae-lite-{d}-continuous-bernoulli",
        "gaussian": f"vae-lite-{d}-gaussian",
        "bernoulli": bernoulli,
    }
    found = {}
    for name, file in names.items():
        try:
            found[LIKELIHOODS[name]] = cache.pretrained(file, visitor.data)
        except PretrainedError as error:
            files.lacks(error)
            st.caption(f"{LIKELIHOODS[name]} is missing below: {as_code(file)} cannot be used.")
    return found


def of_likelihood(three: Mapping[str, Shown], likelihood: Likelihood) -> Shown | None:
    """The model that a run of that likelihood is held against: where its file cannot be used,
    another of the three; None where there is none."""
    return three.get(LIKELIHOODS[likelihood]) or next(iter(three.values()), None)


def at_its_rate(visitor: Visitor, d: int) -> dict[str, Shown]:
    """The pretrained Bernoulli of size d at the continuous Bernoulli's rate, if it can be used."""
    try:
        shown = cache.pretrained(SAME_RATE[d], visitor.data)
    except PretrainedError as error:
        files.lacks(error)
        return {}
    return {f"BCE, β {shown.config.beta:g}": shown}


def runs_of_size(visitor: Visitor, d: int) -> list[Shown]:
    """This visit's VAEs that are held against models of that size, the newest last."""
    return [run for run in visitor.in_figures if run.is_vae and nearest(run.config.latent_dim) == d]


# ---- digits restored ---------------------------------------------------------------------------


def rows(visitor: Visitor, named: Iterable[tuple[str, Shown]], view: View) -> None:
    """Ten digits, and below them as each model restores them, with the figures of many more. How
    sharp they are is to be predicted, and stands there only afterwards."""
    ten = visitor.followed().images
    told = predictions.is_open(visitor, SHARPEST)
    sharpness = cache.judged_digits(visitor.data, None).sharpness
    _row(
        f"*The digits themselves*{_sharpness(sharpness) if told else ''}",
        to_float(ten),
        key="digits",
        alt="The digits themselves",
    )
    for place, (name, shown) in enumerate(named):
        judged = _judged(visitor, shown, view)
        _row(
            _in_lines(name, shown, view)
            + (f"{_sharpness(judged.sharpness)}, " if told else "  \n")
            + f"error {judged.squared_error:.1f}",
            decoded(visitor, shown, latent.encode(shown.model, ten).mean, view),
            key=f"restored-{place}",
            alt=f"The ten digits restored by {called(name, shown, view)}",
        )


def _sharpness(value: float) -> str:
    return f"  \nsharpness **{value:.3f}**"


def no_run() -> None:
    """The place of a run's row before there is one, as high as the row."""
    words, place = _parts()
    words.caption(f"**{MINE}**  \nyour run's row  \nstands here")
    with place.container(height=52, border=False, key="cb-no-run"):
        st.caption(
            "Set a bound of 2, or a Gaussian whose variance is ½; train, and watch this row."
        )


def closest(visitor: Visitor, named: Mapping[str, Shown], view: View) -> str:
    """Which row comes closest to the digits, and which is farthest from them."""
    errors = {name: _judged(visitor, it, view).squared_error or 0.0 for name, it in named.items()}
    if len(errors) < 2:
        return ""
    *_, farthest = in_order = sorted(errors, key=errors.__getitem__)
    return (
        f"Closest to the digits comes the row of *{in_order[0]}*, with an error of "
        f"**{errors[in_order[0]]:.1f}**; farthest from them is *{farthest}*, with "
        f"**{errors[farthest]:.1f}**."
    )


def how_judged(visitor: Visitor) -> str:
    """What the rows' figures are, in a few sentences."""
    return (
        f"{term('sharpness', 'Sharpness')}: the variance of the {term('Laplacian')}, which is a "
        "pixel's four neighbours less four times itself: large at hard edges; of one sample, "
        f"mostly speckle. Error: squared, summed over pixels. A {term('logit')} is log(λ / (1 − "
        f"λ)). Means over the first {grouped(cache.judged_count(visitor.data))} test images "
        f"(while a run goes on, the first {FEW}), restored from posterior means. A Gaussian's "
        "samples are clipped to [0, 1]."
    )


def _judged(visitor: Visitor, shown: Shown, view: View) -> evaluation.judging.Judgement:
    """The figures of a model's row; of a run that goes on, over few images."""
    if not isinstance(shown, Passing):
        return cache.judged_reconstructions(shown, view, None)
    few = shown.images[:FEW]
    pictures = decoded(visitor, shown, latent.encode(shown.model, few).mean, view)
    return evaluation.judging.judge(None, pictures, to_float(few))


def _parts() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Of a row: where its words stand, and where its picture."""
    words, picture = st.columns([2, 5], gap="small", vertical_alignment="center")
    return words, picture


def _row(told: str, pictures: Tensor, *, key: str, alt: str) -> None:
    """A row of digits, and words beside it."""
    words, picture = _parts()
    words.caption(told)
    with picture, st.container(key=f"cb-{key}"):
        # As wide as there is room: all ten are to be compared at one glance.
        st.image(images.sheet(pictures, len(pictures), gap=4), width="stretch", alt=alt)


def called(name: str, shown: Shown, view: View) -> str:
    """A model's name and what is drawn of it; only a continuous Bernoulli's λ is not its mean."""
    words = {"parameter": "λ", "mean": "mean μ(λ)", "sample": "one sample"}
    if shown.config.likelihood != "continuous_bernoulli":
        words |= {"parameter": "λ, which is its mean", "mean": "mean, which is its λ"}
    return f"{name}, {words[view]}{bound_of(shown)}"


def _in_lines(name: str, shown: Shown, view: View) -> str:
    """The same in two lines: the name, and what is drawn."""
    drawn = called(name, shown, view).removeprefix(f"{name}, ")
    if name == MINE:
        name += f": {LIKELIHOODS[shown.config.likelihood]}"
    return f"**{name}**  \n{drawn}"


def whose(compared: Mapping[str, Shown]) -> str:
    """What the visitor's own model is, and in what it differs from the pretrained one of its
    likelihood; nothing where there is none."""
    mine = compared.get(MINE)
    if mine is None:
        return ""
    told = f" Yours is {title(mine.config)}{bound_of(mine)}; "
    told += f"it learned from {models.learned_from(mine)}"
    theirs = compared.get(LIKELIHOODS[mine.config.likelihood])
    if theirs is None or not (apart := models.differences(mine, theirs)):
        return told
    return (
        f"{told} Unlike the pretrained {theirs.title}: {'; '.join(apart)}. Not all that you see is "
        "the loss's doing."
    )


# ---- digits drawn ------------------------------------------------------------------------------


def new_digits(visitor: Visitor, compared: Mapping[str, Shown], view: View) -> None:
    """Ten draws of the prior, decoded by each model from the same ε."""
    reader = judge(visitor.data)
    for name, shown in compared.items():
        z = sampling.prior(cache.noise(visitor.noise_seed, 10, shown.config.latent_dim))
        judged = cache.judged_samples(shown, view, reader)
        told = f"{_in_lines(name, shown, view)}  \nsharpness **{judged.sharpness:.3f}**"
        if judged.confident is not None:
            told += f", {percent(judged.confident)} read"
        _row(
            told,
            decoded(visitor, shown, z, view),
            key=f"{SHORT[name]}-sampled",
            alt=f"Ten samples of {called(name, shown, view)}",
        )
    st.caption(
        "ε is drawn from the prior once, for every model. They never agreed on what a place in "
        "latent space means: compare rows, not columns. Figures: means over "
        f"{grouped(cache.JUDGED)} samples of each model. A sample has no original, and so no "
        f"squared error.{_read(reader)}" + _numbers_of_noise(compared)
    )
    new_noise(visitor)


def _read(reader: Judge | None) -> str:
    """What the share of images read says, where the classifier knows the digits in use."""
    if reader is None:
        return ""
    return (
        f" Read: the share of images to one of whose ten digits the classifier of this course "
        f"gives more than {evaluation.judging.CONFIDENT:g}, right or wrong."
    )


def _numbers_of_noise(compared: Mapping[str, Shown]) -> str:
    """How one ε serves codes of different sizes."""
    sizes = {shown.config.latent_dim for shown in compared.values()}
    if len(sizes) <= 1:
        return ""
    return (
        f" The codes here differ in size: one of {min(sizes)} numbers takes only the first "
        f"{min(sizes)} of ε's {max(sizes)}."
    )


def figure_bars(
    figures: Sequence[tuple[str, float]], title: str, unit: str, *, form: str, key: str
) -> None:
    """A bar a name, the visitor's own in another colour, in grey what is no model."""
    named = [(name, value, number(value, form)) for name, value in figures]
    st.altair_chart(
        charts.bars_across(
            pd.DataFrame(named, columns=["name", "value", "words"]),
            title=title,
            x=unit,
            colours={name: _colour(name) for name, _ in figures},
        ),
        key=key,
        alt=f"{title}: " + ", ".join(f"{name} {words}" for name, _, words in named),
    )


def _colour(name: str) -> str:
    if name == SHORT[MINE]:
        return theme.TOTAL
    return theme.DECODER if name in SHORT.values() else theme.PRIOR
