// Digits on canvases; and the real ones, all unpacked from one compressed piece or fetched one by one.

import { penOf } from "./elements.js";

/** @import { Piece } from "./shelf.js" */

/**
 * White on black, as digits are drawn all over the course.
 * @param {HTMLCanvasElement} canvas of 28 × 28 pixels
 * @param {ArrayLike<number>} pixels 784, row by row
 * @param {number} brightest the value that is white
 */
export function drawDigit(canvas, pixels, brightest = 1) {
  const pen = penOf(canvas), image = pen.createImageData(28, 28);
  for (let i = 0; i < 784; i++) {
    const value = Math.round((255 * pixels[i]) / brightest);
    image.data[4 * i] = image.data[4 * i + 1] = image.data[4 * i + 2] = value;
    image.data[4 * i + 3] = 255;
  }
  pen.putImageData(image, 0, 0);
}

export class Digits {
  /** @type {Piece | null} */
  piece = null;
  /** @type {string | null} */
  address = null;
  /** @type {Uint8Array | null} */
  pixels = null; // of all digits, once they are unpacked
  /** @type {Map<number, ImageBitmap>} */
  fetched = new Map();
  busy = false;

  /** @param {() => void} changed called when a picture has arrived */
  constructor(changed) {
    this.changed = changed;
  }

  /**
   * A piece of the shelf with zlib-compressed pictures, or an address with {i} in it, or neither.
   * @param {Piece | null | undefined} piece
   * @param {string | null} address
   */
  use(piece, address) {
    if ((piece ?? null) === this.piece && address === this.address) return;
    Object.assign(this, { piece: piece ?? null, address, pixels: null });
    this.fetched.clear();
    if (piece) this.unpack(piece);
  }

  /** @param {Piece} piece */
  async unpack(piece) {
    const packed = new Blob([piece.arrays.packed]).stream();
    const stream = packed.pipeThrough(new DecompressionStream("deflate"));
    const pixels = new Uint8Array(await new Response(stream).arrayBuffer());
    if (this.piece !== piece) return;
    this.pixels = pixels;
    this.changed();
  }

  get any() {
    return Boolean(this.piece || this.address);
  }

  /**
   * Draw digit i on a canvas, at once if it is here; else fetch it and call `changed`.
   * @param {number} i
   * @param {HTMLCanvasElement} canvas
   */
  draw(i, canvas) {
    const here = this.fetched.get(i);
    if (this.pixels) drawDigit(canvas, this.pixels.subarray(784 * i, 784 * (i + 1)), 255);
    else if (here) {
      const pen = penOf(canvas);
      pen.imageSmoothingEnabled = false;
      pen.drawImage(here, 0, 0, 28, 28);
    } else if (this.address) this.fetchOne(i, this.address);
  }

  /**
   * One at a time: while the pointer flies over the map only the digits where it rests matter.
   * @param {number} i
   * @param {string} address
   */
  async fetchOne(i, address) {
    if (this.busy) return;
    this.busy = true;
    try {
      const answer = await fetch(address.replace("{i}", String(i)));
      const picture = answer.ok && (await createImageBitmap(await answer.blob()));
      if (picture && address === this.address) {
        const [oldest] = this.fetched.keys();
        if (this.fetched.size > 300) this.fetched.delete(oldest);
        this.fetched.set(i, picture);
      }
    } catch {
      // No connection: the map goes on without this picture, and the next move asks again.
    } finally {
      this.busy = false;
    }
    this.changed();
  }
}
