"""The tour: page configuration, navigation, and the lesson that was asked for."""

import json
import sys
from pathlib import Path

import streamlit as st

APP = Path(__file__).resolve().parent
if str(APP.parent) not in sys.path:
    sys.path.insert(0, str(APP.parent))

from app.course import DATA_PAGE, GLOSSARY_PAGE, LESSONS, RECORD_PAGE, WELCOME_PAGE
from app.panels import files
from app.state import arrive, seen_cookie

st.set_page_config(page_title="Latent Walk", page_icon="🔢", layout="wide")
st.html(APP / "style.css")
scripts = st.container(key="address")
script = (APP / "address.js").read_text(encoding="utf-8")
scripts.html(f"<script>{script}</script>", unsafe_allow_javascript=True)

page = st.navigation(
    [
        st.Page(APP / WELCOME_PAGE, title="Welcome", default=True),
        *(
            st.Page(APP / lesson.page, title=f"{number} {lesson.title}", url_path=lesson.address)
            for number, lesson in enumerate(LESSONS, 1)
        ),
        st.Page(APP / DATA_PAGE, title="Data", url_path="data"),
        st.Page(APP / GLOSSARY_PAGE, title="Glossary", url_path="glossary"),
        st.Page(APP / RECORD_PAGE, title="Record", url_path="record"),
    ],
    position="top",
)
visitor = arrive(page.url_path)
remember = f"document.cookie = {json.dumps(seen_cookie(visitor))};"
scripts.html(f"<script>{remember}</script>", unsafe_allow_javascript=True)
messages = st.container()  # at the top; what they say is known at the end
try:
    page.run()
finally:
    with messages:
        files.tell(visitor)
