/** The sizes of a picture: the network draws at one, and the finish is drawn at the other. */

/** @typedef {[number, number]} Size width, height */

/** Framings by name; null fills the screen. Each is for an upright picture. */
export const FRAMINGS = { full: null, "1:1": 1, "4:5": 4 / 5, "9:16": 9 / 16 };
const NARROWEST = 9 / 20;
/** The finish shrinks pictures by 8 at most, the network by 4. */
const FULL_MULTIPLE = 8;
const NETWORK_MULTIPLE = 4;
/** As in `edge_app/drawing/sizing.py`: larger, and a network's lines look thin. */
export const STILL_NETWORK_SHORT_SIDE = 512;
/** Of a still, pixels: what phones can hold a few times over. */
const MOST_PIXELS = 12_600_000;

const rounded = (value, multiple) => Math.max(multiple, Math.round(value / multiple) * multiple);

/**
 * Width over height.
 * @param {keyof typeof FRAMINGS} framing
 * @param {Size} stage the place where the picture is shown
 */
export function aspectOf(framing, stage) {
  const free = Math.min(1 / NARROWEST, Math.max(NARROWEST, stage[0] / Math.max(1, stage[1])));
  const fixed = FRAMINGS[framing];
  if (!fixed) return free;
  return free > 1 ? 1 / fixed : fixed;
}

/** @param {number} aspect @param {number} shortSide @param {number} multiple @returns {Size} */
function sizeOf(aspect, shortSide, multiple) {
  return aspect > 1
    ? [rounded(shortSide * aspect, multiple), rounded(shortSide, multiple)]
    : [rounded(shortSide, multiple), rounded(shortSide / aspect, multiple)];
}

/** The size of the finish. @returns {Size} */
export const fullSize = (aspect, shortSide) => sizeOf(aspect, shortSide, FULL_MULTIPLE);

/** The size of the network for a finished size. @param {Size} full @param {number} shortSide @returns {Size} */
export const networkSize = (full, shortSide) =>
  sizeOf(full[0] / full[1], Math.min(shortSide, ...full), NETWORK_MULTIPLE);

/** The largest size of a still from a source. @param {{width: number, height: number}} source @param {number} aspect @param {number} zoom */
export function stillSize(source, aspect, zoom, mostSide = 8192) {
  const [, , width, height] = cropOf(source, aspect, zoom);
  const shrink = Math.min(1, Math.sqrt(MOST_PIXELS / (width * height)), mostSide / Math.max(width, height));
  return fullSize(aspect, Math.max(FULL_MULTIPLE, Math.min(width, height) * shrink - FULL_MULTIPLE / 2));
}

/**
 * The middle of a source that has an aspect ratio: left, top, width, height.
 * @param {{width: number, height: number, focus?: number}} source `focus` is where its middle is, as a share of the height
 * @param {number} aspect
 * @param {number} zoom 1 or more
 */
export function cropOf({ width, height, focus = 0.5 }, aspect, zoom) {
  const w = Math.min(width, height * aspect) / zoom;
  const h = w / aspect;
  return [(width - w) / 2, Math.min(height - h, Math.max(0, focus * height - h / 2)), w, h];
}
