"""How fast the app runs: a rate, and the time of each stage, in memory that does not grow with the run."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

# Median and 95th percentile are of the last so many; a run of hours needs no more memory than one of minutes.
KEPT = 4096
# The rate of this moment is that of the last so many seconds.
RECENT_S = 3.0

LATENCY = "captured to shown"


class Series:
    """The last milliseconds of one stage, written by one thread at a time."""

    def __init__(self) -> None:
        self.count = 0
        self._kept = np.zeros(KEPT, np.float32)

    def add(self, value_ms: float) -> None:
        """One more."""
        self._kept[self.count % KEPT] = value_ms
        self.count += 1

    @contextmanager
    def timing(self) -> Iterator[None]:
        """Add how long the block takes."""
        started_s = time.perf_counter()
        yield
        self.add(1000 * (time.perf_counter() - started_s))

    def percentile(self, percent: float, last: int = KEPT) -> float | None:
        """Of the ``last`` ones; None where there are none."""
        count = min(self.count, KEPT, last)
        if not count:
            return None
        newest = (self.count - 1 - np.arange(count)) % KEPT
        return float(np.percentile(self._kept[newest], percent))


class RunStats:
    """Figures of one run."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._stages: dict[str, Series] = {}
        self._recent_s: deque[float] = deque()
        self._first_s: float | None = None
        self._last_s: float | None = None
        self.frames = 0  # shown
        self.dropped = 0  # newer ones were there
        self.captured = 0

    def stage(self, name: str) -> Series:
        """The times of a stage; stages are listed in the order in which they were first asked for."""
        with self._lock:
            return self._stages.setdefault(name, Series())

    def shown(self, captured_s: float) -> None:
        """A frame that was captured then has just been shown."""
        now_s = self._clock()
        self.stage(LATENCY).add(1000 * (now_s - captured_s))
        with self._lock:
            self.frames += 1
            self._first_s = now_s if self._first_s is None else self._first_s
            self._last_s = now_s
            self._recent_s.append(now_s)
            self._forget(now_s)

    @property
    def fps(self) -> float | None:
        """Frames per second of the whole run, intervals over their span; None for fewer than two frames."""
        if self._first_s is None or self._last_s is None or self._last_s == self._first_s:
            return None
        return (self.frames - 1) / (self._last_s - self._first_s)

    @property
    def first_s(self) -> float | None:
        """When the first frame was shown, by the clock; None before."""
        return self._first_s

    @property
    def recent_fps(self) -> float:
        """Frames per second of the last seconds; 0 where none came."""
        with self._lock:
            now_s = self._clock()
            self._forget(now_s)
            if len(self._recent_s) < 2:
                return 0.0
            # While nothing comes the span grows, so that a rate fades instead of standing.
            span_s = max(self._recent_s[-1] - self._recent_s[0], now_s - self._recent_s[0] - RECENT_S / 2)
            return (len(self._recent_s) - 1) / span_s if span_s > 0 else 0.0

    def median_ms(self, stage: str, last: int = 100) -> float | None:
        """Of the last frames; None where the stage has not run."""
        with self._lock:
            series = self._stages.get(stage)
        return series.percentile(50, last) if series is not None else None

    def snapshot(self) -> dict[str, Any]:
        """The figures of this moment, ready for JSON: counts, the recent rate, each stage's recent milliseconds."""
        with self._lock:
            stages = dict(self._stages)
        return {
            "frames": self.frames,
            "captured": self.captured,
            "dropped": self.dropped,
            "fps": round(self.recent_fps, 2),
            "stages_ms": {
                name: {"median": _rounded(series.percentile(50, 100)), "p95": _rounded(series.percentile(95, 100))}
                for name, series in stages.items()
                if series.count
            },
        }

    def result_line(self) -> str:
        """Frames, rate and dropped frames of the whole run, on one line for people."""
        rate = f", {self.fps:.1f} frames per second" if self.fps is not None else ""
        dropped = f", {self.dropped} dropped" if self.dropped else ""
        return f"{self.frames} frame{'' if self.frames == 1 else 's'}{rate}{dropped}"

    def stage_table(self) -> str:
        """A line for each stage with its median and 95th percentile in milliseconds, for people."""
        with self._lock:
            stages = dict(self._stages)
        rows = [
            f"  {name:20}{series.percentile(50):8.1f}{series.percentile(95):8.1f}"
            for name, series in stages.items()
            if series.count
        ]
        return "\n".join([f"  {'milliseconds':20}{'median':>8}{'p95':>8}", *rows])

    def _forget(self, now_s: float) -> None:
        while self._recent_s and now_s - self._recent_s[0] > RECENT_S:
            self._recent_s.popleft()


def _rounded(value_ms: float | None) -> float | None:
    return None if value_ms is None else round(value_ms, 2)
