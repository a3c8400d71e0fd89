"""One draw from one cloud, live: its graph with numbers, its formulas, its lines of code."""

import inspect

import streamlit as st
import torch
from jaxtyping import Float
from torch import Tensor

from app import cache, theme, widgets
from app.cache import Shown
from app.lessons.vae import diagram
from app.lessons.vae.diagram import Draw, Line
from app.lessons.vae.symbols import SYMBOLS
from app.panels import deeper
from app.panels.digits import choose_digit
from app.state import Visitor, afresh
from core.data import to_float
from core.models import mean_image, vae
from core.models.vae import reparameterise

BY_HAND = 2  # latents whose ε has a slider


@st.fragment
def show(visitor: Visitor, shown: Shown) -> None:
    """The graph of one digit's draw; its noise drawn anew, moved by hand, or left out."""
    image, _ = choose_digit(visitor, "Digit", 3, key="vae-digit")
    noise = cache.noise(visitor.noise_seed, 1, shown.config.latent_dim).epsilon[0]
    buttons = st.container(horizontal=True, vertical_alignment="center")
    with buttons:
        st.button("New ε", key="vae-new-noise", icon=":material/casino:",
                  on_click=visitor.new_noise)  # fmt: skip
        mean_only = widgets.switch("Use the mean: ε = 0", key="vae-mean")
    epsilon = _by_hand(noise, visitor.noise_seed, off=mean_only)
    draw = _draw(shown, to_float(image), epsilon)
    with st.container(key="strip-reparameterisation"):
        st.image(
            diagram.graph(draw),
            alt="The graph of the reparameterisation: the encoder answers the image with μ = "
            f"{_listed(draw.mean)} and log σ² = {_listed(draw.logvar)}; with ε = "
            f"{_listed(draw.epsilon)} the code is z = {_listed(draw.z)}, and is decoded",
        )
    if mean_only:
        st.caption("Pictures and maps use the mean; the ELBO needs draws.")
    deeper.formula(
        r"\begin{aligned} \text{1}&\quad (\encoder{\mu}, \encoder{\log \sigma^2}) = "
        r"\encoder{e}(x) & \text{2}&\quad \encoder{\sigma} = "
        r"e^{\frac12 \encoder{\log \sigma^2}} \\ \text{3}&\quad \prior{\varepsilon} \sim "
        r"\prior{\mathcal{N}(0, I)} & \text{4}&\quad \latent{z} = \encoder{\mu} + "
        r"\encoder{\sigma} \odot \prior{\varepsilon} \\ \text{5}&\quad \decoder{\hat x} = "
        r"\decoder{g}(\latent{z}) &&\quad \frac{\partial \latent{z}}"
        r"{\partial \encoder{\log \sigma^2}} = \tfrac12 \encoder{\sigma} \odot "
        r"\prior{\varepsilon} \end{aligned}",
        SYMBOLS,
    )
    st.html(diagram.listing(source_lines(), _COLOURS))
    st.caption(
        "From `core/models/vae.py`, as it runs here: line numbers are the file's, the bold numbers "
        "those of the graph."
    )


def _by_hand(noise: Float[Tensor, " latent"], seed: int, *, off: bool) -> Float[Tensor, " latent"]:
    """ε with its first numbers as the sliders have them. New noise makes new sliders."""
    epsilon = noise.clone()
    for latent, column in enumerate(st.columns(BY_HAND)[: len(noise)]):
        drawn = round(min(max(noise[latent].item(), -4.0), 4.0), 2)
        with column:
            epsilon[latent] = widgets.amount(
                f"ε{'₁₂'[latent]}" if len(noise) > 1 else "ε",
                -4.0,
                4.0,
                drawn,
                key=afresh(f"vae-epsilon-{latent}", drawn, on=(seed, len(noise))),
                disabled=off,
            )
    if len(noise) > BY_HAND:
        st.caption(f"The other {len(noise) - BY_HAND} numbers of ε are drawn.")
    return torch.zeros_like(epsilon) if off else epsilon


@torch.no_grad()
def _draw(shown: Shown, x: Float[Tensor, "1 1 28 28"], epsilon: Float[Tensor, " latent"]) -> Draw:
    if not isinstance(shown.model, vae.VariationalAutoencoder):
        raise ValueError(f"{shown.title} has no posteriors; choose a VAE")
    mean, logvar = shown.model.posterior(x)
    z = reparameterise(mean, logvar, epsilon[None])
    restored = mean_image(shown.config, shown.model.decode(z))
    return Draw(x, mean[0], logvar[0], epsilon, z[0], restored)


# What each box's line must hold; the line itself and its number come from the file.
_MARKS = {
    "return Posterior(": "1",
    "= self.posterior(x)": "1",
    "torch.randn(": "3 4",
    "logits = self.decode(z)": "5",
    "return mean + (0.5 * logvar).exp() * epsilon": "2 4",
}
_COLOURS = {
    "mean": theme.ENCODER, "logvar": theme.ENCODER, "self.encoder": theme.ENCODER,
    "(0.5 * logvar).exp()": theme.ENCODER, "epsilon": theme.PRIOR, "torch.randn": theme.PRIOR,
    "z": theme.LATENT, "self.decode": theme.DECODER, "logits": theme.DECODER,
}  # fmt: skip


def source_lines() -> list[Line]:
    """The lines of the VAE's file that encode, draw and decode, with the boxes they compute."""
    model = vae.VariationalAutoencoder
    found = []
    for function, last in (
        (model.posterior, "return Posterior("),
        (model.loss, "logits ="),
        (reparameterise, "return mean"),
    ):
        lines, first = inspect.getsourcelines(inspect.unwrap(function))
        for at, text in enumerate(lines, start=first):
            marks = next((boxes for words, boxes in _MARKS.items() if words in text), "")
            if marks or "def " in text:
                found.append(Line(at, text.rstrip(), marks))
            if last in text:
                break
    return found


def _listed(numbers: Tensor) -> str:
    words = ", ".join(f"{number:.2f}" for number in numbers[:3].tolist())
    return f"({words}{', …' if len(numbers) > 3 else ''})"
