// The film of one or two trainings, moment by moment.
//
// Python sends each film once: a reel (codes, losses, steps) and its pictures. The scrubber stands
// at a moment of the film that reaches farthest; every other film shows the moment of its own that
// is nearest as a share of its run, so that two trainings are looked at in step.

const MOMENT_MS = 170, CALM_MS = 900; // of a moment while playing; where motion is unwelcome
const COLUMNS = 10, GAP = 1; // pictures in a row, and pixels of a picture between two

// One film: its map, its pictures, its curves.
class Pane {
  constructor(element, template, changed) {
    element.append(template.content.cloneNode(true));
    this.element = element;
    this.map = new LatentMap(element.querySelector(".map"));
    this.pictures = new Digits(changed);
    this.tile = Object.assign(document.createElement("canvas"), { width: 28, height: 28 });
  }

  use(reel, pictures, domains, early, extent) {
    this.element.hidden = !reel;
    this.reel = reel?.header;
    if (!reel) return;
    Object.assign(this, { domains, extent, arrays: reel.arrays });
    this.pictures.use(pictures, null);
    this.map.axes = this.reel.axes;
    this.element.querySelector("h4").textContent = this.reel.title;
    const vae = this.reel.kind === "vae";
    this.element.querySelector(".curves .kl").hidden = !vae;
    this.element.querySelector(".no-kl").hidden = vae;
    // Where a step lies between the start of the run, 0, and its end, 1, on the film's own scale:
    // as dense as the moments are.
    this.along = (step) => Math.log1p((early * step) / this.reel.total) / Math.log1p(early);
    this.places = this.reel.steps.map(this.along);
  }

  get end() {
    return this.places.at(-1);
  }

  // The moment nearest to a place of the scrubber.
  momentAt(place) {
    let nearest = 0;
    this.places.forEach((mine, i) => {
      if (Math.abs(mine - place) < Math.abs(this.places[nearest] - place)) nearest = i;
    });
    return nearest;
  }

  draw(moment, host, colours) {
    this.moment = moment;
    this.drawMap(host, colours.prior);
    const { ten, samples } = this.reel, first = ten + moment * (ten + samples);
    const range = (start, count) => Array.from({ length: count }, (_, i) => start + i);
    this.drawPictures(".restored", [...range(0, ten), ...range(first, ten)]);
    this.drawPictures(".samples", range(first + ten, samples));
    this.drawCurve("reconstruction", "Reconstruction", colours.reconstruction);
    if (this.reel.kind === "vae") this.drawCurve("kl", "KL", colours.kl);
    this.element.querySelector(".terms").textContent = this.words();
    this.describe();
  }

  drawMap(host, priorColour) {
    const { map, reel, moment } = this, { points, labels, outlines } = this.arrays;
    const vae = reel.kind === "vae", [x, y] = reel.prior;
    map.measure(host);
    map.setPoints(points.slice(2 * labels.length * moment, 2 * labels.length * (moment + 1)), labels, reel.latent === 1);
    const aroundPrior = [x - 3.5, x + 3.5, y - 3.5, y + 3.5];
    const holds = (side, i) => (i % 2 ? Math.max : Math.min)(side, aroundPrior[i]);
    map.lookAt(this.extent ?? (vae ? reel.extent.map(holds) : reel.extent));
    map.fit(); // the size may be another
    map.drawBase({
      over: (context) => {
        if (vae) map.drawPrior(context, priorColour, reel.prior);
        const size = 2 * reel.corners, start = moment * reel.outlined.length * size;
        reel.outlined.forEach((image, i) => {
          const flat = outlines.subarray(start + i * size, start + (i + 1) * size);
          const corners = Array.from({ length: reel.corners }, (_, k) => [flat[2 * k], flat[2 * k + 1]]);
          map.drawOutline(context, corners, map.colour(labels[image]));
        });
      },
    });
  }

  drawPictures(figure, indices) {
    const canvas = this.element.querySelector(`${figure} canvas`), side = 28 + GAP;
    const width = COLUMNS * side - GAP, height = Math.ceil(indices.length / COLUMNS) * side - GAP;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    indices.forEach((index, i) => {
      this.pictures.draw(index, this.tile);
      context.drawImage(this.tile, (i % COLUMNS) * side, Math.floor(i / COLUMNS) * side);
    });
  }

