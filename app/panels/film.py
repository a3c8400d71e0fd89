"""How a model became what it is: the film of its training, or two of them in step."""

import streamlit as st
import torch

from app import cache, widgets
from app.cache import PretrainedError, Shown
from app.components import film as films
from app.panels import files
from core.data import to_float
from core.film import Film


def training_film(*models: Shown, key: str) -> None:
    """The films of one or two models' trainings, under one scrubber; put it into a fragment.

    Where no film was kept, or where a file is damaged, a sentence says so.
    """
    filmed = []
    for shown in models:
        try:
            content = cache.film_content(shown)
        except PretrainedError as error:
            files.lacks(error)
            st.caption(f"The film of **{shown.title}** is missing here: its file cannot be used.")
            continue
        if content is None:
            st.info(
                f"No film was kept of **{shown.title}**: the last two runs of a page have one, "
                "runs that are pinned, and the pretrained AE and VAE of lite, d = 2, β = 1.",
                icon=":material/videocam_off:",
            )
        else:
            filmed.append((shown, content))
    if not filmed:
        return
    if films.film([content for _, content in filmed], key=key):
        _on_the_server([shown for shown, _ in filmed], key)
    st.caption(_how_to_read([shown for shown, _ in filmed]))


def with_film(shown: Shown, otherwise: str) -> Shown:
    """This model where a film of its training was kept, else that pretrained one."""
    try:
        return shown if cache.film(shown) else cache.pretrained(otherwise)
    except PretrainedError as error:
        files.lacks(error)
        return shown


def _how_to_read(models: list[Shown]) -> str:
    words = (
        "Each point is the code of a test image, the same images at every moment; the axes hold "
        "the codes of the last moments, so earlier ones may lie outside. "
    )
    if any(shown.config.latent_dim > 2 for shown in models):
        words += "Codes of more than two numbers are seen in the plane of the last moment. "
    if any(shown.is_vae for shown in models):
        words += "A VAE's point is its posterior's mean; dashed is the prior"
        if any(shown.is_vae and shown.config.latent_dim > 1 for shown in models):
            words += ", outlined the posterior of one image of each class at one standard deviation"
        words += ". "
    if any(not shown.is_vae for shown in models):
        words += (
            "ε goes to the decoder as it is. Nothing in an autoencoder's training asks for its "
            "codes to lie where N(0, I) does. "
        )
    if any(shown.card.get("legs") for shown in models):
        words += "The dashed upright line is where a run branched, or went on for longer. "
    return words + (
        "Losses are of 500 test images, not of all that other figures are measured on"
        + (", a VAE's with one sampled z; pictures" if any(s.is_vae for s in models) else "; they")
        + " are drawn as the mean image. Moments and the steps of the curves are spread alike: "
        "early ones wide apart."
    )


def _on_the_server(models: list[Shown], key: str) -> None:
    """The pictures of one moment, where the browser could not draw the film."""
    reels = [film for shown in models if (film := cache.film(shown))]
    last = max(len(film.moments) for film in reels) - 1
    share = st.select_slider(
        "Moment",
        range(last + 1),
        last,
        format_func=lambda i: f"{i + 1} of {last + 1}",
        key=f"{key}-moment",
        persist_state="session",
    )
    for shown, film in zip(models, reels):
        _still(shown, film, round(share / max(last, 1) * (len(film.moments) - 1)), key)


def _still(shown: Shown, film: Film, index: int, key: str) -> None:
    moment = film.moments[index]
    terms = f"reconstruction {moment.test.reconstruction:.1f}"
    if shown.is_vae:
        terms += f", KL {moment.test.kl:.2f}"
    st.markdown(f"**{shown.title}**: step {moment.step} of {film.total}, {terms} nats per image")
    widgets.pictures(
        to_float(torch.cat([film.originals, moment.restored, moment.samples])),
        len(film.originals),
        key=f"{key}-{shown.key}",
        headings=["Digits", "Restored", "Noise from N(0, I), decoded"],
        alt=f"Ten digits, what {shown.title} made of them at step {moment.step}, and ten samples",
    )
