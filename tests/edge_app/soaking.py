"""What a soak does to the app over HTTP: viewers that come and go, and changes of the view."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from typing import Any

LOOKS = ("anime", "pencil", "watercolor", "comic")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{port}"} if body is not None else {}
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, data


def answers(port: int) -> bool:
    """Whether the page can be asked already."""
    try:
        return ask(port, "GET", "/api/state")[0] == 200
    except OSError:
        return False


class Viewer(threading.Thread):
    """A viewer that watches for a while, leaves, and comes back."""

    def __init__(self, port: int, seconds: float, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self._port, self._seconds, self._over = port, seconds, over
        self.visits = self.bytes_read = 0

    def run(self) -> None:
        while not self._over.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
            connection.request("GET", "/live.mjpg")
            answer = connection.getresponse()
            until_s = time.monotonic() + self._seconds
            while time.monotonic() < until_s and not self._over.is_set():
                self.bytes_read += len(answer.read(4096))
            self.visits += 1
            answer.close()
            connection.close()
            self._over.wait(1.0)
