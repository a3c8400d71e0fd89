"""What may stand on one axis for models of different likelihoods, and what may not."""

import math

import streamlit as st

from app import cache, widgets
from app.cache import Shown
from app.glossary import term
from app.lessons.continuous_bernoulli.likelihoods import LIKELIHOODS, SHORT, figure_bars, whose
from app.panels.digits import judge, why_unread
from app.panels.logit_bounds import bound_of
from app.state import Visitor
from app.words import grouped

MEASURES = ("the three losses", "squared error", "digits read right", "bits per dimension")


@st.fragment
def on_one_axis(visitor: Visitor, models: dict[str, Shown]) -> None:
    """A figure of all models on one axis, where it means the same for all; else a refusal."""
    if not models:
        st.caption("No model of this page can be used, so there is nothing to compare.")
        return
    measure = widgets.choice(
        "Put on one axis", MEASURES, default="digits read right", key="cb-measure"
    )
    count = cache.judged_count(visitor.digits.name)
    images = f"First {grouped(count)} test images.{whose(models)}"
    match measure:
        case "squared error":
            figures = [
                (SHORT[name], cache.restoring_error(shown, "mean", None))
                for name, shown in models.items()
            ]
            figure_bars(
                figures,
                "Squared error of the mean image",
                "sum over pixels",
                form=".1f",
                key="cb-axis-error",
            )
            st.caption(
                f"{images} Each model answers with its mean. A continuous Bernoulli's is greyed by "
                "its bound: *Whose sharpness is it?* has it with its contrast restored."
            )
        case "digits read right":
            _read_right(visitor, models, images)
        case "bits per dimension":
            _bits(visitor, models)
            st.caption(images)
        case _:
            _refuse(models)


def _read_right(visitor: Visitor, models: dict[str, Shown], images: str) -> None:
    reader = judge(visitor.data)
    if reader is None:
        st.caption(why_unread(visitor.data))
        return
    figures = [("digits", cache.readable_digits(visitor.data, reader))]
    figures += [(SHORT[name], cache.readable(shown, reader)) for name, shown in models.items()]
    figure_bars(
        figures,
        "Reconstructions read as their label",
        "share of images",
        form=".3f",
        key="cb-axis-read",
    )
    st.caption(f"{images} Mean images, read by the classifier of this course.")


def _bits(visitor: Visitor, models: dict[str, Shown]) -> None:
    """Densities only: a Bernoulli gives bytes between 0 and 255 no probability at all."""
    densities = {
        name: shown for name, shown in models.items() if shown.config.likelihood != "bernoulli"
    }
    tables = cache.byte_costs(visitor.data)
    figures = [
        ("uniform", 8.0),
        ("one table of shares", tables.one_table),
        ("a table per pixel", tables.table_per_pixel),
        *((SHORT[name], cache.bits_per_dimension(shown)) for name, shown in densities.items()),
        *_floors(visitor, densities),
    ]
    figure_bars(
        figures,
        "What a pixel's byte costs",
        "bits per pixel",
        form=".2f",
        key="cb-axis-bits",
    )
    chosen = [_choice(name, shown) for name, shown in densities.items()]
    st.markdown(
        f"{term('dequantisation', 'Dequantisation')} spreads every byte over its "
        "cell, (byte + u) / 256 with u uniform in [0, 1). Then a density gives each of the 256 "
        "values a probability, and −ELBO / (784 log 2) + 8 is an upper bound on the bits of a "
        "pixel: one unit for all densities. BCE has none: a coin knows 0 and 1 and gives the "
        "grey values no probability.\n\n"
        f"Hold that against who knows no digit: a table of the shares of the 256 values pays "
        f"{tables.one_table:.2f} bits, one for every pixel {tables.table_per_pixel:.2f}. These "
        f"models learned without dequantisation, and each of their figures ranks a choice made "
        f"before training: {'; '.join(chosen)}. No answer to any pixel can get a continuous "
        "Bernoulli below its bound's own floor.\n\n"
        f"A byte's honest likelihood is a {term('categorical')} with 256 ways: a probability for "
        "each value, no density, and so neither a bound nor a variance to choose. PixelRNN has it "
        "([van den Oord et al. 2016](https://arxiv.org/abs/1601.06759))."
    )


def _floors(visitor: Visitor, densities: dict[str, Shown]) -> list[tuple[str, float]]:
    """What a byte costs at least under the bounds of these models: the best λ for every pixel."""
    bounds = {
        shown.config.logit_bound
        for shown in densities.values()
        if shown.config.likelihood == "continuous_bernoulli" and shown.config.logit_bound
    }
    ordered = sorted(bounds)
    ceilings = cache.ceilings(visitor.data, tuple(ordered), dequantised=True)
    return [
        (f"floor of |logit| ≤ {bound:.2f}", 8 - ceiling / (784 * math.log(2)))
        for bound, ceiling in zip(ordered, ceilings)
    ]


def _choice(name: str, shown: Shown) -> str:
    """A model by its short name, with what was chosen of its density."""
    if shown.config.likelihood == "gaussian":
        return f"{SHORT[name]}, τ² = {shown.config.variance:g}"
    return SHORT[name] + bound_of(shown)


def _refuse(models: dict[str, Shown]) -> None:
    """Why this course never draws losses of different likelihoods on one axis."""
    gaussian = models.get(LIKELIHOODS["gaussian"])
    continuous = models.get(LIKELIHOODS["continuous_bernoulli"])
    variance = f" = {gaussian.config.variance:g}" if gaussian else ""
    bound = f" ≤ {continuous.config.logit_bound:.2f}" if continuous else ""
    st.warning(
        "Refused: the three losses are not numbers of one kind.\n\n"
        "- BCE is a *score*. On grey pixels no density belongs to it.\n"
        f"- The Gaussian's loss is −log of a *density*; its height hangs on τ²{variance}, "
        "which was chosen.\n"
        "- The continuous Bernoulli's is −log of a density whose height hangs on the *bound* "
        f"|logit|{bound}, which was chosen too.\n\n"
        "A density is *per unit of x*. Count the same pixels from 0 to 255 instead of from 0 to 1, "
        f"and the loss of each density rises by 784 log 255 = {784 * math.log(255):.0f} nats. BCE, "
        "computed from the same shares of white, stays where it is. No picture has changed.\n\n"
        "The other figures mean the same for every model that has them: ask for one.",
        icon=":material/block:",
    )
