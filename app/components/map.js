// A map of latent space: points in a plane, axes around them, and whatever lies over them.
//
// Three canvases lie on each other, so that a move of the pointer redraws only the uppermost:
//   .back  decodings, one after another, whenever the page has time (the mosaic)
//   .base  points, axes and layers: redrawn when data, theme or view change
//   .top   what moves: the cross at the code, the ends of a path
// Places in the plane are called (x, y), places on the screen (left, top).

const MARGIN = { left: 46, right: 10, top: 8, bottom: 42 };
const LANES = 10; // where a code is one number, each class has a row of its own

class LatentMap {
  constructor(element) {
    this.element = element;
    [this.back, this.base, this.top] = ["back", "base", "top"].map((name) =>
      element.querySelector(`canvas.${name}`)
    );
    this.points = new Float32Array(0); // x, y of each code
    this.labels = new Uint8Array(0);
    this.view = null; // { x, y, scale }: the middle, and pixels for a unit
    this.home = null; // the extent that `fit` goes to
    this.moved = false; // by the learner's hand
    this.lanes = false;
    this.axes = ["", ""];
  }

  // Size, colours and font as they are now; true where the size has changed.
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
    const read = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
    this.text = read("--st-text-color", "#1A1A1A");
    this.ground = read("--st-background-color", "#FFFFFF");
    this.grid = read("--st-border-color", "#DDDDDD");
    this.palette = read("--st-chart-categorical-colors", this.text).split(",").map((c) => c.trim());
    this.font = read("--st-font", "sans-serif");
    this.plot = {
      left: MARGIN.left,
      top: MARGIN.top,
      width: width - MARGIN.left - MARGIN.right,
      height: height - MARGIN.top - MARGIN.bottom,
    };
    return changed;
  }

  colour(label) {
    return this.palette[label % this.palette.length];
  }

  // Codes in the plane; where a code is one number, y is only the row of its class.
  setPoints(points, labels, lanes) {
    this.lanes = lanes;
    this.points = points;
    this.labels = labels;
    if (lanes) {
      for (let i = 0; i < labels.length; i++) {
        points[2 * i + 1] = labels[i] + (((i * 0.618) % 1) - 0.5) * 0.6;
      }
    }
    this.middles = classMiddles(points, labels);
  }

  // [left, right, bottom, top] that holds nearly all codes, and another extent if asked.
  extentOfPoints(including = null) {
    const sides = [0, 1].map((axis) => {
      const values = Float32Array.from({ length: this.points.length / 2 }, (_, i) =>
        this.points[2 * i + axis]
      ).sort();
      const at = (share) => values[Math.round(share * (values.length - 1))] ?? 0;
      const [low, high] = [at(0.003), at(0.997)];
      // At least one unit: the codes of a collapsed encoder lie in one place, and look like it.
      const half = Math.max((high - low) * 0.56, 0.5);
      return [(low + high) / 2 - half, (low + high) / 2 + half];
    });
    const extent = sides.flat();
    return including
      ? extent.map((side, i) => (i % 2 ? Math.max : Math.min)(side, including[i]))
      : extent;
  }

  // Look at an extent, unless the learner has moved the map.
  lookAt(extent) {
    const same = this.home && extent.every((side, i) => side === this.home[i]);
    this.home = extent;
    if (!this.view || (!same && !this.moved)) this.fit();
  }

  fit() {
    const [left, right, bottom, top] = this.home;
    const wide = this.plot.width / (right - left), high = this.plot.height / (top - bottom);
    this.moved = false;
    this.view = {
      x: (left + right) / 2,
      y: (bottom + top) / 2,
      scale: this.lanes ? wide : Math.min(wide, high),
    };
  }

  scaleY() {
    return this.lanes ? this.plot.height / (LANES + 0.4) : this.view.scale;
  }

  left(x) {
    return this.plot.left + this.plot.width / 2 + (x - this.view.x) * this.view.scale;
  }

  above(y) {
    if (this.lanes) y -= (LANES - 1) / 2 - this.view.y;
    return this.plot.top + this.plot.height / 2 - (y - this.view.y) * this.scaleY();
  }

  placeAt(left, top) {
    return [
      this.view.x + (left - this.plot.left - this.plot.width / 2) / this.view.scale,
      this.lanes ? 0 : this.view.y - (top - this.plot.top - this.plot.height / 2) / this.scaleY(),
    ];
  }

  zoom(factor, left = this.plot.left + this.plot.width / 2, top = this.plot.top + this.plot.height / 2) {
    const [x, y] = this.placeAt(left, top), home = this.plot.width / (this.home[1] - this.home[0]);
    const scale = Math.min(Math.max(this.view.scale * factor, home / 20), home * 400);
    const share = this.view.scale / scale;
    this.view = { x: x + (this.view.x - x) * share, y: y + (this.view.y - y) * share, scale };
    this.moved = true;
  }

  pan(right, down) {
    this.view.x -= right / this.view.scale;
    if (!this.lanes) this.view.y += down / this.view.scale;
    this.moved = true;
  }

  // ---- drawing -------------------------------------------------------------------------------

  // Start a canvas anew and draw inside the axes.
  paint(canvas, draw) {
    const context = canvas.getContext("2d");
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

  drawBase({ under = () => {}, over = () => {}, pointsOpacity = 0.6 }) {
    const context = this.paint(this.base, (inside) => {
      under(inside);
      this.drawPoints(inside, pointsOpacity);
      over(inside);
      this.drawClassNumbers(inside);
    });
    this.drawAxes(context);
  }

  // One dot a class is drawn, and then stamped wherever a code lies.
  drawPoints(context, opacity) {
    const radius = this.labels.length > 3000 ? 1.7 : 2.4, side = Math.ceil(2 * radius + 2);
    const stamps = this.palette.map((colour) => {
      const stamp = document.createElement("canvas");
      stamp.width = stamp.height = side * this.ratio;
      const pen = stamp.getContext("2d");
      pen.scale(this.ratio, this.ratio);
      pen.fillStyle = colour;
      pen.arc(side / 2, side / 2, radius, 0, 2 * Math.PI);
      pen.fill();
      return stamp;
    });
    const { left, top, width, height } = this.plot;
    context.globalAlpha = opacity;
    for (let i = 0; i < this.labels.length; i++) {
      const x = this.left(this.points[2 * i]), y = this.above(this.points[2 * i + 1]);
      if (x < left - side || x > left + width + side || y < top - side || y > top + height + side) {
        continue;
      }
      const stamp = stamps[this.labels[i] % stamps.length];
      context.drawImage(stamp, x - side / 2, y - side / 2, side, side);
    }
    context.globalAlpha = 1;
  }

  drawClassNumbers(context) {
    if (this.lanes || !this.middles.length) return;
    const spread = (axis) => {
      const values = this.middles.map((middle) => middle[axis]);
      return (Math.max(...values) - Math.min(...values)) * this.view.scale;
    };
    if (Math.max(spread(1), spread(2)) < 0.02 * this.plot.width) return; // all in one place
    context.font = `bold 17px ${this.font}`;
    for (const [label, x, y] of this.middles) this.write(context, String(label), x, y);
  }

  // Words at a place of the plane, with a rim so that they read over anything.
  write(context, words, x, y, colour = this.text, down = 0) {
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 4;
    context.strokeStyle = this.ground;
    context.fillStyle = colour;
    context.strokeText(words, this.left(x), this.above(y) + down);
    context.fillText(words, this.left(x), this.above(y) + down);
  }

  drawAxes(context) {
    const { left, top, width, height } = this.plot;
    context.strokeStyle = this.grid;
    context.lineWidth = 1;
    context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
    context.fillStyle = this.text;
    context.font = `12px ${this.font}`;
    context.textBaseline = "top";
    context.textAlign = "center";
    for (const [value, words] of ticks(...this.sides(0), width / 80)) {
      const x = this.left(value);
      line(context, [x, top + height], [x, top + height + 4]);
      context.fillText(words, x, top + height + 7);
    }
    context.textBaseline = "middle";
    context.textAlign = "right";
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

  // What is in view along an axis, from low to high.
  sides(axis) {
    const half = (axis ? this.plot.height : this.plot.width) / 2 / this.view.scale;
    const middle = axis ? this.view.y : this.view.x;
    return [middle - half, middle + half];
  }

  // The prior N(0, I): where it is one, two and three standard deviations from its middle.
  drawPrior(context, colour, [x, y]) {
    context.font = `12px ${this.font}`;
    for (const sigma of [1, 2, 3]) {
      context.strokeStyle = colour;
      context.lineWidth = 1.5;
      context.setLineDash([6, 4]);
      if (this.lanes) {
        for (const side of [x - sigma, x + sigma]) {
          line(context, [this.left(side), 0], [this.left(side), this.height]);
        }
      } else {
        context.beginPath();
        context.arc(this.left(x), this.above(y), sigma * this.view.scale, 0, 2 * Math.PI);
        context.stroke();
      }
      context.setLineDash([]);
      const [column, row, down] = this.lanes ? [x + sigma, LANES - 1, -8] : [x, y + sigma, -9];
      this.write(context, `${sigma}σ`, column, row, colour, down);
    }
  }

  // A closed line through places [[x, y], …], filled a little, or not where there are many.
  drawOutline(context, corners, colour, filled = true) {
    context.beginPath();
    for (const [x, y] of corners) context.lineTo(this.left(x), this.above(y));
    context.closePath();
    context.globalAlpha = filled ? 0.18 : 0;
    context.fillStyle = colour;
    context.fill();
    context.globalAlpha = 1;
    context.lineWidth = filled ? 2 : 1.5;
    context.strokeStyle = colour;
    context.stroke();
  }

  // Places with their numbers: discs, and squares where they are marked.
  drawNumbered(context, places, colour, marked = [], markedColour = colour) {
    context.font = `bold 11px ${this.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    places.forEach(([x, y], i) => {
      if (this.lanes) y = LANES - 1 - ((i + 0.5) * LANES) / places.length; // apart, to be read
      if (marked[i]) this.drawDisc(context, x, y, 9, markedColour, true);
      else this.drawDisc(context, x, y, 9, colour);
      context.fillStyle = "white";
      context.fillText(String(i + 1), this.left(x), this.above(y) + 0.5);
    });
  }

  drawDisc(context, x, y, radius, colour, square = false) {
    const left = this.left(x), top = this.above(y);
    context.beginPath();
    if (square) context.rect(left - radius, top - radius, 2 * radius, 2 * radius);
    else context.arc(left, top, radius, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = "white";
    context.stroke();
  }

  // Shade every place that is farther than `reach` from every code: shade all, then wipe a disc
  // around each code. `away` is a code's own distance from the plane that is drawn.
  drawHoles(context, codes, away, reach, colour) {
    const shade = document.createElement("canvas");
    shade.width = this.base.width;
    shade.height = this.base.height;
    const pen = shade.getContext("2d");
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, this.width, this.height);
    pen.globalCompositeOperation = "destination-out";
    for (let i = 0; i < away.length; i++) {
      const radius = Math.sqrt(Math.max(reach * reach - away[i] * away[i], 0)) * this.view.scale;
      const x = this.left(codes[2 * i]), y = this.above(codes[2 * i + 1]);
      if (radius === 0 || x < -radius || x > this.width + radius) continue;
      if (this.lanes) {
        pen.fillRect(x - radius, 0, 2 * radius, this.height);
        continue;
      }
      pen.beginPath();
      pen.arc(x, y, radius, 0, 2 * Math.PI);
      pen.fill();
    }
    context.globalAlpha = 0.22;
    context.drawImage(shade, 0, 0, this.width, this.height);
    context.globalAlpha = 1;
  }

  // Where the page is speaking of: a cross, or a line where a code is one number.
  drawCross(context, [x, y], colour) {
    const left = this.left(x), top = this.above(y);
    for (const [width, stroke] of [[6, this.ground], [2.5, colour]]) {
      context.lineWidth = width;
      context.strokeStyle = stroke;
      if (this.lanes) {
        line(context, [left, this.plot.top], [left, this.plot.top + this.plot.height]);
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
}

function line(context, [x0, y0], [x1, y1]) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

// Round numbers between low and high, about as many as asked for, each with its words.
function ticks(low, high, count) {
  const rough = (high - low) / Math.max(count, 2), power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) {
    const words = decimals > 5 ? (i * step).toExponential(1) : (i * step).toFixed(decimals);
    found.push([i * step, words.replace("-", "−")]);
  }
  return found;
}

// [label, x, y] of each class: the median of its codes.
function classMiddles(points, labels) {
  const classes = new Map();
  labels.forEach((label, i) => {
    if (!classes.has(label)) classes.set(label, [[], []]);
    classes.get(label)[0].push(points[2 * i]);
    classes.get(label)[1].push(points[2 * i + 1]);
  });
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  return [...classes].map(([label, [x, y]]) => [label, median(x), median(y)]);
}

// White on black, as digits are drawn all over the course. Values from 0 to 1.
function drawDigit(canvas, pixels, brightest = 1) {
  const context = canvas.getContext("2d"), image = context.createImageData(28, 28);
  for (let i = 0; i < 784; i++) {
    const value = Math.round((255 * pixels[i]) / brightest);
    image.data[4 * i] = image.data[4 * i + 1] = image.data[4 * i + 2] = value;
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

// The plane in which a map of many-dimensional codes is drawn (core.latent.Projection).
class Plane {
  constructor(origin, right, up) {
    Object.assign(this, { origin, right, up });
  }

  project(z, start = 0) {
    let x = 0, y = 0;
    for (let k = 0; k < this.origin.length; k++) {
      const offset = z[start + k] - this.origin[k];
      x += offset * this.right[k];
      y += offset * this.up[k];
    }
    return [x, y];
  }

  // z moved within the plane so that it projects onto (x, y); what lies across stays.
  move(z, [x, y]) {
    const [x0, y0] = this.project(z);
    return Float32Array.from(z, (value, k) => value + (x - x0) * this.right[k] + (y - y0) * this.up[k]);
  }

  // All codes of a flat array projected: x, y, x, y, …
  projectAll(codes) {
    const latent = this.origin.length, count = codes.length / latent;
    const places = new Float32Array(2 * count);
    for (let i = 0; i < count; i++) places.set(this.project(codes, i * latent), 2 * i);
    return places;
  }
}
