"""Which data are in use, and how to get the full sets."""

import streamlit as st

from app import widgets
from app.panels import digits, frame, shelf
from app.state import session
from app.words import grouped, listed

visitor = session()

st.title("Data", anchor=False)
frame.deck("Which pictures does the course show, and which do you train on?")

digits.choose_data(visitor)
data = visitor.digits
st.markdown(data.source)
st.markdown(
    f"In use: **{grouped(len(data.train_images))}** images to train on and "
    f"**{grouped(len(data.test_images))}** to test with, 28 × 28 pixels of grey each, "
    f"in ten classes: {listed(data.class_names)}."
)
widgets.pictures(
    digits.first_of_each_class(data, each=4),
    10,
    key="data-digits",
    alt="Four images of each class: " + ", ".join(data.class_names),
)

st.subheader("What the pretrained models saw", anchor=False)
st.markdown(
    "They learned from MNIST's training images 6 000 to 59 999. The sample comes from the first "
    "6 000, so **no picture of the sample was ever shown to them**. Their test figures are "
    "measured on MNIST's 10 000 test images. What you train yourself learns from the training "
    "images in use, and is measured on the test images in use."
)
st.subheader("Where the full sets come from", anchor=False)
st.markdown(
    "MNIST (LeCun, Cortes, Burges), Fashion-MNIST (Zalando) and Kuzushiji-MNIST (Center for Open "
    "Data in the Humanities) are read by torchvision from a folder of this server, and fetched "
    "only when you ask for it. If the files are on disk already, start the course with the folder "
    "that holds `MNIST/raw`: set `LATENT_WALK_DATA`, or add `-- --data FOLDER` to the command."
)
shelf.to_see(visitor)
