"""What people hold of training, beside what was measured here."""

from app import cache
from app.panels import beliefs, files
from app.state import Visitor
from app.words import nats


@files.figure
def one_outcome(visitor: Visitor) -> None:
    """Two pretrained models that differ in their seed alone."""
    first, second = (
        cache.pretrained(f"vae-lite-20-bernoulli{seed}", visitor.data) for seed in ("", "-seed-1")
    )
    costs = [nats(cache.mean_terms(shown).total, 2) for shown in (first, second)]
    beliefs.card(
        key="one-outcome",
        belief="These settings cost that much: one run tells it.",
        evidence=f"{first.title}, trained from two seeds and alike in all else: **{costs[0]}** and "
        f"**{costs[1]}** per test image. A difference between two of your runs means something "
        "where it is well above that of two seeds.",
    )
