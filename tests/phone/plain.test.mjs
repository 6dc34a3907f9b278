/** Sizes, the governor, wipes and pages: what needs no browser. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { Governor, LEVELS } from "../../phone/src/drawing/governor.js";
import { aspectOf, cropOf, fullSize, networkSize, stillSize } from "../../phone/src/drawing/sizes.js";
import { wipeAt } from "../../phone/src/extras/before_after.js";
import { LAYOUTS } from "../../phone/src/extras/comic_page.js";
import { roundEven } from "../../phone/src/finishes/text.js";
import { resized } from "../../phone/src/cpu/resize.js";
import { readNetwork } from "../../phone/src/engine/tflite.js";
import { ROOT } from "./browser.mjs";

test("finished sizes are multiples of 8, network sizes of 4, and both keep the aspect ratio", () => {
  for (const aspect of [9 / 20, 9 / 16, 3 / 4, 1, 4 / 3, 16 / 9]) {
    for (const side of [360, 480, 720]) {
      const full = fullSize(aspect, side);
      const network = networkSize(full, 240);
      assert.deepEqual(full.map((each) => each % 8), [0, 0]);
      assert.deepEqual(network.map((each) => each % 4), [0, 0]);
      assert.ok(Math.abs(full[0] / full[1] / aspect - 1) < 0.02, `${full}`);
      assert.ok(Math.abs(network[0] / network[1] / aspect - 1) < 0.03, `${network}`);
    }
  }
});

test("a framing turns with the screen", () => {
  assert.equal(aspectOf("4:5", [390, 844]), 4 / 5);
  assert.equal(aspectOf("4:5", [844, 390]), 5 / 4);
  assert.equal(aspectOf("1:1", [844, 390]), 1);
  assert.equal(aspectOf("full", [400, 800]), 0.5);
  assert.equal(aspectOf("full", [100, 1000]), 9 / 20);
});

test("a crop is the middle of the source, smaller by the zoom", () => {
  const source = { width: 640, height: 480 };
  assert.deepEqual(cropOf(source, 1, 1), [80, 0, 480, 480]);
  assert.deepEqual(cropOf(source, 1, 2), [200, 120, 240, 240]);
  assert.deepEqual(cropOf({ ...source, focus: 0 }, 1, 2), [200, 0, 240, 240]);
});

test("a still is never larger than what the sensor gave, nor than a phone can hold", () => {
  for (const source of [[640, 480], [4000, 3000], [12000, 9000]]) {
    const [width, height] = stillSize({ width: source[0], height: source[1] }, 3 / 4, 1);
    assert.ok(width <= source[0] && height <= source[1]);
    assert.ok(width * height <= 12_700_000);
  }
  assert.ok(stillSize({ width: 4000, height: 3000 }, 4 / 3, 1)[0] > 3900);
});

/** Draw `frames` frames whose time depends on the level. */
const run = (governor, frames, msAt) => {
  for (let n = 0; n < frames; n += 1) governor.note(msAt(governor.level));
  return governor.level;
};

test("a slow device steps down to what holds 24 frames a second, and stays there", () => {
  const governor = new Governor("webgl2");
  const ms = (level) => 20 * (level + 1);
  assert.equal(run(governor, 2000, ms), 1);
  assert.ok(ms(1) <= 1000 / 24);
});

test("a fast device steps up to the largest size, a very slow one to the smallest", () => {
  assert.equal(run(new Governor("cpu"), 2000, () => 5), LEVELS.cpu.length - 1);
  assert.equal(run(new Governor("cpu"), 2000, () => 500), 0);
});

test("a step up that fails is tried less and less", () => {
  const governor = new Governor("webgl2");
  let changes = 0;
  for (let n = 0; n < 6000; n += 1) changes += governor.note(governor.level > 2 ? 60 : 15) ? 1 : 0;
  assert.ok(changes < 20, `${changes} changes of size in 6000 frames`);
});

test("numbers are rounded as Python rounds them", () => {
  assert.deepEqual([0.5, 1.5, 2.5, -0.5, 2.4].map(roundEven), [0, 2, 2, 0, 2]);
});

test("the clip starts with the photo, ends with the cartoon, and never goes back", () => {
  const shares = Array.from({ length: 101 }, (_, n) => wipeAt(n / 100));
  assert.deepEqual([shares[0], shares[100]], [0, 1]);
  assert.ok(shares.every((share, n) => n === 0 || share >= shares[n - 1]));
});

test("the panels of a comic page cover it without overlapping", () => {
  for (const panels of Object.values(LAYOUTS)) {
    const area = panels.reduce((sum, [left, top, right, bottom]) => sum + (right - left) * (bottom - top), 0);
    assert.ok(Math.abs(area - 1) < 1e-9);
  }
});

test("a network for another size has it in every tensor", () => {
  const bytes = readFileSync(path.join(ROOT, "models/comic.tflite"));
  const copy = resized(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), 160, 120);
  assert.equal(copy.length, bytes.length);
  const before = readNetwork(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  assert.equal(readNetwork(copy.buffer).operators.length, before.operators.length);
  assert.notDeepEqual(Buffer.from(copy), bytes);
});
