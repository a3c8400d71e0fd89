"""The model in use: pretrained or the learner's own, where it comes from, its layers."""

from dataclasses import asdict

import streamlit as st
import torch

from app import cache, sketch
from app.cache import PretrainedError, Shown
from app.panels import files
from app.panels.settings import HOW, SETTINGS, in_words, matters
from app.state import Visitor
from app.words import as_code, grouped, nats, number
from core.models import Model, ModelConfig, build
from core.models.layers import shapes


def model(visitor: Visitor, name: str) -> Shown:
    """The model that the page shows, and a word on whose it is."""
    shown = find(visitor, name)
    tell(shown)
    return shown


def find(visitor: Visitor, name: str) -> Shown:
    """The pretrained model of that name, or the visitor's own that the page's selector stands at.

    Where a pretrained file cannot be used, the model most alike stands in its place; the page
    ends here only where there is none.
    """
    try:
        return visitor.shown(name)
    except PretrainedError as error:
        files.lacks(error)
    for other in cache.alike(name):
        try:
            shown = cache.pretrained(other, visitor.data)
        except PretrainedError:
            continue  # nobody asked for this one
        st.caption(f"{as_code(name)} cannot be used: another model stands in its place.")
        return shown
    st.info("No pretrained model of this kind can be used, and this page needs one.")
    st.stop()


def tell(shown: Shown, beside: Shown | None = None, *, key: str = "whose") -> None:
    """Whose model the figures show, what that differs in from the one beside it, and, when asked
    for, where it comes from.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=key):
        st.caption(whose(shown, beside))
        with st.popover("About this model", type="tertiary", width="content", key=f"{key}-about"):
            st.caption(provenance(shown))


def whose(shown: Shown, beside: Shown | None = None) -> str:
    """Whose model the figures show, and what the visitor's own differs in from another."""
    if not shown.mine:
        return f"The figures show the pretrained **{shown.title}**."
    told = f"The figures show **{shown.title}**."
    if beside is not None and (differs := differences(shown, beside)):
        told += f" Unlike the pretrained {beside.title}: {'; '.join(differs)}."
    return told


def differences(shown: Shown, other: Shown) -> list[str]:
    """What one model has where another has something else: "hidden units: 200 instead of 100"."""
    ours, theirs = (asdict(each.config) | each.card.get("training", {}) for each in (shown, other))
    told = []
    for name, setting in SETTINGS.items():
        if name in HOW or name not in ours or name not in theirs or not matters(name, ours):
            continue
        if ours[name] != theirs[name]:
            words = f"{_told(name, ours[name])} instead of {_told(name, theirs[name])}"
            told.append(f"{setting.label[0].lower()}{setting.label[1:]}: {words}")
    return told


def _told(name: str, value: object) -> str:
    if name == "images":
        return grouped(value) if isinstance(value, int) else "all of its set"
    return in_words(value)


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
