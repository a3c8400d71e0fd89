"""Reading a map: colours, a chart to hover and click, the overlap of classes, another basis."""

import functools
import math

import streamlit as st
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from app import cache, charts, widgets
from app.cache import Shown
from app.panels.map.axes import map_axes, map_domain, map_points, map_table, map_title
from app.panels.map.pad import Values, explore_by_hand, reaches
from app.panels.map.places import (
    code_of_pick,
    coordinates,
    how_near,
    is_own_code,
    nearest_digit,
    reading,
)
from app.state import Visitor, chosen_on, picked
from app.teaching import Point
from app.words import percent
from core import latent
from core.data import to_float
from core.models import mean_image

COLOURS = ["Class", "Loss", "Distance", "Radius", "KL"]


def _colouring(shown: Shown, colour: str) -> Values | None:
    """What a map is coloured by, a number for each code and its name; None for the classes."""
    mean, logvar = shown.codes
    if colour == "Loss":
        return cache.terms(shown).reconstruction, "reconstruction, nats"
    if colour == "Distance":
        return mean.norm(dim=1), "distance ‖μ‖" if shown.is_vae else "distance ‖z‖"
    if colour == "Radius" and logvar is not None:
        return (0.5 * logvar).mean(1).exp(), "radius: geometric mean of σ"
    if colour == "KL":
        return cache.terms(shown).kl, "KL, nats"
    return None


def explore_map(visitor: Visitor, shown: Shown, colour: str, *, tsne: bool) -> None:
    """A model's map under the hand, in any colour, and what lies at the place chosen; a chart of
    the server's for t-SNE, and where the browser cannot draw.
    """
    name = _name(shown)
    if tsne:
        _chart(visitor, shown, colour, f"{name}-tsne", cache.tsne(shown))
        return
    points = map_points(shown)
    domain = map_domain(shown)
    # What only some models have stands below: the map keeps its place, and so its pad.
    on_map, below = st.container(), st.container()
    if _has_close_up(shown, points):
        with below:
            domain = _with_close_up(points, domain)
    start = _start(shown)
    with on_map:
        if not visitor.pad_failed:
            explore_by_hand(visitor, shown, name, start, domain, _colouring(shown, colour))
        else:
            _chart(visitor, shown, colour, name, points, domain, start)


def mark_on(visitor: Visitor, shown: Shown) -> Point:
    """Where the mark stands on a model's map of two latents: where the learner put it, else where
    it begins.
    """
    chosen = visitor.chosen.get(_name(shown))
    at = chosen if chosen and reaches(shown, chosen) else _start(shown).tolist()
    return Point(*at)


def _name(shown: Shown) -> str:
    """Of a model's map, under which the place chosen on it is kept."""
    return f"map-{shown.key}-{shown.data}"


def _start(shown: Shown) -> Float[Tensor, " latent"]:
    """Where the mark begins: in white space, whichever axes the map has."""
    points = map_points(shown)
    close = _has_close_up(shown, points)
    domain = charts.close_up(points.numpy()) if close else map_domain(shown)
    return shown.plane.lift(torch.tensor([_white_space(points, domain)]))[0]


def _has_close_up(shown: Shown, points: Float[Tensor, "codes 2"]) -> bool:
    return not shown.is_vae and charts.long_tailed(points.numpy())


def _chart(
    visitor: Visitor,
    shown: Shown,
    colour: str,
    name: str,
    points: Float[Tensor, "points 2"],
    domain: charts.Domain | None = None,
    start: Float[Tensor, " latent"] | None = None,
) -> None:
    """A chart of the codes to hover and click. A map's place is its code; on t-SNE, which has no
    plane (no `start`), it is the number of the digit picked.
    """
    tsne = start is None
    domain = domain or charts.domain_of(points.numpy())
    table = map_table(points, shown.labels[: len(points)], shown.digits)
    values = _colouring(shown, colour)
    if values is not None:
        table["value"] = values[0][: len(points)].numpy()

    def number() -> int:
        """Of the digit picked on t-SNE; -1 where its points were missed."""
        (chosen,) = chosen_on(visitor, name, 1, "digit") or (0.0,)
        return int(chosen) if chosen in range(-1, len(points)) else 0

    # The map marks clicks by itself; it is told a place only when it is drawn anew.
    index = number() if start is None else _own_code(shown, _mark(visitor, name, start))
    if index >= 0:
        first = (float(table["x"][index]), float(table["y"][index]), index)
    elif start is None:
        first = charts.cell_at(domain[0], domain[2], domain)
    else:  # a click beside the points is answered to the nearest cell
        x, y = shown.plane.project(_mark(visitor, name, start)[None])[0].tolist()
        first = charts.cell_at(x, y, domain)
    key = f"{name}-{colour}-{domain[0]:.3g}-{first}"

    @st.fragment
    def view() -> None:
        on_map, at_place = st.columns([8, 5], gap="medium")
        with on_map:
            st.altair_chart(
                charts.over(
                    charts.latent_map(
                        table,
                        domain,
                        title=map_title(shown, len(points), tsne=tsne),
                        axes=("t-SNE 1", "t-SNE 2") if tsne else map_axes(shown),
                        value=values[1] if values else None,
                        pickable=True,
                        place=first,
                    )
                ),
                key=key,
                alt=f"Map of the codes of {len(points)} digits, coloured by {colour.lower()}; "
                "the column beside it tells what lies at the place marked",
                on_select=functools.partial(_keep_pick, visitor, shown, name, key, tsne),
                selection_mode="pick",
            )
            st.caption(
                "Hover over a point to see its digit, click anywhere to see what is drawn there. "
                "Drag to move the map, turn the wheel to zoom."
            )
        with at_place:
            if start is not None:
                _at(shown, _mark(visitor, name, start))
            elif number() >= 0:
                _at(shown, shown.codes.mean[number()])
            else:
                st.info(
                    "t-SNE has no way back: a place between its points is no place in latent "
                    "space, and nothing can be decoded there. Click a point.",
                    icon=":material/block:",
                )

    view()


