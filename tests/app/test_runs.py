"""What a page says of a run's data and of its costs, and the axes of its curve; what is kept."""

import re

import pytest

from app import cache
from app.cache import Shown
from app.panels.bench import holding
from app.state import NAME, NOTE, RUNS, SIDES, Visitor
from core import film
from tests.app.test_bench import trained, whose
from tests.visiting import follow, onlooker, words


def test_a_lesson_trains_on_few_images_of_a_large_set_and_says_so(mnist_root, monkeypatch):
    """Fault 13; and fault 14: the page's own cost is that of all 10 000 test images in use."""
    monkeypatch.setenv("LATENT_WALK_DATA", str(mnist_root))
    tour = onlooker()
    tour.session_state["visitor"].use_data("mnist")
    page = follow(tour, "autoencoder")
    assert re.search(r"40 epochs of 4\s000 images", words(page))
    measured = re.search(r"restoring one costs \*\*([\d.]+) nats", words(page))
    (told,) = [text.value for text in page.caption if "Its card, on" in text.value]
    card = re.search(r"Its card, on `MNIST's 10 000 test images`: ([\d.]+) nats per image", told)
    assert card and measured and measured[1] == card[1], "an autoencoder has no draws: one number"


def test_a_run_says_how_many_images_it_learned_from():
    """Fault 15: 4 000 of the sample's 5 000."""
    page = trained(follow(onlooker(), "autoencoder", {"ae-epochs": "2"}))
    (told,) = [text.value for text in page.caption if "Its card, on" in text.value]
    assert re.search(r"Trained on 4\s000 images of: 5 000 digits", told)
    assert "training images: 4\N{NO-BREAK SPACE}000 instead of all of its set" in whose(page)


def test_a_set_that_is_not_here_is_never_lit(tmp_path, monkeypatch):
    """Fault 15: what is lit on the Data page is what is in use."""
    monkeypatch.setenv("LATENT_WALK_DATA", str(tmp_path))
    page = follow(onlooker(), "data")
    (lit,) = page.button_group
    assert lit.options == ["Sample"]
    assert {button.label for button in page.button if button.label.startswith("Fetch")} == {
        "Fetch MNIST",
        "Fetch Fashion-MNIST",
        "Fetch Kuzushiji-MNIST",
    }


@pytest.mark.parametrize(
    ("measured", "axis"),
    [
        ([], (0, 12)),
        ([3.0, 12.0], (0, 12)),
        ([30.0, 2.0], (0, 48)),
        ([float("nan"), float("inf"), 13.0], (0, 24)),
        ([-5.0], (-12, 12)),
    ],
)
def test_an_axis_holds_what_was_measured(measured, axis):
    assert holding((0.0, 12.0), measured) == axis


def test_an_axis_that_gave_way_to_a_spike_stays():
    spike = [1.0, 90.0, 5.0]
    axes = [holding((0.0, 12.0), spike[:seen]) for seen in range(4)]
    assert axes == [(0, 12), (0, 12), (0, 96), (0, 96)]


def runs(*keys: str) -> list[Shown]:
    """Runs of these keys, with a film each: all are one model."""
    one, digits = cache.pretrained("ae-dense-2"), cache.digits("sample")
    reel = film.begin(100, digits, digits.test_images[:10])
    return [Shown(key, one.model, one.card, reel, mine=True) for key in keys]


def visit(*keys: str) -> Visitor:
    visitor = Visitor()
    for run in runs(*keys):
        visitor.enter(run)
    return visitor


def test_every_run_of_a_visit_is_kept_in_the_order_in_which_they_ended():
    visitor = visit("a", "b")
    (a,) = runs("a")
    visitor.take(a, "vae", "")
    assert list(visitor.runs) == ["a", "b"], "to be shown elsewhere is no new run"
    assert [label.name for label in visitor.labels.values()] == ["Run 1", "Run 2"]


def test_the_oldest_run_that_nobody_holds_gives_way_to_the_one_after_the_fiftieth():
    keys = [f"run-{number}" for number in range(1, RUNS)]
    visitor = visit(*keys)
    pinned, shown, partner, compared = keys[:4]
    visitor.keep(pinned)
    visitor.take(visitor.runs[shown], "vae", "")
    visitor.beside[shown] = partner
    visitor.tick([compared])
    assert visitor.first_to_go is None, "there is room for one"
    visitor.enter(*runs("the fiftieth"))
    assert visitor.first_to_go == keys[4]
    visitor.enter(*runs("one more"))
    assert list(visitor.runs) == [*keys[:4], *keys[5:], "the fiftieth", "one more"]
    assert visitor.labels.keys() == visitor.runs.keys()
    assert visitor.labels["one more"].name == f"Run {RUNS + 1}"


def test_films_are_kept_of_the_runs_that_are_held():
    visitor = visit("old", "pinned", "new")
    assert [bool(run.film) for run in visitor.runs.values()] == [False, False, True]
    visitor = visit("old")
    visitor.keep("old")
    visitor.enter(*runs("new"))
    assert [bool(run.film) for run in visitor.runs.values()] == [True, True]


def test_a_run_that_is_deleted_stands_nowhere_any_more():
    visitor = visit("a", "b")
    a, b = visitor.runs.values()
    visitor.page = "vae"
    visitor.take(a, "vae", "")
    visitor.take(b, "vae", "")
    visitor.beside["b"] = "a"
    visitor.keep("a")
    visitor.keep("b")
    visitor.tick(["a", "b"])
    visitor.compare("a", "b")
    visitor.remove("b")
    assert visitor.run is not None and visitor.run.key == "a"
    assert (visitor.shelf, visitor.ticked) == (["a"], ("a",))
    assert not visitor.compared and not visitor.beside
    visitor.remove("a")
    assert visitor.run is None and not visitor.runs and not visitor.held
    visitor.remove("a")  # a click too many


def test_a_name_and_a_note_are_one_line_each_of_what_can_be_seen():
    visitor = visit("a")
    visitor.call("a", "  my\n best\x00\u202e run ", "x" * 1000)
    assert visitor.labels["a"] == ("my best run", "x" * NOTE)
    visitor.call("a", " \n", "")
    assert visitor.labels["a"] == ("my best run", ""), "a run is never without a name"
    visitor.call("a", "n" * 1000, "")
    assert len(visitor.labels["a"].name) == NAME
    visitor.call("no such run", "name", "")
    assert list(visitor.labels) == ["a"]


def test_up_to_four_runs_that_there_are_can_be_compared_and_eight_pinned():
    visitor = visit(*"abcdef")
    visitor.tick(["f", "f", "z", *"abcde"])
    assert visitor.ticked == ("f", "a", "b", "c") and len(visitor.ticked) == SIDES
    visitor.keep("no such run")
    assert visitor.shelf == []
