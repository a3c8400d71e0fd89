"""A page with two films and nothing else: what test_film.py visits.

The films are made up, so that each of their pictures tells its moment by its grey. The address
says which: `?show=pair`, two whole runs of one length, or `?show=own`, of which the first was
stopped early and the second is longer; `?d=5` for codes of five numbers.
"""

import streamlit as st
import torch

from app.components import film as films
from core.film import SAMPLES, Film, Moment, schedule
from core.models import Kind, ModelConfig
from core.training import Terms

PROBE = 60


def grey(moment: int, sample: bool = False) -> int:
    """The grey of every picture restored, or sampled, at a moment."""
    return 5 * moment + 40 + 2 * sample


def terms(step: int, kind: Kind) -> Terms:
    kl = 4.0 if kind == "vae" and step else 0.0
    return Terms(500 / (1 + step) + kl, 500 / (1 + step), kl)


def make_film(kind: Kind, total: int, until: int, latent_dim: int = 2) -> Film:
    rng = torch.Generator().manual_seed(1)
    at_last = torch.randn(PROBE, latent_dim, generator=rng)
    steps = [step for step in schedule(total) if step <= until]
    moments = [
        Moment(
            step=step,
            test=terms(step, kind),
            codes=(at_last * step / total).half(),
            logvar=torch.full_like(at_last, -2).half() if kind == "vae" else None,
            restored=torch.full((10, 1, 28, 28), grey(i), dtype=torch.uint8),
            samples=torch.full((SAMPLES, 1, 28, 28), grey(i, sample=True), dtype=torch.uint8),
        )
        for i, step in enumerate(steps)
    ]
    originals = torch.full((10, 1, 28, 28), 250, dtype=torch.uint8)
    return Film(total, (torch.arange(PROBE) % 10).byte(), originals, tuple(moments))


def make_films(show: str, latent_dim: int) -> list[tuple[Film, ModelConfig]]:
    ends = {"pair": ((1000, 1000), (1000, 1000)), "own": ((1000, 250), (3000, 3000))}[show]
    kinds: tuple[Kind, Kind] = ("ae", "vae")
    return [
        (make_film(kind, *end, latent_dim), ModelConfig(kind, latent_dim=latent_dim))
        for kind, end in zip(kinds, ends)
    ]


def main() -> None:
    show, latent_dim = st.query_params.get("show", "pair"), int(st.query_params.get("d", "2"))
    packed = [
        films.content(film, config, f"the {config.kind.upper()}")
        for film, config in make_films(show, latent_dim)
    ]
    failed = films.film(packed, key="film")
    st.text(f"failed {failed}")
    st.button("Again", key="again")
