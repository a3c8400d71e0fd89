"""The tour: page configuration, navigation, and the lesson that was asked for."""

import sys
from pathlib import Path

import streamlit as st

APP = Path(__file__).resolve().parent
if str(APP.parent) not in sys.path:
    sys.path.insert(0, str(APP.parent))

LESSONS = APP / "lessons"

st.set_page_config(page_title="Latent Walk", page_icon="🔢", layout="wide")
st.html(APP / "style.css")

page = st.navigation(
    [
        st.Page(LESSONS / "welcome.py", title="Welcome", default=True),
        st.Page(LESSONS / "autoencoder.py", title="1 Autoencoder", url_path="autoencoder"),
        st.Page(LESSONS / "latent_scatter.py", title="2 Latent scatter", url_path="latent-scatter"),
        st.Page(
            LESSONS / "random_sampling.py", title="3 Random sampling", url_path="random-sampling"
        ),
        st.Page(LESSONS / "interpolation.py", title="4 Interpolation", url_path="interpolation"),
        st.Page(LESSONS / "vae.py", title="5 VAE", url_path="vae"),
        st.Page(
            LESSONS / "continuous_bernoulli.py",
            title="6 Continuous Bernoulli",
            url_path="continuous-bernoulli",
        ),
        st.Page(LESSONS / "build_your_own.py", title="7 Build your own", url_path="build-your-own"),
        st.Page(LESSONS / "data.py", title="Data", url_path="data"),
    ],
    position="top",
)
page.run()
