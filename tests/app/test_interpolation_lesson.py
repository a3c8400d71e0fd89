"""Lesson 4: the default pair shows what the page is about, and a run walks beside two others."""

import json
import re
import struct
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from scipy import stats
from streamlit.testing.v1 import AppTest

from app import cache
from app.lessons.interpolation import asked, midpoints
from app.words import percent
from core import latent
from core.data import to_float
from core.evaluation import judging
from core.models import ModelConfig
from tests.visiting import (
    Link,
    follow,
    messages,
    newcomer,
    nodes,
    onlooker,
    run_to_its_end,
    texts,
    words,
)


def opened(link: Link | None = None) -> AppTest:
    page = follow(onlooker(), "interpolation", link)
    assert not page.exception, page.exception[0].message
    assert not page.error, page.error
    return page


class Way(NamedTuple):
    """What is sent to the browser of a way."""

    about: dict[str, Any]
    frames: np.ndarray  # frames, 28, 28
    path: np.ndarray  # frames, 2; nothing of a cross-fade

    @property
    def middle(self) -> int:
        return len(self.frames) // 2

    @property
    def read(self) -> list[int]:
        """The digits that are read along it, one after the other."""
        return [digit for digit, _ in groupby(self.about["digits"])]


def unpacked(data: bytes) -> Way | None:
    """A way from its bytes; None of what else is sent. The layout is that of shelf.js."""
    (length,) = struct.unpack("<I", data[:4])
    about = json.loads(data[4 : 4 + length])
    if "short" not in about:
        return None
    arrays, at = {}, 4 + length + -length % 4
    for name, kind, size in about["arrays"]:
        arrays[name] = np.frombuffer(data, kind, size, at)
        at += arrays[name].nbytes + -arrays[name].nbytes % 4
    return Way(about, arrays["frames"].reshape(-1, 28, 28), arrays["path"].reshape(-1, 2))


def ways(page: AppTest) -> list[Way]:
    """The ways that stand side by side, in their order."""
    sent = [node.proto.bytes for node in nodes(page.main) if node.type == "bidi_component"]
    return [way for data in sent if data and (way := unpacked(data))]


def short_names(page: AppTest) -> list[str]:
    return [way.about["short"] for way in ways(page)]


def at_t(page: AppTest) -> float:
    (asked,) = [
        json.loads(node.proto.json)
        for node in nodes(page.main)
        if node.type == "bidi_component" and node.proto.component_name == "latent_walk_ways"
    ]
    return asked["t"][0]


def chosen(page: AppTest, key: str) -> int:
    return int(page.session_state[key])


def alternatives(page: AppTest) -> list[str]:
    """What the pictures and charts of a page say to whom cannot see them."""
    pictures = [node.proto.imgs[0].alt for node in nodes(page.main) if node.type == "image"]
    return pictures + [getattr(node.proto, "alt", "") for node in nodes(page.main)]


def read_as_neither_end(page: AppTest) -> list[str]:
    """The ways whose midpoints are measured."""
    return list(shares(page, OTHER))


DIGIT = "Middles that the judge takes for a digit"
OTHER = "Middles that the classifier reads as neither end"


def shares(page: AppTest, title: str) -> dict[str, tuple[float, float]]:
    """What a chart of middles says of each way, and its standard error: percent."""
    (bars,) = [alt for alt in alternatives(page) if alt.startswith(title)]
    told = re.findall(r"(?:, )?([\w-][\w, -]*?) ([\d.]+) ± ([\d.]+)", bars.split(": ", 1)[1])
    return {name: (float(mean), float(error)) for name, mean, error in told}


def ordered(page: AppTest) -> tuple[Any, Any]:
    order = page.session_state["visitor"].job.order
    return order.model, order.training


def trained(page: AppTest) -> AppTest:
    page.button(key="train-walk").click().run()
    return run_to_its_end(page, "train-walk")


SHORT: Link = {"walk-epochs": "1", "walk-images": "300"}


