"""A short soak test: no growth of memory, threads or open files."""

from __future__ import annotations

import http.client
import itertools
import json
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FRAMES = 200_000
SIZE = "64x48"
MOST_GROWTH_MB = 5.0
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


def held_by(process: subprocess.Popen[str]) -> tuple[int, int]:
    """The numbers of its threads and open files."""
    place = Path("/proc") / str(process.pid)
    return len(list((place / "task").iterdir())), len(list((place / "fd").iterdir()))


@pytest.mark.slow
def test_memory_threads_and_files_stay_what_they_are_over_200_000_frames(tmp_path: Path) -> None:
    port, stats = free_port(), tmp_path / "stats.jsonl"
    words = [f"synthetic:{FRAMES}@{SIZE}", "--size", SIZE, "--to", "web", "--port", str(port), "--threads", "1"]
    words += ["--stats", str(stats), "--folder", str(tmp_path), "--split-minutes", "10"]
    app = subprocess.Popen([sys.executable, "-m", "edge_app", *words], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    over = threading.Event()
    try:
        deadline_s = time.monotonic() + 30
        while not (stats.exists() and stats.stat().st_size):
            assert time.monotonic() < deadline_s
            time.sleep(0.2)
        for look in LOOKS:  # each is loaded once, and kept
            assert ask(port, "POST", "/api/view", {"look": look})[0] == 200
            time.sleep(0.5)
        assert ask(port, "POST", "/api/view", {"recording": True})[0] == 200
        viewers = [Viewer(port, seconds, over) for seconds in (3.0, 5.0, 8.0)]
        for viewer in viewers:
            viewer.start()
        held: list[tuple[int, int]] = []
        for look in itertools.cycle(LOOKS):
            time.sleep(2.0)
            state = json.loads(ask(port, "GET", "/api/state")[1])
            held.append(held_by(app))
            if state["stats"]["frames"] > 0.93 * FRAMES:
                break
            assert ask(port, "POST", "/api/view", {"look": look})[0] == 200
        over.set()
        for viewer in viewers:
            viewer.join(30)
        time.sleep(3.0)
        alone = held_by(app)
        text, _ = app.communicate(timeout=300)
    finally:
        over.set()
        app.kill()
        app.wait()
    assert app.returncode == 0
    assert f"{FRAMES} frames" in text
    assert all(viewer.visits >= 3 and viewer.bytes_read > 100_000 for viewer in viewers)
    lines = [json.loads(line) for line in stats.read_text().splitlines()]
    start_s = lines[0]["time_s"]
    memory_mb = [line["vitals"]["memory_mb"] for line in lines if line["time_s"] - start_s > 60]
    assert len(memory_mb) > 60, "the run was too short to tell"
    early, late = sorted(memory_mb[:20])[10], sorted(memory_mb[-20:])[10]
    print(f"memory after the first minute {early:.1f} MB, at the end {late:.1f} MB, {len(lines)} s, alone {alone}")
    assert late - early < MOST_GROWTH_MB
    first_half = held[: len(held) // 2]  # by then every pool of threads has been used
    assert alone[0] <= max(threads for threads, _ in first_half)
    assert alone[1] <= max(files for _, files in first_half)
    assert len(list(tmp_path.glob("*.mp4"))) >= 5
