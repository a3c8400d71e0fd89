"""The whole tour as a learner walks it. The `page` fixture also fails a test on any console
error, page error, or request to another server."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from app.course import LESSONS
from tests.browser.pages import no_exception, wait_idle

PAGES = {"": "welcome", "data": "data"} | {lesson.address: lesson.folder for lesson in LESSONS}
TRAINING = 240_000  # ms; a few seconds on an idle machine
RECOGNISABLE = 0.205 * 784  # nats per image: test BCE at which digits can be recognised


def open_page(page: Page, address: str) -> None:
    page.goto(f"/{address}")
    expect(page.locator("h1").first).to_be_visible(timeout=60_000)
    if address != "data":  # every other page ends with the way to another one
        way = page.locator(".st-key-card-next").or_(page.get_by_text("About the data, and"))
        expect(way).to_be_visible(timeout=60_000)
    wait_idle(page)
    no_exception(page)


def follow(page: Page, name: str) -> None:
    """Change page as a learner does, by the navigation."""
    page.get_by_test_id("stTopNavLink").filter(has_text=name).click()
    expect(page.locator("h1").first).to_have_text(re.compile(name, re.I), timeout=60_000)


def progress(page: Page) -> Locator:
    return page.get_by_test_id("stProgress")


@pytest.mark.parametrize("address", PAGES)
def test_a_page_opens_by_its_address_and_again_after_a_reload(page: Page, address: str):
    open_page(page, address)
    title = page.locator("h1").first.inner_text()
    page.reload()
    expect(page.locator("h1").first).to_have_text(title, timeout=60_000)
    wait_idle(page)
    no_exception(page)


@pytest.mark.parametrize("address", [lesson.address for lesson in LESSONS])
def test_a_control_of_each_lesson_moves_and_the_reloaded_link_remembers_it(
    page: Page, address: str
):
    open_page(page, address)
    before, main = page.url, page.get_by_test_id("stMain")
    sliders = main.get_by_test_id("stSlider").get_by_role("slider").locator("visible=true")
    control = sliders.first
    at_its_end = control.evaluate("slider => slider.value === slider.max")
    control.focus()
    control.press("ArrowLeft" if at_its_end else "ArrowRight")
    moved_to = control.input_value()
    page.wait_for_url(lambda url: url != before)
    wait_idle(page)
    no_exception(page)
    moved = page.url
    page.reload()
    expect(control).to_have_value(moved_to, timeout=60_000)
    wait_idle(page)
    no_exception(page)
    assert page.url == moved


def test_a_wrong_link_opens_the_page_as_if_nothing_had_been_said(page: Page):
    open_page(page, "autoencoder?d=4200&nonsense=1")
    expect(page.get_by_text("AE dense, d = 2").first).to_be_visible()


def test_the_map_follows_the_keys_and_the_link_remembers_the_place(page: Page):
    open_page(page, "latent-scatter?map-of=AE+lite%2C+d+%3D+2")
    mark = page.locator("p", has_text="At the mark")
    before = mark.inner_text()
    page.get_by_role("application").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(mark).not_to_have_text(before)
    page.wait_for_url(re.compile("[?&]z="))
    wait_idle(page)
    moved = mark.inner_text()
    page.reload()
    expect(mark).to_have_text(moved, timeout=60_000)
    no_exception(page)


def test_the_map_of_the_welcome_page_decodes_under_the_pointer(page: Page):
    open_page(page, "")
    pad = page.get_by_role("application")
    decoded = page.get_by_role("img", name="The picture decoded from the code")
    expect(decoded).to_be_visible(timeout=60_000)
    before = decoded.evaluate("canvas => canvas.toDataURL()")
    pad.hover(position={"x": 300, "y": 300})
    page.wait_for_function(
        "([canvas, before]) => canvas.toDataURL() !== before",
        arg=[decoded.element_handle(), before],
    )


def test_an_autoencoder_trained_from_the_sample_draws_recognisable_digits(page: Page):
    open_page(page, "autoencoder")
    page.locator(".st-key-train-ae button").click()
    expect(progress(page)).to_contain_text("Training", timeout=TRAINING)
    expect(page.get_by_text("yours: AE dense, d = 2").first).to_be_visible(timeout=TRAINING)
    told = page.get_by_text("Measured: ")
    expect(told).to_be_visible(timeout=TRAINING)
    cost = re.search(r"Measured: ([\d.]+) nats", told.inner_text())
    assert cost and float(cost[1]) < RECOGNISABLE
    page.locator(".st-key-run-back button").click()
    expect(page.get_by_text("The figures show yours")).to_be_hidden()
    no_exception(page)


def test_a_vae_goes_on_training_while_the_learner_visits_another_page(page: Page):
    open_page(page, "vae")
    page.locator(".st-key-train-vae-run button").click()
    expect(progress(page)).to_contain_text("Training", timeout=TRAINING)
    follow(page, "Latent scatter")
    told = page.get_by_text("Your run of lesson 5, VAE dense, d = 2, β = 1, ")
    offered = page.locator(".st-key-offer-map")  # where it was over before the page was there
    expect(told.or_(offered).first).to_be_visible(timeout=TRAINING)
    expect(progress(page)).to_be_hidden()
    follow(page, "Variational autoencoder")
    told = page.get_by_text("Measured: ")
    expect(told).to_be_visible(timeout=TRAINING)
    cost = re.search(r"reconstruction ([\d.]+)", told.inner_text())
    assert cost and float(cost[1]) < 1.05 * RECOGNISABLE
    no_exception(page)


def test_lesson_5_is_read_in_five_screens_before_anything_is_opened(page: Page):
    page.set_viewport_size({"width": 1366, "height": 768})
    open_page(page, "vae")
    length = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    assert length <= 5 * 768


def test_a_run_is_paused_continued_and_stopped(page: Page):
    open_page(page, "build-your-own")
    page.locator(".st-key-train-own button").click()
    page.get_by_role("button", name="Pause").click(timeout=TRAINING)
    expect(progress(page)).to_contain_text("Paused", timeout=TRAINING)
    page.get_by_role("button", name="Continue").click()
    expect(progress(page)).to_contain_text("Training", timeout=TRAINING)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("You stopped this run")).to_be_visible(timeout=TRAINING)
    expect(page.get_by_role("button", name="Train again")).to_be_visible()
    no_exception(page)
