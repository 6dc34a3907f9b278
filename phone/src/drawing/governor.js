/** Steps the sizes down and up, so that the page holds 24 frames a second. */

/** Short sides of the network and of the finish, small to large. */
export const LEVELS = {
  webgl2: [[112, 360], [144, 480], [192, 480], [240, 480], [240, 720], [288, 720], [320, 720]],
  cpu: [[80, 360], [112, 480], [144, 480], [192, 480], [240, 480]],
};
const START = { webgl2: 4, cpu: 2 };
const BUDGET_MS = 1000 / 24;
const WINDOW = 16; // frames
const PATIENCE = 3; // windows with room before a step up

/** One governor serves one engine. */
export class Governor {
  /** @param {"webgl2" | "cpu"} engine */
  constructor(engine) {
    this.levels = LEVELS[engine];
    this.level = START[engine];
    this.times = [];
    this.room = 0;
    /** The step up before this failed; it is tried less and less. */
    this.patience = PATIENCE;
    this.wentUp = false;
  }

  get networkSide() {
    return this.levels[this.level][0];
  }

  get fullSide() {
    return this.levels[this.level][1];
  }

  /**
   * Note how long a frame took to draw.
   * @param {number} ms from its start until it was drawn
   * @returns {boolean} whether the sizes have changed
   */
  note(ms) {
    this.times.push(ms);
    if (this.times.length < WINDOW) return false;
    const median = [...this.times].sort((a, b) => a - b)[WINDOW / 2];
    this.times = [];
    if (median > BUDGET_MS && this.level > 0) {
      if (this.wentUp) this.patience = Math.min(240, this.patience * 2);
      return this.step(-1);
    }
    this.wentUp = false;
    this.room = median < BUDGET_MS * 0.55 ? this.room + 1 : 0;
    if (this.room < this.patience || this.level === this.levels.length - 1) return false;
    this.wentUp = true;
    return this.step(1);
  }

  step(by) {
    this.level += by;
    this.room = 0;
    return true;
  }

  /** Forget times that say nothing: after a change of look, or while the page was hidden. */
  forget() {
    this.times = [];
  }
}