def test_the_page_opens_on_a_third_digit_that_only_the_decoded_paths_pass():
    page = opened()
    ends = [chosen(page, "walk-from"), chosen(page, "walk-to")]
    assert 4 not in ends, "the story may not depend on which four is followed"
    assert at_t(page) == 0.5
    fade, ae, vae = ways(page)
    third = ae.about["digits"][ae.middle]
    assert third not in ends and third == vae.about["digits"][vae.middle]
    for way in (ae, vae):
        assert int(re.findall(r"\d+", way.about["sure"][way.middle])[0]) >= 99
        assert [way.read[0], way.read[-1]] == ends, "the ends are restored as themselves"
    assert fade.read == ends


def test_with_twenty_numbers_the_same_pair_passes_no_third_digit():
    page = opened({"walk-numbers": "20"})
    ends = [chosen(page, "walk-from"), chosen(page, "walk-to")]
    assert [way.read for way in ways(page)] == [ends] * 3


@pytest.mark.parametrize("names", [("2", "vae-lite-2-beta-1"), ("20", "vae-lite-20-bernoulli")])
def test_what_is_sent_is_what_the_model_decodes_between_the_two_codes(names: tuple[str, str]):
    numbers, name = names
    page = opened({"walk-numbers": numbers})
    visitor, (fade, _, vae) = page.session_state["visitor"], ways(page)
    images = visitor.followed().images[[chosen(page, "walk-from"), chosen(page, "walk-to")]]
    shown = cache.pretrained(name)
    middle = latent.encode(shown.model, images).mean.mean(0, keepdim=True)
    with torch.no_grad():
        decoded = shown.model.decode(middle).sigmoid()[0, 0].numpy()
    assert np.abs(vae.frames[vae.middle] / 255 - decoded).max() <= 0.5 / 255 + 1e-4
    assert vae.path[vae.middle] == pytest.approx(vae.path[[0, -1]].mean(0), abs=1e-4)
    blend = to_float(images).mean(0)[0].numpy()
    assert np.abs(fade.frames[fade.middle] / 255 - blend).max() <= 0.5 / 255 + 1e-6


def test_slerp_is_offered_with_twenty_numbers_and_leaves_the_straight_line():
    straight, round_ = (
        opened({"walk-numbers": "20", "walk-path": path}) for path in ("Straight line", "Slerp")
    )
    assert not any(group.key == "walk-path" for group in opened().button_group)
    (_, *lines), (_, *arcs) = ways(straight), ways(round_)
    for line, arc in zip(lines, arcs, strict=True):
        assert arc.path[[0, -1]] == pytest.approx(line.path[[0, -1]], abs=1e-4)
        assert np.abs(arc.path - line.path).max() > 0.01


@pytest.mark.parametrize(("asked", "t"), [("0.3", 0.3), ("1", 1), ("1.5", 0.5), ("-1", 0.5)])
def test_a_link_to_a_t_opens_there_and_to_none_in_the_middle(asked: str, t: float):
    assert at_t(opened({"walk-t": asked})) == t


def test_the_sliders_reach_the_run_and_it_walks_beside_the_pretrained_as_a_further_stop():
    page = opened(SHORT | {"walk-d": "5", "walk-kind": "AE"})
    assert short_names(page) == ["cross-fade", "AE", "VAE"]
    page = trained(page)
    model, training = ordered(page)
    assert model == ModelConfig("ae", "dense", 5)
    assert (training.epochs, training.images) == (1, 300)
    assert page.button_group(key="walk-numbers").value == "yours"
    assert short_names(page) == ["cross-fade", "AE", "VAE", "yours, AE"]
    assert [way.about["name"] for way in ways(page)[1:3]] == [
        "AE lite, d = 2",
        "VAE lite, d = 2, β = 1",
    ]
    assert "Measured" in words(page) and "pretrained AE lite, d = 2" in words(page)

    page.button_group(key="walk-numbers").set_value("20").run()
    assert not page.exception
    assert short_names(page) == ["cross-fade", "AE", "VAE"]
    strips = [alt for alt in alternatives(page) if alt.startswith("Strips of")]
    assert len(strips) == 1 and "yours: AE dense, d = 5" in strips[0]


