"""One colour per quantity, one size per picture. The rest of the look is in config.toml.

Each colour reads on the light page and on the dark one (contrast about 4.3 on both), so charts,
formulas and sketches need not know the theme. Colour never speaks alone: lines differ in dash,
points in shape, classes by the number at their centre.
"""

import re

ENCODER = "#187CD5"
LATENT = "#AA6D04"
DECODER = "#078B6A"
PRIOR = "#7A7A7A"
RECONSTRUCTION = "#DC451F"
KL = "#A757CE"
TOTAL = "#D63D8A"

# What a frame around a digit says, in pictures, on maps and under the hand; see images.FRAMES.
MISREAD = "#7A68E0"
HOLE = RECONSTRUCTION  # as the holes of every map

# Words in pictures: contrast 7 on the light page, 11 on the dark one.
INK = "#55585C"
INK_ON_DARK = "#C9CDD2"
# For what has the class "ink" in an SVG; a picture on a page is shown in the page's scheme.
INKED = (
    f"<style>.ink{{fill:{INK}}}"
    f"@media(prefers-color-scheme:dark){{.ink{{fill:{INK_ON_DARK}}}}}</style>"
)

DIGIT = 3  # pixels of the screen for a pixel of a digit, in rows of digits
TILE = 1  # the same in mosaics of many digits


QUANTITIES = {
    "encoder": ENCODER, "latent": LATENT, "decoder": DECODER, "prior": PRIOR,
    "reconstruction": RECONSTRUCTION, "kl": KL, "total": TOTAL,
}  # fmt: skip


def formula(latex: str) -> str:
    r"""LaTeX in which a quantity's name sets its colour: `\latent{z} = \encoder{e}(x)`."""
    names = "|".join(QUANTITIES)
    return re.sub(
        rf"\\({names})(?=\{{)", lambda name: rf"\textcolor{{{QUANTITIES[name[1]]}}}", latex
    )
