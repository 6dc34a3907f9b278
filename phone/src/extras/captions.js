/** Text on pictures that are made here. */

export const PAPER = "#f6f1e6";
export const INK = "#17130f";

/** A font of the device, heavy. @param {number} size in pixels */
export const font = (size, weight = 800) => `${weight} ${Math.round(size)}px ui-rounded, "SF Pro Rounded", system-ui, "Noto Sans", sans-serif`;

/**
 * Draw a picture into a rectangle that it fills; what does not fit is cut off.
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLCanvasElement} picture
 * @param {number} [above] share of the cut that is taken above: people's heads are in the upper part of a picture
 */
export function fill(context, picture, x, y, width, height, above = 0.5) {
  const scale = Math.max(width / picture.width, height / picture.height);
  const [w, h] = [width / scale, height / scale];
  context.drawImage(picture, (picture.width - w) / 2, (picture.height - h) * above, w, h, x, y, width, height);
}

/** Break a text into lines of a width. @returns {string[]} */
export function linesOf(context, text, width, most = 3) {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (context.measureText(longer).width <= width || !lines.at(-1)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.slice(0, most);
}
