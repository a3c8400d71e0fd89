"""What every test may ask for. The repository's root is on the path through pyproject.toml."""

import os
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).resolve().parents[1]

# As in the dashboard: one thread a training, so that the same seed gives the same bits.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """The folder that holds all of MNIST (`MNIST/raw`); without one the test is skipped."""
    root = Path(os.environ.get("LATENT_WALK_DATA") or ROOT.parent / "shared" / "data")
    if not (root / "MNIST" / "raw").is_dir():
        pytest.skip("needs all of MNIST: set LATENT_WALK_DATA to the folder that holds MNIST/raw")
    return root
