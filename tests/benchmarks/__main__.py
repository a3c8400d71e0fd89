"""`make bench`: what a run takes against what was said, whether the goals' recipes reach them, and
how fast the maps follow the hand.

The maps are measured in a real browser, against the stated goals: every figure is a median in
headless Chromium on this machine, measured now. The peer is the same server without the
component: release of a slider, decoding in torch, picture painted.
"""

import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.benchmarks import estimates, goals
from tests.browser.ensure_browser import NO_BROWSER, launch
from tests.serving import Server, staged

SECONDS = 4.0  # of dragging
RELEASES = 15
PATIENCE = 120_000  # ms


@dataclass(frozen=True)
class Goal:
    """What a model's pad should reach."""

    model: str
    frames: float  # a second
    decode: float | None  # ms
    release: float = 150.0  # ms from the release to Python's answer on the page


GOALS = (
    Goal("ae-dense-2", frames=55, decode=0.3),
    Goal("ae-lite-2", frames=40, decode=3),
    Goal("ae-shallow-2", frames=40, decode=6),
    Goal("ae-deep-2", frames=40, decode=None),
)

# A pointer that moves in every frame: how many drawings a second, and what each took.
DRAG = """async ([canvas, seconds]) => {
  const host = canvas.getRootNode().host, box = canvas.getBoundingClientRect();
  const seen = [], note = ({ detail }) => seen.push(detail);
  const point = (kind, t) => canvas.dispatchEvent(new PointerEvent(kind, {
    pointerId: 7, pointerType: "mouse", bubbles: true,
    clientX: box.left + box.width * (0.5 + 0.3 * Math.cos(t)),
    clientY: box.top + box.height * (0.5 + 0.3 * Math.sin(1.3 * t)),
  }));
  canvas.setPointerCapture = () => {};
  const frame = () => new Promise(requestAnimationFrame);
  point("pointerdown", 0);
  for (let i = 0; i < 10; i++) { point("pointermove", i / 20); await frame(); }
  host.addEventListener("latent-walk-drawn", note);
  const started = performance.now();
  let now = started;
  while (now - started < 1000 * seconds) {
    point("pointermove", (now - started) / 400);
    await frame();
    now = performance.now();
  }
  host.removeEventListener("latent-walk-drawn", note);
  point("pointerup", 1);
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  return {
    frames: (1000 * seen.length) / (now - started),
    decode: median(seen.map((detail) => detail.decodeMs)),
    draw: median(seen.map((detail) => detail.drawMs)),
  };
}"""

# From a release to the moment when Python's answer stands on the page.
RELEASE = """async ([canvas, text, t]) => {
  const box = canvas.getBoundingClientRect();
  const point = (kind) => canvas.dispatchEvent(new PointerEvent(kind, {
    pointerId: 8, pointerType: "mouse", bubbles: true,
    clientX: box.left + box.width * (0.5 + 0.3 * Math.cos(t)),
    clientY: box.top + box.height * (0.5 + 0.3 * Math.sin(t)),
  }));
  canvas.setPointerCapture = () => {};
  point("pointerdown");
  await new Promise(requestAnimationFrame);
  const before = text.textContent, started = performance.now();
  const changed = new Promise((done) => {
    const watch = new MutationObserver(() => {
      if (text.textContent !== before) { watch.disconnect(); done(performance.now() - started); }
    });
    watch.observe(text, { childList: true, characterData: true, subtree: true });
  });
  point("pointerup");
  return changed;
}"""

# The peer's way: how long from a key on the slider until its new picture is painted.
PAINTED = """(picture) => {
  const before = picture.src;
  window.painted = new Promise((done) => {
    const watch = new MutationObserver(async () => {
      const now = document.querySelector("[data-testid=stImage] img");
      if (!now || now.src === before) return;
      watch.disconnect();
      await now.decode();
      requestAnimationFrame(() => done(performance.now() - window.pressed));
    });
    watch.observe(document.body, { attributes: true, childList: true, subtree: true });
  });
  const note = () => (window.pressed = performance.now());
  document.addEventListener("keydown", note, { once: true, capture: true });
}"""


def measure(page: Page, server: Server, goal: Goal) -> list[str]:
    """The lines to print for one model."""
    received: list[int] = []
    page.on("websocket", lambda ws: ws.on("framereceived", lambda data: received.append(len(data))))
    page.goto(f"{server.url}/?model={goal.model}")
    page.locator(".drawn").wait_for(timeout=PATIENCE)
    told = page.get_by_text("told ").first
    expect(told).to_be_visible(timeout=PATIENCE)
    page.wait_for_load_state("networkidle")
    canvas, text = page.locator("canvas.top").element_handle(), told.element_handle()
    first = sum(received)
    drag = page.evaluate(DRAG, [canvas, SECONDS])
    releases, payloads = [], []
    for i in range(RELEASES):
        received.clear()
        releases.append(page.evaluate(RELEASE, [canvas, text, 1.0 + i / 3]))
        payloads.append(sum(received))
    release, peer = statistics.median(releases), statistics.median(by_server(page))
    lines = [
        verdict("frames a second while dragged", drag["frames"], goal.frames, at_least=True),
        verdict("decode, ms", drag["decode"], goal.decode),
        f"  {'draw with all its layers, ms':<42}{drag['draw']:8.2f}",
        verdict("release to Python's answer on the page, ms", release, goal.release),
        f"  {'the server way: slider to picture, ms':<42}{peer:8.1f}"
        f"    {peer / (1000 / drag['frames']):.1f} times a frame of the pad",
        f"  {'sent at first, kB':<42}{first / 1000:8.1f}",
        f"  {'sent with a release, kB':<42}{statistics.median(payloads) / 1000:8.1f}",
    ]
    return lines


def by_server(page: Page) -> list[float]:
    """The same change by a slider and the server, ms each."""
    slider = page.get_by_role("slider", name="Slider")
    picture = page.get_by_test_id("stImage").locator("img")
    times = []
    for _ in range(RELEASES):
        slider.focus()
        page.evaluate(PAINTED, picture.element_handle())
        slider.press("ArrowRight")
        times.append(page.evaluate("window.painted"))
    return times


def verdict(what: str, found: float, goal: float | None, *, at_least: bool = False) -> str:
    """A figure beside its goal."""
    line = f"  {what:<42}{found:8.2f}"
    if goal is None:
        return line
    reached = found >= goal if at_least else found <= goal
    return (
        f"{line}    goal {'≥' if at_least else '≤'} {goal:g}: {'reached' if reached else 'MISSED'}"
    )


def run(browser: Browser, server: Server) -> None:
    for goal in GOALS:
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        print(f"\n{goal.model}, 5 000 codes", flush=True)
        print("\n".join(measure(page, server, goal)), flush=True)
        page.close()


def main() -> None:
    print("Seconds of a run: what stands on Train, against the clock", flush=True)
    estimates.main()
    print(f"\nGoals of lesson 7, from seeds {goals.SEEDS}", flush=True)
    goals.main()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        found = launch(playwright)
        if not found:
            raise SystemExit(NO_BROWSER)
        browser, _ = found
        with staged(Path(folder), "tests.benchmarks.stage") as server:
            run(browser, server)
        browser.close()


if __name__ == "__main__":
    main()
