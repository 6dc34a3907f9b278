/**
 * The seam between the page and what draws a network. An engine turns the small photo into the network's picture.
 *
 * @typedef {{name: "webgl2" | "cpu", label: string,
 *   draw: (look: import("../catalogue.js").Look, kind: "live" | "quality", job: Job) => Promise<void>,
 *   loaded?: string[], close: () => void}} Engine `loaded`: addresses of its own program, for the service worker
 * @typedef {{photo: import("../engine/gpu.js").Picture, drawn: import("../engine/gpu.js").Picture,
 *   bitmap: () => Promise<ImageBitmap>}} Job `bitmap` is the small photo for an engine that is not on the GPU
 */
import { GpuNetwork } from "../engine/network.js";
import { NoGpuError } from "../engine/gpu.js";

/** Which files an engine draws from. */
export const FILES = { webgl2: "float16", cpu: "int8" };

/** Draws networks with the GPU. @implements {Engine} */
export class GpuEngine {
  /**
   * @param {import("../engine/gpu.js").Gpu} gpu
   * @param {import("../catalogue.js").Catalogue} catalogue
   */
  constructor(gpu, catalogue) {
    if (!gpu.drawsHalves) throw new NoGpuError("this GPU can't draw to half floats");
    this.name = /** @type {const} */ ("webgl2");
    this.label = `WebGL2 on ${gpu.name}`;
    this.gpu = gpu;
    this.catalogue = catalogue;
    /** @type {Map<string, GpuNetwork>} */
    this.networks = new Map();
  }

  async draw(look, kind, { photo, drawn }) {
    const address = (look[kind] ?? look.live).float16;
    const graph = await this.catalogue.graph(address);
    let network = this.networks.get(address);
    if (!network) {
      network = new GpuNetwork(this.gpu, graph);
      this.networks.set(address, network);
    }
    network.draw(photo, drawn);
    if (kind === "quality") network.free(); // stills are rare and large
  }

  close() {
    for (const network of this.networks.values()) network.free();
    this.networks.clear();
  }
}

/** Draws int8 networks with LiteRT.js in a worker, byte for byte as a Raspberry Pi does. @implements {Engine} */
export class CpuEngine {
  /**
   * @param {import("../engine/gpu.js").Gpu} gpu
   * @param {import("../catalogue.js").Catalogue} catalogue
   * @param {import("./cpu_worker_client.js").CpuWorker} worker
   */
  constructor(gpu, catalogue, worker) {
    this.name = /** @type {const} */ ("cpu");
    this.label = "LiteRT.js on the CPU, int8";
    this.gpu = gpu;
    this.catalogue = catalogue;
    this.worker = worker;
  }

  async draw(look, kind, { drawn, bitmap }) {
    const address = (look[kind] ?? look.live).int8;
    const network = await this.catalogue.bytes(address);
    const rgba = await this.worker.draw(address, network, await bitmap());
    this.gpu.upload(drawn, rgba);
    this.worker.recycle(rgba);
  }

  /** What the engine itself was loaded from. */
  get loaded() {
    return this.worker.loaded;
  }

  close() {
    this.worker.close();
  }
}
