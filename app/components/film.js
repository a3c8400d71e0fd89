// The film of one or two trainings, moment by moment.
//
// Python sends each film once: a reel (codes, losses, steps) and its pictures. The scrubber stands
// at a moment of the film that reaches farthest; every other film shows the moment of its own that
// is nearest as a share of its run, so that two trainings are looked at in step.

import { Digits } from "./digits.js";
import { find, newCanvas, penOf } from "./elements.js";
import { drawOutline, drawPrior } from "./layers.js";
import { LatentMap, line, ticks } from "./map.js";
import { mount, Part } from "./part.js";

/** @import { Pen } from "./map.js" */
/** @import { Place } from "./plane.js" */
/** @import { Piece } from "./shelf.js" */
/** @import { Extent } from "./view.js" */

/** @typedef {"reconstruction" | "kl"} Term */
/** @typedef {[number, number]} Domain of an axis, from low to high */

/**
 * What film.py says about a film.
 * @typedef {{
 *   title: string,
 *   kind: "ae" | "vae",
 *   betas: number[],
 *   turns: number[],
 *   latent: number,
 *   total: number,
 *   steps: number[],
 *   terms: Record<Term | "total", number[]>,
 *   extent: Extent,
 *   prior: Place,
 *   axes: [string, string],
 *   corners: number,
 *   outlined: number[],
 *   ten: number,
 *   samples: number,
 * }} Reel
 */

/**
 * And what it sends with each run.
 * @typedef {{
 *   pieces: Record<string, string | null>,
 *   extent: Extent | null,
 *   domains: Record<Term, Domain>[],
 *   early: number,
 *   colours: Record<"prior" | Term, string>,
 * }} FilmData
 */

const MOMENT_MS = 170, CALM_MS = 900; // of a moment while playing; where motion is unwelcome
const SPEAK_MS = 600; // of rest before the losses are read
const COLUMNS = 10, GAP = 1; // pictures in a row, and pixels of a picture between two

// One film: its map, its pictures, its curves.
class Pane {
  /** @type {Reel} */
  reel;
  /** @type {{ points: Float32Array, labels: Uint8Array, outlines: Float32Array }} */
  arrays;
  /** @type {Record<Term, Domain>} */
  domains;
  /** @type {Extent | null} */
  extent = null;
  early = 0; // how much denser moments are at the start
  /** @type {number[]} */
  places = []; // of the moments, on the scrubber's scale
  moment = 0;

  /**
   * @param {HTMLElement} element
   * @param {HTMLTemplateElement} template
   * @param {() => void} changed called when pictures have arrived
   */
  constructor(element, template, changed) {
    element.append(template.content.cloneNode(true));
    this.element = element;
    this.map = new LatentMap(this.one(".map"));
    this.pictures = new Digits(changed);
    this.tile = newCanvas(28, 28);
  }

  /** @param {string} selector */
  one(selector) {
    return find(this.element, selector, HTMLElement);
  }

  /** @param {string} selector */
  canvas(selector) {
    return find(this.element, selector, HTMLCanvasElement);
  }

  /**
   * @param {Piece} reel
   * @param {Piece} pictures
   * @param {Record<Term, Domain>} domains
   * @param {number} early
   * @param {Extent | null} extent
   */
  use(reel, pictures, domains, early, extent) {
    this.reel = reel.header;
    this.arrays = reel.arrays;
    this.domains = domains;
    this.extent = extent;
    this.pictures.use(pictures, null);
    this.map.axes = this.reel.axes;
    this.one("h4").textContent = this.reel.title;
    const vae = this.reel.kind === "vae";
    this.one(".curves .kl").hidden = !vae;
    this.one(".no-kl").hidden = vae;
    this.early = early;
    this.places = this.reel.steps.map((step) => this.along(step));
  }

  /**
   * Where a step lies between the start of the run, 0, and its end, 1, on the film's own scale: as
   * dense as the moments are.
   * @param {number} step
   */
  along(step) {
    return Math.log1p((this.early * step) / this.reel.total) / Math.log1p(this.early);
  }

  get last() {
    return this.places.length - 1;
  }

  get end() {
    return this.places[this.last];
  }

