// The latent pad: a map of codes under the learner's hand, with the decoder beside it.
//
// Python sends the network, the codes and the digits once (shelf.js) and a few small numbers with
// each run: where to start, which layers to show. From then on everything happens here. On each
// frame in which something has changed, `draw` decodes the code under the pointer, finds the
// nearest real digit and paints both; on release the code goes back to Python. What a hand means
// is said by gestures.js and done by `obey`.
//
// The pad's own state, the view and the code, outlasts new data (part.js).

import { Digits, drawDigit } from "./digits.js";
import { find } from "./elements.js";
import { Gestures } from "./gestures.js";
import { drawCross, drawHoles, drawNumbered, drawOutline, drawPath, drawPrior } from "./layers.js";
import { LatentMap } from "./map.js";
import { Mosaic } from "./mosaic.js";
import { stopsAmong, Stroll } from "./motion.js";
import { buildNetwork } from "./network.js";
import { mount, Part } from "./part.js";
import { Plane } from "./plane.js";
import { inWords, Sliders } from "./sliders.js";
import { Strip } from "./strip.js";
import { Wishes } from "./wishes.js";

/** @import { Intent } from "./gestures.js" */
/** @import { Pen } from "./map.js" */
/** @import { Run } from "./network.js" */
/** @import { Place } from "./plane.js" */
/** @import { Piece } from "./shelf.js" */
/** @import { Extent, Point } from "./view.js" */

/** @typedef {Float32Array} Code */
/** @typedef {[Code, Code]} Path from its start, A, to its end, B */

/**
 * What latent_pad.py sends with each run.
 * @typedef {{
 *   pieces: Record<string, string | null>,
 *   digit_address: string | null,
 *   axes: [string, string],
 *   extent: Extent | null,
 *   z: number[],
 *   path: [number[], number[]] | null,
 *   frames: number,
 *   layers: {
 *     prior: boolean,
 *     holes: boolean,
 *     mosaic: boolean,
 *     walks: boolean,
 *     outlines: { corners: Place[], label: number }[],
 *     samples: number[][],
 *     in_hole: boolean[],
 *   },
 *   scale: number,
 *   strip_scale: number,
 *   colours: Record<"latent" | "prior" | "sample" | "hole", string>,
 * }} PadData
 */

const GRAB = 18; // pixels around an end of the path in which it can be taken
const SPEAK_MS = 800; // between two readings to a screen reader
const SETTLE_MS = 150; // of rest before the mosaic begins
const PATH_LANE = 4.5; // where a code is one number, paths run through the middle

/** @extends {Part<PadData>} */
class LatentPad extends Part {
  /** @type {Piece} */
  model;
  /** @type {Run} */
  decode;
  /** @type {Piece} */
  codesPiece;
  /** @type {Float32Array} */
  codes;
  /** @type {Plane} */
  plane;
  latent = 0;
  /** @type {Piece | undefined} */
  holes;
  /** @type {Float32Array | null} */
  holePlaces = null;
  /** @type {Extent | undefined} */
  extent;
  /** @type {Code} */
  z = new Float32Array(0); // the code that was chosen
  /** @type {Code | null} */
  hover = null; // a code that is only looked at
  /** @type {Path | null} */
  path = null;
  /** @type {{ z: Code, path: Path | null }} */
  settled = { z: this.z, path: null }; // what Python knows: a hand may be moving on from it
  wishes = { z: new Wishes(), path: new Wishes() };
  /** @type {Code | null} */
  decodedAt = null;
  near = -1; // the code nearest to the one that is decoded
  decodeMs = 0;
  across = "";
  /** @type {Stroll | null} */
  stroll = null; // while the mark walks by itself
  touched = false; // by a hand: from then on the mark waits for it
  inSight = false;
  speaking = 0;
  settling = 0;

