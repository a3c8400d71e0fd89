"""Lesson 6 shows what it measured, and refuses what does not compare."""

import json
import re
from dataclasses import replace

import pytest
import torch
from scipy import stats
from streamlit.testing.v1 import AppTest

from app import cache
from app.cache import Shown
from app.lessons.continuous_bernoulli import likelihoods, sharpness
from core.card import Card
from core.models import build
from tests.visiting import page_of


def opened(tour: AppTest, **controls: str) -> AppTest:
    """The lesson in the state that a link asks for."""
    page = tour.switch_page(page_of("continuous_bernoulli"))
    for key, value in controls.items():
        page.query_params[key.replace("_", "-")] = value
    page.run()
    assert not page.exception, page.exception
    return page


def captions(page: AppTest) -> str:
    return "\n".join(caption.value for caption in page.caption)


def test_the_microscope_reads_the_pixel_of_that_row_and_column(tour):
    page = opened(tour, cb_row="21", cb_column="10", cb_digit="3")
    byte = int(cache.digits("sample").test_images[3, 0, 20, 9])
    assert 0 < byte < 255
    values = {metric.label: metric.value for metric in page.metric}
    assert values["Its value, x"] == f"{byte / 255:.3f}"


def test_the_slopes_are_mean_minus_data(tour):
    """At λ = 0.99, whose mean is 0.79, for a pixel of 0.3: BCE, Gaussian over 0.05, and CB."""
    page = opened(tour, cb_x="of any value", cb_pixel="0.3", cb_answer="0.99")
    slopes = [float(n) for n in re.findall(r"= \*\*([+−]\d+\.\d+)\*\*", captions(page))]
    assert slopes == pytest.approx([0.69, 13.8, 0.7926 - 0.3], abs=1e-3)


@pytest.mark.parametrize(("pixel", "answer"), [("0.0", "0.9999"), ("1.0", "0.0001")])
def test_the_costliest_answer_stays_inside_its_axis(tour, pixel, answer):
    page = opened(tour, cb_x="of any value", cb_pixel=pixel, cb_answer=answer)
    given = [
        (float(cost[1]), json.loads(chart.proto.spec)["layer"])
        for chart in page.get("vega_lite_chart")
        if (cost := re.search(r"the answer given costs (\S+) nats", chart.proto.alt))
    ]
    assert [cost for cost, _ in given] == pytest.approx([9.21, 9.42, 6.99], abs=0.01)
    for cost, (curve, *_) in given:
        low, high = curve["encoding"]["y"]["scale"]["domain"]
        assert low < cost < high


def test_a_small_slope_is_the_difference_that_is_written(tour):
    """λ = 0.0001 for a pixel of 0: the Gaussian's is 0.0001 / 0.05."""
    page = opened(tour, cb_x="of any value", cb_pixel="0.0", cb_answer="0.0001")
    assert "(0.0001 − 0.0000) / 0.05 = **+0.0020**" in captions(page)


def yours(d: int) -> Shown:
    like = cache.pretrained("vae-lite-20-continuous-bernoulli")
    config = replace(like.config, latent_dim=d, beta=4.0)
    card: Card = {**like.card, "data": "the digits of this visit."}
    return Shown(key="mine", model=build(config), card=card, mine=True)


def test_a_model_of_ones_own_says_what_it_is_and_how_much_of_the_noise_it_takes(tour):
    page = opened(tour, cb_d="20")
    page.session_state["visitor"].own["vae"] = yours(5)
    page.run()
    assert not page.exception, page.exception
    told = captions(page)
    assert "Yours is VAE lite, d = 5, β = 4, continuous bernoulli, |logit| ≤ 9.21" in told
    assert "the digits of this visit." in told
    assert "It differs from the pretrained continuous Bernoulli in d, β, training" in told
    assert "one of 5 numbers takes only the first 5 of ε's 20" in told


@pytest.mark.parametrize("lam", ["0.0001", "0.3", "0.5", "0.99"])
def test_the_area_under_the_score_is_never_above_a_half(tour, lam):
    page = opened(tour, cb_area="true", cb_lambda=lam)
    assert page.select_slider(key="cb-lambda").value == float(lam)
    values = {metric.label: metric.value for metric in page.metric}
    assert 0 < float(values["Area under e^(−BCE)"]) <= 0.5
    assert values["is the area under the density"] == "1.000"


@pytest.mark.parametrize(
    ("view", "continuous", "others"),
    [
        ("λ", "λ", "λ, which is its mean"),
        ("mean", "mean μ(λ)", "mean, which is its λ"),
        ("one sample", "one sample", "one sample"),
    ],
)
def test_one_switch_says_what_every_row_shows(tour, view, continuous, others):
    """The ten digits restored, which have originals, and the new ones, which have none."""
    told = captions(opened(tour, cb_view=view))
    for figure in ("squared error", "sharpness"):
        for row in (
            f"Continuous Bernoulli, {continuous}, |logit| ≤ 9.21: {figure}",
            f"Squared error (Gaussian), {others}: {figure}",
            f"BCE (Bernoulli), {others}: {figure}",
        ):
            assert told.count(row) == 1, row


