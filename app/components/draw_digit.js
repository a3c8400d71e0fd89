// Draw a digit, and see at once what an autoencoder makes of it.
//
// Strokes are kept as lines, so that they can be undone. With each move the scanner (strokes.js)
// makes a picture of 28 × 28 of them, the encoder a code, the decoder a picture again, and the
// classifier reads it. On release the 784 bytes go to Python.

class Drawing extends Part {
  constructor(root) {
    super(root, root.querySelector(".draw"));
    this.ink = root.querySelector(".ink");
    this.map = new LatentMap(root.querySelector(".map"));
    this.scanner = new Scanner();
    this.strokes = [];
    this.base = null; // the bytes of the digit that the learner started from
    this.bars = Array.from({ length: 10 }, (_, digit) => this.makeBar(digit));
    this.listen();
  }

  show({ encoder, decoder, judge, codes, starts }, data) {
    this.encode = this.network("encode", encoder);
    this.decode = this.network("decode", decoder);
    this.judge = judge && this.network("judge", judge);
    this.latent = encoder.header.latent;
    this.root.querySelector(".opinion").hidden = !this.judge;
    this.root.querySelector(".where").hidden = !codes;
    if (codes && codes !== this.codesPiece) {
      const { origin, right, up, codes: places, labels } = codes.arrays;
      this.plane = new Plane(origin, right, up);
      this.map.setPoints(this.plane.projectAll(places), labels, origin.length === 1);
      this.map.axes = data.axes;
      this.map.home = this.map.view = null;
    }
    this.codesPiece = codes;
    if (starts && starts !== this.startsPiece) this.offer(starts.arrays);
    this.startsPiece = starts;
    if (data.before && !this.shown && this.blank) {
      this.base = Uint8Array.from(atob(data.before), (byte) => byte.charCodeAt(0));
    }
    this.shown = true;
    this.frame.style.setProperty("--digit", `${28 * data.scale}px`);
    this.request(true);
  }

  network(name, piece) {
    this.pieces ??= {};
    if (this.pieces[name] === piece) return this[name];
    this.pieces[name] = piece;
    return buildNetwork(piece.header.network, piece.arrays.weights);
  }

  // Buttons with the digits that one may start from.
  offer({ images, labels }) {
    const box = this.root.querySelector(".choices");
    box.replaceChildren(...Array.from(labels, (label, i) => {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      const canvas = Object.assign(document.createElement("canvas"), { width: 28, height: 28 });
      const bytes = images.subarray(784 * i, 784 * (i + 1));
      drawDigit(canvas, bytes, 255);
      button.setAttribute("aria-label", `Start from a ${label}`);
      button.append(canvas);
      button.onclick = () => this.begin(bytes);
      return button;
    }));
    this.root.querySelector(".starts").hidden = labels.length === 0;
  }

  begin(base) {
    this.base = base;
    this.strokes = [];
    this.request();
    this.send();
  }

  makeBar(digit) {
    const box = document.createElement("div"), bar = document.createElement("div");
    const fill = document.createElement("i"), share = document.createElement("small");
    bar.className = "bar";
    bar.append(fill);
    box.append(share, bar, String(digit));
    this.root.querySelector(".bars").append(box);
    return { fill, share };
  }

  // ---- drawing ---------------------------------------------------------------------------------

  get blank() {
    return !this.base && this.strokes.length === 0;
  }

  draw() {
    if (!this.encode) return;
    const started = performance.now();
    this.drawInk();
    const pixels = this.scanner.scan(this.strokes, this.base);
    drawDigit(this.root.querySelector(".seen canvas"), pixels);
    const restored = this.root.querySelector(".restored canvas");
    const code = Float32Array.from(this.encode(pixels));
    const z = code.subarray(0, this.latent), logvar = code.subarray(this.latent);
    if (this.blank) restored.getContext("2d").clearRect(0, 0, 28, 28);
    else drawDigit(restored, this.decode(z));
    if (this.codesPiece && this.map.element.clientWidth) this.drawMap(z, logvar);
    if (this.judge) this.showOpinion(this.blank ? new Float32Array(10) : this.judge(pixels));
    this.drawn({ z: Array.from(z), drawMs: performance.now() - started });
  }

