/** Draws a frame from source to canvas: crop, network, finish, and what the viewer wants to compare. */
import { enlarge, GpuStage } from "../finishes/finish.js";
import { CROP, KEEP, SHOW } from "./shaders.js";
import { cropOf, networkSize, STILL_NETWORK_SHORT_SIDE } from "./sizes.js";

/**
 * @typedef {import("../catalogue.js").Look} Look
 * @typedef {import("../engine/gpu.js").Picture} Picture
 * @typedef {{image: HTMLVideoElement | ImageBitmap | HTMLCanvasElement, width: number, height: number, mirrored: boolean,
 *   focus?: number}} Source
 * @typedef {{look: Look, other: Look | null, split: number, strength: number, wipe: number, zoom: number, aspect: number}} View
 * @typedef {{full: import("./sizes.js").Size, network: import("./sizes.js").Size}} Sizes
 */

const MINIATURE = 128;
const KEPT_FINISHES = 4;

export class Painter {
  /**
   * @param {import("../engine/gpu.js").Gpu} gpu
   * @param {import("./engines.js").Engine} engine
   * @param {import("../catalogue.js").Catalogue} catalogue
   */
  constructor(gpu, engine, catalogue) {
    this.gpu = gpu;
    this.engine = engine;
    this.catalogue = catalogue;
    /** Textures by their purpose. @type {Map<string, Picture>} */
    this.pictures = new Map();
    /** @type {Map<string, {small: GpuStage, full: GpuStage}>} */
    this.finishes = new Map();
  }

  /** A texture for a purpose; another size replaces it. */
  picture(purpose, [width, height], linear = false) {
    const known = this.pictures.get(purpose);
    if (known?.width === width && known?.height === height) return known;
    if (known) this.gpu.free(known);
    const made = this.gpu.picture(width, height, { linear });
    this.pictures.set(purpose, made);
    return made;
  }

  forget(...purposes) {
    for (const purpose of purposes) {
      if (this.pictures.has(purpose)) this.gpu.free(this.pictures.get(purpose));
      this.pictures.delete(purpose);
    }
  }

  /** Load all that a look needs, so that the next frame is drawn at once. @param {Look} look @param {Sizes} sizes */
  async prepare(look, sizes) {
    await Promise.all([
      this.finish(look, sizes),
      this.engine.name === "webgl2" ? this.catalogue.graph(look.live.float16) : this.catalogue.bytes(look.live.int8),
    ]);
  }

  /** Both stages of a look's finish for a frame's sizes. */
  async finish(look, { full, network }, ratio) {
    const key = `${look.name} ${full} ${network} ${ratio}`;
    const known = this.finishes.get(key);
    if (known) {
      this.finishes.delete(key);
      this.finishes.set(key, known); // the last to go
      return known;
    }
    const shortSide = ratio ? 0 : Math.min(...full);
    const files = await this.catalogue.finish(look, shortSide);
    if (this.finishes.has(key)) return this.finishes.get(key);
    const made = {
      small: new GpuStage(this.gpu, files.small, files.tiles, network),
      full: new GpuStage(this.gpu, files.full, files.tiles, full, ratio),
    };
    this.finishes.set(key, made);
    if (this.finishes.size > KEPT_FINISHES + (ratio ? 10 : 0)) {
      const [oldest, { small, full: large }] = this.finishes.entries().next().value;
      small.free();
      large.free();
      this.finishes.delete(oldest);
    }
    return made;
  }

  /**
   * Draw a frame to the canvas.
   * @param {Source} source
   * @param {View} view
   * @param {Sizes} sizes
   */
  async paint(source, view, sizes) {
    this.upload(source);
    const photo = this.crop(source, view, sizes.full, "photo");
    const left = await this.draw(view.look, source, view, sizes, "left");
    const right = view.other ? await this.draw(view.other, source, view, sizes, "right") : left;
    this.show(view, sizes.full, { left, right, photo });
  }

  /** Put what was drawn last on the canvas. */
  show(view, size, inputs) {
    const canvas = this.gpu.gl.canvas;
    if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
    const numbers = {
      size, split: view.other ? view.split : 1, strength: view.strength, wipe: view.wipe,
    };
    this.gpu.draw(SHOW, { target: null, size, inputs, numbers });
  }

