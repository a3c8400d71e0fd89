"""Lesson 1: squeeze an image through a few numbers, and restore it."""

import streamlit as st

from app import panels, theme, widgets
from app.state import session
from core.models import ModelConfig
from core.training import TrainConfig

visitor = session()
digits = panels.digits_in_use(visitor)

panels.opening(1, "Autoencoder", "How much of a digit survives a passage through only two numbers?")
st.markdown(
    "An **encoder** squeezes the 784 pixels of a digit into a code of *d* numbers; a **decoder** "
    "restores a picture from the code alone. They learn together, and from pictures only. "
    "Move *d*, and see which digits come back as another digit."
)

d = widgets.one_of("Numbers in the code, d", [1, 2, 4, 8, 16, 32], 2, key="d")
shown = panels.model(visitor, "ae", f"ae-dense-{d}")
panels.reconstructions(visitor, shown)
panels.pick_digits(visitor)

st.subheader("The network that did it", anchor=False)
panels.network(shown)
st.latex(
    theme.formula(
        r"\latent{z} = \encoder{e}(x) \qquad \hat x = \decoder{g}(\latent{z}) \qquad "
        r"\reconstruction{\mathrm{BCE}} = -\sum_{784} x \log \hat x + (1-x) \log (1 - \hat x)"
    )
)

panels.train(visitor, ModelConfig(latent_dim=d), TrainConfig(), key="autoencoder")
