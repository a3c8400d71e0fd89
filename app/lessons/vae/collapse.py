"""What β buys: terms of the loss, rate against distortion, clouds that grow into the prior."""

import pandas as pd
import streamlit as st

from app import cache, charts, theme
from app.cache import Passing, PretrainedError, Shown
from app.lessons.vae.sweep import BETAS, name_of
from app.lessons.vae.symbols import SYMBOLS
from app.panels import deeper, files
from app.state import Visitor
from app.words import as_code, grouped, nats
from core import evaluation


def bound() -> None:
    """The ELBO as a bound and as two terms, the second of them in closed form."""
    deeper.formula(
        r"\begin{aligned} \log p(x) &= \total{\mathrm{ELBO}} + "
        r"\mathrm{KL}(q(z|x)\,\|\,p(z|x)) \\ \total{\mathrm{ELBO}} &= "
        r"\reconstruction{\mathbb{E}_{q(z|x)} \log p(x|z)} - "
        r"\kl{\mathrm{KL}(q(z|x)\,\|\,p(z))} \\ "
        r"\kl{\mathrm{KL}(q(z|x)\,\|\,p(z))} &= \tfrac12 \sum_j \left( "
        r"\encoder{\mu_j}^2 + \encoder{\sigma_j}^2 - 1 - \log \encoder{\sigma_j}^2 "
        r"\right) \end{aligned}",
        SYMBOLS,
    )


def loss_terms(visitor: Visitor, shown: Shown) -> None:
    """The terms of the ELBO apart, on the test images in use."""
    terms = cache.mean_terms(shown)
    named = {"reconstruction": terms.reconstruction, "KL": terms.kl, "−ELBO": terms.total}
    st.altair_chart(
        charts.bars(
            pd.DataFrame({"name": list(named), "value": list(named.values())}),
            title="What an average test digit costs",
            y="nats per image",
            colours=dict(zip(named, (theme.RECONSTRUCTION, theme.KL, theme.TOTAL))),
            y_domain=(0.0, 230.0) if terms.reconstruction >= 0 and terms.total < 220 else None,
        ),
        key="terms",
        alt=", ".join(f"{name} {nats:.2f}" for name, nats in named.items()) + " nats per image",
    )
    beta = shown.config.beta
    objective = terms.reconstruction + beta * terms.kl
    count = grouped(len(visitor.digits.test_images))
    st.caption(
        f"Mean over {count} test images in use, z sampled once. −ELBO is reconstruction + KL at "
        f"β = 1, whatever β trained the model; with its own β = {beta:g} the sum is "
        f"{nats(objective)}."
    )


def collapsed(shown: Shown) -> bool:
    """Whether a VAE's codes tell nothing: no KL, and the cost of always drawing the mean image.

    A run that goes on may pass such a moment; it is asked at its end.
    """
    if shown.config.likelihood != "bernoulli" or isinstance(shown, Passing):
        return False
    terms, mean_image_cost = cache.mean_terms(shown), cache.bce_extremes(shown.data)[1]
    return evaluation.codes.collapsed(terms.kl, terms.reconstruction, mean_image_cost)


