"""Placeholder."""

import streamlit as st

st.title("continuous_bernoulli")
