"""A visit waits for its browser: for a while, and no more of them than there is room for."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app import visits


@dataclass
class Visit:
    size: int = 1


@pytest.fixture(autouse=True)
def nobody_waits() -> Iterator[None]:
    before = list(visits._left)
    visits._left.clear()
    yield
    visits._left[:] = before


def test_a_visit_is_taken_up_once_by_the_browser_that_left_it():
    mine, other = Visit(), Visit()
    visits.leave("mine", mine)
    visits.leave("other", other)
    assert visits.take_up("") is None
    assert visits.take_up("mine") is mine
    assert visits.take_up("mine") is None
    assert visits.take_up("other") is other


def test_of_two_visits_of_one_browser_the_one_left_last_is_taken_up_first():
    first, second = Visit(), Visit()
    visits.leave("mine", first)
    visits.leave("mine", second)
    assert visits.take_up("mine") is second
    assert visits.take_up("mine") is first


def test_a_visit_that_is_watched_again_waits_for_nobody():
    visit = Visit()
    visits.leave("mine", visit)
    visits.back(visit)
    assert visits.take_up("mine") is None


def test_a_visit_waits_no_longer_than_it_is_kept(monkeypatch: pytest.MonkeyPatch):
    visits.leave("mine", Visit())
    monkeypatch.setattr(visits, "KEPT", -1.0)
    assert visits.take_up("mine") is None
    visits.leave("other", Visit())
    assert visits._left == [], "what is too old goes when the next one is left"


def test_where_too_many_or_too_large_visits_wait_the_ones_left_first_go(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(visits, "MOST", 2)
    monkeypatch.setattr(visits, "MOST_BYTES", 10)
    small = [Visit(2), Visit(2), Visit(2)]
    for i, visit in enumerate(small):
        visits.leave(str(i), visit)
    assert [left.visit for left in visits._left] == small[1:]
    large = Visit(9)
    visits.leave("large", large)
    assert [left.visit for left in visits._left] == [large]
    visits.leave("too large", Visit(11))
    assert visits._left == []
