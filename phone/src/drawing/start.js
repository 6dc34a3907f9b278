/** Chooses what draws on this device: the GPU if there is one, else the CPU. */
import { Gpu, NoGpuError } from "../engine/gpu.js";
import { CpuEngine, GpuEngine } from "./engines.js";
import { Painter } from "./painter.js";

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("../catalogue.js").Catalogue} catalogue
 * @param {{engine: string | null, runtime: import("./cpu_worker_client.js").Runtime}} options `engine`: "webgl2" or "cpu", as
 *   `?engine=` says; null chooses
 * @returns {Promise<{painter: Painter, engine: import("./engines.js").Engine, note: string}>} `note` says why the choice was
 *   not the expected one
 */
export async function startEngine(canvas, catalogue, { engine, runtime }) {
  let gpu;
  try {
    gpu = new Gpu(canvas);
  } catch (error) {
    if (!(error instanceof NoGpuError)) throw error;
    const { PlainPainter } = await import("./plain_painter.js");
    const painter = new PlainPainter(canvas, catalogue, await openWorker(runtime));
    return { painter, engine: painter.engine, note: "This browser has no WebGL2: pictures are shown without their finish." };
  }
  const wanted = engine ?? (gpu.isSoftware || !gpu.drawsHalves ? "cpu" : "webgl2");
  if (wanted === "webgl2" && gpu.drawsHalves) {
    const made = new GpuEngine(gpu, catalogue);
    return { painter: new Painter(gpu, made, catalogue), engine: made, note: "" };
  }
  const made = new CpuEngine(gpu, catalogue, await openWorker(runtime));
  const note = wanted === "webgl2" ? "This GPU can't draw the networks; the CPU does." : "";
  return { painter: new Painter(gpu, made, catalogue), engine: made, note };
}

async function openWorker(runtime) {
  const { CpuWorker } = await import("./cpu_worker_client.js");
  return new CpuWorker(runtime);
}
