"""How numbers and models are written."""

import pytest

from app import words
from core.models import ModelConfig

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "form", "written"),
    [
        (-1234.56, ",.1f", f"−1{SPACE}234.6"),
        (1e6, ",.0f", f"1{SPACE}000{SPACE}000"),
        (-0.001, ".2f", "0.00"),
        (-0.0, ".0f", "0"),
        (0.00002, ".1e", "2.0e−05"),
        (float("-inf"), ".1f", "−∞"),
        (3.25, "+.1f", "+3.2"),
    ],
)
def test_a_number_has_a_minus_sign_and_groups_that_no_line_breaks(value, form, written):
    assert words.number(value, form) == written


def test_costs_shares_and_counts_have_their_units():
    assert words.nats(-1234.56, 0) == f"−1{SPACE}235 nats"
    assert words.percent(0.0234, 1) == f"2.3{SPACE}%"
    assert words.grouped(60000) == f"60{SPACE}000"


@pytest.mark.parametrize(
    ("seconds", "written"), [(0.2, "1 s"), (41.4, "41 s"), (89, "89 s"), (240, "4 min")]
)
def test_lengths_of_time_are_whole_seconds_or_minutes(seconds, written):
    assert words.duration(seconds).replace(SPACE, " ") == written


def test_a_list_ends_with_and():
    assert [words.listed(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]


def test_a_title_says_what_tells_models_apart():
    assert words.title(ModelConfig(latent_dim=4)) == "AE dense, d = 4"
    config = ModelConfig("vae", "lite", 2, likelihood="continuous_bernoulli", beta=0.0392)
    assert words.title(config) == "VAE lite, d = 2, β = 0.0392, continuous bernoulli"


def test_models_that_differ_go_home_under_different_names():
    configs = [
        ModelConfig("vae"),
        ModelConfig("vae", beta=0.5),
        ModelConfig("vae", latent_dim=8),
        ModelConfig("vae", "lite"),
        ModelConfig("vae", likelihood="gaussian"),
        ModelConfig("vae", hidden_dim=64),
        ModelConfig("ae"),
    ]
    names = {words.file_name(config, seed) for config in configs for seed in (0, 1, None)}
    assert len(names) == 3 * len(configs)
    assert words.file_name(configs[1], 3) == "my-vae-dense-2-beta-0.5-seed-3"


def test_a_fixed_noise_is_told_and_names_another_file():
    fixed, learned = ModelConfig("vae", noise=0.5), ModelConfig("vae")
    assert words.title(fixed) == "VAE dense, d = 2, β = 1, σ = 0.5"
    assert words.file_name(fixed, 0) == "my-vae-dense-2-beta-1-noise-0.5-seed-0"
    assert words.title(learned) == "VAE dense, d = 2, β = 1"


def test_what_somebody_typed_is_one_line_of_what_can_be_seen():
    typed = "  Zoë's\tβ\n= 1\x00\u202e\ud800 run  "
    assert words.plain(typed, 40) == "Zoë's β = 1 run"
    assert words.plain("x" * 50, 40) == "x" * 40
    assert words.plain("\u200b\n", 40) == ""
