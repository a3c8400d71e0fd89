"""The network as a picture, drawn from the layers of the model that is shown."""

from html import escape
from math import log2, prod

from app import theme
from core.models.layers import LayerShape

WIDTH, HEIGHT, TOP = 1080, 280, 40
INK = "#7A7A7A"  # reads on the light page and on the dark one
TALLEST, LOWEST = 150, 14  # px: 784 numbers, and one


def network(encoder: list[LayerShape], decoder: list[LayerShape], posterior: bool) -> str:
    """An SVG: every stage a bar as tall as the logarithm of how many numbers it holds.

    Layers without parameters (ReLU, Flatten, …) are named with the layer before them. The code
    is the narrow bar in the middle; with `posterior` the encoder's last layer gives two numbers
    a latent, a mean and a log variance.
    """
    before, after = _stages(encoder[:-1]), _stages(decoder)
    latent = encoder[-1].output[0] // (2 if posterior else 1)
    last = encoder[-1]
    heads = f"Linear\n{'mean, log σ²' if posterior else 'code'}"
    bars = [
        ("image", (1, 28, 28), 0, theme.PRIOR),
        *((name, shape, count, theme.ENCODER) for name, shape, count in before),
        (heads, last.output, last.parameters, theme.ENCODER),
        ("code z", (latent,), 0, theme.LATENT),
        *((name, shape, count, theme.DECODER) for name, shape, count in after),
    ]
    pitch = WIDTH / len(bars)
    parts = [_bar(i * pitch, pitch, *bar) for i, bar in enumerate(bars)]
    sides = (
        (0, len(before) + 2, "encoder", theme.ENCODER),
        (len(before) + 2, len(before) + 3, "bottleneck", theme.LATENT),
        (len(before) + 3, len(bars), "decoder", theme.DECODER),
    )
    for first, last_bar, name, colour in sides:
        middle = (first + last_bar) / 2 * pitch
        parts.append(_text(middle, 18, name, colour, bold=True))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif">{"".join(parts)}</svg>'
    )


def _stages(layers: list[LayerShape]) -> list[tuple[str, tuple[int, ...], int]]:
    """Layers that learn, each named with the parameter-free ones that follow it."""
    stages: list[tuple[str, tuple[int, ...], int]] = []
    for layer in layers:
        if layer.parameters:
            stages.append((layer.name, layer.output, layer.parameters))
        elif stages:
            name, shape, count = stages[-1]
            short = layer.name if layer.name not in ("Flatten", "Unflatten") else "reshape"
            shape = shape if layer.name == "Flatten" else layer.output
            stages[-1] = (f"{name}\n{short}" if short != "reshape" else name, shape, count)
    return stages


def _bar(left: float, pitch: float, name: str, shape: tuple[int, ...], count: int, colour: str):
    tall = LOWEST + (TALLEST - LOWEST) * log2(prod(shape)) / log2(6272)
    middle, width = left + pitch / 2, min(46.0, pitch * 0.5)
    base = TOP + TALLEST / 2
    lines = [" × ".join(map(str, shape)), *name.split("\n")]
    if count:
        lines.append(f"{count:,} par.".replace(",", " "))
    words = "".join(
        _text(middle, TOP + TALLEST + 22 + 17 * i, line, INK, bold=i == 0)
        for i, line in enumerate(lines)
    )
    return (
        f'<rect x="{middle - width / 2:.1f}" y="{base - tall / 2:.1f}" width="{width:.1f}" '
        f'height="{tall:.1f}" rx="4" fill="{colour}"/>{words}'
    )


def _text(x: float, y: float, words: str, colour: str, *, bold: bool = False) -> str:
    weight = 600 if bold else 400
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" font-size="12.5" '
        f'font-weight="{weight}" fill="{colour}">{escape(words)}</text>'
    )
