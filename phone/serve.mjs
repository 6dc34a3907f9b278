/**
 * Serve the built page over HTTPS in the home network: `node serve.mjs [--port 8443] [--host ADDRESS] [--page DIR]`.
 *
 * A camera and a service worker need a certificate that the phone trusts. This makes a certificate authority for this
 * machine once, and a small page over plain HTTP from which a phone loads it.
 */
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import zlib from "node:zlib";
import qrcode from "qrcode-generator";
import { makeCertificate } from "./certificate.mjs";
import { trustPage } from "./trust.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
export const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
  ".json": "application/json", ".webmanifest": "application/manifest+json", ".wasm": "application/wasm", ".png": "image/png",
  ".webp": "image/webp", ".txt": "text/plain; charset=utf-8", ".tflite": "application/octet-stream",
};
const COMPRESSED = new Set([".html", ".js", ".css", ".json", ".webmanifest", ".wasm", ".txt", ".tflite"]);
const HASHED = /-[0-9A-Za-z]{8,10}\.\w+$/;
/** A worker takes its policy from its own response. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; "
  + "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
  + "frame-ancestors 'none'";

/** The addresses of this machine in its networks; the first is offered as a QR code. */
export function homeAddresses() {
  const all = Object.values(os.networkInterfaces()).flat().filter((each) => each.family === "IPv4" && !each.internal);
  return all.map((each) => each.address);
}

/** Answers with the files of a folder. @param {string} folder */
export function fileHandler(folder) {
  const compressed = new Map();
  return (request, response) => {
    const name = decodeURIComponent(new URL(request.url, "https://x").pathname).replace(/\/$/, "/index.html");
    const file = path.join(folder, name);
    const isInside = !path.relative(folder, file).startsWith("..");
    if (!isInside || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404, { "content-type": "text/plain" }).end("No such file.\n");
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405).end();
      return;
    }
    const suffix = path.extname(file);
    const headers = {
      "content-type": TYPES[suffix] ?? "application/octet-stream", "content-security-policy": POLICY,
      "cache-control": HASHED.test(file) ? "public, max-age=31536000, immutable" : "no-cache",
      "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "permissions-policy": "camera=(self), microphone=(self)",
    };
    if (!COMPRESSED.has(suffix) || !/\bbr\b/.test(request.headers["accept-encoding"] ?? "")) {
      response.writeHead(200, headers);
      createReadStream(file).pipe(response);
      return;
    }
    if (!compressed.has(file)) {
      const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 6 };
      compressed.set(file, zlib.brotliCompressSync(readFileSync(file), { params }));
    }
    response.writeHead(200, { ...headers, "content-encoding": "br", vary: "accept-encoding" }).end(compressed.get(file));
  };
}

/** A QR code for a terminal, two rows of modules to a line. @param {string} text */
export function terminalCode(text) {
  const code = qrcode(0, "L");
  code.addData(text);
  code.make();
  const side = code.getModuleCount();
  const dark = (row, column) => row >= 0 && row < side && column >= 0 && column < side && code.isDark(row, column);
  const lines = [];
  for (let row = -2; row < side + 2; row += 2) {
    let line = "";
    for (let column = -2; column < side + 2; column += 1) line += " ▄▀█"[(dark(row, column) ? 0 : 2) + (dark(row + 1, column) ? 0 : 1)];
    lines.push(line);
  }
  return lines.join("\n");
}

/**
 * Start both servers.
 * @param {{port: number, host: string, page: string, keys: string}} options `keys` is the folder of the certificates
 */
export async function serve({ port, host, page, keys }) {
  const made = makeCertificate(keys, [host, "localhost", "127.0.0.1", `${os.hostname()}.local`]);
  const secure = https.createServer({ key: readFileSync(made.key), cert: readFileSync(made.certificate) }, fileHandler(page));
  const plain = http.createServer(trustPage(made.authority, () => `https://${host}:${secure.address().port}/`));
  const listen = (server, at) => new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(at, "0.0.0.0", () => resolve(server.address().port));
  });
  const securePort = await listen(secure, port);
  const plainPort = await listen(plain, port === 0 ? 0 : port + 1);
  return {
    address: `https://${host}:${securePort}/`, help: `http://${host}:${plainPort}/`, authority: made.authority,
    close: () => { for (const server of [secure, plain]) { server.close(); server.closeAllConnections(); } },
  };
}

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8443" }, host: { type: "string" }, page: { type: "string", default: path.join(HERE, "../out/phone") },
      keys: { type: "string", default: path.join(HERE, "../out/phone-keys") },
    },
  });
  if (!existsSync(path.join(values.page, "index.html"))) throw new Error(`${values.page}: no page there; run 'make phone' first`);
  const host = values.host ?? homeAddresses()[0];
  if (!host) throw new Error("this machine is in no network; connect it, or name an address with --host");
  const { address, help } = await serve({ port: Number(values.port), host, page: values.page, keys: values.keys });
  console.log(`${terminalCode(help)}\n\n1. Scan the code with the phone, or open ${help} there: the page says how to trust this machine.`);
  console.log(`2. Then open ${address} on the phone.\nStop with Ctrl-C.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    const busy = error.code === "EADDRINUSE" ? "; another program uses this port, name another with --port" : "";
    console.error(`error: ${error.message}${busy}`);
    process.exitCode = 2;
  });
}
