"""The table of a visit's runs, and two to four of them beside each other."""

import csv
import io
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app import cache
from app.cache import Shown
from app.lessons.build_your_own.table import as_csv
from app.panels.differing import conclusion, differing, settings_of
from app.state import RUNS, SHELF, Visitor
from core.models import ModelConfig, build
from tests.app.test_runs import runs
from tests.visiting import as_markdown, follow, onlooker, trained, words

PICTURE = "![x](http://example.invalid/)"
CONFIG = ModelConfig("vae", hidden_dim=8)
COSTS = {"total": 200.0, "reconstruction": 200.0, "kl": 0.0}


def run(key: str, config: ModelConfig = CONFIG, **card: Any) -> Shown:
    """An untrained model that says it was trained like this."""
    training = {
        "epochs": 2, "batch_size": 128, "learning_rate": 0.02, "images": 1000, "seed": 0,
        "precision": "float32",
    } | card.pop("training", {})  # fmt: skip
    told = {"data": "Digits.", "training": training, "seconds": 1.5, "history": []} | card
    return Shown(key, build(config).eval(), {"protocol": "", "test": COSTS, **told}, mine=True)  # type: ignore[arg-type]


def owner(*runs: Shown) -> AppTest:
    """A visitor of lesson 7 who has these runs."""
    tour = onlooker()
    for each in runs:
        visitor_of(tour).enter(each)
    return healthy(follow(tour, "build_your_own"))


def healthy(page: AppTest) -> AppTest:
    assert not page.exception, page.exception[0].message
    return page


def visitor_of(page: AppTest) -> Visitor:
    return page.session_state["visitor"]


def table(page: AppTest) -> pd.DataFrame:
    return page.dataframe[0].value


def tick(page: AppTest, *rows: Any) -> AppTest:
    """Tick these rows of the table, as a browser says it."""
    key = page.dataframe[0].key
    assert key
    page.session_state[key] = {"selection": {"rows": list(rows)}}
    return page.run()


# ---- the table ---------------------------------------------------------------------------------


def test_a_run_of_any_page_stands_in_the_table_and_its_page_says_so():
    page = follow(onlooker(), "autoencoder", {"ae-images": "300", "ae-epochs": "1"})
    page.button(key="train-ae").click().run()
    while visitor_of(page).job is None or not visitor_of(page).runs:
        page.run()
    assert "It is `Run 1` in *Your runs*" in words(page.run())
    page = healthy(follow(page, "build_your_own"))
    assert table(page)["name"].tolist() == ["Run 1"]
    (kept,) = visitor_of(page).runs.values()
    assert table(page)["cost"].tolist() == [pytest.approx(kept.card["test"]["total"])]


def test_before_the_first_run_the_table_is_a_sentence():
    page = follow(onlooker(), "build_your_own")
    assert not page.dataframe
    assert "Every run of yours that ends stands here" in words(page)


def test_only_settings_that_differ_have_a_column_and_the_seed_always():
    page = owner(run("a"), run("b"))
    assert {"beta", "epochs", "kind", "data"}.isdisjoint(table(page).columns)
    assert table(page)["seed"].tolist() == [0, 0]
    page = owner(
        run("a"), run("b", replace(CONFIG, beta=4.0)), run("c", replace(CONFIG, kind="ae"))
    )
    assert table(page)["beta"].dropna().tolist() == [1, 4], "an autoencoder has none"
    assert table(page)["kind"].tolist() == ["VAE", "VAE", "AE"]
    assert table(page)["kl"].isna().tolist() == [False, False, True]
    assert "epochs" not in table(page).columns


def test_what_the_judges_read_is_worked_out_on_request():
    page = owner(run("a"))
    assert "readable" not in table(page).columns
    page.toggle(key="runs-judged").set_value(True).run()
    shown, judge = visitor_of(healthy(page)).runs["a"], cache.classifier()
    assert table(page)["readable"].tolist() == [100 * cache.readable(shown, judge)]
    assert 0 <= table(page)["digits"].item() <= 100


def test_a_run_is_named_noted_pinned_and_deleted():
    page = tick(owner(run("a"), run("b")), 1)
    visitor = visitor_of(page)
    page.text_input(key="run-name-b").set_value("my best").run()
    page.text_input(key="run-note-b").set_value("β was 1").run()
    assert visitor.labels["b"] == ("my best", "β was 1")
    assert table(page)["name"].tolist() == ["Run 1", "my best"]
    page.button(key="run-pin-b").click().run()
    assert visitor.shelf == ["b"] and table(page)["pinned"].tolist() == [False, True]
    assert "`my best`" in words(healthy(follow(page, "welcome"))), "on the shelf, by its name"
    page = follow(page, "build_your_own")
    page.button(key="run-unpin-b").click().run()
    assert visitor.shelf == []
    page.button(key="run-delete-b").click().run()
    assert list(visitor.runs) == ["a"] and table(healthy(page))["name"].tolist() == ["Run 1"]


