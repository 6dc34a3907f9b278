"""Thousands of requests that no page makes: nothing breaks, no message is written, and the page is still there."""

from __future__ import annotations

import http.client
import random
import socket
import threading
from contextlib import closing, suppress
from pathlib import Path

import pytest

from edge_app.web.limits import Limits
from tests.edge_app.web.stage import Served, frame, make_session, served, until

THREADS = 4
ALLOWED_5XX = {503}

METHODS = ["GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "X" * 300]
PATHS = [
    "/",
    "/frame.jpg",
    "/thumbs/plain.jpg",
    "/api/state",
    "/api/view",
    "/api/snapshot",
    "/api/files",
    "/files/celcam-1.png",
    "/files/",
    "/api/offer",
    "/app.js",
    "/nothing",
    "*",
    "//",
    "/./../",
    "http://evil.example/",
    "/%00",
    "/?since=",
    "/api/state?since=",
]
PIECES = [
    "..",
    "%2e%2e",
    "/",
    "%2f",
    "%00",
    "%ff",
    "é",
    "\\",
    "?",
    "#",
    "&",
    "=",
    ";",
    "%",
    "%zz",
    "celcam-1.png",
    "token=x",
    "{}",
    "a" * 500,
]
HEADERS = [
    "Host",
    "Origin",
    "Content-Type",
    "Content-Length",
    "Transfer-Encoding",
    "Content-Encoding",
    "Expect",
    "Range",
    "If-Range",
    "Cookie",
    "Authorization",
    "Sec-Fetch-Site",
    "Connection",
    "Upgrade",
    "Accept-Encoding",
    "X-Forwarded-For",
]
VALUES = [
    "",
    "x",
    "0",
    "-1",
    "99999999999999999999",
    "chunked",
    "gzip",
    "deflate, br",
    "100-continue",
    "bytes=0-",
    "bytes=-1",
    "bytes=5-1",
    "null",
    "websocket",
    "http://evil.example",
    "application/json",
    "multipart/form-data; boundary=x",
    "Upgrade",
    "close",
    "keep-alive",
    "cross-site",
    "Bearer x",
    "same-origin",
    "Basic eDp4",
    "celcam_1=x; celcam_1=y",
    "\t",
    "é",
    "\x7f",
    '"',
]
VALUES += ["a" * 3000, "k=v; " * 200]
BODIES = [b"", b"{}", b"[]", b"{", b"null", b"\x00" * 100, b"\xff" * 300, b'{"a":' * 800, b"x" * 9000, b'"\\ud800"']
BODIES += [
    b'{"wipe": 0.5}',
    b'{"look": "plain", "strength": 1e400}',
    b'{"size_wh": [1, 2, 3]}',
    b'{"sharp": "y", "": 1}',
]
BODIES += [b'{"type": "offer", "sdp": "v=0"}', b'{"look": "\\ud800"}']


def sent(random_: random.Random, host: str) -> tuple[str, str, dict[str, str], bytes]:
    """A request made of meaningful and random parts."""
    path = random_.choice(PATHS[:8] * 3 + PATHS)
    path += "".join(random_.choices(PIECES, k=random_.choice([0, 0, 0, 0, 0, 1, 2, 5])))
    headers = {"Host": host, "Origin": f"http://{host}", "Content-Type": "application/json"}
    for _ in range(random_.choice([0, 0, 1, 2, 4])):
        headers[random_.choice(HEADERS)] = random_.choice(VALUES)
    return random_.choice(METHODS[:2] * 6 + METHODS), path, headers, random_.choice(BODIES)


def ask_once(page: Served, random_: random.Random) -> int | None:
    """The answer's status; None if the connection was closed without one."""
    method, path, headers, body = sent(random_, page.host)
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if random_.random() < 0.9 and "Content-Length" not in headers and "Transfer-Encoding" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    lines.append("Connection: close")
    data = "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body
    return answer_to(page, data)


def answer_to(page: Served, data: bytes, *, ends: bool = False) -> int | None:
    with closing(socket.create_connection(("127.0.0.1", page.sink.port), timeout=10)) as asker:
        answer = b""
        with suppress(ConnectionError):
            asker.sendall(data)
            if ends:
                asker.shutdown(socket.SHUT_WR)
            while piece := asker.recv(65536):
                answer += piece
    for secret in (b"Traceback", b"site-packages", b".py"):
        assert secret not in answer
    head = answer.split(b"\r\n", 1)[0].split()
    return int(head[1]) if len(head) > 1 and head[0].startswith(b"HTTP/") else None


def garbage(random_: random.Random, host: str) -> bytes:
    """Bytes that may begin like a request."""
    noise = random_.randbytes(random_.choice([0, 1, 10, 200, 5000]))
    ours = f"Host: {host}\r\n"
    starts = [
        "",
        f"GET / HTTP/1.1\r\n{ours}",
        "GET ",
        "\x16\x03\x01",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        f"POST /api/view HTTP/1.1\r\nTransfer-Encoding: chunked\r\n{ours}\r\nffffffff\r\n",
        "GET / HTTP/1.1\r\n" + "A: b\r\n" * 300,
        "GET /" + "a" * 9000 + " HTTP/1.1\r\n\r\n",
        "\r\n" * 100,
        "GET / HTTP/0.9\r\n\r\n",
    ]
    return random_.choice(starts).encode() + noise + random_.choice([b"", b"\r\n\r\n"])


@pytest.mark.parametrize("requests", [2000, pytest.param(40_000, marks=pytest.mark.slow)])
def test_no_request_crashes_the_server(tmp_path: Path, requests: int) -> None:
    messages: list[str] = []
    session = make_session(tmp_path, messages=messages)
    limits = Limits(
        requests_per_s=1e6, requests_at_once=1_000_000, request_s=0.2, snapshots_at_once=3, snapshots_per_s=0.1
    )
    statuses: list[int | None] = []
    with served(session, limits=limits) as page:
        page.sink.show(frame())

        def worker(seed: int) -> None:
            random_ = random.Random(seed)
            for _ in range(requests // THREADS):
                statuses.append(ask_once(page, random_))
            for _ in range(requests // THREADS // 5):
                statuses.append(answer_to(page, garbage(random_, page.host), ends=True))

        threads = [threading.Thread(target=worker, args=(seed,)) for seed in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(statuses) == requests * 6 // 5
        found = {status for status in statuses if status is not None}
        assert {status for status in found if status >= 500} <= ALLOWED_5XX
        assert {200, 400, 403, 404, 405, 413, 415, 421} <= found
        assert page.ask("/frame.jpg").status == 200
        assert until(lambda: page.state()["viewers"] == 0)
        with closing(http.client.HTTPConnection("127.0.0.1", page.sink.port, timeout=5)) as connection:
            connection.request("GET", "/")
            assert connection.getresponse().status == 200
    assert not [text for text in messages if text.startswith("web: ")]
