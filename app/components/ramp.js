// Colours for a number: an even ramp that reads on the ground it lies on.
//
// Lightness changes by the same amount at every step, away from the ground: the more, the darker
// on a light page, and the lighter on a dark one. Hue goes along, so that neighbours differ by
// more than lightness. Lightness and hue are those of OKLab (Björn Ottosson, 2020).

const ON_LIGHT = { lightness: [0.64, 0.27], hue: [165, 305] };
const ON_DARK = { lightness: [0.52, 0.93], hue: [285, 105] };
const CHROMA = 0.17; // less where a screen has no such colour

/**
 * The colour of a share, 0 to 1, as three numbers from 0 to 1.
 * @param {number} share
 * @param {boolean} dark whether the ground is
 */
export function ramp(share, dark) {
  const { lightness, hue } = dark ? ON_DARK : ON_LIGHT;
  const between = (/** @type {number[]} */ [from, to]) => from + (to - from) * share;
  for (let chroma = CHROMA; ; chroma -= 0.01) {
    const colour = screenColour(between(lightness), Math.max(chroma, 0), between(hue));
    const shown = colour.every((value) => value >= 0 && value <= 1);
    if (shown || chroma <= 0) return colour.map((value) => Math.min(Math.max(value, 0), 1));
  }
}

/**
 * The same as CSS has it.
 * @param {number} share
 * @param {boolean} dark
 */
export const rampColour = (share, dark) =>
  `rgb(${ramp(share, dark).map((value) => Math.round(255 * value)).join(" ")})`;

/**
 * A colour of OKLab in sRGB, outside of 0 to 1 where a screen has none.
 * @param {number} lightness
 * @param {number} chroma
 * @param {number} hue in degrees
 */
function screenColour(lightness, chroma, hue) {
  const a = chroma * Math.cos((hue * Math.PI) / 180), b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((v) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
}