  drawInk() {
    const { ink, strokes } = this, ratio = globalThis.devicePixelRatio || 1;
    if (ink.width !== Math.round(280 * ratio)) ink.width = ink.height = Math.round(280 * ratio);
    const pen = ink.getContext("2d");
    pen.setTransform(ink.width, 0, 0, ink.width, 0, 0); // the paper is 1 wide and 1 high
    pen.clearRect(0, 0, 1, 1);
    if (this.base) {
      this.baseCanvas ??= Object.assign(document.createElement("canvas"), { width: 28, height: 28 });
      drawDigit(this.baseCanvas, this.base, 255);
      pen.imageSmoothingEnabled = false;
      pen.drawImage(this.baseCanvas, 0, 0, 1, 1);
    }
    pen.strokeStyle = "#FFF";
    pen.lineWidth = PEN / 28;
    pen.lineCap = pen.lineJoin = "round";
    for (const stroke of strokes) {
      pen.beginPath();
      pen.moveTo(...stroke[0]);
      for (const point of stroke) pen.lineTo(...point);
      pen.stroke();
    }
  }

  drawMap(z, logvar) {
    const { map, plane } = this;
    if (this.stale) {
      map.measure(this.host);
      map.lookAt(map.home ?? this.data.extent ?? map.extentOfPoints());
      map.drawBase({ pointsOpacity: 0.45 });
      this.stale = false;
    }
    map.paint(map.top, (context) => {
      if (this.blank) return;
      const place = plane.project(z), colour = this.data.colours.latent;
      map.drawCross(context, place, colour);
      if (logvar.length > 0 && !map.lanes) map.drawOutline(context, ellipse(place, logvar, plane), colour);
    });
  }

  showOpinion(shares) {
    let best = 0;
    shares.forEach((share, digit) => {
      const { fill, share: words } = this.bars[digit];
      fill.style.height = `${100 * share}%`;
      words.textContent = share >= 0.005 ? `${Math.round(100 * share)} %` : "\u00A0";
      if (share > shares[best]) best = digit;
    });
    this.reads = this.blank ? "nothing yet" : `${best}, ${Math.round(100 * shares[best])} percent`;
    this.root.querySelector(".opinion").setAttribute("aria-label", `The classifier reads: ${this.reads}`);
  }

  // ---- hands -----------------------------------------------------------------------------------

  listen() {
    const { ink, root } = this;
    const point = (event) => {
      const box = ink.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    };
    ink.onpointerdown = (event) => {
      if (this.pointer !== undefined) return; // one finger draws
      this.pointer = event.pointerId;
      ink.setPointerCapture(event.pointerId);
      this.strokes.push([point(event)]);
      this.request();
    };
    ink.onpointermove = (event) => {
      if (event.pointerId !== this.pointer) return;
      const moves = event.getCoalescedEvents?.() ?? [];
      for (const move of moves.length ? moves : [event]) this.strokes.at(-1).push(point(move));
      this.request();
    };
    ink.onpointerup = ink.onpointercancel = (event) => {
      if (event.pointerId !== this.pointer) return;
      this.pointer = undefined;
      this.send();
    };
    root.querySelector(".clear").onclick = () => this.begin(null);
    root.querySelector(".undo").onclick = () => this.undo();
    ink.onkeydown = (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "z") this.undo();
    };
  }

  // Take back the last stroke; before the first one, the digit that was started from.
  undo() {
    if (this.strokes.length) this.strokes.pop();
    else this.base = null;
    this.request();
    this.send();
  }

  // The digit as Python gets it: 784 bytes in base64, or nothing for an empty paper.
  send() {
    const pixels = this.scanner.scan(this.strokes, this.base);
    const bytes = Array.from(pixels, (value) => Math.round(255 * value));
    this.setStateValue("digit", this.blank ? null : btoa(String.fromCharCode(...bytes)));
    const words = this.judge && !this.blank ? `The classifier reads ${this.reads ?? "it"}` : "";
    this.root.querySelector(".spoken").textContent = words;
  }
}

// The outline of a posterior at one standard deviation, projected: m + L (cos, sin), where L Lᵀ
// is the covariance in the plane.
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
    return [x + a * cosine, y + b * cosine + c * sine];
  });
}

export default mount((root) => new Drawing(root));
