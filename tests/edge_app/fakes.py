"""Fake sources, sinks and sessions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from celcam.arrays import Uint8Array
from celcam.pixels import resize
from edge_app.control.controls import Controls, View
from edge_app.drawing.looks import Choice, Drawer, Loader, Looks
from edge_app.flow.notices import Notices
from edge_app.frames import Frame, FrameSink, FrameSource, SourceInfo
from edge_app.session import Session


class CountingSource(FrameSource):
    """Grey frames whose level is their number; live ones come each millisecond."""

    def __init__(self, frames: int, *, is_live: bool, error: Exception | None = None) -> None:
        self.info = SourceInfo("counting", (8, 8), is_live=is_live, frames=None if is_live else frames, fps=None)
        self._count, self._error = frames, error

    def frames(self) -> Iterator[Frame]:
        for number in range(self._count):
            if self.info.is_live:
                time.sleep(0.001)
            picture = np.full((8, 8, 3), number % 256, np.uint8)
            yield Frame(picture, f"frame-{number}", float(number), time.monotonic())
        if self._error is not None:
            raise self._error


class KeepingSink(FrameSink):
    """Keeps the level of each frame; quits after ``limit`` frames."""

    name = "keeping"

    def __init__(self, *, slow_s: float = 0.0, limit: int | None = None, error: Exception | None = None) -> None:
        self.levels: list[int] = []
        self._slow_s, self._limit, self._error = slow_s, limit, error
        self.idled = 0

    def show(self, frame: Frame) -> bool:
        time.sleep(self._slow_s)
        self.levels.append(int(frame.rgb_u8[0, 0, 0]))
        enough = self._limit is not None and len(self.levels) >= self._limit
        if enough and self._error is not None:
            raise self._error
        return not enough

    def idle(self) -> bool:
        self.idled += 1
        return True


def quiet_notices() -> Notices:
    """Notices that print nothing."""
    return Notices(write=lambda text: None)


def inverting(rgb_u8: Uint8Array, size_wh: tuple[int, int]) -> Uint8Array:
    """A look that is easy to recognize: the negative."""
    return np.asarray(255 - resize(rgb_u8, size_wh), np.uint8)


def plain(rgb_u8: Uint8Array, size_wh: tuple[int, int]) -> Uint8Array:
    """A look that changes nothing but the size."""
    return resize(rgb_u8, size_wh).copy()


def as_choices(loaders: Mapping[str, Loader]) -> dict[str, Choice]:
    """Looks without a finish."""
    return {name: Choice(load) for name, load in loaders.items()}


def make_looks(loaders: Mapping[str, Loader], notices: Notices) -> Looks:
    """Looks without a finish, none loaded."""
    return Looks(as_choices(loaders), notices)


def make_session(folder: Path, *, size_wh: tuple[int, int] = (64, 48), is_live: bool = True) -> Session:
    """A session with the looks ``negative`` and ``plain``, the first one loaded."""
    loaders: dict[str, Callable[[], Drawer]] = {"negative": lambda: inverting, "plain": lambda: plain}
    notices = quiet_notices()
    looks = make_looks(loaders, notices)
    looks.load("negative")
    controls = Controls(View("negative", size_wh), looks=looks.names, sizes_wh=[(32, 24), (96, 72)])
    source = SourceInfo("synthetic:", (640, 480), is_live=is_live, frames=None, fps=30.0)
    return Session(source, looks, controls, folder, notices)


def rising(levels: Sequence[int]) -> bool:
    """Whether each level is above the one before."""
    return all(one < other for one, other in pairwise(levels))
