"""Connections that misbehave: malformed requests, answers that nobody reads, the header Expect."""

from __future__ import annotations

import http.client
import socket
from pathlib import Path

import pytest

from edge_app.web.guard import HEADERS
from edge_app.web.limits import Limits
from tests.edge_app.web.stage import GENEROUS, Served, frame, make_session, served, until

MALFORMED = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 secret\r\n\r\n",
    "a bad header": b"GET / HTTP/1.1\r\nHost: x\r\nbad header secret\r\n\r\n",
    "a long head": b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20000 + b"\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
}


def raw(page: Served, request: bytes) -> http.client.HTTPResponse:
    with socket.create_connection(("127.0.0.1", page.sink.port), timeout=10) as connection:
        connection.sendall(request)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        answer.body = answer.read()  # type: ignore[attr-defined]
    return answer


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_request_gets_our_headers_and_no_version(kind: str, tmp_path: Path) -> None:
    with served(make_session(tmp_path)) as page:
        answer = raw(page, MALFORMED[kind])
    assert answer.status == 400
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "aiohttp" not in str(answer.headers)
    assert b"secret" not in answer.body  # type: ignore[attr-defined]
    assert b"expected a request of HTTP/1.1" in answer.body  # type: ignore[attr-defined]


def test_malformed_requests_are_limited(tmp_path: Path) -> None:
    with served(make_session(tmp_path), limits=Limits(requests_at_once=3, requests_per_s=0.1)) as page:
        answers = [raw(page, MALFORMED["a bad header"]) for _ in range(5)]
    assert [answer.status for answer in answers] == [400, 400, 400, 429, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1


@pytest.mark.parametrize("path", ["/api/state", "/api/view"])
def test_the_header_expect_passes_no_rule(path: str, tmp_path: Path) -> None:
    with served(make_session(tmp_path), token="a-token_of-tests") as page:
        for value in ("x", "100-continue"):
            method = "POST" if path == "/api/view" else "GET"
            answer = page.ask(path, method=method, headers={"Expect": value, "Origin": "http://evil.example"})
            assert answer.status == 403
            assert answer.headers["server"] == "Celcam"


def test_an_expected_permission_is_not_waited_for(tmp_path: Path) -> None:
    with served(make_session(tmp_path)) as page:
        assert page.post("/api/view", {"wipe": 0.5}, Expect="100-continue").status == 200
        assert page.session.controls.view.wipe == 0.5


def test_one_who_reads_no_answer_is_disconnected(tmp_path: Path) -> None:
    limits = Limits(requests_at_once=10**6, requests_per_s=1e6, stalled_s=0.5, connections=3)
    with served(make_session(tmp_path), limits=limits) as page:
        page.sink.show(frame())
        request = f"GET /app.js HTTP/1.1\r\nHost: {page.host}\r\n\r\n".encode()
        greedy = [socket.create_connection(("127.0.0.1", page.sink.port), timeout=10) for _ in range(3)]
        for connection in greedy:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(request * 300)
        try:
            until(lambda: _status(page) == 200, 20)
        finally:
            for connection in greedy:
                connection.close()


def _status(page: Served) -> int:
    try:
        return page.ask("/api/state").status
    except (ConnectionError, http.client.HTTPException):
        return 0


def test_a_connection_too_many_gets_our_headers(tmp_path: Path) -> None:
    with served(make_session(tmp_path), limits=Limits(connections=0)) as page:
        answer = page.ask("/")
    assert answer.status == 503
    assert answer.headers["server"] == "Celcam"
    assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
    assert GENEROUS.connections == 200
