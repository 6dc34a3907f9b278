"""Finishes made ready for the sizes of a run: the tiles of paper and strokes take up to some seconds to make."""

from __future__ import annotations

import threading
from collections.abc import Callable

from celcam.finishes.finish import Finish, Prepared

# The pictures of so many pixels that finishes are held for, newest first: a dozen finishes at 640x480.
HELD_PIXELS = 12 * 640 * 480
# Held at any size: both stages of the look on show and of the look that comes next.
LEAST_HELD = 4


class Finishes:
    """Both stages of finishes, by size; any thread may ask. A stage itself draws on one thread at a time."""

    def __init__(self) -> None:
        self._held: dict[tuple[Finish, str, tuple[int, int]], Prepared] = {}  # the newest last
        self._lock = threading.Lock()

    def small(self, finish: Finish, size_wh: tuple[int, int]) -> Prepared:
        """The stage that is drawn on the network's picture, of ``size_wh``."""
        return self._get(finish, "small", size_wh, finish.prepare_small)

    def full(self, finish: Finish, size_wh: tuple[int, int]) -> Prepared:
        """The stage that is drawn on the enlarged picture, of ``size_wh``."""
        return self._get(finish, "full", size_wh, finish.prepare)

    def holds(self, finish: Finish, small_wh: tuple[int, int], full_wh: tuple[int, int]) -> bool:
        """Whether both stages are ready for these sizes."""
        if not finish.primitives:
            return True
        with self._lock:
            return (finish, "small", small_wh) in self._held and (finish, "full", full_wh) in self._held

    def _get(
        self, finish: Finish, stage: str, size_wh: tuple[int, int], prepare: Callable[[tuple[int, int]], Prepared]
    ) -> Prepared:
        key = (finish, stage, size_wh)
        with self._lock:
            prepared = self._held.pop(key, None)
            if prepared is not None:
                self._held[key] = prepared
                return prepared
        prepared = prepare(size_wh)  # without the lock: the look on show must not wait
        with self._lock:
            self._held[key] = prepared
            pixels = sum(wh[0] * wh[1] for _, _, wh in self._held)
            while pixels > HELD_PIXELS and len(self._held) > LEAST_HELD:
                oldest = next(iter(self._held))
                pixels -= oldest[2][0] * oldest[2][1]
                del self._held[oldest]
        return prepared
