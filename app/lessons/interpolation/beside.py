"""The two pretrained models that stand side by side on this page, and what each model is called."""

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from app import theme
from app.cache import Shown
from app.panels import models
from app.panels.bench import Bench
from app.state import Visitor
from core.models import ModelConfig


class Pair(NamedTuple):
    """An autoencoder and a variational one of as many numbers in the code: their names."""

    ae: str
    vae: str


PAIRS = {
    2: Pair("ae-lite-2", "vae-lite-2-beta-1"),
    20: Pair("ae-lite-20-bernoulli", "vae-lite-20-bernoulli"),
}
# Those of 20 numbers, trained once more from another seed.
OTHER_SEED = Pair("ae-lite-20-bernoulli-seed-1", "vae-lite-20-bernoulli-seed-1")


def pair(visitor: Visitor, config: ModelConfig) -> tuple[Shown, Shown]:
    """The pretrained autoencoder and the variational one that stand beside a model: those whose
    codes are nearest to its own in size.
    """
    size = min(PAIRS, key=lambda size: abs(math.log(size / config.latent_dim)))
    ae, vae = (models.find(visitor, name) for name in PAIRS[size])
    return ae, vae


def pretrained(visitor: Visitor, config: ModelConfig) -> Shown:
    """The one of them that a model of that kind is held against."""
    ae, vae = pair(visitor, config)
    return vae if config.kind == "vae" else ae


def begin(shown: Shown, bench: Bench) -> ModelConfig:
    """Where the sliders begin: at the model that the selector stands at, and nowhere else when a
    run of another kind begins or fails.
    """
    if shown.mine:
        return shown.config
    return replace(shown.config, architecture=bench.architecture)


def named(shown: Iterable[Shown]) -> dict[str, Shown]:
    """Models under short names: AE, VAE, yours, yours 2, …"""
    names: dict[str, Shown] = {}
    own = 0
    for each in shown:
        own += each.mine
        yours = "yours" if own == 1 else f"yours {own}"
        names[yours if each.mine else each.config.kind.upper()] = each
    return names


def colour(name: str) -> str:
    """Of a way, or of pictures that no decoder drew."""
    if name.startswith("yours"):
        return theme.DECODER
    return theme.LATENT if name.startswith(("AE", "VAE")) else theme.PRIOR