def test_the_rows_come_first_and_with_the_sharpest_of_all(tour):
    """What the learner is asked is to be seen where the page begins: λ is sharper than all."""
    page = opened(tour)
    told = captions(page)
    sharp = [float(n) for n in re.findall(r"squared error [\d.]+, sharpness ([\d.]+)", told)]
    digits, continuous, gaussian, bce = sharp
    assert continuous > max(digits, gaussian, bce)
    assert page.subheader[0].value == "New digits from the same noise"


def three(d: int) -> dict[str, Shown]:
    """The models of the page, by the names that it gives them."""
    called = likelihoods.LIKELIHOODS
    return {
        called["continuous_bernoulli"]: cache.pretrained(f"vae-lite-{d}-continuous-bernoulli"),
        called["gaussian"]: cache.pretrained(f"vae-lite-{d}-gaussian"),
        called["bernoulli"]: cache.pretrained(
            "vae-lite-2-beta-1" if d == 2 else f"vae-lite-{d}-bernoulli"
        ),
    }


@pytest.mark.parametrize("d", [2, 20])
def test_the_mean_with_its_contrast_restored_is_sharper_and_closer(d):
    """Sharpness by exactly the square of the contrast, which the bound's greys decide."""
    found = sharpness.looks(three(d))
    mean, restored = found["CB mean"], found["CB restored"]
    black = stats.truncexpon.mean(9.21024, scale=1 / 9.21024)
    assert restored.error < mean.error
    assert restored.sharpness * (1 - 2 * black) ** 2 == pytest.approx(mean.sharpness, rel=1e-4)


def test_the_darkest_and_the_lightest_mean_become_black_and_white():
    bound = 4.6
    black = stats.truncexpon.mean(bound, scale=1 / bound)
    drawn = sharpness.contrast_restored(torch.tensor([black, 0.5, 1 - black]), bound)
    assert drawn.tolist() == pytest.approx([0, 0.5, 1], abs=1e-6)


Look = sharpness.Look


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (Look(0.1, 6.0), "sharper and closer to the digits than"),
        (Look(0.1, 4.0), "sharper but no closer to the digits than"),
        (Look(0.2, 6.0), "no sharper but closer to the digits than"),
        (Look(0.2, 4.0), "no sharper and no closer to the digits than"),
    ],
)
def test_a_picture_is_ahead_only_where_its_numbers_are(other, words):
    assert sharpness.beside(Look(0.15, 5.0), other) == words


def test_no_sentence_leaves_out_the_bound_or_the_rate(tour):
    told = "\n".join(text.value for text in opened(tour).markdown)
    assert "The mean is greyed by the bound" in told
    assert "may in part be the rate" in told
    for unsupported in ("famous sharpness", "sharper is not closer", "best guess"):
        assert unsupported not in told


def titles(page: AppTest) -> list[str]:
    """What the charts of the page say they show."""
    specs = [json.loads(chart.proto.spec) for chart in page.get("vega_lite_chart")]
    return [spec["title"]["text"] for spec in specs if "title" in spec]


COMPARED = {
    "squared error": "Squared error of the mean image",
    "digits read right": "Reconstructions read as their label",
    "bits per dimension": "Bits that a pixel's byte costs at most",
}


def test_the_three_losses_are_not_put_on_one_axis(tour):
    page = opened(tour, cb_best="true", cb_measure="the three losses")
    assert ["Refused" in warning.value for warning in page.warning] == [True]
    assert not set(COMPARED.values()) & set(titles(page))


@pytest.mark.parametrize("measure", COMPARED)
def test_what_means_the_same_for_all_models_is(tour, measure):
    page = opened(tour, cb_best="true", cb_measure=measure)
    assert not page.warning
    assert set(COMPARED.values()) & set(titles(page)) == {COMPARED[measure]}
    no_bits = any("BCE has none" in text.value for text in page.markdown)
    assert no_bits == (measure == "bits per dimension")


@pytest.mark.parametrize(
    ("lam", "window"), [("0.0001", "0.2"), ("0.5", "0.001"), ("0.9999", "0.02")]
)
def test_what_is_deeper_opens_for_every_lambda_and_window(tour, lam, window):
    page = opened(tour, cb_more_lambda=lam, cb_window=window, cb_terms="6")
    for key in ("cb-more", "cb-float32", "cb-slopes"):
        page.session_state[key] = True
    page.run()
    assert not page.exception, page.exception
    assert any(f"draws with λ = {float(lam):g}" in title for title in titles(page))
    assert any("Largest error of log C" in text.value for text in page.markdown)
