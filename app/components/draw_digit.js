// Draw a digit, and see at once what an autoencoder makes of it.
//
// Strokes are kept as lines (paper.js), so that they can be undone. With each move the scanner
// (strokes.js) makes a picture of 28 × 28 of them, the encoder a code, the decoder a picture
// again, and the classifier reads it. On release the 784 bytes go to Python.

import { drawDigit } from "./digits.js";
import { find, newCanvas, penOf } from "./elements.js";
import { drawCross, drawOutline } from "./layers.js";
import { LatentMap } from "./map.js";
import { buildNetwork } from "./network.js";
import { Paper } from "./paper.js";
import { mount, Part } from "./part.js";
import { Plane } from "./plane.js";
import { PEN, Scanner } from "./strokes.js";

/** @import { Run } from "./network.js" */
/** @import { Dot } from "./paper.js" */
/** @import { Place } from "./plane.js" */
/** @import { Piece } from "./shelf.js" */
/** @import { Extent } from "./view.js" */

/**
 * What draw_digit.py sends with each run.
 * @typedef {{
 *   pieces: Record<string, string | null>,
 *   axes: [string, string],
 *   extent: Extent | null,
 *   before: string | false,
 *   example: string,
 *   scale: number,
 *   colours: { latent: string, misread: string },
 * }} DrawData
 */

/**
 * What the classifier makes of a picture: the digit it reads, and its shares of all ten.
 * @typedef {{ best: number, percent: number, shares: Float32Array }} Reading
 */

const SIDE = 280; // of the paper, in pixels of the page

/** @extends {Part<DrawData>} */
class Drawing extends Part {
  paper = new Paper();
  scanner = new Scanner();
  /** @type {Map<Piece, Run>} */
  networks = new Map();
  /** @type {Run | undefined} */
  encode;
  /** @type {Run} */
  decode;
  /** @type {Run | undefined} */
  judge;
  latent = 0;
  /** @type {Piece | undefined} */
  codesPiece;
  /** @type {Piece | undefined} */
  startsPiece;
  /** @type {Plane} */
  plane;
  shown = false;
  spokenReadings = ""; // of what is drawn, and of what is restored

  /** @param {ShadowRoot} root */
  constructor(root) {
    super(root, find(root, ".draw", HTMLElement));
    this.ink = find(root, ".ink", HTMLCanvasElement);
    this.map = new LatentMap(find(root, ".map", HTMLElement));
    this.seen = find(root, ".seen canvas", HTMLCanvasElement);
    this.restored = find(root, ".restored canvas", HTMLCanvasElement);
    this.where = find(root, ".where", HTMLElement);
    this.opinion = find(root, ".opinion", HTMLElement);
    this.readings = Array.from(root.querySelectorAll(".reads"));
    this.spoken = find(root, ".spoken", HTMLElement);
    this.baseCanvas = newCanvas(28, 28);
    this.bars = Array.from({ length: 10 }, (_, digit) => this.makeBar(digit));
    this.listen();
  }

  /**
   * @param {{ encoder: Piece, decoder: Piece, judge?: Piece, codes?: Piece, starts: Piece }} pieces
   * @param {DrawData} data
   */
  show({ encoder, decoder, judge, codes, starts }, data) {
    this.useNetworks(encoder, decoder, judge);
    this.opinion.hidden = !judge;
    for (const words of this.readings) words.toggleAttribute("hidden", !judge);
    this.where.hidden = !codes;
    if (codes && codes !== this.codesPiece) {
      const { origin, right, up, codes: all, labels } = codes.arrays;
      this.plane = new Plane(origin, right, up);
      this.map.setPoints(this.plane.projectAll(all), labels, this.plane.latent === 1);
      this.map.axes = data.axes;
      this.map.scale = 0; // look at it anew
    }
    this.codesPiece = codes;
    if (starts !== this.startsPiece) this.offer(starts.arrays);
    this.startsPiece = starts;
    if (!this.shown && this.paper.blank) {
      if (data.before) this.paper.begin(bytesOf(data.before));
      else this.paper.exemplify(bytesOf(data.example));
    }
    this.shown = true;
    this.frame.style.setProperty("--digit", `${28 * data.scale}px`);
    this.frame.style.setProperty("--misread", data.colours.misread);
    this.request(true);
  }

