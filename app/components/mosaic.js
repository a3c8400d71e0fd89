// The map's background: what the decoder draws at the middle of every tile.
//
// Hundreds of decodings take a while, so they are made in idle slices: the browser calls when it
// has nothing better to do, and a move of the pointer is always better.

const TILE = 28; // pixels of the screen

const whenIdle =
  globalThis.requestIdleCallback ?? ((f) => setTimeout(() => f({ timeRemaining: () => 5 }), 30));

class Mosaic {
  constructor(map) {
    this.map = map;
    this.job = null;
  }

  clear() {
    this.job = null;
    this.map.back.width = this.map.back.height = 0;
  }

  // Start anew: `picture(x, y)` gives the 784 pixels at a place of the plane.
  start(picture) {
    const { map } = this, { left, top, width, height } = map.plot;
    const columns = Math.ceil(width / TILE), rows = map.lanes ? 1 : Math.ceil(height / TILE);
    map.back.width = columns * TILE;
    map.back.height = rows * TILE;
    Object.assign(map.back.style, {
      left: `${left}px`,
      top: `${top + (map.lanes ? height - TILE : 0)}px`,
      clipPath: `inset(0 ${columns * TILE - width}px ${map.lanes ? 0 : rows * TILE - height}px 0)`,
    });
    const ink = rgb(map.text), context = map.back.getContext("2d");
    const image = context.createImageData(28, 28);
    const job = (this.job = { next: 0 });
    const slice = (deadline) => {
      do {
        if (this.job !== job || job.next === columns * rows) return;
        const column = job.next % columns, row = Math.floor(job.next++ / columns);
        const place = map.placeAt(left + (column + 0.5) * TILE, top + (row + 0.5) * TILE);
        const pixels = picture(place);
        for (let i = 0; i < 784; i++) {
          image.data.set(ink, 4 * i);
          image.data[4 * i + 3] = 150 * pixels[i];
        }
        context.putImageData(image, column * TILE, row * TILE);
      } while (deadline.timeRemaining() > 4);
      whenIdle(slice);
    };
    whenIdle(slice);
  }
}

// A colour of the theme as three numbers.
function rgb(colour) {
  const pixel = document.createElement("canvas").getContext("2d");
  pixel.fillStyle = colour;
  pixel.fillRect(0, 0, 1, 1);
  return pixel.getImageData(0, 0, 1, 1).data.slice(0, 3);
}
