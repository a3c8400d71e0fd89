// What the parts of a page that draw by themselves have in common: their life.
//
// Streamlit calls a component's function when it is mounted and again whenever its data or the
// theme change; what it returns is called when it goes. `mount` makes one Part for each place on
// the page and keeps it over these calls. A Part says what it draws (`show` takes new data, `draw`
// a frame); here it is told when. What goes wrong, in drawing or under a hand, is reported to
// Python once, which then shows the server's figure.

import { fromShelf, SHELF } from "./shelf.js";

/** @typedef {(name: string, value: any) => void} SetStateValue */

/** @template {{ pieces: Record<string, string | null> }} Data what Python sends with each run */
export class Part {
  /** @type {Data} */
  data; // what was sent last
  /** @type {SetStateValue} */
  setStateValue;
  turn = 0;
  scheduled = 0; // the frame that is asked for
  stale = false; // so that this frame draws everything
  closed = false;
  reported = false;

  /**
   * @param {ShadowRoot} root
   * @param {HTMLElement} frame gets the class "drawn" or "failed"
   */
  constructor(root, frame) {
    this.root = root;
    this.host = root.host;
    this.frame = frame;
    this.arrived = this.guard(() => this.data && this.update(this.data));
    this.resized = new ResizeObserver(() => this.request(true));
    this.resized.observe(frame);
    SHELF.waiting.add(this.arrived);
  }

  close() {
    this.closed = true;
    this.resized.disconnect();
    SHELF.waiting.delete(this.arrived);
    cancelAnimationFrame(this.scheduled);
  }

  /**
   * @param {any} _pieces from the shelf, by name
   * @param {Data} _data
   */
  show(_pieces, _data) {}

  draw() {}

  /**
   * Take what Python sends, once all its pieces are on the shelf; `arrived` tries again.
   * @param {Data} data
   */
  update(data) {
    this.data = data;
    const names = Object.keys(data.pieces), pieces = fromShelf(Object.values(data.pieces));
    if (pieces) this.show(Object.fromEntries(names.map((name, i) => [name, pieces[i]])), data);
  }

  // Draw before the next frame; `all` also what only changes with data, theme or view.
  request(all = false) {
    this.stale ||= all;
    if (this.scheduled || this.closed) return;
    this.scheduled = requestAnimationFrame(() => {
      this.scheduled = 0;
      this.attempt(() => this.draw());
    });
  }

  /**
   * After a frame: what came out of it, for whoever listens.
   * @param {object} detail
   */
  drawn(detail) {
    this.frame.classList.add("drawn");
    this.host.dispatchEvent(new CustomEvent("latent-walk-drawn", { detail }));
  }

  /** @param {() => void} work */
  attempt(work) {
    if (this.closed) return; // a hand or a timer came after the end
    try {
      work();
    } catch (error) {
      console.warn("latent walk:", error);
      this.frame.classList.add("failed");
      if (!this.reported) this.setStateValue("failed", (this.reported = true));
    }
  }

  /**
   * Work for a handler or a timer: attempted, whenever it is called.
   * @template {any[]} A
   * @param {(...given: A) => void} work
   */
  guard(work) {
    return (/** @type {A} */ ...given) => this.attempt(() => work(...given));
  }
}

/**
 * A component's default export: `make` builds its Part from the root that holds its HTML.
 * @param {(root: ShadowRoot) => Part<any>} make
 */
export function mount(make) {
  /** @type {WeakMap<ShadowRoot, Part<any>>} */
  const parts = new WeakMap();
  /** @param {{ data: any, parentElement: ShadowRoot, setStateValue: SetStateValue }} component */
  const component = ({ data, parentElement, setStateValue }) => {
    const part = parts.get(parentElement) ?? attemptToMake(parentElement, setStateValue);
    if (!part) return undefined;
    parts.set(parentElement, part);
    const turn = ++part.turn;
    part.setStateValue = setStateValue;
    part.attempt(() => part.update(data));
    return () => {
      if (part.turn !== turn) return; // a newer call has taken over
      part.close();
      parts.delete(parentElement);
    };
  };
  /** @param {ShadowRoot} root @param {SetStateValue} setStateValue */
  const attemptToMake = (root, setStateValue) => {
    try {
      return make(root);
    } catch (error) {
      console.warn("latent walk:", error);
      setStateValue("failed", true);
      return null;
    }
  };
  return component;
}
