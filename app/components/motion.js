// How things move when no hand moves them: from one state to another, and round a closed curve.
//
// Nothing here touches the page, so that the tests need none.

/** @import { Plane } from "./plane.js" */

const LEG_MS = 2600; // of a stroll, from one stop to the next
const LONGEST_MS = 100; // that a frame may take: a stroll waits while nobody sees it

/** @param {number} share of the way in time, 0 to 1; the way itself begins and ends at rest */
const eased = (share) => share * share * (3 - 2 * share);

/**
 * Some share of the way from one row of numbers to another.
 * @param {ArrayLike<number>} from
 * @param {ArrayLike<number>} to
 * @param {number} share
 */
export const mixed = (from, to, share) =>
  Float32Array.from(to, (value, i) => (1 - share) * from[i] + share * value);

// A row of numbers on its way to another one.
export class Glide {
  /**
   * @param {ArrayLike<number>} from
   * @param {ArrayLike<number>} to
   * @param {number} started in ms, as `at` is asked
   * @param {number} lasts ms; 0 is there at once
   */
  constructor(from, to, started, lasts) {
    this.from = from;
    this.to = to;
    this.started = started;
    this.lasts = lasts;
  }

  /** @param {number} now */
  isOver(now) {
    return now >= this.started + this.lasts;
  }

  /** @param {number} now */
  at(now) {
    if (this.isOver(now)) return this.to;
    return mixed(this.from, this.to, eased(Math.max(0, now - this.started) / this.lasts));
  }
}

// A row of numbers that goes to each new one instead of jumping there.
export class Row {
  /** @type {ArrayLike<number>} */
  at = []; // now
  /** @type {ArrayLike<number>} */
  target = [];
  /** @type {Glide | null} */
  glide = null;

  /**
   * Whether it is another one than before. A row of another length is there at once.
   * @param {ArrayLike<number>} target
   * @param {number} now ms
   * @param {number} lasts ms
   */
  goTo(target, now = 0, lasts = 0) {
    const { at } = this, before = this.target;
    this.target = target;
    if (at.length !== target.length || !lasts) {
      this.at = target;
      this.glide = null;
      return true;
    }
    if (before === target || Array.from(target).every((v, i) => v === before[i])) return false;
    this.glide = new Glide(at, target, now, lasts);
    return true;
  }

  /**
   * Go on; whether anything moved.
   * @param {number} now
   */
  step(now) {
    if (!this.glide) return false;
    this.at = this.glide.at(now);
    if (this.glide.isOver(now)) this.glide = null;
    return true;
  }
}

// A slow walk by itself: from where one stands onto a closed curve, and round it for ever.
export class Stroll {
  legs = 0; // that lie behind
  /** @type {number | null} */
  last = null; // when it was last seen, ms

  /**
   * @param {Float32Array} from a code
   * @param {Float32Array[]} stops codes that the curve goes through
   */
  constructor(from, stops) {
    this.from = from;
    this.stops = stops;
  }

  /**
   * The code where it is now.
   * @param {number} now in ms
   */
  at(now) {
    this.legs += Math.min(now - (this.last ?? now), LONGEST_MS) / LEG_MS;
    this.last = now;
    const onto = onCurve(this.stops, this.legs);
    return this.legs < 1 ? mixed(this.from, onto, eased(this.legs)) : onto;
  }
}

/**
 * A closed curve that goes smoothly through its stops (Catmull and Rom's); t counts them.
 * @param {Float32Array[]} stops
 * @param {number} t
 */
export function onCurve(stops, t) {
  const leg = Math.floor(t), u = t - leg;
  const stop = (/** @type {number} */ i) => stops[(((leg + i) % stops.length) + stops.length) % stops.length];
  const [before, from, to, after] = [-1, 0, 1, 2].map(stop);
  return from.map((value, k) => {
    const out = (to[k] - before[k]) / 2, into = (after[k] - value) / 2, way = to[k] - value;
    return value + u * (out + u * (3 * way - 2 * out - into + u * (out + into - 2 * way)));
  });
}

/**
 * Stops for a stroll: of each class the code that is nearest to the mean of its codes, one after
 * the other around their common middle, so that the way crosses itself little.
 * @param {Float32Array} codes a flat array
 * @param {Uint8Array} labels
 * @param {Plane} plane
 */
export function stopsAmong(codes, labels, plane) {
  const { latent } = plane;
  const code = (/** @type {number} */ i) => codes.subarray(i * latent, (i + 1) * latent);
  /** @type {Map<number, number[]>} */
  const classes = new Map();
  labels.forEach((label, i) => {
    const members = classes.get(label) ?? [];
    classes.set(label, members);
    members.push(i);
  });
  const stops = [...classes.values()].map((members) => {
    const mean = meanOf(members.map(code));
    const away = members.map((i) => code(i).reduce((sum, v, k) => sum + (v - mean[k]) ** 2, 0));
    return code(members[away.indexOf(Math.min(...away))]).slice();
  });
  if (!stops.length) return stops;
  const [x, y] = plane.project(meanOf(stops));
  const direction = (/** @type {Float32Array} */ z) => {
    const [right, up] = plane.project(z);
    return Math.atan2(up - y, right - x);
  };
  return stops.sort((a, b) => direction(a) - direction(b));
}

/** @param {Float32Array[]} codes */
const meanOf = (codes) =>
  codes[0].map((_, k) => codes.reduce((sum, code) => sum + code[k], 0) / codes.length);
