// The latent pad: a map of codes under the learner's hand, with the decoder beside it.
//
// Python sends the network, the codes and the digits once (shelf.js) and a few small numbers with
// each run: where to start, which layers to show. From then on everything happens here. On each
// frame in which something has changed, `draw` decodes the code under the pointer, finds the
// nearest real digit and paints both; on release the code goes back to Python.
//
// The pad's own state, the view and the code, outlasts new data (part.js).

const STEP = 1 / 40; // of the map's width, for an arrow key
const GRAB = 18; // pixels around an end of the path in which it can be taken
const SPEAK_MS = 800; // between two readings to a screen reader

class LatentPad extends Part {
  constructor(root) {
    super(root, root.querySelector(".pad"));
    this.map = new LatentMap(root.querySelector(".map"));
    this.mosaic = new Mosaic(this.map);
    this.digits = new Digits(() => this.request());
    this.decodedCanvas = root.querySelector(".decoded canvas");
    this.nearestCanvas = root.querySelector(".nearest canvas");
    this.z = null; // the code that was chosen
    this.hover = null; // a code that is only looked at
    this.path = null; // [start, end]
    this.sentZ = []; // what Python has not answered yet, as text
    this.sentPath = [];
    this.pointers = new Map();
    this.listen();
  }

  close() {
    super.close();
    clearTimeout(this.speaking);
    clearTimeout(this.settling);
  }

  // ---- what Python sends -----------------------------------------------------------------------

  show({ model, codes, digits, holes }, data) {
    if (model !== this.model) this.useModel(model);
    if (codes !== this.codesPiece) this.useCodes(codes);
    this.holes = holes;
    this.holePlaces = null;
    this.digits.use(digits, data.digit_address);
    this.root.querySelector(".nearest").hidden = !this.digits.any;
    this.frame.style.setProperty("--digit", `${28 * data.scale}px`);
    this.map.axes = data.axes;
    this.take(data);
    this.buildSliders();
    this.request(true);
  }

  useModel(piece) {
    this.model = piece;
    this.decode = buildNetwork(piece.header.network, piece.arrays.weights);
    this.decodedAt = null;
    this.stripAt = null;
  }

  useCodes(piece) {
    const { origin, right, up, codes, labels } = piece.arrays;
    this.codesPiece = piece;
    this.plane = new Plane(origin, right, up);
    this.latent = origin.length;
    this.codes = codes;
    this.map.setPoints(this.plane.projectAll(codes), labels, this.latent === 1);
  }

  // Python's wishes for the code and the path, where they are new and not an answer to what was
  // sent: the learner may have gone on meanwhile.
  take({ z, path }) {
    const isNew = (wish, before, sent) => {
      const words = JSON.stringify(wish), answered = sent.indexOf(words);
      sent.splice(0, answered + 1);
      return answered < 0 && words !== JSON.stringify(before);
    };
    const move = isNew(z, this.askedZ, this.sentZ);
    if (move || this.z?.length !== this.latent) this.z = Float32Array.from(z);
    const other = isNew(path, this.askedPath, this.sentPath);
    if (!path) this.path = null;
    else if (other || this.path?.[0].length !== this.latent) {
      this.path = path.map((end) => Float32Array.from(end));
      this.stripAt = null;
    }
    this.askedZ = z;
    this.askedPath = path;
  }

  // ---- what goes back to Python ------------------------------------------------------------------

  send() {
    const value = exact(this.z);
    remember(this.sentZ, value);
    this.setStateValue("z", { value, asked: this.askedZ });
    this.speak(true);
  }

  sendPath() {
    const value = this.path.map(exact);
    remember(this.sentPath, value);
    this.setStateValue("path", { value, asked: this.askedPath });
  }

  // ---- drawing -----------------------------------------------------------------------------------

  draw() {
    if (!this.decode || !this.map.element.clientWidth) return;
    const started = performance.now();
    if (this.stale) this.drawBase();
    const here = this.hover ?? this.z;
    if (here !== this.decodedAt) {
      const before = performance.now();
      drawDigit(this.decodedCanvas, this.decode(here));
      this.decodeMs = performance.now() - before;
      this.decodedAt = here;
      this.near = this.nearest(here);
    }
    if (this.near >= 0) {
      this.digits.draw(this.near, this.nearestCanvas);
      this.root.querySelector(".nearest b").textContent = this.map.labels[this.near];
    }
    this.drawTop(here);
    this.drawStrip();
    this.showNumbers(here);
    this.speak();
    const [x, y] = this.plane.project(here), at = [this.map.left(x), this.map.above(y)];
    this.drawn({ z: here, at, decodeMs: this.decodeMs, drawMs: performance.now() - started });
  }

