"""What every test may ask for. The repository's root is on the path through pyproject.toml."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.serving import ROOT, Server, serving

# As in the dashboard: one thread a training, so that the same seed gives the same bits.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """The folder that holds all of MNIST (`MNIST/raw`); without one the test is skipped."""
    root = Path(os.environ.get("LATENT_WALK_DATA") or ROOT.parent / "shared" / "data")
    if not (root / "MNIST" / "raw").is_dir():
        pytest.skip("needs all of MNIST: set LATENT_WALK_DATA to the folder that holds MNIST/raw")
    return root


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that visit it."""
    with serving(tmp_path_factory.mktemp("home")) as server:
        yield server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests run last: Playwright's event loop would stand in the way of other tests'."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Show what the server said beside a test that fails."""
    report = yield
    server = getattr(item, "funcargs", {}).get("server")
    if report.failed and server:
        report.sections.append(("server log", server.log.read_text()[-10_000:]))
    return report
