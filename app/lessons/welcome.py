"""The front door: what there is to see, and the way in."""

import streamlit as st

from app import panels, widgets
from app.course import LESSONS
from app.state import session

visitor = session()
digits = panels.digits_in_use(visitor)

st.title("Latent Walk", anchor=False)
st.markdown("#### See, train and break autoencoders.")

st.markdown(
    "Walk over this map with your pointer. Nobody drew the digit beside it: a small network "
    "*decodes* each picture from a code of a few numbers, the place where you are. Every dot is a "
    "real image, at the place where the same network put it. Between the dots there are pictures "
    "that nobody ever drew, and some that look like nothing at all."
)
shown = panels.model(visitor, "vae", "vae-lite-2-beta-1")
panels.walk_freely(visitor, shown)
st.markdown(
    "Seven lessons show how such a network learns its map, what lies between the digits, how one "
    "draws new digits from it, and what its losses mean. Every picture is computed here and every "
    "number was measured, on models that you can train again, change and break."
)
panels.begin(visitor)

st.subheader("The course", anchor=False)
for number, lesson in enumerate(LESSONS, 1):
    panels.course_entry(visitor, number, lesson)

st.subheader("The digits in use", anchor=False)
st.markdown(digits.source)
widgets.digits(
    panels.first_of_each_class(digits),
    10,
    key="welcome-digits",
    alt="One image of each class: " + ", ".join(digits.class_names),
)
st.page_link(
    "lessons/data.py", label="About the data, and how to get more", icon=":material/database:"
)
