// Labels that never lie on one another.

/** @import { Point } from "./view.js" */

const ROUNDS = 300; // far more than ten labels in one place need
const TURN = 2.4; // radians, the golden angle: points in one place part in ways of their own

/**
 * Points pushed apart, no farther than they must, until any two are so many pixels away from
 * each other.
 * @param {Point[]} points
 * @param {number} pixels
 * @returns {Point[]}
 */
export function apart(points, pixels) {
  /** @type {Point[]} */
  const found = points.map(([left, top]) => [left, top]);
  for (let round = 0, pushed = true; pushed && round < ROUNDS; round++) {
    pushed = false;
    for (let j = 1; j < found.length; j++) {
      for (let i = 0; i < j; i++) pushed = part(found[i], found[j], pixels, TURN * (i + j)) || pushed;
    }
  }
  return found;
}

/**
 * @param {Point} a
 * @param {Point} b
 * @param {number} pixels
 * @param {number} angle in which they part where they are one
 */
function part(a, b, pixels, angle) {
  const right = b[0] - a[0], down = b[1] - a[1], distance = Math.hypot(right, down);
  if (distance >= pixels) return false;
  const way = distance > 1e-6 ? [right / distance, down / distance] : [Math.cos(angle), Math.sin(angle)];
  const push = (pixels - distance) / 2 + 0.01;
  for (const axis of /** @type {const} */ ([0, 1])) {
    a[axis] -= push * way[axis];
    b[axis] += push * way[axis];
  }
  return true;
}
