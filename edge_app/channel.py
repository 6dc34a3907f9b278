"""What hands frames from one thread to the next."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Channel(Generic[Item]):
    """A short queue with one writer and one reader.

    Full, it makes the writer wait, or, where ``keeps_newest``, drops the oldest item. Closed by the writer, the reader
    gets what is left, then None, or the error that the writer closed it with. Closed by the reader, `put` says False.
    """

    def __init__(self, capacity: int, *, keeps_newest: bool) -> None:
        self._items: deque[Item] = deque()
        self._capacity, self._keeps_newest = capacity, keeps_newest
        self._changed = threading.Condition()
        self._ended = False  # by the writer
        self._abandoned = False  # by the reader
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
                self._changed.wait_for(lambda: len(self._items) < self._capacity or self._abandoned)
            if self._abandoned:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def get(self) -> Item | None:
        """The next item; None at the end. Raises the error that the writer ended with, after the last item."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._ended)
            if self._items:
                item = self._items.popleft()
                self._changed.notify_all()
                return item
            if self._error is not None:
                raise self._error
            return None

    def end(self, error: BaseException | None = None) -> None:
        """The writer has no more."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    def abandon(self) -> None:
        """The reader wants no more."""
        with self._changed:
            self._abandoned = True
            self._changed.notify_all()
