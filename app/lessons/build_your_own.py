"""Placeholder."""

import streamlit as st

st.title("build_your_own")