def _mark(visitor: Visitor, name: str, start: Float[Tensor, " latent"]) -> Tensor:
    """The code chosen on the map, by whatever colour it was shown in."""
    chosen = chosen_on(visitor, name, len(start), "z")
    return start if chosen is None else torch.tensor(chosen)


def _own_code(shown: Shown, z: Float[Tensor, " latent"]) -> int:
    """Which digit's own code this is; -1 where it is none's."""
    nearest = nearest_digit(shown, z)
    return nearest.digit if is_own_code(shown, nearest.distance) else -1


def _keep_pick(visitor: Visitor, shown: Shown, name: str, chart: str, tsne: bool) -> None:
    """Keep what was just picked on a chart as what is chosen on its map."""
    pick = picked(chart)
    if not tsne:
        chosen = code_of_pick(shown, pick)
    else:
        number = pick.get("index", math.nan)  # -1 between the points
        chosen = (number,) if number in range(-1, len(shown.images)) else None
    if chosen is not None:
        visitor.chosen[name] = chosen


def _with_close_up(points: Float[Tensor, "codes 2"], whole: charts.Domain) -> charts.Domain:
    """Axes for codes with long tails, which would press all others into a corner."""
    if not widgets.switch("Close-up", True, key="close-up", help="Off: axes that hold every code"):
        return whole
    domain = charts.close_up(points.numpy())
    outside = 1 - _inside(points, domain).float().mean().item()
    st.caption(
        f"A close-up: {percent(outside)} of the codes lie farther out. Turn the wheel to zoom out, "
        "or switch the close-up off."
    )
    return domain


def _white_space(points: Float[Tensor, "codes 2"], domain: charts.Domain) -> tuple[float, float]:
    """A place between the codes where no code is near; beside them where they are one dot."""
    inside = points[_inside(points, domain)]
    x, y = latent.emptiest(inside if len(inside) else points).tolist()
    left, right, bottom, top = domain
    if (inside.std(0) < 0.005 * (right - left)).all():
        return left + 0.75 * (right - left), bottom + 0.75 * (top - bottom)
    return x, y


def _inside(points: Float[Tensor, "codes 2"], domain: charts.Domain) -> Bool[Tensor, " codes"]:
    left, right, bottom, top = domain
    x, y = points.unbind(1)
    return (left <= x) & (x <= right) & (bottom <= y) & (y <= top)


def _at(shown: Shown, z: Float[Tensor, " latent"]) -> None:
    """What the decoder draws at a place of the map, and the real digit nearest to it."""
    nearest = nearest_digit(shown, z)
    here = mean_image(shown.config, latent.decode(shown.model, z[None]))
    digit = to_float(shown.images[nearest.digit : nearest.digit + 1])
    st.markdown(f"**At the cross**: {coordinates(z)}")
    widgets.pictures(
        torch.cat([here, digit]),
        2,
        key="place",
        scale=6,
        labels=["decoded exactly here", f"nearest real digit: {nearest.class_name}"],
        alt=f"What the decoder draws at the cross, and the nearest real digit, a "
        f"{nearest.class_name}",
    )
    own = is_own_code(shown, nearest.distance)
    if own:
        st.markdown("This is the digit's own code, and the left picture its reconstruction.")
    else:
        st.markdown(how_near(shown, nearest.distance))
    reading(shown, here)
    if len(z) > 2 and not own:
        st.caption(
            f"The map is a plane in {len(z)} dimensions. A place clicked is lifted from it: its "
            "other coordinates are those of the mean code. Distances are measured in all "
            f"{len(z)}."
        )