  // A term of the loss up to this moment, on axes that stay.
  drawCurve(term, title, colour) {
    const canvas = this.element.querySelector(`.curves .${term}`), { map, moment } = this;
    const width = canvas.clientWidth, height = canvas.clientHeight, { ratio } = map;
    Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const [low, high] = this.domains[term], plot = { left: 38, top: 24, right: width - 8, bottom: height - 34 };
    const across = (place) => plot.left + place * (plot.right - plot.left);
    const above = (nats) => plot.bottom - ((nats - low) / (high - low)) * (plot.bottom - plot.top);
    context.strokeStyle = map.grid;
    context.strokeRect(plot.left - 0.5, plot.top - 0.5, plot.right - plot.left + 1, plot.bottom - plot.top + 1);
    context.fillStyle = map.text;
    context.font = `600 12px ${map.font}`;
    context.textBaseline = "top";
    context.fillText(`${title}, nats per image`, 0, 2, width);
    context.font = `12px ${map.font}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const [value, words] of ticks(low, high, (plot.bottom - plot.top) / 28)) {
      line(context, [plot.left - 4, above(value)], [plot.left, above(value)]);
      context.fillText(words, plot.left - 7, above(value));
    }
    this.drawSteps(context, across, plot);
    context.save();
    context.beginPath();
    context.rect(plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top);
    context.clip();
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
    const { steps, terms, total, kind, beta } = this.reel, i = this.moment;
    const step = `Step ${grouped(steps[i])} of ${grouped(total)}`;
    const ended = i === steps.length - 1 && steps[i] < total ? ", the last moment kept" : "";
    const reconstruction = `reconstruction ${nats(terms.reconstruction[i])}`;
    if (kind === "ae") return `${step}${ended}: ${reconstruction} nats per image`;
    const weight = beta === 1 ? "" : `${Number(beta.toPrecision(3))} × `;
    return `${step}${ended}: ${reconstruction} + ${weight}KL ${nats(terms.kl[i])} = ${nats(terms.total[i])} nats per image`;
  }

  describe() {
    const { reel, moment } = this, at = `at step ${reel.steps[moment]}`;
    const name = (selector, words) =>
      this.element.querySelector(selector).setAttribute("aria-label", `${reel.title}: ${words} ${at}`);
    name(".map .base", `map of ${this.arrays.labels.length} codes by class`);
    name(".restored canvas", "ten digits above their reconstructions");
    name(".samples canvas", "ten decoded draws of noise");
    name(".curves .reconstruction", `reconstruction cost, ${nats(reel.terms.reconstruction[moment])} nats per image,`);
    name(".curves .kl", `KL, ${nats(reel.terms.kl[moment])} nats per image,`);
  }
}

class Film extends Part {
  constructor(root) {
    super(root, root.querySelector(".film"));
    const template = root.querySelector("template");
    this.panes = [...root.querySelectorAll(".pane")].map(
      (element) => new Pane(element, template, () => this.request())
    );
    this.scrubber = root.querySelector(".scrubber");
    this.button = root.querySelector(".play");
    this.listen();
  }

  close() {
    super.close();
    this.pause();
    clearTimeout(this.speaking);
  }

  show(pieces, { domains, early, extent }) {
    const stood = this.leader && this.index < this.leader.places.length - 1;
    const place = stood ? this.leader.places[this.index] : null; // else at the end
    this.panes.forEach((pane, i) => {
      pane.use(pieces[`reel${i}`], pieces[`pictures${i}`], domains[i], early, extent);
    });
    this.shown = this.panes.filter((pane) => pane.reel);
    this.frame.classList.toggle("single", this.shown.length === 1);
    this.leader = this.shown.reduce((one, other) =>
      other.end > one.end || (other.end === one.end && other.places.length > one.places.length) ? other : one
    );
    this.scrubber.max = this.leader.places.length - 1;
    this.index = stood ? this.leader.momentAt(place) : this.leader.places.length - 1;
    const lengths = new Set(this.shown.map((pane) => pane.reel.total)), note = this.root.querySelector(".note");
    note.hidden = lengths.size < 2;
    note.textContent = "These runs differ in length. They are shown at equal shares of their training.";
    this.request(true);
  }

  draw() {
    if (!this.shown || !this.frame.clientWidth) return;
    const place = this.leader.places[this.index], { reel } = this.leader;
    for (const pane of this.shown) {
      const moment = pane === this.leader ? this.index : pane.momentAt(place);
      pane.draw(moment, this.host, this.data.colours);
    }
    const share = (100 * reel.steps[this.index]) / reel.total;
    const words = `${share.toFixed(share < 9.95 ? 1 : 0)} % of the training`;
    this.root.querySelector(".position").textContent = words;
    this.scrubber.value = this.index;
    this.scrubber.setAttribute("aria-valuetext", words);
    this.button.textContent = this.playing ? "Pause" : "Play";
    this.speak();
    this.playOn();
    this.drawn({ moments: this.shown.map((pane) => pane.moment) });
  }

  goTo(index) {
    if (!this.leader) return; // the films are still on their way
    this.index = Math.max(0, Math.min(index, this.leader.places.length - 1));
    this.request();
  }

  play() {
    if (!this.leader) return;
    if (this.index === this.leader.places.length - 1) this.goTo(0);
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
    this.coming = setTimeout(() => {
      this.coming = 0;
      if (this.index === this.leader.places.length - 1) this.pause();
      else this.goTo(this.index + 1);
    }, calm ? CALM_MS : MOMENT_MS);
  }

  // The losses, once the scrubber rests.
  speak() {
    clearTimeout(this.speaking);
    if (this.playing) return;
    this.speaking = setTimeout(() => {
      const words = this.shown.map((pane) => `${pane.reel.title}. ${pane.words()}.`);
      this.root.querySelector(".spoken").textContent = words.join(" ");
    }, 600);
  }

  listen() {
    this.button.onclick = () => this.attempt(() => (this.playing ? this.pause() : this.play()));
    this.scrubber.oninput = () => {
      this.pause();
      this.goTo(Number(this.scrubber.value));
    };
    this.frame.onkeydown = (event) => {
      if (!this.leader || event.ctrlKey || event.metaKey || event.altKey) return;
      const end = this.leader.places.length - 1;
      const to = { ArrowLeft: this.index - 1, ArrowRight: this.index + 1, ArrowDown: this.index - 1, ArrowUp: this.index + 1, Home: 0, End: end }[event.key];
      if (to !== undefined) {
        this.pause();
        this.goTo(to);
      } else if (event.key === " " && event.target !== this.button) this.button.click();
      else return;
      event.preventDefault();
    };
  }
}

const nats = (value) => value.toFixed(Math.abs(value) < 10 ? 2 : 1).replace("-", "−");
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u00a0");

export default mount((root) => new Film(root));
