"""What the app has to say while it runs: a camera that is gone, a disk that is full, a size that was changed."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

KEPT = 50


@dataclass(frozen=True)
class Notice:
    """One thing that was said."""

    number: int  # counts up, so that a reader knows what is new
    time_s: float  # since the epoch
    text: str


class Notices:
    """The last things that were said; any thread may add and read."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        tell: Callable[[str], None] = lambda text: print(text, file=sys.stderr, flush=True),
    ) -> None:
        """Begin with none; ``tell`` prints each as it comes."""
        self._clock, self._tell = clock, tell
        self._lock = threading.Lock()
        self._kept: deque[Notice] = deque(maxlen=KEPT)
        self._count = 0

    def add(self, text: str) -> None:
        """Say ``text``, one line; said again at once, it is not repeated."""
        with self._lock:
            if self._kept and self._kept[-1].text == text:
                return
            self._count += 1
            self._kept.append(Notice(self._count, self._clock(), text))
        self._tell(text)

    def since(self, number: int = 0) -> list[Notice]:
        """Those after the one of that number, oldest first."""
        with self._lock:
            return [notice for notice in self._kept if notice.number > number]

    def latest(self, within_s: float) -> Notice | None:
        """The last one, where it is no older than ``within_s``."""
        with self._lock:
            if self._kept and self._clock() - self._kept[-1].time_s <= within_s:
                return self._kept[-1]
            return None
