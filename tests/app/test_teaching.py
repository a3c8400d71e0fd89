"""Predict, act, reveal, recall: the rules of teaching as tests over all that the course asks."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from app import teaching
from app.course import LESSONS
from app.teaching import (
    Choose,
    Estimate,
    Mark,
    Order,
    Place,
    Point,
    asked,
    every_prediction,
    every_question,
    in_words,
    to_recall,
    verdict,
)
from tests.visiting import follow, newcomer, nodes, texts, words

FOLDERS = [lesson.folder for lesson in LESSONS]
PREDICTIONS = [prediction for _, prediction in every_prediction().values()]
QUESTIONS = [question for _, question in every_question().values()]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_lesson_has_two_predictions_at_least_and_two_or_three_questions(folder: str):
    assert len(asked(folder).predictions) >= 2
    assert 2 <= len(asked(folder).questions) <= 3


def test_no_two_have_one_key():
    count = sum(len(asked(f).predictions) + len(asked(f).questions) for f in FOLDERS)
    assert len({one.key for one in (*PREDICTIONS, *QUESTIONS)}) == count


def test_the_course_asks_in_all_five_ways():
    ways = {type(prediction.way) for prediction in PREDICTIONS}
    assert ways == {Choose, Estimate, Mark, Order, Place}


@pytest.mark.parametrize("prediction", PREDICTIONS, ids=lambda each: each.key)
def test_every_sentence_of_a_prediction_quotes_what_was_said_and_what_was_measured(prediction):
    assert len(set(prediction.sentences)) == 4
    for sentence in prediction.sentences:
        assert sentence.count("{said}") == sentence.count("{measured}") == 1, sentence
    assert prediction.prompt.endswith(("?", "."))
    assert not prediction.measured_by.endswith(".")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.key)
def test_every_option_is_explained_and_a_wrong_one_names_its_misconception(question):
    question = question.filled()
    assert len(question.options) >= 3
    assert len({option.why for option in question.options}) == len(question.options)
    for number, option in enumerate(question.options):
        assert option.why.endswith(".")
        assert bool(option.misconception) == (number != question.right), option
        assert not option.misconception.endswith(".")
        assert "{" not in "".join(option)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.key)
def test_options_are_of_about_one_length(question):
    lengths = [len(option.words) for option in question.filled().options]
    assert max(lengths) <= 2 * min(lengths) + 12, lengths


def test_the_right_option_gives_itself_away_by_no_place_and_no_length():
    places = [question.right for question in QUESTIONS]
    for place in (0, 1, 2):
        assert 1 / 6 <= places.count(place) / len(places) <= 1 / 2, places
    longest = [
        max(range(len(q.options)), key=lambda i: len(q.options[i].words)) == q.right
        for q in (question.filled() for question in QUESTIONS)
    ]
    assert sum(longest) <= len(longest) / 2


# ---- recall --------------------------------------------------------------------------------------


def test_what_was_missed_comes_back_first_then_what_was_not_asked_the_latest_lesson_first():
    first, second = (asked(folder).questions for folder in FOLDERS[:2])
    assert to_recall(FOLDERS[0], set(), set()) is None
    assert to_recall(FOLDERS[2], set(), set()) == second[0].key
    assert to_recall(FOLDERS[2], {first[1].key}, {first[1].key}) == first[1].key
    answered = {question.key for question in second}
    assert to_recall(FOLDERS[2], set(), answered) == first[0].key
    everything = answered | {question.key for question in first}
    assert to_recall(FOLDERS[2], set(), everything) == second[0].key


def recalled(page: AppTest) -> str:
    return next(text for text in texts(page) if text.startswith("**From lesson"))


def test_a_question_that_was_missed_opens_the_next_lesson_until_it_is_answered_right():
    tour = newcomer()
    page = follow(tour, "autoencoder")
    question = asked("autoencoder").questions[1]
    wrong = next(i for i in range(len(question.options)) if i != question.right)
    page.radio(key=f"check-{question.key}").set_value(question.options[wrong].words).run()
    assert tour.session_state["visitor"].missed == {question.key}
    page = follow(tour, "latent_scatter")
    assert question.prompt in recalled(page)
    right = question.options[question.right]
    page.radio(key=f"check-again-{question.key}").set_value(right.words).run()
    assert any(str(box.value).startswith("Right.") for box in page.success)
    assert not tour.session_state["visitor"].missed
    page = follow(tour, "random_sampling")
    assert question.prompt not in recalled(page)


# ---- answers and verdicts ------------------------------------------------------------------------

SHARE = Estimate(0, 100, 1, " %", close=5)


@pytest.mark.parametrize(
    ("way", "said", "measured", "expected"),
    [
        (Choose(("a", "b")), "a", "a", "right"),
        (Choose(("a", "b")), "a", "b", "wrong"),
        (SHARE, 20.0, 24.9, "right"),
        (SHARE, 20.0, 34.0, "near"),
        (SHARE, 20.0, 36.0, "wrong"),
        (Mark(("1", "2", "3")), ("1", "2"), ("2", "1"), "right"),
        (Mark(("1", "2", "3")), ("1", "2"), ("1",), "near"),
        (Mark(("1", "2", "3")), ("1",), ("2", "3"), "wrong"),
        (Mark(("1", "2", "3")), (), (), "right"),
        (Order(("a", "b", "c"), "few", "many"), ("a", "b", "c"), ("a", "b", "c"), "right"),
        (Order(("a", "b", "c"), "few", "many"), ("b", "a", "c"), ("a", "b", "c"), "near"),
        (Order(("a", "b", "c"), "few", "many"), ("c", "b", "a"), ("a", "b", "c"), "wrong"),
    ],
)
def test_a_prediction_is_right_near_or_wrong(way, said, measured, expected):
    assert verdict(way, said, measured) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (Point(3, 4), "right"),
        (Point(3, 6), "right"),
        (Point(9, 4), "near"),
        (Point(3, -3), "wrong"),
        (Point(8, 8), "wrong"),  # by Pythagoras √41 off, though neither number is more than 5
    ],
)
def test_a_place_is_right_near_or_wrong_by_its_distance_in_spreads_of_the_codes(said, expected):
    assert verdict(Place(close=0.5), said, Point(3, 4), spread=4) == expected
    smaller = Point(said.x / 4, said.y / 4)
    assert verdict(Place(close=0.5), smaller, Point(0.75, 1)) == expected, "on a map at that scale"


def test_answers_are_quoted_as_they_are_read():
    assert in_words(Place(0.5), Point(1.2, -0.5)) == "(1.2, −0.5)"
    assert in_words(SHARE, 20.0) == "20 %"
    assert in_words(Mark(), ("1", "7", "9")) == "1, 7 and 9"
    assert in_words(Mark(), ()) == "none"
    assert in_words(Order((), "", ""), ("a", "b")) == "a < b"


# ---- on the pages --------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_page_shows_a_figure_and_a_sentence_to_who_presses_nothing(folder: str):
    page = follow(newcomer(), folder)
    assert not page.exception
    kinds = {node.type for node in nodes(page.main)}
    assert kinds & {"bidi_component", "image", "vega_lite_chart"}
    assert page.markdown


@pytest.mark.parametrize("folder", FOLDERS)
def test_whoever_wants_to_be_just_shown_is_asked_nothing_more(folder: str):
    page = follow(newcomer(), folder)
    for prediction in asked(folder).predictions:
        if any(button.key == f"show-{prediction.key}" for button in page.button):
            page.button(key=f"show-{prediction.key}").click().run()
            assert not page.exception
            assert all(button.key != f"commit-{prediction.key}" for button in page.button)
            assert any(button.key == f"again-{prediction.key}" for button in page.button)
    assert not page.session_state["visitor"].record, "nothing was predicted"


def some_answer(page: AppTest, prediction: teaching.Prediction, last: bool) -> str:
    """Give the first or the last answer that a prediction takes; how it is quoted."""
    way, key = prediction.way, f"guess-{prediction.key}"
    at = -1 if last else 0
    match way:
        case Estimate():
            said = way.high if last else way.low
            page.slider(key=key).set_value(said).run()
            return in_words(way, said)
        case Choose():
            said = page.radio(key=key).options[at]
            page.radio(key=key).set_value(said).run()
            return said
        case Mark():
            (pills,) = (each for each in page.button_group if each.key == key)
            options = pills.options
            marked = options[-(way.exactly or 1) :] if last else options[: way.exactly or 1]
            pills.set_value(marked).run()
            return in_words(way, tuple(marked))
        case Order():
            options = page.multiselect(key=key).options
            said = tuple(reversed(options)) if last else tuple(options)
            page.multiselect(key=key).set_value(list(said)).run()
            return in_words(way, said)
        case Place():  # nothing to set: the mark stands somewhere
            found = re.search(r"\*\*At the mark\*\*: z = (\(.*?\))", words(page))
            assert found
            return found[1]


@pytest.mark.parametrize("last", [False, True], ids=["first", "last"])
@pytest.mark.parametrize("folder", FOLDERS)
def test_who_commits_reads_both_in_one_sentence_and_finds_it_on_the_record(folder: str, last: bool):
    page = follow(newcomer(), folder)
    record = page.session_state["visitor"].record
    came_out = 0
    for prediction in asked(folder).predictions:
        if all(button.key != f"commit-{prediction.key}" for button in page.button):
            continue
        said = some_answer(page, prediction, last)
        assert prediction.key not in record
        page.button(key=f"commit-{prediction.key}").click().run()
        assert not page.exception
        if prediction.key not in record:  # it has to be trained for first
            assert f"You said **{said}**." in "\n".join(texts(page))
            continue
        outcome = record[prediction.key]
        came_out += 1
        assert outcome.said == said
        assert f"**{outcome.said}**" in outcome.sentence
        assert f"**{outcome.measured}**" in outcome.sentence
        assert any(outcome.sentence in text for text in texts(page))
    assert came_out or folder == "build_your_own"
    tour = follow(page, "data")
    tour.switch_page("lessons/record.py").run()
    assert not tour.exception
    shown = "\n".join(texts(tour))
    assert all(outcome.sentence in shown for outcome in record.values())


def test_a_prediction_that_is_made_again_is_hidden_again():
    page = follow(newcomer(), "autoencoder")
    page.button(key="show-lost").click().run()
    assert any(image.proto for image in page.get("image"))
    page.button(key="again-lost").click().run()
    assert any(button.key == "commit-lost" for button in page.button)
    assert not any("reads as" in text for text in texts(page))
