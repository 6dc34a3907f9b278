/** The finishes as shaders against Python's: within two levels, on the bundled photos. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { openBrowser, ROOT } from "./browser.mjs";
import { serve } from "./server.mjs";

const GOLDEN = path.join(ROOT, "out/phone-golden");
const golden = JSON.parse(readFileSync(path.join(GOLDEN, "golden.json"), "utf8"));
let server, browser, page;

before(async () => {
  server = await serve({ phone: path.join(ROOT, "phone"), golden: GOLDEN, tests: path.join(ROOT, "tests/phone") });
  browser = await openBrowser();
  page = await browser.newPage();
  await page.goto(`${server.url}/tests/blank.html`);
});
after(async () => {
  await browser.close();
  await server.close();
});

/** Runs in the page: finish what Python's network drew, and compare with Python's finish. */
async function compare({ name, style, photo, small, full }) {
  const { Gpu } = await import("/phone/src/engine/gpu.js");
  const { loadFinish, GpuStage, enlarge } = await import("/phone/src/finishes/finish.js");
  const { load, difference, toRgba } = await import("/tests/pictures.mjs");
  globalThis.gpu ??= new Gpu(new OffscreenCanvas(8, 8));
  const gpu = globalThis.gpu;
  const folder = `/golden/finish-${name}`;
  const blob = async (address) => new Blob([await load(address)]);
  const files = await loadFinish(`${folder}/finish.json`, (file) => `${folder}/${file}`, blob);
  const [first, second] = [new GpuStage(gpu, files.small, files.tiles, small), new GpuStage(gpu, files.full, files.tiles, full)];
  const [drawn, bent] = [gpu.picture(...small), gpu.picture(...small)];
  const [large, shown] = [gpu.picture(...full), gpu.picture(...full)];
  gpu.upload(drawn, toRgba(new Uint8Array(await load(`/golden/${style}-float16-${photo}-${small.join("x")}.rgb`))));
  if (!first.isEmpty) first.draw(drawn, bent);
  enlarge(gpu, first.isEmpty ? drawn : bent, large);
  if (!second.isEmpty) second.draw(large, shown);
  return difference(gpu.read(second.isEmpty ? large : shown), new Uint8Array(await load(`/golden/look-${name}-${photo}.rgb`)));
}

for (const { name, style } of golden.looks) {
  test(`${name} is finished within two levels as by Python`, async () => {
    for (let photo = 0; photo < golden.photos; photo += 1) {
      const { most, above, decibels } = await page.evaluate(compare, { name, style, photo, small: golden.small, full: golden.full });
      assert.ok(most <= 2, `${name}, photo ${photo}: ${most} levels, ${above} bytes differ by more than 2, ${decibels.toFixed(1)} dB`);
    }
  });
}
