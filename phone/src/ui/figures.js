/** What draws here, and how fast: shown on request. */

const WINDOW_MS = 1000;

export class Figures {
  /** @param {import("../app.js").App} app */
  constructor(app) {
    this.app = app;
    this.box = document.getElementById("figures");
    this.stamps = [];
  }

  /** @param {number} ms of the frame just drawn */
  note(ms) {
    const now = performance.now();
    this.stamps.push(now);
    while (now - this.stamps[0] > WINDOW_MS) this.stamps.shift();
    if (this.box.hidden || this.app.frames % 8) return;
    this.box.textContent = this.lines(ms).join("\n");
  }

  /** Frames a second: intervals over their span. */
  get rate() {
    const span = this.stamps.at(-1) - this.stamps[0];
    return span > 0 ? ((this.stamps.length - 1) * 1000) / span : 0;
  }

  lines(ms) {
    const { engine, sizes, source } = this.app;
    return [
      engine.label,
      `${this.rate.toFixed(0)} frames a second, ${ms.toFixed(0)} ms each`,
      `camera ${source.width} x ${source.height}, network ${sizes.network.join(" x ")}, shown ${sizes.full.join(" x ")}`,
    ];
  }

  /** @returns {boolean} whether they are shown now */
  toggle() {
    this.box.hidden = !this.box.hidden;
    this.box.textContent = this.box.hidden ? "" : this.lines(this.app.times.at(-1) ?? 0).join("\n");
    return !this.box.hidden;
  }
}
