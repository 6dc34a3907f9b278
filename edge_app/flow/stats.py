"""How fast the app runs: the frame rate and the time of each stage, in memory that does not grow with the run.

The rate is measured at the drawing, because the drawing goes on if a sink is lost.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge_app.flow.recent_frames import DrawnFrame, RecentFrames
from edge_app.frames import DrawnAs

# Median and 95th percentile cover the last values only, so a run of hours needs no more memory than one of minutes.
KEPT = 4096

LATENCY = "captured to shown"


class Series:
    """The last milliseconds of one stage; one thread writes at a time."""

    def __init__(self) -> None:
        self.count = 0
        self._kept = np.zeros(KEPT, np.float32)

    def add(self, value_ms: float) -> None:
        """Add one value."""
        self._kept[self.count % KEPT] = value_ms
        self.count += 1

    @contextmanager
    def timing(self) -> Iterator[None]:
        """Add the duration of the block."""
        started_s = time.perf_counter()
        yield
        self.add(1000 * (time.perf_counter() - started_s))

    def percentile(self, percent: float, last: int = KEPT) -> float | None:
        """A percentile of the ``last`` values; None if there are none."""
        count = min(self.count, KEPT, last)
        if not count:
            return None
        newest = (self.count - 1 - np.arange(count)) % KEPT
        return float(np.percentile(self._kept[newest], percent))


@dataclass(frozen=True)
class DrawingFigures:
    """Figures of the frames since look and size last changed."""

    drawn_as: DrawnAs | None  # look and size of these frames; None before the first frame
    frames: int
    fps: float  # recent rate; 0 for fewer than two frames
    draw_ms: float | None  # recent median; None for fewer than two frames


class RunStats:
    """Figures of one run; any thread may read them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._stages: dict[str, Series] = {}
        self._recent = RecentFrames()
        self._present = RecentFrames()  # only frames of the present look and size
        self._drawn_as: DrawnAs | None = None
        self._first_drawn_s: float | None = None
        self._last_drawn_s: float | None = None
        self._first_shown_s: float | None = None
        self.frames = 0  # drawn
        self.captured = 0
        self.dropped = 0  # captured, but a newer frame came before they were drawn
        self.dropped_by: dict[str, int] = {}  # drawn, but dropped by a slow sink, by the sink's name

    def stage(self, name: str) -> Series:
        """The times of a stage. Stages are listed in the order of their first request."""
        with self._lock:
            return self._stages.setdefault(name, Series())

    def drawn(self, draw_ms: float, drawn_as: DrawnAs | None = None) -> None:
        """Count a frame that has just been drawn.

        Args:
            draw_ms: how long the drawing took.
            drawn_as: look and size of the frame; a change starts `drawing` from zero.
        """
        now_s = self._clock()
        frame = DrawnFrame(now_s, draw_ms)
        with self._lock:
            if drawn_as != self._drawn_as:
                self._drawn_as, self._present = drawn_as, RecentFrames()
            self._recent.add(frame)
            self._present.add(frame)
            self.frames += 1
            self._first_drawn_s = now_s if self._first_drawn_s is None else self._first_drawn_s
            self._last_drawn_s = now_s

    def shown(self, captured_s: float) -> None:
        """Record the latency of a frame that has just been shown; ``captured_s`` is when it was captured."""
        now_s = self._clock()
        self.stage(LATENCY).add(1000 * (now_s - captured_s))
        if self._first_shown_s is None:
            self._first_shown_s = now_s

    @property
    def fps(self) -> float | None:
        """Frames per second of the whole run, (n - 1) intervals over their span; None for fewer than two frames."""
        with self._lock:
            first_s, last_s = self._first_drawn_s, self._last_drawn_s
            if first_s is None or last_s is None or last_s == first_s:
                return None
            return (self.frames - 1) / (last_s - first_s)

    @property
    def first_s(self) -> float | None:
        """When the first frame was shown, on the clock; None before."""
        return self._first_shown_s

    @property
    def recent_fps(self) -> float:
        """Frames per second at this moment, whatever was drawn; 0 once the frames have stopped."""
        with self._lock:
            return self._recent.fps(self._clock())

    def drawing(self) -> DrawingFigures:
        """The figures of the present look and size alone."""
        with self._lock:
            now_s, present = self._clock(), self._present
            return DrawingFigures(self._drawn_as, present.count, present.fps(now_s), present.draw_ms(now_s))

    def median_ms(self, stage: str, last: int = 100) -> float | None:
        """The median of the stage's ``last`` values; None if the stage has not run."""
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
            "dropped_by": dict(self.dropped_by),
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
        by_sinks = "".join(f", {count} dropped by {name}" for name, count in self.dropped_by.items() if count)
        return f"{self.frames} frame{'' if self.frames == 1 else 's'}{rate}{dropped}{by_sinks}"

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


def _rounded(value_ms: float | None) -> float | None:
    return None if value_ms is None else round(value_ms, 2)
