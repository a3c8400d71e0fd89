"""What lesson 5 asks: nothing of an outcome before it is asked for, and the measured one then."""

import json
import math
import re

import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch.distributions import Independent, Normal, kl_divergence

from app import cache
from app.lessons.vae import asked, coverage, history, silent, sweep
from app.lessons.vae.asked import BACK, FALL, NEVER, RISE, STAY
from app.state import YOURS, Outcome
from app.teaching import Choose
from app.words import listed
from core.models.classifier import NO_DIGIT
from tests.app.test_lessons import own
from tests.visiting import Link, follow, newcomer, words

OPEN: Link = {"vae-ledger-open": "true"}


def opened(link: Link | None = None) -> AppTest:
    page = follow(newcomer(), "vae", link)
    assert not page.exception, page.exception
    return page


def committed(page: AppTest, key: str, said: str | float) -> Outcome:
    """What came out of a prediction, as its sentence tells it."""
    control = page.radio if isinstance(said, str) else page.slider
    control(key=f"guess-{key}").set_value(said).run()
    page.button(key=f"commit-{key}").click().run()
    assert not page.exception, page.exception
    outcome = page.session_state["visitor"].record[key]
    assert outcome.sentence in words(page)
    assert f"**{outcome.said}**" in outcome.sentence
    assert f"**{outcome.measured}**" in outcome.sentence
    return outcome


# ---- the KL in training --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kls", "what"),
    [
        ([0, 2, 5, 5.5], RISE),
        ([0, 7.5, 4.2, 5.8], RISE),  # ends with more than two thirds of its highest
        ([0, 16.7, 7.3], BACK),
        ([0, 5, 0.0], BACK),
        ([0, 0.03, 0], STAY),
        ([5, 3, 1], FALL),
        ([5, 2, 4.9], STAY),
    ],
)
def test_the_course_of_a_kl_has_four_names(kls: list[float], what: str):
    assert history.course(kls) == what


@pytest.mark.parametrize(
    ("beta", "what"), [(0.0392, BACK), (0.392, BACK), (1, RISE), (3.92, RISE), (39.2, STAY)]
)
def test_what_became_of_the_kl_is_what_the_card_s_history_says(beta: float, what: str):
    """Read off the curves by eye."""
    page = opened({"vae-beta": f"{beta:g}"})
    assert "ends more than a third below" not in words(page)
    outcome = committed(page, "kl-in-training", RISE)
    assert outcome.measured.startswith(f"{what}:")
    assert outcome.verdict == ("right" if what == RISE else "wrong")
    card = json.loads((cache.PRETRAINED / f"{sweep.name_of(beta)}.json").read_text())
    first, last = (card["history"][i]["test"]["kl"] for i in (0, -1))
    assert f"{first:.2f} nats at first" in outcome.measured
    assert f"{last:.2f} at the end" in outcome.measured
    assert ("At this β" in outcome.sentence) == (what == STAY)
    assert "ends more than a third below" in words(page)


def test_the_film_waits_for_what_is_expected_of_the_kl():
    page = opened({"vae-view": "The film of the training"})
    assert not page.get("bidi_component")
    assert "The film tells what became of the KL" in words(page)
    page.button(key="show-kl-in-training").click().run()
    assert not page.exception
    assert page.get("bidi_component")
    assert "The film tells what became of the KL" not in words(page)


# ---- units that fall silent ----------------------------------------------------------------------


@torch.no_grad()
def kls_by_torch(name: str) -> torch.Tensor:
    """KL of each unit over the sample's test images."""
    shown = cache.pretrained(name)
    mean, logvar = cache.encoded(shown, shown.digits.test_images)
    clouds = Normal(mean.double(), (logvar.double() / 2).exp())
    return kl_divergence(clouds, Normal(0.0, 1.0)).mean(0)


