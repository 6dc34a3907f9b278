/** `make phone-serve`: HTTPS that a client trusts once it has loaded the authority; compressed; nothing from outside the page. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, mkdirSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { serve, terminalCode } from "../../phone/serve.mjs";

const folder = mkdtempSync(path.join(os.tmpdir(), "celcam-serve-"));
const keys = path.join(folder, "keys");
let served;

before(async () => {
  mkdirSync(path.join(folder, "page"));
  writeFileSync(path.join(folder, "page/index.html"), "<title>Celcam</title>".repeat(50));
  writeFileSync(path.join(folder, "page/main-0123456789.js"), "1;");
  served = await serve({ port: 0, host: "127.0.0.1", page: path.join(folder, "page"), keys });
});
after(() => {
  served.close();
  rmSync(folder, { recursive: true });
});

const get = (address, options = {}) => new Promise((resolve, reject) => {
  const client = address.startsWith("https") ? https : http;
  client.get(address, options, (response) => {
    const chunks = [];
    response.on("data", (chunk) => chunks.push(chunk));
    response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
  }).on("error", reject);
});

test("a client that has not loaded the authority refuses the page", async () => {
  await assert.rejects(get(served.address), /certificate|issuer|self-signed/i);
});

test("the help page offers the authority, and with it the page is trusted", async () => {
  const help = await get(served.help);
  assert.match(help.body.toString(), /iPhone[\s\S]*Android/);
  assert.ok(help.body.includes(served.address));
  const authority = await get(`${served.help}celcam-ca.crt`);
  assert.equal(authority.headers["content-type"], "application/x-x509-ca-cert");
  const page = await get(served.address, { ca: authority.body, headers: { "accept-encoding": "br" } });
  assert.equal(page.status, 200);
  assert.equal(page.headers["content-encoding"], "br");
  assert.match(page.headers["content-security-policy"], /default-src 'none'/);
});

test("names with digests are kept, others are asked for again, and nothing outside the page is served", async () => {
  const ca = readFileSync(served.authority);
  assert.match((await get(`${served.address}main-0123456789.js`, { ca })).headers["cache-control"], /immutable/);
  assert.equal((await get(served.address, { ca })).headers["cache-control"], "no-cache");
  for (const name of ["..%2fkeys/celcam-ca.key", "%2e%2e/keys/page.key", "nothing.js"]) {
    assert.equal((await get(served.address + name, { ca })).status, 404, name);
  }
});

test("the keys are readable by their owner alone, and made once", async () => {
  assert.equal(statSync(keys).mode & 0o077, 0);
  const first = readFileSync(served.authority);
  const again = await serve({ port: 0, host: "127.0.0.1", page: path.join(folder, "page"), keys });
  again.close();
  assert.deepEqual(readFileSync(served.authority), first);
});

test("the code for the terminal is a square of modules", () => {
  const lines = terminalCode("http://192.168.0.10:8444/").split("\n");
  assert.ok(lines.length > 12);
  assert.equal(new Set(lines.map((line) => line.length)).size, 1);
});
