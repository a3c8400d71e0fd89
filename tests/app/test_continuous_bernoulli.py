"""Lesson 6 shows what it measured, and refuses what does not compare."""

import json
import math
import re
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
from scipy import stats
from streamlit.testing.v1 import AppTest
from torch.distributions import ContinuousBernoulli

from app import cache
from app.cache import Shown
from app.lessons.continuous_bernoulli import asked, likelihoods, sharpness
from app.panels import logit_bounds
from app.state import YOURS
from core.card import Card
from core.models import ModelConfig, build
from tests.visiting import RUN_SECONDS, newcomer, nodes, page_of, run_to_its_end, words


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
    visitor.enter(run)
    visitor.keep(run.key)
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
    assert kinds.index("image") < kinds.index("subheader") < kinds.index("vega_lite_chart")


def test_as_means_no_row_is_sharper_than_the_digits(tour):
    digits, *others = sharpnesses(opened(tour, cb_view="mean"))
    assert len(others) == 3 and digits > max(others)


def marks(page: AppTest) -> dict[str, set[str]]:
    """The names in the two charts of looks, by their titles."""
    found = {}
    for chart in page.get("vega_lite_chart"):
        title = json.loads(chart.proto.spec).get("title", {}).get("text")
        if title in ("Sharpness against the rate", "Error against the rate"):
            tables = [
                pa.ipc.open_stream(each.data.data).read_all() for each in chart.proto.datasets
            ]
            rows = [row for table in tables for row in table.to_pylist()]
            found[title.split()[0]] = {row["name"] for row in rows}
    return found


PRETRAINED_MARKS = {"CB λ", "CB mean", "CB restored", "Gaussian", "BCE", "BCE, β 0.3"}


def test_every_run_of_a_size_has_its_marks_among_the_pretrained(tour):
    page = opened(tour)
    only = {"Sharpness": PRETRAINED_MARKS | {"digits"}, "Error": PRETRAINED_MARKS}
    assert marks(page) == only
    bring(page, yours(likelihood="gaussian", variance=0.2))
    bring(page, yours(key="another", likelihood="bernoulli"))
    bring(page, yours(key="small", d=2))
    page.button_group(key="cb-d").set_value("20").run()
    named = {"yours: Gaussian, τ² 0.2", "yours: BCE"}
    assert marks(page) == {title: names | named for title, names in only.items()}
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
    assert "The mean is greyed by the" in told
    assert "Its codes spend" in told and "BCE, β 0.3 (" in told
    for unsupported in ("famous sharpness", "sharper is not closer", "best guess"):
        assert unsupported not in told


@pytest.mark.parametrize("d", [2, 20])
def test_a_bernoulli_stands_beside_the_continuous_one_that_spends_about_the_same(d):
    continuous = cache.pretrained(f"vae-lite-{d}-continuous-bernoulli")
    bernoulli = cache.pretrained(likelihoods.SAME_RATE[d])
    assert bernoulli.config.likelihood == "bernoulli"
    rates = [cache.mean_terms(shown).kl for shown in (continuous, bernoulli)]
    assert rates[1] == pytest.approx(rates[0], rel=0.05)


def test_at_one_rate_the_restored_mean_is_sharper_and_no_closer_to_the_digits():
    """Measured apart from this code: squared errors by numpy, and the contrast by scipy."""
    black = stats.truncexpon.mean(9.21024, scale=1 / 9.21024)
    x, _, mean = decoded_by_torch("vae-lite-20-continuous-bernoulli")
    restored = (mean - black) / (1 - 2 * black)
    _, _, bernoulli = decoded_by_torch(likelihoods.SAME_RATE[20])
    sharp, error = zip(
        *(
            (laplacian_variance(each), ((each - x) ** 2).sum((1, 2, 3)).mean().item())
            for each in (restored, bernoulli)
        )
    )
    assert sharp[0] > 1.2 * sharp[1] and error[0] > error[1]
    found = sharpness.looks(three(20) | {"BCE, β 0.3": cache.pretrained(likelihoods.SAME_RATE[20])})
    assert [found[name].error for name in ("CB restored", "BCE, β 0.3")] == pytest.approx(
        error, rel=1e-3
    )


# ---- asked before it is shown --------------------------------------------------------------------


def laplacian_variance(pictures: torch.Tensor) -> float:
    """By shifted differences, one picture after another."""
    x = pictures.squeeze(1).double().numpy()
    inner = x[:, 1:-1, 1:-1]
    beside = x[:, :-2, 1:-1] + x[:, 2:, 1:-1] + x[:, 1:-1, :-2] + x[:, 1:-1, 2:]
    return float(np.mean([np.var(each) for each in beside - 4 * inner]))


def decoded_by_torch(name: str) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Test images, and what a pretrained model restores of them: λ, and torch's mean of it."""
    shown = cache.pretrained(name)
    x = shown.digits.test_images[:1000] / 255
    with torch.no_grad():
        logits = shown.model.decode(shown.model.encode(x)).double()
    if shown.config.likelihood != "continuous_bernoulli":
        return x, logits.sigmoid(), logits.sigmoid()
    return x, logits.sigmoid(), ContinuousBernoulli(logits=logits).mean