def test_beta_reaches_the_run_and_its_middles_are_measured_among_the_others():
    page = opened(SHORT | {"walk-d": "17", "walk-beta": "0"})
    page = trained(page)
    model, _ = ordered(page)
    assert model == ModelConfig("vae", "dense", 17, beta=0.0)
    names = [way.about["name"] for way in ways(page)]
    assert names[1] == "AE lite, d = 20" and names[3].startswith("yours: VAE dense, d = 17")
    measured = ["cross-fade", "AE", "VAE", "yours"]
    assert read_as_neither_end(page) == measured
    page.button_group(key="walk-numbers").set_value("2").run()
    assert read_as_neither_end(page) == measured, "also beside another pair"


def test_a_run_is_seen_while_it_learns_under_the_same_t():
    page = opened({"walk-epochs": "100", "walk-t": "0.3"})
    page.button(key="train-walk").click().run()
    job = page.session_state["visitor"].job
    while job.frame is None:
        page.run()
    page.run()
    first = ways(page)
    assert [way.about["short"] for way in first] == ["cross-fade", "AE", "VAE", "yours, VAE"]
    before = job.state.step
    while job.frame.history[-1].step <= before:
        page.run()
    page.run()
    second = ways(page)
    assert at_t(page) == 0.3
    assert all(np.array_equal(a.frames, b.frames) for a, b in zip(first[:3], second[:3]))
    assert not np.array_equal(first[3].frames, second[3].frames)
    job.stop()
    run_to_its_end(page, "train-walk")


def test_two_models_are_held_side_by_side_under_the_same_pair_and_t():
    page = trained(opened(SHORT | {"walk-t": "0.7"}))
    page.button(key="run-compare").click().run()
    assert not page.exception
    assert short_names(page) == ["cross-fade", "VAE", "yours, VAE"]
    assert at_t(page) == 0.7


def test_a_run_that_explodes_says_so_and_the_page_keeps_what_it_had():
    page = opened(SHORT | {"walk-rate": "1", "walk-epochs": "5", "walk-d": "9"})
    page.button(key="train-walk").click().run()
    page = run_to_its_end(page, "train-walk")
    assert page.session_state["visitor"].job.status == "failed"
    assert any("The page keeps what it had." in told for told in messages(page))
    assert short_names(page) == ["cross-fade", "AE", "VAE"]
    assert page.slider(key="walk-d").value == 9, "to be tried again with another rate"


class Pairs(NamedTuple):
    """The page's pairs of digits: their first and second images, and all classes."""

    first: torch.Tensor
    second: torch.Tensor
    labels: torch.Tensor


def pairs() -> Pairs:
    labels = cache.digits("sample").test_labels
    rng = torch.Generator().manual_seed(0)
    return Pairs(*judging.pairs_of_classes(labels, 500, rng), labels)


def middles(name: str, *, norm: str = "line") -> torch.Tensor:
    """What a model draws half-way between the codes of the page's pairs; on the arc, the middle is
    that of the line made longer by 1 / cos(Ω/2)."""
    shown, (first, second, _) = cache.pretrained(name), pairs()
    images = cache.digits("sample").test_images
    a, b = (latent.encode(shown.model, images[of]).mean for of in (first, second))
    middle = (a + b) / 2
    if norm == "arc":
        cosine = torch.nn.functional.cosine_similarity(a, b, dim=1)
        middle = middle / ((1 + cosine) / 2).sqrt().unsqueeze(1)
    with torch.no_grad():
        return shown.model.decode(middle).sigmoid()


def cross_fades() -> torch.Tensor:
    x, (first, second, _) = to_float(cache.digits("sample").test_images), pairs()
    return (x[first] + x[second]) / 2


def taken_for_digits(pictures: torch.Tensor) -> np.ndarray:
    return (cache.judge_of_digits().model.probabilities(pictures).argmax(1) != 10).double().numpy()


