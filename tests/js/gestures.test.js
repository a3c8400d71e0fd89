// What a hand means, event by event, with no page: gestures.js.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Gestures } from "../../app/components/gestures.js";

const MOUSE = { pointerType: "mouse", button: 0, shiftKey: false };
const KEY = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

let gestures = new Gestures();
beforeEach(() => {
  gestures = new Gestures();
});

// A pointer that goes down, of a mouse unless said; under it is nothing to take unless said.
const down = (pointerId, at, more = {}, under = null) =>
  gestures.down({ ...MOUSE, pointerId, ...more }, at, under);
const finger = (pointerId, at, under = null) => down(pointerId, at, { pointerType: "touch" }, under);
const move = (pointerId, at, pointerType = "touch") => gestures.move({ pointerId, pointerType }, at);
const up = (pointerId) => gestures.up({ pointerId });
const cancel = (pointerId) => gestures.cancel({ pointerId });
const key = (name, more = {}) => gestures.keyDown({ ...KEY, key: name, ...more });

test("one pointer chooses where it goes, and the last place counts when it leaves", () => {
  assert.deepEqual(down(1, [10, 20]), [{ kind: "choose", at: [10, 20] }]);
  assert.deepEqual(move(1, [30, 40]), [{ kind: "choose", at: [30, 40] }]);
  assert.deepEqual(up(1), [{ kind: "release", held: "code" }]);
  assert.deepEqual(move(1, [50, 60]), [], "a finger that has left says nothing");
  assert.deepEqual(up(1), []);
});

test("an end of the path under the pointer is dragged, the code stays", () => {
  assert.deepEqual(down(1, [10, 20], {}, 0), []);
  assert.deepEqual(move(1, [30, 40]), [{ kind: "drag", end: 0, at: [30, 40] }]);
  assert.deepEqual(up(1), [{ kind: "release", held: 0 }]);
});

test("only a mouse with no button down looks", () => {
  assert.deepEqual(move(1, [10, 20], "mouse"), [{ kind: "look", at: [10, 20] }]);
  assert.deepEqual(move(2, [10, 20], "touch"), []);
  down(2, [10, 20]);
  assert.deepEqual(move(1, [30, 40], "mouse"), [], "not while a finger is at it");
  assert.deepEqual(gestures.leave(), [{ kind: "look", at: null }]);
});

test("a finger takes the mark where it is set on it", () => {
  assert.deepEqual(finger(1, [10, 20], "mark"), [{ kind: "choose", at: [10, 20] }]);
  assert.ok(gestures.moves, "the page may not scroll under it");
  assert.deepEqual(move(1, [30, 40]), [{ kind: "choose", at: [30, 40] }]);
  assert.deepEqual(up(1), [{ kind: "release", held: "code" }]);
});

test("a finger set on an end of the path drags it", () => {
  finger(1, [10, 20], 1);
  assert.ok(gestures.moves);
  assert.deepEqual(move(1, [30, 40]), [{ kind: "drag", end: 1, at: [30, 40] }]);
});

test("a finger's tap elsewhere chooses when it lifts, though it slips a little", () => {
  assert.deepEqual(finger(1, [10, 20]), []);
  assert.ok(!gestures.moves, "it may become a swipe");
  assert.deepEqual(move(1, [13, 16]), []);
  assert.deepEqual(up(1), [{ kind: "tap", at: [10, 20] }, { kind: "release", held: "code" }]);
});

test("a finger's swipe is the page's: it chooses nothing, however it ends", () => {
  for (const end of [up, cancel]) {
    finger(1, [10, 20]);
    assert.deepEqual(move(1, [10, 60]), []);
    assert.deepEqual(move(1, [10, 20]), [], "also back where it began");
    assert.deepEqual(end(1), []);
  }
});

test("two fingers move the map wherever the first one was set, and take nothing back from a tap", () => {
  finger(1, [0, 0]);
  assert.deepEqual(finger(2, [100, 0]), []);
  assert.ok(gestures.moves);
  assert.equal(move(2, [200, 0])[1].factor, 2);
});

test("a sample is tapped by a mouse too, and a drag from it goes elsewhere", () => {
  assert.deepEqual(down(1, [10, 20], {}, "sample"), []);
  assert.deepEqual(move(1, [13, 16], "mouse"), []);
  assert.deepEqual(up(1), [{ kind: "tap", at: [10, 20] }, { kind: "release", held: "code" }]);
  down(1, [10, 20], {}, "sample");
  assert.deepEqual(move(1, [40, 20], "mouse"), [{ kind: "choose", at: [40, 20] }]);
  assert.deepEqual(up(1), [{ kind: "release", held: "code" }]);
});

for (const [name, more] of [
  ["the middle button", { pointerType: "mouse", button: 1 }],
  ["shift", { pointerType: "mouse", shiftKey: true }],
]) {
  test(`${name} holds the map, also where an end of the path lies`, () => {
    assert.deepEqual(down(1, [10, 20], more, 1), []);
    assert.deepEqual(move(1, [13, 16], "mouse"), [{ kind: "pan", right: 3, down: -4 }]);
    assert.deepEqual(up(1), [], "nothing was chosen");
    assert.deepEqual(down(1, [10, 20]), [{ kind: "choose", at: [10, 20] }]);
  });
}

for (const button of [2, 3, 4, 5]) {
  test(`button ${button} (right, back, forward, eraser) does nothing`, () => {
    assert.deepEqual(down(1, [10, 20], { button }), []);
    assert.deepEqual(move(1, [30, 40], "pen"), []);
    assert.deepEqual(up(1), []);
  });
}

