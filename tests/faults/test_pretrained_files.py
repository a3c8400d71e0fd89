"""Each file of `pretrained/`, damaged in turn: it costs its own figure and one sentence."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
import torch
from safetensors.torch import save
from streamlit.testing.v1 import AppTest

from app import cache
from tests.serving import ROOT
from tests.visiting import LESSONS, Link, follow, last_heading, messages, onlooker, words

# A page in a state that uses each model.
SHOWN: dict[str, tuple[str, Link]] = {
    **{f"ae-dense-{d}": ("autoencoder", {"d": str(d)}) for d in (1, 2, 4, 8, 16, 32)},
    "ae-lite-2": ("random_sampling", {"sampled-model": "AE, d = 2"}),
    "ae-shallow-2": ("latent_scatter", {"map-of": "AE shallow, d = 2"}),
    "ae-deep-2": ("latent_scatter", {"map-of": "AE deep, d = 2"}),
    "ae-lite-20-bernoulli": ("random_sampling", {}),
    "vae-lite-2-beta-1": ("welcome", {}),
    **{
        f"vae-lite-2-beta-{beta}": ("vae", {"vae-beta": beta})
        for beta in ("0.0392", "0.392", "3.92", "39.2", "392")
    },
    "vae-lite-20-bernoulli": ("random_sampling", {"sampled-model": "VAE, d = 20"}),
    "vae-lite-2-gaussian": ("continuous_bernoulli", {"cb-d": "2"}),
    "vae-lite-2-continuous-bernoulli": ("continuous_bernoulli", {"cb-d": "2"}),
    "vae-lite-20-gaussian": ("continuous_bernoulli", {}),
    "vae-lite-20-continuous-bernoulli": ("continuous_bernoulli", {}),
    **{
        f"vae-dense-20-cb-bound-{bound}": ("continuous_bernoulli", {"cb-bounds": "true"})
        for bound in ("4.6", "9.21", "15.94", "100", "none")
    },
    **{
        f"{kind}-lite-20-bernoulli-seed-1": ("vae", {"duel-more": "true"}) for kind in ("ae", "vae")
    },
    "vae-lite-20-bernoulli-beta-0.3": ("vae", {"vae-blur-open": "true"}),
    **{
        f"vae-dense-2-{what}": ("vae", {"vae-why-open": "true"})
        for what in ("neither", "noise-only", "kl-only", "both")
    },
    **{f"vae-dense-20-beta-{beta}": ("vae", {}) for beta in (1, 2, 4, 8, 16, 32)},
    "vae-dense-20-gaussian-variance-392": ("vae", {}),
}
# On pages whose models are others, too: their figures go on without it.
BESIDE: tuple[tuple[str, str, Link], ...] = (
    ("vae-lite-2-beta-1", "vae", {"vae-beta": "0.392"}),
    ("vae-lite-2-beta-1", "continuous_bernoulli", {"cb-d": "2"}),
    ("ae-lite-2", "vae", {"vae-view": "The film of the training"}),
    ("ae-lite-2", "vae", {"duel-pair": "The VAE above"}),
    ("ae-lite-20-bernoulli", "vae", {}),
    ("vae-lite-20-bernoulli", "vae", {}),
    ("ae-lite-2", "interpolation", {}),
    ("ae-lite-20-bernoulli", "interpolation", {"walk-numbers": "20"}),
    ("vae-lite-2-beta-392", "vae", {}),
    ("vae-lite-20-bernoulli-beta-0.3", "continuous_bernoulli", {}),
    ("vae-dense-20-gaussian-variance-392", "continuous_bernoulli", {}),
    ("vae-lite-20-bernoulli-seed-1", "build_your_own", {}),
)
UNUSED = {  # by no page
    "ae-lite-20-continuous-bernoulli",
    "ae-lite-20-gaussian",
}
NO_MODELS = {"classifier", "judge", "paper_table"}

Damage = Callable[[Path, str], None]


def without_weights(folder: Path, name: str) -> None:
    (folder / f"{name}.safetensors").unlink()


def without_card(folder: Path, name: str) -> None:
    (folder / f"{name}.json").unlink()


def cut_short(folder: Path, name: str) -> None:
    write(folder / f"{name}.safetensors", lambda whole: whole[: len(whole) // 2])


def of_another_shape(folder: Path, name: str) -> None:
    write(folder / f"{name}.safetensors", lambda _: save({"weight": torch.zeros(3, 2)}))


def card_cut_short(folder: Path, name: str) -> None:
    write(folder / f"{name}.json", lambda whole: whole[: len(whole) // 2])


def card_without_test(folder: Path, name: str) -> None:
    def edited(whole: bytes) -> bytes:
        return json.dumps({k: v for k, v in json.loads(whole).items() if k != "test"}).encode()

    write(folder / f"{name}.json", edited)


def card_of_other_types(folder: Path, name: str) -> None:
    def edited(whole: bytes) -> bytes:
        card = json.loads(whole)
        return json.dumps(card | {"test": dict.fromkeys(card["test"], "good")}).encode()

    write(folder / f"{name}.json", edited)


DAMAGES: tuple[Damage, ...] = (
    without_weights, without_card, cut_short, of_another_shape, card_cut_short, card_without_test,
    card_of_other_types,
)  # fmt: skip
# Every file in every way would take minutes. Each file meets one way, neighbours different ones; a
# model of a light page meets them all.
ONE_WAY_EACH = [(name, DAMAGES[i % len(DAMAGES)]) for i, name in enumerate(SHOWN)]
EVERY_WAY = [("ae-dense-8", way) for way in DAMAGES if ("ae-dense-8", way) not in ONE_WAY_EACH]


def without_a_seed(whole: bytes) -> bytes:
    table = json.loads(whole)
    table["rows"]["bernoulli"]["elbo"]["seeds"].pop()
    return json.dumps(table).encode()


TABLES: dict[str, Callable[[bytes], bytes]] = {
    "cut short": lambda whole: whole[: len(whole) // 2],
    "empty": lambda _: b"",
    "of another form": lambda _: b'{"rows": []}',
    "a list": lambda _: b"[1, 2, 3]",
    "with a seed too few": without_a_seed,
    "not UTF-8": lambda whole: b"\xff\xfe" + whole,
}


def write(file: Path, edited: Callable[[bytes], bytes]) -> None:
    """Put a changed copy in place of the link to the file."""
    whole = file.read_bytes()
    file.unlink()
    file.write_bytes(edited(whole))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A `pretrained/` of links to the real one, for one test; what was read before is forgotten."""
    for file in cache.PRETRAINED.iterdir():
        (tmp_path / file.name).symlink_to(file)
    monkeypatch.setattr(cache, "PRETRAINED", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    """What was read of the files; not what was computed from them, which goes by their names."""
    judges = cache.classifier, cache.judge_of_digits
    reading: tuple[Any, ...] = (cache.pretrained, *judges, cache.film_content)
    for read in reading:
        read.clear()


@pytest.fixture
def tour() -> AppTest:
    """A visitor of each test's own: a page remembers what was chosen on it."""
    return onlooker()


@pytest.fixture(scope="module")
def endings() -> dict[str, str]:
    """The last heading of each page, where all is well."""
    tour = onlooker()
    return {lesson: last_heading(follow(tour, lesson)) for lesson in LESSONS}


def check(page: AppTest, ending: str, file: str, remedy: str = "make pretrained") -> None:
    """The page runs to its end, and one of its messages names the file and says what to do."""
    assert not page.exception, page.exception[0].message
    assert last_heading(page) == ending, f"the page ends at {last_heading(page)!r}"
    about = [message for message in messages(page) if file in message]
    assert len(about) == 1, messages(page)
    assert about[0].count(remedy) == 1, about
    assert not re.search(r"(?<![\w.:])/\w", about[0]), f"a path of the server: {about[0]}"
    assert str(ROOT) not in words(page)


def test_every_model_of_the_folder_is_looked_at_here():
    there = {file.stem for file in cache.PRETRAINED.glob("*.json")}
    assert there == SHOWN.keys() | UNUSED | NO_MODELS


@pytest.mark.parametrize(("name", "damage"), [*ONE_WAY_EACH, *EVERY_WAY])
def test_a_page_goes_on_without_its_model(
    tour: AppTest, endings: dict[str, str], folder: Path, name: str, damage: Damage
):
    lesson, link = SHOWN[name]
    damage(folder, name)
    check(follow(tour, lesson, link), endings[lesson], name)


@pytest.mark.parametrize(
    ("name", "lesson", "link", "damage"),
    [(*beside, (without_weights, card_of_other_types)[i % 2]) for i, beside in enumerate(BESIDE)],
)
def test_a_page_goes_on_without_one_of_its_models(
    tour: AppTest,
    endings: dict[str, str],
    folder: Path,
    name: str,
    lesson: str,
    link: Link,
    damage: Damage,
):
    damage(folder, name)
    check(follow(tour, lesson, link), endings[lesson], name)


def test_the_model_most_alike_stands_in_the_place_of_one_that_cannot_be_used(
    tour: AppTest, folder: Path
):
    without_weights(folder, "vae-lite-2-beta-1")
    page = follow(tour, "vae")
    assert "The figures show the pretrained **VAE lite, d = 2, β = 0.392**." in words(page)
    assert "`vae-lite-2-beta-1` cannot be used: another model stands in its place." in words(page)


def test_the_names_most_alike_come_first():
    assert cache.alike("ae-dense-8")[:3] == ["ae-dense-16", "ae-dense-4", "ae-dense-32"]
    assert cache.alike("vae-lite-20-gaussian")[0].startswith("vae-lite-20-")
    assert not any(name.startswith("vae") for name in cache.alike("ae-dense-8"))
    assert "ae-dense-8" not in cache.alike("ae-dense-8")


@pytest.mark.parametrize("kind", ["ae", "vae"])
def test_without_any_model_of_a_kind_no_page_breaks(tour: AppTest, folder: Path, kind: str):
    for file in folder.glob(f"{kind}-*"):
        file.unlink()
    for lesson in LESSONS:
        page = follow(tour, lesson)
        assert not page.exception, f"{lesson}: {page.exception[0].message}"
        assert str(folder) not in words(page)


def test_lesson_6_goes_on_without_any_of_its_models(
    tour: AppTest, endings: dict[str, str], folder: Path
):
    for file in folder.glob("vae-*"):
        file.unlink()
    for measure in ("the three losses", "squared error", "digits read right", "bits per dimension"):
        opened = {"cb-best": "true", "cb-bounds": "true"}
        page = follow(tour, "continuous_bernoulli", {"cb-measure": measure, **opened})
        assert not page.exception, f"{measure}: {page.exception[0].message}"
        assert last_heading(page) == endings["continuous_bernoulli"]


def test_all_files_are_looked_at_once_and_what_is_wrong_is_told(folder: Path):
    assert not cache.unusable()
    cut_short(folder, "ae-dense-8")
    card_without_test(folder, "classifier")
    of_another_shape(folder, "judge")
    cut_short(folder, "ae-lite-2.film")
    write(folder / "paper_table.json", lambda _: b"[]")
    wrong = {error.file for error in cache.unusable()}
    assert wrong == {
        "ae-dense-8", "classifier", "judge", "ae-lite-2.film.safetensors", "paper_table.json",
    }  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_judge_that_cannot_be_used_is_named(folder: Path, damage: Damage):
    damage(folder, "judge")
    with pytest.raises(cache.PretrainedError, match="judge") as met:
        cache.judge_of_digits()
    assert str(folder) not in str(met.value)


def test_neither_judge_is_taken_for_the_other(folder: Path):
    for end in (".json", ".safetensors"):
        write(folder / f"judge{end}", lambda _, end=end: (folder / f"classifier{end}").read_bytes())
    with pytest.raises(cache.PretrainedError, match="does not hold the judge"):
        cache.judge_of_digits()


@pytest.mark.parametrize("damage", [without_weights, cut_short, card_of_other_types])
def test_no_page_needs_the_classifier(
    tour: AppTest, endings: dict[str, str], folder: Path, damage: Damage
):
    damage(folder, "classifier")
    st.cache_data.clear()  # what it has read before is known without it
    st.cache_resource.clear()
    wrong = []
    for lesson in LESSONS:
        page = follow(tour, lesson)
        if page.exception:
            wrong.append(f"{lesson}: {page.exception[0].message}")
        elif last_heading(page) != endings[lesson]:
            wrong.append(f"{lesson} ends at {last_heading(page)!r}")
        elif len([message for message in messages(page) if "classifier" in message]) > 1:
            wrong.append(f"{lesson} says it twice: {messages(page)}")
        elif str(folder) in words(page):
            wrong.append(f"{lesson} tells a path of the server")
    assert not wrong


def test_what_the_classifier_would_have_read_is_said_to_be_missing(
    tour: AppTest, endings: dict[str, str], folder: Path
):
    without_weights(folder, "classifier")
    check(follow(tour, "autoencoder"), endings["autoencoder"], "classifier")


@pytest.mark.parametrize("name", ["ae-lite-2", "vae-lite-2-beta-1"])
@pytest.mark.parametrize("damage", [cut_short, of_another_shape])
def test_a_page_goes_on_without_a_film(
    tour: AppTest, endings: dict[str, str], folder: Path, name: str, damage: Damage
):
    damage(folder, f"{name}.film")
    page = follow(tour, "vae", {"vae-view": "The film of the training"})
    check(page, endings["vae"], f"{name}.film.safetensors")


@pytest.mark.parametrize("name", ["ae-lite-2", "vae-lite-2-beta-1"])
def test_a_film_that_is_not_there_takes_nothing_else_away(
    tour: AppTest, endings: dict[str, str], folder: Path, name: str
):
    without_weights(folder, f"{name}.film")
    page = follow(tour, "vae", {"vae-view": "The film of the training"})
    assert not page.exception, page.exception[0].message
    assert last_heading(page) == endings["vae"]


@pytest.mark.parametrize("way", TABLES)
def test_lesson_6_goes_on_without_the_paper_s_table(
    tour: AppTest, endings: dict[str, str], folder: Path, way: str
):
    write(folder / "paper_table.json", TABLES[way])
    page = follow(tour, "continuous_bernoulli", {"cb-paper": "true"})
    check(page, endings["continuous_bernoulli"], "paper_table.json", "make paper-table")
