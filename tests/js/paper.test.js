// What a hand does to the paper, with no page: paper.js.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Paper } from "../../app/components/paper.js";

let paper = new Paper();
beforeEach(() => {
  paper = new Paper();
});

const down = (pointerId, dot, button = 0) => paper.down({ pointerId, button }, dot);
const stroke = (pointerId, ...dots) => {
  down(pointerId, dots[0]);
  paper.move({ pointerId }, dots.slice(1));
  paper.up({ pointerId });
};

test("a stroke goes through all dots from where the pointer went down", () => {
  assert.ok(paper.blank);
  assert.ok(down(1, [0, 0]));
  assert.ok(paper.move({ pointerId: 1 }, [[0.1, 0], [0.2, 0]]));
  assert.ok(paper.up({ pointerId: 1 }));
  assert.deepEqual(paper.strokes, [[[0, 0], [0.1, 0], [0.2, 0]]]);
  assert.ok(!paper.blank);
  assert.ok(!paper.move({ pointerId: 1 }, [[0.3, 0]]), "a mouse that hovers does not draw");
  assert.equal(paper.strokes[0].length, 3);
});

for (const button of [1, 2, 3, 4, 5]) {
  test(`button ${button} does not draw`, () => {
    assert.ok(!down(1, [0, 0], button));
    assert.ok(!paper.move({ pointerId: 1 }, [[0.1, 0]]));
    assert.ok(!paper.up({ pointerId: 1 }));
    assert.ok(paper.blank);
  });
}

test("a second finger does not draw, nor end the first one's stroke", () => {
  down(1, [0, 0]);
  assert.ok(!down(2, [0.9, 0.9]));
  assert.ok(!paper.move({ pointerId: 2 }, [[0.8, 0.8]]));
  assert.ok(!paper.up({ pointerId: 2 }));
  assert.ok(paper.move({ pointerId: 1 }, [[0.1, 0]]));
  assert.deepEqual(paper.strokes, [[[0, 0], [0.1, 0]]]);
});

test("undo in mid-stroke takes that stroke, and the pointer draws no further", () => {
  stroke(1, [0, 0], [0.1, 0]);
  down(1, [0.5, 0.5]);
  paper.undo();
  assert.ok(!paper.move({ pointerId: 1 }, [[0.6, 0.6]]));
  assert.ok(!paper.up({ pointerId: 1 }), "so nothing is sent");
  assert.deepEqual(paper.strokes, [[[0, 0], [0.1, 0]]]);
  assert.ok(down(1, [0.7, 0.7]), "the next stroke begins as ever");
});

test("clearing in mid-stroke leaves the paper blank until the pointer goes down again", () => {
  down(1, [0, 0]);
  paper.begin(null);
  assert.ok(!paper.move({ pointerId: 1 }, [[0.6, 0.6]]));
  assert.ok(paper.blank);
});

test("strokes are undone one by one, and then the digit that was started from", () => {
  paper.begin(new Uint8Array(784));
  stroke(1, [0, 0]);
  stroke(1, [1, 1]);
  const left = () => [paper.strokes.length, paper.blank];
  for (const expected of [[1, false], [0, false], [0, true], [0, true]]) {
    paper.undo();
    assert.deepEqual(left(), expected);
  }
});

test("an example lies there until a stroke begins, and a digit one starts from stays", () => {
  const image = new Uint8Array(784);
  paper.exemplify(image);
  assert.ok(!paper.blank);
  assert.ok(!down(1, [0, 0], 2));
  assert.equal(paper.base, image, "another button takes nothing away");
  stroke(1, [0, 0], [0.1, 0]);
  assert.equal(paper.base, null);
  assert.deepEqual(paper.strokes, [[[0, 0], [0.1, 0]]]);
  paper.begin(image);
  stroke(1, [0, 0]);
  assert.equal(paper.base, image);
});
