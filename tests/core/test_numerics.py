"""log C(λ) by other people's ways, against the paper's series, torch and 60 digits."""

import itertools
import json
import math
from fractions import Fraction
from pathlib import Path

import pytest
import torch
from torch.distributions import ContinuousBernoulli

from core import numerics

REFERENCE = json.loads((Path(__file__).parent / "reference_values.json").read_text())
BY_LAMBDA = {float(row["lam"]): row["logC"] for row in REFERENCE["cb_by_lambda"]}


def test_the_first_taylor_coefficients_are_the_paper_s():
    assert numerics.taylor_coefficients(3) == [
        Fraction(4, 3), Fraction(104, 45), Fraction(16064, 2835),
    ]  # fmt: skip


@pytest.mark.parametrize("lam", [0.4, 0.49, 0.4999, 0.5, 0.501, 0.52])
def test_every_further_term_comes_nearer_to_60_digits(lam: float):
    at = torch.tensor(lam, dtype=torch.float64)
    errors = [
        abs(numerics.taylor_log_norm(at, terms).item() - BY_LAMBDA[lam]) for terms in range(7)
    ]
    for fewer, more in itertools.pairwise(errors):
        assert more < 0.2 * fewer or more < 1e-15


def test_torch_s_form_is_the_closed_form_with_two_terms_in_a_narrow_window():
    logits = torch.linspace(-12, 12, 2001, dtype=torch.float64)
    torch_s = ContinuousBernoulli(logits=logits)
    log_norm = torch_s.log_prob(torch.ones(2001).double()) + torch.nn.functional.softplus(-logits)
    ours = numerics.log_norm_from_lambda(logits.sigmoid(), terms=2, half_width=0.001)
    torch.testing.assert_close(ours, log_norm, atol=1e-9, rtol=0)


def test_the_closed_form_is_endless_where_lambda_was_rounded_to_an_end():
    ends = torch.tensor([0.0, 1.0])
    assert numerics.log_norm_from_lambda(ends, 2, 0.001).tolist() == [math.inf, math.inf]


def test_errors_of_log_c_in_float32_are_measured_against_60_digits():
    """Torch's own log C, asked for directly, at logits that float32 holds exactly."""
    rows = {abs(float(row["eta"])): row for row in REFERENCE["cb"]}
    exact = [eta for eta in rows if float(torch.tensor(eta).float()) == eta and eta < 100]
    errors = numerics.float32_errors(torch.tensor(exact, dtype=torch.float64), 2, 0.001)
    for i, eta in enumerate(exact):
        torch_s = ContinuousBernoulli(logits=torch.tensor([eta, -eta]))._cont_bern_log_norm()
        want = (torch_s.double() - rows[eta]["logC"]).abs().max().item()
        assert errors.log_norm["torch"][i].item() == pytest.approx(want, abs=5e-7)
        assert errors.log_norm["ours"][i] < 4e-7


def test_errors_of_the_mean_in_float32_are_measured_against_60_digits():
    rows = {abs(float(row["eta"])): abs(row["mean"] - 0.5) for row in REFERENCE["cb"]}
    etas = [eta for eta in rows if eta < 100]
    errors = numerics.float32_errors(torch.tensor(etas, dtype=torch.float64), 2, 0.001).mean
    for i, eta in enumerate(etas):
        above, below = ContinuousBernoulli(logits=torch.tensor([eta, -eta])).mean.tolist()
        want = max(abs(above - 0.5 - rows[eta]), abs(0.5 - below - rows[eta]))
        # A logit that float32 rounds moves the mean by less than 1e-9.
        assert errors["torch"][i].item() == pytest.approx(want, abs=1e-9)
        assert errors["ours"][i] < 2e-7


def test_torch_s_mean_is_wrong_by_what_the_lesson_s_chart_shows():
    """Just outside torch's window, and where λ rounds to 1."""
    outside, far = (
        numerics.float32_errors(torch.tensor([0.004, 50.0]).double(), 2, 0.001)
        .mean["torch"]
        .tolist()
    )
    assert outside > 1e-3
    assert far > 1e-2


def test_a_wider_window_repairs_what_a_narrow_one_leaves_just_outside():
    near = torch.logspace(-2.3, -1, 300, dtype=torch.float64)  # |λ - ½| from .00125 to .025
    narrow, wide = (
        numerics.float32_errors(near, 2, window).log_norm["closed form"].max()
        for window in (0.001, 0.03)
    )
    assert wide < narrow / 5
