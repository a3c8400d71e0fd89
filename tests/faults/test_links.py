"""No link ends a page: every parameter of every page, with values that no control would give it."""

import functools
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pytest
from streamlit.testing.v1 import AppTest

from tests.visiting import (
    Link,
    as_markdown,
    follow,
    last_heading,
    newcomer,
    nodes,
    trained,
)

# States of the pages that between them show every control. In the first of a page all its sections
# are opened, too; the others differ in what they show besides.
STATES: tuple[tuple[str, Link], ...] = (
    ("welcome", {}),
    ("data", {}),
    ("autoencoder", {}),
    ("latent_scatter", {}),
    ("latent_scatter", {"map-of": "AE dense, d = 8", "map-plane": "Two latent axes"}),
    ("latent_scatter", {"map-of": "AE dense, d = 2", "colour": "Loss"}),
    ("latent_scatter", {"map-of": "VAE lite, d = 20, β = 1", "colour": "KL"}),
    ("random_sampling", {"compare-samplers": "true"}),
    ("random_sampling", {"sampled-model": "VAE, d = 2"}),
    ("interpolation", {"walk-midpoints": "true", "mosaic": "Four images"}),
    ("interpolation", {"walk-numbers": "20", "mosaic": "A plane", "mosaic-open": "true"}),
    ("vae", {"calc-preset": "Your own"}),
    ("continuous_bernoulli", {}),
    ("continuous_bernoulli", {"cb-x": "of any value"}),
    ("build_your_own", {"own-kind": "VAE", "own-figure": "Map"}),
    ("build_your_own", {"own-architecture": "lite", "own-figure": "Interpolation"}),
    ("build_your_own", {"own-architecture": "deep", "own-figure": "Samples"}),
    ("build_your_own", {"own-architecture": "shallow", "own-figure": "Take it home"}),
)
# Read from the address by hand: codes, paths and places on maps.
PLACES = (
    "z", "z-path", "z-ae", "z-ae-path", "z-vae", "z-vae-path", "digit", "blur", "blur-path",
    "walk-t",
)  # fmt: skip

HOSTILE = "![x](http://example.invalid/)"
TAG = "<script>alert(1)</script>"
BAD: dict[str, tuple[str, str | list[str]]] = {  # for a number, and for one of several words
    "empty": ("", ""),
    "no number": ("nan", "None"),
    "no end": ("inf", "no such option"),
    "no end below": ("-inf", HOSTILE),
    "beyond a float": ("1e999", TAG),
    "too large": ("1e30", "٣½🔢\u202e"),
    "too small": ("5e-324", "9" * 5000),
    "negative": ("-1", ["1", "2"]),
}
NUMBERS = ("slider", "number_input")  # controls of numbers
WITH_PLACES: tuple[tuple[str, Link], ...] = (
    ("welcome", {}),
    ("latent_scatter", {}),
    ("latent_scatter", {"colour": "Loss"}),
    ("latent_scatter", {"map-of": "AE dense, d = 8", "tsne": "true"}),
    ("random_sampling", {}),
    ("interpolation", {"walk-by-hand": "true"}),
    ("vae", {"vae-blur-open": "true", "duel-more": "true"}),
)
BAD_PLACES = {
    "numbers that are none": "nan,nan",
    "no end": "inf,-inf",
    "far away": "999999,-999999",
    "too many": ",".join(["1"] * 5000),
    "a digit of -7": "0,0,-7",
    "a digit that is not there": "0,0,99999",
    "half a digit": "0,0,0.5",
    "no end of digits": "0,0,1e999",
    "commas": ",,",
    "a picture": f"{HOSTILE},1",
}
CALCULATOR: Link = {"vae-calculator-open": "true", "calc-preset": "Your own"}
NAMED: tuple[tuple[str, Link], ...] = (
    ("build_your_own", {"own-kind": ""}),
    ("random_sampling", {"sampler": ""}),
    ("interpolation", {"walk-from": ""}),
    ("continuous_bernoulli", {"cb-d": ""}),
    ("vae", CALCULATOR | {"calc-rf": "1e-300", "calc-lf": "1e9"}),
    ("vae", CALCULATOR | {"calc-rf": "5e-324"}),
    ("vae", CALCULATOR | {"calc-side": "inf"}),
    ("vae", CALCULATOR | {"calc-colours": "inf"}),
    ("vae", CALCULATOR | {"calc-d": "inf"}),
    ("build_your_own", {"own-seed": "inf"}),
)


def name_of(case: object) -> str | None:
    if isinstance(case, tuple):
        lesson, link = case
        return f"{lesson}?" + "&".join(f"{key}={value}" for key, value in link.items())
    return None


