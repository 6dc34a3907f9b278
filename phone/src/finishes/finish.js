/** Draws a finish with shaders, from the files that `celcam/finishes/files.py` writes. */
import { ENLARGE, LIBRARY } from "./glsl.js";
import { KINDS } from "./kinds.js";
import { StepText } from "./text.js";
import { RELIT } from "./tone.js";

/**
 * @typedef {import("../engine/gpu.js").Gpu} Gpu
 * @typedef {import("../engine/gpu.js").Picture} Picture
 * @typedef {import("./text.js").Step} Step
 * @typedef {{size: [number, number], steps: Step[]}} StageFile
 * @typedef {{small: StageFile, full: StageFile, tiles: Map<string, ImageBitmap>}} FinishFiles
 * @typedef {{fragment: string, name: string, shrink: number, cell?: number, inputs: string[]}} Pass
 */

/**
 * Load a finish and its tiles.
 * @param {string} address of `finish.json`
 * @param {(file: string) => string} find a tile's address by its plain name
 * @param {(address: string) => Promise<Blob>} load
 * @returns {Promise<FinishFiles>}
 */
export async function loadFinish(address, find, load) {
  const stored = JSON.parse(await (await load(address)).text());
  if (stored.format !== 2) throw new Error(`the finish has format ${stored.format}; expected 2; load the page again`);
  const files = [stored.small, stored.full].flatMap(({ steps }) => steps.flatMap(({ tiles }) => Object.values(tiles)));
  const options = { colorSpaceConversion: "none", premultiplyAlpha: "none" };
  const tiles = new Map(await Promise.all(files.map(async ({ file }) =>
    /** @type {[string, ImageBitmap]} */ ([file, await createImageBitmap(await load(find(file)), options)]))));
  return { small: stored.small, full: stored.full, tiles };
}

/** One stage of a finish on a GPU, for pictures of one size. */
export class GpuStage {
  /**
   * @param {Gpu} gpu
   * @param {StageFile} stage
   * @param {Map<string, ImageBitmap>} tiles
   * @param {[number, number]} size of the pictures
   * @param {number} [ratio] of the size that the finish was exported for to the size that is drawn; a miniature passes
   *   a smaller one, so that its screens and strokes can be seen
   */
  constructor(gpu, stage, tiles, size, ratio = Math.min(...stage.size) / Math.min(...size)) {
    this.gpu = gpu;
    this.size = size;
    this.ratio = ratio;
    /** @type {Map<string, Picture>} */
    this.pictures = new Map([["tables", makeTables(gpu, stage.steps)]]);
    /** @type {Pass[]} */
    this.passes = [];
    let row = 0;
    let group = [];
    for (const [number, step] of stage.steps.entries()) {
      const kind = KINDS[step.kind];
      if (!kind) throw new Error(`this page can't draw the finish ${step.kind}; load the page again`);
      const text = new StepText(step, number, row, this.ratio);
      row += Object.keys(step.tables).length;
      this.addTiles(text, tiles);
      if (kind.reads && group.length) {
        this.close(group);
        group = [];
      }
      const body = kind.write(text, Math.min(...size));
      for (const aux of text.aux) this.addPass(aux.name, functionOf(aux.body), aux);
      group.push(body);
    }
    if (group.length) this.close(group);
    this.allocate();
  }

  /** Whether the stage changes nothing. */
  get isEmpty() {
    return this.passes.length === 0;
  }

  close(group) {
    this.addPass(`group${this.passes.length}`, functionOf(`vec3 c = at(src, p);\n${group.join("\n")}\nreturn c;`), { shrink: 1 });
  }

  addPass(name, text, { shrink, cell }) {
    const known = [...this.pictures.keys(), ...this.passes.map((pass) => pass.name), "src"];
    const inputs = known.filter((each) => new RegExp(`\\b${each}\\b`).test(text) && each !== "tables");
    const samplers = inputs.map((each) => `uniform highp sampler2D ${each};`).join("\n");
    const fragment = `${HEAD}${samplers}\n${LIBRARY}${RELIT}${text}${MAIN}`;
    this.passes.push({ fragment, name, shrink, cell, inputs: [...inputs, "tables"] });
  }

  addTiles(text, bitmaps) {
    for (const [name, { file }] of Object.entries(text.step.tiles)) {
      const bitmap = bitmaps.get(file);
      const repeats = text.step.kind !== "border" && text.step.kind !== "vignette" && text.step.kind !== "glow";
      const picture = this.gpu.picture(bitmap.width, bitmap.height, { linear: true, repeats });
      this.gpu.upload(picture, bitmap);
      this.pictures.set(text.tile(name), picture);
    }
  }

  allocate() {
    const [width, height] = this.size;
    for (const { name, shrink, cell } of this.passes.slice(0, -1)) {
      const [w, h] = cell ? [Math.ceil(width / cell), Math.ceil(height / cell)]
        : [width, height].map((side) => Math.max(1, Math.floor(side / shrink)));
      this.pictures.set(name, this.gpu.picture(w, h));
    }
  }

  /** Draw `source` to `target`; both have the stage's size. @param {Picture} source @param {Picture} target */
  draw(source, target) {
    let src = source;
    const last = this.passes.at(-1);
    for (const pass of this.passes) {
      const made = pass === last ? target : this.pictures.get(pass.name);
      const inputs = Object.fromEntries(pass.inputs.map((name) => [name, name === "src" ? src : this.pictures.get(name)]));
      this.gpu.draw(pass.fragment, { target: made, inputs, numbers: { size: this.size, ratio: this.ratio } });
      if (pass.name.startsWith("group")) src = made;
    }
  }

  /** Give the textures back. */
  free() {
    for (const picture of this.pictures.values()) this.gpu.free(picture);
    this.pictures.clear();
  }
}

const HEAD = "#version 300 es\nprecision highp float;\nprecision highp int;\n";
const MAIN = "\nlayout(location = 0) out vec4 o0;\nvoid main() { o0 = vec4(drawn(ivec2(gl_FragCoord.xy)) / 255.0, 1.0); }\n";
const ENLARGE_SHADER = `${HEAD}uniform highp sampler2D src;\n${LIBRARY}${ENLARGE}
vec3 drawn(ivec2 p) { return enlargedSmoothly(src, p); }${MAIN}`;

const functionOf = (body) => `vec3 drawn(ivec2 p) {\n${body}\n}\n`;

/** Enlarge `source` to `target`'s size. @param {Gpu} gpu @param {Picture} source @param {Picture} target */
export function enlarge(gpu, source, target) {
  const size = [target.width, target.height];
  gpu.draw(ENLARGE_SHADER, { target, inputs: { src: source }, numbers: { size, ratio: 1 } });
}

/** All tables of a stage, one to a row. */
function makeTables(gpu, steps) {
  const rows = steps.flatMap(({ tables }) => Object.values(tables));
  const bytes = new Uint8Array(256 * Math.max(1, rows.length) * 4);
  rows.forEach((row, y) => row.forEach((value, x) => { bytes[4 * (256 * y + x)] = value; }));
  const picture = gpu.picture(256, Math.max(1, rows.length));
  gpu.upload(picture, bytes);
  return picture;
}
