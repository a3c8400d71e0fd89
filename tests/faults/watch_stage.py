"""A page that trains without end and says how many runs there are: for test_connection.py."""

import streamlit as st

from app import jobs, state
from core.models import ModelConfig
from core.training import TrainConfig

jobs.GRACE = 1.0  # s, so that the test need not wait a minute


def main() -> None:
    visitor = state.arrive("")
    if st.button("Train", key="train"):
        visitor.train(ModelConfig(hidden_dim=8), TrainConfig(epochs=100_000, images=1000))
    st.text(f"{jobs.load().jobs} runs")
