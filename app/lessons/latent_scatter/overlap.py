"""What a map does not show by itself: how far classes overlap, and where t-SNE is worth a look."""

import pandas as pd
import streamlit as st

from app import cache, charts, theme
from app.cache import Shown
from app.lessons.latent_scatter.asked import HARDEST
from app.panels import beliefs, predictions
from app.state import Visitor
from app.teaching import Measured
from app.words import grouped, listed, number, percent
from core import evaluation
from core.data import CLASSES
from core.models import build

PAIRS = 5  # of classes in the figure


def told_apart(visitor: Visitor, shown: Shown) -> None:
    """Which two classes the neighbours of a code confuse most, once that was predicted."""
    if predictions.ask(
        visitor,
        HARDEST,
        lambda: hardest(shown),
        of=shown.title,
        options=shown.digits.class_names,
    ):
        _confused(shown)


def hardest(shown: Shown) -> Measured:
    """The two classes that are taken for one another most often, and how often."""
    names = shown.digits.class_names
    first, second, *_ = evaluation.codes.confused_pairs(cache.knn_votes(shown), shown.tested.labels)
    accuracy = evaluation.judging.share(cache.knn_votes(shown) == shown.tested.labels)
    right = f"the vote is right for {percent(accuracy.mean, 1)} of all (15-NN accuracy)"
    pair, next_pair = (listed([names[each.first], names[each.second]]) for each in (first, second))
    value = names[first.first], names[first.second]
    if accuracy.mean <= 1 / CLASSES + 2 * accuracy.error:
        return Measured(value, True, f"no pair stands out: {right}, no more than by guessing")
    return Measured(
        value,
        words=f"{pair}, taken for one another {first.times} times; next come {next_pair} with "
        f"{second.times}; {right}",
    )


def _confused(shown: Shown) -> None:
    """The pairs that are taken for one another most often, as bars."""
    names, votes = shown.digits.class_names, cache.knn_votes(shown)
    pairs = evaluation.codes.confused_pairs(votes, shown.tested.labels)[:PAIRS]
    table = pd.DataFrame(
        [
            (listed([names[pair.first], names[pair.second]]), pair.times, str(pair.times))
            for pair in pairs
        ],
        columns=["name", "value", "words"],
    )
    st.altair_chart(
        charts.bars_across(
            table,
            title="Taken for one another by the 15 nearest codes",
            x=f"images, of {grouped(len(votes))}",
            colours=dict.fromkeys(table["name"], theme.LATENT),
        ),
        key="confused-pairs",
        alt="Taken for one another: "
        + "; ".join(f"{name} {times}" for name, times in zip(table["name"], table["words"])),
    )


def spread(shown: Shown) -> None:
    """How far the codes spread; for d above 2, how much of that the map's plane shows."""
    low, high = evaluation.codes.code_spread(shown.codes).aminmax()
    told = f"{number(low.item(), '.3g')}"
    if shown.config.latent_dim > 1:
        told += f" to {number(high.item(), '.3g')}"
    plane = ""
    if shown.config.latent_dim > 2:
        share = percent(shown.plane.explained.sum().item())
        plane = (
            f" Of their variance {share} lies in the plane of this map, the two directions in "
            "which they vary most; the vote sees all."
        )
    st.caption(f"Standard deviation of the codes along a latent: {told}.{plane}")


def _accuracy(shown: Shown) -> float:
    return (cache.knn_votes(shown) == shown.tested.labels).float().mean().item()


def untrained(shown: Shown) -> Shown:
    """The same network with the weights that training begins with."""
    model = build(shown.config).eval()
    return Shown(key=f"untrained {shown.config}", model=model, card=shown.card, data=shown.data)


def without_labels(visitor: Visitor, shown: Shown) -> None:
    """That codes of a class gather without labels, and not without training."""
    if not predictions.is_open(visitor, HARDEST):
        return
    before, after = _accuracy(untrained(shown)), _accuracy(shown)
    if before < after:
        beliefs.card(
            key="labels-used",
            belief="The classes lie apart, so the labels must have been used in training.",
            evidence="The loss holds no label. Before its training the same network's codes gave "
            f"15-NN an accuracy of **{percent(before, 1)}**, after it **{percent(after, 1)}**. The "
            "first is the network's continuity; the rest it learned by restoring pictures.",
        )


def has_tsne(shown: Shown) -> bool:
    """Whether a page offers t-SNE: where a plane cannot show the codes, or there is nothing to see
    and t-SNE shows something all the same."""
    return shown.config.latent_dim > 2 or is_collapsed(shown)


def is_collapsed(shown: Shown) -> bool:
    """Whether a VAE's codes lie at one place."""
    return shown.is_vae and bool(evaluation.codes.code_spread(shown.codes).max() < 0.01)


def ties(shown: Shown) -> None:
    """That the islands of t-SNE are ties, where most codes are one and the same."""
    same = cache.largest_tie(shown)
    if same > cache.TSNE_CODES / 2:
        beliefs.card(
            key="tsne-islands",
            belief="t-SNE shows islands, so the codes form clusters.",
            evidence=f"**{grouped(same)}** of these {grouped(cache.TSNE_CODES)} codes are the same "
            "to the last bit. t-SNE must put each of them somewhere: it splits the ties, and "
            "draws islands where latent space has one place.",
        )
