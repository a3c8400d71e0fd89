"""The bench on every lesson: sliders, Train, the figure moves, a stop, the way back, an offer."""

from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from app.course import LESSONS
from tests.browser.pages import no_exception, wait_idle
from tests.browser.test_tour import TRAINING, open_page
from tests.serving import Server

# What the stage looks like, in a number that changes when any of its pictures does: pixels of
# canvases, addresses of images, shapes of charts, in and out of components.
LOOK = """() => {
  const marks = [];
  const visit = (root) => {
    for (const each of root.querySelectorAll("*")) {
      if (each.shadowRoot) visit(each.shadowRoot);
      if (each instanceof HTMLImageElement) marks.push(each.src);
      if (each instanceof HTMLCanvasElement && each.width) marks.push(each.toDataURL());
      if (each instanceof SVGPathElement) marks.push(each.getAttribute("d"));
    }
  };
  visit(document.querySelector(".st-key-stage"));
  let sum = 0;
  for (const text of marks) for (let i = 0; i < text.length; i += 7)
    sum = (31 * sum + text.charCodeAt(i)) | 0;
  return sum;
}"""
SCROLLED = "() => document.querySelector('[data-testid=stMain]').scrollTop"


class Bench(NamedTuple):
    """How a lesson's bench is used."""

    address: str
    key: str
    moved: tuple[str, str]  # two sliders, by their words in keys
    back: bool = True  # whether there is a pretrained model to go back to


BENCHES = (
    Bench("autoencoder", "ae", ("d", "epochs")),
    Bench("latent-scatter", "map", ("seed", "epochs")),
    Bench("random-sampling", "draw", ("d", "epochs")),
    Bench("interpolation", "walk", ("d", "epochs")),
    Bench("vae", "vae", ("d", "epochs")),
    Bench("continuous-bernoulli", "cb", ("bound", "epochs")),
    Bench("build-your-own", "own", ("d", "epochs"), back=False),
)


def move_by_keyboard(page: Page, key: str, presses: int = 1) -> None:
    """Move a slider, or go to the next of some buttons, by the arrow keys."""
    control = page.locator(f".st-key-{key}")
    control.scroll_into_view_if_needed()
    slider = control.get_by_role("slider")
    if slider.count():
        slider.first.focus()
        for _ in range(presses):
            page.keyboard.press("ArrowRight")
    else:
        chosen = control.locator("button[aria-checked=true], button[kind$=Active]").first
        chosen.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
    wait_idle(page)


def test_every_lesson_has_a_bench():
    assert [bench.address for bench in BENCHES] == [lesson.address for lesson in LESSONS]
