/** A `.tflite` file for another size: LiteRT.js has no call that resizes a network's input. */
import { Table } from "../engine/flatbuffer.js";

/**
 * Write another height and width into every tensor of pictures.
 * @param {ArrayBuffer} buffer of a network without size constants; it stays as it is
 * @param {number} width a multiple of 4
 * @param {number} height a multiple of 4
 * @returns {Uint8Array} a copy for that size
 */
export function resized(buffer, width, height) {
  const copy = buffer.slice(0);
  const view = new DataView(copy);
  const model = Table.root(view);
  const [subgraph] = model.tables(2);
  const buffers = model.tables(4);
  const tensors = subgraph.tables(0);
  const [, oldHeight, oldWidth] = tensors[subgraph.int32s(1)[0]].int32s(0);
  const changed = new Set(); // two tensors may share one list of sides
  for (const tensor of tensors) {
    const isConstant = (buffers[tensor.int32(2, 0)]?.bytes(0).length ?? 0) > 0;
    const { at, length } = tensor.vector(0, 4);
    if (isConstant || length !== 4 || changed.has(at)) continue;
    changed.add(at);
    view.setInt32(at + 4, (view.getInt32(at + 4, true) * height) / oldHeight, true);
    view.setInt32(at + 8, (view.getInt32(at + 8, true) * width) / oldWidth, true);
  }
  return new Uint8Array(copy);
}