  drawBase() {
    const { map, data } = this, { layers, colours } = data;
    map.measure(this.host);
    const middle = this.plane.project(new Float32Array(this.latent));
    const aroundPrior = [middle[0] - 3.3, middle[0] + 3.3, middle[1] - 3.3, middle[1] + 3.3];
    // Found once: later codes move on axes that stand still, unless Python says otherwise.
    this.extent ??= map.extentOfPoints(layers.prior ? aroundPrior : null);
    map.lookAt(data.extent ?? this.extent);
    map.drawBase({
      pointsOpacity: layers.mosaic ? 0.45 : 0.6,
      over: (context) => {
        if (layers.holes) this.drawHoles(context, colours.hole);
        if (layers.prior) map.drawPrior(context, colours.prior, middle);
        for (const { corners, label } of layers.outlines) {
          map.drawOutline(context, corners, map.colour(label), layers.outlines.length <= 40);
        }
        const places = layers.samples.map((z) => this.plane.project(z));
        map.drawNumbered(context, places, colours.sample, layers.in_hole, colours.hole);
      },
    });
    this.mosaic.clear();
    clearTimeout(this.settling);
    if (layers.mosaic) {
      this.settling = setTimeout(() => {
        const through = this.z;
        this.mosaic.start((place) => this.decode(this.plane.move(through, place)));
      }, 150);
    }
    this.across = this.acrossOf(this.z);
    this.stale = false;
  }

  drawHoles(context, colour) {
    if (!this.holes) return;
    const { known } = this.holes.arrays, { threshold } = this.holes.header;
    this.holePlaces ??= this.plane.projectAll(known);
    // How far each known code lies from the plane through z, across it.
    const away = Float32Array.from({ length: known.length / this.latent }, (_, i) => {
      let squared = 0;
      for (let k = 0; k < this.latent; k++) squared += (known[i * this.latent + k] - this.z[k]) ** 2;
      const [x, y] = this.plane.project(this.z);
      const planar = (this.holePlaces[2 * i] - x) ** 2 + (this.holePlaces[2 * i + 1] - y) ** 2;
      return this.latent > 2 ? Math.sqrt(Math.max(squared - planar, 0)) : 0;
    });
    this.map.drawHoles(context, this.holePlaces, away, threshold, colour);
  }

  drawTop(here) {
    this.map.paint(this.map.top, (context) => {
      if (this.path) this.drawPath(context);
      this.map.drawCross(context, this.plane.project(here), this.data.colours.latent);
    });
  }

  drawPath(context) {
    const { map } = this, colour = this.data.colours.latent;
    const places = this.path.map((end) => this.plane.project(end));
    const at = (t) => places[0].map((start, axis) => (1 - t) * start + t * places[1][axis]);
    const onScreen = ([x, y]) => [map.left(x), map.above(map.lanes ? 4.5 : y)];
    context.strokeStyle = colour;
    context.lineWidth = 2.5;
    line(context, onScreen(places[0]), onScreen(places[1]));
    const lane = ([x, y]) => [x, map.lanes ? 4.5 : y];
    for (let i = 1; i < this.data.frames - 1; i++) {
      map.drawDisc(context, ...lane(at(i / (this.data.frames - 1))), 3.5, colour);
    }
    context.font = `bold 13px ${map.font}`;
    ["A", "B"].forEach((name, i) => {
      const [x, y] = lane(places[i]);
      map.drawDisc(context, x, y, 11, colour);
      context.fillStyle = "white";
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText(name, map.left(x), map.above(y) + 0.5);
    });
  }

  // The pictures along the path, as many in this frame as fit into 8 ms; the rest in the next.
  drawStrip() {
    const walk = this.root.querySelector(".walk");
    walk.hidden = !this.path;
    if (!this.path) return;
    const canvas = walk.querySelector("canvas"), { frames, strip_scale: scale } = this.data;
    if (this.stripAt === null) {
      this.stripAt = 0;
      if (canvas.width !== frames * 28) {
        canvas.width = frames * 28;
        canvas.height = 28;
        canvas.style.width = `${frames * 28 * scale}px`;
        canvas.style.height = `${28 * scale}px`;
      }
      this.stripTile ??= Object.assign(document.createElement("canvas"), { width: 28, height: 28 });
    }
    const started = performance.now();
    for (; this.stripAt < frames && performance.now() - started < 8; this.stripAt++) {
      drawDigit(this.stripTile, this.decode(this.onPath(this.stripAt / (frames - 1))));
      canvas.getContext("2d").drawImage(this.stripTile, this.stripAt * 28, 0);
    }
    if (this.stripAt < frames) this.request();
  }

