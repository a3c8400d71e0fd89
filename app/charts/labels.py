"""Names beside points, so placed that they hide neither each other nor a point."""

from typing import Any, NamedTuple

import altair as alt
import numpy as np
import pandas as pd

LETTERS = 13  # px, the size of the type in charts
ROOM = (300, 190)  # px, a narrow chart's plot: names that fit there fit where there is more room
WIDE, HIGH = 7, 16  # px of a letter, of a line
DOT = 9  # px, half of what a point needs


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "_Box") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


# Where a name may stand, the best place first: its side of the point and how far above its middle.
_PLACES = [
    (side, level) for level in (14, -14, 30, -30, 46, -46) for side in ("left", "right", "center")
]


def apart(points: pd.DataFrame, x: str, y: str) -> pd.DataFrame:
    """The points with where each one's name stands. Columns: x, y, name (str, "" for a nameless
    one); added dx, dy (px) and align (Vega's: "left" stands to the right of the point).
    """
    columns, rows = (
        (values - values.min()) / max(float(np.ptp(values)), 1e-9) * side
        for values, side in zip((points[x].to_numpy(), -points[y].to_numpy()), ROOM)
    )
    dots = [_Box(c - DOT, r - DOT, c + DOT, r + DOT) for c, r in zip(columns, rows)]
    named: list[_Box] = []
    told: list[tuple[int, int, str]] = []
    for i, name in enumerate(points["name"]):
        if not name:
            told.append((0, 0, "left"))
            continue
        others = [*dots[:i], *dots[i + 1 :], *named]
        boxes = [_box(columns[i], rows[i], name, *place) for place in _PLACES]
        hidden = [sum(box.overlaps(other) for other in others) for box in boxes]
        best = int(np.argmin(hidden))
        named.append(boxes[best])
        side, level = _PLACES[best]
        told.append(({"left": 6, "right": -6, "center": 0}[side], -level, side))
    dx, dy, align = zip(*told)
    return points.assign(dx=dx, dy=dy, align=align)


def names(base: alt.Chart, **letters: Any) -> alt.Chart:
    """The names, where `apart` has put them. Columns: those that it adds, and name."""
    return base.mark_text(
        dx=alt.ExprRef("datum.dx"),
        dy=alt.ExprRef("datum.dy"),
        align=alt.ExprRef("datum.align"),
        **letters,
    ).encode(text="name:N")


def _box(column: float, row: float, name: str, side: str, level: int) -> _Box:
    wide = WIDE * len(name)
    left = column + {"left": 6, "right": -6 - wide, "center": -wide / 2}[side]
    return _Box(left, row - level - HIGH / 2, left + wide, row - level + HIGH / 2)
