/**
 * Reads a Celcam network from a `.tflite` file into a list of operators with float weights.
 *
 * Float16, float32 and int8 files are read. An int8 file becomes a float network: its weights are scaled, and each tensor
 * keeps the range of its int8 values, which stands for the saturation.
 */
import { Table } from "./flatbuffer.js";

/** A file that is damaged, or that is not a network of the kinds that Celcam makes. */
export class NetworkFileError extends Error {}

/**
 * @typedef {{op: "conv", input: number, output: number, weights: Float32Array, bias: Float32Array,
 *   shape: [number, number, number, number], stride: number, low: number, high: number}} Conv weights are (O, kh, kw, I)
 * @typedef {{op: "add", inputs: [number, number], output: number, low: number, high: number}} Add
 * @typedef {{op: "shuffle", input: number, output: number, block: number}} Shuffle depth to space
 * @typedef {{op: "clamp", input: number, output: number, low: number, high: number}} Clamp
 * @typedef {Conv | Add | Shuffle | Clamp} Operator
 * @typedef {{operators: Operator[], input: number, output: number, channels: Map<number, number>}} Graph
 */

const TYPES = { 0: "float32", 1: "float16", 2: "int32", 3: "uint8", 9: "int8" };
const OPERATORS = {
  0: "ADD", 3: "CONV_2D", 5: "DEPTH_TO_SPACE", 6: "DEQUANTIZE", 19: "RELU", 21: "RELU6", 55: "MAXIMUM", 57: "MINIMUM",
  114: "QUANTIZE", 152: "RELU_0_TO_1",
};
/** The range of an activation that is part of an operator, by its number in the file. */
const FUSED = { 0: [-Infinity, Infinity], 1: [0, Infinity], 2: [-1, 1], 3: [0, 6] };
const MOST_VALUES = 4_000_000; // of one constant; more is not a network for a live camera

/**
 * @param {ArrayBuffer} buffer of a `.tflite` file
 * @returns {Graph}
 * @throws {NetworkFileError} with one line: what was found, and what was expected
 */
export function readNetwork(buffer) {
  try {
    return new Reader(buffer).graph();
  } catch (error) {
    if (error instanceof NetworkFileError) throw error;
    throw new NetworkFileError(`the network file is damaged (${error.message}); load the page again`);
  }
}

class Reader {
  /** @param {ArrayBuffer} buffer */
  constructor(buffer) {
    const view = new DataView(buffer);
    if (buffer.byteLength < 8 || view.getUint32(4, false) !== 0x54464c33) {
      throw new NetworkFileError("the file is not a .tflite file: its identifier is not TFL3");
    }
    const model = Table.root(view);
    this.codes = model.tables(1).map((code) => code.int32(3, 0) || code.int8(0, 0));
    const subgraphs = model.tables(2);
    if (subgraphs.length !== 1) throw new NetworkFileError(`the file has ${subgraphs.length} graphs; expected 1`);
    [this.subgraph] = subgraphs;
    this.buffers = model.tables(4);
    this.tensors = this.subgraph.tables(0).map((table) => this.tensor(table));
    /** Tensors that are another tensor's values, by their numbers. @type {Map<number, number>} */
    this.same = new Map();
  }

  tensor(table) {
    const quantization = table.table(4);
    const type = TYPES[table.int8(1, 0)];
    return {
      type,
      shape: table.int32s(0),
      data: this.buffers[table.int32(2, 0)]?.bytes(0) ?? new Uint8Array(0),
      scales: quantization?.float32s(2) ?? [],
      zeros: quantization?.int64s(3) ?? [],
    };
  }

  /** @returns {Graph} */
  graph() {
    const [inputs, outputs] = [this.subgraph.int32s(1), this.subgraph.int32s(2)];
    if (inputs.length !== 1 || outputs.length !== 1) throw new NetworkFileError("expected one input and one output");
    const operators = this.subgraph.tables(3).map((table) => this.operator(table)).filter(Boolean);
    const channels = new Map(this.tensors.map((tensor, number) => [number, tensor.shape[3] ?? 1]));
    for (const number of [inputs[0], outputs[0]]) {
      if (channels.get(number) !== 3) throw new NetworkFileError("expected a picture of 3 channels in and out");
    }
    return { operators, input: inputs[0], output: this.origin(outputs[0]), channels };
  }

