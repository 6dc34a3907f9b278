/** One picture of a moment in all looks, with their names. */
import { toCanvas } from "../capture/files.js";
import { fullSize } from "../drawing/sizes.js";
import { title } from "../ui/messages.js";
import { fill, font, INK, PAPER } from "./captions.js";

const CELL_SHORT_SIDE = 480;
const GAP = 14;
const CAPTION = 46;
const HEAD = 96;

/**
 * @param {import("../app.js").App} app
 * @param {(done: number, all: number) => void} progress
 * @returns {Promise<HTMLCanvasElement>}
 */
export async function makeGrid(app, progress) {
  const { looks } = app.catalogue;
  const aspect = Math.min(4 / 3, Math.max(3 / 4, app.aspect));
  const size = fullSize(aspect, CELL_SHORT_SIDE);
  const image = await createImageBitmap(app.source.image);
  const source = { ...app.source, image };
  const columns = aspect > 1 ? 3 : 4;
  const rows = Math.ceil((looks.length + 1) / columns);
  const [width, height] = [size[0] / 1.5, size[1] / 1.5];
  const canvas = document.createElement("canvas");
  canvas.width = columns * (width + GAP) + GAP;
  canvas.height = HEAD + rows * (height + CAPTION + GAP);
  const context = canvas.getContext("2d");
  context.fillStyle = PAPER;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = INK;
  context.font = font(44);
  context.fillText("Celcam", GAP + 2, 64);
  const put = (n, name, picture) => {
    const [x, y] = [GAP + (n % columns) * (width + GAP), HEAD + Math.floor(n / columns) * (height + CAPTION + GAP)];
    fill(context, picture, x, y, width, height);
    context.font = font(22, 650);
    context.fillText(name, x + 2, y + height + 30);
  };
  for (const [n, look] of looks.entries()) {
    progress(n + 1, looks.length);
    const view = { ...app.painted, look, other: null, split: 1, wipe: 0, strength: 1, aspect };
    const { drawn, photo } = await app.alone(() => app.painter.still(source, view, size));
    if (n === 0) put(0, "Photo", toCanvas(photo));
    put(n + 1, title(look.name), toCanvas(drawn));
  }
  image.close();
  app.changed();
  return canvas;
}
