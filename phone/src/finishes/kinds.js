/**
 * Every kind of step as a shader. Each function returns GLSL that changes `vec3 c`, the colour at `ivec2 p`.
 *
 * `src` is the step's whole input. A kind that reads it, or that makes pictures first, starts a pass of its own.
 */
import { drawn as drawnKinds } from "./kinds_drawn.js";
import { small as smallKinds } from "./kinds_small.js";
import { float } from "./text.js";
import { toneOf } from "./tone.js";

const CHANNELS = ["red", "green", "blue"];

/** @typedef {import("./text.js").StepText} StepText */
/** @typedef {{reads: boolean, write: (text: StepText, shortSide: number) => string}} Kind */

/** Three look-ups, one for each channel. */
const byChannel = (text, value, prefix = "") => `vec3(${CHANNELS.map((name) => `table(${text.row(`${prefix}${name}`)}, ${value})`).join(", ")})`;

const toneSteps = (text) => `c = mul(c, vec3(table(${text.row("gain")}, gray(c))), 1.0 / 127.0);`;

const paper = (text) => `c = mul(c, tile(${text.tile("sheet")}, p), 1.0 / 255.0);`;

const vignette = (text) => `c = mul(c, whole(${text.tile("light")}, p).rrr, 1.0 / 255.0);`;

const border = (text) => `c = 255.0 - mul(255.0 - c, framed(${text.tile("paint")}, p).rrr, 1.0 / 199.0);`;

const crisp = (text) => {
  const side = text.side("side");
  return `
  {
    float sum = 0.0, low = 255.0, high = 0.0, g = gray(c);
    ivec2 n = textureSize(src, 0);
    for (int y = -${side >> 1}; y <= ${side >> 1}; y++) for (int x = -${side >> 1}; x <= ${side >> 1}; x++) {
      ivec2 q = p + ivec2(x, y);
      float v = gray(at(src, mirrored(q, n)));
      sum += v;
      // Beyond the border a mirrored pixel is one of the square's own.
      low = min(low, v);
      high = max(high, v);
    }
    float soft = floor(sum / ${float(side * side)} + 0.5);
    float up = min(table(${text.row("amount")}, sub(g, soft)), sub(high, g));
    float down = min(table(${text.row("amount")}, sub(soft, g)), sub(g, low));
    c = sub(add(c, vec3(up)), vec3(down));
  }`;
};

const keepHue = (text, shortSide) => `
  {
    float tone = ${toneOf(text, shortSide)("c")};
    float kept = table(${text.row("kept")}, sub(c.r, table(${text.row("others")}, max(c.g, c.b))));
    c = blend(${byChannel(text, "tone")}, ${byChannel(text, "c.r", "kept ")}, kept);
  }`;

const screentone = (text, shortSide) => `
  {
    float tone = ${toneOf(text, shortSide)("c")};
    float ink = sub(table(${text.row("coverage")}, tone), tile(${text.tile("dots")}, p).r);
    ink = max(table(${text.row("edge")}, ink), table(${text.row("solid")}, tone));
    c = ${byChannel(text, "ink")};
  }`;

const inks = (text, shortSide) => `
  {
    float tone = ${toneOf(text, shortSide)("c")};
    float shift = tile(${text.tile("line")}, p).r + tile(${text.tile("rough")}, p).r - 256.0;
    tone = sub(add(tone, max(shift, 0.0)), max(-shift, 0.0));
    float warmth = table(${text.row("warmth")}, sub(c.r, max(c.b, table(${text.row("green")}, c.g))));
    c = blend(${byChannel(text, "tone", "cool ")}, ${byChannel(text, "tone", "warm ")}, warmth);
  }`;

const separation = (text) => {
  const { plates, paper: sheet } = text.step;
  const { numbers } = text.step;
  const moved = (name) => Math.round(numbers[name] / text.ratio);
  const plate = ({ takes }, n) => {
    const amounts = CHANNELS.map((name, channel) => [name, channel]).filter(([, channel]) => takes[channel]);
    return `
    {
      ivec2 q = clamp(p - ivec2(${moved(`${n} x`)}, ${moved(`${n} y`)}), ivec2(0), textureSize(src, 0) - 1);
      vec3 from = at(src, q);
      float amount = 0.0;
      ${amounts.map(([name, channel]) => `amount = add(amount, table(${text.row(`${n} from ${name}`)}, from[${channel}]));`).join("\n      ")}
      amount = sub(table(${text.row(`${n} amount`)}, amount), tile(${text.tile(`${n} screen`)}, q).r);
      amount = mul(table(${text.row(`${n} edge`)}, amount), tile(${text.tile("ink")}, p).r, 1.0 / 255.0);
      vec3 lets = ${byChannel(text, "amount", `${n} lets `)};
      c = ${n ? "mul(c, lets, 1.0 / 255.0)" : `min(floor(lets * (vec3(${sheet.map(float).join(", ")}) / 255.0) + 0.5), 255.0)`};
    }`;
  };
  return plates.map(plate).join("");
};

const grid = (text) => {
  const exported = text.step.numbers.square;
  const cell = text.ratio === 1 ? exported : Math.max(1, Math.round(exported / text.ratio));
  const { dither, sharpness } = text.step;
  const cells = text.make("cells", 1, `
    vec3 sum = vec3(0.0);
    for (int y = 0; y < ${cell}; y++) for (int x = 0; x < ${cell}; x++) sum += at(src, p * ${cell} + ivec2(x, y));
    return floor(sum / ${float(cell * cell)} + 0.5);`, cell);
  const painted = text.make("painted", 1, `
    const float BAYER[16] = float[16](0.0, 8.0, 2.0, 10.0, 12.0, 4.0, 14.0, 6.0, 3.0, 11.0, 1.0, 9.0, 15.0, 7.0, 13.0, 5.0);
    float change = floor(((BAYER[(p.y % 4) * 4 + p.x % 4] + 0.5) / 16.0 - 0.5) * ${float(dither)} + 0.5);
    vec3 v = at(${cells}, p);
    vec3 around = at(${cells}, p + ivec2(0, 1)) + at(${cells}, p - ivec2(0, 1)) + at(${cells}, p + ivec2(1, 0)) + at(${cells}, p - ivec2(1, 0));
    vec3 sharp = v + floor((4.0 * v - around) * ${float(Math.round(sharpness * 16))} / 64.0) + change;
    ivec3 place = ivec3(clamp(sharp, 0.0, 255.0)) >> 3;
    return at(${text.tile("palette")}, ivec2(place.g * 32 + place.b, place.r));`, cell);
  return `c = at(${painted}, p / ${cell});`;
};

/** @type {Record<string, Kind>} */
export const KINDS = {
  "tone-steps": { reads: false, write: toneSteps },
  paper: { reads: false, write: paper },
  vignette: { reads: false, write: vignette },
  border: { reads: false, write: border },
  crisp: { reads: true, write: crisp },
  "keep-hue": { reads: true, write: keepHue },
  screentone: { reads: true, write: screentone },
  inks: { reads: true, write: inks },
  separation: { reads: true, write: separation },
  grid: { reads: true, write: grid },
  ...drawnKinds,
  ...smallKinds,
};
