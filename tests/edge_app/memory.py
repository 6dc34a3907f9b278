"""Project the app's memory to a day: `make test-memory MINUTES=30`.

The app draws a live picture of 320x240 that a viewer watches, records it, and changes its look every ten seconds. The
projection is the straight line through the medians of all minutes but the first five.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from celcam.paths import ROOT
from tests.edge_app.soaking import LOOKS, Viewer, answers, ask, free_port

WARM_UP_MIN = 5
CHANGE_S = 10.0
# systemd slows the service down at 600 MB.
MOST_MB = 600.0


def project(minutes: Sequence[float], memory_mb: Sequence[float], at_min: float) -> tuple[float, float]:
    """The slope in MB an hour of the least-squares line, and its value at a time in minutes."""
    slope, start_mb = statistics.linear_regression(minutes, memory_mb)
    return 60 * slope, start_mb + slope * at_min


def medians(stats: Path) -> list[float]:
    """The median memory of each whole minute, in MB."""
    lines = [json.loads(line) for line in stats.read_text(encoding="utf-8").splitlines()]
    by_minute: dict[int, list[float]] = {}
    for line in lines:
        by_minute.setdefault(int((line["time_s"] - lines[0]["time_s"]) // 60), []).append(line["vitals"]["memory_mb"])
    return [statistics.median(values) for _, values in sorted(by_minute.items())][:-1]


def soak(minutes: float, folder: Path) -> Path:
    """Run the app for ``minutes``; returns the file with its figures."""
    port, stats, over = free_port(), folder / "stats.jsonl", threading.Event()
    words = [
        "synthetic:@320x240",
        "--size",
        "160x120",
        "--to",
        "web",
        "--port",
        str(port),
        "--threads",
        "1",
        "--stats",
        str(stats),
    ]
    words += ["--folder", str(folder), "--split-minutes", "3", "--keep-gb", "0.05", "--seconds", str(60 * minutes + 15)]
    app = subprocess.Popen([sys.executable, "-m", "edge_app", *words], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        end_s = time.monotonic() + 60 * minutes
        while not answers(port):
            if time.monotonic() > end_s or app.poll() is not None:
                raise RuntimeError("the app does not start")
            time.sleep(0.2)
        ask(port, "POST", "/api/view", {"recording": True})
        viewer = Viewer(port, 45.0, over)
        viewer.start()
        for look in itertools.cycle(LOOKS):
            time.sleep(CHANGE_S)
            if time.monotonic() > end_s:
                break
            if ask(port, "POST", "/api/view", {"look": look})[0] != 200:
                raise RuntimeError(f"the app does not change to {look}")
        over.set()
        viewer.join(30)
        app.wait(120)
    finally:
        over.set()
        app.kill()
        app.wait()
    return stats


def main(argv: Sequence[str] | None = None) -> int:
    """Run the app and print the projection; return 1 if it is over the limit of the service."""
    parser = argparse.ArgumentParser(prog="python -m tests.edge_app.memory", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="length of the run; at least 8")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        stats = soak(options.minutes, Path(folder))
        frames = json.loads(stats.read_text(encoding="utf-8").splitlines()[-1])["frames"]
        memory_mb = medians(stats)
    times_min = list(range(WARM_UP_MIN, len(memory_mb)))
    slope_mb, day_mb = project(times_min, memory_mb[WARM_UP_MIN:], 24 * 60)
    print(f"{frames} frames in {len(memory_mb)} min; memory each 5 min: {[round(each) for each in memory_mb[::5]]} MB")
    print(f"slope {slope_mb:+.2f} MB an hour, after 24 hours {day_mb:.0f} MB; expected at most {MOST_MB:.0f} MB")
    return 1 if day_mb > MOST_MB else 0


if __name__ == "__main__":
    sys.exit(main())
