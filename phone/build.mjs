/**
 * Build the page: `node build.mjs [DATA [OUT]]`.
 *
 * DATA is what `python -m convert phone` writes. OUT is a folder for any static host: names hold digests of the contents.
 */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { checkSizes } from "./sizes.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const LITERT = path.join(HERE, "node_modules/@litertjs/core");
const LITERT_FILES = ["litert_wasm_internal", "litert_wasm_compat_internal"].flatMap((name) => [`${name}.js`, `${name}.wasm`]);
const ESBUILD = { bundle: true, minify: true, legalComments: "none", target: "es2022", absWorkingDir: HERE };

const digest = (data) => createHash("sha256").update(data).digest("hex").slice(0, 10);
const json = (value) => JSON.stringify(value);

/** Write a file under a name with its digest. @returns {string} the name */
function write(out, name, data) {
  const { name: stem, ext, dir } = path.parse(name);
  const hashed = path.join(dir, `${stem}-${digest(data)}${ext}`);
  mkdirSync(path.join(out, dir), { recursive: true });
  writeFileSync(path.join(out, hashed), data);
  return hashed;
}

/** Copy the looks and their files. @returns the looks, and the name of their list */
function copyLooks(data, out) {
  const folder = path.join(data, "looks");
  if (!existsSync(folder)) throw new Error(`${folder}: no such folder; run 'python -m convert phone' first`);
  const looks = readdirSync(folder).map((name) => JSON.parse(readFileSync(path.join(folder, name), "utf8")));
  for (const name of ["networks", "finishes", "thumbnails"]) cpSync(path.join(data, name), path.join(out, name), { recursive: true });
  return { looks, list: write(out, "looks.json", json(looks)), photo: write(out, "photo.webp", readFileSync(path.join(data, "photo.webp"))) };
}

/** LiteRT.js, in a folder whose name holds its version. */
function copyRuntime(out) {
  const { version } = JSON.parse(readFileSync(path.join(LITERT, "package.json"), "utf8"));
  const folder = `litert-${version}`;
  mkdirSync(path.join(out, folder));
  for (const name of LITERT_FILES) cpSync(path.join(LITERT, "wasm", name), path.join(out, folder, name));
  return `${folder}/`;
}

async function bundle(out, entry, options) {
  const made = await build({
    ...ESBUILD, entryPoints: [entry], outdir: out, entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]", metafile: true, ...options,
  });
  const outputs = Object.entries(made.metafile.outputs).map(([file, about]) => ({ ...about, file: path.relative(out, path.resolve(HERE, file)) }));
  return { entry: outputs.find((each) => each.entryPoint === entry).file, outputs };
}

/** What a visitor needs to the first cartoon: the entry, and what it imports at once. */
function needed(outputs, entry) {
  const { imports } = outputs.find(({ file }) => file === entry);
  const inner = imports.filter(({ kind }) => kind === "import-statement").map((each) => path.basename(each.path));
  return [entry, ...inner.flatMap((file) => needed(outputs, file))];
}

function filesOf(look, kind) {
  const finishes = Object.values(look.finish).flatMap(({ file, tiles }) => [file, ...Object.values(tiles)]);
  return [look.live[kind], ...(look.quality ? [look.quality[kind]] : []), ...finishes];
}

export async function buildPage(data = path.join(HERE, "../out/phone-data"), out = path.join(HERE, "../out/phone")) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const { looks, list, photo } = copyLooks(data, out);
  const folder = copyRuntime(out);
  const worker = await bundle(out, "src/cpu/worker.js", { format: "iife" });
  const files = { looks: list, photo, runtime: { worker: worker.entry, folder } };
  const page = await bundle(out, "src/main.js", { format: "esm", splitting: true, define: { "globalThis.CELCAM_FILES": json(files) } });
  const styles = await bundle(out, "src/ui/all.css", {});
  const shownFirst = looks.find((look) => look.default) ?? looks[0];
  const first = [...new Set(needed(page.outputs, page.entry))];
  for (const name of ["icon-192.png", "icon-512.png", "manifest.webmanifest"]) cpSync(path.join(HERE, name), path.join(out, name));
  writeFileSync(path.join(out, "notices.txt"), notices());
  const html = readFileSync(path.join(HERE, "index.html"), "utf8")
    .replace(/<link rel="stylesheet"[^>]*>\n<link rel="stylesheet"[^>]*>/, `<link rel="stylesheet" href="${styles.entry}">`)
    .replace(/<script type="module"[^>]*>/, `<script type="module" src="${page.entry}">`);
  writeFileSync(path.join(out, "index.html"), html);
  const finish = Object.values(shownFirst.finish).flatMap((each) => [each.file, ...Object.values(each.tiles)]);
  const shell = [...new Set([
    ...page.outputs.map(({ file }) => file), styles.entry, list, photo, "manifest.webmanifest", "icon-192.png", shownFirst.live.float16,
    ...finish, ...looks.map((look) => look.thumbnail),
  ])];
  const others = (kind) => [...new Set(looks.flatMap((look) => filesOf(look, kind)))].filter((file) => !shell.includes(file));
  const all = {
    shell, looks: { webgl2: others("float16"), cpu: others("int8") }, runtime: [worker.entry, ...LITERT_FILES.map((name) => folder + name)],
  };
  await build({
    ...ESBUILD, entryPoints: ["src/sw.js"], outfile: path.join(out, "sw.js"), format: "iife",
    define: { "globalThis.CELCAM_FILES": json(all) },
  });
  writeFileSync(path.join(out, "files.json"), `${JSON.stringify(all, null, 1)}\n`);
  const smallest = Object.values(shownFirst.finish)[1] ?? Object.values(shownFirst.finish)[0];
  return checkSizes(out, {
    first: ["index.html", styles.entry, ...first, list, photo, shownFirst.live.float16, smallest.file, ...Object.values(smallest.tiles)],
    networks: looks.map((look) => look.live.float16),
    cpu: [worker.entry, folder + LITERT_FILES[0], folder + LITERT_FILES[1], shownFirst.live.int8, ...page.outputs.map(({ file }) => file), "index.html", styles.entry, list, photo],
  });
}

function notices() {
  const licence = readFileSync(path.join(HERE, "../LICENSE"), "utf8");
  return `Celcam, its page and its networks: Apache License 2.0, below.
LiteRT.js (@litertjs/core, @litertjs/wasm-utils), Copyright Google LLC: Apache License 2.0, below. It contains XNNPACK,
Copyright Google LLC and Facebook, Inc. (BSD 3-Clause), and FlatBuffers, Copyright Google Inc. (Apache License 2.0).
The photo of the first screen: NASA, Eileen Collins; public domain.

${licence}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { lines, passed } = await buildPage(...process.argv.slice(2).map((each) => path.resolve(each)));
    console.log(lines.join("\n"));
    process.exitCode = passed ? 0 : 1;
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exitCode = 2;
  }
}
