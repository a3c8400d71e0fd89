"""What one image's ELBO leaves out: tighter bounds, and at d of 1 or 2 the truth."""

import math

import numpy as np
import pandas as pd
import streamlit as st
import torch
from jaxtyping import UInt8
from torch import Tensor

from app import cache, charts, theme
from app.cache import Shown
from app.glossary import term
from app.lessons.vae.asked import GAP
from app.lessons.vae.symbols import SYMBOLS
from app.panels import deeper, predictions
from app.state import Visitor
from app.teaching import Measured
from app.words import number, percent
from core.ledger import Ledger
from core.posterior import MOST_LATENTS, TruePosterior

Image = UInt8[Tensor, "1 1 28 28"]
FREE = 0.1  # nats: a digit that pays less has the prior for a cloud
MASSES = (0.5, 0.9, 0.99)  # of the regions drawn of a posterior


def beyond(visitor: Visitor, shown: Shown, image: Image, entries: Ledger) -> None:
    """Tighter bounds, the true posterior, log p(x), and whether they close the account. Where log
    p(x) is within reach, the gap to it is asked for first.
    """
    latent_dim = shown.config.latent_dim
    if latent_dim <= MOST_LATENTS and not _asked(visitor, shown, image, entries):
        return
    evidence = "log p(x)" if shown.config.likelihood != "bernoulli" else "log score of x"
    st.markdown(
        "The ELBO is a lower bound. Averaging the weights of *k* draws inside the logarithm, "
        f"{term('IWAE', 'IWAE-k')}, makes the bound tighter: its expectation rises with k."
    )
    levels = pd.DataFrame({"value": [], "name": []})
    exact = None
    if latent_dim <= MOST_LATENTS:
        exact = cache.exact(shown, image)
        value = exact.posterior.log_evidence
        levels = pd.DataFrame({"value": [value], "name": [f"{evidence} = {number(value, '.2f')}"]})
    left, right = st.columns(2, gap="medium")
    with left:
        _bounds(shown, image, levels)
    if exact is None:
        right.info(
            f"With d = {latent_dim} log p(x) itself is out of reach: a grid of 100 steps along "
            f"each latent has $10^{{{2 * latent_dim}}}$ cells. Choose a model with d = 1 or 2 "
            "to see it.",
            icon=":material/block:",
        )
        return
    with right:
        if latent_dim == 2:
            _regions(shown, image, exact.posterior)
        else:
            _line(shown, image, exact.posterior)
    total = entries.elbo + exact.gap
    sampled = exact.sampled
    deeper.formula(
        rf"\underbrace{{\total{{{entries.elbo:.2f}}}}}_{{\text{{ELBO}}}} + "
        rf"\underbrace{{{exact.gap:.2f}}}_{{\mathrm{{KL}}(q(z|x)\,\|\,p(z|x))}} = {total:.2f}"
        rf" \;\text{{nats}} \qquad \text{{{evidence}: }} "
        rf"\decoder{{{exact.posterior.log_evidence:.2f}}} \qquad \text{{sampled: }} "
        rf"\decoder{{{sampled.log_evidence:.2f} \pm {2 * sampled.error:.2f}}}",
        SYMBOLS,
    )
    st.markdown(
        f"The ELBO comes from draws of the encoder's cloud. The {evidence} and the true posterior "
        "come from the same cells, so that those two fit proves nothing. The check is "
        f"{term('importance sampling')}: the mean weight of other draws, which know no cells, ± 2 "
        f"standard errors. It leaves **{abs(total - sampled.log_evidence):.3f} nats** of the "
        "account open."
        + (
            " On grey pixels the BCE is a score and no log-likelihood, and so is what it adds up "
            "to: the account is the same, the words are not."
            if shown.config.likelihood == "bernoulli"
            else ""
        )
    )


def _asked(visitor: Visitor, shown: Shown, image: Image, entries: Ledger) -> bool:
    """What the learner expects of the gap; whether it may be shown."""

    def gap() -> Measured:
        return Measured(cache.exact(shown, image).gap, unusual=entries.kl < FREE)

    known = {"its KL to the prior": entries.kl}
    return predictions.ask(visitor, GAP, gap, of=shown.title, known=known)


