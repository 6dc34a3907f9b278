/** The GPU path on the page: drawn by force with the software adapter, lost and recovered; and a browser without WebGL2. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { shown, visit } from "./visit.mjs";

test("a GPU that forgets everything is set up again", async () => {
  const visited = await visit({ query: "?engine=webgl2", allowed: false, size: [320, 320] });
  const { page } = visited;
  try {
    assert.equal(await page.evaluate(() => globalThis.celcam.engine.name), "webgl2");
    assert.ok((await shown(page)).deviation > 20);
    await page.evaluate(async () => {
      const gl = globalThis.celcam.painter.gpu.gl;
      const lose = gl.getExtension("WEBGL_lose_context");
      const lost = new Promise((resolve) => { gl.canvas.addEventListener("webglcontextlost", resolve, { once: true }); });
      lose.loseContext();
      await lost;
      globalThis.framesBefore = globalThis.celcam.frames;
      setTimeout(() => lose.restoreContext(), 50);
    });
    await page.waitForFunction(() => globalThis.celcam.frames > globalThis.framesBefore && !globalThis.celcam.lost);
    assert.ok((await shown(page)).deviation > 20);
    assert.deepEqual(visited.faults, []);
  } finally {
    await visited.close();
  }
});

test("without WebGL2 the CPU draws the network's picture, and the page says so", async () => {
  const visited = await visit({ gpu: false, allowed: false });
  try {
    assert.match(await visited.page.evaluate(() => globalThis.celcam.engine.label), /without WebGL2/);
    assert.match(await visited.page.textContent("#toast"), /no WebGL2/);
    assert.ok((await shown(visited.page)).deviation > 20);
  } finally {
    await visited.close();
  }
});
