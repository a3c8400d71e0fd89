// Ways from one digit to another, side by side: one t moves their pictures and the dots on their maps.
//
// Python sends each way as a piece of its own, pictures and all, so that a model that learns sends
// only its own again. Nothing is computed here but which picture is nearest to t: what is seen was
// decoded and read on the server. On release t goes back to Python, which keeps it in the address.

import { drawDigit } from "./digits.js";
import { find, newCanvas, penOf } from "./elements.js";
import { drawCross } from "./layers.js";
import { LatentMap } from "./map.js";
import { mount, Part } from "./part.js";
import { Playhead } from "./playhead.js";
import { Wishes } from "./wishes.js";

/** @import { Pen } from "./map.js" */
/** @import { Place } from "./plane.js" */
/** @import { Piece } from "./shelf.js" */

/**
 * What ways.py sends with each run.
 * @typedef {{
 *   pieces: Record<string, string | null>,
 *   t: [number],
 *   stops: number,
 *   absent: { name: string, without: string },
 *   colours: Record<"latent" | "hole", string>,
 * }} WaysData
 */

/**
 * And about each way: what is read in each of its pictures, nothing where nobody can read them.
 * @typedef {{
 *   name: string,
 *   short: string,
 *   without: string,
 *   digits: number[],
 *   sure: string[],
 *   lanes: boolean,
 * }} About
 */

const SPEAK_MS = 600; // of rest before what is read is said
const LARGE = 6, SMALL = 3, GAP = 6; // pixels of a canvas for one of a picture; between two pictures
const PATH_LANE = 4.5; // where a code is one number, paths run through the middle

// A map without numbers on its axes: there is no room for them in a column.
class SmallMap extends LatentMap {
  /** @param {Element} host */
  measure(host) {
    super.measure(host);
    this.plot = { left: 1, top: 1, width: this.width - 2, height: this.height - 2 };
  }

  drawAxes() {}
}

// One way: its picture at t, its place on the map, its strip.
class Way {
  /** @type {Piece | null} */
  piece = null;
  /** @type {About} */
  about;
  /** @type {{ frames: Uint8Array, distance: Float32Array, path: Float32Array }} */
  arrays;
  shown = -1; // the picture that stands large

  /**
   * @param {HTMLElement} picture
   * @param {HTMLElement} place
   * @param {HTMLElement} row
   */
  constructor(picture, place, row) {
    this.elements = [picture, place, row];
    this.picture = picture;
    this.name = find(picture, "h4", HTMLElement);
    this.large = find(picture, ".large", HTMLCanvasElement);
    this.read = find(picture, ".read", HTMLElement);
    this.along = find(picture, ".along", HTMLElement);
    this.map = new SmallMap(find(place, ".map", HTMLElement));
    this.without = find(place, ".without", HTMLElement);
    this.short = find(row, "span", HTMLElement);
    this.strip = find(row, "canvas", HTMLCanvasElement);
    this.tile = newCanvas(28, 28);
  }

  get hidden() {
    return this.picture.hidden;
  }

  set hidden(hidden) {
    for (const element of this.elements) element.hidden = hidden;
  }

  /**
   * @param {Piece | undefined} piece
   * @param {WaysData["absent"]} absent
   */
  use(piece, absent) {
    if (piece && piece !== this.piece) {
      const { points, labels } = piece.arrays;
      this.about = piece.header;
      this.arrays = piece.arrays;
      if (labels.length) this.map.setPoints(points.slice(), labels, this.about.lanes);
    }
    this.piece = piece ?? null;
    const { name, without } = piece ? this.about : absent;
    const onMap = Boolean(piece?.arrays.labels.length);
    this.picture.classList.toggle("empty", !piece);
    this.large.ariaHidden = this.strip.ariaHidden = String(!piece);
    this.name.textContent = name;
    this.short.textContent = piece ? this.about.short : name;
    this.without.textContent = without;
    this.without.hidden = onMap;
    this.map.element.hidden = !onMap;
  }

  get last() {
    return this.arrays.frames.length / 784 - 1;
  }

  /** @param {number} t */
  pictureAt(t) {
    return Math.round(t * this.last);
  }

  /** @param {number} index */
  inHole(index) {
    return this.arrays.distance[index] > 1;
  }

  /** @param {number} index */
  readAt(index) {
    const { digits, sure } = this.about;
    const read = digits.length ? `reads ${digits[index]}: ${sure[index]}` : "";
    return [read, this.inHole(index) ? "in a hole" : ""].filter(Boolean).join(", ");
  }