def test_a_run_that_stands_above_can_be_deleted_and_the_page_shows_the_pretrained_again():
    page = trained(onlooker())
    (key,) = visitor_of(page).runs
    page = tick(page, 0)
    page.button(key=f"run-delete-{key}").click().run()
    assert not page.dataframe
    assert "The figures show the pretrained" in words(healthy(page))
    assert "The link asks" not in words(page)


def test_a_run_of_the_table_can_be_shown_above():
    page = tick(owner(run("a"), run("b", ModelConfig("ae", latent_dim=3, hidden_dim=8))), 1)
    page.button(key="run-show-b").click().run()
    assert "The figures show **yours: AE dense, d = 3**" in words(healthy(page))


def test_a_full_shelf_takes_no_more():
    keys = [str(number) for number in range(SHELF + 1)]
    page = owner(*(run(key) for key in keys))
    for key in keys[:SHELF]:
        visitor_of(page).keep(key)
    page = tick(page, SHELF)
    assert page.button(key=f"run-pin-{SHELF}").disabled


def test_what_goes_first_is_said_before_it_goes():
    page = owner(*runs(*(str(number) for number in range(RUNS - 1))))
    assert "The table is full" not in words(page)
    visitor_of(page).enter(run("one more"))
    visitor_of(page).keep("0")
    page.run()
    (told,) = [each.value for each in page.info if "The table is full" in each.value]
    assert "`Run 2` goes" in told
    visitor_of(page).enter(run("another"))
    healthy(page.run())
    assert len(table(page)) == RUNS and "1" not in visitor_of(page).runs


def test_ticks_and_names_survive_a_change_of_page():
    page = tick(owner(run("a"), run("b", replace(CONFIG, beta=4.0))), 0, 1)
    page.text_input(key="run-name-a").set_value("first").run()
    page = healthy(follow(page, "build_your_own"))
    assert visitor_of(page).ticked == ("a", "b")
    assert table(page)["name"].tolist() == ["first", "Run 2"]
    assert "One thing differs" in words(page)


@pytest.mark.parametrize("rows", [[7], [-1], [True], ["0"], [None], [1.5], [[0]], [{}], [10**30]])
def test_rows_that_there_are_not_tick_nothing(rows: list[Any]):
    page = tick(owner(run("a"), run("b")), *rows)
    assert not page.exception, page.exception[0].message
    assert visitor_of(page).ticked == ()


@pytest.mark.parametrize("rows", ["01", {"0": 1}, 1, None])
def test_rows_that_are_no_list_tick_nothing(rows: Any):
    page = owner(run("a"), run("b"))
    key = page.dataframe[0].key
    assert key
    page.session_state[key] = {"selection": {"rows": rows}}
    assert visitor_of(healthy(page.run())).ticked == ()


def test_what_a_learner_types_is_never_read_as_markdown():
    page = tick(owner(run("a"), run("b", data=PICTURE)), 0, 1)
    page.text_input(key="run-name-a").set_value(PICTURE[:40]).run()
    page.text_input(key="run-note-a").set_value(PICTURE).run()
    for figure in ("Reconstructions", "Map", "Samples", "Loss terms"):
        page.button_group(key="compare-figure").set_value(figure).run()
        assert "![x](http:" not in as_markdown(healthy(page))
    visitor_of(page).keep("a")
    for lesson in ("welcome", "autoencoder"):
        assert "![x](http:" not in as_markdown(healthy(follow(page, lesson)))


def test_more_letters_than_a_name_has_are_cut():
    page = tick(owner(run("a")), 0)
    page.text_input(key="run-name-a").set_value("n" * 10_000).run()
    page.text_input(key="run-note-a").set_value("\x00\u202e").run()
    assert visitor_of(healthy(page)).labels["a"] == ("n" * 40, "")
    page.text_input(key="run-name-a").set_value("").run()
    assert visitor_of(healthy(page)).labels["a"].name == "n" * 40


def test_the_csv_has_every_setting_with_units_and_no_formula():
    visitor = visitor_of(owner(run("a"), run("b", replace(CONFIG, beta=4.0))))
    visitor.call("a", "=1+1", '@SUM(A1), "quoted"')
    visitor.call("b", "-2", "+3")
    first, second = csv.DictReader(io.StringIO(as_csv(visitor)))
    assert (first["name"], first["note"]) == ("'=1+1", '\'@SUM(A1), "quoted"')
    assert (second["name"], second["note"]) == ("'-2", "'+3")
    assert (first["beta"], second["beta"]) == ("1.0", "4.0")
    terms = cache.mean_terms(visitor.runs["a"])
    assert float(first["reconstruction (nats per image)"]) == terms.reconstruction
    assert float(first["KL (nats per image)"]) == terms.kl
    assert first["computing (s)"] == "1.5"


