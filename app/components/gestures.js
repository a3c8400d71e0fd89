// What hands do on a map, in the map's own words: pointers, wheel and keys go in, intents come out.
//
// One pointer chooses a code, or drags an end of the path. A finger drags only what it is set on,
// the mark or an end: a tap elsewhere chooses when it lifts, and a swipe scrolls the page. A sample
// is tapped too, by a mouse as well. The middle button, shift or a second finger hold the map
// itself: the middle of all pointers moves it, their spread zooms it, until the last of them
// leaves. A hand that turns out to hold the map, or is taken away by the browser, has chosen
// nothing: what it had moved goes back.
//
// Nothing here touches the page, so that the tests need none.

/** @import { Point } from "./view.js" */

/**
 * What is held: a code, the end 0 or 1 of the path, or the map; a tap becomes one of them, or a
 * swipe, which is nothing to the map.
 * @typedef {"code" | 0 | 1 | "map" | "tap" | "swipe"} Held
 */

/**
 * What lies under a pointer: an end of the path, the mark, a sample, or only codes.
 * @typedef {0 | 1 | "mark" | "sample" | null} Under
 */

/**
 * choose: the code goes there. tap: it goes there, or onto the sample there. drag: an end of the path does. release: it stays where it is now.
 * takeBack: it goes back to where it was. look: a code is only looked at, or none is any more.
 * step: the code moves by shares of the map's width. The others move the map.
 * @typedef {{ kind: "choose", at: Point }
 *   | { kind: "tap", at: Point }
 *   | { kind: "drag", end: 0 | 1, at: Point }
 *   | { kind: "release", held: "code" | 0 | 1 }
 *   | { kind: "takeBack" }
 *   | { kind: "look", at: Point | null }
 *   | { kind: "step", right: number, up: number }
 *   | { kind: "pan", right: number, down: number }
 *   | { kind: "zoom", factor: number, at?: Point }
 *   | { kind: "fit" }} Intent
 */

const STEP = 1 / 40; // of the map's width, for an arrow key
const SLOP = 8; // pixels that a tap may slip
const PRIMARY = 0, MIDDLE = 1; // buttons
/** @type {Map<string, [number, number]>} */
const ARROWS = new Map([
  ["ArrowLeft", [-1, 0]],
  ["ArrowRight", [1, 0]],
  ["ArrowUp", [0, 1]],
  ["ArrowDown", [0, -1]],
]);

export class Gestures {
  /** @type {Held | null} */
  held = null;
  /** @type {Map<number, Point>} */
  pointers = new Map(); // where each one was last
  /** @type {Point} */
  pressed = [0, 0]; // where a tap began
  stepping = false; // an arrow key is down

  // Whether a finger moves something here, and the page may not scroll under it.
  get moves() {
    return this.held !== null && this.held !== "tap" && this.held !== "swipe";
  }

  /**
   * @param {Pick<PointerEvent, "pointerId" | "pointerType" | "button" | "shiftKey">} event
   * @param {Point} at
   * @param {Under} under
   * @returns {Intent[]}
   */
  down({ pointerId, pointerType, button, shiftKey }, at, under) {
    if (button !== PRIMARY && button !== MIDDLE) return [];
    this.pointers.set(pointerId, at);
    if (this.pointers.size > 1) {
      const moved = this.moves && this.held !== "map";
      this.held = "map";
      return moved ? [{ kind: "takeBack" }] : [];
    }
    const tap = under === "sample" || (under === null && pointerType === "touch");
    if (shiftKey || button === MIDDLE) this.held = "map";
    else if (under === 0 || under === 1) this.held = under;
    else this.held = tap ? "tap" : "code";
    this.pressed = at;
    return this.held === "code" ? [{ kind: "choose", at }] : [];
  }

  /**
   * @param {Pick<PointerEvent, "pointerId" | "pointerType">} event
   * @param {Point} at
   * @returns {Intent[]}
   */
  move({ pointerId, pointerType }, at) {
    if (!this.pointers.has(pointerId)) {
      return pointerType === "mouse" && this.held === null ? [{ kind: "look", at }] : [];
    }
    const before = [...this.pointers.values()];
    this.pointers.set(pointerId, at);
    if (this.held === "tap" && Math.hypot(at[0] - this.pressed[0], at[1] - this.pressed[1]) > SLOP) {
      this.held = pointerType === "touch" ? "swipe" : "code";
    }
    if (!this.moves) return [];
    if (this.held === "code") return [{ kind: "choose", at }];
    if (this.held === "map") return moved(before, [...this.pointers.values()]);
    return [{ kind: "drag", end: /** @type {0 | 1} */ (this.held), at }];
  }

