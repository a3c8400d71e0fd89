// The pictures along a path, side by side: as many in a frame as fit into 8 ms, the rest in the next.

import { drawDigit } from "./digits.js";
import { newCanvas, penOf } from "./elements.js";

const FRAME_MS = 8;

export class Strip {
  next = 0; // the picture that is to be drawn

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.tile = newCanvas(28, 28);
  }

  // Another path or another model: draw all pictures anew.
  restart() {
    this.next = 0;
  }

  /**
   * Go on drawing; true when all pictures are there.
   * @param {number} count
   * @param {number} scale pixels of the page for one of a picture
   * @param {(t: number) => ArrayLike<number>} picture 784 pixels at the share t of the path
   */
  draw(count, scale, picture) {
    const { canvas } = this, started = performance.now();
    if (canvas.width !== count * 28) {
      Object.assign(canvas, { width: count * 28, height: 28 });
      canvas.style.width = `${count * 28 * scale}px`;
      canvas.style.height = `${28 * scale}px`;
      this.restart();
    }
    for (; this.next < count && performance.now() - started < FRAME_MS; this.next++) {
      drawDigit(this.tile, picture(this.next / (count - 1)));
      penOf(canvas).drawImage(this.tile, this.next * 28, 0);
    }
    return this.next >= count;
  }
}