# ---- two to four -------------------------------------------------------------------------------


def concluded(*runs: Shown) -> str:
    return conclusion([settings_of(each) for each in runs])


def test_one_thing_that_differs_is_named_with_its_values():
    assert (
        concluded(run("a"), run("b", replace(CONFIG, beta=4.0))) == "One thing differs: β, 1 → 4."
    )
    three = [run(str(images), training={"images": images}) for images in (100, 4000, 60000)]
    told = concluded(*three).replace("\N{NO-BREAK SPACE}", " ")
    assert told == "One thing differs: training images, 100 → 4 000 → 60 000."


def test_of_several_things_that_differ_one_cannot_tell_which_did_it():
    other = run("b", replace(CONFIG, beta=4.0, latent_dim=3), training={"epochs": 9})
    assert concluded(run("a"), other) == (
        "Three things differ (numbers in the code, β and epochs), so you cannot tell which did it."
    )


def test_where_only_the_seed_differs_it_is_chance():
    told = concluded(run("a"), run("b", training={"seed": 7}))
    assert told == "Only the seed differs: what you see is chance."
    assert concluded(run("a"), run("b")) == "No setting differs."


def test_what_one_of_the_models_has_not_is_no_difference():
    """An autoencoder has no β: of an AE and a VAE the kind differs, and nothing else."""
    assert concluded(run("a", replace(CONFIG, kind="ae")), run("b")) == (
        "One thing differs: kind, AE → VAE."
    )


def test_a_run_that_was_stopped_differs_from_one_that_ended():
    stopped = run("b", steps=3, planned_steps=14)
    assert concluded(run("a", steps=14, planned_steps=14), stopped) == (
        "One thing differs: stopped, none → at step 3."
    )


def test_a_run_that_went_on_otherwise_is_not_one_that_was_so_from_the_start():
    leg = {"until": 14, "epochs": 1, "learning_rate": 0.02, "beta": 0.5}
    assert concluded(run("a"), run("b", legs=[leg])) == (
        "One thing differs: trained before, none → to step 14: epochs 1, rate 0.02, β 0.5."
    )


def test_a_card_that_tells_nothing_of_its_training_leaves_that_open():
    silent = replace(run("b"), card=run("b").card | {"training": {}})  # type: ignore[typeddict-item]
    settings = [settings_of(each) for each in (run("a"), silent)]
    assert {"seed", "epochs", "learning_rate", "images"} <= set(differing(settings))


FOUR = [
    run("a"),
    run("b", replace(CONFIG, beta=4.0)),
    run("c", replace(CONFIG, latent_dim=5)),
    run("d", ModelConfig("ae", latent_dim=1, hidden_dim=8, likelihood="gaussian")),
]


@pytest.mark.parametrize("figure", ["Reconstructions", "Map", "Samples", "Loss terms"])
@pytest.mark.parametrize("count", [2, 3, 4])
def test_every_figure_holds_two_to_four_runs(figure: str, count: int):
    page = tick(owner(*FOUR), *range(count))
    page.button_group(key="compare-figure").set_value(figure).run()
    healthy(page)
    if count == 2:
        assert "One thing differs: β, 1 → 4." in words(page)
    else:
        assert "so you cannot tell which did it" in words(page)
    if count == 4:
        assert "charges other nats" in words(page)


def test_a_fifth_tick_is_not_compared_and_the_page_says_so():
    page = tick(owner(*FOUR, run("e")), *range(5))
    assert "5 are ticked; these are the first 4." in words(healthy(page))
    assert visitor_of(page).ticked == ("a", "b", "c", "d")


def test_what_differs_carries_a_mark_besides_its_colour():
    page = tick(owner(*FOUR), 0, 1)
    (settings,) = [each.value for each in page.table if "A `Run 1`" in each.value.columns]
    marked = [name for name in settings.index if "≠" in name]
    assert marked == ["**≠ β**"] and settings.index[0] == marked[0]
    assert settings.loc[marked[0]].tolist() == [
        ":orange-background[**1**]",
        ":orange-background[**4**]",
    ]


def test_curves_are_drawn_only_of_costs_that_compare():
    page = trained(onlooker())
    page = trained(page, {"own-seed": "1"})
    page = trained(page, {"own-likelihood": "Gaussian (squared error)"})
    page = tick(page, 0, 1, 2)
    page.button_group(key="compare-figure").set_value("Loss terms").run()
    assert "No curve of `C Run 3` beside the first" in words(healthy(page))
    page = tick(page, 0, 1)
    assert "No curve of" not in words(healthy(page))
    assert "Only the seed differs" in words(page)
