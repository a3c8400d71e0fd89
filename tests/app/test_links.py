"""A link to a page: what it holds, and that it opens the page as it stood."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from app import cache
from app.course import LESSONS
from app.panels.settings import linked
from app.state import Drawing
from core.models import ModelConfig
from tests.visiting import Link, follow, nodes, onlooker, texts, trained, words

ALL = {lesson.folder for lesson in LESSONS}

# Of each lesson some controls, and where they are put.
MOVED: dict[str, dict[str, Any]] = {
    "autoencoder": {"d": 8, "ae-epochs": 7, "ae-seed": 12.0},
    "latent_scatter": {"map-of": "AE deep, d = 2", "colour": "Loss", "turn": 45, "mirror": False},
    "random_sampling": {"sampled-model": "VAE, d = 2", "sampler": "N(0, I)"},
    "interpolation": {"walk-from": "2", "walk-numbers": "20", "walk-beta": "10"},
    "vae": {"vae-beta": 0.392, "vae-run-rate": "0.008"},
    "continuous_bernoulli": {"cb-row": 3, "cb-answer": 0.1, "cb-run-bound": "none"},
    "build_your_own": {
        "own-kind": "VAE", "own-figure": "Samples", "own-seed": 4321.0,
        "own-likelihood": "Gaussian (squared error)", "own-batch": "512", "own-d": 5,
    },
}  # fmt: skip


def put(page: AppTest, controls: Mapping[str, Any]) -> AppTest:
    """Move controls to these values, all at once."""
    there: dict[Any, Any] = {node.key: node for node in nodes(page.main) if hasattr(node, "key")}
    for key, value in controls.items():
        there[key].set_value(value)
    page.run()
    assert not page.exception, page.exception[0].message
    return page


def link_of(page: AppTest) -> dict[str, list[str]]:
    """The parameters of the link that a page offers; it stays open."""
    page.session_state[f"link-{page.session_state['visitor'].page}"] = True
    page.run()
    here = page.session_state["visitor"].page
    (code,) = (code.value for code in page.code if code.value.split("?")[0] == here)
    return parse_qs(urlsplit(code).query, keep_blank_values=True)


def seen(page: AppTest) -> list[str]:
    """What a page shows, pictures included, without how long things take just now."""
    told = [re.sub(r"about [\d ]+(s|min)", "about a time", text) for text in texts(page)]
    pictures = [
        image.url
        for node in nodes(page.main)
        if node.type == "imgs"
        for image in node.proto.imgs  # pyright: ignore[reportAttributeAccessIssue]
    ]
    return told + pictures


@pytest.mark.parametrize("lesson", MOVED)
def test_a_link_opens_its_lesson_as_it_stood(lesson: str):
    page = follow(onlooker(), lesson)
    visitor = page.session_state["visitor"]
    visitor.choose_digits()
    visitor.noise_seed = 123456789
    link = link_of(put(page, MOVED[lesson]))
    assert link["noise"] == ["123456789"]
    assert link["ten"] == [",".join(map(str, visitor.ten))]
    assert MOVED[lesson].keys() <= link.keys()
    other = follow(onlooker(), lesson, link)
    assert not other.exception, other.exception[0].message
    assert "The link asks" not in words(other)
    assert other.session_state["visitor"].ten == visitor.ten
    assert other.session_state["visitor"].standing == visitor.standing
    page.session_state[f"link-{visitor.page}"] = False
    assert seen(other) == seen(page.run())


def test_every_lesson_s_link_is_tried():
    assert MOVED.keys() == ALL


def test_the_link_of_a_page_that_nobody_touched_is_its_address():
    assert link_of(follow(onlooker(), "random_sampling")) == {}


def test_a_link_says_every_setting_where_a_run_stands_on_the_page_and_that_it_lacks_the_run():
    page = trained(onlooker(), {"own-kind": "VAE"})
    link = link_of(page)
    assert link["own-kind"] == ["VAE"] and link["own-likelihood"] == ["Bernoulli (BCE)"]
    assert "Your run is not in a link" in words(page)


def test_a_drawn_digit_is_not_in_a_link_and_the_page_says_so():
    page = follow(onlooker(), "interpolation")
    image = page.session_state["visitor"].digits.test_images[:1]
    page.session_state["visitor"].drawn = Drawing(image, 2)
    put(page, {"walk-from": "2"})
    assert link_of(page)["walk-from"] == ["2"]
    assert "The digit that you drew is not in a link" in words(page)


def test_the_link_of_a_run_sets_the_bench_to_all_that_it_was_trained_with():
    chosen: Link = {
        "own-kind": "VAE", "own-architecture": "lite", "own-d": "7", "own-beta": "3.92",
        "own-likelihood": "Continuous Bernoulli", "own-bound": "none", "own-seed": "9876",
        "own-rate": "0.0003", "own-batch": "256", "own-images": "1000", "own-epochs": "1",
    }  # fmt: skip
    page = trained(onlooker(), chosen)
    visitor = page.session_state["visitor"]
    order = visitor.job.order
    page.session_state["runs-0"] = {"selection": {"rows": [0]}}
    page.run()
    page.session_state[f"link-{visitor.job.key}"] = True
    page.run()
    (code,) = (code.value for code in page.code if code.value.startswith("build-your-own?"))
    link = parse_qs(urlsplit(code).query)
    assert {name: [text] for name, text in chosen.items()} == link
    other = follow(onlooker(), "build_your_own", link)
    other.button(key="train-own").click().run()
    again = other.session_state["visitor"].job.order
    other.session_state["visitor"].job.stop()
    assert (again.model, again.training) == (order.model, order.training)


def test_a_setting_that_no_slider_reaches_is_said_to_be_lost():
    query, lost = linked("own", ModelConfig("vae", beta=0.7, latent_dim=3), {"seed": 5}, 4000)
    assert query == {"own-kind": ["VAE"], "own-d": ["3"], "own-seed": ["5"]}
    assert lost == ["β, the weight of the KL"]


BAD_TEN = ["", "1", "0,1,2,3,4,5,6,7,8", "1,0,2,3,44,5,6,7,8,9", "0,1,2,3,44,5,6,7,8,99999",
           "-1,1,2,3,44,5,6,7,8,9", "a,b", "0,1,2,3,44,5,6,7,8,9,10"]  # fmt: skip


@pytest.mark.parametrize(
    "bad",
    [
        *({"ten": ten} for ten in BAD_TEN),
        *({"noise": seed} for seed in ("-1", str(2**32), "x", "1e3", "", "9" * 5000)),
        *({"data": name} for name in ("mnist2", "", "../sample")),
    ],
    ids=lambda bad: str(bad)[:40],
)
def test_what_a_link_asks_in_vain_leaves_the_page_as_it_was_with_a_note(bad: dict[str, str], tour):
    page = follow(tour, "build_your_own", bad)
    visitor = page.session_state["visitor"]
    assert not page.exception
    assert (visitor.data, visitor.ten, visitor.noise_seed) == (
        "sample",
        cache.first_ten("sample"),
        0,
    )
    assert "The page keeps its own" in words(page)


@pytest.fixture(scope="module")
def reused() -> AppTest:
    return onlooker()


@settings(max_examples=12, deadline=None, derandomize=True, database=None)
@given(
    link=st.dictionaries(
        st.sampled_from(["ten", "noise", "data", "own-beta", "own-seed", "own-branch", "link"]),
        st.text(max_size=12) | st.integers().map(str) | st.floats().map(str)
        | st.lists(st.integers(-3, 1200), max_size=12).map(lambda n: ",".join(map(str, n))),
        min_size=1,
    )
)  # fmt: skip
def test_no_link_breaks_a_page(link: dict[str, str], reused: AppTest):
    page = follow(reused, "build_your_own", link)
    assert not page.exception, page.exception[0].message
    assert words(page)
