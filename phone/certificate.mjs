/** A certificate authority of this machine, and a certificate for its address; made with openssl. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { X509Certificate } from "node:crypto";

const AUTHORITY_DAYS = "1825";
const CERTIFICATE_DAYS = "365"; // phones refuse more than 398
const RENEW_MS = 30 * 24 * 3600 * 1000;

function openssl(...words) {
  try {
    execFileSync("openssl", words, { stdio: ["ignore", "ignore", "pipe"] });
  } catch (error) {
    if (error.code === "ENOENT") throw new Error("openssl is not installed; on Debian: apt-get install openssl");
    throw new Error(`openssl failed: ${String(error.stderr).trim().split("\n")[0]}`);
  }
}

/** Whether a certificate is for all names and still good for a month. */
function serves(file, names) {
  if (!existsSync(file)) return false;
  const certificate = new X509Certificate(readFileSync(file));
  const known = (name) => (/^[\d.]+$/.test(name) ? certificate.checkIP(name) : certificate.checkHost(name));
  return names.every(known) && Date.parse(certificate.validTo) - Date.now() > RENEW_MS;
}

/**
 * @param {string} folder that keeps the keys; nobody else on this machine can read it
 * @param {string[]} names host names and addresses
 * @returns {{authority: string, certificate: string, key: string}} files
 */
export function makeCertificate(folder, names) {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o700);
  const at = (name) => path.join(folder, name);
  const [authority, authorityKey] = [at("celcam-ca.crt"), at("celcam-ca.key")];
  if (!existsSync(authority)) {
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", AUTHORITY_DAYS,
      "-keyout", authorityKey, "-out", authority, "-subj", "/CN=Celcam at home",
      "-addext", "basicConstraints=critical,CA:TRUE,pathlen:0", "-addext", "keyUsage=critical,keyCertSign,cRLSign");
  }
  const [certificate, key, request, extensions] = [at("page.crt"), at("page.key"), at("page.csr"), at("page.ext")];
  if (!serves(certificate, names)) {
    const list = names.map((name) => `${/^[\d.]+$/.test(name) ? "IP" : "DNS"}:${name}`).join(",");
    writeFileSync(extensions, `subjectAltName=${list}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n`);
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=Celcam");
    openssl("x509", "-req", "-in", request, "-CA", authority, "-CAkey", authorityKey, "-CAcreateserial", "-days", CERTIFICATE_DAYS,
      "-out", certificate, "-extfile", extensions);
  }
  return { authority, certificate, key };
}
