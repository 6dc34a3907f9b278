/**
 * Draws int8 networks with LiteRT.js, away from the page's thread.
 *
 * Takes `{id, folder, key, network, bitmap, buffer}` and answers `{id, rgba}` or `{id, error}`, and once `{loaded}`, the
 * runtime's addresses. `network` is needed the first time that a key is named. `buffer` is one of an earlier answer, to be filled again.
 */
import { loadAndCompile, loadLiteRt, Tensor } from "@litertjs/core";
import { resized } from "./resize.js";

const MOST_MODELS = 3; // compiled for a size
/** @type {Map<string, ArrayBuffer>} */
const networks = new Map();
/** @type {Map<string, Promise<any>>} */
const models = new Map();
let canvas = null;
let started = null;

/** Load the runtime from its folder; it chooses the build that suits the browser. */
function start(folder) {
  // The runtime reports its start, and that this worker has no WebGPU, as errors and warnings. None of it is a fault.
  const locateFile = (name) => {
    self.postMessage({ loaded: [folder + name, folder + name.replace(/\.wasm$/, ".js")] });
    return folder + name;
  };
  self.Module = { locateFile, printErr: () => {} };
  console.warn = () => {};
  return loadLiteRt(folder);
}

async function modelFor(key, width, height) {
  const name = `${key} ${width}x${height}`;
  if (!models.has(name)) {
    if (models.size >= MOST_MODELS) {
      const [oldest, model] = models.entries().next().value;
      models.delete(oldest);
      (await model).delete();
    }
    models.set(name, loadAndCompile(resized(networks.get(key), width, height), { accelerator: "wasm" }));
  }
  return models.get(name);
}

/** The picture's bytes, RGB. */
function bytesOf(bitmap) {
  const { width, height } = bitmap;
  if (canvas?.width !== width || canvas?.height !== height) canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + 1];
    rgb[to + 2] = data[from + 2];
  }
  return rgb;
}

async function draw({ key, network, bitmap, buffer }) {
  if (network) networks.set(key, network);
  const { width, height } = bitmap;
  const model = await modelFor(key, width, height);
  const input = new Tensor(bytesOf(bitmap), [1, height, width, 3]);
  const [output] = await model.run([input]);
  input.delete();
  const drawn = output.toTypedArray();
  output.delete();
  const size = width * height * 4;
  const rgba = new Uint8Array(buffer?.byteLength === size ? buffer : size);
  for (let from = 0, to = 0; to < size; from += 3, to += 4) {
    rgba[to] = drawn[from];
    rgba[to + 1] = drawn[from + 1];
    rgba[to + 2] = drawn[from + 2];
    rgba[to + 3] = 255;
  }
  return rgba;
}

self.onmessage = async ({ data }) => {
  try {
    started ??= start(data.folder);
    await started;
    const rgba = await draw(data);
    self.postMessage({ id: data.id, rgba }, [rgba.buffer]);
  } catch (error) {
    self.postMessage({ id: data.id, error: String(error?.message ?? error) });
  }
};
