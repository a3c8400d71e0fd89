"""A run among the pretrained models: a row each, of what one sampler draws from them."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app import cache
from app.cache import Shown
from app.lessons.random_sampling.samplers import cover
from app.panels import files
from app.panels.digits import strict_judge
from app.panels.samples import SAMPLERS
from app.state import Visitor
from app.words import percent
from core.models import ModelConfig


def nearest(config: ModelConfig) -> str:
    """The pretrained model that a run is held against: of its kind, of about its size."""
    size = "20-bernoulli" if config.latent_dim > 6 else "2"
    if config.kind == "vae" and size == "2":
        return "vae-lite-2-beta-1"
    return f"{config.kind}-lite-{size}"


@files.figure
def beside_the_pretrained(
    visitor: Visitor, shown: Shown, pretrained: Sequence[str], sampler: str
) -> None:
    """For each pretrained model, and each run of this visit: holes, sureness, classes drawn."""
    yours = visitor.in_figures
    if not yours:
        return
    reader, draw = strict_judge(visitor.data), SAMPLERS[sampler]
    rows = []
    for model in [*(cache.pretrained(name, visitor.data) for name in pretrained), *yours]:
        row = {
            "model": f"{model.title}{' (shown)' if model.key == shown.key else ''}",
            "in a hole": percent(cache.hole_share(model, draw)),
        }
        if reader is not None:
            drawn = cover(cache.judged_drawn(model, draw, reader))
            row["digits, says the judge"] = percent(drawn.share)
            row["classes drawn"] = f"{drawn.classes} of 10"
        rows.append(row)
    st.markdown(f"**Your runs beside the pretrained models, by the sampler {sampler}**")
    st.table(pd.DataFrame(rows).set_index("model"))
    st.caption(
        "Of the same 1 000 draws of ε. A hole is measured by a model's own codes: the shares "
        "compare samplers of one model; across models, look as well."
    )
