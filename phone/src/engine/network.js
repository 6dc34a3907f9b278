/**
 * Draws a network with WebGL2: one pass for each convolution, sums and rearrangements inside the passes.
 *
 * Values lie in texture arrays of half floats, four channels to a layer. Layers are drawn in groups as large as the
 * device's draw buffers and uniform blocks allow.
 */
import { NetworkFileError } from "./tflite.js";

const MOST_OUTPUTS = 4; // layers of one pass; more need more registers than phones have

/**
 * @typedef {import("./gpu.js").Gpu} Gpu
 * @typedef {import("./gpu.js").Picture} Picture
 * @typedef {import("./tflite.js").Graph} Graph
 * @typedef {{fragment: string, target: number, layer: number, count: number, inputs: Record<string, number>,
 *   block?: WebGLBuffer}} Pass tensors by number
 */

/** A network on a GPU. It draws pictures of any size whose sides are multiples of 4. */
export class GpuNetwork {
  /**
   * @param {Gpu} gpu
   * @param {Graph} graph
   */
  constructor(gpu, graph) {
    this.gpu = gpu;
    this.graph = graph;
    this.producer = new Map(graph.operators.map((each) => [each.output, each]));
    this.users = new Map();
    for (const each of graph.operators) {
      for (const input of each.inputs ?? [each.input]) this.users.set(input, (this.users.get(input) ?? 0) + 1);
    }
    this.shrinks = this.findSizes();
    /** @type {Pass[]} */
    this.passes = [];
    this.stored = new Set([graph.input]);
    for (const each of graph.operators) if (each.op === "conv") this.addConv(each);
    this.addOutput();
    /** Textures by tensor, for each of the last sizes. @type {Map<string, Map<number, Picture>>} */
    this.sets = new Map();
  }

  /** How many times smaller than the input each tensor is. */
  findSizes() {
    const shrinks = new Map([[this.graph.input, 1]]);
    for (const each of this.graph.operators) {
      const before = shrinks.get(each.inputs?.[0] ?? each.input);
      if (before === undefined) throw new NetworkFileError("an operator reads what no other has made");
      const factor = { conv: each.stride, shuffle: 1 / each.block }[each.op] ?? 1;
      shrinks.set(each.output, before * factor);
    }
    return shrinks;
  }

  layers(tensor) {
    return Math.ceil(this.graph.channels.get(tensor) / 4);
  }

  /** Follow sums and limits behind a convolution, as long as nothing else reads what is between. */
  tail(tensor) {
    const steps = [];
    for (let at = tensor; ;) {
      const next = this.users.get(at) === 1 && this.graph.operators.find(
        (each) => (each.inputs ?? [each.input]).includes(at) && ["add", "clamp"].includes(each.op),
      );
      if (!next) return { steps, tensor: at };
      const other = next.inputs?.find((input) => input !== at);
      if (next.op === "add" && (other === undefined || !this.isReady(other))) return { steps, tensor: at };
      steps.push({ ...next, other });
      at = next.output;
    }
  }

  /** Whether a tensor can be read: it is stored, or made of stored ones without a convolution. */
  isReady(tensor) {
    if (this.stored.has(tensor)) return true;
    const made = this.producer.get(tensor);
    return made !== undefined && made.op !== "conv" && (made.inputs ?? [made.input]).every((each) => this.isReady(each));
  }

  /** Store a tensor that sums and rearrangements make, so that a convolution reads plain layers. */
  store(tensor) {
    if (this.stored.has(tensor)) return;
    const text = new Text(this);
    const group = Math.min(this.gpu.drawBuffers, MOST_OUTPUTS);
    for (let layer = 0; layer < this.layers(tensor); layer += group) {
      const count = Math.min(group, this.layers(tensor) - layer);
      const body = Array.from({ length: count }, (_, n) => `o${n} = ${text.read(tensor, layer + n, "p")};`);
      this.passes.push({ fragment: text.shader(body, count), target: tensor, layer, count, inputs: text.inputs });
    }
    this.stored.add(tensor);
  }

