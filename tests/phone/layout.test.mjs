/** From the smallest phone to a desk: every control is on the screen, and nothing lies over another. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cameraDraws, visit } from "./visit.mjs";

const SIZES = [[320, 568], [390, 844], [844, 390], [768, 1024], [1280, 800], [1440, 900]];
const CONTROLS = ["#timer", "#framing", "#compare", "#more", "#gallery", "#shutter", "#flip", "#looks"];
let visited;

before(async () => {
  visited = await visit({ query: "?engine=cpu" });
  await cameraDraws(visited.page, 1);
});
after(() => visited.close());

for (const [width, height] of SIZES) {
  test(`at ${width}x${height} every control can be reached`, async () => {
    const { page } = visited;
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(200);
    const boxes = await page.evaluate((names) => names.map((name) => {
      const { left, top, right, bottom } = document.querySelector(name).getBoundingClientRect();
      return { name, left, top, right, bottom };
    }), CONTROLS);
    for (const { name, left, top, right, bottom } of boxes) {
      assert.ok(left >= 0 && top >= 0 && right <= width + 0.5 && bottom <= height + 0.5, `${name} at ${left}, ${top}, ${right}, ${bottom}`);
      assert.ok(right - left >= 44 && bottom - top >= 44, `${name} is too small for a finger`);
    }
    for (const [n, one] of boxes.entries()) {
      for (const other of boxes.slice(n + 1)) {
        const apart = one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top;
        assert.ok(apart, `${one.name} lies over ${other.name}`);
      }
    }
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  });
}
