"""Reading a map: colours, a chart to hover and click, the overlap of classes, another basis."""

import functools

import streamlit as st
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from app import cache, charts, widgets
from app.cache import Shown
from app.panels.digits import digits_in_use
from app.panels.map.axes import map_axes, map_domain, map_points, map_table, map_title
from app.panels.map.pad import explore_by_hand
from app.panels.map.places import code_at, coordinates, how_near, nearest_digit, reading
from app.state import Visitor, keep_place, place_on
from core import latent
from core.data import Name, to_float
from core.models import mean_image

COLOURS = ["Class", "Loss", "Distance", "Radius", "KL"]


def _colouring(shown: Shown, name: Name, colour: str) -> tuple[Float[Tensor, " codes"], str] | None:
    """What a map is coloured by, a number for each code and its name; None for the classes."""
    mean, logvar = cache.codes(shown, name)
    if colour == "Loss":
        return cache.terms(shown, name).reconstruction, "reconstruction, nats"
    if colour == "Distance":
        return mean.norm(dim=1), "distance ‖μ‖" if shown.is_vae else "distance ‖z‖"
    if colour == "Radius" and logvar is not None:
        return (0.5 * logvar).mean(1).exp(), "radius: geometric mean of σ"
    if colour == "KL":
        return cache.terms(shown, name).kl, "KL, nats"
    return None


def explore_map(visitor: Visitor, shown: Shown, colour: str, *, tsne: bool) -> None:
    """A model's map to zoom, hover and click, and beside it what lies at the place picked."""
    name = digits_in_use(visitor).name
    points = cache.tsne(shown, name) if tsne else map_points(shown, name)
    labels = cache.map_images(name)[1][: len(points)]
    table = map_table(points, labels, digits_in_use(visitor))
    domain = charts.domain_of(points.numpy()) if tsne else map_domain(shown, name)
    if not tsne and not shown.is_vae and charts.long_tailed(points.numpy()):
        domain = _with_close_up(points, domain)
    values = _colouring(shown, name, colour)
    if values is not None:
        table["value"] = values[0][: len(points)].numpy()
    map_name = f"{shown.key}-{name}-{'tsne' if tsne else 'plane'}"

    def place() -> charts.Place:
        picked = place_on(visitor, map_name)
        if picked is None:  # where a map begins: in its emptiest place, or at its first digit
            picked = (*_white_space(points, domain), 0 if tsne else -1)
        x, y, index = picked
        if 0 <= index < len(table):
            return (float(table["x"][index]), float(table["y"][index]), index)
        return (x, y, -1)

    if colour == COLOURS[0] and not tsne and not visitor.pad_failed:
        explore_by_hand(visitor, shown, map_name, place(), domain)
        return

    def cell() -> charts.Place:  # a click beside the points is answered to the nearest cell
        x, y, index = place()
        return (x, y, index) if index >= 0 else charts.cell_at(x, y, domain)

    # The map marks clicks by itself; it is told a place only when it is drawn anew.
    first = cell()
    key = f"map-{map_name}-{colour}-{domain[0]:.3g}-{first}"

    @st.fragment
    def view() -> None:
        on_map, at_place = st.columns([8, 5], gap="medium")
        with on_map:
            st.altair_chart(
                charts.over(
                    charts.latent_map(
                        table,
                        domain,
                        title=map_title(shown, len(points), name, tsne=tsne),
                        axes=("t-SNE 1", "t-SNE 2") if tsne else map_axes(shown, name),
                        value=values[1] if values else None,
                        pickable=True,
                        place=first,
                    )
                ),
                key=key,
                alt=f"Map of the codes of {len(points)} digits, coloured by {colour.lower()}; "
                "the column beside it tells what lies at the place marked",
                on_select=functools.partial(keep_place, visitor, map_name, key),
                selection_mode="pick",
            )
            st.caption(
                "Hover over a point to see its digit, click anywhere to see what is drawn there. "
                "Drag to move the map, turn the wheel to zoom."
            )
        with at_place:
            _at(visitor, shown, cell(), tsne)

    view()


def _with_close_up(points: Float[Tensor, "codes 2"], whole: charts.Domain) -> charts.Domain:
    """Axes for codes with long tails, which would press all others into a corner."""
    if not widgets.switch("Close-up", True, key="close-up", help="Off: axes that hold every code"):
        return whole
    domain = charts.close_up(points.numpy())
    outside = 1 - _inside(points, domain).float().mean().item()
    st.caption(
        f"A close-up: {outside:.0%} of the codes lie farther out. Turn the wheel to zoom out, or "
        "switch the close-up off."
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


def _at(visitor: Visitor, shown: Shown, place: charts.Place, tsne: bool) -> None:
    """What the decoder draws at a place of the map, and the real digit nearest to it."""
    index = place[2]
    if tsne and index < 0:
        st.info(
            "t-SNE has no way back: a place between its points is no place in latent space, and "
            "nothing can be decoded there. Click a point.",
            icon=":material/block:",
        )
        return
    name = digits_in_use(visitor).name
    z = code_at(shown, name, place)
    neighbour, distance, class_name = nearest_digit(visitor, shown, z, index)
    here = mean_image(shown.config, latent.decode(shown.model, z))
    digit = to_float(cache.map_images(name)[0][neighbour : neighbour + 1])
    st.markdown(f"**At the cross**: {coordinates(z[0])}")
    widgets.digits(
        torch.cat([here, digit]),
        2,
        key="place",
        scale=6,
        labels=["decoded exactly here", f"nearest real digit: {class_name}"],
        alt=f"What the decoder draws at the cross, and the nearest real digit, a {class_name}",
    )
    if index >= 0:
        st.markdown("This is the digit's own code, and the left picture its reconstruction.")
    else:
        st.markdown(how_near(shown, name, distance))
    reading(name, here)
    if len(z[0]) > 2 and index < 0:
        st.caption(
            f"The map is a plane in {len(z[0])} dimensions. The place clicked was lifted from it: "
            "its other coordinates are those of the mean code. Distances are measured in all "
            f"{len(z[0])}."
        )