class Tours:
    """One visitor for as long as no page ends in an exception, then another one."""

    def __init__(self) -> None:
        self._tours: dict[bool, AppTest] = {}

    def one(self, lesson: str) -> AppTest:
        """For lesson 7 one with an autoencoder and a VAE of one's own."""
        owns = lesson == "build_your_own"
        tour = self._tours.get(owns)
        if tour is None or tour.exception:
            tour = self._tours[owns] = newcomer()
            for kind in ("AE", "VAE") if owns else ():
                trained(tour, {"own-kind": kind})
        return tour


@pytest.fixture(scope="module")
def tours() -> Tours:
    return Tours()


class Opened(NamedTuple):
    """A page in one of its states."""

    ways_in: Link  # what brings it there, sections included
    parameters: dict[str, str]  # and the kind of control each is bound to
    ending: str  # its last heading


def bound(page: AppTest) -> Iterator[tuple[str, str]]:
    """The parameters that a page's controls are bound to, and the kinds of those controls."""
    for node in nodes(page.main):
        for owner in (node.proto, getattr(node.proto, "expandable", None)):
            if parameter := getattr(owner, "query_param_key", ""):
                yield parameter, node.type


@functools.cache
def opened(tours: Tours, state: int) -> Opened:
    lesson, link = STATES[state]
    ways_in, first = dict(link), state == [of for of, _ in STATES].index(lesson)
    while True:  # a section may hold another one
        page = follow(tours.one(lesson), lesson, ways_in)
        assert not page.exception, page.exception
        parameters = dict(bound(page))
        closed = [n for n, kind in parameters.items() if kind == "expander" and n not in ways_in]
        if not (first and closed):
            return Opened(ways_in, parameters, last_heading(page))
        ways_in |= dict.fromkeys(closed, "true")


def bad_values(names: Iterable[str], parameters: dict[str, str], kind: str) -> Link:
    number, word = BAD[kind]
    return {name: number if parameters.get(name) in NUMBERS else word for name in names}


def complaint(page: AppTest, ending: str) -> str:
    """What is wrong with a page after a bad link; nothing where nothing is."""
    if page.exception:
        return page.exception[0].message.strip().splitlines()[0]
    if last_heading(page) != ending:
        return f"it ends at {last_heading(page)!r}"
    if HOSTILE in as_markdown(page):
        return "what a link brought is read as Markdown"
    return ""


def complaints(tours: Tours, lesson: str, ways_in: Link, bad: Link, ending: str) -> list[str]:
    """Of each parameter that ends the page: halved until one is left, where all go wrong."""
    wrong = complaint(follow(tours.one(lesson), lesson, ways_in | bad), ending)
    if not wrong or len(bad) == 1:
        return [f"?{name}={value}: {wrong}"[:200] for name, value in bad.items() if wrong]
    names = sorted(bad)
    halves = names[: len(names) // 2], names[len(names) // 2 :]
    found = [
        each
        for half in halves
        for each in complaints(tours, lesson, ways_in, {n: bad[n] for n in half}, ending)
    ]
    return found or [f"{', '.join(names)} together: {wrong}"]


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("state", range(len(STATES)), ids=map(name_of, STATES))
def test_a_bad_value_in_a_link_never_ends_a_page(tours: Tours, state: int, kind: str):
    page = opened(tours, state)
    names = [name for name in (*page.parameters, *PLACES) if name not in page.ways_in]
    bad = bad_values(names, page.parameters, kind)
    assert not complaints(tours, STATES[state][0], page.ways_in, bad, page.ending)


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("lesson", dict.fromkeys(lesson for lesson, link in STATES if link))
def test_what_opens_a_part_of_a_page_may_be_bad_too(tours: Tours, lesson: str, kind: str):
    pages = [opened(tours, i) for i, (of, _) in enumerate(STATES) if of == lesson]
    bad = bad_values({name for page in pages for name in page.ways_in}, {}, kind)
    assert not complaints(tours, lesson, {}, bad, pages[0].ending)


@pytest.mark.parametrize("kind", BAD_PLACES)
@pytest.mark.parametrize("case", WITH_PLACES, ids=name_of)
def test_a_place_that_no_map_has_never_ends_a_page(tours: Tours, case: tuple[str, Link], kind: str):
    lesson, link = case
    ending = last_heading(follow(tours.one(lesson), lesson, link))
    bad: Link = dict.fromkeys(PLACES, BAD_PLACES[kind])
    assert not complaints(tours, lesson, link, bad, ending)


@pytest.mark.parametrize("case", NAMED, ids=name_of)
def test_a_link_that_once_ended_a_page_opens_it_and_so_does_a_reload(case: tuple[str, Link]):
    lesson, link = case
    ending = last_heading(follow(newcomer(), lesson))
    page = follow(newcomer(), lesson, link)
    assert not complaint(page, ending)
    assert not complaint(follow(page, lesson, dict(page.query_params)), ending)