  onPath(t) {
    const [start, end] = this.path;
    return start.map((value, k) => (1 - t) * value + t * end[k]);
  }

  // The code nearest to z in all its dimensions, -1 where there is none.
  nearest(z) {
    const { codes, latent } = this;
    let found = -1, least = Infinity;
    for (let i = 0, o = 0; o < codes.length; i++, o += latent) {
      let squared = 0;
      for (let k = 0; k < latent; k++) squared += (codes[o + k] - z[k]) ** 2;
      if (squared < least) [found, least] = [i, squared];
    }
    return found;
  }

  // How far z lies across the plane: layers drawn in the plane through z depend on it.
  acrossOf(z) {
    return this.latent > 2 ? String(this.plane.move(z, [0, 0]).map((v) => Math.fround(v * 1e4) | 0)) : "";
  }

  // ---- numbers -----------------------------------------------------------------------------------

  // Two ranges for the plane; where a code has more numbers, one for each of them too.
  buildSliders() {
    const { latent, root } = this, wanted = `${latent} ${this.data.axes}`;
    if (this.sliders?.wanted === wanted) return;
    const slider = (parent, name, move) => {
      const label = document.createElement("label"), words = document.createElement("span");
      const range = Object.assign(document.createElement("input"), { type: "range", step: "any" });
      range.setAttribute("aria-label", name);
      range.oninput = () => this.setCode(move(Number(range.value)));
      range.onchange = () => this.send();
      label.append(words, range);
      parent.append(label);
      return { words, range, name };
    };
    const planeBox = root.querySelector(".plane"), allBox = root.querySelector(".numbers");
    planeBox.replaceChildren();
    allBox.replaceChildren();
    const axes = [0, 1].slice(0, Math.min(latent, 2)).map((axis) =>
      slider(planeBox, this.data.axes[axis].split(" (")[0], (value) => {
        const place = this.plane.project(this.z);
        place[axis] = value;
        return this.plane.move(this.z, place);
      })
    );
    root.querySelector(".all").hidden = latent <= 2;
    const all = latent <= 2 ? [] : Array.from({ length: latent }, (_, k) =>
      slider(allBox, `z${subscript(k + 1)}`, (value) => {
        const z = this.z.slice();
        z[k] = value;
        return z;
      })
    );
    this.sliders = { wanted, axes, all };
  }

  showNumbers(here) {
    const show = ({ words, range, name }, value, low, high) => {
      words.textContent = `${name} = ${number(value)}`;
      range.setAttribute("aria-valuetext", number(value));
      if (range.matches(":active")) return;
      Object.assign(range, { min: Math.min(low, value), max: Math.max(high, value), value });
    };
    const place = this.plane.project(here), { home } = this.map;
    this.sliders.axes.forEach((slider, axis) => {
      show(slider, place[axis], home[2 * axis], home[2 * axis + 1]);
    });
    if (!this.sliders.all.length) return;
    this.ranges ??= this.rangesOfCodes();
    this.sliders.all.forEach((slider, k) => show(slider, here[k], ...this.ranges[k]));
  }

  rangesOfCodes() {
    return Array.from({ length: this.latent }, (_, k) => {
      let low = Infinity, high = -Infinity;
      for (let o = k; o < this.codes.length; o += this.latent) {
        low = Math.min(low, this.codes[o]);
        high = Math.max(high, this.codes[o]);
      }
      return [low, high];
    });
  }

  // The code and its neighbour for a screen reader, not more often than it can speak.
  speak(now = false) {
    if (this.speaking && !now) return;
    clearTimeout(this.speaking);
    const say = () => {
      this.speaking = 0;
      const code = Array.from(this.latent > 2 ? this.plane.project(this.z) : this.z, number);
      const digit = this.near >= 0 ? `, nearest digit ${this.map.labels[this.near]}` : "";
      const words = `code ${code.join(", ")}${digit}`;
      const spoken = this.root.querySelector(".spoken");
      if (spoken.textContent !== words) spoken.textContent = words;
    };
    this.speaking = setTimeout(say, now ? 0 : SPEAK_MS);
  }

  // ---- hands -------------------------------------------------------------------------------------

  setCode(z) {
    this.z = z;
    this.hover = null;
    const { holes, mosaic } = this.data.layers;
    this.request((holes || mosaic) && this.acrossOf(z) !== this.across);
  }