  /** @param {ShadowRoot} root */
  constructor(root) {
    super(root, find(root, ".pad", HTMLElement));
    this.map = new LatentMap(find(root, ".map", HTMLElement));
    this.mosaic = new Mosaic(this.map);
    this.gestures = new Gestures();
    this.digits = new Digits(() => this.request());
    this.sliders = new Sliders(
      root,
      this.guard((change) => this.setCode(change(this.z))),
      this.guard(() => this.send())
    );
    this.decodedCanvas = find(root, ".decoded canvas", HTMLCanvasElement);
    this.nearest = find(root, ".nearest", HTMLElement);
    this.nearestCanvas = find(root, ".nearest canvas", HTMLCanvasElement);
    this.nearestClass = find(root, ".nearest b", HTMLElement);
    this.walk = find(root, ".walk", HTMLElement);
    this.along = find(root, ".along", HTMLInputElement);
    this.strip = new Strip(find(root, ".strip canvas", HTMLCanvasElement));
    this.spoken = find(root, ".spoken", HTMLElement);
    this.sight = new IntersectionObserver(([{ isIntersecting }]) => {
      this.inSight = isIntersecting;
      this.request();
    });
    this.sight.observe(this.map.element);
    this.listen();
  }

  close() {
    super.close();
    this.sight.disconnect();
    this.mosaic.clear();
    clearTimeout(this.speaking);
    clearTimeout(this.settling);
  }

  // ---- what Python sends -----------------------------------------------------------------------

  /**
   * @param {{ model: Piece, codes: Piece, digits?: Piece, holes?: Piece }} pieces
   * @param {PadData} data
   */
  show({ model, codes, digits, holes }, data) {
    if (model !== this.model) this.useModel(model);
    if (codes !== this.codesPiece) this.useCodes(codes);
    this.holes = holes;
    this.holePlaces = null;
    this.digits.use(digits, data.digit_address);
    this.nearest.hidden = !this.digits.any;
    this.frame.style.setProperty("--digit", `${28 * data.scale}px`);
    this.map.axes = data.axes;
    this.take(data);
    this.sliders.use(this.plane, this.codes, data.axes);
    this.request(true);
  }

  /** @param {Piece} piece */
  useModel(piece) {
    this.model = piece;
    this.decode = buildNetwork(piece.header.network, piece.arrays.weights);
    this.decodedAt = null;
    this.strip.restart();
  }

  /** @param {Piece} piece */
  useCodes(piece) {
    const { origin, right, up, codes, labels } = piece.arrays;
    this.codesPiece = piece;
    this.plane = new Plane(origin, right, up);
    this.latent = this.plane.latent;
    this.codes = codes;
    this.decodedAt = null; // the nearest code may be another
    this.map.setPoints(this.plane.projectAll(codes), labels, this.latent === 1);
  }

  /**
   * Python's wishes for the code and the path.
   * @param {PadData} data
   */
  take({ z, path }) {
    const moved = this.wishes.z.isNew(z) || this.z.length !== this.latent;
    if (moved) {
      this.z = Float32Array.from(z);
      this.settled.z = this.z;
      this.stroll = null; // it begins anew from there
    }
    const other = this.wishes.path.isNew(path);
    if (!path) this.path = this.settled.path = null;
    else if (other || this.path?.[0].length !== this.latent) {
      this.path = [Float32Array.from(path[0]), Float32Array.from(path[1])];
      this.settled.path = [...this.path];
      this.strip.restart();
    }
    if (this.path && moved) this.along.value = String(shareOf(this.path, this.z));
  }

  // ---- what goes back to Python ------------------------------------------------------------------

  send() {
    this.settled.z = this.z;
    this.setStateValue("z", this.wishes.z.answer(exact(this.z)));
    this.speak(true);
  }

  sendPath() {
    if (!this.path) return;
    this.settled.path = [...this.path];
    this.setStateValue("path", this.wishes.path.answer(this.path.map(exact)));
  }

  // ---- drawing -----------------------------------------------------------------------------------

