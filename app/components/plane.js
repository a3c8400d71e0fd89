// The plane in which a map of many-dimensional codes is drawn (core.latent.Projection).

/** @typedef {[number, number]} Place x and y in the plane */

export class Plane {
  /**
   * @param {Float32Array} origin a code
   * @param {Float32Array} right the plane's axes: of length one, at right angles
   * @param {Float32Array} up
   */
  constructor(origin, right, up) {
    this.origin = origin;
    this.right = right;
    this.up = up;
  }

  get latent() {
    return this.origin.length;
  }

  /**
   * The place of a code, which may begin at some index of a longer array.
   * @param {ArrayLike<number>} z
   * @returns {Place}
   */
  project(z, start = 0) {
    let x = 0, y = 0;
    for (let k = 0; k < this.origin.length; k++) {
      const offset = z[start + k] - this.origin[k];
      x += offset * this.right[k];
      y += offset * this.up[k];
    }
    return [x, y];
  }

  /**
   * z moved within the plane so that it projects onto (x, y); what lies across stays.
   * @param {Float32Array} z
   * @param {Place} place
   */
  move(z, [x, y]) {
    const [x0, y0] = this.project(z);
    return z.map((value, k) => value + (x - x0) * this.right[k] + (y - y0) * this.up[k]);
  }

  /**
   * All codes of a flat array projected: x, y, x, y, …
   * @param {Float32Array} codes
   */
  projectAll(codes) {
    const count = codes.length / this.latent;
    const places = new Float32Array(2 * count);
    for (let i = 0; i < count; i++) places.set(this.project(codes, i * this.latent), 2 * i);
    return places;
  }
}
