/**
 * Shader functions that finishes share. Values are whole levels, 0..255, in floats.
 *
 * They round as Python does, step by step, because steep curves magnify a difference of one level.
 */
export const LIBRARY = `
uniform vec2 size;
uniform float ratio;
uniform highp sampler2D tables;

vec3 levels(vec4 t) { return floor(t.rgb * 255.0 + 0.5); }
vec3 at(highp sampler2D s, ivec2 p) { return levels(texelFetch(s, clamp(p, ivec2(0), textureSize(s, 0) - 1), 0)); }
ivec2 mirrored(ivec2 p, ivec2 n) { p = abs(p); return clamp(min(p, 2 * (n - 1) - p), ivec2(0), n - 1); }
float table(int row, float v) { return floor(texelFetch(tables, ivec2(int(v), row), 0).r * 255.0 + 0.5); }
vec3 table(int row, vec3 v) { return vec3(table(row, v.r), table(row, v.g), table(row, v.b)); }
float gray(vec3 c) { return floor((c.r * 9798.0 + c.g * 19235.0 + c.b * 3735.0 + 16384.0) / 32768.0); }
float add(float a, float b) { return min(a + b, 255.0); }
float sub(float a, float b) { return max(a - b, 0.0); }
vec3 add(vec3 a, vec3 b) { return min(a + b, 255.0); }
vec3 sub(vec3 a, vec3 b) { return max(a - b, 0.0); }
float mul(float a, float b, float s) { return min(floor(a * b * s + 0.5), 255.0); }
vec3 mul(vec3 a, vec3 b, float s) { return min(floor(a * b * s + 0.5), 255.0); }
vec3 blend(vec3 a, vec3 b, float share) { return add(mul(a, vec3(255.0 - share), 1.0 / 255.0), mul(b, vec3(share), 1.0 / 255.0)); }

// A tile that repeats, at the size that the finish was exported for, or larger or smaller.
vec3 tile(highp sampler2D t, ivec2 p) {
  ivec2 n = textureSize(t, 0);
  if (ratio == 1.0) return levels(texelFetch(t, ivec2(p.x % n.x, p.y % n.y), 0));
  return levels(texture(t, (vec2(p) + 0.5) * ratio / vec2(n)));
}
// A tile of the whole picture.
vec3 whole(highp sampler2D t, ivec2 p) {
  ivec2 n = textureSize(t, 0);
  if (n == ivec2(size)) return levels(texelFetch(t, p, 0));
  vec2 place = (vec2(p) + 0.5) / size;
  return levels(texture(t, clamp(place, 0.5 / vec2(n), 1.0 - 0.5 / vec2(n))));
}
// A tile whose sides belong to the picture's sides; what is between repeats.
vec3 framed(highp sampler2D t, ivec2 p) {
  vec2 n = vec2(textureSize(t, 0));
  if (n == size) return levels(texelFetch(t, p, 0));
  vec2 a = (vec2(p) + 0.5) * ratio;
  vec2 b = n - (size - vec2(p) - 0.5) * ratio;
  vec2 share = clamp((vec2(p) + 0.5 - 0.5 * size) / 24.0 + 0.5, 0.0, 1.0);
  vec2 low = min(a, 0.5 * n);
  vec2 high = max(b, 0.5 * n);
  return levels(mix(mix(texture(t, low / n), texture(t, vec2(high.x, low.y) / n), share.x),
    mix(texture(t, vec2(low.x, high.y) / n), texture(t, high / n), share.x), share.y));
}

// Enlarging by bilinear interpolation, in whole numbers as OpenCV's bit-exact one.
vec3 enlarged(highp sampler2D t, ivec2 p) {
  vec2 place = (vec2(p) + 0.5) * vec2(textureSize(t, 0)) / size - 0.5;
  ivec2 s = ivec2(floor(place));
  ivec2 w = ivec2(roundEven((place - floor(place)) * 256.0)); // beyond the border, both pixels are the same
  ivec3 a = ivec3(at(t, s)) * (256 - w.x) + ivec3(at(t, s + ivec2(1, 0))) * w.x;
  ivec3 b = ivec3(at(t, s + ivec2(0, 1))) * (256 - w.x) + ivec3(at(t, s + 1)) * w.x;
  return vec3((a * (256 - w.y) + b * w.y + 32768) >> 16);
}
vec3 blurred(highp sampler2D t, ivec2 p, int side) {
  ivec2 n = textureSize(t, 0);
  vec3 sum = vec3(0.0);
  int r = side / 2;
  for (int y = -r; y <= r; y++) for (int x = -r; x <= r; x++) sum += at(t, mirrored(p + ivec2(x, y), n));
  return floor(sum / float(side * side) + 0.5);
}
vec3 highest(highp sampler2D t, ivec2 p, ivec2 r) {
  vec3 most = vec3(0.0);
  for (int y = -r.y; y <= r.y; y++) for (int x = -r.x; x <= r.x; x++) most = max(most, at(t, p + ivec2(x, y)));
  return most;
}
vec3 lowest(highp sampler2D t, ivec2 p, ivec2 r) {
  vec3 least = vec3(255.0);
  for (int y = -r.y; y <= r.y; y++) for (int x = -r.x; x <= r.x; x++) least = min(least, at(t, p + ivec2(x, y)));
  return least;
}
`;

/** Enlarges a picture by bicubic interpolation, as OpenCV does it; shrinks it by plain bilinear look-ups. */
export const ENLARGE = `
ivec4 cubic(float f) {
  const float A = -0.75;
  vec4 c;
  c.x = ((A * (f + 1.0) - 5.0 * A) * (f + 1.0) + 8.0 * A) * (f + 1.0) - 4.0 * A;
  c.y = ((A + 2.0) * f - (A + 3.0)) * f * f + 1.0;
  c.z = ((A + 2.0) * (1.0 - f) - (A + 3.0)) * (1.0 - f) * (1.0 - f) + 1.0;
  c.w = 1.0 - c.x - c.y - c.z;
  return ivec4(roundEven(c * 2048.0));
}
vec3 enlargedSmoothly(highp sampler2D t, ivec2 p) {
  ivec2 n = textureSize(t, 0);
  if (vec2(n) == size) return at(t, p);
  vec2 place = (vec2(p) + 0.5) * vec2(n) / size - 0.5;
  ivec2 s = ivec2(floor(place));
  ivec4 across = cubic(place.x - float(s.x));
  ivec4 down = cubic(place.y - float(s.y));
  ivec3 sum = ivec3(0);
  for (int y = 0; y < 4; y++) {
    ivec3 row = ivec3(0);
    for (int x = 0; x < 4; x++) row += ivec3(at(t, s + ivec2(x, y) - 1)) * across[x];
    sum += row * down[y];
  }
  ivec3 rounded = (sum + (1 << 21)) >> 22;
  rounded -= ivec3(equal(sum & ((1 << 22) - 1), ivec3(1 << 21))) & rounded; // halves to even
  return vec3(clamp(rounded, 0, 255));
}
`;
