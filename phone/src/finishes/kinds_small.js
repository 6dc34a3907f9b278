/** Steps on the network's small picture: dehalo, grade, wobble, sky, glow. See kinds.js. */

const CHANNELS = ["red", "green", "blue"];
const SHRINK = 4;

const grade = (text) => {
  const lines = [];
  for (const [channel, name] of CHANNELS.entries()) {
    for (const source of ["gray", "leaf", "blueness"]) {
      for (const [way, by] of [["up", "add"], ["down", "sub"]]) {
        const table = `${source} ${way} ${name}`;
        if (text.has(table)) lines.push(`c[${channel}] = ${by}(c[${channel}], table(${text.row(table)}, ${source}_));`);
      }
    }
  }
  for (const [channel, name] of CHANNELS.entries()) {
    if (!text.has(`shadow ${name}`)) continue;
    lines.push(`c[${channel}] = add(c[${channel}], mul(table(${text.row(`shadow ${name}`)}, gray_), guard, 1.0 / 255.0));`);
  }
  return `
  {
    float gray_ = gray(c);
    vec3 grays = vec3(gray_);
    vec3 more = table(${text.row("vivid")}, sub(c, grays));
    vec3 less = table(${text.row("vivid")}, sub(grays, c));
    c = table(${text.row("tones")}, sub(add(grays, more), less));
    float leaf_ = sub(c.g, max(c.r, c.b));
    float blueness_ = sub(c.b, c.r);
    float guard = table(${text.row("guard")}, sub(c.r, c.b));
    ${lines.join("\n    ")}
  }`;
};

const wobble = (text) => `
  {
    vec2 bend = (vec2(tile(${text.tile("x")}, p).r, tile(${text.tile("y")}, p).r) - 128.0) / ratio;
    ivec2 place = p * 32 + ivec2(roundEven(bend));
    ivec2 q = place >> 5;
    vec2 f = vec2(place & 31);
    vec3 sum = at(src, q) * (32.0 - f.x) * (32.0 - f.y) + at(src, q + ivec2(1, 0)) * f.x * (32.0 - f.y)
      + at(src, q + ivec2(0, 1)) * (32.0 - f.x) * f.y + at(src, q + 1) * f.x * f.y;
    c = floor((sum + 512.0) / 1024.0);
  }`;

const dehalo = (text) => {
  const r = text.step.numbers.side >> 1;
  const plain = text.make("plain", 1, `return vec3(gray(at(src, p)));`);
  const dark = text.make("dark", 1, `return lowest(${plain}, p, ivec2(${r}));`);
  return `
  {
    float ground = highest(${dark}, p, ivec2(${r})).r;
    float share = min(table(${text.row("dark")}, at(${dark}, p).r), table(${text.row("ground")}, ground));
    c = sub(c, vec3(mul(sub(gray(c), ground), share, 1.0 / 255.0)));
  }`;
};

/** The mean of a square of 4x4 pixels of `src`; `value` is an expression of `vec3 c`. */
const mean = (value) => `
    vec3 sum = vec3(0.0);
    for (int y = 0; y < ${SHRINK}; y++) for (int x = 0; x < ${SHRINK}; x++) {
      vec3 c = at(src, p * ${SHRINK} + ivec2(x, y));
      sum += ${value};
    }`;

const sky = (text) => {
  const side = text.side("around");
  const light = (c) => `sub(table(${text.row("amount")}, min(${c}.g, ${c}.b)), table(${text.row("other")}, sub(${c}.b, ${c}.r)))`;
  const small = text.make("light", SHRINK, `${mean(`vec3(${light("c")})`)}\n    return floor(sum / 16.0 + 0.5);`);
  const wide = text.make("wide", SHRINK, `return highest(${small}, p, ivec2(1));`);
  const down = text.make("down", SHRINK, `
    vec3 least = vec3(255.0);
    for (int y = 0; y <= p.y; y++) least = min(least, at(${wide}, ivec2(p.x, y)));
    return least;`);
  const reached = text.make("reached", SHRINK, `return highest(${down}, p, ivec2(1));`);
  const once = text.make("once", SHRINK, `return blurred(${reached}, p, ${side});`);
  const kept = text.make("kept", SHRINK, `
    float around = table(${text.row("alone")}, blurred(${once}, p, ${side}).r);
    return vec3(mul(at(${reached}, p).r, around, 1.0 / 255.0));`);
  const soft = text.make("soft", SHRINK, `return blurred(${kept}, p, 5);`);
  return `
  {
    float amount = min(enlarged(${soft}, p).r, ${light("c")});
    int rows = textureSize(${text.tile("missing")}, 0).y;
    vec3 missing = at(${text.tile("missing")}, ivec2(0, int((float(p.y) + 0.5) / size.y * float(rows))));
    c = sub(c, mul(vec3(amount), missing, 1.0 / 255.0));
  }`;
};

const glow = (text) => {
  const side = text.side("side");
  const spill = text.make("spill", SHRINK, `${mean("c")}\n    return table(${text.row("spill")}, floor(sum / 16.0 + 0.5));`);
  const once = text.make("once", SHRINK, `return blurred(${spill}, p, ${side});`);
  const lit = text.make("lit", SHRINK, `
    ivec2 n = textureSize(${text.tile("sun")}, 0);
    vec3 sun = n == textureSize(${once}, 0) ? at(${text.tile("sun")}, p)
      : levels(texture(${text.tile("sun")}, (vec2(p) + 0.5) / vec2(textureSize(${once}, 0))));
    return add(blurred(${once}, p, ${side}), sun);`);
  return `c = add(c, mul(enlarged(${lit}, p), 255.0 - c, 1.0 / 255.0));`;
};

/** @type {Record<string, import("./kinds.js").Kind>} */
export const small = {
  grade: { reads: false, write: grade },
  dehalo: { reads: true, write: dehalo },
  wobble: { reads: true, write: wobble },
  sky: { reads: true, write: sky },
  glow: { reads: true, write: glow },
};
