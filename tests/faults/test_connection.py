"""A run goes on while somebody watches it, and ends some time after the last one has left."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.faults.learner import Learner
from tests.serving import Server, staged

SECONDS = 60


@pytest.fixture
def stage(tmp_path) -> Iterator[Server]:
    with staged(tmp_path, "tests.faults.watch_stage") as server:
        yield server


async def until(learner: Learner, told: str) -> None:
    """Look at the page again and again until it says so."""
    deadline = time.monotonic() + SECONDS
    while learner.text != told:
        assert time.monotonic() < deadline, learner.text
        await learner.look()


def test_a_run_ends_when_its_visitor_s_connection_is_lost_and_not_before(stage: Server):
    async def leave() -> None:
        watching, other = await Learner.open(stage.url, ""), await Learner.open(stage.url, "")
        await watching.press("Train")
        await until(other, "1 runs")
        looked = time.monotonic()
        while time.monotonic() < looked + 2:  # longer than the time of grace
            await watching.look()
        await other.look()
        assert other.text == "1 runs"
        await watching.close()
        await until(other, "0 runs")
        await other.close()
        assert [watching.exceptions, other.exceptions] == [[], []]

    asyncio.run(leave())