  /** The tensor whose values a tensor has. */
  origin(number) {
    if (!(number in this.tensors)) throw new NetworkFileError(`there is no tensor ${number}`);
    return this.same.has(number) ? this.origin(this.same.get(number)) : number;
  }

  /** @returns {Operator | null} null if the operator changes no value */
  operator(table) {
    const code = this.codes[table.int32(0, 0)];
    const name = OPERATORS[code];
    if (!name) throw new NetworkFileError(`operator ${code} is not one that this page draws`);
    const [inputs, outputs, options] = [table.int32s(1), table.int32s(2), table.table(4)];
    const output = outputs[0];
    switch (name) {
      case "CONV_2D":
        return this.conv(inputs, output, options);
      case "ADD":
        return {
          op: "add", inputs: [this.origin(inputs[0]), this.origin(inputs[1])], output,
          ...this.range(output, options?.int8(0, 0) ?? 0),
        };
      case "DEPTH_TO_SPACE":
        return { op: "shuffle", input: this.origin(inputs[0]), output, block: options?.int32(0, 1) ?? 1 };
      case "MINIMUM":
      case "MAXIMUM": {
        const limit = this.values(inputs[1])[0];
        const range = name === "MINIMUM" ? [-Infinity, limit] : [limit, Infinity];
        return { op: "clamp", input: this.origin(inputs[0]), output, low: range[0], high: range[1] };
      }
      case "RELU":
      case "RELU6":
      case "RELU_0_TO_1": {
        const high = { RELU: Infinity, RELU6: 6, RELU_0_TO_1: 1 }[name];
        return { op: "clamp", input: this.origin(inputs[0]), output, low: 0, high };
      }
      default: // QUANTIZE, DEQUANTIZE
        this.same.set(output, inputs[0]);
        return null;
    }
  }

  /** @returns {Conv} */
  conv(inputs, output, options) {
    const shape = this.tensors[inputs[1]].shape;
    const stride = options?.int32(1, 1) ?? 1;
    if (shape.length !== 4 || options?.int8(0, 0) !== 0 || stride !== options.int32(2, 1)) {
      throw new NetworkFileError("a convolution is not square, or not padded to its input's size");
    }
    const input = this.origin(inputs[0]);
    const bias = inputs[2] >= 0 ? this.values(inputs[2]) : new Float32Array(shape[0]);
    const weights = this.values(inputs[1]);
    if (bias.length !== shape[0] || weights.length !== shape.reduce((a, b) => a * b, 1)) {
      throw new NetworkFileError("a convolution has too few weights");
    }
    return { op: "conv", input, output, weights, bias, shape, stride, ...this.range(output, options.int8(3, 0)) };
  }

  /** The range of a tensor's values: of its activation, and of its int8 values. */
  range(number, activation) {
    let [low, high] = FUSED[activation] ?? FUSED[0];
    const { type, scales, zeros } = this.tensors[number];
    if (type === "int8" && scales.length === 1) {
      low = Math.max(low, (-128 - zeros[0]) * scales[0]);
      high = Math.min(high, (127 - zeros[0]) * scales[0]);
    }
    return { low, high };
  }

  /** A constant's values as floats. @returns {Float32Array} */
  values(number) {
    const tensor = this.tensors[this.origin(number)];
    const { data, scales, zeros } = tensor;
    const count = tensor.shape.reduce((a, b) => a * b, 1);
    const bytes = { float32: 4, float16: 2, int32: 4, int8: 1 }[tensor.type];
    if (!bytes || count > MOST_VALUES || data.length !== count * bytes) {
      throw new NetworkFileError(`a constant has ${data.length} bytes; expected ${count} values of ${tensor.type}`);
    }
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const read = {
      float32: (n) => view.getFloat32(4 * n, true),
      float16: (n) => halfToFloat(view.getUint16(2 * n, true)),
      int32: (n) => view.getInt32(4 * n, true),
      int8: (n) => view.getInt8(n),
    }[tensor.type];
    const values = Float32Array.from({ length: count }, (_, n) => read(n));
    if (!scales.length) return values;
    const inner = count / (tensor.shape[0] || 1); // per channel, the first axis
    return values.map((value, n) => {
      const channel = scales.length === 1 ? 0 : Math.floor(n / inner);
      return (value - (zeros[channel] ?? 0)) * scales[channel];
    });
  }
}

/** @param {number} half the bits of a half-precision number @returns {number} */
export function halfToFloat(half) {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
