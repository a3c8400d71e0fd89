"""log C(λ) by other people's ways, against the paper's series, torch and 60 digits."""

import itertools
import json
import math
from fractions import Fraction
from pathlib import Path

import pytest
import torch

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
    torch_s = torch.distributions.ContinuousBernoulli(logits=logits)
    log_norm = torch_s.log_prob(torch.ones(2001).double()) + torch.nn.functional.softplus(-logits)
    ours = numerics.log_norm_from_lambda(logits.sigmoid(), terms=2, window=0.001)
    torch.testing.assert_close(ours, log_norm, atol=1e-9, rtol=0)


def test_the_closed_form_is_endless_where_lambda_was_rounded_to_an_end():
    ends = torch.tensor([0.0, 1.0])
    assert numerics.log_norm_from_lambda(ends, 2, 0.001).tolist() == [math.inf, math.inf]


def test_errors_in_float32_are_measured_against_60_digits():
    """At logits that float32 holds exactly, so that the error is the program's own."""
    rows = {abs(float(row["eta"])): row for row in REFERENCE["cb"]}
    exact = [eta for eta in rows if float(torch.tensor(eta).float()) == eta and eta < 100]
    errors = numerics.float32_errors(torch.tensor(exact, dtype=torch.float64), 2, 0.001)
    for i, eta in enumerate(exact):
        logits = torch.tensor([eta, -eta])
        torch_s = torch.distributions.ContinuousBernoulli(logits=logits).log_prob(
            torch.tensor([1.0, 0.0])
        )
        want = (torch_s.double() + math.log1p(math.exp(-eta)) - rows[eta]["logC"]).abs().max()
        assert errors.log_norm["torch"][i].item() == pytest.approx(want.item(), abs=1e-12)
        assert errors.log_norm["ours"][i] < 4e-7
        assert errors.mean["ours"][i] < 2e-7


def test_a_wider_window_repairs_what_a_narrow_one_leaves_just_outside():
    near = torch.logspace(-2.3, -1, 300, dtype=torch.float64)  # |λ - ½| from .00125 to .025
    narrow, wide = (
        numerics.float32_errors(near, 2, window).log_norm["closed form"].max()
        for window in (0.001, 0.03)
    )
    assert wide < narrow / 5
