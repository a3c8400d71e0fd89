// What lies over the codes on a map, each drawn by a function of its own.

import { newCanvas, penOf } from "./elements.js";
import { line } from "./map.js";
import { LANES } from "./view.js";

/** @import { LatentMap, Pen } from "./map.js" */
/** @import { Place } from "./plane.js" */

/**
 * The prior N(0, I): where it is one, two and three standard deviations from its middle.
 * @param {LatentMap} map
 * @param {Pen} context
 * @param {string} colour
 * @param {Place} middle
 */
export function drawPrior(map, context, colour, [x, y]) {
  context.font = `13px ${map.font}`;
  for (const sigma of [1, 2, 3]) {
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.setLineDash([6, 4]);
    if (map.lanes) {
      for (const side of [x - sigma, x + sigma]) {
        line(context, [map.left(side), 0], [map.left(side), map.height]);
      }
    } else {
      context.beginPath();
      context.arc(map.left(x), map.above(y), sigma * map.scale, 0, 2 * Math.PI);
      context.stroke();
    }
    context.setLineDash([]);
    const aslant = sigma * Math.SQRT1_2; // where fewer classes lie than straight up
    const [column, row] = map.lanes ? [x + sigma, LANES - 0.9] : [x + aslant, y - aslant];
    map.write(context, `${sigma}σ`, column, row);
  }
}

/**
 * A closed line through places, filled a little, or not where there are many.
 * @param {LatentMap} map
 * @param {Pen} context
 * @param {Place[]} corners
 * @param {string} colour
 */
export function drawOutline(map, context, corners, colour, filled = true) {
  context.beginPath();
  for (const [x, y] of corners) context.lineTo(map.left(x), map.above(y));
  context.closePath();
  context.globalAlpha = filled ? 0.18 : 0;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = 1;
  context.lineWidth = filled ? 2 : 1.5;
  context.strokeStyle = colour;
  context.stroke();
}

/**
 * Places with their numbers: discs, and squares where they are marked; one of them may be lit.
 * @param {LatentMap} map
 * @param {Pen} context
 * @param {Place[]} places
 * @param {{ lit: number, marked: boolean[], colours: Record<"sample" | "hole" | "latent", string> }} how
 */
export function drawNumbered(map, context, places, { lit, marked, colours }) {
  places.forEach((place, i) => {
    const colour = i === lit ? colours.latent : marked[i] ? colours.hole : colours.sample;
    drawNamed(map, context, place, String(i + 1), colour, { square: marked[i], large: i === lit });
  });
}

/**
 * A word or number on the page's own ground, so that it reads in any theme, with a coloured rim.
 * @param {LatentMap} map
 * @param {Pen} context
 * @param {Place} place
 * @param {string} name
 * @param {string} colour
 */
function drawNamed(map, context, [x, y], name, colour, { square = false, large = false } = {}) {
  const left = map.left(x), top = map.above(y), radius = large ? 14 : 11;
  context.beginPath();
  if (square) context.rect(left - radius, top - radius, 2 * radius, 2 * radius);
  else context.arc(left, top, radius, 0, 2 * Math.PI);
  context.fillStyle = map.ground;
  context.fill();
  context.lineWidth = large ? 4 : 2;
  context.strokeStyle = colour;
  context.stroke();
  context.font = `600 13px ${map.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = map.text;
  context.fillText(name, left, top + 0.5);
}

/**
 * Shade every place that is farther than `reach` from every code: shade all, then wipe a disc
 * around each code.
 * @param {LatentMap} map
 * @param {Pen} context
 * @param {Float32Array} codes x, y, x, y, …
 * @param {Float32Array} away a code's own distance from the plane that is drawn
 * @param {number} reach
 * @param {string} colour
 */
export function drawHoles(map, context, codes, away, reach, colour) {
  const shade = newCanvas(map.base.width, map.base.height), pen = penOf(shade);
  pen.setTransform(map.ratio, 0, 0, map.ratio, 0, 0);
  pen.fillStyle = colour;
  pen.fillRect(0, 0, map.width, map.height);
  pen.globalCompositeOperation = "destination-out";
  for (let i = 0; i < away.length; i++) {
    const radius = Math.sqrt(Math.max(reach * reach - away[i] * away[i], 0)) * map.scale;
    const x = map.left(codes[2 * i]), y = map.above(codes[2 * i + 1]);
    if (radius === 0 || x < -radius || x > map.width + radius) continue;
    if (map.lanes) {
      pen.fillRect(x - radius, 0, 2 * radius, map.height);
      continue;
    }
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fill();
  }
  context.globalAlpha = 0.14;
  context.drawImage(shade, 0, 0, map.width, map.height);
  context.globalAlpha = 1;
}

/**
 * Where the page is speaking of: a cross, or a line where a code is one number.
 * @param {LatentMap} map
 * @param {Pen} context
 * @param {Place} place
 * @param {string} colour
 */
export function drawCross(map, context, [x, y], colour) {
  const left = map.left(x), top = map.above(y);
  /** @type {[number, string][]} */
  const strokes = [[6, map.ground], [2.5, colour]];
  for (const [width, stroke] of strokes) {
    context.lineWidth = width;
    context.strokeStyle = stroke;
    if (map.lanes) {
      line(context, [left, map.plot.top], [left, map.plot.top + map.plot.height]);
      continue;
    }
    context.beginPath();
    context.arc(left, top, 8, 0, 2 * Math.PI);
    context.stroke();
    for (const [a, b] of [[-15, -8], [8, 15]]) {
      line(context, [left + a, top], [left + b, top]);
      line(context, [left, top + a], [left, top + b]);
    }
  }
}

/**
 * A path from A to B, and where the pictures along it are decoded.
 * @param {LatentMap} map
 * @param {Pen} context
 * @param {[Place, Place]} ends
 * @param {number} frames pictures, those at the ends included
 * @param {string} colour
 */
export function drawPath(map, context, [[x0, y0], [x1, y1]], frames, colour) {
  context.strokeStyle = colour;
  context.lineWidth = 2.5;
  line(context, map.pointOf([x0, y0]), map.pointOf([x1, y1]));
  for (let i = 1; i < frames - 1; i++) {
    const t = i / (frames - 1);
    context.beginPath();
    context.arc(map.left((1 - t) * x0 + t * x1), map.above((1 - t) * y0 + t * y1), 3.5, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
  }
  drawNamed(map, context, [x0, y0], "A", colour);
  drawNamed(map, context, [x1, y1], "B", colour);
}
