/** After the first visit the page works without its server, and takes pictures that other apps share. */
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "./browser.mjs";
import { cameraDraws, shown, until, visit } from "./visit.mjs";

let visited, page;
before(async () => {
  visited = await visit({ worker: true });
  page = visited.page;
});
after(() => visited.close());

test("after the first visit the service worker has loaded all looks for this engine", async () => {
  await until(page, async () => {
    const { looks } = globalThis.celcam.catalogue;
    const files = looks.flatMap((look) => [look.live.int8, ...Object.values(look.finish).map(({ file }) => file)]);
    const kept = await Promise.all([...files, "./"].map((file) => caches.match(new URL(file, location.href).href)));
    return kept.every(Boolean) && navigator.serviceWorker.controller !== null;
  });
  await cameraDraws(page, 1);
});

test("what another app shares is opened", async () => {
  // The share sheet sends a form to the page, as this one does.
  await page.evaluate(() => {
    document.body.insertAdjacentHTML("beforeend", `<form id="sheet" method="post" enctype="multipart/form-data" action="share">
      <input id="shared" type="file" name="file"></form>`);
  });
  await page.setInputFiles("#shared", path.join(ROOT, "datasets/samples/food_scikit_image_coffee.jpg"));
  await page.evaluate(() => document.getElementById("sheet").submit());
  await page.waitForFunction(() => globalThis.celcam?.mode === "photo");
  assert.equal(await page.evaluate(() => globalThis.celcam.source.width), 600);
});

test("with the server gone, the page starts and draws", async () => {
  await visited.server.close();
  await page.reload();
  await page.waitForFunction(() => document.body.classList.contains("ready"));
  await cameraDraws(page, 2);
  assert.ok((await shown(page)).deviation > 20);
});

test("another look is drawn without a connection", async () => {
  await page.evaluate(() => globalThis.celcam.choose(globalThis.celcam.catalogue.find("manga")));
  await page.waitForFunction(() => globalThis.celcam.view.look.name === "manga");
});

test("a look whose files are not here is explained in one line, and the look before stays", async () => {
  await page.evaluate(async () => {
    const look = globalThis.celcam.catalogue.looks.find((each) => each.live.int8 !== globalThis.celcam.view.look.live.int8);
    await (await caches.open("celcam-files")).delete(new URL(look.live.int8, location.href).href);
    await globalThis.celcam.choose(look);
  });
  await page.waitForFunction(() => document.getElementById("toast").textContent.startsWith("No connection"));
  assert.equal(await page.evaluate(() => globalThis.celcam.view.look.name), "manga");
});
