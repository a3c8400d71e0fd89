// A code's numbers as ranges: two for its place in the plane, and where it has more numbers, one
// for each of them too.

import { find } from "./elements.js";

/** @import { Plane } from "./plane.js" */
/** @import { Extent } from "./view.js" */

/** @typedef {(z: Float32Array) => Float32Array} Change what a range makes of the code */
/** @typedef {{ name: string, words: HTMLElement, range: HTMLInputElement }} Slider */

export class Sliders {
  /** @type {Plane} */
  plane;
  /** @type {Float32Array | null} */
  codes = null;
  wanted = ""; // what the sliders were made for
  /** @type {Slider[]} */
  axes = [];
  /** @type {Slider[]} */
  all = [];
  /** @type {[number, number][]} */
  ranges = []; // of the codes, in each of their dimensions

  /**
   * @param {ParentNode} root
   * @param {(change: Change) => void} changed while a range is dragged
   * @param {() => void} released
   */
  constructor(root, changed, released) {
    this.details = find(root, ".all", HTMLElement);
    this.planeBox = find(root, ".plane", HTMLElement);
    this.allBox = find(root, ".numbers", HTMLElement);
    this.changed = changed;
    this.released = released;
  }

  /**
   * @param {Plane} plane
   * @param {Float32Array} codes a flat array
   * @param {[string, string]} names of the plane's axes
   */
  use(plane, codes, names) {
    const { latent } = plane, wanted = `${latent} ${names}`;
    this.plane = plane;
    if (codes !== this.codes) this.ranges = latent > 2 ? rangesOf(codes, latent) : [];
    this.codes = codes;
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    this.details.hidden = latent <= 2;
    this.planeBox.replaceChildren();
    this.allBox.replaceChildren();
    this.axes = names.slice(0, latent).map((name, axis) =>
      this.make(this.planeBox, name.split(" (")[0], (z, value) => {
        const place = this.plane.project(z);
        place[axis] = value;
        return this.plane.move(z, place);
      })
    );
    this.all = latent <= 2 ? [] : Array.from({ length: latent }, (_, k) =>
      this.make(this.allBox, `z${subscript(k + 1)}`, (z, value) =>
        z.map((other, i) => (i === k ? value : other))
      )
    );
  }

  /**
   * @param {HTMLElement} box
   * @param {string} name
   * @param {(z: Float32Array, value: number) => Float32Array} move
   * @returns {Slider}
   */
  make(box, name, move) {
    const label = document.createElement("label"), words = document.createElement("span");
    const range = Object.assign(document.createElement("input"), { type: "range", step: "any" });
    range.setAttribute("aria-label", name);
    range.oninput = () => this.changed((z) => move(z, Number(range.value)));
    range.onchange = this.released;
    label.append(words, range);
    box.append(label);
    return { name, words, range };
  }

  /**
   * @param {Float32Array} z
   * @param {Extent} home of the map
   */
  show(z, [left, right, bottom, top]) {
    const place = this.plane.project(z), sides = [[left, right], [bottom, top]];
    this.axes.forEach((slider, axis) => show(slider, place[axis], sides[axis]));
    this.all.forEach((slider, k) => show(slider, z[k], this.ranges[k]));
  }
}

/**
 * @param {Slider} slider
 * @param {number} value
 * @param {number[]} range
 */
function show({ name, words, range }, value, [low, high]) {
  words.textContent = `${name} = ${inWords(value)}`;
  range.setAttribute("aria-valuetext", inWords(value));
  if (range.matches(":active")) return;
  range.min = String(Math.min(low, value));
  range.max = String(Math.max(high, value));
  range.value = String(value);
}

/**
 * @param {Float32Array} codes
 * @param {number} latent
 * @returns {[number, number][]}
 */
function rangesOf(codes, latent) {
  return Array.from({ length: latent }, (_, k) => {
    let low = Infinity, high = -Infinity;
    for (let o = k; o < codes.length; o += latent) {
      low = Math.min(low, codes[o]);
      high = Math.max(high, codes[o]);
    }
    return [low, high];
  });
}

/** @param {number} value */
export const inWords = (value) =>
  value.toFixed(Math.abs(value) < 0.1 ? 3 : 2).replace(/^-(?=.*[1-9])/, "−").replace("-", "");
/** @param {number} i */
const subscript = (i) => String(i).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]);
