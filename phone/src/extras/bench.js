/** `?bench` measures this device and makes one line that its user can send in. */
import { fullSize, networkSize } from "../drawing/sizes.js";

const FRAMES = 24;
const WARM_UP = 4;
const SIZES = [[192, 480], [240, 480], [240, 720], [320, 720]];

const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Milliseconds of a frame at some sizes, network and finish together. @param {import("../app.js").App} app */
export async function bench(app, { frames = FRAMES, sizes = SIZES } = {}) {
  const results = [];
  for (const [networkSide, fullSide] of sizes) {
    const full = fullSize(4 / 3, fullSide);
    const size = { full, network: networkSize(full, networkSide) };
    const view = { ...app.painted, aspect: 4 / 3, other: null, wipe: 0 };
    const times = await app.alone(async () => {
      const measured = [];
      for (let n = 0; n < frames + WARM_UP; n += 1) {
        const began = performance.now();
        await app.painter.paint(app.source, view, size);
        await app.painter.gpu.finished();
        if (n >= WARM_UP) measured.push(performance.now() - began);
      }
      return measured;
    });
    results.push({ network: size.network, full, ms: middle(times) });
  }
  app.changed();
  return { look: app.view.look.name, engine: app.engine.label, device: navigator.userAgent, results };
}

/** The line to send in. */
export function lineOf({ look, engine, device, results }) {
  const times = results.map(({ network, full, ms }) => `${network.join("x")}>${full.join("x")} ${ms.toFixed(1)} ms`);
  return `celcam bench | ${look} | ${engine} | ${times.join(" | ")} | ${device}`;
}

/** Measure, and show the line where it can be copied. @param {import("../app.js").App} app */
export async function showBench(app) {
  const box = document.getElementById("figures");
  box.hidden = false;
  box.textContent = "Measuring, about 10 seconds";
  const line = lineOf(await bench(app));
  app.figures.note = () => {}; // the line stays
  box.textContent = `${line}\n\nPlease copy this line into an issue of the project.`;
  return line;
}
