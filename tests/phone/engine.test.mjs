/** The WebGL2 engine against Python: float16 networks, within one level. */
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
  server = await serve({ phone: path.join(ROOT, "phone"), golden: GOLDEN, models: path.join(ROOT, "models"), tests: path.join(ROOT, "tests/phone") });
  browser = await openBrowser();
  page = await browser.newPage();
  await page.goto(`${server.url}/tests/blank.html`);
});
after(async () => {
  await browser.close();
  await server.close();
});

/** Runs in the page: draw a golden photo with a network, and compare. */
async function compare({ name, photo, size: [width, height] }) {
  const { Gpu } = await import("/phone/src/engine/gpu.js");
  const { readNetwork } = await import("/phone/src/engine/tflite.js");
  const { GpuNetwork } = await import("/phone/src/engine/network.js");
  const { load, difference, toRgba } = await import("/tests/pictures.mjs");
  globalThis.gpu ??= new Gpu(new OffscreenCanvas(8, 8));
  globalThis.networks ??= {};
  const gpu = globalThis.gpu;
  globalThis.networks[name] ??= new GpuNetwork(gpu, readNetwork(await load(`/models/${name}.tflite`)));
  const [input, drawn] = [gpu.picture(width, height), gpu.picture(width, height)];
  const size = `${width}x${height}`;
  gpu.upload(input, toRgba(new Uint8Array(await load(`/golden/photo-${photo}-${size}.rgb`))));
  globalThis.networks[name].draw(input, drawn);
  return difference(gpu.read(drawn), new Uint8Array(await load(`/golden/${name}-${photo}-${size}.rgb`)));
}

for (const { name, bytes } of golden.networks) {
  test(`${name} is drawn by WebGL2 ${bytes ? "about" : "within one level"} as by Python`, async () => {
    for (const [n, size] of golden.network_sizes.slice(0, bytes ? 1 : 2).entries()) {
      for (let photo = 0; photo < (n || bytes ? 1 : golden.photos); photo += 1) {
        const { most, decibels } = await page.evaluate(compare, { name, photo, size });
        if (bytes) assert.ok(decibels > 40, `${name}, photo ${photo}: ${decibels.toFixed(1)} dB`);
        else assert.ok(most <= 1, `${name}, photo ${photo}, ${size}: ${most} levels`);
      }
    }
  });
}
