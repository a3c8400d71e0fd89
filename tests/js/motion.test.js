// What moves when no hand moves it: motion.js.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Glide, onCurve, Row, stopsAmong, Stroll } from "../../app/components/motion.js";
import { Plane } from "../../app/components/plane.js";

const code = (...numbers) => Float32Array.from(numbers);
const close = (a, b, within = 1e-6) =>
  assert.ok(a.length === b.length && a.every((v, i) => Math.abs(v - b[i]) <= within), `${a} / ${b}`);
const CORNERS = [code(1, 1), code(-1, 1), code(-1, -1), code(1, -1)];

test("a glide begins and ends where it should, is half way at half time, and never turns back", () => {
  const glide = new Glide([0, 10], [4, -10], 1000, 250);
  close(glide.at(1000), [0, 10]);
  close(glide.at(1125), [2, 0]);
  close(glide.at(1250), [4, -10]);
  close(glide.at(9999), [4, -10]);
  const way = Array.from({ length: 26 }, (_, i) => glide.at(1000 + 10 * i)[0]);
  assert.ok(way.every((x, i) => i === 0 || x >= way[i - 1]));
});

test("a glide of no time is there at once", () => {
  close(new Glide([0], [4], 1000, 0).at(1000), [4]);
});

test("a row goes to new numbers, from where it is on its way, and stands still for the same ones", () => {
  const row = new Row();
  assert.ok(row.goTo([0, 0], 0, 250), "the first numbers are there at once");
  close(row.at, [0, 0]);
  assert.ok(!row.step(10));
  assert.ok(!row.goTo([0, 0], 20, 250));
  row.goTo([4, 8], 1000, 250);
  assert.ok(!row.goTo([4, 8], 1100, 250), "another run asks for the same");
  assert.ok(row.step(1125));
  close(row.at, [2, 4]);
  row.goTo([2, 0], 1125, 250);
  row.step(1250);
  close(row.at, [2, 2]);
  row.step(1375);
  close(row.at, [2, 0]);
  assert.ok(!row.step(1400));
  row.goTo([1, 2, 3], 2000, 250);
  close(row.at, [1, 2, 3], 0);
});

test("the closed curve goes through every stop and comes round to the first", () => {
  for (let i = 0; i < 9; i++) close(onCurve(CORNERS, i), CORNERS[i % 4]);
});

test("the closed curve has no corner: before and after a stop it goes the same way", () => {
  const step = 1e-3;
  for (const t of [0, 1, 2, 3]) {
    const [before, at, after] = [t + 8 - step, t + 8, t + 8 + step].map((u) => onCurve(CORNERS, u));
    const into = at.map((v, k) => (v - before[k]) / step), out = after.map((v, k) => (v - at[k]) / step);
    close(into, out, 0.02);
  }
});

test("a stroll starts where one stands and does not jump, also after a long while out of sight", () => {
  const stroll = new Stroll(code(5, 5), CORNERS);
  close(stroll.at(0), [5, 5]);
  let last = code(5, 5);
  for (let now = 16; now < 30_000; now += 16) {
    const here = stroll.at(now > 20_000 ? now + 60_000 : now);
    assert.ok(Math.hypot(here[0] - last[0], here[1] - last[1]) < 0.5, `${last} to ${here}`);
    last = here;
  }
});

test("a stroll's stops are real codes, one of each class, and go around their middle once", () => {
  const plane = new Plane(code(0, 0), code(1, 0), code(0, 1));
  // Of class 0 the code in the middle of three is to be found; the other classes have one each.
  const codes = code(0.5, 1, 1, 1, 1.5, 1, -1, -1, 1, -1, -1, 1), labels = Uint8Array.of(0, 0, 0, 1, 2, 3);
  const stops = stopsAmong(codes, labels, plane);
  assert.deepEqual(stops.map((stop) => [...stop]), [[-1, -1], [1, -1], [1, 1], [-1, 1]]);
});
