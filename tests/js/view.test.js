// The arithmetic of a map, with no page: view.js.

import assert from "node:assert/strict";
import { test } from "node:test";

import { View } from "../../app/components/view.js";

const looking = (more = {}) => {
  const view = Object.assign(new View(), { plot: { left: 40, top: 10, width: 400, height: 200 } }, more);
  view.lookAt([-2, 6, 0, 4]);
  return view;
};
const close = (a, b, within = 1e-9) =>
  a.forEach((value, i) => assert.ok(Math.abs(value - b[i]) < within, `${a} ${b}`));

test("an extent fills the plot, with units as long upwards as to the right", () => {
  const view = looking();
  close(view.pointOf([-2, 0]), [40, 210]);
  close(view.pointOf([6, 4]), [440, 10]);
});

test("a place and its point are each other's way back, in lanes too", () => {
  close(looking().placeAt(looking().pointOf([1.5, 2.25])), [1.5, 2.25]);
  close(looking({ lanes: true }).placeAt(looking({ lanes: true }).pointOf([1.5, 3])), [1.5, 0]);
});

test("zooming keeps the place under the pointer, and panning brings it along", () => {
  const view = looking(), place = view.placeAt([100, 50]);
  view.zoom(3, [100, 50]);
  close(view.pointOf(place), [100, 50]);
  view.pan(7, -9);
  close(view.pointOf(place), [107, 41]);
});

test("one cannot zoom so far that the codes are lost", () => {
  const view = looking(), home = view.scale;
  view.zoom(1e9);
  assert.ok(view.scale <= 400 * home);
  view.zoom(1e-9);
  assert.ok(view.scale >= home / 20);
});

test("another extent is looked at, unless the learner has moved the map", () => {
  const view = looking();
  view.lookAt([0, 8, 0, 4]);
  close([view.x], [4]);
  view.pan(50, 0);
  view.lookAt([1, 9, 0, 4]);
  close([view.x], [3]);
  view.fit();
  close([view.x], [5]);
});

test("a map that was moved does not stay where nothing is left of the codes", () => {
  const view = looking();
  view.pan(50, 0);
  view.lookAt([10, 18, 0, 4]);
  close([view.x], [14]);
});

test("the view goes smoothly to another extent, and a hand on the way takes over", () => {
  const view = looking(), scale = view.scale;
  view.lookAt([-2, 2, 0, 2], 1000, 250);
  close([view.x, view.scale], [2, scale], 1e-4);
  assert.ok(view.step(1125));
  close([view.x, view.scale], [1, Math.SQRT2 * scale], 1e-4);
  assert.ok(view.step(1250));
  close([view.x, view.scale], [0, 2 * scale]);
  assert.ok(!view.step(1300), "it is there");
  view.lookAt([-2, 6, 0, 4], 2000, 250);
  view.step(2100);
  view.pan(0, 0);
  const { x } = view;
  assert.ok(!view.step(2200));
  close([view.x], [x]);
});

test("what was seen of codes of another length means nothing: the next extent is seen at once", () => {
  const view = looking();
  view.pan(50, 0);
  view.forget();
  view.lookAt([0, 8, 0, 4], 1000, 250);
  close([view.x], [4]);
});
