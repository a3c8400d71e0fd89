"""What samples cover: how many are digits at all, to a judge that may say no, and of how many
classes. Being sure of a picture says neither.
"""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import streamlit as st
from jaxtyping import Int64
from torch import Tensor

from app import cache, charts
from app.cache import RejectingJudge, Shown
from app.glossary import term
from app.panels import files
from app.state import Visitor
from app.words import listed, number, percent
from core.sampling import Sampler

RARE = 0.01  # of the samples: a class of which fewer are drawn counts as lacking
SEEDS = ("", "-seed-1")  # the pairs of twenty latents that the verdict rests on
WAYS: dict[str, Sampler] = {"from N(0, I)": "prior", "from the fitted Gaussian": "gaussian"}
HALF_WAY = "half-way between two digits"


class Drawn(NamedTuple):
    """What the judge makes of some pictures."""

    share: float  # taken for a digit
    lacking: list[int]  # classes of which fewer than RARE are
    of: int  # pictures

    @property
    def variance(self) -> float:
        """Of the share: its standard error squared."""
        return self.share * (1 - self.share) / self.of

    def __str__(self) -> str:
        share = f"**{percent(self.share)}**"
        if not self.lacking:
            return f"{share}, of all classes"
        if len(self.lacking) > 3:
            return f"{share}, of which {len(self.lacking)} classes lack"
        return (
            f"{share}, and hardly any {listed([str(digit) for digit in self.lacking])} among them"
        )


def drawn(counts: Int64[Tensor, " classes"]) -> Drawn:
    """From how many pictures were taken for each digit, and last for none."""
    count, of_digits = int(counts.sum()), counts[:-1].tolist()
    lacking = [digit for digit, found in enumerate(of_digits) if found < RARE * count]
    return Drawn(sum(of_digits) / count, lacking, count)


def told(ae: Shown, vae: Shown, judge: RejectingJudge) -> str:
    """What both draw, from either distribution."""
    (ae_prior, vae_prior), (ae_fitted, vae_fitted) = (
        [drawn(cache.judged_drawn(each, sampler, judge)) for each in (ae, vae)]
        for sampler in WAYS.values()
    )
    return (
        f"Of 1 000 draws from N(0, I) a {term('judge')} that may answer “no digit” takes for "
        f"digits: of the AE {ae_prior}; of the VAE {vae_prior}. From the fitted Gaussians: "
        f"{ae_fitted}; and {vae_fitted}."
    )


def classes(visitor: Visitor, shown: Shown, sampler: Sampler, judge: RejectingJudge) -> None:
    """Which digits a model draws, beside the digits' own shares."""
    counts = cache.judged_drawn(shown, sampler, judge)
    labels = cache.judged_of(shown).labels
    usual = labels.bincount(minlength=len(counts) - 1) / len(labels)
    names = visitor.digits.class_names
    st.altair_chart(
        charts.beside_usual(
            pd.DataFrame(
                {
                    "class": names,
                    "value": (100 * counts[:-1] / counts.sum()).numpy(),
                    "usual": (100 * usual).numpy(),
                }
            ),
            title=f"Digits that {shown.config.kind.upper()} draws",
            x="class",
            y="% of 1 000 samples",
        ),
        key=f"drawn-{shown.config.kind}",
        alt=f"{shown.title}: " + ", ".join(f"{n} {c}" for n, c in zip(names, counts.tolist())),
    )


@files.figure
def verdict(visitor: Visitor, judge: RejectingJudge) -> None:
    """Is a VAE better than an AE? The judge's shares of two seeds, and what they can tell."""
    pairs = [
        tuple(
            cache.pretrained(f"{kind}-lite-20-bernoulli{seed}", visitor.data)
            for kind in ("ae", "vae")
        )
        for seed in SEEDS
    ]
    rows = []
    for way in (*WAYS, HALF_WAY):
        both = [(_drawn(ae, way, judge), _drawn(vae, way, judge)) for ae, vae in pairs]
        shares = (", ".join(percent(pair[i].share) for pair in both) for i in (0, 1))
        rows.append(f"| {way} | {' | '.join(shares)} | {better(both)} |")
    st.markdown(
        "#### Better than the autoencoder?\nHow many pictures the judge takes for digits, of two "
        "seeds each, d = 20:\n\n| Drawn | AE | VAE | Verdict |\n|:--|:--|:--|:--|\n"
        + "\n".join(rows)
    )
    st.caption(
        f"± 2 standard errors, of 1 000 samples and of {cache.PAIRS} midpoints. A verdict asks for "
        "more than that from both seeds. The judge refuses "
        f"{percent(judge.card['test']['refused'], 1)} of MNIST's own test digits."
    )


def _drawn(shown: Shown, way: str, judge: RejectingJudge) -> Drawn:
    if way == HALF_WAY:
        digit = cache.between(shown, cache.classifier(), judge).digit
        return Drawn(digit.float().mean().item(), [], len(digit))
    return drawn(cache.judged_drawn(shown, WAYS[way], judge))


def better(both: Sequence[tuple[Drawn, Drawn]]) -> str:
    """Which is better, where every seed says so by more than two standard errors."""
    apart = [vae.share - ae.share for ae, vae in both]
    doubt = [2 * (ae.variance + vae.variance) ** 0.5 for ae, vae in both]
    words = ", ".join(
        f"{number(100 * gap, '+.0f')} ± {100 * error:.0f}" for gap, error in zip(apart, doubt)
    )
    if all(gap > error for gap, error in zip(apart, doubt)):
        return f"the VAE ({words} points)"
    if all(-gap > error for gap, error in zip(apart, doubt)):
        return f"the AE ({words} points)"
    return f"none ({words} points)"
