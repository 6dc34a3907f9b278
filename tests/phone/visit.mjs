/** A visit to the built page, for tests: server, browser, page, and what they report. */
import path from "node:path";
import { openBrowser, ROOT } from "./browser.mjs";
import { serve } from "./server.mjs";

export const BUILT = path.join(ROOT, "out/phone");
export const GOLDEN = path.join(ROOT, "out/phone-golden");
const PATIENCE_MS = 60_000; // machines of CI are slow at drawing by software

/**
 * @param {{query?: string, allowed?: boolean, worker?: boolean, size?: [number, number], scheme?: "dark" | "light",
 *   gpu?: boolean}} [options] `worker`: whether the service worker may start; `query`: of the address
 */
export async function visit({ query = "", allowed = true, worker = false, size = [320, 568], scheme = "dark", gpu = true } = {}) {
  const server = await serve({ "": BUILT, golden: GOLDEN });
  const browser = await openBrowser({ camera: path.join(GOLDEN, "camera.y4m"), allowed, gpu });
  const context = await browser.newContext({
    viewport: { width: size[0], height: size[1] }, colorScheme: scheme, hasTouch: true, acceptDownloads: true,
    serviceWorkers: worker ? "allow" : "block",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  /** @type {string[]} */
  const faults = [];
  /** @type {string[]} */
  const elsewhere = [];
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(error.message));
  context.on("request", (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(server.url)) elsewhere.push(request.url());
  });
  await page.goto(`${server.url}/${query}`);
  await page.waitForFunction(() => document.body.classList.contains("ready"));
  const close = async () => {
    await browser.close();
    await server.close().catch(() => {});
  };
  return { server, browser, context, page, faults, elsewhere, close };
}

/**
 * Wait until a promise of the page's gives true; `waitForFunction` takes the promise itself for true.
 * @param {import("playwright-core").Page} page
 * @param {() => Promise<boolean>} check
 */
export async function until(page, check) {
  const end = Date.now() + PATIENCE_MS;
  while (!(await page.evaluate(check))) {
    if (Date.now() > end) throw new Error(`not true after ${PATIENCE_MS / 1000} s: ${check}`);
    await page.waitForTimeout(200);
  }
}

/** Wait until the camera draws. @param {import("playwright-core").Page} page @param {number} [frames] */
export async function cameraDraws(page, frames = 3) {
  await page.waitForFunction(() => globalThis.celcam.mode === "camera");
  const first = await page.evaluate(() => globalThis.celcam.frames);
  await page.waitForFunction((count) => globalThis.celcam.frames >= count, first + frames);
}

/** Mean and deviation of what the canvas shows. @param {import("playwright-core").Page} page */
export async function shown(page) {
  const png = await page.locator("#picture").screenshot({ timeout: PATIENCE_MS });
  return page.evaluate(async (bytes) => {
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let [sum, squares, count] = [0, 0, 0];
    for (let n = 0; n < data.length; n += 16, count += 1) {
      sum += data[n];
      squares += data[n] ** 2;
    }
    return { mean: sum / count, deviation: Math.sqrt(squares / count - (sum / count) ** 2) };
  }, [...png]);
}
