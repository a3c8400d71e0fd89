"""Lesson 6 shows what it measured, and refuses what does not compare."""

import json
import re
import time
from dataclasses import replace
from typing import Any

import pytest
import torch
from scipy import stats
from streamlit.testing.v1 import AppTest

from app import cache
from app.cache import Shown
from app.lessons.continuous_bernoulli import likelihoods, sharpness
from app.panels import logit_bounds
from app.state import YOURS
from core.card import Card
from core.models import ModelConfig, build
from tests.visiting import RUN_SECONDS, nodes, page_of, run_to_its_end


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


def yours(d: int = 20, key: str = "mine", **other: Any) -> Shown:
    """A run of this visit: like the pretrained continuous Bernoulli, but for what is said."""
    like = cache.pretrained("vae-lite-20-continuous-bernoulli")
    config = replace(like.config, latent_dim=d, **other)
    card: Card = {**like.card, "data": "the digits of this visit."}
    return Shown(key=key, model=build(config), card=card, mine=True)


def bring(page: AppTest, run: Shown) -> AppTest:
    """Let the page have a run of this visit as its stop, as the bench's offer does."""
    visitor = page.session_state["visitor"]
    visitor.runs[run.key] = run
    visitor.here["continuous-bernoulli"] = [run.key]
    page.run()
    page.button_group(key="cb-d").set_value(YOURS).run()
    assert not page.exception, page.exception
    return page


def test_a_model_of_ones_own_says_what_it_is_and_how_much_of_the_noise_it_takes(tour):
    page = bring(opened(tour, cb_new="true", cb_best="true"), yours(5, beta=4.0))
    told = captions(page)
    assert "The figures show **yours: VAE lite, d = 5, β = 4, continuous bernoulli**" in told
    assert "Yours is VAE lite, d = 5, β = 4, continuous bernoulli, |logit| ≤ 9.21" in told
    assert "the digits of this visit." in told
    assert "numbers in the code, d: 5 instead of 2; β, the weight of the KL: 4 instead of 1" in told
    assert "one of 2 numbers takes only the first 2 of ε's 5" in told


def test_a_run_of_another_architecture_is_said_to_be_so(tour):
    page = bring(opened(tour), yours(architecture="dense"))
    assert "layers: dense instead of lite" in captions(page)


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
    told = captions(opened(tour, cb_view=view, cb_new="true"))
    for figures in (r"sharpness \*\*[\d.]+\*\*, error [\d.]+", r"sharpness \*\*[\d.]+\*\*, \d+"):
        for row, drawn in (
            ("Continuous Bernoulli", f"{continuous}, |logit| ≤ 9.21"),
            ("Squared error (Gaussian)", others),
            ("BCE (Bernoulli)", others),
        ):
            line = re.escape(f"**{row}**  \n{drawn}  \n") + figures
            assert len(re.findall(line, told)) == 1, line


def sharpnesses(page: AppTest) -> list[float]:
    """Of the rows, from the first: the digits', then the models'."""
    return [float(n) for n in re.findall(r"sharpness \*\*([\d.]+)\*\*", captions(page))]


def test_the_rows_come_first_and_with_the_sharpest_of_all(tour):
    """What the learner is asked is to be seen where the page begins: λ is sharper than all."""
    page = opened(tour)
    digits, continuous, gaussian, bce = sharpnesses(page)
    assert continuous > max(digits, gaussian, bce)
    kinds = [node.type for node in nodes(page.main)]
    assert kinds.index("image") < kinds.index("vega_lite_chart") < kinds.index("subheader")


def test_as_means_no_row_is_sharper_than_the_digits(tour):
    digits, *others = sharpnesses(opened(tour, cb_view="mean"))
    assert len(others) == 3 and digits > max(others)


def bars(page: AppTest) -> dict[str, list[str]]:
    """The names on the bars of each chart, by its title."""
    found = {}
    for chart in page.get("vega_lite_chart"):
        spec = json.loads(chart.proto.spec)
        if "title" in spec and spec["title"]["text"] in ("Sharpness", "Error"):
            found[spec["title"]["text"]] = spec["layer"][0]["encoding"]["y"]["sort"]
    return found


PRETRAINED_BARS = ["digits", "CB λ", "CB mean", "CB restored", "Gaussian", "BCE"]


def test_every_run_of_a_size_has_its_bars_also_beside_the_pretrained(tour):
    page = opened(tour)
    assert bars(page) == {"Sharpness": PRETRAINED_BARS, "Error": PRETRAINED_BARS}
    bring(page, yours(likelihood="gaussian", variance=0.2))
    bring(page, yours(key="another", likelihood="bernoulli"))
    bring(page, yours(key="small", d=2))
    page.button_group(key="cb-d").set_value("20").run()
    named = [*PRETRAINED_BARS, "yours: Gaussian, τ² 0.2", "yours: BCE"]
    assert bars(page) == {"Sharpness": named, "Error": named}
    assert captions(page).count("**Yours: BCE (Bernoulli)**") == 1, "the newest has its row"


def test_runs_that_are_alike_are_told_apart():
    runs = [yours(), yours(logit_bound=None), yours(key="again"), yours(key="and again")]
    assert list(sharpness.runs_named(runs)) == [
        "yours: CB ≤ 9.21",
        "yours: CB, no bound",
        "yours: CB ≤ 9.21 (2)",
        "yours: CB ≤ 9.21 (3)",
    ]


