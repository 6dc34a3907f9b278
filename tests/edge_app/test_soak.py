"""A short soak test: no growth of memory, threads or open files."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.edge_app.soaking import LOOKS, Viewer, answers, ask, free_port

ROOT = Path(__file__).parents[2]
FRAMES = 200_000
SIZE = "64x48"
MOST_GROWTH_MB = 5.0


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
        while not answers(port):
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
