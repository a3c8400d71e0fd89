// The page's shelf of large data: pieces by their fingerprint, and who waits for one.
//
// kept.js fills it, the components that draw read from it. It hangs on the page under one
// symbol, because each component's script is a module of its own.
//
// A piece's bytes: the header's length (32 bits), the header as JSON, then the arrays that the
// header lists, each beginning at a multiple of four bytes.

/**
 * What Python packed with `kept.piece`; who uses a piece says what is in it.
 * @typedef {{ header: any, arrays: any, holders: number }} Piece
 */

/** @type {{ pieces: Map<string, Piece>, waiting: Set<() => void> }} */
export const SHELF = (/** @type {any} */ (globalThis)[Symbol.for("latent-walk-shelf")] ??= {
  pieces: new Map(), // by fingerprint
  waiting: new Set(), // functions to call when a piece arrives
});

const ARRAYS = { float32: Float32Array, uint8: Uint8Array };

/**
 * @param {Uint8Array} bytes
 * @returns {Piece}
 */
export function unpackPiece(bytes) {
  const buffer = bytes.slice().buffer; // a copy begins at an address that floats can begin at
  const headerLength = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, headerLength)));
  const aligned = (/** @type {number} */ offset) => Math.ceil(offset / 4) * 4;
  let offset = aligned(4 + headerLength);
  /** @type {Piece["arrays"]} */
  const arrays = {};
  /** @type {[string, keyof typeof ARRAYS, number][]} */
  const listed = header.arrays;
  for (const [name, type, length] of listed) {
    arrays[name] = new ARRAYS[type](buffer, offset, length);
    offset = aligned(offset + arrays[name].byteLength);
  }
  return { header, arrays, holders: 0 };
}

/** @param {string} id @param {Piece} piece */
export function putOnShelf(id, piece) {
  const there = SHELF.pieces.get(id) ?? piece;
  SHELF.pieces.set(id, there);
  there.holders++;
  for (const arrived of [...SHELF.waiting]) arrived();
}

/** @param {string} id */
export function takeFromShelf(id) {
  const piece = SHELF.pieces.get(id);
  if (piece && --piece.holders === 0) SHELF.pieces.delete(id);
}

/**
 * The pieces by these fingerprints, or null while one of them is still on its way.
 * @param {(string | null)[]} ids
 */
export function fromShelf(ids) {
  const pieces = ids.map((id) => (id ? SHELF.pieces.get(id) : undefined));
  return pieces.some((piece, i) => ids[i] && !piece) ? null : pieces;
}
