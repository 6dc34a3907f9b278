/** Each control of the page, with a fake camera. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cameraDraws, visit } from "./visit.mjs";

let visited, page;
before(async () => {
  visited = await visit();
  page = visited.page;
  await cameraDraws(page);
});
after(() => visited.close());

const look = () => page.evaluate(() => globalThis.celcam.view.look.name);
const view = (name) => page.evaluate((key) => globalThis.celcam.view[key], name);

test("a tap on a look chooses it, and the address can be passed on", async () => {
  await page.click('.look[aria-label^="Manga"]');
  await page.waitForFunction(() => globalThis.celcam.view.look.name === "manga");
  assert.match(page.url(), /look=manga/);
  assert.equal(await page.getAttribute('.look[aria-label^="Manga"]', "aria-checked"), "true");
});

test("a second tap shows the strength, and the slider sets it", async () => {
  await page.click('.look[aria-label^="Manga"]');
  await page.fill("#strength", "40");
  assert.equal(await view("strength"), 0.4);
  await page.fill("#strength", "100");
  await page.click('.look[aria-label^="Manga"]');
  assert.ok(await page.locator("#strength-row").isHidden());
});

test("arrow keys change the look", async () => {
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction(() => globalThis.celcam.view.look.name === "riso");
});

test("a swipe shows both looks at a line, and ends with the next one", async () => {
  await page.evaluate(() => {
    const stage = document.getElementById("stage");
    stage.setPointerCapture = () => {};
    globalThis.finger = (type, x) => stage.dispatchEvent(new PointerEvent(type, { pointerId: 7, clientX: x, clientY: 200, bubbles: true }));
    globalThis.finger("pointerdown", 300);
    globalThis.finger("pointermove", 240);
  });
  await page.waitForFunction(() => globalThis.celcam.controls.comingReady);
  await page.evaluate(() => globalThis.finger("pointermove", 160));
  assert.equal(await page.evaluate(() => globalThis.celcam.view.other?.name), "manga");
  assert.ok(Math.abs((await view("split")) - (1 - 140 / 320)) < 0.01);
  await page.evaluate(() => globalThis.finger("pointerup", 160));
  await page.waitForFunction(() => globalThis.celcam.view.other === null && globalThis.celcam.view.look.name === "manga");
});

test("a swipe that stops early stays with the look", async () => {
  await page.evaluate(() => { globalThis.finger("pointerdown", 200); globalThis.finger("pointermove", 230); });
  await page.waitForFunction(() => globalThis.celcam.controls.comingReady);
  await page.waitForTimeout(300);
  await page.evaluate(() => { globalThis.finger("pointermove", 231); globalThis.finger("pointerup", 231); });
  await page.waitForFunction(() => globalThis.celcam.view.other === null);
  assert.equal(await look(), "manga");
});

test("two fingers zoom, and not beyond the limits", async () => {
  await page.evaluate(() => {
    const stage = document.getElementById("stage");
    const finger = (type, id, x) => stage.dispatchEvent(new PointerEvent(type, { pointerId: id, clientX: x, clientY: 200, bubbles: true }));
    finger("pointerdown", 1, 140);
    finger("pointerdown", 2, 160);
    finger("pointermove", 2, 200);
    finger("pointerup", 1, 140);
    finger("pointerup", 2, 200);
  });
  assert.equal(await view("zoom"), 3);
  for (let n = 0; n < 12; n += 1) await page.keyboard.press("-");
  assert.equal(await view("zoom"), 1);
});

test("compare shows the photo at one side, and its handle moves by key", async () => {
  await page.click("#compare");
  assert.equal(await view("wipe"), 0.5);
  await page.focus("#handle");
  await page.keyboard.press("ArrowRight");
  assert.ok(Math.abs((await view("wipe")) - 0.55) < 1e-9);
  await page.click("#compare");
  assert.equal(await view("wipe"), 0);
});

test("framings follow one another, and the picture has their shape", async () => {
  for (const [name, aspect] of [["1:1", 1], ["4:5", 0.8], ["9:16", 0.5625]]) {
    await page.click("#framing");
    assert.equal(await view("framing"), name);
    await page.waitForFunction((wanted) => {
      const { width, height } = document.getElementById("picture");
      return Math.abs(width / height / wanted - 1) < 0.03;
    }, aspect);
  }
  await page.click("#framing");
  assert.equal(await view("framing"), "full");
});

test("figures say on request what draws", async () => {
  await page.click("#more");
  await page.click("#show-figures");
  await page.click("#menu .close");
  await page.waitForFunction(() => document.getElementById("figures").textContent.includes("LiteRT.js"));
  await page.evaluate(() => globalThis.celcam.figures.toggle());
});

test("every control has a name for screen readers, and no fault was reported", async () => {
  const nameless = await page.evaluate(() => [...document.querySelectorAll("button, input:not([hidden]), canvas")]
    .filter((each) => !each.closest(".face") && !(each.ariaLabel || each.textContent.trim() || each.labels?.length)).map((each) => each.id || each.className));
  assert.deepEqual(nameless, []);
  assert.deepEqual(visited.faults, []);
});
