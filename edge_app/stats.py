"""How fast the app ran: a rate, and the time of each stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

STAGES = ("capture", "stylize", "show")


@dataclass
class RunStats:
    """Figures of one run; each stage's list is written by one thread alone."""

    stage_ms: dict[str, list[float]] = field(default_factory=lambda: {stage: [] for stage in STAGES})
    shown_s: list[float] = field(default_factory=list)  # when each frame was shown, monotonic clock
    latency_ms: list[float] = field(default_factory=list)  # from captured to shown
    dropped: int = 0

    @property
    def frames(self) -> int:
        """Frames shown."""
        return len(self.shown_s)

    @property
    def fps(self) -> float | None:
        """Intervals over their span; None for fewer than two frames."""
        if self.frames < 2 or self.shown_s[-1] == self.shown_s[0]:
            return None
        return (self.frames - 1) / (self.shown_s[-1] - self.shown_s[0])

    def summary(self) -> str:
        """A few lines for people."""
        rate = f", {self.fps:.1f} frames per second" if self.fps is not None else ""
        dropped = f", {self.dropped} dropped" if self.dropped else ""
        lines = [f"{self.frames} frame{'' if self.frames == 1 else 's'}{rate}{dropped}"]
        rows = [(stage, self.stage_ms[stage]) for stage in STAGES] + [("captured to shown", self.latency_ms)]
        lines.append(f"  {'milliseconds':18}{'median':>8}{'p95':>8}")
        lines += [
            f"  {name:18}{_percentile(times, 50):8.1f}{_percentile(times, 95):8.1f}" for name, times in rows if times
        ]
        return "\n".join(lines)


def _percentile(values: Sequence[float], percent: float) -> float:
    return float(np.percentile(values, percent))