def test_the_order_of_sharpness_is_not_there_until_it_is_asked_for():
    page = opened(newcomer())
    assert not marks(page)
    assert "sharpness **" not in captions(page) and "error " in captions(page)
    said = [asked.BCE, asked.DIGITS, asked.MEAN, asked.LAMBDA]
    page.multiselect(key="guess-sharpest").set_value(said).run()
    page.button(key="commit-sharpest").click().run()
    outcome = page.session_state["visitor"].record["sharpest"]
    assert outcome.said == "BCE < the digits < the mean < λ"
    x, lam, mean = decoded_by_torch("vae-lite-20-continuous-bernoulli")
    _, _, bce = decoded_by_torch("vae-lite-20-bernoulli")
    pictures = {asked.DIGITS: x, asked.LAMBDA: lam, asked.MEAN: mean, asked.BCE: bce}
    sharp = {name: laplacian_variance(each) for name, each in pictures.items()}
    in_order = sorted(sharp, key=sharp.__getitem__)
    told = re.findall(r"([^<(]+) \((\d\.\d{3})\)", outcome.measured)
    assert [name.strip() for name, _ in told] == in_order
    assert [float(value) for _, value in told] == pytest.approx(
        [sharp[name] for name in in_order], abs=1e-3
    )
    assert marks(page) and "sharpness **" in captions(page)


def test_a_code_that_tells_little_is_said_to_be_unusual():
    """With two numbers λ is less sharp than the digits."""
    found = sharpness.looks(three(2))
    measured = sharpness.in_order(found)
    assert measured.unusual and isinstance(measured.value, tuple)
    assert measured.value[-1] == asked.DIGITS
    assert not sharpness.in_order(sharpness.looks(three(20))).unusual


def test_the_area_is_not_there_until_it_is_asked_for():
    page = opened(newcomer(), cb_area="true")
    area = (2 * 0.1 - 1) / math.log(0.1 / 0.9)  # the integral in closed form
    assert f"{area:.3f}" not in words(page) and "cb-lambda" not in keys_of_sliders(page)
    page.slider(key="guess-score-area").set_value(0.9).run()
    page.button(key="commit-score-area").click().run()
    outcome = page.session_state["visitor"].record["score-area"]
    assert (outcome.said, outcome.measured) == ("0.90", f"{area:.3f}")
    assert "cb-lambda" in keys_of_sliders(page)


def keys_of_sliders(page: AppTest) -> set[str | None]:
    return {slider.key for slider in page.select_slider}


def test_what_a_bound_does_is_not_there_until_it_is_asked_for():
    page = opened(newcomer(), cb_bounds="true")
    assert "cb-bound" not in keys_of_sliders(page)
    page.radio(key="guess-unbounded").set_value("lower ELBO, better pictures").run()
    page.button(key="commit-unbounded").click().run()
    outcome = page.session_state["visitor"].record["unbounded"]
    assert outcome.said == "lower ELBO, better pictures"
    names = [f"vae-dense-20-cb-bound-{bound}" for bound in ("9.21", "none")]
    bounded, free = (cache.pretrained(name).card["test"]["total"] for name in names)
    black = stats.truncexpon.mean(9.21024, scale=1 / 9.21024)
    x, _, mean = decoded_by_torch(names[0])
    restored = (mean - black) / (1 - 2 * black)
    pictures = [restored, cache.restored(cache.pretrained(names[1]))[:1000]]
    errors = [((each - x) ** 2).sum((1, 2, 3)).mean().item() for each in pictures]
    elbo, better = "higher" if free < bounded else "lower", errors[1] < errors[0]
    told = f"{elbo} ELBO, {'better' if better else 'worse'} pictures"
    assert outcome.measured.startswith(told)
    assert f"{errors[0]:.1f} → {errors[1]:.1f}" in outcome.measured
    assert "cb-bound" in keys_of_sliders(page)


def test_the_keys_of_the_questions_are_what_the_formulas_say():
    half = asked.HALF.filled().options[asked.HALF.right].words
    assert half == f"BCE {math.log(2):.3f} nats, the other 0.000 nats."
    logit = math.log(0.99 / 0.01)
    mean = 1 - stats.truncexpon.mean(logit, scale=1 / logit)
    assert asked.BRIGHTNESS.filled().options[asked.BRIGHTNESS.right].words.startswith(f"{mean:.2f}")
    prompt = asked.NUMBERS.filled().prompt
    losses = re.findall(r"(−?)([\d\N{NO-BREAK SPACE}]+) nats", prompt)
    assert [sign for sign, _ in losses] == ["−", ""], "densities and scores share no zero"
    assert asked.NUMBERS.right == 0


def test_no_model_gets_below_its_bound_s_own_floor(tour):
    page = opened(tour, cb_best="true", cb_measure="bits per dimension")
    (bars,) = [
        chart.proto.alt for chart in page.get("vega_lite_chart") if "byte costs" in chart.proto.alt
    ]
    told = re.findall(r"([\w |≤.]+?) ([\d.]+)(?:,|$)", bars)
    bits = {name.strip(): float(value) for name, value in told}
    ceiling = 784 * math.log(2) * (8 - bits["floor of |logit| ≤ 9.21"])
    (expected,) = cache.ceilings("sample", (9.21024,), dequantised=True)
    assert ceiling == pytest.approx(expected, abs=784 * math.log(2) * 0.006)
    assert bits["floor of |logit| ≤ 9.21"] < bits["CB"] < 8
    assert bits["a table per pixel"] < bits["one table of shares"] < bits["CB"]


def titles(page: AppTest) -> list[str]:
    """What the charts of the page say they show."""
    specs = [json.loads(chart.proto.spec) for chart in page.get("vega_lite_chart")]
    return [spec["title"]["text"] for spec in specs if "title" in spec]


COMPARED = {
    "squared error": "Squared error of the mean image",
    "digits read right": "Reconstructions read as their label",
    "bits per dimension": "What a pixel's byte costs",
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
    for key in ("cb-more", "cb-slopes"):
        page.session_state[key] = True
    page.run()
    assert not page.exception, page.exception
    assert any(f"draws with λ = {float(lam):g}" in title for title in titles(page))
    assert any("Largest error of log C" in text.value for text in page.markdown)
