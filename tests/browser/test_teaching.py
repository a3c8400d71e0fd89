"""A learner predicts, reads what came out, misses a question, and meets it again."""

import re

from playwright.sync_api import Page, expect

from app.teaching import Estimate, asked
from tests.browser.pages import no_exception, wait_idle
from tests.browser.test_tour import follow, open_page


def commit(page: Page, key: str) -> None:
    page.locator(f".st-key-commit-{key} button").press("Enter")
    expect(page.locator(f".st-key-again-{key}")).to_be_visible(timeout=60_000)
    wait_idle(page)


def test_what_is_predicted_is_quoted_beside_what_was_measured_and_kept_on_the_record(page: Page):
    open_page(page, "autoencoder")
    lost, share, stranger = asked("autoencoder").predictions
    expect(page.locator(".st-key-strip-reconstructions")).to_have_count(0)
    page.locator(f".st-key-guess-{lost.key}").get_by_text("8", exact=True).click()
    commit(page, lost.key)
    expect(page.locator(f".st-key-ask-{lost.key}")).to_contain_text("You ticked 8, and so it is: 8")
    expect(page.locator(".st-key-strip-reconstructions")).to_be_visible()

    assert isinstance(share.way, Estimate)
    slider = page.locator(f".st-key-guess-{share.key}").get_by_role("slider")
    slider.press("Home")
    button = page.locator(f".st-key-commit-{share.key} button")
    expect(button).to_have_text(re.compile("Commit to 0"))  # the server knows
    wait_idle(page)
    commit(page, share.key)
    expect(page.locator(f".st-key-ask-{share.key}")).to_contain_text("You said 0")

    commit_button = page.locator(f".st-key-commit-{stranger.key} button")
    expect(commit_button).to_be_disabled()
    page.locator(f".st-key-show-{stranger.key} button").click()
    expect(page.locator(f".st-key-ask-{stranger.key}")).to_contain_text("a digit", timeout=60_000)

    follow(page, "Record")
    sentences = page.locator(".st-key-record-autoencoder li")
    expect(sentences).to_have_count(2)
    expect(sentences.first).to_contain_text("You ticked 8")
    expect(page.locator(".st-key-record-autoencoder")).to_contain_text("predicted 2 of 3")
    no_exception(page)


def test_a_question_that_was_missed_is_asked_again_where_the_next_lesson_opens(page: Page):
    open_page(page, "autoencoder")
    question = asked("autoencoder").questions[1]
    wrong = question.options[(question.right + 1) % 3]
    page.locator(f".st-key-check-{question.key}").get_by_text(wrong.words).click()
    expect(page.get_by_text(wrong.misconception)).to_be_visible(timeout=60_000)
    follow(page, "Latent scatter")
    again = page.locator(".st-key-recall-latent_scatter")
    expect(again).to_contain_text(question.prompt, timeout=60_000)
    wait_idle(page)
    again.locator("summary").click()
    again.get_by_text(question.options[question.right].words).click()
    expect(again.get_by_text("Right.")).to_be_visible(timeout=60_000)
    no_exception(page)


def test_a_visit_goes_on_after_a_reload_and_in_the_window_that_follows_a_closed_one(page: Page):
    open_page(page, "autoencoder")
    lost = asked("autoencoder").predictions[0]
    page.locator(f".st-key-guess-{lost.key}").get_by_text("8", exact=True).click()
    commit(page, lost.key)
    page.reload()
    expect(page.locator(f".st-key-ask-{lost.key}")).to_contain_text("You ticked 8", timeout=60_000)
    page.close()
    later = page.context.new_page()
    later.goto("/record")
    expect(later.locator(".st-key-record-autoencoder li").first).to_contain_text("You ticked 8")
    no_exception(later)