  /**
   * @param {Pick<PointerEvent, "pointerId">} event
   * @returns {Intent[]}
   */
  up({ pointerId }) {
    const held = this.letGo(pointerId);
    if (held === "tap") return [{ kind: "tap", at: this.pressed }, { kind: "release", held: "code" }];
    return held === null || held === "map" || held === "swipe" ? [] : [{ kind: "release", held }];
  }

  /**
   * The browser has taken the pointer away.
   * @param {Pick<PointerEvent, "pointerId">} event
   * @returns {Intent[]}
   */
  cancel({ pointerId }) {
    const { moves } = this, held = this.letGo(pointerId);
    return held === null || held === "map" || !moves ? [] : [{ kind: "takeBack" }];
  }

  /**
   * What is no longer held, now that this pointer is gone: nothing while another one is there.
   * @param {number} pointerId
   */
  letGo(pointerId) {
    if (!this.pointers.delete(pointerId) || this.pointers.size) return null;
    const { held } = this;
    this.held = null;
    return held;
  }

  /** @returns {Intent[]} */
  leave() {
    return [{ kind: "look", at: null }];
  }

  /**
   * The wheel scrolls the page until the map has been chosen.
   * @param {Pick<WheelEvent, "deltaY" | "ctrlKey">} event
   * @param {Point} at
   * @param {boolean} chosen
   * @returns {Intent[]}
   */
  wheel({ deltaY, ctrlKey }, at, chosen) {
    if (!ctrlKey && !chosen) return [];
    return [{ kind: "zoom", factor: Math.exp(-deltaY * (ctrlKey ? 0.01 : 0.002)), at }];
  }

  /**
   * @param {Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">} event
   * @returns {Intent[]}
   */
  keyDown({ key, shiftKey, ctrlKey, metaKey, altKey }) {
    if (ctrlKey || metaKey || altKey) return [];
    const arrow = ARROWS.get(key);
    if (arrow) {
      const step = STEP * (shiftKey ? 0.2 : 1);
      this.stepping = true;
      return [{ kind: "step", right: arrow[0] * step, up: arrow[1] * step }];
    }
    if (key === "+" || key === "=") return [{ kind: "zoom", factor: 1.5 }];
    if (key === "-") return [{ kind: "zoom", factor: 1 / 1.5 }];
    return key === "0" ? [{ kind: "fit" }] : [];
  }

  /**
   * @param {Pick<KeyboardEvent, "key">} event
   * @returns {Intent[]}
   */
  keyUp({ key }) {
    return ARROWS.has(key) ? this.blur() : [];
  }

  /**
   * The keyboard is elsewhere now: a key that is still down will not be heard again.
   * @returns {Intent[]}
   */
  blur() {
    const { stepping } = this;
    this.stepping = false;
    return stepping ? [{ kind: "release", held: "code" }] : [];
  }
}

/**
 * How pointers that hold the map move it, however many they are.
 * @param {Point[]} before
 * @param {Point[]} after
 * @returns {Intent[]}
 */
function moved(before, after) {
  const [from, to] = [middle(before), middle(after)];
  /** @type {Intent} */
  const pan = { kind: "pan", right: to[0] - from[0], down: to[1] - from[1] };
  if (after.length === 1) return [pan];
  return [pan, { kind: "zoom", factor: spread(after) / spread(before), at: to }];
}

/**
 * @param {Point[]} points
 * @returns {Point}
 */
function middle(points) {
  const [left, top] = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0));
  return [left / points.length, top / points.length];
}

/**
 * How far the points lie from their middle, together; never 0, to be divided by.
 * @param {Point[]} points
 */
function spread(points) {
  const [left, top] = middle(points);
  return Math.max(1, points.reduce((sum, [l, t]) => sum + Math.hypot(l - left, t - top), 0));
}
