/** Steps that draw with strokes and paint: outline, hatch, color-strokes, wash. See kinds.js. */
import { toneOf } from "./tone.js";

const CHANNELS = ["red", "green", "blue"];

/** The tone at half the size without its thin dark lines; `value` is an expression of the tone of `vec3 c`. */
function areas(text, value) {
  const r = text.side("line side") >> 1;
  const half = halved(text, "half", value);
  const a = text.make("highA", 2, `return highest(${half}, p, ivec2(${r}, 0));`);
  const b = text.make("highB", 2, `return highest(${a}, p, ivec2(0, ${r}));`);
  const c = text.make("lowA", 2, `return lowest(${b}, p, ivec2(${r}, 0));`);
  const d = text.make("lowB", 2, `return lowest(${c}, p, ivec2(0, ${r}));`);
  return text.make("areas", 2, `return blurred(${d}, p, 3);`);
}

/** Add the strokes of each layer to `onto`; `amount` is what is to be covered. */
const strokes = (text, amount, onto) => text.step.layers.map((_, n) =>
  `${onto} = add(${onto}, table(${text.row(`${n} edge`)}, sub(table(${text.row(`${n} cover`)}, ${amount}), tile(${text.tile(`${n} strokes`)}, p).r)));`,
).join("\n    ");

const hatch = (text, shortSide) => {
  // The areas are found in the tone; a tone that is relit needs a picture of its own first.
  const tone = toneOf(text, shortSide);
  const relit = text.step.tone.local || text.step.tone.lift;
  const plain = relit ? text.make("tone", 1, `vec3 c = at(src, p); return vec3(${tone("c")});`) : "";
  const found = areas(text, relit ? `at(${plain}, p * 2 + ivec2(x, y)).r` : tone("c"));
  return `
  {
    float tone = ${relit ? `at(${plain}, p).r` : tone("c")};
    float area = enlarged(${found}, p).r;
    float dark = 255.0 - area;
    float ink = table(${text.row("smudge")}, dark);
    ${strokes(text, "dark", "ink")}
    ink = sub(ink, table(${text.row("eraser")}, sub(tone, area)));
    ink = add(ink, table(${text.row("line")}, sub(area, tone)));
    ink = mul(ink, tile(${text.tile("grain")}, p).r, 1.0 / 199.0);
    c = vec3(${CHANNELS.map((name) => `table(${text.row(name)}, ink)`).join(", ")});
  }`;
};

const colorStrokes = (text) => `
  {
    float line = sub(enlarged(${areas(text, "gray(c)")}, p).r, gray(c));
    float amount = 255.0 - add(min(min(c.r, c.g), c.b), line);
    float covered = table(${text.row("even")}, amount);
    ${strokes(text, "amount", "covered")}
    covered = add(covered, table(${text.row("line")}, line));
    vec3 cover = mul(vec3(covered), tile(${text.tile("wax")}, p), 1.0 / 199.0);
    c = 255.0 - mul(255.0 - c, cover, 1.0 / 255.0);
  }`;

/** A value of `vec3 c` at half the size, by default gray. */
const halved = (text, name = "plain", value = "gray(c)") => text.make(name, 2, `
    float sum = 0.0;
    for (int y = 0; y < 2; y++) for (int x = 0; x < 2; x++) {
      vec3 c = at(src, p * 2 + ivec2(x, y));
      sum += ${value};
    }
    return vec3(floor(sum / 4.0 + 0.5));`);

const wash = (text) => {
  const side = text.side("rim");
  const plain = halved(text);
  const half = text.make("half", 2, `return blurred(${plain}, p, 3);`);
  const rims = text.make("rims", 2, `
    return vec3(table(${text.row("rim")}, sub(blurred(${half}, p, ${side}).r, at(${half}, p).r)));`);
  return `c = 255.0 - mul(255.0 - sub(c, enlarged(${rims}, p).rrr), tile(${text.tile("pigment")}, p), 1.0 / 255.0);`;
};

const outline = (text) => {
  const [wide, around] = ["wide", "around"].map((name) => text.side(name));
  const near = text.step.numbers.near === 1 ? 1 : text.side("near");
  const half = halved(text);
  const light = text.make("light", 2, `return min(blurred(${half}, p, ${wide}), blurred(${half}, p, ${around}));`);
  const lines = text.make("lines", 2, `return sub(at(${light}, p), at(${half}, p));`);
  const warm = halved(text, "warm", "sub(c.r, c.b)");
  const paper = text.make("paper", 2, `
    vec3 less = sub(at(${light}, p), table(${text.row("busy")}, blurred(${lines}, p, ${around})));
    return sub(less, table(${text.row("skin")}, blurred(${warm}, p, ${around})));`);
  return `
  {
    float sum = 0.0;
    ivec2 n = textureSize(src, 0);
    for (int y = -${near >> 1}; y <= ${near >> 1}; y++) for (int x = -${near >> 1}; x <= ${near >> 1}; x++) {
      sum += gray(at(src, mirrored(p + ivec2(x, y), n)));
    }
    float ink = sub(enlarged(${paper}, p).r, floor(sum / ${near * near}.0 + 0.5));
    c = mul(c, vec3(table(${text.row("left")}, ink)), 1.0 / 255.0);
  }`;
};

/** @type {Record<string, import("./kinds.js").Kind>} */
export const drawn = {
  outline: { reads: true, write: outline },
  hatch: { reads: true, write: hatch },
  "color-strokes": { reads: true, write: colorStrokes },
  wash: { reads: true, write: wash },
};
