// The real digits: all of them unpacked from one compressed piece, or fetched one by one.

class Digits {
  constructor(changed) {
    this.changed = changed; // called when a picture has arrived
    this.fetched = new Map();
    this.busy = false;
  }

  // A piece of the shelf with zlib-compressed pictures, or an address with {i} in it, or neither.
  use(piece, address) {
    if (piece === this.piece && address === this.address) return;
    Object.assign(this, { piece, address, pixels: null });
    this.fetched.clear();
    if (piece) this.unpack(piece);
  }

  async unpack(piece) {
    const packed = new Blob([piece.arrays.packed]).stream();
    const stream = packed.pipeThrough(new DecompressionStream("deflate"));
    const pixels = new Uint8Array(await new Response(stream).arrayBuffer());
    if (this.piece !== piece) return;
    this.pixels = pixels;
    this.changed();
  }

  get any() {
    return Boolean(this.piece || this.address);
  }

  // Draw digit i on a canvas, at once if it is here; else fetch it and call `changed`.
  draw(i, canvas) {
    if (this.pixels) drawDigit(canvas, this.pixels.subarray(784 * i, 784 * (i + 1)), 255);
    else if (this.fetched.has(i)) {
      const context = canvas.getContext("2d");
      context.imageSmoothingEnabled = false;
      context.drawImage(this.fetched.get(i), 0, 0, 28, 28);
    } else if (this.address) this.fetchOne(i);
  }

  // One at a time: while the pointer flies over the map only the digits where it rests matter.
  async fetchOne(i) {
    if (this.busy) return;
    this.busy = true;
    const { address } = this;
    try {
      const answer = await fetch(address.replace("{i}", i));
      if (answer.ok && address === this.address) {
        if (this.fetched.size > 300) this.fetched.delete(this.fetched.keys().next().value);
        this.fetched.set(i, await createImageBitmap(await answer.blob()));
      }
    } catch {
      // No connection: the map goes on without this picture, and the next move asks again.
    } finally {
      this.busy = false;
    }
    this.changed();
  }
}
