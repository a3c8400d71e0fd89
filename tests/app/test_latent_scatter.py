"""Lesson 2: a run is a map, and the last two maps stand side by side under a dial."""

import re

import pytest
import torch
from scipy.linalg import orthogonal_procrustes
from scipy.spatial.distance import cdist
from streamlit.testing.v1 import AppTest

from app import cache
from app.lessons.latent_scatter import asked, overlap, two_maps
from app.state import YOURS, Drawing, Visitor
from app.words import grouped, percent
from core import evaluation, latent
from core.data import to_float
from core.models import ModelConfig
from tests.app.test_bench import job_of, trained, visitor_of, whose
from tests.visiting import follow, newcomer, onlooker, texts, words

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


def just_show(page: AppTest, key: str) -> AppTest:
    page = page.button(key=f"show-{key}").click().run()
    assert not page.exception, page.exception
    return page


def taken_for_one_another(name: str) -> dict[frozenset[int], int]:
    """By two classes, how many test images the nearest 15 training codes give the other of them;
    by brute force. Votes that tie go to the lower class, as scikit-learn's do."""
    shown = cache.pretrained(name)
    known, asked_ = (
        latent.encode(shown.model, images).mean.double().numpy()
        for images in (shown.digits.train_images, shown.digits.test_images)
    )
    nearest = torch.from_numpy(cdist(asked_, known).argsort(1)[:, :15].copy())
    votes = shown.digits.train_labels[nearest].mode(1).values
    labels = shown.digits.test_labels
    counted: dict[frozenset[int], int] = {}
    for vote, label in zip(votes.tolist(), labels.tolist()):
        counted[frozenset((vote, label))] = counted.get(frozenset((vote, label)), 0) + 1
    return counted


def test_the_hardest_pair_and_the_vote_stay_hidden_until_two_classes_were_marked():
    page = follow(newcomer(), "latent_scatter")
    assert "taken for one another" not in words(page).lower()
    assert "15-NN accuracy" not in words(page)
    assert page.button(key="commit-hardest-pair").disabled
    page.button_group(key="guess-hardest-pair").set_value(["0", "1"]).run()
    page.button(key="commit-hardest-pair").click().run()
    assert not page.exception
    counted = {pair: n for pair, n in taken_for_one_another("ae-lite-2").items() if len(pair) == 2}
    (pair, times) = max(counted.items(), key=lambda item: item[1])
    outcome = visitor_of(page).record["hardest-pair"]
    first, second = sorted(pair)
    assert outcome.said == "0 and 1" and outcome.verdict == "wrong"
    assert f"{first} and {second}, taken for one another {times} times" in outcome.measured
    assert outcome.said in outcome.sentence and outcome.measured in outcome.sentence
    assert outcome.sentence in words(page)
    right = sum(taken_for_one_another("ae-lite-2").get(frozenset((c,)), 0) for c in range(10))
    assert percent(right / 1000, 1) in outcome.measured

    page.button(key="again-hardest-pair").click().run()
    page.button_group(key="guess-hardest-pair").set_value([str(first), str(second)]).run()
    page.button(key="commit-hardest-pair").click().run()
    assert visitor_of(page).record["hardest-pair"].verdict == "right"


def test_of_a_collapsed_model_no_pair_is_said_to_stand_out():
    measured = overlap.hardest(cache.pretrained(asked.COLLAPSED))
    assert measured.unusual and "no pair stands out" in measured.words
    assert not overlap.hardest(cache.pretrained("ae-dense-32")).unusual


def test_another_seed_is_told_of_two_runs_that_differ_in_nothing_else():
    link = SHORT | {"map-epochs": "4"}
    page = trained(follow(newcomer(), "latent_scatter", link), "map")
    page.radio(key="guess-another-seed").set_value(asked.BOTH).run()
    page.button(key="commit-another-seed").click().run()
    assert f"You said **{asked.BOTH}**." in words(page), "nothing is measured of one run"
    assert "another-seed" not in visitor_of(page).record
    page.slider(key="map-seed").set_value(1).run()
    page = trained(page, "map")
    outcome, runs = visitor_of(page).record["another-seed"], visitor_of(page).runs_here
    costs = [cache.mean_terms(run).total for run in runs]
    ours, theirs = (two_maps.standard(run).double().numpy() for run in runs)
    turn, _ = orthogonal_procrustes(theirs, ours)
    fit = 1 - ((ours - theirs @ turn) ** 2).sum() / (ours**2).sum()
    alike = abs(costs[0] - costs[1]) < 0.05 * max(costs), fit > 0.9
    names = {(1, 1): asked.BOTH, (1, 0): asked.LOSS, (0, 1): asked.MAP, (0, 0): asked.NEITHER}
    assert outcome.measured.startswith(names[alike])
    assert all(f"{cost:.1f} nats" in outcome.measured for cost in costs)
    assert percent(max(0, fit)) in outcome.measured
    assert outcome.said == asked.BOTH
    assert outcome.said in outcome.sentence and outcome.measured in outcome.sentence
    assert outcome.sentence in words(page)
    assert two_maps.outcome([runs[0], cache.pretrained("ae-dense-2")]) is None
    assert two_maps.outcome(runs[:1]) is None


