// A map of latent space: points in a plane and axes around them.
//
// Three canvases lie on each other, so that a move of the pointer redraws only the uppermost:
//   .back  decodings, one after another, whenever the page has time (the mosaic)
//   .base  points, axes and layers: redrawn when data, theme or view change
//   .top   what moves: the cross at the code, the ends of a path
// Where things lie, and what is in view, is arithmetic (view.js); what lies over the points has
// functions of its own (layers.js).

import { apart } from "./apart.js";
import { find, newCanvas, penOf, rgb } from "./elements.js";
import { Row } from "./motion.js";
import { rampColour } from "./ramp.js";
import { LANES, View } from "./view.js";

/** @import { Extent, Point } from "./view.js" */

/** @typedef {CanvasRenderingContext2D} Pen */

/**
 * A number for each code, to colour it by; those beyond low and high have the colours of the ends.
 * @typedef {{ of: Float32Array, low: number, high: number }} Values
 */

const LABEL = 17; // pixels high are the numbers of the classes
const SHADES = 64; // of a colour that stands for a number
const MARGIN = { left: 46, right: 10, top: 8, bottom: 42 };

export class LatentMap extends View {
  points = new Row(); // x, y of each code
  /** @type {Uint8Array} */
  labels = new Uint8Array(0);
  middles = new Row(); // label, x, y of each class
  /** @type {Values | null} */
  values = null; // to colour the codes by, instead of their classes
  axes = ["", ""];
  width = 0;
  height = 0;
  ratio = 1; // pixels of the screen for one of the page
  text = ""; // colours of the theme, and its font
  ground = "";
  dark = false; // whether the ground is
  grid = "";
  font = "";
  /** @type {string[]} */
  palette = [];

  /** @param {HTMLElement} element */
  constructor(element) {
    super();
    this.element = element;
    this.back = find(element, "canvas.back", HTMLCanvasElement);
    this.base = find(element, "canvas.base", HTMLCanvasElement);
    this.top = find(element, "canvas.top", HTMLCanvasElement);
  }

