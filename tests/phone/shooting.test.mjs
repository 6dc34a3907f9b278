/** Stills, clips, the gallery, and what is made of them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "./browser.mjs";
import { cameraDraws, visit } from "./visit.mjs";

let visited, page;
before(async () => {
  visited = await visit();
  page = visited.page;
  await cameraDraws(page);
});
after(() => visited.close());

const reviewed = (kind) => page.waitForSelector(`#review[open] ${kind}`);
const closeReview = () => page.click("#review-close");

test("the shutter takes a picture at the camera's full size, and saving keeps a JPEG", async () => {
  await page.click("#shutter");
  await reviewed("img");
  const [width, height] = await page.evaluate(() => [globalThis.celcam.controls.shooting.last.drawn.width, globalThis.celcam.controls.shooting.last.drawn.height]);
  assert.ok(height > 480 - 16 && height <= 480, `${width}x${height}`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#review-save")]);
  assert.match(download.suggestedFilename(), /^celcam-\d{4}-\d{2}-\d{2}-\d{6}\.jpg$/);
  const bytes = readFileSync(await download.path());
  assert.deepEqual([...bytes.subarray(0, 3)], [0xff, 0xd8, 0xff]);
});

test("a clip of before and after is made of the picture", async () => {
  await page.click("#review-clip");
  await reviewed("video");
  const { size, type } = await page.evaluate(() => ({ size: globalThis.celcam.controls.shooting.last.file.size, type: globalThis.celcam.controls.shooting.last.file.type }));
  assert.ok(size > 1000, `${size} bytes`);
  assert.match(type, /^video\/(mp4|webm)$/);
  await closeReview();
});

test("holding the shutter records until it is released", async () => {
  await page.dispatchEvent("#shutter", "pointerdown", { pointerId: 1 });
  await page.waitForFunction(() => document.body.classList.contains("recording"));
  const frames = await page.evaluate(() => globalThis.celcam.frames);
  await page.waitForFunction((count) => globalThis.celcam.frames > count + 3, frames);
  await page.evaluate(() => globalThis.celcam.controls.shooting.stopRecording());
  await reviewed("video");
  assert.ok(await page.evaluate(() => globalThis.celcam.controls.shooting.last.file.size) > 1000);
  await closeReview();
});

test("the timer counts three seconds down", async () => {
  await page.click("#timer");
  await page.evaluate(() => {
    globalThis.counted = [];
    new MutationObserver(() => globalThis.counted.push(document.getElementById("countdown").textContent)).observe(document.getElementById("countdown"), { childList: true });
  });
  await page.click("#shutter");
  await reviewed("img");
  assert.deepEqual(await page.evaluate(() => globalThis.counted), ["3", "2", "1"]);
  await closeReview();
  await page.click("#timer");
});

test("three shots make a comic page with captions", async () => {
  await page.evaluate(() => globalThis.celcam.controls.shooting.startPage());
  for (let n = 0; n < 3; n += 1) await page.evaluate(() => globalThis.celcam.controls.shooting.shoot());
  await page.waitForSelector("#page-editor[open]");
  await page.fill("#captions input >> nth=0", "Once upon a time");
  assert.ok(await page.evaluate(() => document.getElementById("page-canvas").getBoundingClientRect().right <= innerWidth));
  await page.click("#page-done");
  await reviewed("img");
  assert.deepEqual(await page.evaluate(() => [globalThis.celcam.controls.shooting.last.drawn.width, globalThis.celcam.controls.shooting.last.drawn.height]), [1240, 1754]);
  await closeReview();
});

test("a photo of the gallery is drawn, and the camera comes back", async () => {
  await page.setInputFiles("#file", path.join(ROOT, "datasets/samples/food_scikit_image_coffee.jpg"));
  await page.waitForFunction(() => globalThis.celcam.mode === "photo");
  assert.deepEqual(await page.evaluate(() => [globalThis.celcam.source.width, globalThis.celcam.source.height]), [600, 400]);
  await page.click("#flip");
  await cameraDraws(page, 1);
});

test("a file that is not a picture is refused in one line", async () => {
  await page.setInputFiles("#file", { name: "a.jpg", mimeType: "image/jpeg", buffer: Buffer.from("not a picture") });
  await page.waitForFunction(() => document.getElementById("toast").textContent.startsWith("This file can't be read"));
});

test("no fault was reported, and nothing was asked of another origin", () => {
  assert.deepEqual([visited.faults, visited.elsewhere], [[], []]);
});