  upload({ image, width, height }) {
    this.gpu.upload(this.picture("source", [width, height], true), image);
  }

  /** The part of the source that a picture shows, at the picture's size. */
  crop(source, { aspect, zoom }, size, purpose) {
    const [left, top, width, height] = cropOf(source, aspect, zoom);
    const [x, w] = source.mirrored ? [left + width, -width] : [left, width];
    const rect = [x / source.width, top / source.height, w / source.width, height / source.height];
    const target = this.picture(purpose, size, true);
    const steps = Math.min(8, Math.max(1, Math.ceil(width / size[0] - 0.01)));
    this.gpu.draw(CROP, { target, inputs: { source: this.pictures.get("source") }, numbers: { rect, size, steps } });
    return target;
  }

  /** One look's picture. */
  async draw(look, source, view, sizes, side, { kind = "live", ratio } = {}) {
    const { gpu } = this;
    const finish = await this.finish(look, sizes, ratio);
    const photo = this.crop(source, view, sizes.network, `${side} small`);
    let drawn = this.picture(`${side} drawn`, sizes.network);
    await this.engine.draw(look, kind, { photo, drawn, bitmap: () => cutOut(source, view, sizes.network) });
    if (!finish.small.isEmpty) {
      const bent = this.picture(`${side} bent`, sizes.network);
      finish.small.draw(drawn, bent);
      drawn = bent;
    }
    const large = this.picture(`${side} large`, sizes.full);
    enlarge(gpu, drawn, large);
    if (finish.full.isEmpty) return large;
    const shown = this.picture(`${side} shown`, sizes.full);
    finish.full.draw(large, shown);
    return shown;
  }

  /**
   * A still: the quality network if the look has one, the finish at the still's size.
   * @param {Source} source
   * @param {View} view
   * @param {import("./sizes.js").Size} size of the still
   * @returns {Promise<{drawn: ImageData, photo: ImageData}>}
   */
  async still(source, view, size) {
    this.upload(source);
    const sizes = { full: size, network: networkSize(size, STILL_NETWORK_SHORT_SIDE) };
    const photo = this.crop(source, view, size, "still photo");
    const left = await this.draw(view.look, source, view, sizes, "still", { kind: "quality" });
    const target = this.picture("still result", size);
    const numbers = { size, split: 1, strength: view.strength, wipe: 0 };
    this.gpu.draw(KEEP, { target, inputs: { left, right: left, photo }, numbers });
    const [drawn, plain] = [this.gpu.read(target), this.gpu.read(photo)];
    this.forget(...[...this.pictures.keys()].filter((purpose) => purpose.startsWith("still")));
    const image = (bytes) => new ImageData(new Uint8ClampedArray(bytes.buffer), ...size);
    return { drawn: image(drawn), photo: image(plain) };
  }

  /** A look's live miniature, square. @param {Look} look @param {Source} source @param {View} view */
  async miniature(look, source, view) {
    const size = /** @type {[number, number]} */ ([MINIATURE, MINIATURE]);
    const sizes = { full: size, network: size };
    const drawn = await this.draw(look, source, { ...view, aspect: 1 }, sizes, "miniature", { ratio: 1.5 });
    return this.gpu.readLater(drawn);
  }

  /** Give everything back. */
  close() {
    this.forget(...this.pictures.keys());
    for (const { small, full } of this.finishes.values()) {
      small.free();
      full.free();
    }
    this.finishes.clear();
    this.engine.close();
  }
}

/** The part of the source that the network sees, for an engine that is not on the GPU. */
async function cutOut(source, { aspect, zoom }, [w, h]) {
  const { image, mirrored } = source;
  const [left, top, wide, high] = cropOf(source, aspect, zoom).map(Math.round);
  const options = { resizeWidth: w, resizeHeight: h, resizeQuality: /** @type {const} */ ("medium") };
  const bitmap = await createImageBitmap(image, left, top, Math.max(1, wide), Math.max(1, high), options);
  if (!mirrored) return bitmap;
  const canvas = new OffscreenCanvas(w, h);
  const context = canvas.getContext("2d");
  context.scale(-1, 1);
  context.drawImage(bitmap, -w, 0);
  bitmap.close();
  return canvas.transferToImageBitmap();
}