  /** @param {Piece} encoder @param {Piece} decoder @param {Piece} [judge] */
  useNetworks(encoder, decoder, judge) {
    const before = this.networks;
    this.networks = new Map();
    const run = (/** @type {Piece} */ piece) => {
      const { header, arrays } = piece;
      const network = before.get(piece) ?? buildNetwork(header.network, arrays.weights);
      this.networks.set(piece, network);
      return network;
    };
    this.encode = run(encoder);
    this.decode = run(decoder);
    this.judge = judge && run(judge);
    this.latent = encoder.header.latent;
  }

  /**
   * Buttons with the digits that one may start from.
   * @param {{ images: Uint8Array, labels: Uint8Array }} starts
   */
  offer({ images, labels }) {
    const buttons = Array.from(labels, (label, i) => {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      const canvas = newCanvas(28, 28), bytes = images.subarray(784 * i, 784 * (i + 1));
      drawDigit(canvas, bytes, 255);
      button.setAttribute("aria-label", `Start from a ${label}`);
      button.append(canvas);
      button.onclick = this.guard(() => this.begin(bytes));
      return button;
    });
    find(this.root, ".choices", HTMLElement).replaceChildren(...buttons);
    find(this.root, ".starts", HTMLElement).hidden = labels.length === 0;
  }

  /** @param {number} digit */
  makeBar(digit) {
    const box = document.createElement("div"), bar = document.createElement("div");
    const fill = document.createElement("i"), words = document.createElement("small");
    bar.className = "bar";
    bar.append(fill);
    box.append(words, bar, String(digit));
    find(this.root, ".bars", HTMLElement).append(box);
    return { fill, words };
  }

  // ---- drawing ---------------------------------------------------------------------------------

  draw() {
    if (!this.encode) return;
    const started = performance.now(), { paper } = this;
    this.drawInk();
    const pixels = this.scanner.scan(paper.strokes, paper.base);
    drawDigit(this.seen, pixels);
    const code = this.encode(pixels).slice();
    const z = code.subarray(0, this.latent), logvar = code.subarray(this.latent);
    const restored = paper.blank ? null : this.decode(z);
    if (restored) drawDigit(this.restored, restored);
    else penOf(this.restored).clearRect(0, 0, 28, 28);
    if (this.codesPiece && this.map.element.clientWidth) this.drawMap(z, logvar);
    if (this.judge) this.showOpinions(this.judge, restored && pixels, restored);
    this.drawn({ z: Array.from(z), drawMs: performance.now() - started });
  }

  drawInk() {
    const { ink } = this, { strokes, base } = this.paper, ratio = globalThis.devicePixelRatio || 1;
    const side = Math.round(SIDE * ratio);
    if (ink.width !== side) ink.width = ink.height = side;
    const pen = penOf(ink);
    pen.setTransform(side, 0, 0, side, 0, 0); // the paper is 1 wide and 1 high
    pen.clearRect(0, 0, 1, 1);
    if (base) {
      drawDigit(this.baseCanvas, base, 255);
      pen.imageSmoothingEnabled = false;
      pen.drawImage(this.baseCanvas, 0, 0, 1, 1);
    }
    pen.strokeStyle = "#FFF";
    pen.lineWidth = PEN / 28;
    pen.lineCap = pen.lineJoin = "round";
    for (const stroke of strokes) {
      pen.beginPath();
      pen.moveTo(...stroke[0]);
      for (const dot of stroke) pen.lineTo(...dot);
      pen.stroke();
    }
  }

  /** @param {Float32Array} z @param {Float32Array} logvar empty where the model is no VAE */
  drawMap(z, logvar) {
    const { map, plane } = this, colour = this.data.colours.latent;
    if (this.stale) {
      map.measure(this.host);
      map.lookAt(map.scale ? map.home : (this.data.extent ?? map.extentOfPoints()));
      map.drawBase({ pointsOpacity: 0.45 });
      this.stale = false;
    }
    map.paint(map.top, (context) => {
      if (this.paper.blank) return;
      const place = plane.project(z);
      drawCross(map, context, place, colour);
      if (logvar.length === 0 || map.lanes) return;
      drawOutline(map, context, ellipse(place, logvar, plane), colour);
    });
  }

