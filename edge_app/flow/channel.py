"""A short queue that hands frames from one thread to the next."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class NothingYetError(Exception):
    """`Channel.get` has reached its timeout, and the writer has not ended."""


class Channel(Generic[Item]):
    """A short queue with one writer and one reader.

    If it is full, the writer waits, or, with ``keeps_newest``, the oldest item is dropped. After the writer has ended
    it, the reader gets the items that are left, then None or the writer's error. After anybody has closed it, `put`
    returns False and the reader gets None at once.
    """

    def __init__(
        self, capacity: int, *, keeps_newest: bool, on_wait: Callable[[float], None] = lambda wait_ms: None
    ) -> None:
        """Make an empty channel.

        Args:
            capacity: the largest number of items.
            keeps_newest: drop the oldest item instead of waiting.
            on_wait: called for each item that is taken, with the milliseconds that it has waited.
        """
        self._items: deque[tuple[Item, float]] = deque()
        self._capacity, self._keeps_newest, self._on_wait = capacity, keeps_newest, on_wait
        self._changed = threading.Condition()
        self._ended = False  # by the writer
        self._closed = False
        self._error: BaseException | None = None
        self.dropped = 0

    def put(self, item: Item) -> bool:
        """Add ``item``; False if the channel is closed."""
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

    def wait_until_empty(self) -> bool:
        """Wait, as the writer, until the reader has taken all items; False if the channel is closed."""
        with self._changed:
            self._changed.wait_for(lambda: not self._items or self._closed)
            return not self._closed

    def get(self, timeout_s: float | None = None) -> Item | None:
        """The next item; None at the end.

        Args:
            timeout_s: the longest wait; None is without end.

        Raises:
            NothingYetError: no item came in that time.
            BaseException: the error of the writer, after the last item.
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
        """End the channel, as its writer."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    def close(self) -> None:
        """Close the channel for both sides."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()
