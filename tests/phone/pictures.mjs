/** Pictures as bytes, for tests that run inside a page. */

/** @param {string} address @returns {Promise<ArrayBuffer>} */
export async function load(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.arrayBuffer();
}

/** @param {Uint8Array} rgb @returns {Uint8Array} with an alpha of 255 */
export function toRgba(rgb) {
  const rgba = new Uint8Array((rgb.length / 3) * 4).fill(255);
  for (let n = 0; n < rgb.length / 3; n += 1) rgba.set(rgb.subarray(3 * n, 3 * n + 3), 4 * n);
  return rgba;
}

/**
 * @param {Uint8Array} rgba
 * @param {Uint8Array} rgb
 * @returns {{most: number, above: number, decibels: number}} `above`: bytes that differ by more than 2 levels
 */
export function difference(rgba, rgb) {
  let [most, above, squares] = [0, 0, 0];
  for (let n = 0; n < rgb.length; n += 1) {
    const apart = Math.abs(rgba[4 * Math.floor(n / 3) + (n % 3)] - rgb[n]);
    most = Math.max(most, apart);
    above += apart > 2 ? 1 : 0;
    squares += apart * apart;
  }
  return { most, above, decibels: 10 * Math.log10((255 * 255 * rgb.length) / Math.max(squares, 1e-9)) };
}
