/** The page starts: looks, engine, controls. */
import { App } from "./app.js";
import { Catalogue } from "./catalogue.js";
import { startEngine } from "./drawing/start.js";
import { keepOffline } from "./offline.js";
import { say } from "./ui/messages.js";

/** Addresses of files; the build writes them, as their names hold a digest. */
const FILES = globalThis.CELCAM_FILES ?? {
  looks: "data/looks.json", photo: "data/photo.webp",
  runtime: { worker: "dev/worker.js", folder: "dev/litert/" },
};

async function start() {
  const asked = new URLSearchParams(location.search);
  const canvas = /** @type {HTMLCanvasElement} */ (document.getElementById("picture"));
  const [catalogue, photo] = await Promise.all([Catalogue.open(FILES.looks), loadPhoto(FILES.photo)]);
  const open = (engine) => startEngine(
    /** @type {HTMLCanvasElement} */ (document.getElementById("picture")), catalogue, { engine, runtime: FILES.runtime },
  );
  const app = new App(catalogue, photo, open, asked);
  globalThis.celcam = app; // for tests and the curious
  await app.begin(canvas);
  if (asked.has("bench")) (await import("./extras/bench.js")).showBench(app);
  if (asked.has("shared")) await app.openShared();
  if ("serviceWorker" in navigator && globalThis.CELCAM_FILES) await keepOffline(app.engine);
}

async function loadPhoto(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return createImageBitmap(image);
}

start().catch((error) => {
  console.error(error);
  say(`Celcam can't start here: ${error.message}`, 60);
});
