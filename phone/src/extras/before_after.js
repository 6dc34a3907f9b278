/** A clip of 3 seconds that wipes from a photo to its cartoon and back, made from a picture just taken. */
import { Recorder } from "../capture/recorder.js";
import { fill } from "./captions.js";

const SECONDS = 3;
const LONG_SIDE = 1280;

/** Share of the width that shows the cartoon, by the share of the time. */
export function wipeAt(time) {
  const ease = (x) => (x < 0.5 ? 2 * x * x : 1 - 2 * (1 - x) ** 2);
  if (time < 0.15) return 0;
  if (time < 0.55) return ease((time - 0.15) / 0.4);
  return 1;
}

/**
 * @param {HTMLCanvasElement} photo
 * @param {HTMLCanvasElement} drawn of the same size
 * @returns {Promise<File>}
 */
export async function beforeAndAfter(photo, drawn) {
  const scale = Math.min(1, LONG_SIDE / Math.max(photo.width, photo.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [photo.width, photo.height].map((side) => Math.round((side * scale) / 2) * 2);
  const context = canvas.getContext("2d");
  const { width, height } = canvas;
  const draw = (time) => {
    fill(context, photo, 0, 0, width, height);
    const edge = width * wipeAt(time);
    context.save();
    context.beginPath();
    context.rect(0, 0, edge, height);
    context.clip();
    fill(context, drawn, 0, 0, width, height);
    context.restore();
    context.fillStyle = "#fff";
    if (edge > 0 && edge < width) context.fillRect(edge - width / 300, 0, width / 150, height);
  };
  draw(0);
  const recorder = new Recorder(canvas);
  const began = performance.now();
  await new Promise((resolve) => {
    const frame = (now) => {
      const time = (now - began) / (SECONDS * 1000);
      draw(Math.max(0, Math.min(1, time)));
      if (time < 1.03) requestAnimationFrame(frame);
      else resolve();
    };
    requestAnimationFrame(frame);
  });
  return recorder.stop();
}
