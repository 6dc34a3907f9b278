"""HTTPS with a certificate that is made, and with one of the user's own."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
from pathlib import Path

import pytest

from celcam.errors import UsageError
from edge_app.web import tls
from edge_app.web.announce import announcement, certificate_names
from edge_app.web.tls import load_tls, own_tls
from tests.edge_app.web.stage import frame, make_session, served

TOKEN = "a-token_of-tests"


def make_pair(folder: Path, *words: str) -> tuple[Path, Path]:
    """A certificate and its key in two files."""
    key, certificate = folder / "key.pem", folder / "cert.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-subj",
        "/CN=pi",
    ]
    command += [*(words or ("-nodes",)), "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return certificate, key


def test_a_certificate_is_made_once_for_all_names(tmp_path: Path) -> None:
    first, second = (own_tls(tmp_path, ["localhost", "pi.local", "192.168.1.20", "::1"]) for _ in range(2))
    assert first.fingerprint == second.fingerprint
    assert not first.is_own
    text = subprocess.run(
        ["openssl", "x509", "-in", str(tmp_path / "certificate.pem"), "-noout", "-text", "-fingerprint", "-sha256"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    assert first.fingerprint in text
    assert "DNS:localhost, DNS:pi.local, IP Address:192.168.1.20, IP Address:0:0:0:0:0:0:0:1" in text
    assert (tmp_path / "certificate.pem").stat().st_mode & 0o077 == 0


def test_a_certificate_that_ends_soon_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "DAYS", 20)
    first = own_tls(tmp_path, ["localhost"])
    monkeypatch.undo()
    assert own_tls(tmp_path, ["localhost"]).fingerprint != first.fingerprint


def test_the_page_is_served_over_https(tmp_path: Path) -> None:
    made = own_tls(tmp_path / "state", certificate_names("127.0.0.1"))
    context = ssl.create_default_context(cafile=str(tmp_path / "state" / "certificate.pem"))
    with served(make_session(tmp_path), token=TOKEN, tls=made) as page:
        page.sink.show(frame())
        connection = http.client.HTTPSConnection("127.0.0.1", page.sink.port, context=context, timeout=10)
        connection.request("GET", f"/?token={TOKEN}")
        answer = connection.getresponse()
        answer.read()
        cookie = answer.headers["set-cookie"]
        assert (answer.status, "Secure" in cookie) == (303, True)
        sent = {"Cookie": cookie.partition(";")[0], "Content-Type": "application/json"}
        for scheme, status in (("https", 200), ("http", 403)):
            origin = {"Origin": f"{scheme}://{page.host}"}
            connection.request("POST", "/api/view", json.dumps({"wipe": 0.5}), sent | origin)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status
        connection.close()
        with pytest.raises((OSError, http.client.HTTPException)):
            page.ask("/")  # over HTTP
        assert page.sink.announcement().startswith(f"watch at https://127.0.0.1:{page.sink.port}/?token=TOKEN\n")
        assert made.fingerprint in page.sink.announcement()


def test_a_users_certificate_is_loaded_from_two_files_or_one(tmp_path: Path) -> None:
    certificate, key = make_pair(tmp_path)
    both = tmp_path / "both.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    assert load_tls(certificate, key).fingerprint == load_tls(both).fingerprint
    assert load_tls(both).is_own
    assert "the browser warns" not in announcement("127.0.0.1", 1, None, tls=load_tls(both))


@pytest.mark.parametrize("kind", ["missing", "no PEM", "without a key", "with a password"])
def test_a_certificate_that_can_not_be_used_is_one_line(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "given.pem"
    if kind == "no PEM":
        path.write_text("not a certificate")
    elif kind == "without a key":
        path.write_bytes(make_pair(tmp_path)[0].read_bytes())
    elif kind == "with a password":
        pair = make_pair(tmp_path, "-passout", "pass:secret")
        path.write_bytes(pair[0].read_bytes() + pair[1].read_bytes())
    with pytest.raises(UsageError, match=r"--certificate .*given.pem: can't be used \(.*\); expected PEM") as error:
        load_tls(path)
    assert "\n" not in str(error.value)


def test_without_openssl_the_line_names_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="needs the program openssl; install it, or give a certificate"):
        own_tls(tmp_path, ["localhost"])


def test_a_folder_that_can_not_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UsageError, match=r"can't be written .*give a certificate with --certificate"):
        own_tls(tmp_path / "file", ["localhost"])
