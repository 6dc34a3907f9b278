/** The first visit: a cartoon before anything is permitted, then the camera; nothing goes elsewhere, nothing fails. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cameraDraws, shown, visit } from "./visit.mjs";

let visited;
before(async () => { visited = await visit({ allowed: false, query: "?look=noir" }); });
after(() => visited.close());

test("a deep link shows its look on the bundled photo while nothing is permitted yet", async () => {
  const { page } = visited;
  assert.equal(await page.evaluate(() => globalThis.celcam.mode), "welcome");
  assert.equal(await page.evaluate(() => globalThis.celcam.view.look.name), "noir");
  assert.ok(await page.locator("#start").isVisible());
  const { mean, deviation } = await shown(page);
  assert.ok(mean > 20 && mean < 235 && deviation > 20, `${mean} ${deviation}`);
});

test("software that stands in for a GPU is left at once for the CPU", async () => {
  assert.equal(await visited.page.evaluate(() => globalThis.celcam.engine.name), "cpu");
});

test("only the files of the first picture were loaded before it", async () => {
  const { server } = visited;
  const networks = server.requests.filter((name) => name.endsWith(".tflite"));
  assert.equal(networks.length, 1, String(networks));
  assert.ok(!server.requests.some((name) => /jspi|threaded|compat/.test(name)), String(server.requests));
});

test("a camera that is not allowed is explained in one line, and the page goes on", async () => {
  const { page } = visited;
  await page.click("#start");
  await page.waitForFunction(() => document.getElementById("toast").textContent.includes("camera"));
  assert.equal(await page.evaluate(() => globalThis.celcam.mode), "welcome");
});

test("nothing was asked of another origin, the policy forbids it, and no error was reported", async () => {
  const { page, elsewhere, faults } = visited;
  assert.deepEqual(elsewhere, []);
  assert.deepEqual(faults, []);
  const refused = await page.evaluate(async () => {
    const violation = new Promise((resolve) => { document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective), { once: true }); });
    await fetch("https://example.com/").catch(() => {});
    return violation;
  });
  assert.equal(refused, "connect-src");
});

test("an allowed camera draws at once", async () => {
  const second = await visit();
  try {
    await cameraDraws(second.page);
    assert.ok((await shown(second.page)).deviation > 20);
    assert.deepEqual([second.elsewhere, second.faults], [[], []]);
  } finally {
    await second.close();
  }
});
