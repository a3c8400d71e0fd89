"""A page with one component on it and nothing else: what test_components.py visits.

The address says which: `?show=draw`, or the pad with `d`, `kind`, `layers` (names with commas).
The models are as `make_model` makes them, so that a test knows their weights without asking.
"""

import json
from dataclasses import replace

import streamlit as st
import torch
from torch import Tensor

from app.components import draw_digit as draws
from app.components import latent_pad as pads
from core.evaluation.holes import Holes
from core.latent import Plane, principal_plane
from core.models import Kind, Model, ModelConfig, build
from core.models.classifier import Classifier, ClassifierConfig

CODES = 300
SPREAD = 3  # how many times as far apart codes lie once they are spread


def make_model(latent_dim: int, seed: int = 0, kind: Kind = "ae") -> Model:
    """A small model that draws something else for every code and every seed."""
    rng = torch.Generator().manual_seed(seed)
    model = build(ModelConfig(kind, latent_dim=latent_dim, hidden_dim=20), rng)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.3 * torch.randn(parameter.shape, generator=rng)
    return model.eval()


def make_judge() -> Classifier:
    return Classifier(ClassifierConfig(), torch.Generator().manual_seed(9)).eval()


def make_codes(latent_dim: int) -> Tensor:
    return torch.randn(CODES, latent_dim, generator=torch.Generator().manual_seed(5))


def make_plane(latent_dim: int) -> Plane:
    return principal_plane(make_codes(latent_dim))


def make_images() -> Tensor:
    """Picture i is grey, and how grey tells i below 256."""
    return (torch.arange(CODES) % 256).to(torch.uint8).view(-1, 1, 1, 1).expand(-1, 1, 28, 28)


def make_starts() -> Tensor:
    rng = torch.Generator().manual_seed(6)
    return torch.randint(0, 256, (10, 1, 28, 28), generator=rng, dtype=torch.uint8)


def pad_content(latent_dim: int, seed: int, spread: int = 1) -> pads.PadContent:
    codes = spread * make_codes(latent_dim)
    return pads.content(
        make_model(latent_dim, seed),
        codes,
        torch.arange(CODES) % 10,
        make_plane(latent_dim),
        images=make_images().contiguous(),
        holes=Holes(codes, 0.5),
    )


@st.fragment
def show_pad(latent_dim: int, names: list[str]) -> None:
    seed = st.number_input("Seed", 0, 9, 0, key="seed")
    if st.toggle("Codes of five numbers", key="five"):
        latent_dim = 5
    here = [0.25] * latent_dim if st.toggle("Go elsewhere", key="elsewhere") else None
    spread = SPREAD if st.toggle("Spread the codes", key="spread") else 1
    away = st.toggle("Take the pad away", key="away")
    first = 4 if st.toggle("Other samples", key="other") else 0
    coloured = st.toggle("Colour by distance", key="coloured")
    prior = st.toggle("Prior", "prior" in names, key="prior")
    if away:
        return
    codes = make_codes(latent_dim)
    layers = pads.Layers(
        prior=prior,
        holes="holes" in names,
        mosaic="mosaic" in names,
        walks="walks" in names,
        samples=codes[first : first + 4] if "samples" in names else None,
        sheet="sheet" in names,
        in_hole=[True] * 4 if "in_hole" in names else [],
        path=codes[:2] if "path" in names else None,
        outlines=make_plane(latent_dim).outlines(codes[:3], torch.zeros_like(codes[:3])),
        outline_labels=[0, 1, 2],
        frames=5,
    )
    content = pad_content(latent_dim, seed, spread)
    if coloured:
        content = replace(content, values=pads.pack_values(codes.norm(dim=1), "distance ‖z‖"))
    at = pads.latent_pad(content, key="pad", z=here, layers=layers)
    st.text("z " + json.dumps(at.z))
    st.text("path " + json.dumps(at.path))
    st.text(f"failed {at.failed}")


@st.fragment
def show_drawing(kind: Kind) -> None:
    content = draws.content(
        make_model(2, kind=kind), make_judge(), make_starts(), torch.arange(10), pad_content(2, 0)
    )
    drawn = draws.draw_digit(content, key="draw", example=make_starts()[4:5])
    pixels = None if drawn.image is None else drawn.image.flatten().tolist()
    st.text("digit " + json.dumps(pixels))
    st.text(f"failed {drawn.failed}")


def main() -> None:
    if st.query_params.get("show") == "draw":
        show_drawing("ae" if st.query_params.get("kind") == "ae" else "vae")
    else:
        names = st.query_params.get("layers", "").split(",")
        show_pad(int(st.query_params.get("d", "2")), names)
