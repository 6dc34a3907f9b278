"""Messages of the running app: a camera that is gone, a disk that is full, a size that was changed."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from celcam.progress import print_beside_bars

KEPT = 50


@dataclass(frozen=True)
class Notice:
    """One message."""

    number: int  # counts up, so that a reader knows what is new
    time_s: float  # since the epoch
    text: str


class Notices:
    """The last messages; any thread may add and read."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        write: Callable[[str], None] = print_beside_bars,
    ) -> None:
        """Start without messages.

        Args:
            clock: seconds since the epoch.
            write: gets each message as it is added.
        """
        self._clock, self._write = clock, write
        self._lock = threading.Lock()
        self._kept: deque[Notice] = deque(maxlen=KEPT)
        self._count = 0

    def add(self, text: str) -> None:
        """Add a message of one line; a message that repeats the last one is dropped."""
        with self._lock:
            if self._kept and self._kept[-1].text == text:
                return
            self._count += 1
            self._kept.append(Notice(self._count, self._clock(), text))
        self._write(text)

    def since(self, number: int = 0) -> list[Notice]:
        """The messages after the one with this number, oldest first."""
        with self._lock:
            return [notice for notice in self._kept if notice.number > number]

    def latest(self, within_s: float) -> Notice | None:
        """The last message, if it is no older than ``within_s``."""
        with self._lock:
            if self._kept and self._clock() - self._kept[-1].time_s <= within_s:
                return self._kept[-1]
            return None
