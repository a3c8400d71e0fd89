"""Where the encoder puts a digit that is not on the map."""

import streamlit as st
import torch
from jaxtyping import UInt8
from torch import Tensor
from torch.nn import functional as F

from app import widgets
from app.cache import Shown
from app.lessons.latent_scatter import overlap
from app.lessons.latent_scatter.asked import PLACE
from app.panels import predictions
from app.panels.map.exploring import mark_on
from app.panels.map.places import nearest_digit
from app.state import Visitor
from app.teaching import Measured, Point, in_words
from app.words import number
from core import latent
from core.data import to_float
from core.models import mean_image

FOLLOWED = 7  # which of the ten
MOVED = 2  # pixels


def a_digit(visitor: Visitor, shown: Shown) -> None:
    """A digit, what the learner says of its place, and the place; where the map in sight is one of
    two latents, and the model's own.
    """
    elsewhere = visitor.training_here() or visitor.page in visitor.compared
    if shown.config.latent_dim != 2 or elsewhere:
        return
    image, name = _digit(visitor)
    _again_on_another_map(visitor, shown, image)
    x, labels = to_float(image), [name]
    if predictions.is_open(visitor, PLACE):
        z = latent.encode(shown.model, image).mean
        x = torch.cat([x, mean_image(shown.config, latent.decode(shown.model, z))])
        labels.append("decoded\nfrom its code")
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="content"):
            widgets.pictures(x, len(x), key="unseen", scale=4, labels=labels, alt=" ".join(labels))
        predictions.ask(
            visitor,
            PLACE,
            lambda: place(shown, image, visitor.said[PLACE.key]),
            of=shown.title,
            at=lambda: mark_on(visitor, shown),
        )


def place(shown: Shown, image: UInt8[Tensor, "1 1 28 28"], said: object) -> Measured:
    """Where the encoder puts an image, the nearest digit there, and how far from there was said."""
    z = latent.encode(shown.model, image).mean[0]
    at, spread = Point(*z.tolist()), _spread(shown)
    words = in_words(PLACE.way, at)
    if overlap.is_collapsed(shown):
        return Measured(at, True, words, spread)
    words += f", nearest to the code of a {nearest_digit(shown, z).class_name}"
    if isinstance(said, Point):
        words += f" and {number(said.distance(at) / spread, '.2g')} spreads from your place"
    return Measured(at, words=words, spread=spread)


def _spread(shown: Shown) -> float:
    """How far from their middle half of the codes lie: a few far ones do not count for more."""
    codes = shown.codes.mean
    return (codes - codes.median(0).values).norm(dim=1).median().item()


def _digit(visitor: Visitor) -> tuple[UInt8[Tensor, "1 1 28 28"], str]:
    """The learner's own drawing, else one of the ten being followed, moved: neither is on a map."""
    ten, drawn = visitor.followed(), visitor.own
    if drawn is not None:
        return drawn.image, ten.names[drawn.label]
    image = F.pad(ten.images[FOLLOWED][None], (MOVED, -MOVED))
    return image, f"{ten.names[FOLLOWED]}, moved\n{MOVED} pixels"


def _again_on_another_map(
    visitor: Visitor, shown: Shown, image: UInt8[Tensor, "1 1 28 28"]
) -> None:
    """A place is one of its map and for its digit: what was said elsewhere says nothing here."""
    on = (shown.key, shown.data, image.numpy().tobytes())
    if visitor.bases.setdefault(PLACE.key, on) != on:
        visitor.bases[PLACE.key] = on
        if visitor.said.get(PLACE.key) is not None:
            visitor.predict_again(PLACE.key)