def test_the_last_unit_is_silent_where_torch_s_divergence_says_so():
    speaking = {b: int((kls_by_torch(sweep.silenced(b)) >= 0.01).sum()) for b in sweep.SILENCING}
    last = next(beta for beta, count in speaking.items() if count == 0)
    page = opened()
    assert "units speak" not in words(page)
    assert all(slider.key != "silent-beta" for slider in page.select_slider)
    outcome = committed(page, "silent-at", "β = 8")
    assert outcome.measured == f"β = {last}"
    assert outcome.verdict == ("right" if last == 8 else "wrong")
    assert f"so many do: {listed([str(count) for count in speaking.values()])}." in words(page)
    page.select_slider(key="silent-beta").set_value(2).run()
    assert f"**{speaking[2]} of 20** units speak" in words(page)


def test_units_fall_silent_one_by_one_and_not_all_at_once():
    counts = [silent.speaking(cache.pretrained(sweep.silenced(beta))) for beta in sweep.SILENCING]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) >= 5
    assert isinstance(asked.SILENT.way, Choose)
    assert {f"β = {sweep.SILENCING[-1]}", NEVER} <= set(asked.SILENT.way.options)


def test_a_posterior_collapses_at_beta_1_too():
    wide = cache.pretrained(sweep.WIDE)
    assert wide.config.beta == 1
    assert kls_by_torch(sweep.WIDE).max() < 0.01
    page = opened()
    page.button(key="show-silent-at").click().run()
    assert "At β = 1 a posterior cannot collapse." in words(page)
    assert "**0** units speak" in words(page)


# ---- the gap -------------------------------------------------------------------------------------


def test_the_gap_is_what_the_elbo_lacks_to_the_evidence_that_draws_find():
    page = opened(OPEN)
    told = words(page)
    assert "sampled" not in told and "IWAE" not in told
    outcome = committed(page, "elbo-gap", 1.5)
    told = words(page)
    assert "sampled" in told and "IWAE" in told
    shown = cache.pretrained(sweep.name_of(1))
    image = page.session_state["visitor"].followed().images[3:4]
    evidence, error = cache.exact(shown, image).sampled
    missing = evidence - cache.ledger(shown, image).elbo
    measured = float(outcome.measured.removesuffix(" nats"))
    assert measured == pytest.approx(missing, abs=0.1 + 4 * error)
    assert outcome.verdict == ("right" if abs(measured - 1.5) <= 1 else "near")


def test_where_no_quadrature_reaches_nothing_is_asked_and_nothing_hidden():
    tour = newcomer()
    tour.session_state["visitor"].take(own(kind="vae", latent_dim=3), "vae", "")
    page = follow(tour, "vae", OPEN | {"vae-beta": YOURS})
    assert not page.exception
    assert "IWAE" in words(page)
    assert all(button.key != "commit-elbo-gap" for button in page.button)


def test_a_digit_that_pays_nothing_is_told_apart():
    page = opened(OPEN | {"vae-beta": "39.2"})
    outcome = committed(page, "elbo-gap", 10.0)
    assert "tells nothing" in outcome.sentence
    assert float(outcome.measured.removesuffix(" nats")) < 0.1


# ---- questions -----------------------------------------------------------------------------------


@torch.no_grad()
def test_the_collapsed_model_s_figures_are_those_of_a_collapse_and_of_no_short_training():
    shown = cache.pretrained(sweep.name_of(39.2))
    mean, logvar = cache.encoded(shown, shown.digits.test_images)
    clouds = Independent(Normal(mean, (logvar / 2).exp()), 1)
    prior = Independent(Normal(torch.zeros(2), torch.ones(2)), 1)
    kl = kl_divergence(clouds, prior).mean().item()
    question = asked.COLLAPSE.filled()
    told = [float(n) for n in re.findall(r"([\d.]+) nats", question.prompt)]
    assert told[0] == pytest.approx(kl, abs=0.006) and kl < 0.01
    assert told[1] == pytest.approx(told[2], rel=0.01)
    assert question.options[question.right].words == "Its posterior collapsed."
    late = [r["test"]["kl"] for r in shown.card["history"] if r["step"] > 0.1 * 10_000]
    assert max(late) < 0.01