  draw() {
    if (!this.decode || !this.map.element.clientWidth) return;
    const started = performance.now();
    this.walkOn(started);
    if (this.stale) this.drawBase();
    const here = this.hover ?? this.z;
    if (here !== this.decodedAt) {
      const before = performance.now();
      drawDigit(this.decodedCanvas, this.decode(here));
      this.decodeMs = performance.now() - before;
      this.decodedAt = here;
      this.near = this.nearestTo(here);
    }
    if (this.near >= 0) {
      this.digits.draw(this.near, this.nearestCanvas);
      this.nearestClass.textContent = String(this.map.labels[this.near]);
    }
    this.drawTop(here);
    this.drawStrip();
    this.sliders.show(here, this.map.home);
    this.speak();
    const at = this.map.pointOf(this.plane.project(here));
    this.drawn({ z: here, at, decodeMs: this.decodeMs, drawMs: performance.now() - started });
  }

  /**
   * The mark goes a step by itself, where the page asks for it, until a hand touches the pad; not
   * while a pointer looks about, nobody can see it, or the system asks for less motion.
   * @param {number} now
   */
  walkOn(now) {
    if (!this.data.layers.walks || this.touched || prefersStillness()) return;
    if (!this.inSight || this.hover) return;
    this.stroll ??= new Stroll(this.z, stopsAmong(this.codes, this.map.labels, this.plane));
    if (!this.stroll.stops.length) return;
    this.z = this.stroll.at(now);
    this.request();
  }

  // A hand is here: the mark stays where it walked to, and Python hears of it.
  stopWalking() {
    this.touched = true;
    if (!this.stroll) return;
    this.stroll = null;
    this.send();
  }

  drawBase() {
    const { map, data } = this, { layers, colours } = data;
    map.measure(this.host);
    const middle = this.plane.project(new Float32Array(this.latent)), [x, y] = middle;
    // Found once: later codes move on axes that stand still, unless Python says otherwise.
    this.extent ??= map.extentOfPoints(layers.prior ? [x - 3.3, x + 3.3, y - 3.3, y + 3.3] : null);
    map.lookAt(data.extent ?? this.extent);
    map.drawBase({
      pointsOpacity: layers.mosaic ? 0.45 : 0.6,
      over: (context) => {
        if (layers.holes && this.holes) this.shadeHoles(context, this.holes, colours.hole);
        if (layers.prior) drawPrior(map, context, colours.prior, middle);
        for (const { corners, label } of layers.outlines) {
          drawOutline(map, context, corners, map.colour(label), layers.outlines.length <= 40);
        }
        const places = layers.samples.map((z) => this.plane.project(z));
        drawNumbered(map, context, places, colours.sample, layers.in_hole, colours.hole);
      },
    });
    this.mosaic.clear();
    clearTimeout(this.settling);
    if (layers.mosaic) this.settling = setTimeout(this.guard(() => this.startMosaic()), SETTLE_MS);
    this.across = this.acrossOf(this.z);
    this.stale = false;
  }

  startMosaic() {
    const through = this.z;
    const picture = (/** @type {Place} */ place) => this.decode(this.plane.move(through, place));
    this.mosaic.start(picture, (slice) => this.attempt(slice));
  }

  /** @param {Pen} context @param {Piece} holes @param {string} colour */
  shadeHoles(context, holes, colour) {
    /** @type {{ known: Float32Array }} */
    const { known } = holes.arrays;
    const places = (this.holePlaces ??= this.plane.projectAll(known));
    // How far each known code lies from the plane through z, across it.
    const away = Float32Array.from({ length: known.length / this.latent }, (_, i) => {
      let squared = 0;
      for (let k = 0; k < this.latent; k++) squared += (known[i * this.latent + k] - this.z[k]) ** 2;
      const [x, y] = this.plane.project(this.z);
      const planar = (places[2 * i] - x) ** 2 + (places[2 * i + 1] - y) ** 2;
      return this.latent > 2 ? Math.sqrt(Math.max(squared - planar, 0)) : 0;
    });
    drawHoles(this.map, context, places, away, holes.header.threshold, colour);
  }

