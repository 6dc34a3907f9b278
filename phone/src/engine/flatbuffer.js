/**
 * Reads FlatBuffers without generated code: tables, vectors and numbers by the index of their field.
 *
 * A DataView checks every read, so a damaged file raises a RangeError instead of giving wrong values.
 */

/** One table of a FlatBuffer. */
export class Table {
  /**
   * @param {DataView} view the whole file
   * @param {number} at where the table starts
   */
  constructor(view, at) {
    this.view = view;
    this.at = at;
    this.vtable = at - view.getInt32(at, true);
    this.vtableBytes = view.getUint16(this.vtable, true);
  }

  /** The file's root table. @param {DataView} view @returns {Table} */
  static root(view) {
    return new Table(view, view.getUint32(0, true));
  }

  /** Where a field's value is; 0 if the table lacks the field. @param {number} field @returns {number} */
  place(field) {
    const slot = 4 + 2 * field;
    if (slot + 2 > this.vtableBytes) return 0;
    const offset = this.view.getUint16(this.vtable + slot, true);
    return offset ? this.at + offset : 0;
  }

  /** @param {number} field @param {number} [missing] @returns {number} a signed byte */
  int8(field, missing = 0) {
    const at = this.place(field);
    return at ? this.view.getInt8(at) : missing;
  }

  /** @param {number} field @param {number} [missing] @returns {number} a 32-bit integer */
  int32(field, missing = 0) {
    const at = this.place(field);
    return at ? this.view.getInt32(at, true) : missing;
  }

  /** @param {number} field @returns {Table | null} */
  table(field) {
    const at = this.place(field);
    return at ? new Table(this.view, at + this.view.getUint32(at, true)) : null;
  }

  /**
   * A vector's first element and its length.
   * @param {number} field
   * @param {number} bytes of one element
   * @returns {{at: number, length: number}}
   */
  vector(field, bytes) {
    const place = this.place(field);
    if (!place) return { at: 0, length: 0 };
    const at = place + this.view.getUint32(place, true);
    const length = this.view.getUint32(at, true);
    if (at + 4 + length * bytes > this.view.byteLength) throw new RangeError("a vector ends behind the file");
    return { at: at + 4, length };
  }

  /** @param {number} field @returns {Table[]} */
  tables(field) {
    const { at, length } = this.vector(field, 4);
    return Array.from({ length }, (_, n) => {
      const place = at + 4 * n;
      return new Table(this.view, place + this.view.getUint32(place, true));
    });
  }

  /** @param {number} field @returns {number[]} 32-bit integers */
  int32s(field) {
    const { at, length } = this.vector(field, 4);
    return Array.from({ length }, (_, n) => this.view.getInt32(at + 4 * n, true));
  }

  /** @param {number} field @returns {number[]} 32-bit floats */
  float32s(field) {
    const { at, length } = this.vector(field, 4);
    return Array.from({ length }, (_, n) => this.view.getFloat32(at + 4 * n, true));
  }

  /** @param {number} field @returns {number[]} 64-bit integers that fit a double */
  int64s(field) {
    const { at, length } = this.vector(field, 8);
    return Array.from({ length }, (_, n) => Number(this.view.getBigInt64(at + 8 * n, true)));
  }

  /** @param {number} field @returns {Uint8Array} the file's own bytes */
  bytes(field) {
    const { at, length } = this.vector(field, 1);
    return new Uint8Array(this.view.buffer, this.view.byteOffset + at, length);
  }
}
