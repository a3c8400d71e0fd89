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
import { Row, stopsAmong, Stroll } from "./motion.js";
import { buildNetwork } from "./network.js";
import { mount, Part } from "./part.js";
import { Plane } from "./plane.js";
import { Sheet } from "./sheet.js";
import { inWords, Sliders } from "./sliders.js";
import { Strip } from "./strip.js";
import { LANES } from "./view.js";
import { Wishes } from "./wishes.js";

/** @import { Intent, Under } from "./gestures.js" */
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
 *     sheet: boolean,
 *   },
 *   scale: number,
 *   strip_scale: number,
 *   colours: Record<"latent" | "prior" | "sample" | "hole", string>,
 * }} PadData
 */

const GRAB = 18; // pixels around an end of the path, or the mark, in which it can be taken
const HIT = 13; // pixels around a sample in which it is meant
const TWEEN_MS = 250; // points and axes take to new places
const FLIGHT_MS = 600; // samples do
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
  outlines = new Row(); // x, y, x, y, … of all corners
  samples = new Row(); // their codes, one after the other
  lit = -1; // the sample that was chosen last
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
    this.legend = find(root, ".legend", HTMLElement);
    this.sheet = new Sheet(find(root, ".sheet", HTMLElement), this.guard((i) => this.light(i)));
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
   * @param {{ model: Piece, codes: Piece, digits?: Piece, holes?: Piece, values?: Piece }} pieces
   * @param {PadData} data
   */
  show({ model, codes, digits, holes, values }, data) {
    const now = performance.now(), still = !this.model || prefersStillness();
    this.mosaic.stop(); // a slice of it may be about to decode codes of another length
    if (model !== this.model) this.useModel(model);
    if (codes !== this.codesPiece) this.useCodes(codes, now, still ? 0 : TWEEN_MS);
    this.useLayers(data, now, still);
    this.useValues(values);
    this.holes = holes;
    this.holePlaces = null;
    this.digits.use(digits, data.digit_address);
    this.nearest.hidden = !this.digits.any;
    this.frame.style.setProperty("--digit", `${28 * data.scale}px`);
    this.frame.style.setProperty("--hole", data.colours.hole);
    this.frame.style.setProperty("--latent", data.colours.latent);
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
    this.sheet.restart();
  }

  /**
   * @param {Piece} piece
   * @param {number} now @param {number} lasts ms
   */
  useCodes(piece, now, lasts) {
    const { origin, right, up, codes, labels } = piece.arrays;
    this.codesPiece = piece;
    this.plane = new Plane(origin, right, up);
    if (this.latent !== this.plane.latent) {
      this.map.forget();
      this.hover = null;
    }
    this.latent = this.plane.latent;
    this.codes = codes;
    this.decodedAt = null; // the nearest code may be another
    this.extent = undefined;
    this.stroll = null;
    this.map.setPoints(this.plane.projectAll(codes), labels, this.latent === 1, now, lasts);
  }

  /**
   * Outlines and samples go from where they are to where they are wanted now.
   * @param {PadData} data
   * @param {number} now ms
   * @param {boolean} still whether they are to be there at once
   */
  useLayers({ layers }, now, still) {
    const { outlines, samples } = layers;
    this.outlines.goTo(outlines.flatMap(({ corners }) => corners.flat()), now, still ? 0 : TWEEN_MS);
    if (this.samples.goTo(samples.flat(), now, still ? 0 : FLIGHT_MS)) this.sheet.restart();
    if (this.lit >= samples.length) this.lit = -1;
    this.sheet.use(layers.sheet ? samples.length : 0);
    this.frame.classList.toggle("sheeted", layers.sheet);
    find(this.root, ".of-path", HTMLElement).hidden = !this.data.path;
    find(this.root, ".of-samples", HTMLElement).hidden = !samples.length;
  }

  /**
   * What the codes are coloured by, with a legend; nothing for their classes.
   * @param {Piece | undefined} piece
   */
  useValues(piece) {
    this.map.values = piece ? { of: piece.arrays.values, ...piece.header } : null;
    this.legend.hidden = !piece;
    if (!piece) return;
    const { name, low, high, below, above } = piece.header;
    find(this.legend, ".quantity", HTMLElement).textContent = name;
    const words = [low, (low + high) / 2, high].map(inShort);
    if (below) words[0] = `≤ ${words[0]}`;
    if (above) words[2] = `≥ ${words[2]}`;
    this.legend.querySelectorAll("b").forEach((end, i) => (end.textContent = words[i]));
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
      this.lit = -1;
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
    const moves = [this.map.step(started), this.outlines.step(started)].includes(true);
    const flies = this.samples.step(started);
    this.stale ||= moves;
    if (this.stale) this.drawBase(started);
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
    this.drawSheet(flies);
    if (flies || moves || this.map.glide) this.request(moves || Boolean(this.map.glide));
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

  /** @param {number} now */
  drawBase(now) {
    const { map, data } = this, { layers, colours } = data;
    map.measure(this.host);
    const middle = this.plane.project(new Float32Array(this.latent)), [x, y] = middle;
    this.extent ??= map.extentOfPoints(layers.prior ? [x - 3.3, x + 3.3, y - 3.3, y + 3.3] : null);
    map.lookAt(data.extent ?? this.extent, now, prefersStillness() ? 0 : TWEEN_MS);
    map.drawBase({
      over: (context) => {
        if (layers.holes && this.holes) this.shadeHoles(context, this.holes, colours.hole);
        if (layers.prior) drawPrior(map, context, colours.prior, middle);
        let next = 0;
        for (const { corners, label } of layers.outlines) {
          const { at } = this.outlines;
          const places = corners.map(() => /** @type {Place} */ ([at[next++], at[next++]]));
          drawOutline(map, context, places, map.colour(label), layers.outlines.length <= 40);
        }
      },
    });
    this.drawLegend();
    if (layers.mosaic) this.mosaic.stop();
    else this.mosaic.clear();
    clearTimeout(this.settling);
    if (layers.mosaic) this.settling = setTimeout(this.guard(() => this.startMosaic()), SETTLE_MS);
    this.across = this.acrossOf(this.z);
    this.stale = false;
  }

  drawLegend() {
    if (this.legend.hidden) return;
    const shades = Array.from({ length: 9 }, (_, i) => this.map.shade(i / 8));
    find(this.legend, "i", HTMLElement).style.background = `linear-gradient(90deg, ${shades})`;
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
    const { map, path, lit } = this, { frames, colours } = this.data, marked = this.inHole();
    map.paint(map.top, (context) => {
      if (path) drawPath(map, context, this.placesOf(path), frames, colours.latent);
      drawCross(map, context, this.plane.project(here), colours.latent);
      drawNumbered(map, context, this.placesOfSamples(), { lit, marked, colours });
    });
  }

  // Which samples lie in a hole: none that is on its way.
  inHole() {
    return this.samples.glide ? [] : this.data.layers.in_hole;
  }

  /** @param {number} i */
  sample(i) {
    return Float32Array.from({ length: this.latent }, (_, k) => this.samples.at[i * this.latent + k]);
  }

  placesOfSamples() {
    const { length } = this.data.layers.samples;
    return Array.from({ length }, (_, i) => {
      const [x, y] = this.plane.project(this.samples.at, i * this.latent);
      // In lanes they lie one below the other, to be read.
      return /** @type {Place} */ ([x, this.map.lanes ? LANES - 1 - ((i + 0.5) * LANES) / length : y]);
    });
  }

  /** @param {boolean} flies whether the samples are on their way */
  drawSheet(flies) {
    const { sheet } = this;
    if (!sheet.tiles.length) return;
    if (flies) sheet.restart();
    if (sheet.left) {
      if (!sheet.draw((i) => this.decode(this.sample(i)))) return this.request();
      sheet.tell((i) => this.sampleInWords(i));
    }
    sheet.mark(this.inHole(), this.lit);
  }

  /** @param {number} i */
  sampleInWords(i) {
    const near = this.nearestTo(this.sample(i)), hole = this.data.layers.in_hole[i];
    const digit = near < 0 ? "" : `, nearest digit ${this.map.labels[near]}`;
    return `Sample ${i + 1}${hole ? ", in a hole" : ""}${digit}`;
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
      return gestures.down(event, point(event), this.under(point(event), event.pointerType));
    });
    for (const event of ["touchstart", "touchmove"]) {
      const keep = (/** @type {Event} */ e) => gestures.moves && e.cancelable && e.preventDefault();
      top.addEventListener(event, keep, { passive: false }); // the page would scroll under the hand
    }
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
    this.listenToHelp();
    const { along } = this;
    along.oninput = this.guard(() => this.path && this.setCode(between(this.path, Number(along.value))));
    along.onchange = this.guard(() => this.send());
  }

  // The button that tells what hands can do: pressed again, and by Escape, it goes.
  listenToHelp() {
    const ask = find(this.root, ".ask", HTMLButtonElement), help = find(this.root, ".help", HTMLElement);
    const open = (/** @type {boolean} */ wanted) => {
      help.hidden = !wanted;
      ask.setAttribute("aria-expanded", String(wanted));
    };
    ask.onclick = () => open(help.hidden);
    this.frame.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape" || help.hidden) return;
      open(false);
      ask.focus();
    });
  }

  /** @param {Intent} intent */
  obey(intent) {
    const { map } = this;
    switch (intent.kind) {
      case "tap": {
        const sample = this.sampleAt(intent.at);
        if (sample >= 0) return this.standOn(sample);
        return this.setCode(this.plane.move(this.z, map.placeAt(intent.at)));
      }
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
    this.lit = -1;
    const { holes, mosaic } = this.data.layers;
    this.request((holes || mosaic) && this.acrossOf(z) !== this.across);
  }

  /** @param {number} sample that the mark goes to, and that is lit */
  standOn(sample) {
    this.setCode(this.sample(sample));
    this.lit = sample;
  }

  /** @param {number} sample chosen on the sheet */
  light(sample) {
    this.standOn(sample);
    this.send();
  }

  /** @param {0 | 1} end @param {Point} at */
  setEnd(end, at) {
    if (!this.path) return; // Python has taken the path away meanwhile
    this.path[end] = this.plane.move(this.path[end], this.map.placeAt(at));
    this.strip.restart();
    this.request();
  }

  /**
   * What lies under the pointer that it can take: an end of the path, a sample, the mark. A finger
   * takes the mark first, which it could not drag otherwise once it stands on a sample.
   * @param {Point} point
   * @param {string} pointer its type
   * @returns {Under}
   */
  under(point, pointer) {
    const { map } = this, [left, top] = map.pointOf(this.plane.project(this.z));
    const end = this.path ? nearestOf(this.placesOf(this.path), map, point, GRAB) : -1;
    if (end >= 0) return /** @type {0 | 1} */ (end);
    const onMark = Math.abs(left - point[0]) <= GRAB && (map.lanes || Math.abs(top - point[1]) <= GRAB);
    if (onMark && pointer === "touch") return "mark";
    return this.sampleAt(point) >= 0 ? "sample" : onMark ? "mark" : null;
  }

  /** @param {Point} point */
  sampleAt(point) {
    return nearestOf(this.placesOfSamples(), this.map, point, HIT);
  }
}

/**
 * Which of some places lies at a point of the map, the last of those at one distance; -1 if none.
 * @param {Place[]} places
 * @param {LatentMap} map
 * @param {Point} point
 * @param {number} within pixels
 */
function nearestOf(places, map, [left, top], within) {
  let found = -1, least = within;
  places.forEach(([x, y], i) => {
    const away = Math.hypot(map.left(x) - left, map.above(y) - top);
    if (away <= least) [found, least] = [i, away];
  });
  return found;
}

// A number in three figures or so, for a legend.
const inShort = (/** @type {number} */ value) =>
  value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2).replace("-", "−");

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
