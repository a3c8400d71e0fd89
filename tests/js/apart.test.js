// Labels that never lie on one another: apart.js.

import assert from "node:assert/strict";
import { test } from "node:test";

import { apart } from "../../app/components/apart.js";

const closest = (points) =>
  Math.min(...points.flatMap(([x, y], i) => points.slice(0, i).map(([u, v]) => Math.hypot(x - u, y - v))));

for (const [name, points] of [
  ["in one place", Array.from({ length: 10 }, () => [50, 50])],
  ["in a row", Array.from({ length: 10 }, (_, i) => [50 + i, 50])],
  ["in a heap", Array.from({ length: 10 }, (_, i) => [50 + ((7 * i) % 10), 50 + ((3 * i) % 10)])],
]) {
  test(`ten labels ${name} end 20 pixels apart, and near where they were`, () => {
    const found = apart(points, 20);
    assert.ok(closest(found) >= 20 - 1e-9, `${closest(found)}`);
    for (const [left, top] of found) assert.ok(Math.hypot(left - 50, top - 50) < 150);
  });
}

test("labels that have room stay, and those given are not touched", () => {
  const points = [[0, 0], [30, 0], [0, 30]];
  assert.deepEqual(apart(points, 20), points);
  const near = [[0, 0], [4, 0]];
  const [a, b] = apart(near, 20);
  assert.deepEqual(near, [[0, 0], [4, 0]]);
  assert.ok(Math.abs(a[0] + b[0] - 4) < 1e-9, "both give way by the same");
});
