// When Python moves the learner, and when it only answers: wishes.js.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Wishes } from "../../app/components/wishes.js";

let wishes = new Wishes();
beforeEach(() => {
  wishes = new Wishes();
});

test("the first wish is new, the same one again is not, another one is", () => {
  assert.ok(wishes.isNew([0, 0]));
  assert.ok(!wishes.isNew([0, 0]));
  assert.ok(wishes.isNew([1, 0]));
  assert.ok(wishes.isNew([0, 0]), "and back again too");
});

test("a choice that comes back as a wish moves nobody, however many came after it", () => {
  wishes.isNew([0, 0]);
  assert.deepEqual(wishes.answer([1, 1]), { value: [1, 1], asked: [0, 0] });
  wishes.answer([2, 2]);
  assert.ok(!wishes.isNew([1, 1]));
  assert.ok(!wishes.isNew([2, 2]));
  assert.ok(wishes.isNew([1, 1]), "its answer has been heard: now Python means it");
});

test("a run that is late, with the wish before a choice, moves nobody", () => {
  wishes.isNew([0, 0]);
  wishes.answer([1, 1]);
  assert.ok(!wishes.isNew([0, 0]));
});

test("a key held down sends thirty choices before the first comes back", () => {
  wishes.isNew([0]);
  for (let i = 1; i <= 30; i++) wishes.answer([i]);
  for (let i = 1; i <= 30; i++) assert.ok(!wishes.isNew([i]));
});

test("choices that Python never takes up are forgotten in time", () => {
  wishes.isNew([0]);
  for (let i = 1; i <= 5000; i++) wishes.answer([i]);
  assert.ok(wishes.sent.length <= 1000);
});
