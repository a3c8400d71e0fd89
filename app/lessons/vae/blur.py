"""Why blurry? What one code has to stand for, and three causes of grey edges."""

import pandas as pd
import streamlit as st
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from app import cache, charts, theme, widgets
from app.cache import Shown
from app.components.latent_pad import Layers
from app.lessons.vae import sweep
from app.panels import files
from app.panels.logit_bounds import pedestal
from app.panels.map.pad import hand_map
from app.panels.map.places import coordinates, decoded
from app.state import Visitor
from app.words import grouped, nats
from core import aggregate, evaluation
from core.aggregate import Sharers
from core.data import to_float

NEIGHBOURS = 5  # digits shown of those that share a code
PLACES = [0.5, 1.0, 2.0, 4.0]
ALIKE = 0.1  # of a sharpness: what differs by less is about as sharp

_AES = ("AE lite, d = 2", "AE lite, d = 20")
_WHY = {
    2: "the code is too narrow, and more nats hardly help",
    20: "pictures are the sharper, the more nats the code may tell",
}
_AT_ONE = {2: sweep.name_of(1), 20: sweep.TWENTY}
_LADDERS = {
    "AE lite, d = 2": ["ae-lite-2"],
    "AE lite, d = 20": ["ae-lite-20-bernoulli"],
    "VAE lite, d = 2": [sweep.name_of(beta) for beta in sweep.BETAS],
    "VAE lite, d = 20": [sweep.TWENTY, f"{sweep.TWENTY}-beta-0.3"],
    "VAE dense, d = 20": [sweep.silenced(beta) for beta in sweep.SILENCING],
}
_COLOURS: dict[str, str] = dict(
    zip(_LADDERS, (theme.PRIOR, theme.PRIOR, theme.LATENT, theme.ENCODER, theme.DECODER))
)
_DASHES = dict(zip(_LADDERS, ([2, 2], [6, 3], [1, 0], [1, 0], [4, 2])))


@st.fragment
def why_blurry(visitor: Visitor, shown: Shown) -> None:
    """A code of one's choice, the digits that share it, their average beside the decoding."""
    z = _place(visitor, shown)
    codes = shown.codes
    radii = [f"{radius:.3g}" for radius in evaluation.codes.mean_radius(codes).tolist()]
    radius = ", ".join(radii if len(radii) <= 3 else [*radii[:2], "…"])
    reach = widgets.one_of(
        "Digits within so many σ of the mark", PLACES, 1.0, key="blur-reach",
        format_func="{:g}".format,
        help="σ is the mean radius of all clouds along each latent; the digits' codes lie in the "
        "ellipse with those half axes around the mark.",
    )  # fmt: skip
    shared = aggregate.sharers(codes, z, reach)
    st.markdown(f"At the mark, {coordinates(z[0])}:")
    images = shown.images
    many, overlap, mean = st.columns(3, gap="medium")
    with many:
        _one_for_many(visitor, shown, z, shared.near, f"{reach:g} σ (σ = {radius})")
    with overlap:
        _overlap(visitor, shown, z, shared, images)
    with mean:
        _mean_and_sample(visitor, shown, z)
    if shown.config.likelihood == "continuous_bernoulli" and shown.config.logit_bound:
        low = pedestal(shown.config.logit_bound)
        st.caption(
            f"Under this model's bound, |logit| ≤ {shown.config.logit_bound:.2f}, no mean is below "
            f"{low:.4f} or above {1 - low:.4f}. What black and white pixels lack to 0 and 1 is "
            "part of the squared errors above."
        )


def _place(visitor: Visitor, shown: Shown) -> Float[Tensor, "1 latent"]:
    name = visitor.digits.name
    if visitor.pad_failed:  # no map to point at: the code of the first digit followed
        return shown.codes.mean[visitor.ten[0]][None]
    start = shown.codes.mean[visitor.ten[4]]
    layers = Layers(prior=shown.config.latent_dim == 2)
    at = hand_map(
        visitor, shown, key=f"blur-{shown.key}-{name}", start=start, layers=layers, parameter="blur"
    )
    return at.z[None]


def _one_for_many(
    visitor: Visitor,
    shown: Shown,
    z: Float[Tensor, "1 latent"],
    near: Bool[Tensor, " images"],
    reach: str,
) -> None:
    images, count = shown.images, int(near.sum())
    st.markdown("**1. One code must explain many images**")
    if count == 0:
        st.info(
            f"No digit's code lies within {reach} of the mark: nothing here was ever asked of the "
            "decoder by a digit of this map. Move the mark, or widen the reach.",
            icon=":material/explore:",
        )
        return
    x = to_float(images[near])
    average, here = x.mean(0, keepdim=True), decoded(visitor, shown, z, "mean")
    apart = evaluation.judging.squared_error(average, here).item()
    each = evaluation.judging.squared_error(x, here.expand_as(x)).mean().item()
    some = x[torch.linspace(0, count - 1, min(count, NEIGHBOURS)).long()]
    widgets.pictures(
        torch.cat([here, average]),
        2,
        key="blur-average",
        scale=5,
        labels=["decoded here", f"average of {count}"],
        alt=f"The decoding at the mark, and the average of {count} digits whose codes are near",
    )
    if count == 1:
        words = f"Only one digit's code lies within {reach} of the mark. Its squared error to the "
        words += f"decoding is **{apart:.1f}**. Widen the reach to let it meet others."
    else:
        words = f"{grouped(count)} digits have codes within {reach} of the mark. From "
        words += f"their average to the decoding the squared error is **{apart:.1f}**; from each "
        words += f"of them it is {each:.1f} in the mean. Of all single answers the average has the "
        words += "least squared error, and an average has grey edges."
    st.markdown(words)
    widgets.pictures(
        some, len(some), key="blur-near", scale=2,
        alt=f"{len(some)} of the {count} digits near the mark",
    )  # fmt: skip


