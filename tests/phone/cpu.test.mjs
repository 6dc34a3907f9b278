/** The CPU path: LiteRT.js in a worker draws the same bytes as Python, for every shipped int8 file. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { openBrowser, ROOT } from "./browser.mjs";
import { serve } from "./server.mjs";

const GOLDEN = path.join(ROOT, "out/phone-golden");
const BUILT = path.join(ROOT, "out/phone");
const golden = JSON.parse(readFileSync(path.join(GOLDEN, "golden.json"), "utf8"));
const { runtime } = JSON.parse(readFileSync(path.join(BUILT, "files.json"), "utf8"));
let server, browser, page;

before(async () => {
  server = await serve({
    built: BUILT, phone: path.join(ROOT, "phone"), golden: GOLDEN, models: path.join(ROOT, "models"), tests: path.join(ROOT, "tests/phone"),
  });
  browser = await openBrowser({ gpu: false });
  page = await browser.newPage();
  await page.goto(`${server.url}/tests/blank.html`);
});
after(async () => {
  await browser.close();
  await server.close();
});

/** Runs in the page: how many bytes differ from Python's. */
async function differing({ name, photos, sizes, worker, folder }) {
  const { CpuWorker } = await import("/phone/src/drawing/cpu_worker_client.js");
  const { load, toRgba } = await import("/tests/pictures.mjs");
  globalThis.worker ??= new CpuWorker({ worker: `/built/${worker}`, folder: `/built/${folder}` });
  const network = await load(`/models/${name}.tflite`);
  let differ = 0;
  for (const [width, height] of sizes) {
    for (let photo = 0; photo < photos; photo += 1) {
      const size = `${width}x${height}`;
      const rgba = toRgba(new Uint8Array(await load(`/golden/photo-${photo}-${size}.rgb`)));
      const bitmap = await createImageBitmap(new ImageData(new Uint8ClampedArray(rgba.buffer), width, height));
      const drawn = await globalThis.worker.draw(name, network, bitmap);
      const wanted = new Uint8Array(await load(`/golden/${name}-${photo}-${size}.rgb`));
      for (let n = 0; n < wanted.length; n += 1) differ += drawn[4 * Math.floor(n / 3) + (n % 3)] === wanted[n] ? 0 : 1;
      globalThis.worker.recycle(drawn);
    }
  }
  return differ;
}

const worker = runtime.find((name) => /^worker-/.test(name));
const folder = `${path.dirname(runtime.find((name) => name.endsWith(".wasm")))}/`;

for (const { name } of golden.networks.filter(({ bytes }) => bytes)) {
  test(`${name} draws the same bytes in the browser as in Python`, async () => {
    const job = { name, photos: golden.photos, sizes: golden.cpu_sizes, worker, folder };
    assert.equal(await page.evaluate(differing, job), 0);
  });
}
