"""The model in use: pretrained or the learner's own, where it comes from, its layers."""

import streamlit as st
import torch

from app import cache, sketch, widgets
from app.cache import Shown
from app.state import Visitor, afresh
from core.checkpoints import CheckpointError
from core.models import Kind, Model, ModelConfig, build
from core.models.layers import shapes


def model(visitor: Visitor, kind: Kind, pretrained: str) -> Shown:
    """The model that the page shows, with a word on where it comes from and the way to the other.

    Where a pretrained file is damaged the page says which, and ends there.
    """
    try:
        shown = visitor.shown(kind, pretrained)
        if kind in visitor.own:
            shown = _choose_whose(visitor, kind, pretrained, shown)
    except CheckpointError as error:
        st.error(f"{error} Restore the file, or run `make pretrained`.", icon=":material/error:")
        st.stop()
    st.caption(provenance(shown))
    return shown


def _choose_whose(visitor: Visitor, kind: Kind, pretrained: str, shown: Shown) -> Shown:
    """A switch between the pretrained model and the visitor's own, and the model it says."""
    mine = f"Your {cache.title(visitor.own[kind].config)}"
    lit = mine if shown.mine else "Pretrained"
    choice = widgets.answer(
        "Model",
        ["Pretrained", mine],
        lit,
        key=afresh(f"model-{kind}", lit, on=(shown.key, mine)),
        label_visibility="collapsed",
    )
    visitor.use_own(kind, choice == mine)
    return visitor.shown(kind, pretrained)


def provenance(shown: Shown) -> str:
    """One sentence on a model: what it is, what it learned from, how well it does."""
    card = shown.card
    test = card["test"]
    figure = f"{test['total']:.1f} nats per image".replace("-", "−")
    if shown.is_vae:
        figure = (
            f"reconstruction {test['reconstruction']:.1f} + KL {test['kl']:.2f} "
            f"= {test['total']:.1f} nats per image"
        )
    if shown.config.likelihood == "continuous_bernoulli":
        bound = shown.config.logit_bound
        figure += f", under |logit| ≤ {bound:.2f}" if bound else ", without a bound on its logits"
    images = card.get("training", {}).get("images")
    first = f" the first {widgets.grouped(images)} training images of" if images else ""
    return f"**{shown.title}**. Trained on{first}: {card['data']} Test: {figure}."


def network(shown: Shown) -> None:
    """The layers of the model that is shown, with their shapes and parameter counts."""
    _sketch(shown.model, "Drawn from the model above")


def _sketch(model: Model, whose: str) -> None:
    latent_dim, variational = model.config.latent_dim, model.config.kind == "vae"
    image, code = torch.zeros(1, 1, 28, 28), torch.zeros(1, latent_dim)
    encoder, decoder = shapes(model.encoder, image), shapes(model.decoder, code)
    learned = sum(layer.parameters for layer in (*encoder, *decoder))
    with st.container(key="strip-network"):
        st.image(
            sketch.network(encoder, decoder, variational),
            alt=f"The network: 784 pixels, {len(encoder)} layers of the encoder, a code of "
            f"{latent_dim} numbers, {len(decoder)} layers of the decoder, 784 logits",
        )
    st.caption(
        f"{whose}: {widgets.grouped(learned)} parameters. A bar's height is the "
        "logarithm of how many numbers pass there."
    )


def plain(shown: Shown) -> str:
    """A model in words that the pictures' font can write: it has no Greek."""
    mine = "your " if shown.title.startswith("yours") else ""
    config = shown.config
    return f"{mine}{config.kind.upper()} {config.architecture}, d = {config.latent_dim}"


def blueprint(config: ModelConfig) -> None:
    """The network that a configuration asks for, before it has learned anything."""
    _sketch(build(config), "This is what will be trained")


def pretrained_config(name: str) -> ModelConfig:
    """What a pretrained model is, also where its file is damaged or the visitor's own is shown."""
    try:
        return cache.pretrained(name).config
    except CheckpointError:
        return ModelConfig()
