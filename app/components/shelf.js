// The page's shelf of large data: pieces by their fingerprint, and who waits for one.
//
// kept.js fills it, the components that draw read from it. It hangs on the page under one
// symbol, because each component's script is a module of its own.
//
// A piece's bytes: the header's length (32 bits), the header as JSON, then the arrays that the
// header lists, each beginning at a multiple of four bytes.

const SHELF = (globalThis[Symbol.for("latent-walk-shelf")] ??= {
  pieces: new Map(), // fingerprint → { header, arrays, holders }
  waiting: new Set(), // functions to call when a piece arrives
});

function unpackPiece(bytes) {
  const buffer = bytes.slice().buffer; // a copy begins at an address that floats can begin at
  const headerLength = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, headerLength)));
  const aligned = (offset) => Math.ceil(offset / 4) * 4;
  let offset = aligned(4 + headerLength);
  const arrays = {};
  for (const [name, type, length] of header.arrays) {
    arrays[name] = new { float32: Float32Array, uint8: Uint8Array }[type](buffer, offset, length);
    offset = aligned(offset + arrays[name].byteLength);
  }
  return { header, arrays, holders: 0 };
}

function putOnShelf(id, piece) {
  if (!SHELF.pieces.has(id)) SHELF.pieces.set(id, piece);
  SHELF.pieces.get(id).holders++;
  for (const arrived of [...SHELF.waiting]) arrived();
}

function takeFromShelf(id) {
  const piece = SHELF.pieces.get(id);
  if (piece && --piece.holders === 0) SHELF.pieces.delete(id);
}

// The pieces by these fingerprints, or null while one of them is still on its way.
function fromShelf(ids) {
  const pieces = ids.map((id) => (id ? SHELF.pieces.get(id) : undefined));
  return pieces.some((piece, i) => ids[i] && !piece) ? null : pieces;
}