def test_a_factor_of_1000_is_a_beta_of_784_over_2000():
    question = asked.REDUCTION.filled()
    assert question.options[question.right].words == f"β = {784 / 2000:g}."


# ---- what samples cover --------------------------------------------------------------------------


def test_a_class_lacks_of_which_fewer_than_one_in_a_hundred_are_drawn():
    counts = torch.tensor([100, 9, 10, 0, 100, 100, 100, 100, 100, 100, 281])
    drawn = coverage.drawn(counts)
    assert drawn.share == pytest.approx(719 / 1000)
    assert drawn.lacking == [1, 3]
    assert drawn.variance == pytest.approx(0.719 * 0.281 / 1000)


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([(0.3, 0.8), (0.26, 0.82)], "the VAE"),
        ([(0.83, 0.71), (0.78, 0.71)], "the AE"),
        ([(0.83, 0.82), (0.81, 0.83)], "none"),
        ([(0.3, 0.8), (0.8, 0.81)], "none"),  # one seed of two
    ],
)
def test_a_verdict_asks_for_two_standard_errors_from_both_seeds(pairs, said: str):
    both = [(coverage.Drawn(ae, [], 1000), coverage.Drawn(vae, [], 1000)) for ae, vae in pairs]
    assert coverage.better(both).startswith(said)


def test_the_vae_is_not_ranked_below_an_autoencoder_that_draws_no_sevens():
    """d = 2: the classifier is surer of the AE's draws from N(0, I); the judge finds fewer digits
    and fewer classes among them."""
    judge = cache.judge_of_digits()
    ae, vae = (
        coverage.drawn(cache.judged_drawn(cache.pretrained(name), "prior", judge))
        for name in ("ae-lite-2", "vae-lite-2-beta-1")
    )
    assert 7 in ae.lacking
    assert len(vae.lacking) < len(ae.lacking)
    told = coverage.told(
        cache.pretrained("ae-lite-2"), cache.pretrained("vae-lite-2-beta-1"), judge
    )
    assert f"{100 * vae.share:.0f}\N{NO-BREAK SPACE}%" in told


# ---- noise and KL apart --------------------------------------------------------------------------


def test_the_four_models_figure_tells_what_was_measured():
    page = opened({"vae-why-open": "true"})
    told = words(page)
    names = ("neither", "noise-only", "kl-only", "both")
    models = [cache.pretrained(f"vae-dense-2-{name}") for name in names]
    for shown in models:
        assert f"{cache.change_nearby(shown):.1f} with" in told
    judge = cache.judge_of_digits()
    shares = []
    for shown in models:
        counts = cache.judged_drawn(shown, "prior", judge)
        shares.append(1 - counts[NO_DIGIT].item() / 1000)
        assert f"{100 * shares[-1]:.0f}\N{NO-BREAK SPACE}%" in told
    best = names[max(range(4), key=lambda i: shares[i])].replace("-only", " alone")
    assert f"Most with {best.replace('kl', 'KL')}" in told
    assert len({tuple(sorted(shown.card["training"].items())) for shown in models}) == 1


def test_noise_and_kl_do_what_is_said_of_them():
    """Noise: less change nearby. KL: more digits from N(0, I). Each against its lack."""
    change = {n: cache.change_nearby(cache.pretrained(f"vae-dense-2-{n}")) for n in
              ("neither", "noise-only")}  # fmt: skip
    assert change["noise-only"] < change["neither"] / 2
    judge = cache.judge_of_digits()
    share = {
        name: coverage.drawn(
            cache.judged_drawn(cache.pretrained(f"vae-dense-2-{name}"), "prior", judge)
        )
        for name in ("neither", "noise-only", "kl-only", "both")
    }
    for without, with_kl in (("neither", "kl-only"), ("noise-only", "both")):
        apart = share[with_kl].share - share[without].share
        doubt = math.sqrt(share[with_kl].variance + share[without].variance)
        assert apart > 2 * doubt
