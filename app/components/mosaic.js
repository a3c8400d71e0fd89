// The map's background: what the decoder draws at the middle of every tile.
//
// Hundreds of decodings take a while, so they are made in idle slices: the browser calls when it
// has nothing better to do, and a move of the pointer is always better.

import { penOf, rgb } from "./elements.js";

/** @import { LatentMap } from "./map.js" */
/** @import { Place } from "./plane.js" */

const TILE = 28; // pixels of the screen
const INK = 120; // of 255: it lies behind the codes

/** @type {(slice: (deadline: { timeRemaining: () => number }) => void) => void} */
const whenIdle =
  globalThis.requestIdleCallback ?? ((slice) => setTimeout(() => slice({ timeRemaining: () => 5 }), 30));

export class Mosaic {
  /** @type {object | null} */
  job = null; // another one ends this one
  seen = ""; // where the map looked when it was started

  /** @param {LatentMap} map */
  constructor(map) {
    this.map = map;
  }

  // Stop; what is there stays as long as it lies where the map is looking.
  stop() {
    this.job = null;
    if (this.seen !== this.map.seen() + this.map.text) this.clear();
  }

  clear() {
    this.job = null;
    this.map.back.width = this.map.back.height = 0;
  }

  /**
   * Start anew: `picture` gives the 784 pixels at a place of the plane.
   * @param {(place: Place) => ArrayLike<number>} picture
   * @param {(work: () => void) => void} attempt does a slice, or says why it could not
   */
  start(picture, attempt) {
    const { map } = this, { left, top, width, height } = map.plot;
    const columns = Math.ceil(width / TILE), rows = map.lanes ? 1 : Math.ceil(height / TILE);
    // Tiles of another model are painted over one by one: an empty canvas would flash.
    if (map.back.width !== columns * TILE || map.back.height !== rows * TILE) {
      Object.assign(map.back, { width: columns * TILE, height: rows * TILE });
    }
    Object.assign(map.back.style, {
      left: `${left}px`,
      top: `${top + (map.lanes ? height - TILE : 0)}px`,
      clipPath: `inset(0 ${columns * TILE - width}px ${map.lanes ? 0 : rows * TILE - height}px 0)`,
    });
    this.seen = map.seen() + map.text;
    const ink = rgb(map.text), pen = penOf(map.back), image = pen.createImageData(28, 28);
    const job = (this.job = {});
    let next = 0;
    const drawTile = () => {
      const column = next % columns, row = Math.floor(next++ / columns);
      const place = map.placeAt([left + (column + 0.5) * TILE, top + (row + 0.5) * TILE]);
      const pixels = picture(place);
      for (let i = 0; i < 784; i++) {
        image.data.set(ink, 4 * i);
        image.data[4 * i + 3] = INK * pixels[i];
      }
      pen.putImageData(image, column * TILE, row * TILE);
    };
    const slice = (/** @type {{ timeRemaining: () => number }} */ deadline) =>
      attempt(() => {
        do {
          if (this.job !== job || next === columns * rows) return;
          drawTile();
        } while (deadline.timeRemaining() > 4);
        whenIdle(slice);
      });
    whenIdle(slice);
  }
}
