"""The model in use: pretrained or the learner's own, where it comes from, its layers."""

import streamlit as st
import torch

from app import cache, sketch, widgets
from app.cache import PretrainedError, Shown
from app.panels import files
from app.state import Visitor, afresh
from app.words import as_code, grouped, nats, number, title
from core.models import Kind, Model, ModelConfig, build
from core.models.layers import shapes


def model(visitor: Visitor, kind: Kind, pretrained: str) -> Shown:
    """The model that the page shows, with a word on where it comes from and the way to the other.

    Where a pretrained file cannot be used, the model most alike stands in its place; the page
    ends here only where there is none.
    """
    with st.container():  # one place on the page, with the switch or without
        shown = _shown(visitor, kind, pretrained)
        if kind in visitor.own:
            shown = _choose_whose(visitor, kind, pretrained, shown)
        if not shown.mine and shown.key != pretrained:
            st.caption(f"{as_code(pretrained)} cannot be used: another model stands in its place.")
        st.caption(f"{whose(shown, pretrained)} {provenance(shown)}")
    return shown


def _shown(visitor: Visitor, kind: Kind, pretrained: str) -> Shown:
    try:
        return visitor.shown(kind, pretrained)
    except PretrainedError as error:
        files.lacks(error)
    for other in cache.alike(pretrained):
        try:
            return cache.pretrained(other, visitor.data)
        except PretrainedError:
            continue  # nobody asked for this one
    st.info("No pretrained model of this kind can be used, and this page needs one.")
    st.stop()


def _choose_whose(visitor: Visitor, kind: Kind, pretrained: str, shown: Shown) -> Shown:
    """A switch between the pretrained model and the visitor's own, and the model it says."""
    mine = f"Your {title(visitor.own[kind].config)}"
    lit = mine if shown.mine else "Pretrained"
    choice = widgets.answer(
        "Model",
        ["Pretrained", mine],
        lit,
        key=afresh(f"model-{kind}", lit, on=(shown.key, mine)),
        label_visibility="collapsed",
    )
    visitor.use_own(kind, choice == mine)
    return _shown(visitor, kind, pretrained)


def whose(shown: Shown, pretrained: str) -> str:
    """Whose model the figures show; where that is the visitor's own, also which they do not show
    though the page's controls stand at it.
    """
    if not shown.mine:
        return f"The figures show the pretrained **{shown.title}**."
    try:
        asked = cache.pretrained(pretrained).title
    except PretrainedError:
        asked = pretrained  # the file's name says it too
    instead = f", not the pretrained {asked}" if asked != title(shown.config) else ""
    return f"The figures show **{shown.title}**{instead}."


def provenance(shown: Shown) -> str:
    """What a model learned from, and how well it does by its card, on the card's own images."""
    card = shown.card
    test = card["test"]
    figure = f"{nats(test['total'])} per image"
    if shown.is_vae:
        figure = (
            f"reconstruction {number(test['reconstruction'], ',.1f')} + KL "
            f"{number(test['kl'], ',.2f')} = {nats(test['total'])} per image"
        )
    if shown.config.likelihood == "continuous_bernoulli":
        bound = shown.config.logit_bound
        figure += f", under |logit| ≤ {bound:.2f}" if bound else ", without a bound on its logits"
    trained = "Trained on"
    if shown.brought:
        trained = "Brought back and measured anew. Trained, says its card, on"
    measured_on = card["protocol"].split(",")[0]
    if shown.brought or not shown.mine:
        measured_on = as_code(measured_on)
    return f"{trained} {learned_from(shown)} Its card, on {measured_on}: {figure}."


def learned_from(shown: Shown) -> str:
    """What a model learned from, as its card has it; words from files are code."""
    images = shown.card.get("training", {}).get("images")
    many = f"{grouped(images)} images of: " if images else ""
    own_run = shown.mine and not shown.brought
    return many + (shown.card["data"] if own_run else as_code(shown.card["data"].rstrip(".")) + ".")


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
        f"{whose}: {grouped(learned)} parameters. A bar's height is the "
        "logarithm of how many numbers pass there."
    )


def blueprint(config: ModelConfig) -> None:
    """The network that a configuration asks for, before it has learned anything."""
    _sketch(build(config), "This is what will be trained")


def pretrained_config(name: str) -> ModelConfig:
    """What a pretrained model is, also where its file is damaged or the visitor's own is shown."""
    try:
        return cache.pretrained(name).config
    except PretrainedError:
        return ModelConfig()
