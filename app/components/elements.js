// Elements of the page, and an error with a name where one is not as a part needs it.

/**
 * The first element inside `root` that a selector finds.
 * @template {Element} E
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => E} kind
 * @returns {E}
 */
export function find(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`no ${kind.name} at ${selector}`);
  return found;
}

/**
 * A canvas that is not on the page.
 * @param {number} width @param {number} height
 */
export function newCanvas(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

/**
 * What draws on a canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
export function penOf(canvas, settings) {
  const pen = canvas.getContext("2d", settings);
  if (!pen) throw new Error("this browser draws on no canvas");
  return pen;
}

/**
 * A colour of CSS as three bytes.
 * @param {string} colour
 */
export function rgb(colour) {
  const pen = penOf(newCanvas(1, 1));
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  return pen.getImageData(0, 0, 1, 1).data.slice(0, 3);
}
