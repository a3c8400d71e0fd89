"""Walking in latent space: codes of a set, paths between codes, planes through them.

Everything here works on codes alone and never on images, so that each tool serves every
model. Grids are laid out as pictures are read: the first row is the top, where the second
direction is largest. Squares of codes are taken in float64, because a decoder bears codes whose
squares float32 does not hold. Left out: what is drawn at a code, the decoder's to say.
"""

import math
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt8
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits
from torch import Tensor

from core.data import to_float
from core.models import Model, VariationalAutoencoder

BATCH = 1000
FEW = 16  # places: below it a tree of 5 000 codes costs more than it saves
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

    Shoemake 1985, for rotations; White 2016 (arXiv:1609.04468) brought it to latent spaces. There
    it is meant for many dimensions, see `SLERP_FROM_DIM`: in two it walks around the origin, the
    likeliest place of all under N(0, I).
    """
    cosine = torch.nn.functional.cosine_similarity(start.double(), end.double(), dim=0).clamp(-1, 1)
    angle = torch.arccos(cosine).to(start.dtype)
    if angle.sin() < 1e-6:
        return linear_path(start, end, steps)
    t = torch.linspace(0, 1, steps, dtype=start.dtype).unsqueeze(1)
    return (((1 - t) * angle).sin() * start + (t * angle).sin() * end) / angle.sin()


def grid(
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


class Window(NamedTuple):
    """A rectangle in latent space: `grid` fills it with codes."""

    origin: Float[Tensor, " latent"]  # its middle
    right: Float[Tensor, " latent"]  # from the middle to the right edge
    up: Float[Tensor, " latent"]  # from the middle to the upper edge


def axis_window(z: Float[Tensor, "codes latent"], first: int, second: int, reach: float) -> Window:
    """Along two of the latent axes, so many standard deviations of the codes to each side."""
    sides = torch.diag(reach * z.std(0))
    right = sides[first]
    return Window(z.mean(0), right, sides[second] if second != first else torch.zeros_like(right))


def principal_window(z: Float[Tensor, "codes latent"], reach: float) -> Window:
    """Along the two directions in which the codes vary most, in standard deviations along each."""
    covariance = torch.cov(z.double().T).reshape(z.shape[1], z.shape[1])
    variances, directions = torch.linalg.eigh(covariance)  # rising
    sides = (reach * variances.clamp(min=0).sqrt() * directions).T.float()
    return Window(z.mean(0), sides[-1], sides[-2] if len(sides) > 1 else torch.zeros_like(sides[0]))


def window_through(
    a: Float[Tensor, " latent"],
    b: Float[Tensor, " latent"],
    c: Float[Tensor, " latent"],
    reach: float,
) -> Window:
    """In the plane of three codes, a to b pointing right: a rectangle around them.

    `reach` 1 lets the outermost codes touch its edges.
    """
    places = torch.stack([a, b, c]).double() - a
    right = torch.nn.functional.normalize(places[1], dim=0)
    up = torch.nn.functional.normalize(places[2] - (places[2] @ right) * right, dim=0)
    x, y = places @ right, places @ up
    middle = a + (x.amin() + x.amax()) / 2 * right + (y.amin() + y.amax()) / 2 * up
    half = reach / 2 * torch.stack([x.amax() - x.amin(), y.amax() - y.amin()])
    sides = half[0] * right, half[1] * up
    return Window(middle.to(a.dtype), *(side.to(a.dtype) for side in sides))


class Plane(NamedTuple):
    """A plane through latent space, endless, with two axes: codes are projected onto it."""

    origin: Float[Tensor, " latent"]
    axes: Float[Tensor, "2 latent"]  # orthonormal
    explained: Float[Tensor, " 2"]  # share of the codes' variance along each axis

    def project(self, z: Float[Tensor, "codes latent"]) -> Float[Tensor, "codes 2"]:
        return (z - self.origin) @ self.axes.T

    def lift(self, points: Float[Tensor, "codes 2"]) -> Float[Tensor, "codes latent"]:
        """The codes in the plane that project onto these points."""
        return self.origin + points @ self.axes

    def outlines(
        self,
        mean: Float[Tensor, "codes latent"],
        logvar: Float[Tensor, "codes latent"],
        corners: int = 41,
    ) -> Float[Tensor, "codes corners 2"]:
        """The shadows of 1σ ellipsoids on the plane, as closed outlines: m + S^½ (cos, sin).

        S is the projected covariance, which is not diagonal where the axes are tilted.
        """
        covariance = (self.axes * logvar.exp().unsqueeze(1)) @ self.axes.T
        variances, directions = torch.linalg.eigh(covariance)
        angle = torch.linspace(0, 2 * torch.pi, corners)
        circle = torch.stack([angle.cos(), angle.sin()], 1)
        spread = variances.clamp(min=0).sqrt().unsqueeze(1)  # may round to below 0 where d is 1
        return self.project(mean).unsqueeze(1) + circle @ (directions * spread).mT


def principal_plane(z: Float[Tensor, "codes latent"]) -> Plane:
    """PCA of the codes. Two-dimensional codes keep their own axes, and one-dimensional codes
    lie along the first axis of a plane whose second is empty: there is nothing to project.
    """
    latent, variance = z.shape[1], (z - z[0]).double().var(0)
    if latent <= 2 or not variance.any():  # 0 where a dead encoder gives every image one code
        explained = torch.zeros(2)
        explained[:latent] = variance[:2] / variance.sum().clamp(min=1e-300)
        return Plane(torch.zeros(latent), torch.eye(2, latent), explained)
    pca = PCA(n_components=2, random_state=0).fit(z.double().numpy())
    return Plane(
        torch.from_numpy(np.asarray(pca.mean_)).float(),
        torch.from_numpy(np.asarray(pca.components_)).float(),
        torch.from_numpy(np.asarray(pca.explained_variance_ratio_)).float(),
    )


def axis_plane(z: Float[Tensor, "codes latent"], first: int, second: int) -> Plane:
    """The plane of two of the latent axes, counted from 0."""
    variance = z.double().var(0)
    axes = torch.eye(z.shape[1])[[first, second]]
    share = (variance[[first, second]] / variance.sum().clamp(min=1e-300)).float()
    return Plane(torch.zeros(z.shape[1]), axes, share)


class Turn(NamedTuple):
    """A turn of a plane about its origin, after a mirror at the horizontal axis where there is
    one: all that keeps every distance.
    """

    degrees: float  # counter-clockwise
    mirrored: bool

    def of(self, points: Float[Tensor, "points 2"]) -> Float[Tensor, "points 2"]:
        """The points after it."""
        angle = math.radians(self.degrees)
        cos, sin = math.cos(angle), math.sin(angle)
        flip = -1.0 if self.mirrored else 1.0
        matrix = torch.tensor([[cos, -sin * flip], [sin, cos * flip]], dtype=points.dtype)
        return points @ matrix.T


def turn_onto(points: Float[Tensor, "points 2"], onto: Float[Tensor, "points 2"]) -> Turn:
    """The turn that brings points nearest to others, each to its own, in squared distance
    (orthogonal Procrustes).
    """
    left, _, right = torch.linalg.svd(points.double().T @ onto.double())
    found = left @ right
    cos, sin = found[0].tolist()  # where the first axis goes
    return Turn(math.degrees(math.atan2(sin, cos)) % 360, bool(found.det() < 0))


def tsne(z: Float[Tensor, "codes latent"], seed: int = 0) -> Float[Tensor, "codes 2"]:
    """t-SNE of the codes, seeded. Its distances and islands are not those of latent space.

    van der Maaten & Hinton 2008. About 10 s for 2 000 codes.
    """
    offsets = torch.nn.functional.pad((z - z[0]).double(), (0, max(0, 2 - z.shape[1])))
    if not offsets.any():  # a dead encoder's codes, on which scikit-learn's t-SNE crashes
        return torch.zeros(len(z), 2)
    offsets = offsets / offsets.abs().max()  # t-SNE sees no scale, float32 does
    with threadpool_limits(1):  # on busy cores scikit-learn's threads wait for one another
        points = TSNE(random_state=seed, init="pca", perplexity=30).fit_transform(offsets.numpy())
    return torch.from_numpy(points).float()


def nearest(
    codes: Float[Tensor, "codes latent"], z: Float[Tensor, "queries latent"]
) -> tuple[Float[Tensor, " queries"], Int64[Tensor, " queries"]]:
    """Distance to the nearest code of a set, and its index there.

    A few places are compared with every code; for many it pays to sort the codes into a tree.
    """
    if len(z) <= FEW:
        found = torch.cdist(z, codes, compute_mode="donot_use_mm_for_euclid_dist").min(dim=1)
        return found.values, found.indices
    distance, index = NearestNeighbors(n_neighbors=1).fit(codes.numpy()).kneighbors(z.numpy())
    return torch.from_numpy(distance[:, 0]).float(), torch.from_numpy(index[:, 0])


def emptiest(points: Float[Tensor, "codes 2"], size: int = 60) -> Float[Tensor, " 2"]:
    """The place farthest from every point among the middle nine tenths of them, on a grid."""
    low, high = points.quantile(0.05, dim=0), points.quantile(0.95, dim=0)
    middle, half = (low + high) / 2, (high - low) / 2
    right, up = torch.diag(half)
    places = grid(middle, right, up, size).reshape(-1, 2)
    return places[nearest(points, places)[0].argmax()]