  /**
   * @param {HTMLCanvasElement} canvas @param {number} width @param {number} height
   */
  size(canvas, width, height) {
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    else penOf(canvas).clearRect(0, 0, width, height);
    return penOf(canvas);
  }

  /**
   * A picture of the way, framed where it lies in a hole.
   * @param {Pen} pen
   * @param {number} index
   * @param {number} left
   * @param {number} top
   * @param {number} scale
   * @param {string} hole
   */
  drawPicture(pen, index, left, top, scale, hole) {
    const side = 28 * scale, { frames } = this.arrays;
    drawDigit(this.tile, frames.subarray(784 * index, 784 * (index + 1)), 255);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(this.tile, left, top, side, side);
    if (!this.inHole(index)) return;
    pen.strokeStyle = pen.fillStyle = hole;
    pen.lineWidth = 4;
    pen.setLineDash([12, 7]);
    pen.strokeRect(left + 2, top + 2, side - 4, side - 4);
    pen.setLineDash([]);
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(left + side - 14, top + 14, 5, 0, 2 * Math.PI);
    pen.stroke();
  }

  /**
   * @param {number} t
   * @param {WaysData} data
   * @param {boolean} all also where the picture at t is the one that stands there
   */
  draw(t, { stops, colours }, all) {
    const index = this.piece ? this.pictureAt(t) : 0;
    if (index === this.shown && !all) return;
    this.shown = index;
    const pen = this.size(this.large, 28 * LARGE, 28 * LARGE);
    const width = stops * (28 * SMALL + GAP), strip = this.size(this.strip, width, 28 * SMALL + GAP);
    if (!this.piece) {
      this.read.textContent = this.along.textContent = "";
      return;
    }
    this.drawPicture(pen, index, 0, 0, LARGE, colours.hole);
    const now = Math.round(t * (stops - 1));
    for (let stop = 0; stop < stops; stop++) {
      const left = stop * (28 * SMALL + GAP) + GAP / 2;
      this.drawPicture(strip, this.pictureAt(stop / (stops - 1)), left, GAP / 2, SMALL, colours.hole);
      if (stop !== now) continue;
      strip.strokeStyle = colours.latent;
      strip.lineWidth = GAP;
      strip.strokeRect(left - GAP / 2 + 1, 1, 28 * SMALL + GAP - 2, 28 * SMALL + GAP - 2);
    }
    this.read.textContent = this.readAt(index);
    this.tellAlong();
    this.describe(t);
  }

  // The digits that are read along the way, one after the other; in bold those of neither end.
  tellAlong() {
    const { digits } = this.about, ends = [digits[0], digits[digits.length - 1]];
    const words = digits.filter((digit, i) => digit !== digits[i - 1]).flatMap((digit, i) => {
      const told = document.createElement(ends.includes(digit) ? "span" : "b");
      told.textContent = String(digit);
      return i ? [", ", told] : ["on the way ", told];
    });
    this.along.replaceChildren(...words);
  }

  /** @param {number} t */
  describe(t) {
    const { name } = this.about, read = this.readAt(this.pictureAt(t));
    this.large.setAttribute("aria-label", `${name} at t = ${t.toFixed(2)}: ${read || "one picture"}`);
    this.strip.setAttribute("aria-label", `${name}: pictures along the way`);
    this.map.base.setAttribute("aria-label", `${name}: codes by class, and the way between two`);
  }

  /** @param {Element} host @param {WaysData} data */
  drawBase(host, { stops, colours }) {
    if (this.map.element.hidden) return;
    const { map } = this, { path } = this.arrays;
    map.measure(host);
    const xs = path.filter((_, i) => i % 2 === 0), ys = path.filter((_, i) => i % 2 === 1);
    map.lookAt(
      map.extentOfPoints([Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)])
    );
    map.fit(); // the size may be another
    map.drawBase({
      pointsOpacity: 0.45,
      over: (pen) => {
        pen.beginPath();
        for (let i = 0; i <= this.last; i++) pen.lineTo(...map.pointOf(this.placeAt(i)));
        pen.strokeStyle = colours.latent;
        pen.lineWidth = 2.5;
        pen.stroke();
        for (let stop = 0; stop < stops; stop++) {
          const index = this.pictureAt(stop / (stops - 1)), [x, y] = this.placeAt(index);
          const hole = this.inHole(index), left = map.left(x), top = map.above(y);
          pen.beginPath();
          if (hole) pen.rect(left - 3, top - 3, 6, 6);
          else pen.arc(left, top, 3, 0, 2 * Math.PI);
          pen.fillStyle = hole ? colours.hole : colours.latent;
          pen.fill();
        }
      },
    });
  }

  /** @param {number} t @param {string} colour */
  drawDot(t, colour) {
    if (!this.piece || this.map.element.hidden) return;
    const at = t * this.last, i = Math.min(Math.floor(at), this.last - 1), share = at - i;
    const [[x0, y0], [x1, y1]] = [this.placeAt(i), this.placeAt(i + 1)];
    this.map.paint(this.map.top, (pen) => {
      const place = /** @type {Place} */ ([x0 + share * (x1 - x0), y0 + share * (y1 - y0)]);
      drawCross(this.map, pen, place, colour);
    });
  }

  /**
   * @param {number} index
   * @returns {Place}
   */
  placeAt(index) {
    const { path } = this.arrays;
    return [path[2 * index], this.about.lanes ? PATH_LANE : path[2 * index + 1]];
  }
}