  /** @param {Code} here */
  drawTop(here) {
    const { map, path } = this, { frames, colours } = this.data;
    map.paint(map.top, (context) => {
      if (path) drawPath(map, context, this.placesOf(path), frames, colours.latent);
      drawCross(map, context, this.plane.project(here), colours.latent);
    });
  }

  /**
   * Where the ends of a path are drawn.
   * @param {Path} path
   */
  placesOf([start, end]) {
    const placeOf = (/** @type {Code} */ z) => {
      const [x, y] = this.plane.project(z);
      return /** @type {Place} */ ([x, this.map.lanes ? PATH_LANE : y]);
    };
    return /** @type {[Place, Place]} */ ([placeOf(start), placeOf(end)]);
  }

  drawStrip() {
    const { path } = this, { frames, strip_scale: scale } = this.data;
    this.walk.hidden = !path;
    if (path && !this.strip.draw(frames, scale, (t) => this.decode(between(path, t)))) this.request();
  }

  /**
   * The code nearest to z in all its dimensions, -1 where there is none.
   * @param {Code} z
   */
  nearestTo(z) {
    const { codes, latent } = this;
    let found = -1, least = Infinity;
    for (let i = 0, o = 0; o < codes.length; i++, o += latent) {
      let squared = 0;
      for (let k = 0; k < latent; k++) squared += (codes[o + k] - z[k]) ** 2;
      if (squared < least) [found, least] = [i, squared];
    }
    return found;
  }

  /**
   * How far z lies across the plane, as text: layers drawn in the plane through z depend on it.
   * @param {Code} z
   */
  acrossOf(z) {
    return this.latent > 2 ? String(this.plane.move(z, [0, 0]).map((v) => Math.fround(v * 1e4) | 0)) : "";
  }

  // The code and its neighbour for a screen reader, not more often than it can speak.
  speak(now = false) {
    if (this.stroll || (this.speaking && !now)) return; // a walk that nobody asked to hear
    clearTimeout(this.speaking);
    const say = () => {
      this.speaking = 0;
      const code = Array.from(this.latent > 2 ? this.plane.project(this.z) : this.z, inWords);
      const digit = this.near >= 0 ? `, nearest digit ${this.map.labels[this.near]}` : "";
      const words = `code ${code.join(", ")}${digit}`;
      if (this.spoken.textContent !== words) this.spoken.textContent = words;
    };
    this.speaking = setTimeout(this.guard(say), now ? 0 : SPEAK_MS);
  }

  // ---- hands -------------------------------------------------------------------------------------

