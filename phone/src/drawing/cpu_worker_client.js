/** The page's side of the worker that draws on the CPU. */

/** @typedef {{worker: string, folder: string}} Runtime addresses of the worker and of the folder of LiteRT.js */

export class CpuWorker {
  /** @param {Runtime} runtime */
  constructor({ worker, folder }) {
    this.folder = new URL(folder, location.href).href;
    this.worker = new Worker(worker);
    /** Addresses that the worker was loaded from, for the service worker. */
    this.loaded = [new URL(worker, location.href).href];
    this.sent = new Set();
    this.waiting = new Map();
    this.spare = null;
    this.last = 0;
    this.worker.onmessage = ({ data }) => this.answer(data);
    this.worker.onerror = (event) => this.fail(event.message || "the worker can't be loaded");
  }

  answer({ id, rgba, error, loaded }) {
    if (loaded) {
      this.loaded.push(...loaded);
      return;
    }
    const { resolve, reject } = this.waiting.get(id);
    this.waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(rgba);
  }

  fail(message) {
    for (const { reject } of this.waiting.values()) reject(new Error(message));
    this.waiting.clear();
  }

  /**
   * @param {string} key of the network
   * @param {ArrayBuffer} network
   * @param {ImageBitmap} bitmap of the network's size; it is closed
   * @returns {Promise<Uint8Array>} RGBA
   */
  draw(key, network, bitmap) {
    this.last += 1;
    const id = this.last;
    const message = { id, key, bitmap, folder: this.folder, buffer: this.spare };
    if (!this.sent.has(key)) message.network = network;
    this.sent.add(key);
    const moved = this.spare ? [bitmap, this.spare] : [bitmap];
    this.spare = null;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage(message, moved);
    });
  }

  /** Let the next picture use these bytes. @param {Uint8Array} rgba */
  recycle(rgba) {
    this.spare = rgba.buffer;
  }

  close() {
    this.worker.terminate();
    this.fail("the engine was changed");
  }
}
