/** The looks of this page and their files. A file is loaded once, when something needs it. */
import { readNetwork } from "./engine/tflite.js";
import { loadFinish } from "./finishes/finish.js";

/** A file that the page needs can't be had. */
export class LoadError extends Error {}

/**
 * @typedef {{float16: string, int8: string}} Networks addresses
 * @typedef {{name: string, about: string, order: number, own: boolean, default: boolean, thumbnail: string, live: Networks,
 *   quality?: Networks, finish: Record<string, {file: string, tiles: Record<string, string>}>}} Look
 */

/** @param {string} address @returns {Promise<Blob>} */
async function load(address) {
  let response;
  try {
    response = await fetch(address);
  } catch {
    throw new LoadError("No connection. This look has not been used on this device yet; connect once to load it.");
  }
  if (!response.ok) throw new LoadError(`A file is missing (${response.status}). Load the page again.`);
  return response.blob();
}

/** All looks, in the order of the page. */
export class Catalogue {
  /** @param {Look[]} looks */
  constructor(looks) {
    this.looks = [...looks].sort((a, b) => a.order - b.order);
    /** @type {Map<string, Promise<any>>} */
    this.loading = new Map();
    /** Keys whose files are here. @type {Set<string>} */
    this.here = new Set();
  }

  /** @param {string} address of the list of looks @returns {Promise<Catalogue>} */
  static async open(address) {
    return new Catalogue(JSON.parse(await (await load(address)).text()));
  }

  /** The look of a name, or the default one. @param {string | null} name @returns {Look} */
  find(name) {
    return this.looks.find((each) => each.name === name) ?? this.looks.find((each) => each.default) ?? this.looks[0];
  }

  /** The look `steps` after another, around the end. @param {Look} look @param {number} steps @returns {Look} */
  next(look, steps) {
    const count = this.looks.length;
    return this.looks[(this.looks.indexOf(look) + steps + count) % count];
  }

  once(key, make) {
    if (!this.loading.has(key)) {
      const made = make().then(
        (value) => {
          this.here.add(key);
          return value;
        },
        (error) => {
          this.loading.delete(key); // so that a later try can succeed
          throw error;
        },
      );
      this.loading.set(key, made);
    }
    return this.loading.get(key);
  }

  /** A network as bytes. @param {string} address @returns {Promise<ArrayBuffer>} */
  bytes(address) {
    return this.once(address, async () => (await load(address)).arrayBuffer());
  }

  /** A network as a graph. @param {string} address @returns {Promise<import("./engine/tflite.js").Graph>} */
  graph(address) {
    return this.once(`graph ${address}`, async () => readNetwork(await (await load(address)).arrayBuffer()));
  }

  /** Which exported finish suits a picture: the smallest that is not smaller, else the largest. */
  finishSize(look, shortSide) {
    const sizes = Object.keys(look.finish).map(Number).sort((a, b) => a - b);
    return sizes.find((size) => size >= shortSide) ?? sizes.at(-1);
  }

  /**
   * @param {Look} look
   * @param {number} shortSide of the picture that is finished
   * @returns {Promise<import("./finishes/finish.js").FinishFiles>}
   */
  finish(look, shortSide) {
    const { file, tiles } = look.finish[this.finishSize(look, shortSide)];
    return this.once(`finish ${file}`, () => loadFinish(file, (name) => tiles[name], load));
  }

  /** Whether a look can be drawn without loading anything. @param {Look} look @param {number} shortSide */
  isHere(look, shortSide, kind = "float16") {
    const { file } = look.finish[this.finishSize(look, shortSide)];
    const network = kind === "float16" ? `graph ${look.live.float16}` : look.live.int8;
    return this.here.has(`finish ${file}`) && this.here.has(network);
  }
}
