"""The continuous Bernoulli paper's table, made again: our numbers, and the poster's beside them."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app import cache
from app.cache.files import Figure, PaperTable, Rows
from app.glossary import term
from app.panels import files
from app.words import as_code, grouped, listed, number, percent

ROWS = {
    "cb": "continuous Bernoulli",
    "bernoulli_corrected": "Bernoulli, its λ read as a mean, μ⁻¹(λ)",
    "bernoulli": "Bernoulli, its λ as it is",
}
FIGURES = {
    "elbo": ("ELBO", ".0f"),
    "iwae": ("IW bound", ".0f"),
    "kl": ("KL", ".1f"),
    "score_parameters": ("score of λ", ".2f"),
    "score_samples": ("score of samples", ".2f"),
    "knn_accuracy": ("15-NN", ".3f"),
}

# Of another table of the poster, which does not name its images; the 15-NN accuracy and the five
# rows can only be CIFAR-10's. ELBO, score of samples, score of λ, 15-NN.
OF_CIFAR = {
    "continuous Bernoulli": (1007, 1.15, 2.31, 0.43),
    "Bernoulli, its λ read as a mean, μ⁻¹(λ)": (916, 1.49, 4.55, 0.42),
    "Bernoulli, its λ as it is": (475, 1.41, 1.39, 0.42),
    "Gaussian": (1891, 1.86, 3.04, 0.42),
    "beta": (3121, 2.98, 4.07, 0.47),
}

NEAR = 0.05  # of the poster's figure: as far off as still counts as made again
SPACE = "\N{NO-BREAK SPACE}"


@files.figure
def show() -> None:
    """The table, how it was made, and what it shows."""
    table = cache.paper_table()
    if table is None:
        st.info(
            "The table has not been made on this server yet. `make paper-table DATA=folder`, with "
            "the folder that holds `MNIST/raw`, trains and measures it."
        )
        return
    with st.container(key="strip-paper-table"):
        st.markdown(_markdown(table))
    st.markdown(_made_again(table))
    st.caption(_how(table))
    with st.expander("More: colour pictures, where it is not the best"):
        st.markdown(colour_pictures())
    with st.expander("More: the differences seed by seed, the protocol, and its departures"):
        st.markdown(_of_data(table))
        st.markdown(_reading(table["rows"]))
        # Words of a file: as they are, not as Markdown.
        st.code(table["protocol"], language=None, wrap_lines=True)
        st.code("\n".join(table["deviations"]), language=None, wrap_lines=True)
        told = (table["made_with"], table["minutes"]["note"], table["poster"]["source"])
        st.code("\n".join(told), language=None, wrap_lines=True)


def _markdown(table: PaperTable) -> str:
    """Ours as mean ± standard deviation over the seeds, the poster's below it in grey."""
    titles = ["trained with, read as", *(title for title, _ in FIGURES.values())]
    lines = [f"| {' | '.join(titles)} |", "| --- |" + " ---: |" * len(FIGURES)]
    poster = table["poster"]["rows"]
    for name, title in ROWS.items():
        cells = [
            _cell(table["rows"][name][figure], form, poster[name].get(figure))
            for figure, (_, form) in FIGURES.items()
        ]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def colour_pictures() -> str:
    """The poster's figures for colour pictures, and in which the continuous Bernoulli leads."""
    head = "| trained with, read as | ELBO | score of samples | score of λ | 15-NN |"
    lines = [head, "| --- |" + " ---: |" * 4]
    lines += [
        f"| {name} | {elbo} | {samples:.2f} | {parameters:.2f} | {knn:.2f} |"
        for name, (elbo, samples, parameters, knn) in OF_CIFAR.items()
    ]
    columns = ("ELBO", "score of samples", "score of λ", "15-NN accuracy")
    best = [max(OF_CIFAR, key=lambda name: OF_CIFAR[name][at]) for at in range(len(columns))]
    led = {name: [c for c, leads in zip(columns, best) if leads == name] for name in OF_CIFAR}
    told = [f"{name} in {listed(of)}" for name, of in led.items() if of]
    return (
        "\n".join(lines)
        + f"\n\nThe largest: {'; '.join(told)}. A continuous Bernoulli is one likelihood among "
        "others. :gray[Source: the authors' NeurIPS 2019 poster; this course trains on no colour "
        "pictures. The poster names no images for this table: its accuracy and its five rows can "
        "only be CIFAR-10's.]"
    )


def _made_again(table: PaperTable) -> str:
    """Which of the poster's figures came out again, which did not, and which reading scores best
    here."""
    off = _farthest_from_the_poster(table)

    def told(figures: list[str]) -> str:
        return listed([f"{FIGURES[one][0]} (off by {percent(off[one], 1)})" for one in figures])

    near = [figure for figure in off if off[figure] <= NEAR]
    far = [figure for figure in off if off[figure] > NEAR]
    lines = []
    if near:
        lines.append(f"*Made again*, within {percent(NEAR)} of the poster: {told(near)}.")
    if far:
        lines.append(f"*Not made again*: {told(far)}.")
    if off:
        lines.append("Each by its row that is farthest off.")
    rows = table["rows"]
    above = [
        figure
        for figure in ("score_parameters", "score_samples")
        if min(_gaps(rows, "bernoulli_corrected", "cb", figure)) > 0
    ]
    if above:
        both = "both scores" if len(above) == 2 else FIGURES[above[0]][0]
        pairs = [
            " against ".join(
                number(rows[row][figure]["mean"], FIGURES[figure][1])
                for row in ("bernoulli_corrected", "cb")
            )
            for figure in above
        ]
        lines.append(
            f"On {both} the Bernoulli read by μ⁻¹ stands above the continuous Bernoulli here, in "
            f"every seed: {listed(pairs)}."
        )
    return " ".join(lines)