  /**
   * Size, colours and font as they are now.
   * @param {Element} host
   */
  measure(host) {
    const width = this.element.clientWidth, height = this.element.clientHeight;
    const ratio = globalThis.devicePixelRatio || 1;
    const changed = width !== this.width || height !== this.height || ratio !== this.ratio;
    Object.assign(this, { width, height, ratio });
    if (changed) {
      for (const canvas of [this.base, this.top]) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
      }
    }
    const style = getComputedStyle(host);
    const read = (/** @type {string} */ name, /** @type {string} */ otherwise) =>
      style.getPropertyValue(name).trim() || otherwise;
    this.text = read("--st-text-color", "#1A1A1A");
    this.ground = read("--st-background-color", "#FFFFFF");
    const [red, green, blue] = rgb(this.ground);
    this.dark = 0.299 * red + 0.587 * green + 0.114 * blue < 128;
    this.grid = read("--st-border-color", "#DDDDDD");
    this.palette = read("--st-chart-categorical-colors", this.text).split(",").map((c) => c.trim());
    this.font = read("--st-font", "sans-serif");
    this.plot = {
      left: MARGIN.left,
      top: MARGIN.top,
      width: width - MARGIN.left - MARGIN.right,
      height: height - MARGIN.top - MARGIN.bottom,
    };
  }

  /** @param {number} label */
  colour(label) {
    return this.palette[label % this.palette.length];
  }

  /**
   * Codes in the plane: x, y, x, y, …; where a code is one number, y is only the lane of its class.
   * @param {Float32Array} points
   * @param {Uint8Array} labels
   * @param {boolean} lanes
   * @param {number} now ms
   * @param {number} lasts ms that the same images' codes take to their new places
   */
  setPoints(points, labels, lanes, now = 0, lasts = 0) {
    const same = labels.length === this.labels.length && labels.every((l, i) => l === this.labels[i]);
    this.lanes = lanes;
    this.labels = labels;
    if (lanes) {
      for (let i = 0; i < labels.length; i++) {
        points[2 * i + 1] = labels[i] + (((i * 0.618) % 1) - 0.5) * 0.6;
      }
    }
    this.points.goTo(points, now, same ? lasts : 0);
    this.middles.goTo(classMiddles(points, labels).flat(), now, same ? lasts : 0);
  }

  /** @param {number} now */
  step(now) {
    const moved = [super.step(now), this.points.step(now), this.middles.step(now)];
    return moved.includes(true);
  }

  /** @param {number} share of the way from the lowest value to the highest */
  shade(share) {
    return rampColour(share, this.dark);
  }

  /**
   * The extent that holds nearly all codes, and another one if asked.
   * @param {Extent | null} including
   * @returns {Extent}
   */
  extentOfPoints(including = null) {
    const sides = (/** @type {0 | 1} */ axis) => {
      const { target } = this.points;
      const values = Float32Array.from({ length: target.length / 2 }, (_, i) => target[2 * i + axis]).sort();
      const at = (/** @type {number} */ share) => values[Math.round(share * (values.length - 1))] ?? 0;
      const [low, high] = [at(0.003), at(0.997)];
      // At least one unit: the codes of a collapsed encoder lie in one place, and look like it.
      const half = Math.max((high - low) * 0.56, 0.5);
      return [(low + high) / 2 - half, (low + high) / 2 + half];
    };
    const [[left, right], [bottom, top]] = [sides(0), sides(1)];
    const [l, r, b, t] = including ?? [left, right, bottom, top];
    return [Math.min(left, l), Math.max(right, r), Math.min(bottom, b), Math.max(top, t)];
  }

  // ---- drawing -------------------------------------------------------------------------------

  /**
   * Start a canvas anew and draw inside the axes.
   * @param {HTMLCanvasElement} canvas
   * @param {(inside: Pen) => void} draw
   */
  paint(canvas, draw) {
    const context = penOf(canvas);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    context.save();
    context.beginPath();
    context.rect(this.plot.left, this.plot.top, this.plot.width, this.plot.height);
    context.clip();
    draw(context);
    context.restore();
    return context;
  }

  /** @param {{ over?: (inside: Pen) => void, pointsOpacity?: number }} how */
  drawBase({ over = () => {}, pointsOpacity = 0.5 }) {
    const context = this.paint(this.base, (inside) => {
      this.drawPoints(inside, pointsOpacity);
      over(inside);
      this.drawClassNumbers(inside);
    });
    this.drawAxes(context);
  }

  /**
   * One dot a colour is drawn, and then stamped wherever a code lies.
   * @param {Pen} context
   * @param {number} opacity
   */
  drawPoints(context, opacity) {
    const radius = this.labels.length > 3000 ? 1.6 : 2.2, side = Math.ceil(2 * radius + 2);
    const { values } = this, { at } = this.points;
    const colours = values
      ? Array.from({ length: SHADES }, (_, i) => this.shade(i / (SHADES - 1)))
      : this.palette;
    const stamps = colours.map((colour) => {
      const stamp = newCanvas(side * this.ratio, side * this.ratio), pen = penOf(stamp);
      pen.scale(this.ratio, this.ratio);
      pen.fillStyle = colour;
      pen.arc(side / 2, side / 2, radius, 0, 2 * Math.PI);
      pen.fill();
      return stamp;
    });
    const { left, top, width, height } = this.plot;
    context.globalAlpha = opacity;
    for (let i = 0; i < this.labels.length; i++) {
      const x = this.left(at[2 * i]), y = this.above(at[2 * i + 1]);
      if (x < left - side || x > left + width + side || y < top - side || y > top + height + side) {
        continue;
      }
      const stamp = values
        ? stamps[Math.round(shareAt(values, i) * (SHADES - 1))]
        : stamps[this.labels[i] % stamps.length];
      context.drawImage(stamp, x - side / 2, y - side / 2, side, side);
    }
    context.globalAlpha = 1;
  }

  /** @param {Pen} context */
  drawClassNumbers(context) {
    const row = this.middles.at, count = row.length / 3;
    if (this.lanes || !count) return;
    const places = Array.from({ length: count }, (_, i) =>
      this.pointOf([row[3 * i + 1], row[3 * i + 2]])
    );
    const spread = (/** @type {0 | 1} */ axis) => {
      const values = places.map((place) => place[axis]);
      return Math.max(...values) - Math.min(...values);
    };
    if (Math.max(spread(0), spread(1)) < 0.02 * this.plot.width) return; // all in one place
    context.font = `bold ${LABEL}px ${this.font}`;
    apart(places, LABEL + 3).forEach((place, i) => this.writeAt(context, String(row[3 * i]), place));
  }

  /**
   * Words at a place of the plane, with a rim so that they read over anything.
   * @param {Pen} context
   * @param {string} words
   * @param {number} x
   * @param {number} y
   */
  write(context, words, x, y) {
    this.writeAt(context, words, [this.left(x), this.above(y)]);
  }

  /** @param {Pen} context @param {string} words @param {Point} point */
  writeAt(context, words, [left, top]) {
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 4;
    context.strokeStyle = this.ground;
    context.fillStyle = this.text;
    context.strokeText(words, left, top);
    context.fillText(words, left, top);
  }

  /** @param {Pen} context */
  drawAxes(context) {
    const { left, top, width, height } = this.plot;
    context.strokeStyle = this.grid;
    context.lineWidth = 1;
    context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
    context.fillStyle = this.text;
    context.font = `13px ${this.font}`;
    context.textBaseline = "top";
    context.textAlign = "center";
    for (const [value, words] of ticks(...this.sides(0), width / 80)) {
      const x = this.left(value);
      line(context, [x, top + height], [x, top + height + 4]);
      context.fillText(words, x, top + height + 7);
    }
    context.textBaseline = "middle";
    context.textAlign = "right";
    /** @type {[number, string][]} */
    const rows = this.lanes
      ? Array.from({ length: LANES }, (_, label) => [label, String(label)])
      : ticks(...this.sides(1), height / 60);
    for (const [value, words] of rows) {
      const y = this.above(value);
      line(context, [left - 4, y], [left, y]);
      context.fillText(words, left - 7, y);
    }
    context.font = `600 13px ${this.font}`;
    context.textAlign = "center";
    context.textBaseline = "bottom";
    context.fillText(this.axes[0], left + width / 2, this.height);
    context.save();
    context.translate(0, top + height / 2);
    context.rotate(-Math.PI / 2);
    context.textBaseline = "top";
    context.fillText(this.lanes ? "class" : this.axes[1], 0, 0);
    context.restore();
  }
}