  listen() {
    const { map, root } = this, { top } = map;
    const point = (event) => {
      const box = top.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    const codeAt = (left, top) => this.plane.move(this.z, map.placeAt(left, top));

    top.onpointerdown = (event) => {
      if (!this.plane) return;
      top.setPointerCapture(event.pointerId);
      top.focus({ preventScroll: true });
      this.pointers.set(event.pointerId, point(event));
      if (this.pointers.size > 1) this.drag = "pinch";
      else if (event.shiftKey || event.button === 1) this.drag = "pan";
      else this.drag = this.endAt(point(event)) ?? "code";
      if (this.drag === "code") this.setCode(codeAt(...point(event)));
    };
    top.onpointermove = (event) => {
      if (!this.plane) return;
      const here = point(event), before = this.pointers.get(event.pointerId);
      if (!before) {
        if (event.pointerType === "mouse") this.look(codeAt(...here));
        return;
      }
      if (this.drag === "pan") map.pan(here[0] - before[0], here[1] - before[1]);
      if (this.drag === "pinch") this.pinch(event.pointerId, here);
      if (this.drag === "code") this.setCode(codeAt(...here));
      if (typeof this.drag === "number") {
        this.path[this.drag] = this.plane.move(this.path[this.drag], map.placeAt(...here));
        this.stripAt = null;
      }
      this.pointers.set(event.pointerId, here);
      this.request(this.drag === "pan" || this.drag === "pinch");
    };
    top.onpointerup = top.onpointercancel = (event) => {
      if (!this.pointers.delete(event.pointerId) || this.pointers.size) return;
      if (this.drag === "code") this.send();
      if (typeof this.drag === "number") this.sendPath();
      this.drag = null;
    };
    top.onpointerleave = () => this.look(null);
    // The wheel scrolls the page until the map has been chosen.
    top.onwheel = (event) => {
      if (!event.ctrlKey && root.activeElement !== top) return;
      event.preventDefault();
      map.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), ...point(event));
      this.request(true);
    };
    top.onkeydown = (event) => this.key(event);
    top.onkeyup = (event) => {
      if (this.keyed && event.key.startsWith("Arrow")) this.send();
      if (event.key.startsWith("Arrow")) this.keyed = false;
    };
    for (const button of root.querySelectorAll("[data-zoom]")) {
      button.onclick = () => {
        const factor = Number(button.dataset.zoom);
        if (factor) map.zoom(factor);
        else map.fit();
        this.request(true);
      };
    }
    const along = root.querySelector(".along");
    along.oninput = () => this.setCode(this.onPath(Number(along.value)));
    along.onchange = () => this.send();
  }

  look(z) {
    this.hover = z;
    this.request();
  }

  key(event) {
    const { map } = this, arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (arrows[event.key]) {
      const step = (map.plot.width / map.view.scale) * STEP * (event.shiftKey ? 0.2 : 1);
      const [right, up] = arrows[event.key], [x, y] = this.plane.project(this.z);
      this.setCode(this.plane.move(this.z, [x + right * step, y + up * step]));
      this.keyed = true;
    } else if (event.key === "+" || event.key === "=") map.zoom(1.5);
    else if (event.key === "-") map.zoom(1 / 1.5);
    else if (event.key === "0") map.fit();
    else return;
    event.preventDefault();
    this.request(!arrows[event.key]);
  }

  // Which end of the path lies under the pointer: 0, 1, or null.
  endAt([left, top]) {
    const { map } = this;
    if (!this.path) return null;
    const near = this.path.map((end) => {
      const [x, y] = this.plane.project(end);
      return Math.hypot(map.left(x) - left, map.above(map.lanes ? 4.5 : y) - top);
    });
    const closest = near[1] <= near[0] ? 1 : 0;
    return near[closest] <= GRAB ? closest : null;
  }

  // Two fingers: their middle moves the map, their distance zooms it.
  pinch(id, here) {
    const before = [...this.pointers.values()];
    const after = [...this.pointers].map(([other, place]) => (other === id ? here : place));
    const middle = ([[x0, y0], [x1, y1]]) => [(x0 + x1) / 2, (y0 + y1) / 2];
    const width = ([[x0, y0], [x1, y1]]) => Math.max(Math.hypot(x1 - x0, y1 - y0), 1);
    const [left, top] = middle(after), [oldLeft, oldTop] = middle(before);
    this.map.pan(left - oldLeft, top - oldTop);
    this.map.zoom(width(after) / width(before), left, top);
  }
}

// A code with as many decimals as Python keeps, so that it comes back the same.
const exact = (z) => Array.from(z, (value) => Math.round(value * 1e6) / 1e6);
function remember(sent, value) {
  sent.push(JSON.stringify(value));
  if (sent.length > 20) sent.shift();
}

const number = (value) =>
  value.toFixed(Math.abs(value) < 0.1 ? 3 : 2).replace(/^-(?=.*[1-9])/, "−").replace("-", "");
const subscript = (i) => String(i).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);

export default mount((root) => new LatentPad(root));