def test_readings_stay_hidden_until_the_middle_was_predicted():
    page = follow(newcomer(), "interpolation", {"walk-by-hand": "true"})
    assert all(not way.about["digits"] for way in ways(page)), "pictures alone"
    assert "the classifier reads" not in words(page)
    hidden = re.findall(r"A classifier reads the decoding as \*\*(\d)", words(page))
    assert hidden == [str(chosen(page, "walk-from"))], "the mark begins at the way's start"
    page.radio(key="guess-midway").set_value(asked.FIRST).run()
    page.button(key="commit-midway").click().run()
    assert not page.exception
    _, ae, _ = ways(page)
    images = torch.from_numpy(ae.frames[[ae.middle]].copy()).float().div(255).unsqueeze(1)
    sure, read = cache.classifier().model.probabilities(images).max(1)
    assert int(read) not in (ae.read[0], ae.read[-1])
    outcome = page.session_state["visitor"].record["midway"]
    assert outcome.measured == f"{asked.THIRD} ({int(read)}, {percent(float(sure))} sure)"
    assert (outcome.said, outcome.verdict, outcome.of) == (asked.FIRST, "wrong", "AE lite, d = 2")
    assert outcome.said in outcome.sentence and outcome.measured in outcome.sentence
    assert outcome.sentence in words(page)
    page.button(key="again-midway").click().run()
    page.radio(key="guess-midway").set_value(asked.THIRD).run()
    page.button(key="commit-midway").click().run()
    assert page.session_state["visitor"].record["midway"].verdict == "right"


def test_a_way_without_a_third_digit_is_told_as_such():
    page = follow(newcomer(), "interpolation", {"walk-numbers": "20"})
    page.radio(key="guess-midway").set_value(asked.THIRD).run()
    page.button(key="commit-midway").click().run()
    outcome = page.session_state["visitor"].record["midway"]
    assert outcome.measured.startswith((asked.FIRST, asked.SECOND))
    assert "no third digit half-way" in outcome.sentence


def test_where_middles_are_readable_is_told_after_the_prediction_with_its_errors():
    page = follow(newcomer(), "interpolation", {"walk-slerp": "true"})
    hidden = (DIGIT, OTHER, "Middles taken for a digit by slerp")
    assert not any(alt.startswith(hidden) for alt in alternatives(page))
    assert "± " not in words(page)
    page.radio(key="guess-best-midpoints").set_value(asked.VAE).run()
    page.button(key="commit-best-midpoints").click().run()
    assert not page.exception
    taken = {
        "cross-fade": taken_for_digits(cross_fades()),
        "AE": taken_for_digits(middles("ae-lite-2")),
        "VAE": taken_for_digits(middles("vae-lite-2-beta-1")),
    }
    told = shares(page, DIGIT)
    for name, each in taken.items():
        assert told[name] == pytest.approx((100 * each.mean(), 100 * stats.sem(each)), abs=0.051)
    assert taken["AE"].mean() > taken["VAE"].mean() > taken["cross-fade"].mean()
    apart = taken["AE"] - taken["VAE"]
    assert apart.mean() > 2 * stats.sem(apart), "not by chance"
    outcome = page.session_state["visitor"].record["best-midpoints"]
    assert (outcome.said, outcome.verdict) == (asked.VAE, "wrong")
    assert outcome.measured.startswith(asked.AE)
    assert outcome.said in outcome.sentence and outcome.measured in outcome.sentence
    assert outcome.sentence in words(page)
    card = next(text for text in texts(page) if "VAE less AE" in text)
    assert f"−{100 * apart.mean():.1f} ± {100 * stats.sem(apart):.1f} points" in card
    assert "here it does not" in card


def test_nobody_can_tell_where_the_best_two_lie_too_close_together():
    rng = torch.Generator().manual_seed(0)

    def way(share: float) -> judging.Between:
        yes = torch.randperm(500, generator=rng) < 500 * share
        return judging.Between(digit=yes, other=~yes)

    fade, ae, vae = way(0.1), way(0.5), way(0.52)
    told = midpoints.best(fade, ae, vae)
    assert (told.value, told.unusual) == (asked.TIE, True)
    assert midpoints.best(fade, ae, way(0.9)).value == asked.VAE
    assert midpoints.best(way(0.9), ae, vae).value == asked.FADE
    assert not midpoints.best(fade, way(0.9), vae).unusual


