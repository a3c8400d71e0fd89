"""What is written on a model's card: what it learned from and how, and its measured figures.

Left out: the files themselves, which are `core.checkpoints`' to read and to write.
"""

from dataclasses import asdict

import torch

from app.jobs import Job
from core import evaluation
from core.checkpoints import Card
from core.data import Digits
from core.models import Model

CARD_IMAGES = 1000  # test images that a card's figures are measured on


def of_run(job: Job) -> Card:
    """The card of a run's model as it is so far, its test figures measured now."""
    return {
        "data": job.digits.source,
        "training": asdict(job.order.training),
        "steps": job.state.step,
        "planned_steps": job.total,
        "seconds": round(job.state.seconds, 2),
        "made_with": f"torch {torch.__version__}",
        **measured(job.state.model, job.digits),
        "history": [asdict(record) for record in job.state.history],
    }


def measured(model: Model, digits: Digits) -> Card:
    """The test figures of a card, and how they are measured."""
    images = digits.test_images[:CARD_IMAGES]
    rng = torch.Generator().manual_seed(0)
    return {
        "protocol": f"the first {len(images)} test images, x/255; sums over pixels and latents, "
        "means over images, nats; z sampled once for a VAE; total = reconstruction + KL",
        "test": asdict(evaluation.mean_terms(model, images, rng, samples=1)),
    }
