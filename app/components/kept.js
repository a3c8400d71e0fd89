// Large data that is sent once and then kept: weights, codes, digits.
//
// Streamlit sends all of a component's data again when anything in it changes. So what is large
// and seldom changes travels in a component of its own that draws nothing, and stays on the
// page's shelf (shelf.js) for as long as this component is mounted. The components that draw
// receive fingerprints only.

import { putOnShelf, takeFromShelf, unpackPiece } from "./shelf.js";

/** @type {WeakMap<object, { id: string | null, turn: number }>} */
const HOLDERS = new WeakMap();

/** @param {{ data: Uint8Array, parentElement: ShadowRoot }} component */
export default function ({ data, parentElement }) {
  const holder = HOLDERS.get(parentElement) ?? { id: null, turn: 0 };
  HOLDERS.set(parentElement, holder);
  const turn = ++holder.turn;
  const piece = unpackPiece(data);
  if (piece.header.id !== holder.id) {
    const before = holder.id;
    holder.id = piece.header.id;
    putOnShelf(piece.header.id, piece);
    if (before) takeFromShelf(before);
  }
  return () => {
    if (holder.turn !== turn) return; // a newer call has taken over
    if (holder.id) takeFromShelf(holder.id);
    HOLDERS.delete(parentElement);
  };
}