def test_the_share_of_cross_fades_read_as_neither_end_stands_beside_that_of_decoded_middles():
    page, (first, second, labels) = opened(), pairs()
    told = shares(page, OTHER)

    def other(drawn: torch.Tensor) -> float:
        read = cache.classifier().model.probabilities(drawn).argmax(1)
        return ((read != labels[first]) & (read != labels[second])).double().mean().item()

    sentence = next(text for text in texts(page) if "double exposures" in text)
    for name, drawn in {"cross-fade": cross_fades(), "AE": middles("ae-lite-2")}.items():
        assert told[name][0] == pytest.approx(100 * other(drawn), abs=0.051)
        assert percent(other(drawn)) in sentence
    assert 0 < told["cross-fade"][0] < told["AE"][0]
    passed_by = other(middles("ae-lite-20-bernoulli"))
    assert 100 * passed_by < told["AE"][0] / 2, "with d = 20 there is room to pass the third by"


def test_a_cross_fade_holds_no_ink_that_neither_end_has():
    """The right answer to the first question; the decoded middle does hold such ink."""
    x, (first, second, _) = to_float(cache.digits("sample").test_images), pairs()
    bare = (x[first] == 0) & (x[second] == 0)
    assert (cross_fades()[bare] == 0).all()
    assert (middles("ae-lite-2") * bare).flatten(1).sum(1).mean() > 10
    assert (
        asked.THIRD_DIGIT.options[asked.THIRD_DIGIT.right].words == "The way between their codes."
    )


def test_a_decoder_draws_something_where_no_code_lives():
    """The right answer to the second question: far outside there is ink, and no blend of two."""
    shown = cache.pretrained("ae-lite-2")
    far = torch.tensor([[30.0, 30.0]])
    with torch.no_grad():
        drawn = shown.model.decode(far).sigmoid()
    assert shown.holes.distance(far).item() > 10
    assert drawn.sum() > 10
    assert asked.OFF_THE_CLOUD.options[asked.OFF_THE_CLOUD.right].words.startswith("Whatever")


def test_the_norm_of_a_middle_is_that_of_many_draws():
    """The right answer to the third question."""
    draws = torch.randn(2, 4000, 50, generator=torch.Generator().manual_seed(0))
    question = asked.MIDPOINT.filled()
    assert f"about {draws[0].norm(dim=1).mean():.1f}" in question.prompt
    middle = draws.mean(0).norm(dim=1).mean().item()
    right = question.options[question.right].words
    assert float(re.findall(r"[\d.]+", right)[0].rstrip(".")) == pytest.approx(middle, abs=0.06)


def test_slerp_is_measured_on_the_same_pairs_by_two_seeds_with_its_errors():
    page = opened({"walk-slerp": "true"})
    names = ["ae-lite-20-bernoulli", "vae-lite-20-bernoulli"]
    for name in (*names, *(f"{name}-seed-1" for name in names)):
        arc, line = (taken_for_digits(middles(name, norm=way)) for way in ("arc", "line"))
        gain = 100 * (arc - line)
        assert gain.mean() > 2 * stats.sem(gain)
        told = f"+{gain.mean():.1f} ± {stats.sem(gain):.1f} points"
        assert told in next(text for text in texts(page) if text.startswith("With d = 20 slerp"))
    assert len(shares(page, "Middles taken for a digit by slerp")) == 4
    card = next(text for text in texts(page) if text.startswith("With d = 2 norms"))
    for name in ("ae-lite-2", "vae-lite-2-beta-1"):
        arc, line = (taken_for_digits(middles(name, norm=way)) for way in ("arc", "line"))
        gain = 100 * (arc - line)
        assert f"+{gain.mean():.1f} ± {stats.sem(gain):.1f} points" in card


def test_what_is_not_asked_for_is_not_worked_out():
    page = opened()
    assert not any(alt.startswith(("Mosaic", "Strips")) for alt in alternatives(page))
    page = opened({"mosaic-open": "true", "walk-by-hand": "true"})
    assert any(alt.startswith("Mosaic of 16 by 16") for alt in alternatives(page))
    assert "From A, where the nearest digit is a **0**" in words(page)


def test_where_the_browser_cannot_draw_the_strips_stand_in():
    page = opened()
    page.session_state["visitor"].pad_failed = True
    page.run()
    assert not page.exception and not ways(page)
    assert any(alt.startswith("Strips of 11 frames") for alt in alternatives(page))
