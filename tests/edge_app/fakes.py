"""Sources and sinks that tests can look into."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Self

import numpy as np

from edge_app.frames import Frame, SourceInfo


class CountingSource:
    """Grey frames whose level is their number; live ones come each millisecond."""

    def __init__(self, frames: int, *, is_live: bool, error: Exception | None = None) -> None:
        self.info = SourceInfo("counting", (8, 8), is_live=is_live, frames=None if is_live else frames, fps=None)
        self._count, self._error = frames, error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass

    def frames(self) -> Iterator[Frame]:
        for number in range(self._count):
            if self.info.is_live:
                time.sleep(0.001)
            picture = np.full((8, 8, 3), number % 256, np.uint8)
            yield Frame(picture, f"frame-{number}", float(number), time.monotonic())
        if self._error is not None:
            raise self._error


class KeepingSink:
    """Keeps the level of each frame; has enough after ``limit``."""

    def __init__(self, *, slow_s: float = 0.0, limit: int | None = None) -> None:
        self.levels: list[int] = []
        self._slow_s, self._limit = slow_s, limit

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass

    def show(self, frame: Frame) -> bool:
        time.sleep(self._slow_s)
        self.levels.append(int(frame.rgb_u8[0, 0, 0]))
        return self._limit is None or len(self.levels) < self._limit


def rising(levels: Sequence[int]) -> bool:
    """Whether each level is above the one before."""
    return all(one < other for one, other in pairwise(levels))
