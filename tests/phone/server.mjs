/** A server of files for the tests, on a free port of this machine. */
import { readFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css",
  ".json": "application/json", ".webmanifest": "application/manifest+json", ".wasm": "application/wasm",
  ".png": "image/png", ".jpg": "image/jpeg", ".svg": "image/svg+xml",
};

/**
 * @param {Record<string, string>} roots folders by the first part of their address; "" serves the rest
 * @returns {Promise<{url: string, requests: string[], close: () => Promise<void>}>}
 */
export async function serve(roots) {
  const requests = [];
  const server = http.createServer(async (request, response) => {
    const address = decodeURIComponent(new URL(request.url, "http://x").pathname).slice(1);
    requests.push(address);
    const [first, ...rest] = address.split("/");
    const [folder, name] = first in roots ? [roots[first], rest.join("/")] : [roots[""], address];
    const file = path.join(folder ?? "/nowhere", name || "index.html");
    try {
      if (folder === undefined || path.relative(folder, file).startsWith("..")) throw new Error("outside");
      const data = await readFile(file);
      response.writeHead(200, { "content-type": TYPES[path.extname(file)] ?? "application/octet-stream" });
      response.end(data);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const close = () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); });
  return { url: `http://localhost:${server.address().port}`, requests, close };
}
