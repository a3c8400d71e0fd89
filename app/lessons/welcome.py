"""The front door: what there is to see, and the way in."""

import streamlit as st

from app import cache, images, panels, widgets
from app.course import LESSONS
from app.state import session

visitor = session()
digits = panels.digits_in_use(visitor)

st.title("Latent Walk", anchor=False)
st.markdown("#### See, train and break autoencoders.")

words, walk = st.columns([3, 2], gap="large")
with words:
    st.markdown(
        "The digit beside this text is on a walk. Nobody drew it: a small network *decodes* each "
        "frame from two numbers, and the walk is a line through the plane of these numbers, from "
        "a 0 to a 1 to a 2, and so on to the 9. Its frames include shapes that are no digit.\n\n"
        "Seven lessons show how such a network learns its plane, what lies between the digits, "
        "how one draws new digits from it, and what its losses mean. Every picture and number is "
        "computed here while you watch, by models that you can train again, change and break."
    )
    panels.begin(visitor)
with walk:
    shown = cache.pretrained("vae-lite-2-beta-1")
    st.image(
        images.film(cache.round_walk(shown)),
        alt="A handwritten digit that changes from 0 through 1, 2, … to 9 and back, three times",
    )
    st.caption(f"Decoded by {shown.title}, a straight line from each digit's code to the next.")

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
