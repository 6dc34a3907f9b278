/** From colour to the one plane of tone that screens and inks are printed by: `celcam/finishes/tone.py`. */
import { float, roundEven } from "./text.js";

const SHRINK = 8;
const REFERENCE_SHORT_SIDE = 480;

/**
 * Declare a step's tone.
 * @param {import("./text.js").StepText} text
 * @param {number} shortSide of the picture that is drawn
 * @returns {(colour: string) => string} an expression for the tone at `p`
 */
export function toneOf(text, shortSide) {
  const { red, local, lift, reach } = text.step.tone;
  const share = roundEven(red * 32); // in 1/32
  const plain = (colour) =>
    share ? `floor((gray(${colour}) * ${float(32 - share)} + ${colour}.r * ${float(share)} + 16.0) / 32.0)` : `gray(${colour})`;
  if (!local && !lift) return plain;
  const side = 2 * Math.round((reach * shortSide) / REFERENCE_SHORT_SIDE / SHRINK / 2) + 1;
  const small = text.make("light", SHRINK, `
    float sum = 0.0;
    for (int y = 0; y < ${SHRINK}; y++) for (int x = 0; x < ${SHRINK}; x++) {
      vec3 c = at(src, p * ${SHRINK} + ivec2(x, y));
      sum += ${plain("c")};
    }
    return vec3(floor(sum / ${float(SHRINK * SHRINK)} + 0.5));`);
  const once = text.make("around", SHRINK, `return blurred(${small}, p, ${side});`);
  const change = text.make("change", SHRINK, `
    float light = at(${small}, p).r;
    float around = blurred(${once}, p, ${side}).r;
    float up = min(floor(sub(light, around) * ${float(local)} + 0.5), 255.0);
    float lack = floor(max(0.0, 128.0 - around) * ${float(lift)} + 0.5);
    float down = min(floor(sub(around, light) * ${float(local)} + 0.5), 255.0);
    return vec3(add(up, lack), down, 0.0);`);
  return (colour) => `relit(${plain(colour)}, enlarged(${change}, p))`;
}

/** The function that `toneOf`'s expressions call. */
export const RELIT = "float relit(float tone, vec3 change) { return sub(add(tone, change.r), change.g); }\n";
