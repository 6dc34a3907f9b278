"""Fake cameras that tests can unplug, and counters of threads and handles."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import numpy as np

from celcam.errors import CameraError
from edge_app.frames import Frame, FrameSource, SourceInfo


class ScriptedCamera(FrameSource):
    """Gives some frames, then ends as it was made to; holds a handle as a camera holds its device."""

    def __init__(self, frames: int, then: Callable[[], object] = lambda: None, *, pause_s: float = 0.0) -> None:
        self.info = SourceInfo("cam:0", (8, 8), is_live=True, frames=None, fps=None)
        self._count, self._then, self._pause_s = frames, then, pause_s
        self._handle = Path("/dev/zero").open("rb")  # noqa: SIM115 - closed as a camera is
        self.closed_by: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.closed_by.append(threading.current_thread().name)
        self._handle.close()

    def frames(self) -> Iterator[Frame]:
        for number in range(self._count):
            time.sleep(self._pause_s)
            yield Frame(np.full((8, 8, 3), number % 256, np.uint8), f"own-{number}", float(number), time.monotonic())
        self._then()


def unplugged() -> None:
    """Fail like an unplugged camera."""
    raise CameraError("cam:0: gives no more pictures; is it still plugged in?")


def refused() -> FrameSource:
    """An opening that fails."""
    raise CameraError("cam:0: no camera there; see ls")


def one_by_one(*cameras: FrameSource) -> Callable[[], FrameSource]:
    """Opens one camera after the other."""
    left = iter(cameras)
    return lambda: next(left)


class FakeClock:
    """A clock that moves only during a sleep."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


def handles() -> int:
    """The number of open files of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


def readers() -> list[str]:
    """The names of the threads that read cameras."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("read ")]


def wait_until(condition: Callable[[], bool], timeout_s: float = 5.0) -> bool:
    """Whether the condition became true in that time."""
    until_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > until_s:
            return False
        time.sleep(0.005)
    return True