def test_two_maps_side_by_side_do_not_tell_what_is_to_be_predicted():
    page = trained(follow(newcomer(), "latent_scatter", SHORT), "map")
    page.button(key="run-compare").click().run()
    assert page.slider(key="held-turn")
    assert "The same map? As it stands" not in words(page)


def test_what_two_runs_share_is_named_by_their_costs_and_their_maps():
    assert two_maps.same(100.0, 104.0, fit=0.95) == asked.BOTH
    assert two_maps.same(100.0, 104.0, fit=0.85) == asked.LOSS
    assert two_maps.same(100.0, 106.0, fit=0.95) == asked.MAP
    assert two_maps.same(-100.0, -106.0, fit=0.85) == asked.NEITHER


def test_training_and_not_continuity_alone_makes_the_classes_gather():
    """As the page says of the decoder, the encoder and training, and shows on its card."""
    page = follow(onlooker(), "latent_scatter")
    (card,) = [text for text in texts(page) if text.startswith("The loss holds no label")]
    shares = [float(share) for share in re.findall(r"([\d.]+)\N{NO-BREAK SPACE}%", card)]
    before, after = shares
    assert 10 < before < 30 and after > 2 * before
    assert after == pytest.approx(
        100
        * sum(taken_for_one_another("ae-lite-2").get(frozenset((c,)), 0) for c in range(10))
        / 1000,
        abs=0.06,
    )


def test_like_images_get_like_codes():
    """As the page says of the encoder: nearest in pixels, much nearer than others in codes."""
    shown = cache.pretrained("ae-lite-2")
    x = to_float(shown.digits.test_images[:500]).flatten(1)
    codes = latent.encode(shown.model, shown.digits.test_images[:500]).mean
    between = torch.cdist(x, x).fill_diagonal_(torch.inf)
    alike = (codes - codes[between.argmin(1)]).norm(dim=1)
    assert alike.median() < torch.cdist(codes, codes).median() / 3


def test_each_pretrained_model_of_the_menu_is_one_training_from_one_seed():
    menu = follow(onlooker(), "latent_scatter").selectbox(key="map-of").options
    cards = [cache.pretrained(name).card for name in MODELS]
    assert len(menu) == len(cards)
    assert all(isinstance(card["training"]["seed"], int) for card in cards)
    titles = [cache.pretrained(name).title for name in MODELS]
    assert len(set(titles)) == len(titles), "no model is there twice, from another seed"


MODELS = (
    *(f"ae-{kind}-2" for kind in ("lite", "dense", "shallow", "deep")),
    *(f"ae-dense-{d}" for d in (1, 8, 32)),
    *(f"vae-lite-2-beta-{beta}" for beta in ("1", "0.0392", "392")),
    "vae-lite-20-bernoulli",
)


def test_the_islands_of_a_collapsed_model_are_told_as_the_ties_that_they_are():
    link = {"map-of": "VAE lite, d = 2, β = 392: collapsed", "tsne": "true"}
    page = follow(onlooker(), "latent_scatter", link)
    codes = cache.pretrained("vae-lite-2-beta-392").codes.mean[:2000]
    same = max(codes.unique(dim=0, return_counts=True)[1].tolist())
    assert same > 0.99 * len(codes)
    assert f"**{grouped(same)}** of these 2\N{NO-BREAK SPACE}000 codes" in words(page)
    spread = cache.tsne(cache.pretrained("vae-lite-2-beta-392")).std(0)
    assert spread.min() > 1, "and t-SNE spreads them all the same"
    islands = asked.ISLANDS.filled()
    assert grouped(same) in islands.options[islands.right].why


def test_where_classes_overlap_their_reconstructions_are_confused():
    """The right answer to the first question, measured."""
    shown, judge = cache.pretrained("ae-lite-2"), cache.classifier()
    (pair, _) = max(
        ((p, n) for p, n in taken_for_one_another("ae-lite-2").items() if len(p) == 2),
        key=lambda item: item[1],
    )
    read, labels = cache.readings(shown, judge), cache.judged_of(shown).labels

    def swapped(a: int, b: int) -> int:
        return int((((labels == a) & (read == b)) | ((labels == b) & (read == a))).sum())

    assert swapped(*pair) > 10 * max(1, swapped(0, 1))
    assert asked.OVERLAP.options[asked.OVERLAP.right].words.startswith("Come back alike")


