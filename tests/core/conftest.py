"""What the tests of core share: the real sample, a handful of it, and small VAEs."""

import functools
from collections.abc import Callable
from dataclasses import replace

import jaxtyping
import pytest
import torch
from hypothesis import settings

from core import data
from core.data import Digits
from core.models import Likelihood, ModelConfig, VariationalAutoencoder
from core.training import TrainConfig, advance, start

LIKELIHOODS: tuple[Likelihood, ...] = ("bernoulli", "gaussian", "continuous_bernoulli")

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


@pytest.fixture(scope="session")
def trained(digits: Digits) -> Callable[..., VariationalAutoencoder]:
    """VAEs as a learner has them after a moment, by likelihood and latents; not to be changed."""

    @functools.cache
    def train(**config) -> VariationalAutoencoder:
        training = TrainConfig(epochs=6, images=2000, batch_size=100, learning_rate=0.01)
        state = start(ModelConfig("vae", hidden_dim=32, **config), training)
        model = advance(state, digits, steps=120).model
        assert isinstance(model, VariationalAutoencoder)
        return model.eval().requires_grad_(False)

    return train


@pytest.fixture(params=LIKELIHOODS)
def model(request: pytest.FixtureRequest, trained) -> VariationalAutoencoder:
    """A small VAE of each likelihood, with two latents."""
    return trained(likelihood=request.param, latent_dim=2)