def _farthest_from_the_poster(table: PaperTable) -> dict[str, float]:
    """By figure, the largest distance of a row of ours from the poster's, as a share of its."""
    poster = table["poster"]["rows"]
    apart = {
        figure: [
            abs(table["rows"][row][figure]["mean"] / theirs - 1)
            for row in ROWS
            if (theirs := poster[row].get(figure))
        ]
        for figure in FIGURES
    }
    return {figure: max(shares) for figure, shares in apart.items() if shares}


def _of_data(table: PaperTable) -> str:
    """What the test images, which no model made, allow and score."""
    of_data, theirs = table["data"], table["poster"]["rows"]["data"]
    return (
        "The test images themselves, with nothing decoded, have an inception score of "
        f"**{of_data['score']:.2f}** :gray[({theirs['score']:.2f})]; no ELBO of theirs under this "
        f"bound can pass **{of_data['ceiling']:.0f}** nats."
    )


def _cell(ours: Figure, form: str, theirs: float | None) -> str:
    spread = f"{ours['spread']:{form}}"
    if not float(spread):  # smaller than the last digit shown
        spread = f"{ours['spread']:.1g}"
    cell = f"**{ours['mean']:{form}}**{SPACE}±{SPACE}{spread}"
    return cell if theirs is None else f"{cell} :gray[({theirs:{form}})]"


def _how(table: PaperTable) -> str:
    settings, minutes = table["settings"], table["minutes"]
    images = table["images"]
    few = ", ".join(f"{table['rows'][row]['elbo_of_the_few']['mean']:.0f}" for row in ROWS)
    return (
        "Ours: mean ± standard deviation over "
        f"{len(settings['seeds'])} seeds; :gray[(in brackets: the authors' poster)]. Made on "
        f"{as_code(table['made'])} in {minutes['cpu']:.0f} CPU minutes, "
        f"{minutes['wall']:.0f} by the clock, "
        f"other work included; {settings['epochs']} epochs on "
        f"{grouped(images['train'])} training images, measured on "
        f"{grouped(images['test'])} test images (IW bound: k = {settings['iwae_draws']}, "
        f"the first {grouped(settings['iwae_images'])}, whose ELBOs are {few}). "
        "All dequantised, (x + u)/256; "
        f"|logit| ≤ {settings['logit_bound']:.2f}; nats per image. Scores: each an "
        f"{term('inception score')} of {grouped(settings['samples'])} images of the prior: 1 where "
        "a classifier reads all of them alike, 10 where it is sure of each and finds every digit "
        f"as often. This one reads {percent(table['data']['judge_accuracy'], 1)} of the test "
        "images right; it is not ImageNet's."
    )


def _reading(rows: Rows) -> str:
    """What the table shows, worded by its own numbers: differences seed by seed."""

    def against(other: str, figure: str) -> str:
        return _difference(rows, "cb", other, figure, FIGURES[figure][1])

    gained = _difference(rows, "bernoulli_corrected", "bernoulli", "elbo", ".0f")
    lines = [
        f"{words}: {against('bernoulli', figure)} against λ as it is, "
        f"{against('bernoulli_corrected', figure)} against μ⁻¹(λ)."
        for words, figure in (
            ("ELBO, nats", "elbo"),
            ("score of samples", "score_samples"),
            ("score of the pictures of λ", "score_parameters"),
        )
    ]
    lines.append(
        f"15-NN accuracy on the codes, where the reading plays no part: "
        f"{against('bernoulli', 'knn_accuracy')}."
    )
    listed = "\n".join(f"- {line}" for line in lines)
    seeds = len(rows["cb"]["elbo"]["seeds"])
    return (
        "*What it shows*: the continuous Bernoulli minus the Bernoulli, seed by seed: the "
        f"smallest and the largest of {seeds}. So few agree about the sign one time in "
        f"{2 ** (seeds - 1)} by chance alone; a difference says something where it is large "
        "against its own range."
        f"\n{listed}"
        "\n\nReading λ as a mean, with nothing trained anew, moves the Bernoulli's ELBO by "
        f"{gained} nats. The ELBOs compare because all are densities under one bound, on the same "
        "images."
    )


def _difference(rows: Mapping[str, Any], a: str, b: str, figure: str, form: str) -> str:
    """How far row a lies above row b, and whether the seeds agree about the side."""
    gaps = sorted(_gaps(rows, a, b, figure))
    low, high = (number(gap, f"+{form}") for gap in (gaps[0], gaps[-1]))
    if gaps[0] > 0 or gaps[-1] < 0:
        return f"{low} to {high}"
    return f"{low} to {high} (the seeds disagree even about the sign: no difference seen)"


def _gaps(rows: Mapping[str, Any], a: str, b: str, figure: str) -> list[float]:
    """How far row a lies above row b, in each seed."""
    pairs = zip(rows[a][figure]["seeds"], rows[b][figure]["seeds"], strict=True)
    return [first - second for first, second in pairs]
