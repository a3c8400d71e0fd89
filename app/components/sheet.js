// Numbered samples as a sheet of pictures beside the map, each one a button that lights its place.

import { drawDigit } from "./digits.js";
import { find } from "./elements.js";

const DECODING_MS = 6; // of decoding; the pictures that are left wait for the next frame

export class Sheet {
  /** @type {{ button: HTMLButtonElement, canvas: HTMLCanvasElement }[]} */
  tiles = [];
  next = 0; // the tile that is to be drawn
  left = 0; // tiles that do not show their sample as it is now

  /**
   * @param {HTMLElement} box
   * @param {(sample: number) => void} chosen
   */
  constructor(box, chosen) {
    this.box = box;
    this.chosen = chosen;
  }

  /** @param {number} count */
  use(count) {
    this.box.hidden = !count;
    if (count === this.tiles.length) return;
    this.box.setAttribute("aria-label", `${count} decoded samples`);
    this.tiles = Array.from({ length: count }, (_, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.innerHTML = '<canvas width="28" height="28"></canvas><span></span>';
      button.onclick = () => this.chosen(i);
      find(button, "span", HTMLElement).textContent = String(i + 1);
      return { button, canvas: find(button, "canvas", HTMLCanvasElement) };
    });
    this.box.replaceChildren(...this.tiles.map(({ button }) => button));
    this.restart();
  }

  // Other samples or another model: draw all pictures anew, going on where the last frame ended.
  restart() {
    this.left = this.tiles.length;
  }

  /**
   * Go on drawing; true when all pictures are there.
   * @param {(sample: number) => ArrayLike<number>} picture its 784 pixels
   */
  draw(picture) {
    const started = performance.now();
    for (; this.left && performance.now() - started < DECODING_MS; this.left--) {
      this.next %= this.tiles.length;
      drawDigit(this.tiles[this.next].canvas, picture(this.next));
      this.next++;
    }
    return !this.left;
  }

  /**
   * What those hear who do not see the pictures.
   * @param {(sample: number) => string} words
   */
  tell(words) {
    this.tiles.forEach(({ button }, i) => button.setAttribute("aria-label", words(i)));
  }

  /**
   * Which samples lie in a hole, and which one is lit.
   * @param {boolean[]} inHole
   * @param {number} lit
   */
  mark(inHole, lit) {
    this.tiles.forEach(({ button }, i) => {
      button.classList.toggle("hole", Boolean(inHole[i]));
      button.setAttribute("aria-pressed", String(i === lit));
    });
  }
}
