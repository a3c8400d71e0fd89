"""Prior against aggregate posterior: is where one samples from where the clouds are?"""

import numpy as np
import pandas as pd
import streamlit as st
import torch

from app import cache, charts, theme
from app.cache import Shown
from app.glossary import term
from app.lessons.vae.symbols import SYMBOLS
from app.panels import deeper
from app.state import Visitor
from app.words import grouped, nats, number, percent
from core import aggregate, evaluation
from core.latent import Codes

CELLS = 60  # of the density, along each side


def against_prior(visitor: Visitor, shown: Shown) -> None:
    """The average of all clouds beside N(0, I): its density, its marginals, its nats."""
    codes, share = shown.codes, cache.prior_in_holes(shown)
    if shown.config.latent_dim == 2:
        _plane(visitor, shown, codes)
    _marginals(shown, visitor)
    st.markdown(
        f"**{percent(share)} of the prior falls in a hole**: of 10 000 draws from N(0, I), so many "
        f"are farther from every code's mean than {percent(0.95)} of held-out codes are. Of "
        f"held-out codes it is {percent(0.05)}, by that definition."
    )
    radius, spread = evaluation.codes.mean_radius(codes), evaluation.codes.code_spread(codes)
    if bool((radius > spread).all()):
        st.markdown(
            "A hole is where no *mean* is. Here the means are narrower than the clouds: along each "
            f"latent they spread by at most {spread.max():.2g}, while a cloud's σ is at least "
            f"{radius.min():.2g}. So the clouds cover what their means leave empty."
        )
    _account(shown, visitor)
    _variances(codes)


def _plane(visitor: Visitor, shown: Shown, codes: Codes) -> None:
    places = torch.tensor([[-3.0, -3.0], [3.0, 3.0]])
    domain = charts.square(torch.cat([codes.mean, places]).numpy())
    left, right, bottom, top = domain
    x, y = torch.linspace(left, right, CELLS + 1), torch.linspace(bottom, top, CELLS + 1)
    area = float((x[1] - x[0]) * (y[1] - y[0]))
    density = (aggregate.masses(codes, x, y) / area).numpy()
    row, column = np.divmod(np.arange(CELLS**2), CELLS)
    cells = pd.DataFrame(
        {
            "left": x[column].numpy(), "right": x[column + 1].numpy(),
            "bottom": y[row].numpy(), "top": y[row + 1].numpy(), "density": density.flatten(),
        }
    )  # fmt: skip
    middle = torch.stack([x[:-1][column] + x[1:][column], y[:-1][row] + y[1:][row]], 1) / 2
    in_hole = (shown.holes.distance(middle) > 1) & (middle.norm(dim=1) < 3)
    with st.container(key="strip-aggregate"):
        st.altair_chart(
            charts.density_plane(
                cells[cells["density"] > 1e-6],
                pd.DataFrame(middle[in_hole].numpy(), columns=["x", "y"]),
                domain,
                title=f"The average of {grouped(len(codes.mean))} clouds, and the prior",
            ),
            width="content",
            key="vae-aggregate",
            alt="Density of the aggregate posterior over the plane, circles of the prior at 1, 2 "
            "and 3 σ, hatched in the holes among them",
        )
    st.caption(
        "Shaded: q(z), the average of the clouds of all digits of the map, in cells, exactly; the "
        "strength is the square root of the density. Dashed: the prior at 1, 2 and 3 σ. Hatched: "
        "holes within 3 σ."
    )


def _marginals(shown: Shown, visitor: Visitor) -> None:
    edges, masses = cache.marginals(shown)
    latent_dim, width = len(masses), float(edges[1] - edges[0])
    middle = ((edges[1:] + edges[:-1]) / 2).numpy()
    curves = pd.concat(
        pd.DataFrame({"x": middle, "y": mass.numpy() / width, "latent": latent})
        for latent, mass in enumerate(masses, start=1)
    )
    normal = torch.distributions.Normal(0.0, 1.0).log_prob(torch.from_numpy(middle)).exp()
    st.altair_chart(
        charts.marginals(
            curves,
            pd.DataFrame({"x": middle, "y": normal.numpy()}),
            title="Along each latent, and N(0, 1), dashed",
        ),
        key="vae-marginals",
        alt=f"Densities of the average of the clouds along {latent_dim} latents, and N(0, 1)",
    )
    if latent_dim > 2:
        st.caption(
            f"With d = {latent_dim} only the {latent_dim} marginals are drawn. Each may look like "
            "N(0, 1) while all together do not: their dependence is in the nats below."
        )


def _account(shown: Shown, visitor: Visitor) -> None:
    found = cache.account(shown)
    kl, told, rest = (
        number(value, ".2f") for value in (found.mean_kl, found.information, found.to_prior)
    )
    deeper.formula(
        r"\underbrace{\kl{\mathbb{E}_x \mathrm{KL}(q(z|x)\,\|\,p(z))}}_{"
        rf"{kl}\ \text{{nats}}}} = \underbrace{{I_q(x; z)}}_{{{told}}} + "
        rf"\underbrace{{\latent{{\mathrm{{KL}}(q(z)\,\|\,p(z))}}}}_{{{rest}}}",
        SYMBOLS,
    )
    near = found.ceiling - found.information < 1.5
    st.markdown(
        "What a cloud pays on average is spent on two things: the "
        f"{term('information')} that a code "
        "gives about which image it came from, and the distance of the *average* from the prior. "
        f"Among N images no code can tell more than log N = {nats(found.ceiling, 2)}"
        + (
            f"; here it is {told}, near that ceiling: with more images the information would be "
            "more, and the distance less."
            if near
            else f"; here it is {told}."
        )
    )
    st.caption(
        f"The mean KL is exact; the information is the mean of 5 000 draws, ± "
        f"{2 * found.error:.2f} (2 standard errors); the distance is the rest."
    )


def _variances(codes: Codes) -> None:
    of_means, of_clouds = aggregate.variances(codes)
    parts = {"Var μ, of the means": theme.LATENT, "E σ², of the clouds": theme.ENCODER}
    st.altair_chart(
        charts.by_latent(
            pd.concat(
                pd.DataFrame(
                    {"latent": range(1, len(values) + 1), "value": values.numpy(), "part": part}
                )
                for part, values in zip(parts, (of_means, of_clouds))
            ),
            title="Var q(z) along each latent, and 1, dashed",
            y="Var μ + E σ²",
            colours=parts,
            level=1.0,
        ),
        key="vae-variances",
        alt=f"Variance of the average of the clouds along {len(of_means)} latents, in two parts",
    )
