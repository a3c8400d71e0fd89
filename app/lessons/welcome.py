"""The front door: what there is to see, and the way in."""

import streamlit as st

from app import widgets
from app.course import DATA_PAGE, LESSONS, how_many
from app.panels import digits, frame, models, shelf
from app.panels.map import pad
from app.state import session

visitor = session()
data = visitor.digits

st.title("Latent Walk", anchor=False)
st.markdown("#### See, train and break autoencoders.")

st.markdown(
    "Walk over this map with your pointer. Nobody drew the digit beside it: a small network "
    "*decodes* each picture from a code of a few numbers, the place where you are. Every dot is a "
    "real image, at the place where the same network put it. Between the dots there are pictures "
    "that nobody ever drew, and some that look like nothing at all."
)
shown = models.model(visitor, "vae", "vae-lite-2-beta-1")
pad.walk_freely(visitor, shown)
st.markdown(
    f"{how_many().capitalize()} lessons show how such a network learns its map, what lies between "
    "the digits, how one draws new digits from it, and what its losses mean. Every picture is "
    "computed here and every number was measured, on models that you can train again, change and "
    "break."
)
frame.begin(visitor)

st.subheader("The course", anchor=False)
for number, lesson in enumerate(LESSONS, 1):
    frame.course_entry(visitor, number, lesson)

shelf.to_see(visitor)

st.subheader("The digits in use", anchor=False)
st.markdown(data.source)
widgets.pictures(
    digits.first_of_each_class(data),
    10,
    key="welcome-digits",
    alt="One image of each class: " + ", ".join(data.class_names),
)
st.page_link(DATA_PAGE, label="About the data, and how to get more", icon=":material/database:")
