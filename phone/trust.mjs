/** The page over plain HTTP from which a phone loads the certificate authority, with the steps for each system. */
import { readFileSync } from "node:fs";

const page = (address) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Celcam at home</title>
<style>
:root { color-scheme: light dark; font: 17px/1.5 system-ui, sans-serif; }
body { max-width: 34em; margin: 2em auto; padding: 0 1.2em; }
h1 { line-height: 1.1; } a.button { display: inline-block; padding: .7em 1.3em; border-radius: 2em; background: #e5432b; color: #fff; text-decoration: none; font-weight: 700; }
details { border-top: 1px solid #8884; padding: .7em 0; } summary { font-weight: 700; cursor: pointer; } small { opacity: .7; }
</style></head><body>
<h1>Celcam at home</h1>
<p>A browser opens the camera only on a page whose certificate it trusts. Trust this machine once, then open Celcam.</p>
<p><a class="button" href="/celcam-ca.crt">1. Load the certificate</a></p>
<details open><summary>iPhone and iPad</summary><ol>
<li>Open this page in Safari, load the certificate and tap <b>Allow</b>.</li>
<li>Settings, <b>Profile Downloaded</b>, <b>Install</b>.</li>
<li>Settings, General, About, <b>Certificate Trust Settings</b>: switch on <b>Celcam at home</b>.</li></ol></details>
<details open><summary>Android</summary><ol>
<li>Load the certificate.</li>
<li>Settings, search for <b>CA certificate</b>, choose <b>Install anyway</b>, and choose the file <b>celcam-ca.crt</b>.</li></ol></details>
<p><a class="button" href="${address}">2. Open Celcam</a></p>
<p><small>Only the machine that runs <code>make phone-serve</code> can use this certificate. Remove it in the same settings when you no
longer need it.</small></p>
</body></html>`;

/** @param {string} authority the certificate's file @param {() => string} address of the page over HTTPS */
export function trustPage(authority, address) {
  return (request, response) => {
    if (request.url === "/celcam-ca.crt") {
      response.writeHead(200, { "content-type": "application/x-x509-ca-cert", "content-disposition": "attachment; filename=celcam-ca.crt" });
      response.end(readFileSync(authority));
    } else if (request.url === "/") {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page(address()));
    } else {
      response.writeHead(404).end();
    }
  };
}
