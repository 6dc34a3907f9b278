/** Writes the shaders of one step of a finish: names for its tables, tiles and intermediate pictures. */

/**
 * @typedef {{kind: string, tables: Record<string, number[]>, tiles: Record<string, {file: string, channels: number}>,
 *   numbers: Record<string, number>, [knob: string]: any}} Step as `celcam/finishes/files.py` writes it
 * @typedef {{name: string, shrink: number, cell?: number, body: string}} Aux a picture that a step makes first
 */

/** One step while its shaders are written. */
export class StepText {
  /**
   * @param {Step} step
   * @param {number} number of the step in its stage
   * @param {number} firstRow of the step's tables in the texture of tables
   * @param {number} ratio of the size that the finish was exported for to the size that is drawn
   */
  constructor(step, number, firstRow, ratio) {
    this.step = step;
    this.number = number;
    this.firstRow = firstRow;
    this.ratio = ratio;
    this.rows = Object.keys(step.tables);
    /** @type {Aux[]} */
    this.aux = [];
  }

  /** The row of a table. @param {string} name */
  row(name) {
    const row = this.rows.indexOf(name);
    if (row < 0) throw new Error(`the finish ${this.step.kind} lacks the table ${name}; export it again`);
    return String(this.firstRow + row);
  }

  /** Whether a table changes anything. @param {string} name */
  has(name) {
    return this.step.tables[name]?.some((value) => value !== 0) ?? false;
  }

  /** The sampler of a tile. @param {string} name */
  tile(name) {
    if (!(name in this.step.tiles)) throw new Error(`the finish ${this.step.kind} lacks the tile ${name}; export it again`);
    return `tile${this.number}_${Object.keys(this.step.tiles).indexOf(name)}`;
  }

  /**
   * Make a picture first, smaller by `shrink` (or of cells of `cell` pixels), and return its sampler's name.
   * @param {string} name
   * @param {number} shrink
   * @param {string} body GLSL that returns `vec3` levels at `ivec2 p`; `src` is the step's input
   * @param {number} [cell]
   */
  make(name, shrink, body, cell) {
    const full = `aux${this.number}_${name}`;
    this.aux.push({ name: full, shrink, body, cell });
    return full;
  }

  /** An odd side of a square, for the size that is drawn. @param {string} name of the number */
  side(name) {
    const exported = this.step.numbers[name];
    if (this.ratio === 1) return exported;
    return 2 * Math.max(1, roundEven((exported - 1) / 2 / this.ratio)) + 1;
  }
}

/** A number as GLSL. @param {number} value */
export function float(value) {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** Round as Python does. @param {number} value */
export function roundEven(value) {
  const below = Math.floor(value);
  const share = value - below;
  if (share !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
