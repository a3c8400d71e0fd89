"""Lesson 4: the default pair shows what the page is about, and one t moves three frames."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from tests.visiting import Link, follow, newcomer, nodes, words


def opened(link: Link | None = None) -> AppTest:
    page = follow(newcomer(), "interpolation", link)
    assert not page.exception, page.exception[0].message
    assert not page.error, page.error
    return page


def alternatives(page: AppTest) -> list[str]:
    """What the pictures of a page say to whom cannot see them."""
    return [node.proto.imgs[0].alt for node in nodes(page.main) if node.type == "image"]


def large(page: AppTest) -> dict[str, tuple[int, int]]:
    """What is read in each of the three large frames, and how surely, in per cent."""
    (told,) = [alt for alt in alternatives(page) if alt.startswith("The three ways")]
    found = re.findall(r"([\w-]+) (\d): (\d+)", told)
    return {name: (int(digit), int(sure)) for name, digit, sure in found}


def on_the_way(page: AppTest) -> dict[str, list[int]]:
    """The digits read along each of the three ways."""
    (told,) = [
        line for line in words(page).splitlines() if line.startswith("The classifier reads, from")
    ]
    ways = told.split(": ", 1)[1].split(". ")[0].split("; ")
    return {way.split()[0]: [int(digit) for digit in re.findall(r"\d", way)] for way in ways}


def chosen(page: AppTest, key: str) -> int:
    return int(page.session_state[key])


def test_the_page_opens_on_a_third_digit_that_only_the_decoded_paths_pass():
    page = opened()
    ends = [chosen(page, "walk-from"), chosen(page, "walk-to")]
    assert 4 not in ends, "the story may not depend on which four is followed"
    frames = large(page)
    (third, sure) = frames["AE"]
    assert third not in ends and sure >= 99
    assert frames["VAE"][0] == third and frames["VAE"][1] >= 99
    ways = on_the_way(page)
    assert ways["cross-fade"] == ends
    for kind in ("AE", "VAE"):
        assert [ways[kind][0], ways[kind][-1]] == ends, "the ends are restored as themselves"
        assert third in ways[kind]


def test_with_twenty_numbers_the_same_pair_passes_no_third_digit():
    page = opened({"walk-twenty": "true"})
    ends = [chosen(page, "walk-from"), chosen(page, "walk-to")]
    assert on_the_way(page) == {"cross-fade": ends, "AE": ends, "VAE": ends}
    assert "No third digit." in words(page)


def test_what_decides_the_figure_stands_above_it_and_what_it_is_drawn_by_below():
    page = opened()
    order = [getattr(node.proto, "label", "") or node.type for node in nodes(page.main)]
    (switch,) = [i for i, label in enumerate(order) if label.startswith("Twenty numbers")]
    pictures = [i for i, label in enumerate(order) if label == "image"]
    captions = [node.proto.body for node in nodes(page.main) if hasattr(node.proto, "body")]
    assert switch < pictures[0]
    strips = next(i for i, text in enumerate(captions) if text.startswith("Under each frame"))
    models = [i for i, text in enumerate(captions) if text.startswith("The figures show")]
    assert len(models) == 2 and strips < models[0]


@pytest.mark.parametrize(("t", "end"), [("0.00", "walk-from"), ("1.00", "walk-to")])
def test_a_link_to_a_t_enlarges_that_frame_of_all_three_ways(t: str, end: str):
    page = opened({"walk-t": t})
    assert {digit for digit, _ in large(page).values()} == {chosen(page, end)}
    assert any(f"t = {t}" in alt for alt in alternatives(page))


def test_t_stands_in_the_middle_again_where_the_frames_are_others():
    page = opened({"walk-t": "0.30"})
    page.select_slider(key="walk-frames").set_value(13).run()
    assert not page.exception
    assert page.select_slider(key="walk-t").value == 0.5
    assert "The link asks here" not in words(page)


def test_the_share_of_cross_fades_read_as_neither_end_is_measured():
    page = opened({"walk-midpoints": "true"})
    (bars,) = [
        node.proto.alt
        for node in nodes(page.main)
        if getattr(node.proto, "alt", "").startswith("Read as neither end")
    ]
    share = re.findall(r"cross-fade (\d+)", bars)[0]
    assert int(share) > 0
    assert f"{share}\N{NO-BREAK SPACE}% of the cross-fades" in words(page)
