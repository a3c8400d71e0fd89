"""No link ends a page: every parameter of every page, with values that no control would give it."""

import functools
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from streamlit.testing.v1 import AppTest

from tests.visiting import (
    Link,
    as_markdown,
    follow,
    last_heading,
    nodes,
    onlooker,
    trained,
)

# States of the pages that between them show every control. In the first of a page all its sections
# are opened, too; the others differ in what they show besides. What a link does not say stays as
# the state before left it: hence t-SNE, which is slow, in the last one of its page.
STATES: tuple[tuple[str, Link], ...] = (
    ("welcome", {}),
    ("data", {}),
    ("autoencoder", {}),
    ("latent_scatter", {}),
    ("latent_scatter", {"map-of": "AE dense, d = 8", "map-plane": "Two latent axes"}),
    ("latent_scatter", {"map-of": "AE dense, d = 2", "colour": "Loss"}),
    ("latent_scatter", {"map-of": "VAE lite, d = 20, β = 1", "colour": "KL"}),
    ("latent_scatter", {"map-of": "AE dense, d = 8", "tsne": "true"}),
    ("random_sampling", {"compare-samplers": "true"}),
    ("random_sampling", {"sampled-model": "VAE, d = 2"}),
    ("interpolation", {"walk-slerp": "true", "mosaic": "Four images"}),
    ("interpolation", {"walk-numbers": "20", "mosaic": "A plane", "mosaic-open": "true"}),
    ("vae", {"calc-preset": "Your own"}),
    ("continuous_bernoulli", {}),
    ("continuous_bernoulli", {"cb-x": "of any value"}),
    ("build_your_own", {"own-kind": "VAE", "own-figure": "Map"}),
    ("build_your_own", {"own-architecture": "lite", "own-figure": "Interpolation"}),
    ("build_your_own", {"own-architecture": "deep", "own-figure": "Samples"}),
    ("build_your_own", {"own-architecture": "shallow", "own-figure": "Film"}),
)
# Read from the address by hand: codes, paths and places on maps; and, on t-SNE, a digit's number.
PLACES = (
    "z", "z-path", "z-ae", "z-ae-path", "z-vae", "z-vae-path", "blur", "blur-path", "walk-t",
)  # fmt: skip
DIGIT = "digit"

HOSTILE = "![x](http://example.invalid/)"


class Bad(NamedTuple):
    """What no control would say, by what reads it: so that one visit brings it to all of them."""

    number: str
    word: str | list[str]  # one of a few
    place: str
    digit: str


# One word for each reader that it may trip: of nothing, of None, of Markdown and HTML, of long
# numbers, of one value. To the course all of them are words that it does not know.
ODD = f"{HOSTILE}<script>alert(1)</script>٣½🔢\u202e"
WORDS: tuple[str | list[str], ...] = ("", "None", ODD, "9" * 5000, ["1", "2"])
BAD = {
    "empty": Bad("", WORDS[0], "", ""),
    "no number": Bad("nan", WORDS[1], "nan,nan", "nan"),
    "no end": Bad("inf", WORDS[2], "inf,-inf", "1e999"),
    "no end below": Bad("-inf", WORDS[2], ",,", "-inf"),
    "too large": Bad("1e30", WORDS[3], "999999,-999999", "99999"),
    "too small": Bad("5e-324", WORDS[3], ",".join(["1"] * 5000), "0.5"),
    "negative": Bad("-1", WORDS[4], f"{HOSTILE},1", "-7"),
}
# In the first state of a page all kinds; in the others, which show few controls more, two each.
CASES = [
    (state, kind)
    for state, (lesson, _) in enumerate(STATES)
    for place, kind in enumerate(BAD)
    if state == [of for of, _ in STATES].index(lesson) or (place - 2 * state) % len(BAD) < 2
]
NUMBERS = ("slider", "number_input")  # controls of numbers
CALCULATOR: Link = {"vae-terms": "true", "calc-preset": "Your own"}
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
            tour = self._tours[owns] = onlooker()
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


def bad_values(page: Opened, bad: Bad) -> Link:
    """For all that a page reads but what brings it into its state."""
    controls: Link = {
        name: bad.number if kind in NUMBERS else bad.word
        for name, kind in page.parameters.items()
        if name not in page.ways_in
    }
    return controls | dict.fromkeys(PLACES, bad.place) | {DIGIT: bad.digit}


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


@functools.cache
def healthy_ending(lesson: str) -> str:
    """The last heading of a page that somebody opens who has just come."""
    return last_heading(follow(onlooker(), lesson))


@pytest.mark.parametrize(("state", "kind"), CASES, ids=str)
def test_a_bad_value_in_a_link_never_ends_a_page(tours: Tours, state: int, kind: str):
    page = opened(tours, state)
    bad = bad_values(page, BAD[kind])
    assert not complaints(tours, STATES[state][0], page.ways_in, bad, page.ending)


@pytest.mark.parametrize("word", WORDS, ids=("empty", "None", "odd", "long", "two"))
@pytest.mark.parametrize("lesson", dict.fromkeys(lesson for lesson, link in STATES if link))
def test_what_opens_a_part_of_a_page_may_be_bad_too(
    tours: Tours, lesson: str, word: str | list[str]
):
    pages = [opened(tours, i) for i, (of, _) in enumerate(STATES) if of == lesson]
    bad: Link = dict.fromkeys({name for page in pages for name in page.ways_in}, word)
    assert not complaints(tours, lesson, {}, bad, pages[0].ending)


@pytest.mark.parametrize("case", NAMED, ids=name_of)
def test_a_link_that_once_ended_a_page_opens_it_and_so_does_a_reload(case: tuple[str, Link]):
    lesson, link = case
    page = follow(onlooker(), lesson, link)
    assert not complaint(page, healthy_ending(lesson))
    page = follow(page, lesson, dict(page.query_params))
    assert not complaint(page, healthy_ending(lesson))
