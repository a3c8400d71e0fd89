"""What pages will ask of the judge that can refuse, of silent units and of neighbours."""

import pytest
import torch

from app import cache
from core import data, evaluation
from core.checkpoints import CheckpointError
from core.models.classifier import NO_DIGIT

SWEEP = [f"vae-dense-20-beta-{beta}" for beta in (1, 2, 4, 8, 16, 32)]
FOUR = ("neither", "noise-only", "kl-only", "both")


def test_the_judge_reads_digits_and_refuses_few_of_them():
    digits, judge = cache.digits("sample"), cache.judge_of_digits()
    images = data.to_float(digits.test_images)
    read = judge.model.probabilities(images).argmax(1)
    assert (read == digits.test_labels).float().mean() > 0.97
    assert (read == NO_DIGIT).float().mean() < 0.015


def test_the_judge_refuses_no_digit_for_the_greys_of_a_bounded_continuous_bernoulli():
    """Whose mean images lie between 0.108 and 0.892 under |logit| <= 9.21."""
    judge = cache.judge_of_digits()
    images = data.to_float(cache.digits("sample").test_images)
    counts = evaluation.judging.drawn(judge.model, 0.108 + (0.892 - 0.108) * images)
    assert counts[NO_DIGIT] < 0.02 * len(images)


def test_the_judge_refuses_most_cross_fades_in_which_the_classifier_finds_a_digit():
    digits, judge = cache.digits("sample"), cache.judge_of_digits()
    x, labels = data.to_float(digits.test_images), digits.test_labels
    rng = torch.Generator().manual_seed(2)
    a, b = evaluation.judging.pairs_of_classes(labels, 500, rng)
    counts = evaluation.judging.drawn(judge.model, (x[a] + x[b]) / 2)
    assert counts[NO_DIGIT] > 400


def test_the_judge_s_card_holds_its_own_confusion():
    """MNIST's test digits number 980, 1 135, …, 1 009 (LeCun's files)."""
    test = cache.judge_of_digits().card["test"]
    confusion = torch.tensor(test["confusion"])
    of_mnist = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert confusion.sum(1).tolist() == [*of_mnist, 10_000]
    assert confusion.diagonal()[:NO_DIGIT].sum() / 10_000 == pytest.approx(test["accuracy"])
    assert confusion[:NO_DIGIT, NO_DIGIT].sum() / 10_000 == pytest.approx(test["refused"])
    assert test["accuracy"] >= 0.98 and test["refused"] <= 0.01
    taken = test["taken_for_digits"]
    share = taken["mixes"] + taken["shuffled_quadrants"] + taken["blobs"] + taken["uniform_noise"]
    assert confusion[NO_DIGIT, :NO_DIGIT].sum() / 10_000 == pytest.approx(share / 4)


def test_a_thousand_samples_are_judged():
    shown = cache.pretrained("vae-lite-20-bernoulli")
    judged = cache.judged_drawn(shown, "prior", cache.judge_of_digits())
    assert len(judged) == NO_DIGIT + 1
    assert judged.sum() == 1000


def test_units_fall_silent_one_by_one_as_beta_rises():
    active = []
    for shown in map(cache.pretrained, SWEEP):
        per_unit = cache.kl_per_unit(shown)
        assert per_unit.sum().item() == pytest.approx(
            cache.mean_terms(shown).kl, rel=1e-4, abs=1e-4
        )
        active.append(int((per_unit > 0.01).sum()))
    assert active == sorted(active, reverse=True)
    assert len(set(active)) >= 5 and active[0] >= 18 and active[-1] == 0
    with pytest.raises(ValueError, match="points"):
        cache.kl_per_unit(cache.pretrained("ae-lite-2"))
    with pytest.raises(ValueError, match="points"):
        cache.kl_per_unit(cache.pretrained("vae-dense-2-kl-only"))


def test_one_collapses_at_beta_1():
    shown = cache.pretrained("vae-dense-20-gaussian-variance-392")
    assert shown.config.beta == 1
    assert cache.kl_per_unit(shown).max() < 0.01


def test_noise_makes_neighbours_alike():
    change = {what: cache.change_nearby(cache.pretrained(f"vae-dense-2-{what}")) for what in FOUR}
    assert change["noise-only"] < change["neither"] / 2
    assert change["both"] < change["kl-only"] < change["neither"]


def test_a_bernoulli_can_spend_what_the_continuous_one_spends():
    ours, theirs = (
        cache.pretrained(f"vae-lite-20-{name}").card["test"]["kl"]
        for name in ("bernoulli-beta-0.3", "continuous-bernoulli")
    )
    assert ours == pytest.approx(theirs, abs=1)


@pytest.mark.parametrize("kind", ["ae", "vae"])
def test_a_second_seed_is_the_same_recipe_from_another_beginning(kind: str):
    first, second = (
        cache.pretrained(f"{kind}-lite-20-bernoulli{seed}") for seed in ("", "-seed-1")
    )
    assert first.config == second.config
    assert second.card["training"] == first.card["training"] | {"seed": 1}
    assert second.card["test"]["total"] == pytest.approx(first.card["test"]["total"], abs=1)


def test_a_vae_without_noise_is_not_brought_back():
    """Pages would tell of clouds that it has not."""
    ends = (".safetensors", ".json")
    files = {
        f"mine{end}": (cache.PRETRAINED / f"vae-dense-2-kl-only{end}").read_bytes() for end in ends
    }
    with pytest.raises(CheckpointError, match="is a VAE without noise"):
        cache.brought_back(files, "sample")