  /**
   * The moment nearest to a place of the scrubber.
   * @param {number} place
   */
  momentAt(place) {
    let nearest = 0;
    this.places.forEach((mine, i) => {
      if (Math.abs(mine - place) < Math.abs(this.places[nearest] - place)) nearest = i;
    });
    return nearest;
  }

  /**
   * @param {number} moment
   * @param {Element} host
   * @param {FilmData["colours"]} colours
   */
  draw(moment, host, colours) {
    this.moment = moment;
    this.drawMap(host, colours.prior);
    const { ten, samples } = this.reel, first = ten + moment * (ten + samples);
    const range = (/** @type {number} */ start, /** @type {number} */ count) =>
      Array.from({ length: count }, (_, i) => start + i);
    this.drawPictures(".restored", [...range(0, ten), ...range(first, ten)]);
    this.drawPictures(".samples", range(first + ten, samples));
    this.drawCurve("reconstruction", "Reconstruction", colours.reconstruction);
    if (this.reel.kind === "vae") this.drawCurve("kl", "KL", colours.kl);
    this.one(".terms").textContent = this.words();
    this.describe();
  }

  /** @param {Element} host @param {string} priorColour */
  drawMap(host, priorColour) {
    const { map, reel, moment } = this, { points, labels, outlines } = this.arrays;
    const vae = reel.kind === "vae", [x, y] = reel.prior;
    map.measure(host);
    const each = 2 * labels.length;
    map.setPoints(points.slice(each * moment, each * (moment + 1)), labels, reel.latent === 1);
    const [left, right, bottom, top] = reel.extent;
    /** @type {Extent} */
    const withPrior = [
      Math.min(left, x - 3.5), Math.max(right, x + 3.5),
      Math.min(bottom, y - 3.5), Math.max(top, y + 3.5),
    ];
    map.lookAt(this.extent ?? (vae ? withPrior : reel.extent));
    map.fit(); // the size may be another
    map.drawBase({
      over: (context) => {
        if (vae) drawPrior(map, context, priorColour, reel.prior);
        const size = 2 * reel.corners, start = moment * reel.outlined.length * size;
        reel.outlined.forEach((image, i) => {
          const flat = outlines.subarray(start + i * size, start + (i + 1) * size);
          const corners = Array.from({ length: reel.corners }, (_, k) =>
            /** @type {Place} */ ([flat[2 * k], flat[2 * k + 1]])
          );
          drawOutline(map, context, corners, map.colour(labels[image]));
        });
      },
    });
  }

  /** @param {string} figure @param {number[]} indices */
  drawPictures(figure, indices) {
    const canvas = this.canvas(`${figure} canvas`), side = 28 + GAP;
    const width = COLUMNS * side - GAP, height = Math.ceil(indices.length / COLUMNS) * side - GAP;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = penOf(canvas);
    indices.forEach((index, i) => {
      this.pictures.draw(index, this.tile);
      context.drawImage(this.tile, (i % COLUMNS) * side, Math.floor(i / COLUMNS) * side);
    });
  }

