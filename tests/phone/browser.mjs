/** Debian's Chromium for the tests, with a fake camera and a software adapter. */
import { existsSync } from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const require = createRequire(path.join(ROOT, "phone/package.json"));
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

/**
 * @param {{gpu?: boolean, camera?: string, allowed?: boolean}} [options] `gpu`: WebGL2 by software; `camera`: a .y4m file;
 *   `allowed`: whether the page may use it without asking
 * @returns {Promise<import("playwright-core").Browser>}
 */
export function openBrowser({ gpu = true, camera, allowed = true } = {}) {
  const { chromium } = require("playwright-core");
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      allowed ? "--use-fake-ui-for-media-stream" : "--deny-permission-prompts",
      "--use-fake-device-for-media-stream",
      ...(camera ? [`--use-file-for-fake-video-capture=${camera}`] : []),
      ...(gpu ? ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-gpu-watchdog"] : ["--disable-gpu", "--disable-3d-apis"]),
    ],
  });
}
