"""Lesson 2: a run is a map, and the last two maps stand side by side under a dial."""

import torch

from app import cache
from app.lessons.latent_scatter import two_maps
from app.state import YOURS
from core import latent
from core.models import ModelConfig
from tests.app.test_bench import job_of, trained, visitor_of, whose
from tests.visiting import follow, onlooker, words

SHORT = {"map-epochs": "2", "map-images": "1000"}


def test_the_sliders_reach_the_run_and_the_menu_leads_back():
    link = {"map-seed": "3", "map-architecture": "lite", "map-kind": "VAE"}
    page = trained(follow(onlooker(), "latent_scatter", link | SHORT), "map")
    order = job_of(page).order
    assert order.model == ModelConfig("vae", "lite", 2)
    assert (order.training.seed, order.training.batch_size) == (3, 32)
    assert page.selectbox(key="map-of").value == YOURS
    page.selectbox(key="map-of").set_value("AE dense, d = 2").run()
    assert whose(page) == "The figures show the pretrained **AE dense, d = 2**."


def test_two_seeds_two_maps_and_the_best_turn_brings_them_nearest():
    page = trained(follow(onlooker(), "latent_scatter", SHORT), "map")
    assert "The same map?" in words(page), "the run beside the pretrained model"
    page.slider(key="map-seed").set_value(1).run()
    page = trained(page, "map")
    runs = visitor_of(page).runs_here
    assert [run.card["training"]["seed"] for run in runs] == [0, 1]
    ours, theirs = (two_maps.standard(run) for run in runs)
    found = latent.turn_onto(theirs, ours)
    tried = max(
        two_maps.shared(ours, latent.Turn(degrees, mirrored).of(theirs))
        for degrees in range(0, 360, 5)
        for mirrored in (False, True)
    )
    assert two_maps.shared(ours, found.of(theirs)) >= tried - 1e-6
    page.button(key="map-best-turn").click().run()
    assert page.slider(key="map-turn").value == round(found.degrees / 5) * 5 % 360
    assert page.toggle(key="map-flip").value == found.mirrored


def test_a_map_turned_and_mirrored_is_the_same_map():
    points = two_maps.standard(cache.pretrained("ae-lite-2"))
    turned = latent.Turn(70, True).of(points)
    assert two_maps.shared(points, latent.turn_onto(turned, points).of(turned)) > 0.9999
    assert torch.allclose(points.mean(0), torch.zeros(2), atol=1e-4)


def test_two_maps_are_held_side_by_side_above_the_last_two():
    page = trained(follow(onlooker(), "latent_scatter", SHORT), "map")
    page.button(key="run-compare").click().run()
    assert not page.exception, page.exception
    assert sum("The same map?" in text.value for text in page.markdown) == 2
