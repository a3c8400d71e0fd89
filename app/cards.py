"""What is written on a model's card: what it learned from and how, and its measured figures.

Left out: the files themselves, which are `core.checkpoints`' to read and to write.
"""

from typing import TypedDict

import torch

from app.jobs import Job
from app.words import grouped
from core import card, evaluation, training
from core.card import Card, Figures
from core.data import Digits
from core.models import Model

CARD_IMAGES = 1000  # test images that a card's figures are measured on


class Measured(TypedDict):
    """The part of a card that measuring a model gives."""

    protocol: str
    test: Figures


def of_run(job: Job) -> Card:
    """The card of a run's model as it is so far, its test figures measured now."""
    return {
        "data": job.digits.source,
        "planned_steps": job.total,
        "made_with": f"torch {torch.__version__}",
        **measured(job.state.model, job.digits),
        **card.of_run(job.state),
    }


def of_moment(job: Job) -> Card:
    """The card of a run that goes on: its test figures are those of its last record."""
    return {
        "data": job.digits.source,
        "planned_steps": job.total,
        "protocol": f"{training.PROBE} test images drawn at random, x/255; sums over pixels and "
        "latents, means over images, nats; z sampled once for a VAE",
        "test": Figures(**card.of_terms(job.state.history[-1].test)),
        **card.of_run(job.state),
    }


def measured(model: Model, digits: Digits) -> Measured:
    """The test figures of a card, and how they are measured."""
    images = digits.test_images[:CARD_IMAGES]
    terms = evaluation.bounds.mean_terms(model, images, torch.Generator().manual_seed(0), samples=1)
    return {
        "protocol": f"the first {grouped(len(images))} test images, x/255; sums over pixels and "
        "latents, means over images, nats; z sampled once for a VAE; total = reconstruction + KL",
        "test": Figures(**card.of_terms(terms)),
    }