test("two fingers zoom by their distance around their middle, and their middle moves the map", () => {
  down(1, [0, 0]);
  down(2, [100, 0]);
  const [pan, zoom] = move(2, [200, 0]);
  assert.deepEqual(pan, { kind: "pan", right: 50, down: 0 });
  assert.deepEqual(zoom, { kind: "zoom", factor: 2, at: [100, 0] });
  assert.equal(move(1, [100, 0])[1].factor, 0.5);
});

test("fingers that lie on each other do not zoom without end", () => {
  down(1, [50, 50]);
  down(2, [50, 50]);
  for (const at of [[50, 50], [60, 50], [50, 50]]) {
    const { factor } = move(2, at)[1];
    assert.ok(factor >= 0.1 && factor <= 10, `${factor}`);
  }
});

for (const [held, under] of [["code", "mark"], ["end of the path", 1]]) {
  test(`a second finger takes back what the first had done to the ${held}`, () => {
    finger(1, [10, 20], under);
    move(1, [15, 20]);
    assert.deepEqual(finger(2, [90, 20]), [{ kind: "takeBack" }]);
    assert.deepEqual(finger(3, [90, 90]), [], "once");
  });
}

test("of two fingers one lifts: the other moves the map on, chooses nothing, and may be joined again", () => {
  down(1, [0, 0]);
  down(2, [100, 0]);
  assert.deepEqual(up(1), []);
  assert.deepEqual(move(2, [110, 5]), [{ kind: "pan", right: 10, down: 5 }], "no jump either");
  assert.deepEqual(down(3, [210, 5]), []);
  assert.equal(move(3, [310, 5])[1].factor, 2);
  assert.deepEqual(up(3), []);
  assert.deepEqual(up(2), []);
  assert.deepEqual(down(4, [7, 7]), [{ kind: "choose", at: [7, 7] }], "a hand of its own again");
});

test("a pointer that the browser takes away has chosen nothing", () => {
  down(1, [10, 20]);
  move(1, [30, 40]);
  assert.deepEqual(cancel(1), [{ kind: "takeBack" }]);
  assert.deepEqual(cancel(1), [], "pointercancel is followed by lostpointercapture");
  down(2, [10, 20], {}, 0);
  assert.deepEqual(cancel(2), [{ kind: "takeBack" }]);
  down(3, [10, 20], { shiftKey: true });
  assert.deepEqual(cancel(3), [], "a map stays where it is");
});

test("after a release the lost capture takes nothing back", () => {
  down(1, [10, 20]);
  up(1);
  assert.deepEqual(cancel(1), []);
});

test("of two fingers one is taken away: the other goes on", () => {
  down(1, [0, 0]);
  down(2, [100, 0]);
  assert.deepEqual(cancel(2), []);
  assert.deepEqual(move(1, [5, 0]), [{ kind: "pan", right: 5, down: 0 }]);
  assert.deepEqual(up(1), []);
});

test("the wheel zooms around the pointer once the map is chosen, and always with control", () => {
  const wheel = (deltaY, ctrlKey, chosen) => gestures.wheel({ deltaY, ctrlKey }, [5, 6], chosen);
  assert.deepEqual(wheel(100, false, false), [], "the page scrolls");
  const [near] = wheel(-100, false, true), [far] = wheel(100, false, true);
  assert.ok(near.factor > 1);
  assert.ok(Math.abs(near.factor * far.factor - 1) < 1e-12, "there and back");
  assert.deepEqual(near.at, [5, 6]);
  assert.equal(wheel(-10, true, false)[0].kind, "zoom", "a trackpad's pinch comes as that");
});

test("arrow keys step, shorter with shift, and the code is released with the key", () => {
  assert.deepEqual(key("ArrowLeft"), [{ kind: "step", right: -0.025, up: 0 }]);
  assert.deepEqual(key("ArrowUp"), [{ kind: "step", right: 0, up: 0.025 }]);
  assert.ok(key("ArrowDown", { shiftKey: true })[0].up > -0.025);
  assert.deepEqual(gestures.keyUp({ key: "a" }), []);
  assert.deepEqual(gestures.keyUp({ key: "ArrowUp" }), [{ kind: "release", held: "code" }]);
  assert.deepEqual(gestures.keyUp({ key: "ArrowLeft" }), [], "once");
});

test("an arrow key that is still down when the keyboard goes elsewhere counts as released", () => {
  key("ArrowLeft");
  assert.deepEqual(gestures.blur(), [{ kind: "release", held: "code" }]);
  assert.deepEqual(gestures.blur(), []);
});

test("plus, minus and 0 zoom; the browser's own shortcuts and other keys are left to it", () => {
  assert.deepEqual([key("+"), key("=")], Array(2).fill([{ kind: "zoom", factor: 1.5 }]));
  assert.deepEqual(key("-"), [{ kind: "zoom", factor: 1 / 1.5 }]);
  assert.deepEqual(key("0"), [{ kind: "fit" }]);
  for (const modifier of ["ctrlKey", "metaKey", "altKey"]) {
    assert.deepEqual(key("ArrowLeft", { [modifier]: true }), []);
    assert.deepEqual(key("0", { [modifier]: true }), []);
  }
  assert.deepEqual(key("Tab"), []);
  assert.deepEqual(key("toString"), []);
});
