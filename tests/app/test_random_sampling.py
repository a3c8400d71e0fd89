"""Lesson 3: it opens where four samplers differ to the eye, and its words are true of each."""

import pytest
from streamlit.testing.v1 import AppTest

from app import cache
from app.panels.map.places import how_near
from app.panels.samples import SAMPLERS
from tests.visiting import Link, follow, newcomer, nodes, words

BY_DEFAULT = "ae-lite-20-bernoulli"


def opened(link: Link | None = None) -> AppTest:
    page = follow(newcomer(), "random_sampling", link)
    assert not page.exception, page.exception[0].message
    assert not page.error, page.error
    return page


def sheets(page: AppTest) -> int:
    return [node.type for node in nodes(page.main)].count("image")


def test_the_page_opens_on_a_decoder_for_which_the_four_samplers_differ_to_the_eye():
    """AE, d = 20, of 1 000 samples: box, N(0, I), Gaussian and mixture have 100, 80, 55 and 12 %
    in holes; the classifier is sure of 51, 20, 50 and 86 %. Of the sixteen that are seen 16, 12,
    10 and 3 lie in holes.
    """
    page = opened()
    assert "AE lite, d = 20" in words(page)
    first = next(metric for metric in page.metric if "sixteen" in metric.label)
    assert first.value == "16 of 16"
    shown = cache.pretrained(BY_DEFAULT)
    seed = page.session_state["visitor"].noise_seed
    judge = cache.classifier()
    box, prior, gaussian, mixture = (cache.hole_share(shown, of) for of in SAMPLERS.values())
    assert box > prior + 0.1 and prior > gaussian + 0.1 and gaussian > mixture + 0.3
    sure = {of: cache.sure_share(shown, of, judge) for of in SAMPLERS.values()}
    assert sure["mixture"] > 0.75
    assert 0.4 < sure["box"] < 0.65 and 0.4 < sure["gaussian"] < 0.65
    assert sure["prior"] < 0.3
    assert (cache.samples(shown, "mixture", seed).distance > 1).sum() <= 4
    assert (cache.samples(shown, "prior", seed).distance > 1).sum() >= 10


def test_the_four_samplers_stand_side_by_side_until_they_are_put_away():
    assert sheets(opened()) == sheets(opened({"compare-samplers": "false"})) + 4


@pytest.mark.parametrize(
    ("times", "told"),
    [
        (2.6, "**2.6 times farther than usual: a hole**"),
        (0.5, "**2.0 times nearer than usual: no hole**"),
        (31.0, "**31 times farther than usual: a hole**"),
        (1.01, "**a little farther than usual: a hole**"),
        (0.99, "**a little nearer than usual: no hole**"),
    ],
)
def test_a_place_is_so_many_times_farther_or_nearer_than_usual(times: float, told: str):
    shown = cache.pretrained("vae-lite-2-beta-1")
    assert told in how_near(shown, times * shown.holes.threshold)
