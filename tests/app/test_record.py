"""The record of a visit, and the glossary."""

import ast
import re

import pytest

from app import glossary, record
from app.course import LESSONS
from app.panels import deeper, origin
from app.state import Outcome, Visitor
from app.teaching import asked, symbols
from tests.visiting import APP, follow, newcomer, onlooker, texts


def test_the_record_counts_what_was_seen_predicted_trained_and_checked():
    visitor, lesson = Visitor(seen={"autoencoder"}), LESSONS[0]
    predictions, questions = asked("autoencoder")
    visitor.commit(predictions[0].key, ("8",))
    visitor.commit(predictions[1].key, None)  # just shown
    visitor.answer(questions[0].key, 0, right=False)
    visitor.answer(questions[1].key, 0, right=True)
    visitor.here["autoencoder"] = ["a run"]
    assert record.progress(visitor, lesson)[1:3] == (1, len(predictions))
    told = record.progress(visitor, lesson).told()
    assert told == f"seen · predicted 1 of {len(predictions)} · trained · checked 1 of 3"
    assert record.progress(visitor, LESSONS[1]).told() == ""
    assert [miss.prompt for miss in record.misses(visitor)] == [questions[0].prompt]
    visitor.answer(questions[0].key, questions[0].right, right=True)
    assert not record.misses(visitor)


def test_the_file_to_keep_holds_every_sentence_of_the_page():
    visitor = Visitor(seen={"autoencoder"})
    outcome = Outcome("3", "8", "wrong", "You ticked **3**; it was **8**.", "AE dense, d = 2")
    visitor.commit("lost", ("3",))
    visitor.came_out("lost", outcome)
    visitor.came_out("lost", outcome._replace(measured="9"))  # of another model, looked at later
    assert record.tally(visitor) == {"right": 0, "near": 0, "a surprise": 1}
    text = record.as_markdown(visitor)
    assert "## 1 Autoencoder" in text and "## 2" not in text
    assert "- You ticked **3**; it was **8**. *(AE dense, d = 2)*" in text


def test_the_record_of_who_has_done_nothing_says_how_it_fills():
    page = newcomer()
    page.switch_page("lessons/record.py").run()
    assert not page.exception
    assert any(text.startswith("Nothing predicted so far.") for text in texts(page))


# ---- glossary ------------------------------------------------------------------------------------


def test_the_glossary_explains_every_entry_under_the_lesson_that_brings_it():
    page = newcomer()
    page.switch_page("lessons/glossary.py").run()
    assert not page.exception
    html = "\n".join(node.proto.body for node in page.get("html"))
    for name, entry in glossary.ENTRIES.items():
        assert f'id="{glossary.anchor(name)}"' in html and entry.means in html
    anchors = [glossary.anchor(name) for name in glossary.ENTRIES]
    assert len(set(anchors)) == len(anchors)
    assert {entry.lesson for entry in glossary.ENTRIES.values()} == {le.folder for le in LESSONS}


def bold(folder: str) -> set[str]:
    """What stands bold in the texts of a lesson's files, as it is written there; values left
    out."""
    found: set[str] = set()
    for path in (APP / "lessons" / folder).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= set(re.findall(r"\*\*([A-Za-z][^*{}]*?)\*\*", node.value))
    return found


@pytest.mark.parametrize("folder", [lesson.folder for lesson in LESSONS])
def test_every_bold_word_of_a_lesson_is_in_the_glossary(folder: str):
    known = {name.lower() for name in glossary.ENTRIES}
    assert {word for word in bold(folder) if word.lower() not in known} == set()


def test_a_term_stands_bold_links_to_its_entry_and_says_on_hover_what_it_means():
    linked = glossary.term("encoder", "encoders")
    means = glossary.ENTRIES["encoder"].means
    assert linked == f'**[encoders](glossary#encoder "{means}")**'
    with pytest.raises(KeyError):
        glossary.term("flux capacitor")
    page = follow(newcomer(), "autoencoder")
    assert any(glossary.term("encoder") in text for text in texts(page))


# ---- what the origin left open -------------------------------------------------------------------


def test_every_question_that_the_origin_left_open_has_its_answer_with_a_figure_and_its_lesson():
    page = follow(newcomer(), "welcome", {"origin": "true"})
    assert not page.exception
    shown = "\n".join(texts(page))
    folders = {lesson.folder for lesson in LESSONS}
    for todo in origin.TODOS:
        assert f"*“{todo.asked}”*" in shown
        assert todo.folder in folders
        assert todo.answer() in shown
        assert re.search(r"\*\*[\d−]", todo.answer()), "a measured value"


# ---- symbols -------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", [lesson.folder for lesson in LESSONS])
def test_every_formula_of_a_page_says_on_hover_what_its_symbols_mean(folder: str):
    page = follow(onlooker(), folder, {f"deeper-{folder}": "true"})
    assert not page.exception
    assert all(formula.proto.help for formula in page.latex), [each.value for each in page.latex]
    tables = [text for text in texts(page) if text.startswith("| Symbol | Meaning |")]
    assert tables == [deeper.table(symbols(folder))]


def test_a_formula_explains_the_symbols_that_it_uses_and_no_others():
    told = deeper.explained(
        r"\latent{z} = \encoder{\mu} + \encoder{\sigma}\,\prior{\varepsilon} \quad q(z|x)",
        [
            (r"\latent{z}", "a code"),
            (r"\encoder{\mu_j}, \encoder{\mu}", "a mean"),
            (r"q(z \mid x)", "a cloud"),
            ("d", "how many"),  # no part of \quad
            (r"\eta", "another"),
        ],
    )
    assert re.findall(r": ([a-z ]+)$", told, re.MULTILINE) == ["a code", "a mean", "a cloud"]
