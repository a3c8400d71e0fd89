"""The two pretrained models that stand side by side on this page, and what each model is called."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from app.cache import Shown
from app.panels import models
from app.state import Visitor


class Pair(NamedTuple):
    """An autoencoder and a variational one of as many numbers in the code: their names."""

    ae: str
    vae: str


PAIRS = {
    2: Pair("ae-lite-2", "vae-lite-2-beta-1"),
    20: Pair("ae-lite-20-bernoulli", "vae-lite-20-bernoulli"),
}


def nearest(d: int) -> Pair:
    """The pretrained pair that a code of so many numbers is held against."""
    return PAIRS[min(PAIRS, key=lambda size: abs(math.log(size / d)))]


def found(visitor: Visitor, shown: Shown) -> list[Shown]:
    """The pretrained pair that stands beside a model, of which it may be one."""
    return [models.find(visitor, name) for name in nearest(shown.config.latent_dim)]


def named(shown: Iterable[Shown]) -> dict[str, Shown]:
    """Models under short names: AE, VAE, yours, yours 2, …"""
    names: dict[str, Shown] = {}
    own = 0
    for each in shown:
        own += each.mine
        yours = "yours" if own == 1 else f"yours {own}"
        names[yours if each.mine else each.config.kind.upper()] = each
    return names
