/**
 * How much memory the page takes over time: `node tests/phone/memory.mjs [SECONDS [ADDRESS]]`.
 *
 * Prints the resident memory of the renderer and of the GPU's process every 10 seconds, and the times of the main thread's
 * work in the page. ADDRESS ends the page's address, such as "?engine=webgl2".
 */
import { readFileSync } from "node:fs";
import { cameraDraws, visit } from "./visit.mjs";

const STEP_S = 10;
const [seconds = "60", query = ""] = process.argv.slice(2);

const megabytes = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

const { browser, page, close } = await visit({ query, size: [390, 844] });
try {
  await cameraDraws(page);
  const session = await browser.newBrowserCDPSession();
  const profile = await page.context().newCDPSession(page);
  await profile.send("Performance.enable");
  const metric = async (name) => (await profile.send("Performance.getMetrics")).metrics.find((each) => each.name === name).value;
  await page.evaluate(() => {
    globalThis.longTasks = [];
    new PerformanceObserver((list) => globalThis.longTasks.push(...list.getEntries().map((each) => each.duration))).observe({ type: "longtask" });
  });
  for (let passed = 0; passed <= Number(seconds); passed += STEP_S) {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    const sizes = processInfo.filter(({ type }) => type === "renderer" || type === "GPU").map(({ type, id }) => `${type} ${megabytes(id).toFixed(0)} MB`);
    const [busy, frames] = [await metric("TaskDuration"), await page.evaluate(() => globalThis.celcam.frames)];
    console.log(`${passed} s: ${sizes.join(", ")}, script heap ${((await metric("JSHeapUsedSize")) / 2 ** 20).toFixed(1)} MB, ${frames} frames, main thread ${busy.toFixed(1)} s`);
    if (passed < Number(seconds)) await page.waitForTimeout(STEP_S * 1000);
  }
  const tasks = (await page.evaluate(() => globalThis.longTasks)).sort((a, b) => a - b);
  console.log(`tasks of 50 ms or more: ${tasks.length}${tasks.length ? `, the longest ${tasks.at(-1).toFixed(0)} ms` : ""}`);
} finally {
  await close();
}
