"""The reduction calculator: which β a loss has that is written with means instead of sums."""

from dataclasses import dataclass

import streamlit as st

from app import widgets
from app.lessons.vae.symbols import SYMBOLS
from app.panels import deeper
from core.losses import Reduction, equivalent_beta


@dataclass(frozen=True)
class Preset:
    """How a well-known code writes its loss."""

    pixels: Reduction
    latents: Reduction
    squared: bool  # the squared error, rather than the BCE
    words: str


def _seed(factor: float) -> Preset:
    return Preset(
        Reduction(784, True, factor), Reduction(2, True), False,
        "The JL-ML repository, where this course comes from: a factor rf before the mean BCE, "
        "and the mean over two latents."
    )  # fmt: skip


PRESETS = {
    "JL-ML, rf = 1000 (its default)": _seed(1000),
    "JL-ML, rf = 1": _seed(1),
    "JL-ML, rf = 10": _seed(10),
    "JL-ML, rf = 100": _seed(100),
    "JL-ML, rf = 10 000": _seed(10_000),
    "pytorch/examples, vae": Preset(
        Reduction(784, False), Reduction(20, False), False,
        "PyTorch's own example: BCE and KL are both summed, over pixels, latents and the batch.",
    ),
    "keras.io, variational autoencoder": Preset(
        Reduction(784, False), Reduction(2, False), False,
        "Keras' own example as it stands now: BCE summed over the pixels, KL over two latents.",
    ),
    "An early copy of it: the KL averaged": Preset(
        Reduction(784, False), Reduction(2, True), False,
        "Copies of Keras' example that average the KL over its two latents, too: half the weight.",
    ),
    "Foster, Generative Deep Learning": Preset(
        Reduction(32 * 32, True, 500), Reduction(2, False), False,
        "The textbook's second edition, on images of 32 × 32: 500 times the mean BCE, and the KL "
        "summed over two latents.",
    ),
    "A KL weight of 0.00025 beside a mean squared error": Preset(
        Reduction(64 * 64 * 3, True), Reduction(128, False, 0.00025), True,
        "A well-known collection of VAEs, on colour images of 64 × 64: the squared error averaged "
        "over all values, the KL summed over 128 latents.",
    ),
}  # fmt: skip
OWN = "Your own"


@st.fragment
def show() -> None:
    """Factors, means and sums to β."""
    choice = widgets.menu("A loss as it is written in", [*PRESETS, OWN], key="calc-preset")
    preset = PRESETS[choice] if choice != OWN else _written()
    if preset is None:
        return
    pixels, latents = preset.pixels, preset.latents
    beta = equivalent_beta(pixels, latents)
    if preset.words:
        st.markdown(preset.words)
    term = r"(x - \hat x)^2" if preset.squared else r"\mathrm{BCE}"
    theirs = [_reduced(pixels, "reconstruction", term), _reduced(latents, "kl", r"\mathrm{KL}")]
    deeper.formula(
        rf"{' + '.join(theirs)} \;\propto\; \reconstruction{{\sum_{{{pixels.size}}} {term}}}"
        rf" + {_rounded(beta)} \cdot \kl{{\sum_{{{latents.size}}} \mathrm{{KL}}}}",
        SYMBOLS,
    )
    deeper.formula(
        r"\beta = \frac{\text{weight of one latent's nats}}{\text{weight of one pixel's}} = "
        rf"\frac{{{_weight(latents)}}}{{{_weight(pixels)}}} = \mathbf{{{_rounded(beta)}}}",
        SYMBOLS,
    )
    if beta == 0:
        st.markdown(
            "At β = 0 the KL costs nothing. No likelihood makes that an ELBO: what is left is an "
            "autoencoder whose codes are drawn."
        )
    elif preset.squared:
        st.markdown(
            f"The summed squared error is the Gaussian with variance τ² = ½, up to a constant. So "
            f"this is β = {beta:.3g} at τ² = ½, or the ELBO itself (β = 1) of a Gaussian with "
            f"τ² = {beta / 2:.3g} a pixel."
        )
    elif choice.startswith("JL-ML, rf = 1000"):
        st.markdown(
            "It sounds like a thousand times more reconstruction than KL. It is the KL at "
            f"{beta:.3g} of what the ELBO charges; rf = 392 would be the ELBO, and at another d or "
            "another image size the same rf is another β."
        )


def _written() -> Preset | None:
    cost, pixels, latents = st.columns(3)
    with cost:
        squared = widgets.choice("Cost of a pixel", ["BCE", "Squared error"], key="calc-cost")
        side = widgets.entry("Image size, pixels a side", 1, 1024, 28, key="calc-side")
        channels = widgets.entry("Colours", 1, 4, 1, key="calc-colours")
    with pixels:
        over_pixels = widgets.choice("Over pixels", ["Mean", "Sum"], key="calc-pixels")
        rf = widgets.quantity("Factor rf before it", 0.0, 1e9, 1000.0, key="calc-rf", format="%g")
    with latents:
        over_latents = widgets.choice("Over latents", ["Mean", "Sum"], key="calc-latents")
        lf = widgets.quantity("Factor lf before it", 0.0, 1e9, 1.0, key="calc-lf", format="%g")
        d = widgets.entry("Latents d", 1, 4096, 2, key="calc-d")
    if rf == 0:
        st.info("With rf = 0 no pixel weighs anything, and no β does the same.")
        return None
    return Preset(
        Reduction(side**2 * channels, over_pixels == "Mean", rf),
        Reduction(d, over_latents == "Mean", lf),
        squared == "Squared error",
        "",
    )


def _reduced(reduction: Reduction, colour: str, term: str) -> str:
    factor = "" if reduction.factor == 1 else rf"{_rounded(reduction.factor)} \cdot "
    over = r"\mathop{\text{mean}}" if reduction.averaged else r"\sum"
    return rf"{factor}\{colour}{{{over}_{{{reduction.size}}} {term}}}"


def _weight(reduction: Reduction) -> str:
    factor = _rounded(reduction.factor)
    return rf"{factor} / {reduction.size}" if reduction.averaged else factor


def _rounded(number: float) -> str:
    """Three digits that mean something, never in scientific notation where it can be helped."""
    if number >= 1000 and number < 1e7:
        return f"{number:.0f}"
    if number == 0 or 1e-5 <= number < 1e7:
        return f"{float(f'{number:.3g}'):.8f}".rstrip("0").rstrip(".")
    mantissa, exponent = f"{number:.2e}".split("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