/**
 * Where a code's value lies from the lowest to the highest, 0 to 1.
 * @param {Values} values
 * @param {number} i
 */
function shareAt({ of, low, high }, i) {
  return high > low ? Math.min(Math.max((of[i] - low) / (high - low), 0), 1) : 0.5;
}

/** @param {Pen} context @param {Point} from @param {Point} to */
export function line(context, [x0, y0], [x1, y1]) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

/**
 * Round numbers between low and high, about as many as asked for, each with its words.
 * @param {number} low
 * @param {number} high
 * @param {number} count
 */
export function ticks(low, high, count) {
  const rough = (high - low) / Math.max(count, 2), power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  /** @type {[number, string][]} */
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) {
    const words = decimals > 5 ? (i * step).toExponential(1) : (i * step).toFixed(decimals);
    found.push([i * step, words.replace("-", "−")]);
  }
  return found;
}

/**
 * [label, x, y] of each class: the median of its codes.
 * @param {Float32Array} points
 * @param {Uint8Array} labels
 * @returns {[number, number, number][]}
 */
function classMiddles(points, labels) {
  /** @type {Map<number, [number[], number[]]>} */
  const classes = new Map();
  labels.forEach((label, i) => {
    const [x, y] = classes.get(label) ?? [[], []];
    classes.set(label, [x, y]);
    x.push(points[2 * i]);
    y.push(points[2 * i + 1]);
  });
  const median = (/** @type {number[]} */ values) => values.sort((a, b) => a - b)[values.length >> 1];
  return [...classes].map(([label, [x, y]]) => [label, median(x), median(y)]);
}
