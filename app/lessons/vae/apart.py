"""Noise and KL apart: four models of one architecture, one beginning and one order of digits."""

from typing import NamedTuple

import streamlit as st
import torch

from app import cache, charts, widgets
from app.cache import Shown
from app.lessons.vae import coverage
from app.panels import files
from app.panels.digits import strict_judge
from app.panels.map.axes import map_points, map_table
from app.state import Visitor
from app.words import nats, percent
from core import latent, sampling
from core.evaluation.judging import STEP

CODES = 800  # on each map
SAMPLES, NEIGHBOURS = 8, 4


class Cause(NamedTuple):
    """One of the four."""

    name: str
    what: str


FOUR = (
    Cause("neither", "Neither: an autoencoder"),
    Cause("noise-only", "Noise alone"),
    Cause("kl-only", "KL alone"),
    Cause("both", "Both: a VAE"),
)


@files.figure
def show(visitor: Visitor) -> None:
    """Their maps, what they make of N(0, I), and what lies beside the code of a digit."""
    models = [cache.pretrained(f"vae-dense-2-{cause.name}", visitor.data) for cause in FOUR]
    nearby = [cache.change_nearby(shown) for shown in models]
    judge = strict_judge(visitor.data)
    counts = [cache.judged_drawn(shown, "prior", judge) for shown in models] if judge else []
    shares = [coverage.drawn(of_each).share for of_each in counts]
    for column, cause, shown in zip(st.columns(len(FOUR), gap="medium"), FOUR, models):
        with column:
            st.markdown(f"**{cause.what}**")
            _map(visitor, shown, cause)
            _pictures(visitor, shown, cause)
    neither, noise, kl, both = nearby
    told = (
        "*Noise asks neighbours to decode alike*: every draw from a cloud must restore the same "
        f"image. A step of {STEP:g} of the codes' spread changes a picture by {neither:.1f} with "
        f"neither, by {noise:.1f} with noise alone (squared error over the pixels); by {kl:.1f} "
        f"with the KL alone, by {both:.1f} with both."
    )
    if shares:
        each = ", ".join(f"{_of(cause)} {percent(share)}" for cause, share in zip(FOUR, shares))
        best = max(range(len(FOUR)), key=lambda i: shares[i])
        told += (
            " *The KL says where to sample*: of 1 000 draws from N(0, I) the judge takes for "
            f"digits, with {each}. Most with {_of(FOUR[best])}"
        )
        told += "." if best == 3 else "; but only both together make the ELBO, a bound on log p(x)."
    st.markdown(told)
    st.caption(
        "Maps: codes' means, on axes of each map's own; dashed N(0, I) at 1, 2 and 3 σ. Noise "
        f"alone has the fixed σ = {models[1].config.noise:g}; of a point, without noise, the KL is "
        "½ μ² a latent but for a constant. Under the maps samples from N(0, I), of the same ε, and "
        "a digit's own decoding with three a step aside. One seed. Reconstruction: "
        + ", ".join(
            f"{nats(cache.mean_terms(shown).reconstruction)} with {_of(cause)}"
            for cause, shown in zip(FOUR, models)
        )
        + ", with the noise that each trained with."
    )


def _of(cause: Cause) -> str:
    return cause.what.split(":")[0].lower().replace("kl", "KL")


def _map(visitor: Visitor, shown: Shown, cause: Cause) -> None:
    points = map_points(shown)[:CODES]
    reach = max(3.2, float(shown.codes.mean.abs().quantile(0.995)))
    domain = charts.square(torch.tensor([[-reach, -reach], [reach, reach]]).numpy())
    st.altair_chart(
        charts.over(
            charts.small_map(map_table(points, shown.labels[:CODES], visitor.digits), domain),
            charts.prior_contours(domain),
            zoom=False,
        ),
        key=f"apart-map-{cause.name}",
        width="content",
        alt=f"Codes of {cause.what} by class, up to {reach:.1f} from the middle, and N(0, I)",
    )
    st.caption(f"To ± {reach:.2g} along each side")


def _pictures(visitor: Visitor, shown: Shown, cause: Cause) -> None:
    z = sampling.prior(cache.noise(visitor.noise_seed, SAMPLES, 2))
    code = latent.encode(shown.model, visitor.followed().images[3:4]).mean
    aside = cache.noise(0, NEIGHBOURS - 1, 2).epsilon * STEP * shown.codes.mean.std(0)
    near = torch.cat([code, code + aside])
    widgets.pictures(
        latent.decode(shown.model, torch.cat([z, near])).sigmoid(),
        NEIGHBOURS,
        key=f"apart-{cause.name}",
        scale=2,
        gap=2,
        alt=f"{cause.what}: {SAMPLES} samples from N(0, I); a digit and three steps beside it",
    )
