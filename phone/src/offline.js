/** Keeps the page on this device, so that it works without a connection. */

const QUIET_MS = 4000; // the first picture and the camera come first

/**
 * Start the service worker, and let it load what this device's engine needs for all looks.
 * @param {import("./drawing/engines.js").Engine} engine
 */
export async function keepOffline(engine) {
  await navigator.serviceWorker.register("sw.js");
  const { active } = await navigator.serviceWorker.ready;
  const savesData = /** @type {any} */ (navigator).connection?.saveData === true;
  await new Promise((resolve) => { setTimeout(resolve, savesData ? 0 : QUIET_MS); });
  active.postMessage({ keep: engine.loaded ?? [], engine: savesData ? null : engine.name });
}