@pytest.mark.parametrize(("size", "pretrained"), [(2, 2), (5, 2), (7, 20), (32, 20)])
def test_a_run_is_held_against_the_nearest_size(size, pretrained):
    """By how many times as long its code is."""
    assert likelihoods.nearest(size) == pretrained


def test_the_page_s_sliders_reach_the_run_and_the_run_becomes_a_stop(tour):
    page = opened(tour, cb_d="2")
    page.button_group(key="cb-run-likelihood").set_value("Gaussian (squared error)").run()
    page.button_group(key="cb-run-variance").set_value("0.2").run()
    page.slider(key="cb-run-epochs").set_value(1).run()
    page.button_group(key="cb-run-images").set_value("300").run()
    page = page.button(key="train-cb-run").click().run()
    job = page.session_state["visitor"].job
    assert job.order.model == ModelConfig(
        "vae", "lite", latent_dim=2, likelihood="gaussian", variance=0.2
    )
    assert (job.order.training.epochs, job.order.training.images) == (1, 300)
    page = run_to_its_end(page, "train-cb-run")
    assert page.button_group(key="cb-d").value == YOURS
    assert captions(page).count("**Yours: Squared error (Gaussian)**") == 1
    page.button_group(key="cb-d").set_value("20").run()
    assert "The figures show the pretrained **VAE lite, d = 20" in captions(page)


def test_the_bound_is_asked_only_of_a_continuous_bernoulli_and_the_variance_of_a_gaussian(tour):
    page = opened(tour)
    asked = {}
    for name in ("Bernoulli (BCE)", "Gaussian (squared error)", "Continuous Bernoulli"):
        page.button_group(key="cb-run-likelihood").set_value(name).run()
        keys = {control.key for control in (*page.button_group, *page.select_slider)}
        asked[name] = {"cb-run-bound", "cb-run-variance"} & keys
    assert list(asked.values()) == [set(), {"cb-run-variance"}, {"cb-run-bound"}]


def test_a_run_has_its_row_below_the_pretrained_while_it_goes_on(tour):
    page = opened(tour, cb_view="mean")
    page.button_group(key="cb-run-bound").set_value("2").run()
    page = page.button(key="train-cb-run").click().run()
    visitor = page.session_state["visitor"]
    deadline = time.monotonic() + RUN_SECONDS
    while visitor.job.frame is None:
        assert time.monotonic() < deadline, "the run makes no picture"
        page.run()
    told = captions(page.run())
    visitor.job.stop()
    assert visitor.job.order.model.logit_bound == 2 and visitor.job.order.model.latent_dim == 20
    rows = ["Continuous Bernoulli", "Squared error (Gaussian)", "BCE (Bernoulli)"]
    assert [told.count(f"**{row}**") for row in rows] == [1, 1, 1]
    assert told.count("**Yours: Continuous Bernoulli**  \nmean μ(λ), |logit| ≤ 2.00  \n") == 1
    assert page.button_group(key="cb-d").value == "20"


@pytest.mark.parametrize(
    ("like", "other", "compare"),
    [
        ({"likelihood": "bernoulli"}, {"likelihood": "bernoulli", "variance": 0.5}, True),
        ({"likelihood": "bernoulli"}, {"likelihood": "gaussian"}, False),
        ({"likelihood": "gaussian"}, {"likelihood": "gaussian", "logit_bound": None}, True),
        ({"likelihood": "gaussian"}, {"likelihood": "gaussian", "variance": 0.5}, False),
        ({}, {"latent_dim": 2}, True),
        ({}, {"logit_bound": 4.6}, False),
    ],
)
def test_costs_compare_only_under_one_bound_and_of_one_variance(like, other, compare):
    config = cache.pretrained("vae-lite-20-continuous-bernoulli").config
    one, another = replace(config, **like), replace(config, **other)
    assert logit_bounds.same_nats(one, another) == compare


def test_a_run_under_another_bound_is_not_held_against_the_pretrained_s_nats(tour):
    for bound, compared in ((4.6, False), (9.21024, True)):
        page = bring(opened(tour), yours(logit_bound=bound))
        (told,) = [text.value for text in page.markdown if "Measured: " in text.value]
        assert f"per image, |logit| ≤ {bound:.2f}" in told
        assert ("The pretrained VAE lite" in told) == compared
        assert ("they do not compare" in told) != compared


def test_two_models_are_held_side_by_side_under_the_same_switch(tour):
    page = bring(opened(tour, cb_view="mean"), yours(logit_bound=4.6))
    page.button(key="run-compare").click().run()
    assert not page.exception, page.exception
    told = captions(page)
    for name, bound in (("VAE lite, d = 20", "9.21"), ("yours: VAE lite, d = 20", "4.60")):
        line = f"**{name}, β = 1, continuous bernoulli**  \nmean μ(λ), |logit| ≤ {bound}  \n"
        assert told.count(line) == 1, line
    page.button(key="compare-close").click().run()
    assert "**BCE (Bernoulli)**" in captions(page)


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
    assert "may in part be the **rate" in told
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