def test_the_loss_cannot_tell_a_map_from_its_mirror():
    """The right answer to the second question: no image costs more after a mirror."""
    shown = cache.pretrained("ae-lite-2")
    x = to_float(Visitor().followed().images)
    mirror = torch.diag(torch.tensor([1.0, -1.0]))
    with torch.no_grad():
        z = shown.model.encode(x)
        there, back = shown.model.decode(z), shown.model.decode(z @ mirror @ mirror.inverse())
    assert evaluation.judging.squared_error(there.sigmoid(), back.sigmoid()).max() < 1e-8
    assert asked.MIRRORED.options[asked.MIRRORED.right].words.startswith("Neither")


def place_of_the_digit(page: AppTest, name: str) -> list[float]:
    """Where that model's encoder puts the seven being followed, moved two pixels to the right."""
    image = visitor_of(page).followed().images[7].float() / 255
    moved = torch.zeros(1, 1, 28, 28)
    moved[..., 2:] = image[..., :-2]
    with torch.no_grad():
        return cache.pretrained(name).model.encode(moved)[0].tolist()


def test_where_the_encoder_puts_a_digit_stays_hidden_until_a_place_was_committed_to():
    page = follow(newcomer(), "latent_scatter", {"z": "1.5,-0.25"})
    told = "({:.3g}, {:.3g})".format(*place_of_the_digit(page, "ae-lite-2")).replace("-", "−")
    assert told not in words(page)
    page.button(key="commit-place-of-a-digit").click().run()
    assert not page.exception
    outcome = visitor_of(page).record["place-of-a-digit"]
    assert outcome.said == "(1.5, −0.25)"
    assert outcome.measured.startswith(told)
    assert outcome.said in outcome.sentence and outcome.measured in outcome.sentence
    assert outcome.sentence in words(page)


def test_a_place_is_right_at_the_encoder_s_own_and_told_in_distances_of_the_codes():
    """One spread off, where half of all codes lie no farther from their middle."""
    page = follow(newcomer(), "latent_scatter")
    codes = cache.pretrained("ae-lite-2").codes.mean
    x, y = place_of_the_digit(page, "ae-lite-2")
    middle = codes.median(0).values
    spread = float(sorted((codes - middle).norm(dim=1).tolist())[len(codes) // 2])
    for off, verdict in ((0.0, "right"), (0.6, "near"), (1.0, "wrong")):
        page = follow(page, "latent_scatter", {"z": f"{x + off * spread},{y}"})
        page.button(key="commit-place-of-a-digit").click().run()
        outcome = visitor_of(page).record["place-of-a-digit"]
        assert outcome.verdict == verdict
        (times,) = re.findall(r"and (\S+) spreads from your place", outcome.measured)
        assert float(times) == pytest.approx(off, abs=0.01)
        page.button(key="again-place-of-a-digit").click().run()


def test_a_place_on_one_map_says_nothing_of_another_map():
    page = follow(newcomer(), "latent_scatter")
    page.button(key="commit-place-of-a-digit").click().run()
    page.selectbox(key="map-of").set_value("AE dense, d = 2").run()
    assert page.button(key="commit-place-of-a-digit")
    page.button(key="show-place-of-a-digit").click().run()
    told = "({:.3g}, {:.3g})".format(*place_of_the_digit(page, "ae-dense-2")).replace("-", "−")
    assert told in words(page)
    page.selectbox(key="map-of").set_value("AE dense, d = 8").run()
    keys = {button.key for button in page.button}
    assert not {"commit-place-of-a-digit", "again-place-of-a-digit"} & keys, "no place has two"


def test_the_learner_s_own_digit_is_asked_for_where_there_is_one():
    tour = newcomer()
    image = torch.zeros(1, 1, 28, 28, dtype=torch.uint8)
    image[..., 5:23, 13:15] = 255
    tour.session_state["visitor"].drawn = Drawing(image, 1)
    page = follow(tour, "latent_scatter")
    page.button(key="show-place-of-a-digit").click().run()
    with torch.no_grad():
        x, y = cache.pretrained("ae-lite-2").model.encode(image / 255)[0].tolist()
    assert f"({x:.3g}, {y:.3g})".replace("-", "−") in words(page)


def test_every_image_lies_at_one_place_of_a_collapsed_map():
    link = {"map-of": "VAE lite, d = 2, β = 392: collapsed"}
    page = follow(newcomer(), "latent_scatter", link)
    page.button(key="commit-place-of-a-digit").click().run()
    assert not page.exception
    assert "carry nothing" in visitor_of(page).record["place-of-a-digit"].sentence
