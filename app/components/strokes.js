// From strokes to a digit as MNIST holds it.
//
// MNIST's digits were scanned, scaled into a box of 20 × 20 pixels, and moved so that their
// centre of mass lies on pixel 14 of 28, counted from 0 (LeCun et al. 1998; measured: half a pixel
// right of the middle, and below it). A network knows only digits prepared like that, so a drawn
// one is prepared in the same way. The pen's width is that of MNIST's strokes after the scaling,
// however large one draws.

import { newCanvas, penOf } from "./elements.js";

/** @import { Dot, Stroke } from "./paper.js" */

const FINE = 4; // each pixel is drawn as 4 × 4 finer ones and averaged: grey edges
export const PEN = 2.3; // pixels
const BOX = 20;

export class Scanner {
  canvas = newCanvas(28 * FINE, 28 * FINE);
  pixels = new Float32Array(784);

  get pen() {
    return penOf(this.canvas, { willReadFrequently: true });
  }

  /**
   * What is drawn, as 28 × 28 pixels from 0 to 1; the next call overwrites them. On the digit
   * from which the learner started, strokes lie where they are drawn.
   * @param {Stroke[]} strokes
   * @param {Uint8Array | null} base
   */
  scan(strokes, base) {
    const dots = strokes.flat();
    if (base) {
      this.draw(strokes, ([x, y]) => [28 * x, 28 * y]);
      this.average(0, 0);
      for (let i = 0; i < 784; i++) this.pixels[i] = Math.min(1, this.pixels[i] + base[i] / 255);
    } else if (dots.length) {
      this.draw(strokes, this.intoBox(dots));
      const [right, down] = this.offCentre();
      this.average(right, down);
    } else this.pixels.fill(0);
    for (let i = 0; i < 784; i++) this.pixels[i] = Math.round(255 * this.pixels[i]) / 255;
    return this.pixels;
  }

  /**
   * The longer side of what was drawn, pen included, becomes the side of the box.
   * @param {Dot[]} dots
   * @returns {(dot: Dot) => Dot}
   */
  intoBox(dots) {
    const sides = [0, 1].map((axis) => dots.map((dot) => dot[axis]));
    const [left, top] = sides.map((values) => Math.min(...values));
    const [wide, high] = sides.map((values) => Math.max(...values) - Math.min(...values));
    const scale = Math.min((BOX - PEN) / Math.max(wide, high), 2.5 * 28); // a dot stays a dot
    return ([x, y]) => [14 + (x - left - wide / 2) * scale, 14 + (y - top - high / 2) * scale];
  }

  /**
   * @param {Stroke[]} strokes
   * @param {(dot: Dot) => Dot} place of a dot in the picture, in pixels
   */
  draw(strokes, place) {
    const { pen, canvas } = this;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(FINE, 0, 0, FINE, 0, 0);
    pen.strokeStyle = "#FFF";
    pen.lineWidth = PEN;
    pen.lineCap = pen.lineJoin = "round";
    for (const stroke of strokes) {
      pen.beginPath();
      pen.moveTo(...place(stroke[0]));
      for (const dot of stroke) pen.lineTo(...place(dot));
      pen.stroke();
    }
  }

  // How many fine pixels the centre of mass lies right of where MNIST has it, and below it.
  offCentre() {
    const { data, width } = this.pen.getImageData(0, 0, 28 * FINE, 28 * FINE);
    let mass = 0, right = 0, down = 0;
    for (let i = 0; i < width * width; i++) {
      const ink = data[4 * i + 3];
      mass += ink;
      right += ink * (i % width);
      down += ink * Math.floor(i / width);
    }
    const there = (width - 1 + FINE) / 2;
    return mass ? [Math.round(right / mass - there), Math.round(down / mass - there)] : [0, 0];
  }

  /** @param {number} right @param {number} down where the picture begins, in fine pixels */
  average(right, down) {
    const { data, width } = this.pen.getImageData(right, down, 28 * FINE, 28 * FINE);
    this.pixels.fill(0);
    for (let i = 0; i < width * width; i++) {
      const pixel = Math.floor(i / width / FINE) * 28 + Math.floor((i % width) / FINE);
      this.pixels[pixel] += data[4 * i + 3] / 255 / FINE ** 2;
    }
  }
}
