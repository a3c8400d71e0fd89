"""Placeholder."""

import streamlit as st

st.title("random_sampling")
