/** Checks what a visitor loads, compressed as hosts compress it. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";

/** Most bytes: to the first cartoon with a GPU, of each network, and to the first cartoon without a GPU. */
const LIMITS = { first: 160_000, network: 100_000, cpu: 2_400_000 };

const KEPT = path.join(path.dirname(fileURLToPath(import.meta.url)), "node_modules/.cache/celcam");

/** Compress a file as hosts do. Large results are kept, because they take minutes. @returns {Buffer} */
export function compress(file) {
  const data = readFileSync(file);
  const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_LGWIN]: 24 };
  if (data.length < 1_000_000) return zlib.brotliCompressSync(data, { params });
  const kept = path.join(KEPT, `${createHash("sha256").update(data).digest("hex")}.br`);
  if (!existsSync(kept)) {
    mkdirSync(KEPT, { recursive: true });
    writeFileSync(kept, zlib.brotliCompressSync(data, { params }));
  }
  return readFileSync(kept);
}

/**
 * @param {string} out the page's folder
 * @param {{first: string[], networks: string[], cpu: string[]}} files
 * @returns {{lines: string[], passed: boolean}}
 */
export function checkSizes(out, { first, networks, cpu }) {
  const known = new Map();
  const bytes = (file) => {
    if (!known.has(file)) known.set(file, compress(path.join(out, file)).length);
    return known.get(file);
  };
  const sum = (files) => [...new Set(files)].reduce((total, file) => total + bytes(file), 0);
  const rows = [
    ["first visit, to the first cartoon (GPU)", sum(first), LIMITS.first],
    ["largest network of a look (GPU)", Math.max(...networks.map(bytes)), LIMITS.network],
    ["first visit, to the first cartoon (CPU)", sum(cpu), LIMITS.cpu],
  ];
  const lines = rows.map(([what, size, limit]) =>
    `${what}: ${(size / 1000).toFixed(0)} kB, limit ${limit / 1000} kB${size > limit ? "  TOO LARGE" : ""}`);
  lines.push(...first.map((file) => `  ${(bytes(file) / 1000).toFixed(1).padStart(6)} kB  ${file}`));
  return { lines, passed: rows.every(([, size, limit]) => size <= limit) };
}
