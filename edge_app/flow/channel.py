"""What hands frames from one thread to the next."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class NothingYetError(Exception):
    """`Channel.get` waited as long as it was told to, and the writer is still there."""


class Channel(Generic[Item]):
    """A short queue with one writer and one reader.

    Full, it makes the writer wait, or, where ``keeps_newest``, drops the oldest item. Ended by the writer, the reader
    gets what is left, then None, or the error that the writer ended with. Closed by anybody, `put` says False and the
    reader gets None at once.
    """

    def __init__(
        self, capacity: int, *, keeps_newest: bool, on_wait: Callable[[float], None] = lambda wait_ms: None
    ) -> None:
        """Make an empty channel.

        Args:
            capacity: of items.
            keeps_newest: drop the oldest instead of waiting.
            on_wait: told for each item that is taken how many milliseconds it lay here.
        """
        self._items: deque[tuple[Item, float]] = deque()
        self._capacity, self._keeps_newest, self._on_wait = capacity, keeps_newest, on_wait
        self._changed = threading.Condition()
        self._ended = False  # by the writer
        self._closed = False
        self._error: BaseException | None = None
        self.dropped = 0

    def put(self, item: Item) -> bool:
        """Hand over ``item``; False where nobody reads any more."""
        with self._changed:
            if self._keeps_newest:
                while len(self._items) >= self._capacity:
                    self._items.popleft()
                    self.dropped += 1
            else:
                self._changed.wait_for(lambda: len(self._items) < self._capacity or self._closed)
            if self._closed:
                return False
            self._items.append((item, time.perf_counter()))
            self._changed.notify_all()
            return True

    def get(self, timeout_s: float | None = None) -> Item | None:
        """The next item; None at the end.

        Args:
            timeout_s: wait no longer than this; None is for ever.

        Raises:
            NothingYetError: none came in that time.
            BaseException: the error that the writer ended with, after the last item.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._items or self._ended or self._closed, timeout_s):
                raise NothingYetError
            if self._closed:
                return None
            if self._items:
                item, since_s = self._items.popleft()
                self._changed.notify_all()
                self._on_wait(1000 * (time.perf_counter() - since_s))
                return item
            if self._error is not None:
                raise self._error
            return None

    def end(self, error: BaseException | None = None) -> None:
        """The writer has no more."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    def close(self) -> None:
        """Nobody writes or reads any more."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()
