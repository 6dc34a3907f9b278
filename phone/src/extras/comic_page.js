/** A comic page of three or four shots, with frames and captions. */
import { announce, say } from "../ui/messages.js";
import { fill, font, INK, linesOf } from "./captions.js";

const WIDTH = 1240;
const HEIGHT = 1754; // A4
const MARGIN = 56;
const GUTTER = 22;
const FRAME = 7;
const ABOVE = 0.2;
const YELLOW = "#ffe27a";
export const MOST_SHOTS = 4;
const FEWEST_SHOTS = 3;

/** Panels as shares of the page: left, top, right, bottom. */
export const LAYOUTS = {
  1: [[0, 0, 1, 1]],
  2: [[0, 0, 1, 0.5], [0, 0.5, 1, 1]],
  3: [[0, 0, 1, 0.46], [0, 0.46, 0.5, 1], [0.5, 0.46, 1, 1]],
  4: [[0, 0, 0.58, 0.42], [0.58, 0, 1, 0.42], [0, 0.42, 0.42, 1], [0.42, 0.42, 1, 1]],
};

const element = (id) => document.getElementById(id);

export class ComicPage {
  /** @param {(page: HTMLCanvasElement | null) => void} end gets the page, or null if the user goes back */
  constructor(end) {
    /** @type {{picture: HTMLCanvasElement, caption: string}[]} */
    this.shots = [];
    this.dialog = element("page-editor");
    this.end = (made) => {
      this.dialog.close();
      this.listening.abort();
      end(made);
    };
    this.listening = new AbortController();
    const { signal } = this.listening;
    element("page-close").addEventListener("click", () => this.back(), { signal });
    element("page-done").addEventListener("click", () => this.end(element("page-canvas")), { signal });
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.back();
    }, { signal });
    this.ask();
  }

  ask() {
    const left = this.shots.length < FEWEST_SHOTS ? `of ${FEWEST_SHOTS}` : "the last";
    say(`Comic page: take shot ${this.shots.length + 1}, ${left}`, 6);
  }

  /** Put a shot on the page. @param {HTMLCanvasElement} picture */
  async add(picture) {
    this.shots.push({ picture, caption: "" });
    if (this.shots.length < FEWEST_SHOTS) {
      this.ask();
      return;
    }
    this.edit();
  }

  /** Without shots enough, one more is taken; else the page is given up. */
  back() {
    if (this.dialog.open && this.shots.length < MOST_SHOTS) {
      this.dialog.close();
      this.ask();
    } else {
      this.end(null);
    }
  }

  edit() {
    element("page-close").textContent = this.shots.length < MOST_SHOTS ? "One more shot" : "Discard";
    element("captions").replaceChildren(...this.shots.map((shot, n) => {
      const input = document.createElement("input");
      Object.assign(input, { value: shot.caption, placeholder: `Caption ${n + 1}`, maxLength: 80, ariaLabel: `Caption ${n + 1}` });
      input.addEventListener("input", () => {
        shot.caption = input.value;
        this.draw();
      });
      return input;
    }));
    this.draw();
    if (!this.dialog.open) this.dialog.showModal();
    announce(`Comic page with ${this.shots.length} shots`);
  }

  draw() {
    const canvas = element("page-canvas");
    [canvas.width, canvas.height] = [WIDTH, HEIGHT];
    const context = canvas.getContext("2d");
    context.fillStyle = "#fdfbf5";
    context.fillRect(0, 0, WIDTH, HEIGHT);
    const [w, h] = [WIDTH - 2 * MARGIN + GUTTER, HEIGHT - 2 * MARGIN + GUTTER];
    LAYOUTS[this.shots.length].forEach(([left, top, right, bottom], n) => {
      const { picture, caption } = this.shots[n];
      const box = [MARGIN + left * w, MARGIN + top * h, (right - left) * w - GUTTER, (bottom - top) * h - GUTTER];
      fill(context, picture, ...box, ABOVE);
      context.lineWidth = FRAME;
      context.strokeStyle = INK;
      context.strokeRect(...box);
      if (caption.trim()) this.drawCaption(context, caption.trim(), box, n);
    });
  }

  /** A box with text at the panel's upper left, or lower right for every second one. */
  drawCaption(context, text, [x, y, width, height], n) {
    const [size, inner] = [34, 18];
    context.font = font(size, 700);
    const lines = linesOf(context, text, width * 0.72);
    const boxWidth = Math.max(...lines.map((line) => context.measureText(line).width)) + 2 * inner;
    const boxHeight = lines.length * size * 1.2 + 2 * inner * 0.7;
    const [left, top] = n % 2 ? [x + width - boxWidth, y + height - boxHeight] : [x, y];
    context.fillStyle = YELLOW;
    context.fillRect(left, top, boxWidth, boxHeight);
    context.lineWidth = FRAME * 0.7;
    context.strokeRect(left, top, boxWidth, boxHeight);
    context.fillStyle = INK;
    lines.forEach((line, row) => context.fillText(line, left + inner, top + inner * 0.7 + size * (0.95 + 1.2 * row)));
  }
}