  /**
   * What the classifier reads in the drawing and in what was restored of it, where there is one.
   * @param {Run} judge
   * @param {Float32Array | null} pixels
   * @param {Float32Array | null} restored
   */
  showOpinions(judge, pixels, restored) {
    const first = pixels && reading(judge, pixels), second = restored && reading(judge, restored);
    this.bars.forEach(({ fill, words }, digit) => {
      const share = first ? first.shares[digit] : 0;
      fill.style.height = `${100 * share}%`;
      words.textContent = share >= 0.005 ? `${Math.round(100 * share)} %` : "\u00A0";
    });
    [first, second].forEach((read, i) => {
      this.readings[i].textContent = read ? `reads as ${read.best}, ${read.percent} %` : "";
    });
    this.restored.classList.toggle("misread", first?.best !== second?.best);
    const drawn = first ? `${first.best}, ${first.percent} percent` : "nothing yet";
    this.opinion.setAttribute("aria-label", `The classifier reads: ${drawn}`);
    this.spokenReadings = second
      ? `The classifier reads ${drawn}; restored, it reads ${second.best}, ${second.percent} percent`
      : "";
  }

  // ---- hands -----------------------------------------------------------------------------------

  listen() {
    const { ink, root, paper } = this;
    const dot = (/** @type {MouseEvent} */ event) => {
      const box = ink.getBoundingClientRect();
      const right = (event.clientX - box.left) / box.width;
      return /** @type {Dot} */ ([right, (event.clientY - box.top) / box.height]);
    };
    ink.onpointerdown = this.guard((event) => {
      if (!this.encode || !paper.down(event, dot(event))) return;
      ink.setPointerCapture(event.pointerId);
      this.request();
    });
    ink.onpointermove = this.guard((event) => {
      const moves = event.getCoalescedEvents?.() ?? [];
      if (paper.move(event, (moves.length ? moves : [event]).map(dot))) this.request();
    });
    const up = this.guard((/** @type {PointerEvent} */ event) => paper.up(event) && this.send());
    ink.onpointerup = ink.onpointercancel = ink.onlostpointercapture = up;
    find(root, ".clear", HTMLElement).onclick = this.guard(() => this.begin(null));
    find(root, ".undo", HTMLElement).onclick = this.guard(() => this.undo());
    ink.onkeydown = this.guard((event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "z") this.undo();
    });
  }

  /** @param {Uint8Array | null} base */
  begin(base) {
    this.paper.begin(base);
    this.send();
  }

  undo() {
    this.paper.undo();
    this.send();
  }

  // The digit as Python gets it: 784 bytes in base64, or nothing for an empty paper. It is drawn
  // first, so that what is spoken is the reading of what is sent.
  send() {
    if (!this.encode) return; // the networks are still on their way
    this.draw();
    const { blank } = this.paper;
    const bytes = Array.from(this.scanner.pixels, (value) => Math.round(255 * value));
    this.setStateValue("digit", blank ? null : btoa(String.fromCharCode(...bytes)));
    this.spoken.textContent = this.spokenReadings;
  }
}

/**
 * @param {Run} judge
 * @param {Float32Array} pixels
 * @returns {Reading}
 */
function reading(judge, pixels) {
  const shares = judge(pixels).slice(), most = Math.max(...shares);
  return { best: shares.indexOf(most), percent: Math.round(100 * most), shares };
}

/** @param {string} text 784 bytes in base64 */
function bytesOf(text) {
  return Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0));
}

/**
 * The outline of a posterior at one standard deviation, projected: m + L (cos, sin), where L Lᵀ
 * is the covariance in the plane.
 * @param {Place} middle
 * @param {Float32Array} logvar
 * @param {Plane} plane
 */
function ellipse([x, y], logvar, { right, up }) {
  let xx = 0, xy = 0, yy = 0;
  logvar.forEach((value, k) => {
    const variance = Math.exp(value);
    xx += right[k] * right[k] * variance;
    xy += right[k] * up[k] * variance;
    yy += up[k] * up[k] * variance;
  });
  const a = Math.sqrt(xx), b = a ? xy / a : 0, c = Math.sqrt(Math.max(yy - b * b, 0));
  return Array.from({ length: 48 }, (_, i) => {
    const cosine = Math.cos((i * Math.PI) / 24), sine = Math.sin((i * Math.PI) / 24);
    return /** @type {Place} */ ([x + a * cosine, y + b * cosine + c * sine]);
  });
}

export default mount((root) => new Drawing(root));
