"""The network as a picture, drawn from the layers of the model that is shown."""

from html import escape
from itertools import pairwise
from math import log2, prod
from typing import NamedTuple

from app import theme
from core.models.layers import LayerShape

PITCH, HEIGHT, AXIS = 128, 300, 118  # px: from bar to bar, of the picture, of the bars' middle
TALLEST, LOWEST, WIDE = 150, 16, 34  # px: a bar of 6 272 numbers, a bar of one, a bar's width


class Stage(NamedTuple):
    """A bar: what passes here, and the layers that made it."""

    shape: tuple[int, ...]
    words: tuple[str, ...]
    parameters: int
    colour: str

    @property
    def tall(self) -> float:
        return LOWEST + (TALLEST - LOWEST) * log2(prod(self.shape)) / log2(6272)


def network(encoder: list[LayerShape], decoder: list[LayerShape], variational: bool) -> str:
    """An SVG: a bar for every stage, as tall as the logarithm of how many numbers pass there.

    An autoencoder's last encoder layer gives the code itself. A variational one's gives a mean
    and a log variance for each latent, and the code is drawn from them.
    """
    *hidden, last = encoder
    before = [Stage((1, 28, 28), ("image x",), 0, theme.PRIOR), *_stages(hidden, theme.ENCODER)]
    if variational:
        latent = last.output[0] // 2
        words = (last.name, "mean, log σ²")
        before.append(Stage(last.output, words, last.parameters, theme.ENCODER))
        code = Stage((latent,), ("sampled", "code z"), 0, theme.LATENT)
    else:
        code = Stage(last.output, (last.name, "code z"), last.parameters, theme.LATENT)
    after = _stages(decoder, theme.DECODER)
    stages = [*before, code, *after]
    middle = len(before)
    parts = [_funnel(i, a, b) for i, (a, b) in enumerate(pairwise(stages))]
    parts += [_bar(i, stage) for i, stage in enumerate(stages)]
    parts.append(_text((middle - 1) / 2, 18, "encoder", theme.ENCODER, bold=True))
    parts.append(_text(middle, 18, "bottleneck", theme.LATENT, bold=True))
    parts.append(_text((middle + len(stages)) / 2, 18, "decoder", theme.DECODER, bold=True))
    width = PITCH * len(stages)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" '
        f'width="{width}" height="{HEIGHT}" font-family="sans-serif">{theme.INKED}'
        f"{''.join(parts)}</svg>"
    )


def _stages(layers: list[LayerShape], colour: str) -> list[Stage]:
    """Layers that learn, each named with the parameter-free ones that follow it."""
    stages: list[Stage] = []
    for layer in layers:
        if layer.parameters:
            stages.append(Stage(layer.output, (layer.name,), layer.parameters, colour))
        elif stages and layer.name != "Flatten":
            words = () if layer.name == "Unflatten" else (layer.name,)
            stages[-1] = stages[-1]._replace(shape=layer.output, words=stages[-1].words + words)
    return stages


def _bar(i: int, stage: Stage) -> str:
    lines = [" × ".join(map(str, stage.shape)), *stage.words]
    if stage.parameters:
        lines.append(f"{stage.parameters:,} parameters".replace(",", " "))
    words = [
        _text(i, AXIS + TALLEST / 2 + 30 + 17 * n, line, bold=n == 0)
        for n, line in enumerate(lines)
    ]
    left, top = PITCH * (i + 0.5) - WIDE / 2, AXIS - stage.tall / 2
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{WIDE}" height="{stage.tall:.1f}" rx="4" '
        f'fill="{stage.colour}"/>{"".join(words)}'
    )


def _funnel(i: int, a: Stage, b: Stage) -> str:
    """What the next stage makes of this one, narrowing or widening."""
    left, right = PITCH * (i + 0.5) + WIDE / 2, PITCH * (i + 1.5) - WIDE / 2
    corners = (
        (left, AXIS - a.tall / 2), (right, AXIS - b.tall / 2),
        (right, AXIS + b.tall / 2), (left, AXIS + a.tall / 2),
    )  # fmt: skip
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return f'<polygon points="{points}" fill="{b.colour}" opacity="0.18"/>'


def _text(i: float, y: float, words: str, colour: str = "", *, bold: bool = False) -> str:
    """Words in a quantity's colour, or in the theme's ink."""
    ink = f'fill="{colour}"' if colour else 'class="ink"'
    return (
        f'<text x="{PITCH * (i + 0.5):.1f}" y="{y:.1f}" text-anchor="middle" font-size="13" '
        f'font-weight="{600 if bold else 400}" {ink}>{escape(words)}</text>'
    )
