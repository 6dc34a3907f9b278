"""HTTPS: with a certificate of the user's own, or one that is made at the first start and signed by itself."""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from celcam.errors import UsageError
from edge_app.web.private_files import read_or_make, write_private

CERTIFICATE = "certificate.pem"
# The longest time that browsers accept.
DAYS = 825
# A certificate that ends sooner is made again.
LEAST_LEFT_S = 30 * 86400
OPENSSL_S = 60
PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class Tls:
    """What a server needs for HTTPS."""

    context: ssl.SSLContext
    fingerprint: str  # SHA-256 of the certificate, as browsers show it
    is_own: bool  # the certificate is the user's, so that browsers may trust it


def load_tls(certificate: Path, private_key: Path | None = None, *, is_own: bool = True) -> Tls:
    """Load a certificate.

    Args:
        certificate: PEM, with the certificates of its issuers after it.
        private_key: PEM; None is in the same file.
        is_own: as in `Tls`.

    Raises:
        UsageError: a file can't be read, or they do not belong together.
    """
    names = " and ".join(str(path) for path in (certificate, private_key) if path is not None)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # The empty password keeps OpenSSL from asking for one.
        context.load_cert_chain(certificate, private_key, password="")
        found = PEM.search(certificate.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"--certificate {names}: can't be used ({reason}); expected PEM files of a certificate and of its private "
            "key, without a password"
        ) from error
    der = ssl.PEM_cert_to_DER_cert(found[0]) if found else b""
    return Tls(context, _fingerprint(der), is_own)


def own_tls(folder: Path, names: Iterable[str]) -> Tls:
    """Load the certificate of this machine; make it at the first start, and again before it ends.

    Args:
        folder: keeps it.
        names: names and addresses of this machine, for a new certificate.

    Raises:
        UsageError: the folder can't be written, or OpenSSL is not installed.
    """
    path, wanted = folder / CERTIFICATE, list(names)
    try:
        read_or_make(path, lambda: _make_certificate(wanted))
        if not _lasts(path):
            write_private(path, _make_certificate(wanted))
    except OSError as error:
        raise UsageError(
            f"--tls: {path} can't be written ({error.strerror}); give a certificate with --certificate"
        ) from error
    return load_tls(path, is_own=False)


def _make_certificate(names: list[str]) -> bytes:
    """A private key and a certificate for it, PEM."""
    places = ",".join(f"{'IP' if _is_address(name) else 'DNS'}:{name}" for name in names)
    with tempfile.TemporaryDirectory() as made:
        key, certificate = Path(made) / "key.pem", Path(made) / "certificate.pem"
        words = [
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            str(DAYS),
        ]
        words += [
            "-subj",
            "/CN=Celcam",
            "-addext",
            f"subjectAltName={places}",
            "-addext",
            "extendedKeyUsage=serverAuth",
        ]
        done = _openssl(*words, "-keyout", str(key), "-out", str(certificate))
        if done.returncode:
            line = (done.stderr.strip() or "no reason").splitlines()[-1]
            raise UsageError(f"--tls: openssl made no certificate ({line}); give one with --certificate")
        return key.read_bytes() + certificate.read_bytes()


def _lasts(path: Path) -> bool:
    return _openssl("x509", "-checkend", str(LEAST_LEFT_S), "-noout", "-in", str(path)).returncode == 0


def _openssl(*words: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["openssl", *words], capture_output=True, text=True, timeout=OPENSSL_S, check=False)
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        raise UsageError(
            "--tls: needs the program openssl; install it, or give a certificate with --certificate"
        ) from error


def _fingerprint(der: bytes) -> str:
    return hashlib.sha256(der).digest().hex(":").upper()


def _is_address(name: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, name)
        except OSError:
            continue
        return True
    return False