def beta_sweep(visitor: Visitor, shown: Shown) -> None:
    """Reconstruction against KL of the pretrained models and of this visit's runs, on the data in
    use.
    """
    rows: dict[tuple[float, float], tuple[str, bool]] = {}
    for swept in _pretrained(visitor):
        measured = cache.mean_terms(swept)
        kl, reconstruction = measured.kl, measured.reconstruction
        beta, place = swept.config.beta, (round(kl, 1), round(reconstruction, 1))
        names, here = rows.get(place, ("", False))  # collapsed models share a place
        names = f"{names}, {beta:g}" if names else f"{beta:g}"
        rows[place] = (names, here or swept.key == shown.key)
    table = pd.DataFrame(
        [(*place, *words, True) for place, words in rows.items()],
        columns=["kl", "reconstruction", "name", "shown", "swept"],
    )
    count = grouped(len(visitor.digits.test_images))
    elsewhere = 0
    for run in _runs(visitor):
        if run.config.likelihood != "bernoulli":
            elsewhere += 1
            continue
        terms = cache.mean_terms(run)
        here = run.key == shown.key
        table.loc[len(table)] = (terms.kl, terms.reconstruction, _name(run), here, False)
    mine = " A run of another likelihood cannot stand here: it charges other nats."
    floor, blind = cache.bce_extremes(visitor.data)
    levels = pd.DataFrame(
        {
            "reconstruction": [floor, blind],
            "name": [f"entropy floor {floor:.1f}", f"mean image {blind:.1f}"],
        }
    )
    st.altair_chart(
        charts.rate_distortion(table, levels, title="What β buys: a dot for each β"),
        key="sweep",
        alt="; ".join(f"β = {n}: KL {k}, reconstruction {r}" for (k, r), (n, _) in rows.items())
        + f"; lines at {floor:.1f} and {blind:.1f} nats",
    )
    st.caption(
        f"Measured on the {count} test images in use.{mine if elsewhere else ''} Lines: the same "
        "images restored perfectly, and all answered with the mean training image."
    )


def quarter_circle(visitor: Visitor, shown: Shown) -> None:
    """Mean radius against code spread, of the page's model, of the sweep and of this visit's
    runs.
    """
    columns = ["spread", "radius", "name", "shown"]
    dots, names = [], {}
    for swept in _pretrained(visitor):
        beta = f"{swept.config.beta:g}"
        places = sorted(_spread_and_radius(swept), reverse=True)
        dots += [(*place, "", False) for place in places]
        about = tuple(round(number, 1) for number in places[0])  # collapsed models share a place
        first, before = names.get(about, (places[0], ""))
        names[about] = first, f"{before}, {beta}" if before else beta
    dots += [(*place, words, False) for place, words in names.values()]
    for run in _runs(visitor):
        first, *others = sorted(_spread_and_radius(run), reverse=True)
        dots += [(*first, _name(run), False), *((*place, "", False) for place in others)]
    here = _spread_and_radius(shown)
    dots += [(*place, "", True) for place in here]
    st.altair_chart(
        charts.quarter_circle(
            pd.DataFrame(dots, columns=columns),
            title="Into the prior: a dot for each latent",
        ),
        key="quarter-circle",
        alt=f"Spread and radius of {shown.title}: "
        + "; ".join(f"{s:.3g} and {r:.3g}" for s, r in here),
    )
    st.caption(
        f"Measured on the {grouped(len(shown.images))} images of the map. Large: the model above. "
        "Small: every β, its value beside it, and your runs. Dashed: spread² + radius² = 1. There "
        "the average of the clouds has the prior's variance, if all its clouds are of one size."
    )


def _runs(visitor: Visitor) -> list[Shown]:
    """This visit's variational autoencoders."""
    return [run for run in visitor.in_figures if run.is_vae]


def _name(run: Shown) -> str:
    """A run's word on a plot of dots for β."""
    d = run.config.latent_dim
    return f"yours, β = {run.config.beta:g}" + (f", d = {d}" if d != 2 else "")


def _spread_and_radius(shown: Shown) -> list[tuple[float, float]]:
    """Of each latent, over the images of the map."""
    codes = shown.codes
    spread, radius = evaluation.codes.code_spread(codes), evaluation.codes.mean_radius(codes)
    return list(zip(spread.tolist(), radius.tolist()))


def _pretrained(visitor: Visitor) -> list[Shown]:
    found = []
    for beta in BETAS:
        try:
            found.append(cache.pretrained(name_of(beta), visitor.data))
        except PretrainedError as error:
            files.lacks(error)
            st.caption(f"No dot for β = {beta:g} here: {as_code(error.file)} cannot be used.")
    return found
