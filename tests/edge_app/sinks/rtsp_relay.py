"""A small RTSP server that passes on what a publisher sends, as MediaMTX does: over TCP, one stream.

It runs in a process of its own, because PyAV holds the interpreter's lock while it waits for the server's answer.
"""

from __future__ import annotations

import base64
import socket
import socketserver
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SILENT = "silent"  # as the login: accept connections and say nothing
HANGING = "hanging"  # answer OPTIONS alone
MUTE = "mute"  # answer all but a publisher's requests


@contextmanager
def rtsp_relay(login: str = "", port: int = 0) -> Iterator[int]:
    """A relay for a publisher with this ``user:password``; yields its port."""
    with subprocess.Popen([sys.executable, __file__, login, str(port)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


class Relay(socketserver.ThreadingTCPServer):
    """Holds the stream's description and its viewers."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, login: str, port: int) -> None:
        super().__init__(("127.0.0.1", port), Connection)
        self.login, self.sdp = login, b""
        self.viewers: list[socket.socket] = []


class Connection(socketserver.StreamRequestHandler):
    """A publisher or a viewer."""

    server: Relay

    def handle(self) -> None:
        if self.server.login == SILENT:
            self.rfile.read()
            return
        while line := self.rfile.readline():
            if line[:1] == b"$":  # cut at a byte that looks like a line's end
                self._pass_on(line)
                continue
            method = line.decode().split(" ")[0]
            headers = {}
            while (text := self.rfile.readline().decode().strip()) != "":
                name, _, value = text.partition(":")
                headers[name.lower()] = value.strip()
            body = self.rfile.read(int(headers.get("content-length", 0)))
            self._answer(method, headers, body)

    def _answer(self, method: str, headers: dict[str, str], body: bytes) -> None:
        login, status, content, extra = self.server.login, "200 OK", b"", ""
        if (login == HANGING and method != "OPTIONS") or (login == MUTE and method not in ("OPTIONS", "DESCRIBE")):
            return
        given = base64.b64encode(login.encode()).decode()
        if ":" in login and method == "ANNOUNCE" and headers.get("authorization") != f"Basic {given}":
            status, extra = "401 Unauthorized", 'WWW-Authenticate: Basic realm="relay"\r\n'
        elif method == "ANNOUNCE":
            self.server.sdp = body
        elif method == "DESCRIBE":
            content = self.server.sdp
            status, extra = "200 OK" if content else "404 Not Found", "Content-Type: application/sdp\r\n"
        elif method == "SETUP":
            extra = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        head = f"RTSP/1.0 {status}\r\nCSeq: {headers['cseq']}\r\nSession: 1\r\n{extra}"
        self.wfile.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        if method == "PLAY":
            self.server.viewers.append(self.request)

    def _pass_on(self, start: bytes) -> None:
        packet = start
        while len(packet) < 4:
            packet += self.rfile.read(4 - len(packet))
        missing = 4 + int.from_bytes(packet[2:4], "big") - len(packet)
        packet, rest = (
            (packet + self.rfile.read(missing), b"") if missing >= 0 else (packet[:missing], packet[missing:])
        )
        for viewer in list(self.server.viewers):
            try:
                viewer.sendall(packet)
            except OSError:
                self.server.viewers.remove(viewer)
        if rest:  # the next packet began on the same "line"
            rest += b"" if rest.endswith(b"\n") else self.rfile.readline()
            self._pass_on(rest)


if __name__ == "__main__":
    with Relay(sys.argv[1], int(sys.argv[2])) as relay:
        print(relay.server_address[1], flush=True)
        relay.serve_forever()
