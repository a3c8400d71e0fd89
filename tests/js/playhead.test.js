// How a walk plays: playhead.js.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Playhead } from "../../app/components/playhead.js";

let head = new Playhead();
beforeEach(() => {
  head = new Playhead();
  head.goTo(0.5);
});

/** Where it stands at each of these moments, in milliseconds. */
const standing = (moments, steps = 0) =>
  moments.map((now) => {
    head.move(now, steps);
    return head.t;
  });

test("Play begins at the start, and moves evenly to the end", () => {
  head.play(1000);
  const [start, one, two] = standing([1000, 2000, 3000]);
  assert.equal(start, 0);
  assert.ok(one > 0 && two < 1);
  assert.ok(Math.abs(two - 2 * one) < 1e-12);
});

test("at the end it says so once, and rests there", () => {
  head.play(0);
  assert.equal(head.move(1, 0), false);
  assert.equal(head.move(60_000, 0), true);
  assert.deepEqual([head.t, head.playing], [1, false]);
  assert.equal(head.move(60_001, 0), false);
  head.play(70_000);
  assert.equal(head.t, 0, "and Play walks it again");
});

test("where motion is unwelcome it stands still on each of its steps, and misses none", () => {
  head.play(0);
  const seen = standing(Array.from({ length: 200 }, (_, i) => 50 * i), 10);
  assert.deepEqual([...new Set(seen)], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((k) => k / 10));
});

test("after a pause Play goes on from there, however long it was", () => {
  head.play(0);
  const [before] = standing([1000]);
  head.pause();
  assert.deepEqual(standing([5000]), [before]);
  head.play(9000);
  assert.deepEqual(standing([9000]), [before]);
});

test("a hand on the scrubber stops it, and Play begins at the start again", () => {
  head.play(0);
  head.move(1000, 0);
  head.pause();
  head.goTo(0.7);
  assert.deepEqual(standing([2000]), [0.7]);
  head.play(3000);
  assert.equal(head.t, 0);
});

test("t never leaves the walk", () => {
  head.goTo(1.5);
  assert.equal(head.t, 1);
  head.goTo(-0.5);
  assert.equal(head.t, 0);
});