  listen() {
    const { root, gestures } = this, { top } = this.map;
    const point = (/** @type {MouseEvent} */ event) => {
      const box = top.getBoundingClientRect();
      return /** @type {Point} */ ([event.clientX - box.left, event.clientY - box.top]);
    };
    /**
     * A handler: the gestures say what an event means, if anything, once there is a map.
     * @template {Event} E
     * @param {(event: E) => Intent[]} means
     */
    const hand = (means) =>
      this.guard((/** @type {E} */ event) => {
        if (!this.map.scale) return;
        const intents = means(event);
        for (const intent of intents) this.obey(intent);
        const byPage = event instanceof WheelEvent || event instanceof KeyboardEvent;
        if (intents.length && byPage) event.preventDefault(); // the page would scroll or zoom too
      });

    const here = this.guard(() => this.stopWalking());
    for (const event of ["pointerdown", "keydown"]) this.frame.addEventListener(event, here, true);
    top.onpointerdown = hand((event) => {
      top.setPointerCapture(event.pointerId);
      top.focus({ preventScroll: true });
      return gestures.down(event, point(event), this.endAt(point(event)));
    });
    top.onpointermove = hand((event) => gestures.move(event, point(event)));
    top.onpointerup = hand((event) => gestures.up(event));
    top.onpointercancel = top.onlostpointercapture = hand((event) => gestures.cancel(event));
    top.onpointerleave = hand(() => gestures.leave());
    top.onwheel = hand((event) => gestures.wheel(event, point(event), root.activeElement === top));
    top.onkeydown = hand((event) => gestures.keyDown(event));
    top.onkeyup = hand((event) => gestures.keyUp(event));
    top.onblur = hand(() => gestures.blur());
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-zoom]"))) {
      const factor = Number(button.dataset.zoom);
      button.onclick = hand(() => [factor ? { kind: "zoom", factor } : { kind: "fit" }]);
    }
    const { along } = this;
    along.oninput = this.guard(() => this.path && this.setCode(between(this.path, Number(along.value))));
    along.onchange = this.guard(() => this.send());
  }

  /** @param {Intent} intent */
  obey(intent) {
    const { map } = this;
    switch (intent.kind) {
      case "choose":
        return this.setCode(this.plane.move(this.z, map.placeAt(intent.at)));
      case "drag":
        return this.setEnd(intent.end, intent.at);
      case "release":
        return intent.held === "code" ? this.send() : this.sendPath();
      case "takeBack":
        this.path = this.settled.path && [...this.settled.path];
        this.strip.restart();
        return this.setCode(this.settled.z);
      case "look":
        this.hover = intent.at && this.plane.move(this.z, map.placeAt(intent.at));
        return this.request();
      case "step": {
        const [x, y] = this.plane.project(this.z), width = map.plot.width / map.scale;
        const place = /** @type {Place} */ ([x + intent.right * width, y + intent.up * width]);
        return this.setCode(this.plane.move(this.z, place));
      }
      case "pan":
        map.pan(intent.right, intent.down);
        return this.request(true);
      case "zoom":
        map.zoom(intent.factor, intent.at);
        return this.request(true);
      case "fit":
        map.fit();
        return this.request(true);
    }
  }

  /** @param {Code} z */
  setCode(z) {
    this.z = z;
    this.hover = null;
    const { holes, mosaic } = this.data.layers;
    this.request((holes || mosaic) && this.acrossOf(z) !== this.across);
  }

  /** @param {0 | 1} end @param {Point} at */
  setEnd(end, at) {
    if (!this.path) return; // Python has taken the path away meanwhile
    this.path[end] = this.plane.move(this.path[end], this.map.placeAt(at));
    this.strip.restart();
    this.request();
  }

  /**
   * Which end of the path lies under the pointer, if any.
   * @param {Point} point
   */
  endAt([left, top]) {
    if (!this.path) return null;
    const [a, b] = this.placesOf(this.path).map(([x, y]) =>
      Math.hypot(this.map.left(x) - left, this.map.above(y) - top)
    );
    if (Math.min(a, b) > GRAB) return null;
    return b <= a ? 1 : 0;
  }
}

// Whether the system asks for less motion.
const prefersStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * The code at the share t of a path.
 * @param {Path} path
 * @param {number} t
 */
function between([start, end], t) {
  return start.map((value, k) => (1 - t) * value + t * end[k]);
}

/**
 * The share t of a path at which it comes nearest to a code; 0 where both its ends are one place.
 * @param {Path} path
 * @param {Code} z
 */
function shareOf([start, end], z) {
  const way = end.map((value, k) => value - start[k]);
  const length = way.reduce((sum, step) => sum + step * step, 0);
  return length && way.reduce((sum, step, k) => sum + step * (z[k] - start[k]), 0) / length;
}

/**
 * A code with as many decimals as Python keeps, so that it comes back the same.
 * @param {Code} z
 */
const exact = (z) => Array.from(z, (value) => Math.round(value * 1e6) / 1e6);

export default mount((root) => new LatentPad(root));
