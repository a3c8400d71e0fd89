"""The film of one or two trainings: one scrubber moves all panes in step.

`content` packs a film, which takes a moment and is the same for every visitor: cache it. What is
shown comes from the film alone; the browser draws it, and nothing comes back but whether it could.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
import torch
from jaxtyping import Float
from streamlit.components import v2
from torch import Tensor

from app import theme
from app.components import kept, scripts
from app.components.kept import Piece
from app.components.latent_pad import pack_digits
from app.words import percent
from core.card import LegOnCard
from core.film import EARLY, Film
from core.latent import Plane, principal_plane
from core.models import ModelConfig

LAST = 12  # moments whose codes the axes of a map must hold
CORNERS = 25  # of a posterior's outline
Domain = tuple[float, float]


@dataclass(frozen=True)
class FilmContent:
    """A film that is sent once. Made by `content`."""

    reel: Piece
    pictures: Piece
    config: ModelConfig
    extent: list[float]  # left, right, bottom, top of its map
    reconstruction: tuple[float, ...]  # at each moment, nats per image
    kl: tuple[float, ...]


def content(
    film: Film, config: ModelConfig, title: str, legs: Sequence[LegOnCard] = ()
) -> FilmContent:
    """Pack a film of at least one moment, of a model of that configuration, which was trained in
    other ways before.
    """
    moments, last = film.moments, film.moments[-1]
    plane = principal_plane(last.codes.float())  # of the last moment, so that nothing turns
    points = torch.stack([plane.project(moment.codes.float()) for moment in moments])
    pictures = [film.originals]
    for moment in moments:
        pictures += [moment.restored, moment.samples]
    reconstruction = tuple(moment.test.reconstruction for moment in moments)
    kl = tuple(moment.test.kl for moment in moments)
    outlined, outlines = _outlines(film, plane)
    extent = _extent(points)
    header = {
        "title": title,
        "kind": config.kind,
        "betas": [_beta_at(moment.step, legs, config) for moment in moments],
        "turns": sorted({leg["until"] for leg in legs}),
        "latent": config.latent_dim,
        "total": film.total,
        "steps": [moment.step for moment in moments],
        "terms": {
            "reconstruction": reconstruction,
            "kl": kl,
            "total": [moment.test.total for moment in moments],
        },
        "extent": extent,
        "prior": plane.project(torch.zeros(1, config.latent_dim))[0].tolist(),
        "axes": _axes(config.latent_dim, plane),
        "corners": CORNERS,
        "outlined": outlined,
        "ten": len(film.originals),
        "samples": len(last.samples),
    }
    arrays = {"points": points.numpy(), "labels": film.labels.numpy(), "outlines": outlines.numpy()}
    return FilmContent(
        reel=kept.piece(header, arrays),
        pictures=pack_digits(torch.cat(pictures)),
        config=config,
        extent=extent,
        reconstruction=reconstruction,
        kl=kl,
    )


def film(films: Sequence[FilmContent], *, key: str) -> bool:
    """Show one or two films; whether the browser failed to."""
    pieces = {}
    for i, each in enumerate(films):
        pieces |= {f"reel{i}": each.reel, f"pictures{i}": each.pictures}
    with st.container(gap=None):
        state = _FILM(
            key=key,
            data={
                "pieces": kept.keep(pieces, key=key),
                "extent": _together(films),
                "domains": [_domains(each, films) for each in films],
                "early": EARLY,
                "colours": {
                    "prior": theme.PRIOR,
                    "reconstruction": theme.RECONSTRUCTION,
                    "kl": theme.KL,
                },
            },
            on_failed_change=lambda: None,
        )
    return bool(state.get("failed"))


def _beta_at(step: int, legs: Sequence[LegOnCard], config: ModelConfig) -> float:
    """What weighed the KL of a moment's loss: a moment is taken before anything changes there."""
    return next((leg["beta"] for leg in legs if step <= leg["until"]), config.beta)


def _together(films: Sequence[FilmContent]) -> list[float] | None:
    """One part of the plane for all maps, so that they compare; None where they have no plane in
    common."""
    if any(each.config.latent_dim != 2 for each in films):
        return None
    around_prior = [-3.5, 3.5, -3.5, 3.5]
    priors = [around_prior for each in films if each.config.kind == "vae"]
    sides = zip(*(each.extent for each in films), *priors)
    return [(max if i % 2 else min)(side) for i, side in enumerate(sides)]


def _outlines(film: Film, plane: Plane) -> tuple[list[int], Tensor]:
    """The posteriors of the probe's first image of each class, at every moment, as outlines.

    Their indices, and (moments, images, corners, 2); none of an AE, or where a code is one number.
    """
    if film.moments[0].logvar is None or film.moments[0].codes.shape[1] == 1:
        return [], torch.empty(0)
    classes = film.labels.unique()
    chosen = [int((film.labels == label).nonzero()[0]) for label in classes]
    outlines = [
        plane.outlines(moment.codes[chosen].float(), moment.logvar[chosen].float(), CORNERS)
        for moment in film.moments
        if moment.logvar is not None
    ]
    return chosen, torch.stack(outlines)


def _extent(points: Float[Tensor, "moments codes 2"]) -> list[float]:
    """Left, right, bottom and top that hold nearly all codes of the last moments.

    Each side gives way by up to half the map to where most codes were at any moment.
    """
    sides = []
    for values in points.unbind(2):
        last = values[-LAST:].flatten()
        low, high = last.quantile(0.003).item(), last.quantile(0.997).item()
        # At least a unit: the codes of a collapsed encoder lie in one place, and look like it.
        half = max(0.56 * (high - low), 0.5)
        left, right = (low + high) / 2 - half, (low + high) / 2 + half
        sides.append(min(left, max(left - half, values.quantile(0.1, dim=1).amin().item())))
        sides.append(max(right, min(right + half, values.quantile(0.9, dim=1).amax().item())))
    return sides


def _axes(latent_dim: int, plane: Plane) -> list[str]:
    if latent_dim == 1:
        return ["z", ""]
    if latent_dim == 2:
        return ["z₁", "z₂"]
    return [
        f"principal direction {i + 1} ({percent(share)} of the variance at the end)"
        for i, share in enumerate(plane.explained.tolist())
    ]


def _domains(of: FilmContent, films: Sequence[FilmContent]) -> dict[str, Any]:
    """Axes of the loss curves, shared by films of one likelihood."""
    alike = [each for each in films if each.config.likelihood == of.config.likelihood]
    kl = [nats for each in alike if each.config.kind == "vae" for nats in each.kl]
    return {
        "reconstruction": _domain([nats for each in alike for nats in each.reconstruction]),
        "kl": _domain([0.0, *kl]),
    }


def _domain(values: Sequence[float]) -> Domain:
    """Axes for the body of a curve: what a run costs before it has learned anything may lie
    above them, so that the rest is not drawn as a line.
    """
    ordered = torch.tensor(values, dtype=torch.float64).sort().values
    low, upper, high = (ordered.quantile(share).item() for share in (0.0, 0.75, 1.0))
    top = max(min(high, upper + 3 * (upper - low)), low + 1)
    return low - 0.06 * (top - low) if low else 0.0, top + 0.06 * (top - low)


_FILM = v2.component(
    "latent_walk_film",
    html=scripts.read("film.html"),
    css=scripts.read("film.css"),
    js=scripts.bundle("film.js"),
)
