"""The variational lesson with all of its sections open, for models of every kind."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from app import cache
from app.lessons.vae import diagram, sweep
from app.lessons.vae.calculator import PRESETS
from app.lessons.vae.diagram import Draw
from app.lessons.vae.reparameterisation import source_lines
from app.state import YOURS
from core.losses import equivalent_beta
from core.models import vae
from tests.app.test_lessons import opened, own
from tests.visiting import nodes, page_of, words

SECTIONS = (
    "duel-more",
    "vae-why-open",
    "vae-noise-open",
    "vae-ledger-open",
    "vae-prior-open",
    "vae-blur-open",
    "vae-draw",
    "vae-terms",
    "deeper-vae",
)
KINDS = [
    {"latent_dim": 1, "likelihood": "gaussian"},
    {"latent_dim": 5, "likelihood": "continuous_bernoulli"},
    {"latent_dim": 64},
    {"latent_dim": 2, "beta": 0.0},
]


def open_sections(tour: AppTest, **controls: float | str) -> AppTest:
    for section in SECTIONS:
        tour.session_state[section] = True
    for key, value in controls.items():
        tour.session_state[key.replace("_", "-")] = value
    page = tour.switch_page(page_of("vae")).run()
    assert not page.exception, page.exception
    return page


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_section_opens_for_a_learner_s_own_model(tour, kind):
    tour.session_state["visitor"].take(own(kind="vae", **kind), "vae", "")
    page = open_sections(tour, vae_beta=YOURS, duel_pair="The VAE above")
    assert "The figures show **yours: VAE dense" in words(page)
    refused = [info.value for info in page.info if "out of reach" in info.value]
    assert bool(refused) == (kind["latent_dim"] > 2)


@pytest.mark.parametrize("beta", [0.0392, 392])
def test_every_section_opens_at_the_ends_of_the_sweep(tour, beta):
    page = open_sections(tour, vae_beta=beta)
    alarms = [error for error in page.error if "Posterior collapse" in error.value]
    assert bool(alarms) == (beta > 30)


def radii(page: AppTest) -> list[float]:
    """The clouds' mean radius along each latent, as the page tells it."""
    (told,) = re.findall(r"mean radius σ of the clouds ([\d., ]*\d)", words(page))
    return [float(radius) for radius in told.split(", ")]


def test_pulling_beta_to_39_swells_every_cloud_into_the_prior(tour):
    """The prior's standard deviation is 1 along each latent."""
    page = opened(tour, "vae")
    assert max(radii(page)) < 0.2
    page = page.select_slider(key="vae-beta").set_value(39.2).run()
    assert not page.exception
    assert radii(page) == pytest.approx([1, 1], abs=0.01)
    posterior = cache.pretrained("vae-lite-2-beta-39.2").codes
    assert posterior.mean.abs().max() < 0.01, "of every digit of the map, not in the mean"
    assert posterior.logvar is not None
    assert (posterior.logvar.exp() - 1).abs().max() < 0.02


def test_the_cards_bear_out_what_is_said_of_blur(tour):
    """Two latents: as sharp to a tenth, and nats hardly help. Twenty: the VAE is the less sharp,
    and sharper the more it may tell, in every sweep.
    """
    tour.session_state["vae-blur-open"] = True
    (told,) = [
        line for line in words(opened(tour, "vae")).splitlines() if "about as sharp as" in line
    ]
    assert "With d = 2 the VAE at β = 1 is about as sharp as the autoencoder" in told
    assert "With d = 20 the VAE at β = 1 is less sharp than the autoencoder" in told
    vae, ae, vae_20, ae_20 = (float(found) for found in re.findall(r"\*\*(0\.\d{3})", told))
    sharp = {
        name: json.loads((cache.PRETRAINED / f"{name}.json").read_text())["test"]["sharpness"]
        for name in ("vae-lite-2-beta-1", "ae-lite-2", sweep.TWENTY, "ae-lite-20-bernoulli")
    }
    assert [vae, ae, vae_20, ae_20] == pytest.approx([*sharp.values()], abs=0.0006)
    assert vae == pytest.approx(ae, rel=0.1)
    assert vae_20 < 0.8 * ae_20
    few, many = (
        cache.pretrained(sweep.name_of(beta)).card["test"]["sharpness"] for beta in (1, 0.0392)
    )
    assert many == pytest.approx(few, rel=0.1)
    dense = [cache.pretrained(sweep.silenced(b)).card["test"] for b in sweep.SILENCING]
    for each in (dense, [cache.pretrained(n).card["test"] for n in (f"{sweep.TWENTY}-beta-0.3",
                                                                    sweep.TWENTY)]):  # fmt: skip
        assert [test["kl"] for test in each] == sorted((t["kl"] for t in each), reverse=True)
        assert [test["sharpness"] for test in each] == sorted(
            (t["sharpness"] for t in each), reverse=True
        )