def _bounds(shown: Shown, image: Image, levels: pd.DataFrame) -> None:
    found = cache.lower_bounds(shown, image)
    table = pd.DataFrame(
        {
            "k": [f"k = {bound.k}" + (" (ELBO)" if bound.k == 1 else "") for bound in found],
            "order": range(len(found)),
            "mean": [bound.mean for bound in found],
            "low": [bound.mean - 2 * bound.error for bound in found],
            "high": [bound.mean + 2 * bound.error for bound in found],
        }
    )
    st.altair_chart(
        charts.lower_bounds(table, levels, title="IWAE-k, measured", y="nats"),
        key="vae-bounds",
        alt="; ".join(
            f"IWAE-{bound.k}: {bound.mean:.2f} ± {2 * bound.error:.2f}" for bound in found
        )
        + "".join(f"; {name}" for name in levels["name"]),
    )
    st.caption("Bars: ± 2 standard errors of the mean of 1 000, 200 and 30 repetitions.")


def _regions(shown: Shown, image: Image, true: TruePosterior) -> None:
    """The true posterior's smallest regions beside the encoder's, of the same masses."""
    mean, sigma = _cloud(shown, image)
    angle = torch.linspace(0, 2 * math.pi, 61)
    circle = torch.stack([angle.cos(), angle.sin()], 1)
    outlines = [
        pd.DataFrame((mean + (-2 * math.log(1 - mass)) ** 0.5 * sigma * circle).numpy(),
                     columns=["x", "y"]).assign(order=range(61), ellipse=mass)
        for mass in MASSES
    ]  # fmt: skip
    ring = pd.Series("", index=range(len(true.share)))
    for mass in reversed(MASSES):
        ring[true.regions(mass).numpy()] = f"{percent(mass)} of p(z|x)"
    half = true.side / 2
    cells = pd.DataFrame(
        {
            "left": (true.middle[:, 0] - half).numpy(), "right": (true.middle[:, 0] + half).numpy(),
            "bottom": (true.middle[:, 1] - half).numpy(), "top": (true.middle[:, 1] + half).numpy(),
            "region": ring,
        }
    )  # fmt: skip
    cells = cells[cells["region"] != ""].sort_values("region")
    corners = np.concatenate(
        [cells[["left", "bottom"]], cells[["right", "top"]], *(o[["x", "y"]] for o in outlines)]
    )
    with st.container(key="strip-regions"):
        st.altair_chart(
            charts.regions(
                cells,
                pd.concat(outlines),
                charts.square(corners),
                title="What the encoder says, and what is so",
            ),
            key="vae-regions",
            width="content",
            alt="The regions that hold 50, 90 and 99 % of the true posterior, and the encoder's "
            f"ellipses that hold as much of its cloud, around ({mean[0]:.2f}, {mean[1]:.2f})",
        )
    st.caption(
        "Filled: the true posterior p(z|x). Outlined: the encoder's q(z|x), at the same shares. "
        "Its axes cannot tilt, its shape cannot bend, and it has one middle."
    )


def _line(shown: Shown, image: Image, true: TruePosterior) -> None:
    """Both densities where d is 1."""
    mean, sigma = _cloud(shown, image)
    order = true.middle[:, 0].argsort()
    z, density = true.middle[order, 0], (true.share / true.side)[order]
    seen = true.regions(0.9999)[order] | ((z - mean).abs() < 4 * sigma)
    z, density = z[seen], density[seen]
    cloud = torch.distributions.Normal(mean, sigma).log_prob(z).exp()
    names = {"true posterior": theme.DECODER, "encoder's cloud": theme.ENCODER}
    st.altair_chart(
        charts.lines(
            pd.concat(
                pd.DataFrame({"x": z.numpy(), "y": y.numpy(), "curve": name})
                for name, y in zip(names, (density, cloud))
            ),
            title="What the encoder says, and what is so",
            x="z",
            y="density",
            colours=names,
            dashes=dict(zip(names, ([1, 0], [5, 4]))),
        ),
        key="vae-line",
        alt="The true posterior's density and the encoder's along the only latent",
    )


def _cloud(shown: Shown, image: Image) -> tuple[Tensor, Tensor]:
    mean, logvar = cache.encoded(shown, image)
    return mean[0], (0.5 * logvar[0]).exp()