  /**
   * A term of the loss up to this moment, on axes that stay.
   * @param {Term} term
   * @param {string} title
   * @param {string} colour
   */
  drawCurve(term, title, colour) {
    const canvas = this.canvas(`.curves .${term}`), { map, moment } = this;
    const width = canvas.clientWidth, height = canvas.clientHeight, { ratio } = map;
    Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    const context = penOf(canvas);
    context.scale(ratio, ratio);
    const [low, high] = this.domains[term];
    const plot = { left: 42, top: 24, right: width - 8, bottom: height - 34 };
    const wide = plot.right - plot.left, tall = plot.bottom - plot.top;
    const across = (/** @type {number} */ place) => plot.left + place * wide;
    const above = (/** @type {number} */ value) => plot.bottom - ((value - low) / (high - low)) * tall;
    context.strokeStyle = map.grid;
    context.strokeRect(plot.left - 0.5, plot.top - 0.5, wide + 1, tall + 1);
    context.fillStyle = map.text;
    context.font = `600 13px ${map.font}`;
    context.textBaseline = "top";
    context.fillText(`${title}, nats per image`, 0, 2, width);
    context.font = `13px ${map.font}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const [value, words] of ticks(low, high, tall / 28)) {
      line(context, [plot.left - 4, above(value)], [plot.left, above(value)]);
      context.fillText(words, plot.left - 7, above(value));
    }
    this.drawSteps(context, across, plot);
    context.save();
    context.beginPath();
    context.rect(plot.left, plot.top, wide, tall);
    context.clip();
    context.strokeStyle = map.text;
    context.setLineDash([3, 3]);
    for (const turn of this.reel.turns) {
      line(context, [across(this.along(turn)), plot.top], [across(this.along(turn)), plot.bottom]);
    }
    context.setLineDash([]);
    const values = this.reel.terms[term];
    context.beginPath();
    for (let i = 0; i <= moment; i++) context.lineTo(across(this.places[i]), above(values[i]));
    context.lineWidth = 2;
    context.strokeStyle = colour;
    context.stroke();
    context.restore();
    const at = Math.max(plot.top, Math.min(above(values[moment]), plot.bottom));
    context.beginPath();
    context.arc(across(this.places[moment]), at, 4, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
  }

  /**
   * @param {Pen} context
   * @param {(place: number) => number} across
   * @param {{ left: number, right: number, bottom: number }} plot
   */
  drawSteps(context, across, plot) {
    context.textAlign = "center";
    context.textBaseline = "top";
    let free = -Infinity;
    for (const step of [0, 1, 10, 100, 1000, 10_000, 100_000, 1_000_000]) {
      const words = step < 10_000 ? String(step) : grouped(step), x = across(this.along(step));
      if (step > this.reel.total || x - 4 * words.length < free) continue;
      line(context, [x, plot.bottom], [x, plot.bottom + 4]);
      context.fillText(words, Math.min(x, plot.right - 3 * words.length), plot.bottom + 6);
      free = x + 4 * words.length + 6;
    }
    context.fillText("step", (plot.left + plot.right) / 2, plot.bottom + 20);
  }

  words() {
    const { steps, terms, total, kind, betas, turns } = this.reel, i = this.moment;
    const beta = betas[i], turned = turns.includes(steps[i]) ? ", where it branched or went on" : "";
    const step = `Step ${grouped(steps[i])} of ${grouped(total)}${turned}`;
    const ended = i === steps.length - 1 && steps[i] < total ? ", the last moment kept" : "";
    const reconstruction = `reconstruction ${nats(terms.reconstruction[i])}`;
    if (kind === "ae") return `${step}${ended}: ${reconstruction} nats per image`;
    const weight = beta === 1 ? "" : `${Number(beta.toPrecision(3))} × `;
    const sum = `${weight}KL ${nats(terms.kl[i])} = ${nats(terms.total[i])}`;
    return `${step}${ended}: ${reconstruction} + ${sum} nats per image`;
  }

  describe() {
    const { reel, moment } = this, at = `at step ${reel.steps[moment]}`;
    const cost = (/** @type {Term} */ term) => `${nats(reel.terms[term][moment])} nats per image,`;
    const name = (/** @type {string} */ selector, /** @type {string} */ words) =>
      this.one(selector).setAttribute("aria-label", `${reel.title}: ${words} ${at}`);
    name(".map .base", `map of ${this.arrays.labels.length} codes by class`);
    name(".restored canvas", "ten digits above their reconstructions");
    name(".samples canvas", "ten decoded draws of noise");
    name(".curves .reconstruction", `reconstruction cost, ${cost("reconstruction")}`);
    name(".curves .kl", `KL, ${cost("kl")}`);
  }
}

/** @extends {Part<FilmData>} */
class Film extends Part {
  /** @type {Pane[]} */
  shown = []; // none while the films are still on their way
  /** @type {Pane | undefined} */
  leader; // the film that reaches farthest
  index = 0; // its moment
  playing = false;
  coming = 0; // the next moment, while playing
  speaking = 0;

  /** @param {ShadowRoot} root */
  constructor(root) {
    super(root, find(root, ".film", HTMLElement));
    const template = find(root, "template", HTMLTemplateElement);
    /** @type {NodeListOf<HTMLElement>} */
    const elements = root.querySelectorAll(".pane");
    this.panes = [...elements].map((element) => new Pane(element, template, () => this.request()));
    this.scrubber = find(root, ".scrubber", HTMLInputElement);
    this.button = find(root, ".play", HTMLElement);
    this.position = find(root, ".position", HTMLElement);
    this.note = find(root, ".note", HTMLElement);
    this.spoken = find(root, ".spoken", HTMLElement);
    this.listen();
  }

  close() {
    super.close();
    this.pause();
    clearTimeout(this.speaking);
  }

  /**
   * @param {Record<string, Piece | undefined>} pieces
   * @param {FilmData} data
   */
  show(pieces, { domains, early, extent }) {
    const { leader, index } = this;
    const place = leader && index < leader.last ? leader.places[index] : null; // else at the end
    this.shown = this.panes.filter((pane, i) => {
      const reel = pieces[`reel${i}`], pictures = pieces[`pictures${i}`];
      pane.element.hidden = !reel;
      if (reel && pictures) pane.use(reel, pictures, domains[i], early, extent);
      return reel;
    });
    this.frame.classList.toggle("single", this.shown.length === 1);
    this.leader = this.shown.reduce((one, other) =>
      other.end > one.end || (other.end === one.end && other.last > one.last) ? other : one
    );
    this.scrubber.max = String(this.leader.last);
    this.index = place === null ? this.leader.last : this.leader.momentAt(place);
    const lengths = new Set(this.shown.map((pane) => pane.reel.total));
    this.note.hidden = lengths.size < 2;
    this.note.textContent = "These runs differ in length. They are shown at equal shares of their training.";
    this.request(true);
  }

  draw() {
    const { leader } = this;
    if (!leader || !this.frame.clientWidth) return;
    const place = leader.places[this.index], { reel } = leader;
    for (const pane of this.shown) {
      const moment = pane === leader ? this.index : pane.momentAt(place);
      pane.draw(moment, this.host, this.data.colours);
    }
    const share = (100 * reel.steps[this.index]) / reel.total;
    const words = `${share.toFixed(share < 9.95 ? 1 : 0)} % of the training`;
    this.position.textContent = words;
    this.scrubber.value = String(this.index);
    this.scrubber.setAttribute("aria-valuetext", words);
    this.button.textContent = this.playing ? "Pause" : "Play";
    this.speak();
    this.playOn();
    this.drawn({ moments: this.shown.map((pane) => pane.moment) });
  }

  /** @param {number} index */
  goTo(index) {
    if (!this.leader) return; // the films are still on their way
    this.index = Math.max(0, Math.min(index, this.leader.last));
    this.request();
  }

  play() {
    if (!this.leader) return;
    if (this.index === this.leader.last) this.goTo(0);
    this.playing = true;
    this.request();
  }

  pause() {
    this.playing = false;
    clearTimeout(this.coming);
    this.coming = 0;
    this.request();
  }

  // The next moment comes once this one has been seen, however slow the browser is.
  playOn() {
    if (!this.playing || this.coming) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const next = this.guard(() => {
      this.coming = 0;
      if (!this.leader || this.index >= this.leader.last) this.pause();
      else this.goTo(this.index + 1);
    });
    this.coming = setTimeout(next, calm ? CALM_MS : MOMENT_MS);
  }

  // The losses, once the scrubber rests.
  speak() {
    clearTimeout(this.speaking);
    if (this.playing) return;
    const say = () => {
      const words = this.shown.map((pane) => `${pane.reel.title}. ${pane.words()}.`);
      this.spoken.textContent = words.join(" ");
    };
    this.speaking = setTimeout(this.guard(say), SPEAK_MS);
  }

  listen() {
    this.button.onclick = this.guard(() => (this.playing ? this.pause() : this.play()));
    this.scrubber.oninput = this.guard(() => {
      this.pause();
      this.goTo(Number(this.scrubber.value));
    });
    this.frame.onkeydown = this.guard((event) => {
      if (!this.leader || event.ctrlKey || event.metaKey || event.altKey) return;
      const back = this.index - 1, on = this.index + 1;
      /** @type {Record<string, number | undefined>} */
      const arrows = { ArrowLeft: back, ArrowDown: back, ArrowRight: on, ArrowUp: on };
      const to = { ...arrows, Home: 0, End: this.leader.last }[event.key];
      if (to !== undefined) {
        this.pause();
        this.goTo(to);
      } else if (event.key === " " && event.target !== this.button) this.button.click();
      else return;
      event.preventDefault();
    });
  }
}

/** @param {number} value */
const nats = (value) => value.toFixed(Math.abs(value) < 10 ? 2 : 1).replace("-", "−");
/** @param {number} number */
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u00a0");

export default mount((root) => new Film(root));
