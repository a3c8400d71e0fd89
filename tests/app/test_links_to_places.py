"""What a link brings to a page: places on maps, comparisons, mosaics, films."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.visiting import Link, follow, onlooker, words


def opened(lesson: str, link: Link) -> AppTest:
    page = follow(onlooker(), lesson, link)
    assert not page.exception, page.exception[0].message
    assert not page.error, page.error
    return page


def test_a_code_in_a_link_is_where_the_mark_stands_and_stays_in_the_address():
    page = opened("latent_scatter", {"z": "1.5,-0.5"})
    assert "**At the mark**: z = (1.5, −0.5)" in words(page)
    assert page.query_params["z"] == "1.5,-0.5"


def test_a_code_in_a_link_is_where_the_mark_stands_in_another_colour_too():
    page = opened("latent_scatter", {"colour": "Loss", "z": "1.5,-0.5"})
    assert "**At the mark**: z = (1.5, −0.5)" in words(page)
    assert page.query_params["z"] == "1.5,-0.5"


def test_the_mark_stays_when_another_model_of_codes_as_long_is_shown_and_only_then():
    page = opened("latent_scatter", {"z": "1.5,-0.5"})
    page.selectbox(key="map-of").set_value("AE deep, d = 2").run()
    assert "**At the mark**: z = (1.5, −0.5)" in words(page)
    assert page.query_params["z"] == "1.5,-0.5"
    page.selectbox(key="map-of").set_value("AE dense, d = 8").run()
    assert "z = (1.5, −0.5" not in words(page)
    assert "z" not in page.query_params
    page.selectbox(key="map-of").set_value("AE deep, d = 2").run()
    assert "**At the mark**: z = (1.5, −0.5)" in words(page)


def test_a_digit_in_a_link_is_the_one_that_t_sne_shows():
    page = opened("latent_scatter", {"map-of": "AE dense, d = 8", "tsne": "true", "digit": "17"})
    assert "This is the digit's own code" in words(page)
    assert page.query_params["digit"] == "17"


def test_the_measurement_of_midpoints_says_how_sure_it_is():
    told = words(opened("interpolation", {}))
    assert "Lines: ± 2" in told and "The judge learned from mixes of two digits" in told


@pytest.mark.parametrize("kind", ["Three images", "Four images", "A plane"])
def test_a_mosaic_says_how_many_codes_it_decodes_and_how_many_lie_in_holes(kind: str):
    page = opened("interpolation", {"mosaic": kind, "mosaic-open": "true"})
    assert "16 × 16 codes, decoded" in words(page)


def test_a_model_without_a_film_leaves_lesson_5_that_of_beta_1():
    page = opened("vae", {"vae-beta": "0.392", "vae-view": "The film of the training"})
    assert "Each point is the code of a test image" in words(page)
    assert "No film was kept" not in words(page)
