"""Walking in latent space: codes of a set, paths between codes, planes through them.

Everything here works on codes alone and never on images, so that each tool serves every
model. Grids are laid out as pictures are read: the first row is the top, where the second
direction is largest. Left out: what is drawn at a code, which is the decoder's to say.
"""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt8
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors
from torch import Tensor

from core.data import to_float
from core.models import Model, VariationalAutoencoder

BATCH = 1000
SLERP_FROM_DIM = 10  # below it, norms of N(0, I) draws do not concentrate and slerp is a detour


class Codes(NamedTuple):
    """Codes of a set of images: a VAE's posteriors, an AE's points with a logvar of None."""

    mean: Float[Tensor, "images latent"]
    logvar: Float[Tensor, "images latent"] | None


@torch.no_grad()
def encode(model: Model, images: UInt8[Tensor, "images 1 28 28"]) -> Codes:
    """The codes of images given as bytes, a thousand at a time."""
    batches = (to_float(part) for part in images.split(BATCH))
    if isinstance(model, VariationalAutoencoder):
        posteriors = [model.posterior(x) for x in batches]
        return Codes(
            torch.cat([posterior.mean for posterior in posteriors]),
            torch.cat([posterior.logvar for posterior in posteriors]),
        )
    return Codes(torch.cat([model.encode(x) for x in batches]), None)


@torch.no_grad()
def decode(model: Model, z: Float[Tensor, "codes latent"]) -> Float[Tensor, "codes 1 28 28"]:
    """Logits of many codes, a thousand at a time."""
    return torch.cat([model.decode(part) for part in z.split(BATCH)])


def linear_path(
    start: Float[Tensor, " latent"], end: Float[Tensor, " latent"], steps: int
) -> Float[Tensor, "steps latent"]:
    """z(t) = (1-t) start + t end, t evenly from 0 to 1."""
    t = torch.linspace(0, 1, steps, dtype=start.dtype).unsqueeze(1)
    return (1 - t) * start + t * end


def spherical_path(
    start: Float[Tensor, " latent"], end: Float[Tensor, " latent"], steps: int
) -> Float[Tensor, "steps latent"]:
    """Slerp: along the great circle, the norm changing with it; a line where they are parallel.

    White 2016 (arXiv:1609.04468). Meant for many dimensions, see `SLERP_FROM_DIM`: in two it
    walks around the origin, the likeliest place of all under N(0, I).
    """
    cosine = torch.nn.functional.cosine_similarity(start, end, dim=0).clamp(-1, 1)
    angle = torch.arccos(cosine)
    if angle.sin() < 1e-6:
        return linear_path(start, end, steps)
    t = torch.linspace(0, 1, steps, dtype=start.dtype).unsqueeze(1)
    return (((1 - t) * angle).sin() * start + (t * angle).sin() * end) / angle.sin()


def plane(
    origin: Float[Tensor, " latent"],
    right: Float[Tensor, " latent"],
    up: Float[Tensor, " latent"],
    size: int,
) -> Float[Tensor, "rows columns latent"]:
    """A grid of size x size codes from origin - right - up (bottom left) to origin + right + up."""
    across = torch.linspace(-1, 1, size, dtype=origin.dtype).view(1, -1, 1)
    upwards = torch.linspace(1, -1, size, dtype=origin.dtype).view(-1, 1, 1)
    return origin + across * right + upwards * up


def three_corners(
    corner: Float[Tensor, " latent"],
    right: Float[Tensor, " latent"],
    up: Float[Tensor, " latent"],
    size: int,
) -> Float[Tensor, "rows columns latent"]:
    """corner + s (right - corner) + t (up - corner), s and t from 0 to 1.

    The fourth corner, right + up - corner, is an analogy and no image's code.
    """
    return four_corners(up, right + up - corner, corner, right, size)


def four_corners(
    top_left: Float[Tensor, " latent"],
    top_right: Float[Tensor, " latent"],
    bottom_left: Float[Tensor, " latent"],
    bottom_right: Float[Tensor, " latent"],
    size: int,
) -> Float[Tensor, "rows columns latent"]:
    """The bilinear blend of four codes."""
    left = linear_path(top_left, bottom_left, size)
    right = linear_path(top_right, bottom_right, size)
    return torch.stack([linear_path(a, b, size) for a, b in zip(left, right, strict=True)])


class Projection(NamedTuple):
    """The plane of the two directions along which a set of codes varies most."""

    origin: Float[Tensor, " latent"]
    axes: Float[Tensor, "2 latent"]  # orthonormal
    explained: Float[Tensor, " 2"]  # share of the codes' variance along each axis

    def project(self, z: Float[Tensor, "codes latent"]) -> Float[Tensor, "codes 2"]:
        return (z - self.origin) @ self.axes.T

    def lift(self, points: Float[Tensor, "codes 2"]) -> Float[Tensor, "codes latent"]:
        """The codes in the plane that project onto these points."""
        return self.origin + points @ self.axes


def principal_plane(z: Float[Tensor, "codes latent"]) -> Projection:
    """PCA of the codes. Two-dimensional codes keep their own axes, and one-dimensional codes
    lie along the first axis of a plane whose second is empty: there is nothing to project.
    """
    latent = z.shape[1]
    if latent <= 2:
        share = z.var(0) / z.var(0).sum()
        explained = torch.cat([share, torch.zeros(2 - latent)])
        return Projection(torch.zeros(latent), torch.eye(2, latent), explained)
    pca = PCA(n_components=2, random_state=0).fit(z.numpy())
    return Projection(
        torch.from_numpy(np.asarray(pca.mean_)).float(),
        torch.from_numpy(np.asarray(pca.components_)).float(),
        torch.from_numpy(np.asarray(pca.explained_variance_ratio_)).float(),
    )


def tsne(z: Float[Tensor, "codes latent"], seed: int = 0) -> Float[Tensor, "codes 2"]:
    """t-SNE of the codes, seeded. Its distances and islands are not those of latent space.

    van der Maaten & Hinton 2008. About 10 s for 2 000 codes.
    """
    points = TSNE(random_state=seed, init="pca", perplexity=30).fit_transform(z.numpy())
    return torch.from_numpy(points).float()


def nearest(
    codes: Float[Tensor, "codes latent"], z: Float[Tensor, "queries latent"]
) -> tuple[Float[Tensor, " queries"], Int64[Tensor, " queries"]]:
    """Distance to the nearest code of a set, and its index there."""
    distance, index = NearestNeighbors(n_neighbors=1).fit(codes.numpy()).kneighbors(z.numpy())
    return torch.from_numpy(distance[:, 0]).float(), torch.from_numpy(index[:, 0])
