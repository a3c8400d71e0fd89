// The paper that one draws on: what lies on it, and what a hand does to it.
//
// Nothing here touches the page, so that the tests need none.

/** @typedef {[number, number]} Dot right and down, in units of the paper's width */
/** @typedef {Dot[]} Stroke a line through dots */

export class Paper {
  /** @type {Stroke[]} */
  strokes = [];
  /** @type {Uint8Array | null} */
  base = null; // the 784 bytes of the digit that was started from
  isExample = false; // whether it lies there only until a hand draws
  /** @type {number | null} */
  pointer = null; // the one that draws now

  get blank() {
    return !this.base && this.strokes.length === 0;
  }

  /**
   * A pointer begins a stroke, unless another one draws. Of a mouse only the main button does.
   * Whether it draws now: as below, whether there is something to show or to send.
   * @param {Pick<PointerEvent, "pointerId" | "button">} event
   * @param {Dot} dot
   */
  down({ pointerId, button }, dot) {
    if (this.pointer !== null || button !== 0) return false;
    if (this.isExample) this.begin(null);
    this.pointer = pointerId;
    this.strokes.push([dot]);
    return true;
  }

  /**
   * @param {Pick<PointerEvent, "pointerId">} event
   * @param {Dot[]} dots where the pointer has been since it was last heard of
   */
  move({ pointerId }, dots) {
    if (pointerId !== this.pointer) return false;
    this.strokes[this.strokes.length - 1].push(...dots);
    return true;
  }

  /**
   * A stroke ends where the pointer leaves the paper, and where the browser takes it away.
   * @param {Pick<PointerEvent, "pointerId">} event
   */
  up({ pointerId }) {
    if (pointerId !== this.pointer) return false;
    this.pointer = null;
    return true;
  }

  // Take back the last stroke, also one that is being drawn; before the first one, the base.
  undo() {
    this.pointer = null;
    if (this.strokes.length) this.strokes.pop();
    else this.base = null;
  }

  /**
   * Begin anew: with a digit, or with nothing.
   * @param {Uint8Array | null} base
   */
  begin(base) {
    this.pointer = null;
    this.strokes = [];
    this.base = base;
    this.isExample = false;
  }

  /**
   * Begin with a digit that the first stroke takes away.
   * @param {Uint8Array} base
   */
  exemplify(base) {
    this.begin(base);
    this.isExample = true;
  }
}
