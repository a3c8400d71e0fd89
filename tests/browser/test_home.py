"""A run goes home through a real browser, runs there, and comes back."""

import subprocess
import sys
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.pages import no_exception

ADDRESS = "/build-your-own?own-kind=VAE&own-images=500&own-epochs=1&own-home=true"


def test_what_the_browser_saves_runs_without_the_course_and_is_taken_back(
    page: Page, tmp_path: Path
):
    page.goto(ADDRESS)
    expect(page.get_by_text("You have trained nothing yet")).to_be_visible(timeout=60_000)
    page.locator(".st-key-train-own button").click()
    take = page.locator(".st-key-take-home button")
    expect(take).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        take.click()
    assert download.value.suggested_filename == "my-vae-dense-2-beta-1-seed-0.zip"
    saved = tmp_path / "mine.zip"
    download.value.save_as(saved)

    home = tmp_path / "home"
    zipfile.ZipFile(saved).extractall(home)
    subprocess.run([sys.executable, "-I", "model.py"], cwd=home, check=True, timeout=120)
    assert {file.name for file in home.glob("*.png")} == {
        "digits.png", "restored.png", "samples.png", "walk.png",
    }  # fmt: skip

    page.locator(".st-key-own-home input[type=file]").set_input_files(saved)
    page.locator(".st-key-bring-back button").click()
    which = page.locator(".st-key-home-run").get_by_role("combobox")
    expect(which).to_have_value(
        "Run 2: VAE dense, d = 2, β = 1, seed 0, brought back", timeout=60_000
    )
    no_exception(page)
