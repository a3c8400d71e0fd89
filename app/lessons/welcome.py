"""The front door: what there is to see, and the way in."""

import streamlit as st

from app import widgets
from app.course import DATA_PAGE, WORDS_A_MINUTE, how_many, reading_minutes
from app.panels import digits, frame, models, origin, shelf
from app.panels.map import pad
from app.state import session

visitor = session()
data = visitor.digits

st.title("Latent Walk", anchor=False)
frame.deck("See, train and break autoencoders.")
st.markdown(
    "Every place on this map is two numbers; a small network *decodes* them into a digit. The dots "
    "are real images. What lies between them nobody ever drew. **Walk.**"
)
with frame.figure("welcome"):
    picture = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        frame.begin(visitor)
        shown = models.model(visitor, "vae-lite-2-beta-1")
    with picture:
        pad.walk_freely(visitor, shown)

st.subheader("The course", anchor=False)
st.markdown(
    f"{how_many().capitalize()} lessons show how such a network learns its map, what lies between "
    "the digits, how one draws new digits from it, and what its losses mean. Every picture is "
    "computed here and every number was measured, on models that you train again with sliders, "
    "change and break."
)
st.caption(
    f"About {reading_minutes()} minutes to read, at {WORDS_A_MINUTE} words a minute (an estimate), "
    "and as long to play as you like. This browser remembers which lessons you opened."
)
frame.course(visitor)

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
origin.questions()
