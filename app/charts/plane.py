"""Models between two costs, a learner's own as pictures."""

import altair as alt
import pandas as pd

from app import theme
from app.charts.parts import layered, scale_of, titled

PICTURE = 40  # pixels of the screen


def on_the_plane(
    models: pd.DataFrame,
    levels: pd.DataFrame,
    *,
    title: str,
    x_domain: tuple[float, float],
    y_domain: tuple[float, float],
) -> alt.LayerChart:
    """What the codes cost against what the pictures cost: the learner's runs as pictures beside
    their places, the model on the page with a large dot, others as small grey points.

    Columns: kl, reconstruction (nats per image), name, mine (bool), here (bool), image (address,
    "" for others'); of the levels, drawn across: reconstruction, name.
    """
    low, high = x_domain
    inside = low - 0.02 * (high - low), high  # room for dots whose places are on the axis
    x = alt.X("kl:Q", title="KL, nats per image", scale=scale_of(inside))
    y = alt.Y("reconstruction:Q", title="reconstruction, nats per image", scale=scale_of(y_domain))
    tooltip = [
        "name:N",
        alt.Tooltip("kl:Q", title="KL", format=".2f"),
        alt.Tooltip("reconstruction:Q", format=".2f"),
    ]
    base = alt.Chart(models).encode(x, y)
    others = base.transform_filter(~alt.datum.mine).mark_point(
        filled=True, size=45, color=theme.PRIOR, opacity=0.8
    )
    mine = base.transform_filter(alt.datum.mine)
    dots = mine.mark_point(filled=True, opacity=1, color=theme.TOTAL, clip=True)
    pictures = mine.mark_image(
        width=PICTURE, height=PICTURE, align="left", baseline="middle", xOffset=10, clip=True
    )
    names = mine.mark_text(
        align="left", dx=PICTURE + 16, fontSize=13, color=theme.TOTAL, fontWeight="bold", clip=True
    )
    across = alt.Chart(levels).encode(alt.Y("reconstruction:Q"))
    rules = across.mark_rule(color=theme.RECONSTRUCTION, strokeDash=[2, 3], strokeWidth=1.5)
    words = across.mark_text(
        align="right", baseline="bottom", dx=-4, dy=-3, fontSize=13, color=theme.RECONSTRUCTION
    ).encode(x=alt.value("width"), text="name:N")
    chart = layered(
        rules,
        words,
        others.encode(tooltip=tooltip),
        dots.encode(
            size=alt.condition(alt.datum.here, alt.value(220), alt.value(80)), tooltip=tooltip
        ),
        pictures.encode(url="image:N", tooltip=["image:N", *tooltip]),
        names.encode(text="name:N"),
    )
    return titled(chart, title, height=300)
