"""What the tests of core share: the real sample, and a handful of it for quick trainings."""

from dataclasses import replace

import jaxtyping
import pytest
import torch
from hypothesis import settings

from core import data
from core.data import Digits

# The same examples every time, and no clock: these tests share their machine.
settings.register_profile("core", derandomize=True, deadline=None, database=None)
settings.load_profile("core")


@pytest.fixture(scope="session")
def digits() -> Digits:
    """The 5 000 digits that travel with the course."""
    return data.load("sample")


@pytest.fixture(scope="session")
def few(digits: Digits) -> Digits:
    """96 of them to train on and 40 to test with, all different."""
    return replace(
        digits,
        train_images=digits.train_images[:96],
        train_labels=digits.train_labels[:96],
        test_images=digits.test_images[:40],
        test_labels=digits.test_labels[:40],
    )


@pytest.fixture
def rng() -> torch.Generator:
    """A generator that starts where it always starts."""
    return torch.Generator().manual_seed(0)


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the running course, where no annotation is checked and core must look for itself."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
