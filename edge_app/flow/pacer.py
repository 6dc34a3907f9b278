"""When a frame of a clip is due: the pace of the window and of the page."""

from __future__ import annotations

import time
from collections.abc import Callable

from edge_app.frames import Frame, SourceInfo

# A clip whose clock jumps ahead by more, or back, goes on at once from there.
LONGEST_WAIT_S = 10.0
# A clip that falls behind by more, because drawing is too slow, goes on from there at its own pace, not faster.
LATE_S = 1.0


class Pacer:
    """Shows a clip at its own times, and a camera's frames or still images at once; one instance for each viewer."""

    def __init__(self, source: SourceInfo, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Pace the frames of ``source`` by ``clock``, in seconds."""
        self._has_pace = source.keeps_time and not source.is_live and not source.is_still
        self._clock = clock
        self._started_s: float | None = None  # the moment of ``media_s`` 0
        self._last_media_s = 0.0

    def wait_s(self, frame: Frame) -> float:
        """The seconds until ``frame`` is due; 0 if it is due now. Call it once for each frame, in their order."""
        if not self._has_pace:
            return 0.0
        now_s = self._clock()
        wait_s = 0.0 if self._started_s is None else self._started_s + frame.media_s - now_s
        jumps = frame.media_s < self._last_media_s or not -LATE_S <= wait_s <= LONGEST_WAIT_S
        self._last_media_s = frame.media_s
        if self._started_s is None or jumps:
            self._started_s = now_s - frame.media_s
            return 0.0
        return max(0.0, wait_s)
