"""Rate and drawing time of the most recent frames."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass
from itertools import pairwise

# The window holds the frames of the last 3 seconds, but at least the last 4 frames: a filter that takes 5 seconds a
# frame has a rate too.
WINDOW_S = 3.0
LEAST_FRAMES = 4
# The rate is 0 once no frame has come for 3 seconds and for 3 times the longest gap in the window.
SILENT_GAPS = 3.0


@dataclass(frozen=True)
class DrawnFrame:
    """One drawn frame."""

    time_s: float  # when it was finished
    draw_ms: float


class RecentFrames:
    """The last drawn frames. Reading changes nothing; the owner guards it against use from several threads at once."""

    def __init__(self) -> None:
        self._frames: deque[DrawnFrame] = deque()
        self.count = 0  # of all frames that were added

    def add(self, frame: DrawnFrame) -> None:
        """Add the newest frame."""
        self._frames.append(frame)
        self.count += 1
        while len(self._frames) > LEAST_FRAMES and frame.time_s - self._frames[0].time_s > WINDOW_S:
            self._frames.popleft()

    def fps(self, now_s: float) -> float:
        """Frames per second at ``now_s``; 0 for fewer than two frames, and once the frames have stopped."""
        times_s = [frame.time_s for frame in self._window(now_s)]
        if len(times_s) < 2 or times_s[-1] <= times_s[0]:
            return 0.0
        silence_s = now_s - times_s[-1]
        longest_gap_s = max(later - earlier for earlier, later in pairwise(times_s))
        if silence_s > max(WINDOW_S, SILENT_GAPS * longest_gap_s):
            return 0.0
        rate = (len(times_s) - 1) / (times_s[-1] - times_s[0])
        # Once the next frame is late, the rate falls with each moment that passes without it.
        return min(rate, len(times_s) / (now_s - times_s[0]))

    def draw_ms(self, now_s: float) -> float | None:
        """The median drawing time in milliseconds; None for fewer than two frames.

        The first frame of the window only starts the first interval, so its own drawing time does not count. A first
        frame at a new size is slower, because the network allocates memory.
        """
        times_ms = [frame.draw_ms for frame in self._window(now_s)][1:]
        return statistics.median(times_ms) if times_ms else None

    def _window(self, now_s: float) -> list[DrawnFrame]:
        recent = [frame for frame in self._frames if now_s - frame.time_s <= WINDOW_S]
        return recent if len(recent) >= LEAST_FRAMES else list(self._frames)[-LEAST_FRAMES:]
