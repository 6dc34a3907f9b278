/** Shaders of the page itself: cropping, shrinking, and what is shown on the canvas. */

const HEAD = "#version 300 es\nprecision highp float;\nprecision highp int;\n";

/** Crop, mirror and shrink: each pixel is the mean of `steps` x `steps` bilinear look-ups. */
export const CROP = `${HEAD}
uniform highp sampler2D source;
uniform vec4 rect;  // left, top, width and height in the source, 0..1; a negative width mirrors
uniform vec2 size;
uniform float steps;
layout(location = 0) out vec4 o0;
void main() {
  vec2 p = floor(gl_FragCoord.xy);
  vec3 sum = vec3(0.0);
  int n = int(steps);
  for (int y = 0; y < n; y++) for (int x = 0; x < n; x++) {
    sum += texture(source, rect.xy + rect.zw * (p + (vec2(x, y) + 0.5) / steps) / size).rgb;
  }
  o0 = vec4(sum / (steps * steps), 1.0);
}`;

/**
 * One look, or two at both sides of a line; the photo where the viewer wants it.
 * @param {boolean} onCanvas a canvas has its first row at the bottom, a texture at the top
 */
const show = (onCanvas) => `${HEAD}
uniform highp sampler2D left;
uniform highp sampler2D right;
uniform highp sampler2D photo;
uniform vec2 size;
uniform float split;     // where the right look begins, 0..1
uniform float strength;  // of the look over the photo, 0..1
uniform float wipe;      // share of the width that shows the photo
layout(location = 0) out vec4 o0;
void main() {
  ivec2 p = ivec2(gl_FragCoord.x, ${onCanvas ? "size.y - gl_FragCoord.y" : "gl_FragCoord.y"});
  float x = float(p.x) + 0.5;
  vec3 drawn = x < split * size.x ? texelFetch(left, p, 0).rgb : texelFetch(right, p, 0).rgb;
  vec3 plain = texelFetch(photo, p, 0).rgb;
  vec3 shown = x < wipe * size.x ? plain : mix(plain, drawn, strength);
  float width = max(1.0, size.x / 360.0);
  float line = min(split < 1.0 && split > 0.0 ? abs(x - split * size.x) : width, wipe > 0.0 ? abs(x - wipe * size.x) : width);
  o0 = vec4(line < width ? vec3(1.0) : shown, 1.0);
}`;

export const SHOW = show(true);
export const KEEP = show(false);
