"""Codes on a map: their places in a plane, its axes, and what they are called."""

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from app import cache, charts
from app.cache import Axes, Shown
from app.state import Visitor
from app.words import grouped, percent
from core.data import Digits

MAP_CODES = 2500  # on a map that stands beside another one


def map_table(
    points: Float[Tensor, "codes 2"], labels: Int64[Tensor, " codes"], digits: Digits
) -> pd.DataFrame:
    """Codes in a plane as `charts.latent_map` wants them, each with the address of its picture."""
    frame = pd.DataFrame(
        {
            "x": points[:, 0].numpy(),
            "y": points[:, 1].numpy(),
            "class": pd.Categorical.from_codes(labels.numpy(), digits.class_names),
            "index": np.arange(len(points)),
        }
    )
    frame["image"] = [f"api/digit/{digits.name}/{i}.png" for i in frame["index"]]
    return frame


def map_points(shown: Shown) -> Float[Tensor, "codes 2"]:
    """Where a map draws the codes: the principal plane; where d is 1, at heights of no meaning."""
    points = shown.plane.project(shown.codes.mean)
    if shown.config.latent_dim == 1:
        points[:, 1] = torch.rand(len(points), generator=torch.Generator().manual_seed(0)) * 2 - 1
    return points


def map_axes(shown: Shown, axes: Axes | None = None) -> tuple[str, str]:
    """What the two axes of a map are, and how much of the codes' variance lies along them."""
    latent_dim = shown.config.latent_dim
    if latent_dim == 1:
        return ("z", "no meaning: spread out to be seen")
    if latent_dim == 2:
        return ("z₁", "z₂")
    names = (
        [f"z{axis + 1}" for axis in axes] if axes else [f"principal direction {i}" for i in "12"]
    )
    shares = cache.plane(shown, axes).explained.tolist()
    right, up = (
        f"{name} ({percent(share)} of the codes' variance)" for name, share in zip(names, shares)
    )
    return right, up


def map_domain(shown: Shown, *others: Float[Tensor, "places 2"]) -> charts.Domain:
    """Axes that hold the codes and other places. A VAE's always hold three standard deviations
    of its prior, the scale it was paid to keep, so that collapsed codes look as small as they are.
    """
    places = [map_points(shown), *others]
    if shown.is_vae:
        centre = prior_centre(shown)
        places.append(torch.tensor([[-3.0, -3.0], [3.0, 3.0]]) + torch.tensor(centre))
    return charts.domain_of(torch.cat(places).numpy(), margin=0.04)


def prior_centre(shown: Shown) -> tuple[float, float]:
    """Where the prior's mean lies on the map."""
    zero = torch.zeros(1, shown.config.latent_dim)
    x, y = shown.plane.project(zero)[0].tolist()
    return x, y


def map_title(shown: Shown, count: int, *, tsne: bool = False) -> str:
    """What a map shows, in a line."""
    images = "digits of the sample" if shown.data == "sample" else "test images"
    how = "t-SNE of the codes" if tsne else "Codes"
    return f"{how} of {grouped(count)} {images}: {shown.title}"


def code_map(
    visitor: Visitor, shown: Shown, title: str, *also: Float[Tensor, "points 2"]
) -> tuple[charts.Map, charts.Domain]:
    """A map of some codes, with room for other points, and its axes for further layers."""
    points, labels = map_points(shown)[:MAP_CODES], shown.labels[:MAP_CODES]
    domain = map_domain(shown, *also)
    chart = charts.latent_map(
        map_table(points, labels, visitor.digits),
        domain,
        title=title,
        axes=map_axes(shown),
        opacity=0.45,
    )
    return chart, domain