/** @extends {Part<WaysData>} */
class Ways extends Part {
  /** @type {Way[]} */
  ways = [];
  playhead = new Playhead();
  wishes = new Wishes();
  speaking = 0;

  /** @param {ShadowRoot} root */
  constructor(root) {
    super(root, find(root, ".ways", HTMLElement));
    this.button = find(root, ".play", HTMLElement);
    this.scrubber = find(root, ".scrubber", HTMLInputElement);
    this.position = find(root, ".position", HTMLElement);
    this.spoken = find(root, ".spoken", HTMLElement);
    this.button.onclick = this.guard(() => this.playOrPause());
    this.scrubber.oninput = this.guard(() => this.goTo(Number(this.scrubber.value)));
    this.scrubber.onchange = this.guard(() => this.send());
  }

  close() {
    super.close();
    clearTimeout(this.speaking);
  }

  /**
   * @param {Record<string, Piece | undefined>} pieces
   * @param {WaysData} data
   */
  show(pieces, { t, absent }) {
    const names = Object.keys(pieces);
    while (this.ways.length < names.length) this.ways.push(this.newWay());
    this.ways.forEach((way, i) => {
      way.hidden = i >= names.length;
      way.use(pieces[names[i]], absent);
    });
    if (this.wishes.isNew(t)) this.goTo(t[0]);
    this.request(true);
  }

  newWay() {
    const copy = (/** @type {string} */ template, /** @type {string} */ into) => {
      const { content } = find(this.root, `template.${template}`, HTMLTemplateElement);
      const made = content.firstElementChild?.cloneNode(true);
      if (!(made instanceof HTMLElement)) throw new Error(`no ${template}`);
      find(this.root, into, HTMLElement).append(made);
      return made;
    };
    const way = new Way(
      copy("picture", ".pictures"), copy("place", ".places"), copy("strip", ".strips")
    );
    way.strip.onclick = this.guard((event) => {
      const { left, width } = way.strip.getBoundingClientRect(), { stops } = this.data;
      this.goTo(Math.floor((stops * (event.clientX - left)) / width) / (stops - 1));
      this.send();
    });
    return way;
  }

  draw() {
    if (!this.frame.clientWidth) return;
    const { data, playhead, ways } = this;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (playhead.move(performance.now(), calm ? data.stops - 1 : 0)) this.send();
    const { t, playing } = playhead;
    for (const way of ways) {
      if (way.hidden) continue;
      if (this.stale) way.drawBase(this.host, data);
      way.draw(t, data, this.stale);
      way.drawDot(t, data.colours.latent);
    }
    this.stale = false;
    this.scrubber.value = String(t);
    this.position.textContent = `t = ${t.toFixed(2)}`;
    this.button.textContent = playing ? "Pause" : "Play";
    if (playing) this.request();
    this.speak();
    this.drawn({ t, playing });
  }

  /** @param {number} t */
  goTo(t) {
    this.playhead.goTo(t);
    this.request();
  }

  playOrPause() {
    const { playhead } = this;
    if (playhead.playing) {
      playhead.pause();
      this.send();
    } else playhead.play(performance.now());
    this.request();
  }

  send() {
    this.setStateValue("t", this.wishes.answer([Number(this.playhead.t.toFixed(3))]));
  }

  // What is read, once t rests.
  speak() {
    clearTimeout(this.speaking);
    if (this.playhead.playing) return;
    const say = () => {
      const { t } = this.playhead, shown = this.ways.filter((way) => !way.hidden && way.piece);
      const words = shown.map((way) => `${way.about.name} ${way.readAt(way.pictureAt(t))}.`).join(" ");
      if (this.spoken.textContent !== words) this.spoken.textContent = words;
    };
    this.speaking = setTimeout(this.guard(say), SPEAK_MS);
  }
}

export default mount((root) => new Ways(root));
