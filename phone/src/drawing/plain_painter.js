/** Shows the network's picture without a finish, for browsers without WebGL2. It has the methods of `Painter`. */
import { cropOf, networkSize, STILL_NETWORK_SHORT_SIDE } from "./sizes.js";

export class PlainPainter {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("../catalogue.js").Catalogue} catalogue
   * @param {import("./cpu_worker_client.js").CpuWorker} worker
   */
  constructor(canvas, catalogue, worker) {
    this.context = canvas.getContext("2d");
    this.catalogue = catalogue;
    this.worker = worker;
    this.gpu = { finished: async () => {}, isSoftware: true, name: "none" };
    this.engine = {
      name: /** @type {const} */ ("cpu"), label: "LiteRT.js on the CPU, int8, without WebGL2", draw: async () => {},
      loaded: worker.loaded, close: () => worker.close(),
    };
    this.finishes = new Map();
  }

  async prepare(look) {
    await this.catalogue.bytes(look.live.int8);
  }

  async paint(source, view, { full, network }) {
    const drawn = await this.draw(view.look, "live", source, view, network);
    const { canvas } = this.context;
    if (canvas.width !== full[0] || canvas.height !== full[1]) [canvas.width, canvas.height] = full;
    this.context.drawImage(drawn, 0, 0, ...full);
    drawn.close();
    this.photo(this.context, source, view, full, 1 - view.strength, 1);
    if (view.wipe > 0) this.photo(this.context, source, view, full, 1, view.wipe);
  }

  async draw(look, kind, source, { aspect, zoom }, [w, h]) {
    const { image, mirrored } = source;
    const [left, top, wide, high] = cropOf(source, aspect, zoom);
    const canvas = new OffscreenCanvas(w, h);
    const context = canvas.getContext("2d");
    if (mirrored) context.setTransform(-1, 0, 0, 1, w, 0);
    context.drawImage(image, left, top, wide, high, 0, 0, w, h);
    const address = (look[kind] ?? look.live).int8;
    const rgba = await this.worker.draw(address, await this.catalogue.bytes(address), canvas.transferToImageBitmap());
    return createImageBitmap(new ImageData(new Uint8ClampedArray(rgba.buffer), w, h));
  }

  photo(context, source, { aspect, zoom }, [w, h], alpha, share) {
    if (!alpha) return;
    const { image, mirrored } = source;
    const [left, top, wide, high] = cropOf(source, aspect, zoom);
    context.save();
    context.globalAlpha = alpha;
    context.beginPath();
    context.rect(0, 0, w * share, h);
    context.clip();
    if (mirrored) context.transform(-1, 0, 0, 1, w, 0);
    context.drawImage(image, left, top, wide, high, 0, 0, w, h);
    context.restore();
  }

  async still(source, view, size) {
    const drawn = await this.draw(view.look, "quality", source, view, networkSize(size, STILL_NETWORK_SHORT_SIDE));
    const canvas = new OffscreenCanvas(...size);
    const context = canvas.getContext("2d");
    this.photo(context, source, view, size, 1, 1);
    const photo = context.getImageData(0, 0, ...size);
    context.drawImage(drawn, 0, 0, ...size);
    drawn.close();
    this.photo(context, source, view, size, 1 - view.strength, 1);
    return { drawn: context.getImageData(0, 0, ...size), photo };
  }

  close() {
    this.worker.close();
  }
}