def _overlap(
    visitor: Visitor,
    shown: Shown,
    z: Float[Tensor, "1 latent"],
    shared: Sharers,
    images: Tensor,
) -> None:
    covering = int(shared.covering.sum())
    heavy = shared.weight > 1e-6
    weight = shared.weight[heavy].view(-1, 1, 1, 1)
    best = (weight * to_float(images[heavy])).sum(0, keepdim=True) / weight.sum()
    here = decoded(visitor, shown, z, "mean")
    st.markdown("**2. Clouds overlap**")
    widgets.pictures(
        torch.cat([here, best]),
        2,
        key="blur-best",
        scale=5,
        labels=["decoded here", "weighed by clouds"],
        alt="The decoding at the mark, and the average of all digits by their clouds' density",
    )
    are = (
        "cloud holds the mark within its" if covering == 1 else "clouds hold the mark within their"
    )
    st.markdown(
        f"**{grouped(covering)}** {are} 1 σ. A decoder that must answer the draws of every "
        "cloud does best, in squared error, with the average of the images, each weighed by its "
        f"cloud's density at the mark. Here the weight is spread as over {shared.effective:.1f} "
        "equal images, and the decoding is "
        f"**{evaluation.judging.squared_error(best, here).item():.1f}** away from that average."
    )


def _mean_and_sample(visitor: Visitor, shown: Shown, z: Float[Tensor, "1 latent"]) -> None:
    pictures = [decoded(visitor, shown, z, view) for view in ("mean", "sample")]
    sharp = [evaluation.judging.sharpness(picture).item() for picture in pictures]
    st.markdown("**3. What is drawn is a mean**")
    widgets.pictures(
        torch.cat(pictures),
        2,
        key="blur-sample",
        scale=5,
        labels=["mean of p(x|z)", "one sample of it"],
        alt="The mean image at the mark, and one sample of the likelihood there",
    )
    st.markdown(
        "The likelihood takes pixels to be independent, given z. So a sample of it is speckled "
        "where the mean is grey: it cannot choose one whole stroke, only pixel by pixel. "
        f"Sharpness (variance of the Laplacian): {sharp[0]:.3f} and {sharp[1]:.3f}, but speckle is "
        "not a digit."
    )


@files.figure
def sharpness_on_cards() -> None:
    """How sharp pretrained autoencoders and VAEs restore digits, against the nats of their codes,
    as their cards have it.
    """
    curves: dict[str, list[tuple[float, float]]] = {}
    for curve, names in _LADDERS.items():
        found = []
        for name in names:
            test = cache.pretrained(name).card["test"]
            found.append((test["kl"], test["sharpness"]))
        curves[curve] = sorted(found)
    reach = max(kl for points in curves.values() for kl, _ in points)
    for curve in _AES:  # an autoencoder pays no KL: a level
        curves[curve] = [(kl, sharp) for _, sharp in curves[curve] for kl in (0.0, reach)]
    st.altair_chart(
        charts.lines(
            pd.DataFrame(
                [(x, y, curve) for curve, points in curves.items() for x, y in points],
                columns=["x", "y", "curve"],
            ),
            title="Sharpness of restored digits against the nats of their codes",
            x="KL, nats per image",
            y="sharpness",
            colours=_COLOURS,
            dashes=_DASHES,
        ),
        key="blur-sharpness",
        alt="; ".join(
            f"{curve}: " + ", ".join(f"{y:.3f} at {x:.1f}" for x, y in points)
            for curve, points in curves.items()
        ),
    )
    told = []
    for d, why in _WHY.items():
        (_, of_ae), _ = curves[f"AE lite, d = {d}"]
        (few, dull), (many, sharp) = curves[f"VAE lite, d = {d}"][-2:]
        told.append(
            f"{_held_against(d, of_ae, cache.pretrained(_AT_ONE[d]))} There {why}: {dull:.3f} at "
            f"{nats(few)}, {sharp:.3f} at {nats(many)}."
        )
    st.markdown(" ".join(told) + " Three causes, each to be seen at any place of the map:")
    st.caption(
        "Variance of the Laplacian, means over MNIST's 10 000 test digits, from the models' cards, "
        "one seed each; a VAE's are decoded from μ. Each curve runs through models of several β; "
        "level are the autoencoders, which pay no KL."
    )


def _held_against(d: int, ae: float, vae: Shown) -> str:
    """A VAE's sharpness at β = 1 beside an autoencoder's of as many latents."""
    sharp = vae.card["test"]["sharpness"]
    how = "less sharp than" if sharp < ae else "sharper than"
    if abs(sharp - ae) < ALIKE * ae:
        how = "about as sharp as"
    return (
        f"With d = {d} the VAE at β = 1 is {how} the autoencoder: **{sharp:.3f}** against "
        f"**{ae:.3f}**."
    )
