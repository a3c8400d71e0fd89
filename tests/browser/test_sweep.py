"""A sweep in a real browser: ordered, left for another page, found done; and a goal reached."""

from playwright.sync_api import Page, expect

from tests.browser.pages import no_exception, wait_idle
from tests.browser.test_tour import TRAINING, follow, open_page

TINY = "own-kind=VAE&own-epochs=1&own-images=300"


def test_a_sweep_of_five_goes_on_behind_other_pages_and_shows_its_runs(page: Page):
    open_page(page, f"build-your-own?{TINY}&own-sweep=true")
    section = page.locator(".st-key-own-sweep")
    section.get_by_role("button", name="Sweep · about").press("Enter")
    expect(section.get_by_alt_text("Reconstructions, a row each").first).to_be_visible(
        timeout=TRAINING
    )
    follow(page, "Random sampling")
    wait_idle(page)
    follow(page, "Build your own")
    expect(section.get_by_role("button", name="Sweep · about")).to_be_visible(timeout=TRAINING)
    wait_idle(page)
    rows = section.get_by_alt_text("Reconstructions, a row each: The digits; β = 0.0392; β = 0.392")
    expect(rows).to_be_visible(timeout=60_000)
    curve = section.get_by_text("Your own rate–distortion curve").first
    expect(curve).to_be_attached(timeout=60_000)
    no_exception(page)


def test_a_sweep_that_is_stopped_offers_train_again(page: Page):
    open_page(page, "build-your-own?own-kind=VAE&own-epochs=100&own-sweep=true")
    section = page.locator(".st-key-own-sweep")
    section.get_by_role("button", name="Sweep · about").press("Enter")
    stop = section.get_by_role("button", name="Stop the sweep")
    expect(stop).to_be_visible(timeout=TRAINING)
    expect(page.locator(".st-key-train-own")).to_have_count(0)
    stop.press("Enter")
    expect(page.locator(".st-key-train-own button")).to_be_visible(timeout=TRAINING)
    no_exception(page)


def test_a_goal_gives_a_hint_when_asked(page: Page):
    open_page(page, "build-your-own?own-goals=true")
    goal = page.locator(".st-key-goal-small")
    goal.get_by_role("button", name="A hint").press("Enter")
    expect(goal.get_by_text("how many parameters a model has")).to_be_visible(timeout=60_000)
    expect(goal.get_by_role("button", name="Another hint")).to_be_visible()
    no_exception(page)