def test_what_is_closed_is_not_worked_out(tour):
    page = opened(tour, "vae")
    labels = ("More: which", "Inside", "The ledger", "The prior", "Why", "Ten", "Two", "Go deeper")
    sections = [each for each in page.expander if each.label.startswith(labels)]
    assert len(sections) == len(SECTIONS)
    assert not [node for section in sections for node in nodes(section)]


def test_every_section_opens_where_the_browser_cannot_draw_maps(tour):
    tour.session_state["visitor"].pad_failed = True
    open_sections(tour)


def test_a_loss_of_ones_own_gets_its_beta(tour):
    tour.session_state["vae-terms"] = True
    tour.session_state["calc-preset"] = "Your own"
    page = opened(tour, "vae")
    assert any("0.392" in latex.value for latex in page.latex)
    page = page.number_input(key="calc-rf").set_value(0.0).run()
    assert not page.exception
    assert any("no β does the same" in info.value for info in page.info)


def test_the_account_on_the_page_closes(tour):
    page = open_sections(tour)
    (line,) = [latex.value for latex in page.latex if "underbrace" in latex.value and "nats" in
               latex.value and "ELBO" in latex.value]  # fmt: skip
    elbo, gap, evidence = (float(n) for n in re.findall(r"\{(-?\d+\.\d\d)\}", line))
    (sampled, twice) = re.findall(r"\{(-?\d+\.\d\d) \\pm (\d\.\d\d)\}", line)[0]
    assert elbo + gap == pytest.approx(evidence, abs=0.06)
    assert elbo + gap == pytest.approx(float(sampled), abs=0.06 + 2 * float(twice))


def test_every_box_of_the_graph_has_its_line_in_the_model_s_file():
    lines = source_lines()
    source = Path(vae.__file__).read_text(encoding="utf-8").splitlines()
    assert all(source[line.at - 1].rstrip() == line.text for line in lines)
    marked = {mark: line.text for line in lines for mark in line.marks.split()}
    assert set(marked) == set("12345")
    assert "reparameterise" in marked["3"] or "randn" in marked["3"]
    html = diagram.listing(lines, {"z": "#123456"})
    assert '<b style="color:#123456">z</b> = reparameterise' in html
    hostile = lines[0]._replace(text="<script>")
    assert "<script" not in diagram.listing([hostile], {"z": "#123456"})


def test_the_graph_shows_the_numbers_of_its_draw():
    mean, sigma, epsilon = torch.tensor([1.5, -0.25]), torch.tensor([0.5, 0.1]), torch.tensor(
        [-2.0, 1.0]
    )  # fmt: skip
    blank = torch.zeros(1, 1, 28, 28)
    draw = Draw(blank, mean, 2 * sigma.log(), epsilon, mean + sigma * epsilon, blank)
    shown = diagram.graph(draw)
    for number in ("1.500", "−0.250", "0.500", "0.100", "−2.000", f"{2 * math.log(0.5):.3f}"):
        assert f">{number.replace('-', '−')}<" in shown
    assert ">−0.150<" in shown


def test_a_draw_is_said_to_end_one_gradient_and_not_every(tour):
    """Score-function gradients exist (Williams 1992)."""
    tour.session_state["vae-noise-open"] = True
    told = words(opened(tour, "vae"))
    assert "score-function gradient" in told
    assert "of this kind" in told and "Williams 1992" in told


def test_moving_epsilon_by_hand_moves_the_code_by_sigma(tour):
    tour.session_state["vae-noise-open"] = True
    page = opened(tour, "vae")
    sliders = [slider for slider in page.slider if str(slider.key).startswith("vae-epsilon")]
    assert len(sliders) == 2
    page = sliders[0].set_value(2.0).run()
    assert not page.exception
    page = page.toggle(key="vae-mean").set_value(True).run()
    assert not page.exception
    assert all(s.disabled for s in page.slider if str(s.key).startswith("vae-epsilon"))


def test_presets_have_the_betas_that_are_known_of_them():
    betas = {name: equivalent_beta(p.pixels, p.latents) for name, p in PRESETS.items()}
    assert betas["pytorch/examples, vae"] == 1
    assert betas["JL-ML, rf = 1000 (its default)"] == pytest.approx(0.392)
    assert betas["JL-ML, rf = 1"] == pytest.approx(392)
    assert betas["JL-ML, rf = 10 000"] == pytest.approx(0.0392)


def test_an_image_s_ledger_is_kept_by_its_pixels_and_its_model():
    one, other = own(kind="vae"), own(kind="vae", latent_dim=1)
    images = cache.map_images("sample")[0]
    first, second = cache.ledger(one, images[:1]), cache.ledger(one, images[1:2])
    assert not torch.equal(first.pixels, second.pixels)
    assert cache.ledger(other, images[:1]).latents.shape == (1,)
    assert torch.equal(cache.ledger(replace(one), images[:1].clone()).pixels, first.pixels)
