"""Lesson 3: it opens where four samplers differ to the eye, and its words are true of each."""

import pytest
from streamlit.testing.v1 import AppTest

from app import cache
from app.panels.map.places import how_near
from app.panels.samples import SAMPLERS
from app.state import YOURS
from core.data import to_float
from core.evaluation.judging import read_as
from core.models import ModelConfig
from tests.app.test_bench import run_of, trained, whose
from tests.visiting import Link, follow, nodes, onlooker, words

BY_DEFAULT = "ae-lite-20-bernoulli"


def opened(link: Link | None = None) -> AppTest:
    page = follow(onlooker(), "random_sampling", link)
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
    assert "16 of 16 samples lie in a hole, a square on the map" in words(page)
    assert "Dashed frame, ○: a hole, farther than usual from every digit." in words(page)
    assert "holes are measured in all 20 dimensions" in words(page)
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


def test_an_autoencoder_at_n_0_i_draws_no_sevens_and_its_few_holes_do_not_say_so():
    """AE, d = 2, N(0, I): the fewest samples in holes of the four (2.7 %), and of 1 000 samples 1
    is read as a 4 and 2 as a 7. The mixture draws 84 sevens.
    """
    page = opened({"sampled-model": "AE, d = 2", "sampler": "N(0, I)"})
    told = words(page)
    assert "**7 of 10 digits** have at least 1 % of the samples" in told
    assert "**N(0, I)** draws only 7 digits" in told
    assert "not whether they are digits" in told
    shown, judge = cache.pretrained("ae-lite-2"), cache.classifier()
    assert int(cache.classes_drawn(shown, "prior", judge)[7]) < 10
    assert int(cache.classes_drawn(shown, "mixture", judge)[7]) > 50


def test_the_classifier_reads_the_digits_themselves_as_evenly_as_they_are():
    images = to_float(cache.digits("sample").test_images)  # a hundred of each
    counts = read_as(cache.classifier().model, images)
    assert counts.sum() == len(images)
    assert all(90 <= count <= 110 for count in counts.tolist())


def test_a_run_gets_a_row_beside_the_pretrained_and_the_selector_leads_back():
    link: Link = {"sampled-model": "AE, d = 2", "draw-d": "3", "draw-images": "1000"}
    page = trained(
        opened(link | {"draw-epochs": "2", "draw-kind": "VAE", "draw-beta": "0.392"}), "draw"
    )
    assert run_of(page).config == ModelConfig("vae", "dense", 3, beta=0.392)
    assert page.button_group(key="sampled-model").value == YOURS
    assert "yours: VAE dense, d = 3, β = 0.392 (shown)" in list(page.table[0].value.index)
    assert len(page.table[0].value) == 5
    page.button_group(key="sampled-model").set_value("AE, d = 2").run()
    assert whose(page) == "The figures show the pretrained **AE lite, d = 2**."
    assert "yours: VAE dense, d = 3, β = 0.392" in list(page.table[0].value.index)


def test_two_models_are_held_side_by_side_under_the_same_noise():
    page = trained(opened({"draw-epochs": "2", "draw-images": "1000"}), "draw")
    page.button(key="run-compare").click().run()
    assert not page.exception
    told = words(page)
    assert "**AE lite, d = 20**" in told and "**yours: AE dense, d = 20**" in told
