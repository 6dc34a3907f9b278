/** The reader of `.tflite` files, also with damaged ones: it draws, or it gives one clear line. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { halfToFloat, NetworkFileError, readNetwork } from "../../phone/src/engine/tflite.js";
import { ROOT } from "./browser.mjs";

const MODELS = path.join(ROOT, "models");
const FILES = readdirSync(MODELS).filter((name) => name.endsWith(".tflite"));
const bytesOf = (name) => new Uint8Array(readFileSync(path.join(MODELS, name)));

test("every shipped network has convolutions, three channels in and three out", () => {
  assert.ok(FILES.length > 0);
  for (const name of FILES) {
    const graph = readNetwork(bytesOf(name).buffer);
    const convs = graph.operators.filter((each) => each.op === "conv");
    assert.ok(convs.length >= 6, name);
    assert.equal(convs[0].shape[3], 3, name);
    assert.equal(graph.channels.get(graph.output), 3, name);
  }
});

test("half-precision numbers are read as they are", () => {
  assert.equal(halfToFloat(0x3c00), 1);
  assert.equal(halfToFloat(0xc000), -2);
  assert.equal(halfToFloat(0x0001), 2 ** -24);
  assert.equal(halfToFloat(0x7bff), 65504);
  assert.equal(halfToFloat(0xfc00), -Infinity);
  assert.ok(Number.isNaN(halfToFloat(0x7e00)));
});

test("what is not a .tflite file is refused in one line", () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(100), new TextEncoder().encode("<!doctype html><html></html>")]) {
    assert.throws(() => readNetwork(bytes.buffer), (error) => error instanceof NetworkFileError && !error.message.includes("\n"));
  }
});

test("a file cut anywhere is refused in one line", () => {
  const whole = bytesOf(FILES[0]);
  for (let part = 0; part < 64; part += 1) {
    const cut = whole.slice(0, Math.floor((whole.length * part) / 64));
    assert.throws(() => readNetwork(cut.buffer), NetworkFileError);
  }
});

test("random damage is read as a network or refused in one line, and never hangs", () => {
  const whole = bytesOf(FILES[0]);
  let seed = 7;
  const random = (below) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  let refused = 0;
  for (let round = 0; round < 200; round += 1) {
    const damaged = whole.slice();
    // The structure lies at both ends of the file, the weights between.
    for (let n = 0; n < 12; n += 1) damaged[(random(2) ? whole.length - 4096 : 0) + random(4096)] = random(256);
    try {
      readNetwork(damaged.buffer);
    } catch (error) {
      assert.ok(error instanceof NetworkFileError, String(error.stack));
      refused += 1;
    }
  }
  assert.ok(refused > 20, `${refused} of 200 were refused`);
});