  addConv(conv) {
    this.store(conv.input);
    const { steps, tensor } = this.tail(conv.output);
    const [outputs, height, width, inputs] = conv.shape;
    const inLayers = Math.ceil(inputs / 4);
    const perLayer = height * width * inLayers * 4;
    const room = Math.floor((this.gpu.uniformVectors - MOST_OUTPUTS) / perLayer);
    if (room < 1) throw new NetworkFileError("a convolution is too large for this GPU");
    const group = Math.min(room, this.gpu.drawBuffers, MOST_OUTPUTS);
    for (let layer = 0; layer < Math.ceil(outputs / 4); layer += group) {
      const count = Math.min(group, Math.ceil(outputs / 4) - layer);
      const text = new Text(this);
      const body = text.conv(conv, { layer, count, inLayers, steps });
      this.passes.push({
        fragment: text.shader(body, count, perLayer * count + count), target: tensor, layer, count, inputs: text.inputs,
        block: this.gpu.uniforms(packWeights(conv, layer, count, inLayers)),
      });
    }
    this.stored.add(tensor);
  }

  addOutput() {
    const text = new Text(this);
    const body = [`o0 = vec4(clamp(${text.read(this.graph.output, 0, "p")}.rgb, 0.0, 1.0), 1.0);`];
    this.passes.push({ fragment: text.shader(body, 1), target: -1, layer: 0, count: 1, inputs: text.inputs });
  }

  /**
   * @param {Picture} photo of bytes, its sides multiples of 4
   * @param {Picture} drawn of the same size; receives the network's picture
   */
  draw(photo, drawn) {
    const pictures = this.textures(photo.width, photo.height);
    const at = (tensor) => (tensor === this.graph.input ? photo : tensor === -1 ? drawn : pictures.get(tensor));
    for (const pass of this.passes) {
      const inputs = Object.fromEntries(Object.entries(pass.inputs).map(([name, tensor]) => [name, at(tensor)]));
      this.gpu.draw(pass.fragment, { ...pass, target: at(pass.target), inputs });
    }
  }

  /** The textures for a size; those of the last two sizes are kept. */
  textures(width, height) {
    const size = `${width}x${height}`;
    const known = this.sets.get(size);
    if (known) return known;
    if (this.sets.size > 1) this.freeSet(this.sets.keys().next().value);
    const pictures = new Map();
    for (const { target } of this.passes) {
      if (target < 0 || pictures.has(target)) continue;
      const shrink = this.shrinks.get(target);
      const options = { layers: this.layers(target), precision: "halves" };
      pictures.set(target, this.gpu.picture(width / shrink, height / shrink, options));
    }
    this.sets.set(size, pictures);
    return pictures;
  }

  freeSet(size) {
    for (const picture of this.sets.get(size)?.values() ?? []) this.gpu.free(picture);
    this.sets.delete(size);
  }

  /** Give the textures back; the next picture makes them again. */
  free() {
    for (const size of [...this.sets.keys()]) this.freeSet(size);
  }
}

/** Biases, then for each tap, layer in and layer out the four columns of a matrix. */
function packWeights({ weights, bias, shape }, layer, count, inLayers) {
  const [outputs, height, width, inputs] = shape;
  const packed = new Float32Array((count + height * width * inLayers * count * 4) * 4);
  for (let n = 0; n < 4 * count; n += 1) packed[n] = bias[4 * layer + n] ?? 0;
  let at = 4 * count;
  for (let tap = 0; tap < height * width; tap += 1) {
    for (let from = 0; from < inLayers; from += 1) {
      for (let to = 0; to < count; to += 1) {
        for (let column = 0; column < 4; column += 1) {
          for (let row = 0; row < 4; row += 1, at += 1) {
            const [out, into] = [4 * (layer + to) + row, 4 * from + column];
            const known = out < outputs && into < inputs;
            packed[at] = known ? weights[(out * height * width + tap) * inputs + into] : 0;
          }
        }
      }
    }
  }
  return packed;
}

/** Writes the shader of a pass, and notes which tensors it reads. */
class Text {
  constructor(network) {
    this.network = network;
    /** @type {Record<string, number>} */
    this.inputs = {};
  }

