// Which part of the plane is seen, and where on the map: the arithmetic of a map, with no page in it.
//
// Places in the plane are called (x, y), points on the map (left, top). Where a code is one number
// there is no plane: each class has a lane of its own, and y counts lanes.

import { Glide } from "./motion.js";

/** @import { Place } from "./plane.js" */

/** @typedef {[number, number]} Point left and top, in pixels from the map's corner */
/** @typedef {[number, number, number, number]} Extent left, right, bottom, top, in the plane */

export const LANES = 10;

export class View {
  x = 0; // of the middle
  y = 0;
  scale = 0; // pixels for a unit; 0 until the view looks at something
  /** @type {Extent} */
  home = [-1, 1, -1, 1]; // what `fit` goes to
  moved = false; // by the learner's hand
  /** @type {Glide | null} */
  glide = null; // of middle and scale, on the way home
  lanes = false;
  plot = { left: 0, top: 0, width: 0, height: 0 }; // what lies inside the axes

  /**
   * Look at an extent, unless the learner has moved the map and still sees some of it.
   * @param {Extent} extent
   * @param {number} now ms
   * @param {number} lasts ms to get there
   */
  lookAt(extent, now = 0, lasts = 0) {
    const same = extent.every((side, i) => side === this.home[i]);
    this.home = extent;
    if (!this.scale) this.fit();
    else if (!same && !(this.moved && this.sees(extent))) this.glideHome(now, lasts);
  }

  /** @param {Extent} extent */
  sees([left, right, bottom, top]) {
    const [[l, r], [b, t]] = [this.sides(0), this.sides(1)];
    return l < right && left < r && (this.lanes || (b < top && bottom < t));
  }

  /** @param {number} now @param {number} lasts */
  glideHome(now, lasts) {
    const from = [this.x, this.y, Math.log(this.scale)];
    this.fit();
    const to = [this.x, this.y, Math.log(this.scale)];
    this.glide = new Glide(from, to, now, lasts);
    this.step(now);
  }

  /**
   * Go on gliding; whether anything moved.
   * @param {number} now
   */
  step(now) {
    if (!this.glide) return false;
    const [x, y, scale] = Array.from(this.glide.at(now));
    Object.assign(this, { x, y, scale: Math.exp(scale) });
    if (this.glide.isOver(now)) this.glide = null;
    return true;
  }

  fit() {
    const [left, right, bottom, top] = this.home;
    const wide = this.plot.width / (right - left), high = this.plot.height / (top - bottom);
    this.moved = false;
    this.glide = null;
    this.x = (left + right) / 2;
    this.y = (bottom + top) / 2;
    this.scale = this.lanes ? wide : Math.min(wide, high);
  }

  scaleY() {
    return this.lanes ? this.plot.height / (LANES + 0.4) : this.scale;
  }

  /** @param {number} x */
  left(x) {
    return this.plot.left + this.plot.width / 2 + (x - this.x) * this.scale;
  }

  /** @param {number} y */
  above(y) {
    if (this.lanes) y -= (LANES - 1) / 2 - this.y;
    return this.plot.top + this.plot.height / 2 - (y - this.y) * this.scaleY();
  }

  /**
   * @param {Place} place
   * @returns {Point}
   */
  pointOf([x, y]) {
    return [this.left(x), this.above(y)];
  }

  /**
   * @param {Point} point
   * @returns {Place}
   */
  placeAt([left, top]) {
    return [
      this.x + (left - this.plot.left - this.plot.width / 2) / this.scale,
      this.lanes ? 0 : this.y - (top - this.plot.top - this.plot.height / 2) / this.scaleY(),
    ];
  }

  /**
   * What is seen along an axis, from low to high.
   * @param {0 | 1} axis
   * @returns {[number, number]}
   */
  sides(axis) {
    const half = (axis ? this.plot.height : this.plot.width) / 2 / this.scale;
    const middle = axis ? this.y : this.x;
    return [middle - half, middle + half];
  }

  // Look afresh, at the next extent at once: what was seen means nothing any more.
  forget() {
    this.scale = 0;
    this.moved = false;
  }

  // Where the map looks, as text.
  seen() {
    return [this.x, this.y, this.scale, this.plot.width, this.plot.height].join(" ");
  }

  /** @returns {Point} */
  middle() {
    return [this.plot.left + this.plot.width / 2, this.plot.top + this.plot.height / 2];
  }

  /**
   * Nearer or farther; the place at `point` stays where it is.
   * @param {number} factor
   */
  zoom(factor, point = this.middle()) {
    const [x, y] = this.placeAt(point), home = this.plot.width / (this.home[1] - this.home[0]);
    const scale = Math.min(Math.max(this.scale * factor, home / 20), home * 400);
    const share = this.scale / scale;
    Object.assign(this, { x: x + (this.x - x) * share, y: y + (this.y - y) * share, scale });
    this.moved = true;
    this.glide = null;
  }

  /** @param {number} right @param {number} down in pixels */
  pan(right, down) {
    this.glide = null;
    this.x -= right / this.scale;
    if (!this.lanes) this.y += down / this.scale;
    this.moved = true;
  }
}
