"""The reparameterisation as a graph with one image's own numbers, and the lines that compute it."""

import re
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

from app import images, theme
from app.words import number

INK = theme.PRIOR  # reads on the light page and on the dark one
WIDE, HIGH = 148, 112  # px of a box
SHOWN = 3  # lines of numbers in a box; the last may be an ellipsis


class Draw(NamedTuple):
    """One image's way through the encoder's noise."""

    image: Float[Tensor, "1 1 28 28"]
    mean: Float[Tensor, " latent"]
    logvar: Float[Tensor, " latent"]
    epsilon: Float[Tensor, " latent"]
    z: Float[Tensor, " latent"]
    restored: Float[Tensor, "1 1 28 28"]

    @property
    def sigma(self) -> Float[Tensor, " latent"]:
        return (0.5 * self.logvar).exp()


class Box(NamedTuple):
    number: str  # also before its formula and in the margin of its line
    name: str
    colour: str
    left: int
    top: int
    values: Float[Tensor, " latent"]


def graph(draw: Draw) -> str:
    """An SVG: image, encoder, noise, code, decoder; dashed, the way of the gradient."""
    mean = Box("1", "μ", theme.ENCODER, 168, 26, draw.mean)
    logvar = Box("1", "log σ²", theme.ENCODER, 168, 206, draw.logvar)
    sigma = Box("2", "σ", theme.ENCODER, 372, 206, draw.sigma)
    epsilon = Box("3", "ε", theme.PRIOR, 576, 206, draw.epsilon)
    code = Box("4", "z", theme.LATENT, 576, 26, draw.z)
    parts = [
        _picture(draw.image, 12, 116, "x", INK),
        _picture(draw.restored, 804, 40, "5  x̂", theme.DECODER),
        *map(_box, (mean, logvar, sigma, epsilon, code)),
        _arrow((100, 140), (164, 90), theme.ENCODER),
        _arrow((100, 180), (164, 250), theme.ENCODER),
        _arrow((316, 262), (368, 262), theme.ENCODER),
        _arrow((316, 62), (572, 62), theme.ENCODER),
        _arrow((490, 202), (572, 122), theme.ENCODER),
        _arrow((650, 202), (650, 142), theme.PRIOR),
        _arrow((724, 82), (800, 82), theme.DECODER),
        _words(762, 72, "decoder", theme.DECODER),
        _words(118, 100, "encoder", theme.ENCODER),
        _words(444, 52, "z = μ + σ · ε", theme.LATENT, bold=True),
        _arrow((572, 100), (320, 100), theme.TOTAL, dashed=True),
        _words(444, 118, "∂z/∂μ = 1", theme.TOTAL),
        _arrow((572, 140), (520, 198), theme.TOTAL, dashed=True),
        _words(398, 158, f"∂z/∂σ = ε = {_numbers(draw.epsilon, ', ')}", theme.TOTAL),
        _words(796, 262, "from outside:", INK),
        _words(796, 280, "no gradient", INK),
    ]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 904 340" width="904" height="340" '
        f'font-family="sans-serif">{_HEADS}{"".join(parts)}</svg>'
    )


class Line(NamedTuple):
    """A line of a source file."""

    at: int  # counted from 1
    text: str
    marks: str  # the numbers of the boxes that it computes


def listing(lines: Sequence[Line], colours: dict[str, str]) -> str:
    """HTML: lines of code with their line numbers, words in their quantity's colour."""
    words = re.compile("|".join(rf"(?<![\w.]){re.escape(word)}(?!\w)" for word in colours))
    rows = []
    for i, line in enumerate(lines):
        if i and line.at != lines[i - 1].at + 1:
            rows.append('<span style="opacity:.6">       ⋮</span>')
        coloured = words.sub(
            lambda word: f'<b style="color:{colours[word[0]]}">{word[0]}</b>',
            escape(line.text, quote=False),
        )
        mark = f"<b>{line.marks:>3}</b>" if line.marks else "   "
        rows.append(f'{mark} <span style="opacity:.6">{line.at:>3}</span>  {coloured}')
    body = "\n".join(rows)
    return f'<pre style="overflow-x:auto;font-size:.85rem;line-height:1.6">{body}</pre>'


def _box(box: Box) -> str:
    values = [
        _words(box.left + WIDE / 2, box.top + 56 + 20 * n, number, INK, size=15)
        for n, number in enumerate(_numbers(box.values, "\n").split("\n"))
    ]
    return (
        f'<rect x="{box.left}" y="{box.top}" width="{WIDE}" height="{HIGH}" rx="8" '
        f'fill="{box.colour}" fill-opacity="0.1" stroke="{box.colour}" stroke-width="2"/>'
        + _words(
            box.left + WIDE / 2, box.top + 26, f"{box.number}  {box.name}", box.colour,
            size=17, bold=True,
        )
        + "".join(values)
    )  # fmt: skip


def _picture(image: Tensor, left: int, top: int, name: str, colour: str) -> str:
    return (
        f'<image x="{left}" y="{top}" width="84" height="84" href="{images.sheet(image, 1)}"/>'
        + _words(left + 42, top + 106, name, colour, size=17, bold=True)
    )


def _arrow(
    start: tuple[float, float], end: tuple[float, float], colour: str, *, dashed: bool = False
) -> str:
    (a, b), (c, d) = start, end
    how = 'stroke-dasharray="5 4" stroke-width="1.6"' if dashed else 'stroke-width="2"'
    return (
        f'<line x1="{a}" y1="{b}" x2="{c}" y2="{d}" stroke="{colour}" {how} '
        f'marker-end="url(#head{colour[1:]})"/>'
    )


def _words(
    x: float, y: float, text: str, colour: str, *, size: int = 14, bold: bool = False
) -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="middle" font-size="{size}" '
        f'font-weight="{600 if bold else 400}" fill="{colour}">{escape(text)}</text>'
    )


def _numbers(values: Tensor, between: str) -> str:
    count = SHOWN if len(values) <= SHOWN else SHOWN - 1
    numbers = [number(value, ".3f") for value in values[:count].tolist()]
    return between.join([*numbers, "…"] if len(values) > SHOWN else numbers)


_HEADS = "<defs>{}</defs>".format(
    "".join(
        f'<marker id="head{colour[1:]}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        f'markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" '
        f'fill="{colour}"/></marker>'
        for colour in dict.fromkeys((theme.ENCODER, theme.PRIOR, theme.DECODER, theme.TOTAL))
    )
)