  /** An expression for one layer of a tensor at pixel `p`, an `ivec2` of that tensor's size. */
  read(tensor, layer, p) {
    const { network } = this;
    if (network.stored.has(tensor)) {
      const name = this.sampler(tensor);
      return tensor === network.graph.input ? `texelFetch(${name}, ${p}, 0)` : `texelFetch(${name}, ivec3(${p}, ${layer}), 0)`;
    }
    const made = network.producer.get(tensor);
    if (made.op === "add") {
      return limited(`(${made.inputs.map((each) => this.read(each, layer, p)).join(" + ")})`, made);
    }
    if (made.op === "clamp") return limited(this.read(made.input, layer, p), made);
    return this.shuffled(made, layer, p);
  }

  /** Depth to space: which block of channels a pixel has depends on its place. */
  shuffled({ input, output, block }, layer, p) {
    const channels = this.network.graph.channels.get(output);
    const from = `(${p} / ${block})`;
    const group = `((${p}.y % ${block}) * ${block} + ${p}.x % ${block})`;
    if (channels % 4 === 0) {
      const name = this.sampler(input);
      return `texelFetch(${name}, ivec3(${from}, ${group} * ${channels / 4} + ${layer}), 0)`;
    }
    const name = this.sampler(input);
    const pick = (n) => `texelFetch(${name}, ivec3(${from}, (${group} * ${channels} + ${n}) / 4), 0)[(${group} * ${channels} + ${n}) % 4]`;
    return `vec4(${[0, 1, 2].map(pick).join(", ")}, 0.0)`;
  }

  sampler(tensor) {
    const name = tensor === this.network.graph.input ? "photo" : `t${tensor}`;
    this.inputs[name] = tensor;
    return name;
  }

  conv({ input, shape, stride, low, high }, { layer, count, inLayers, steps }) {
    const [, height, width] = shape;
    const before = [width, height].map((side) => Math.floor((side - stride) / 2));
    const outs = Array.from({ length: count }, (_, n) => n);
    const sampler = this.sampler(input);
    const at = input === this.network.graph.input ? "q, 0" : "ivec3(q, l), 0";
    const end = (n) => steps.reduce(
      (value, step) => limited(step.op === "add" ? `(${value} + ${this.read(step.other, layer + n, "p")})` : value, step),
      limited(`a${n}`, { low, high }),
    );
    return [
      ...outs.map((n) => `vec4 a${n} = w[${n}];`),
      `int i = ${count};`,
      `ivec2 size = textureSize(${sampler}, 0).xy;`,
      `for (int y = 0; y < ${height}; y++) for (int x = 0; x < ${width}; x++) {`,
      `  ivec2 q = p * ${stride} + ivec2(x, y) - ivec2(${before});`,
      `  if (q.x < 0 || q.y < 0 || q.x >= size.x || q.y >= size.y) { i += ${4 * inLayers * count}; continue; }`,
      `  for (int l = 0; l < ${inLayers}; l++) {`,
      `    vec4 v = texelFetch(${sampler}, ${at});`,
      ...outs.map((n) => `    a${n} += w[i + ${4 * n}] * v.x + w[i + ${4 * n + 1}] * v.y + w[i + ${4 * n + 2}] * v.z + w[i + ${4 * n + 3}] * v.w;`),
      `    i += ${4 * count};`,
      "  }",
      "}",
      ...outs.map((n) => `o${n} = ${end(n)};`),
    ];
  }

  shader(body, count, vectors = 0) {
    const samplers = Object.entries(this.inputs).map(([name]) =>
      name === "photo" ? "uniform highp sampler2D photo;" : `uniform highp sampler2DArray ${name};`);
    return [
      "#version 300 es",
      "precision highp float;",
      "precision highp int;",
      ...samplers,
      ...(vectors ? [`layout(std140) uniform Weights { vec4 w[${vectors}]; };`] : []),
      ...Array.from({ length: count }, (_, n) => `layout(location = ${n}) out vec4 o${n};`),
      "void main() {",
      "  ivec2 p = ivec2(gl_FragCoord.xy);",
      ...body.map((line) => `  ${line}`),
      "}",
    ].join("\n");
  }
}

function limited(value, { low, high }) {
  const number = (limit) => (Number.isInteger(limit) ? limit.toFixed(1) : String(limit));
  const above = low > -Infinity ? `max(${value}, ${number(low)})` : value;
  return high < Infinity ? `min(${above}, ${number(high)})` : above;
}
