// Colours for a number: ramp.js. Contrast is WCAG 2's, distance that of CIE L*a*b* (1976).

import assert from "node:assert/strict";
import { test } from "node:test";

import { ramp, rampColour } from "../../app/components/ramp.js";

const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const luminance = (rgb) => {
  const [r, g, b] = rgb.map(linear);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};
const GROUNDS = [[false, [1, 1, 1]], [true, [0x11 / 255, 0x14 / 255, 0x18 / 255]]]; // config.toml
const SHARES = Array.from({ length: 33 }, (_, i) => i / 32);

for (const [dark, ground] of GROUNDS) {
  const name = dark ? "dark" : "light";

  test(`every colour stands out from the ${name} page as WCAG asks of graphics, 3 to 1`, () => {
    for (const share of SHARES) assert.ok(contrast(ramp(share, dark), ground) >= 3, `${share}`);
  });

  test(`on the ${name} page a higher number is farther from the ground, by even steps`, () => {
    const lightness = SHARES.map((share) => 116 * Math.cbrt(luminance(ramp(share, dark))) - 16);
    const steps = lightness.slice(1).map((value, i) => (dark ? 1 : -1) * (value - lightness[i]));
    const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
    for (const step of steps) assert.ok(step > 0.5 * mean && step < 1.6 * mean, `${step} ${mean}`);
  });
}

test("a colour is written as CSS reads it", () => {
  assert.match(rampColour(0.5, false), /^rgb\(\d{1,3} \d{1,3} \d{1,3}\)$/);
});
