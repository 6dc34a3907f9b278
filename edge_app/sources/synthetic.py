"""A moving test card: shows without a camera whether colours are right and whether the picture lags."""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Iterator

import numpy as np

from celcam.arrays import BoolArray, Uint8Array
from celcam.errors import UsageError
from edge_app.frames import Frame, FrameSource, SourceInfo

SIZE_WH = (640, 480)
SIDES = (16, 4096)  # from, to
FPS = 30.0
# The time in which the disc crosses the card.
CROSSING_S = 4.0
# The bars of a test card, left to right: white, yellow, cyan, green, magenta, red, blue, black.
BARS = ((255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0), (255, 0, 255), (255, 0, 0), (0, 0, 255), (0, 0, 0))


class SyntheticSource(FrameSource):
    """Colour bars with a grey disc that crosses them in four seconds.

    Without a number of frames the source acts like a camera: 30 frames a second, and a slow reader misses some. With a
    number it acts like a file: all frames, as fast as the reader takes them, each an array of its own.
    """

    def __init__(self, frames: int | None = None, size_wh: tuple[int, int] = SIZE_WH) -> None:
        """Make a source of ``frames`` frames of ``size_wh``; None is a live source without end."""
        endless = frames is None
        self.info = SourceInfo(
            _spec(frames, size_wh), size_wh, is_live=endless, frames=frames, fps=FPS, keeps_time=endless
        )

    @classmethod
    def of_spec(cls, spec: str) -> SyntheticSource:
        """Read ``synthetic:``, ``synthetic:5000`` or ``synthetic:5000@320x240``; raises UsageError for others."""
        found = re.fullmatch(r"synthetic:([0-9]{1,12})?(?:@([0-9]{1,6})x([0-9]{1,6}))?", spec)
        if found is None:
            raise UsageError(f"{spec}: expected synthetic:, synthetic:5000 or synthetic:5000@320x240")
        size_wh = (int(found[2]), int(found[3])) if found[2] else SIZE_WH
        if not all(SIDES[0] <= side <= SIDES[1] for side in size_wh):
            raise UsageError(f"{spec}: expected sides of {SIDES[0]} to {SIDES[1]}, such as synthetic:5000@320x240")
        frames = int(found[1]) if found[1] else None
        if frames == 0:
            raise UsageError(f"{spec}: expected 1 frame or more")
        return cls(frames, size_wh)

    def frames(self) -> Iterator[Frame]:
        """Yield 30 frames a second without end, or the number of frames as fast as they are taken."""
        if self.info.frames is not None:
            for number in range(self.info.frames):
                yield self._frame(number, number)
            return
        started_s = time.monotonic()
        count = tick = 0
        while True:
            time.sleep(max(0.0, started_s + tick / FPS - time.monotonic()))
            yield self._frame(count, tick)
            count += 1
            tick = max(tick + 1, int((time.monotonic() - started_s) * FPS))

    def _frame(self, count: int, tick: int) -> Frame:
        media_s = tick / FPS
        return Frame(test_card(media_s, self.info.size_wh), f"frame-{count:06d}", media_s, time.monotonic())


def test_card(media_s: float, size_wh: tuple[int, int] = SIZE_WH) -> Uint8Array:
    """Draw the card at a time in seconds: a new array, ``(H, W, 3) uint8 RGB``, 0..255."""
    card: Uint8Array = _bars(size_wh).copy()
    disc = _disc(size_wh)
    radius = disc.shape[0] // 2
    width, height = size_wh
    centre_x = round(media_s / CROSSING_S % 1.0 * width)
    top = height // 2 - radius
    left, right = max(0, centre_x - radius), min(width, centre_x + radius)
    mask = disc[:, left - centre_x + radius : right - centre_x + radius]
    card[top : top + 2 * radius, left:right][mask] = 128
    return card


def _spec(frames: int | None, size_wh: tuple[int, int]) -> str:
    size = "" if size_wh == SIZE_WH else f"@{size_wh[0]}x{size_wh[1]}"
    return f"synthetic:{'' if frames is None else frames}{size}"


@functools.lru_cache(maxsize=4)
def _bars(size_wh: tuple[int, int]) -> Uint8Array:
    width, height = size_wh
    row = np.array(BARS, np.uint8)[np.arange(width) * len(BARS) // width]
    return np.tile(row, (height, 1, 1))


@functools.lru_cache(maxsize=4)
def _disc(size_wh: tuple[int, int]) -> BoolArray:
    """The mask of the disc in its bounding square: ``(2 R, 2 R) bool``."""
    radius = min(size_wh) // 8
    rows, columns = np.ogrid[-radius:radius, -radius:radius]
    disc: BoolArray = (columns + 0.5) ** 2 + (rows + 0.5) ** 2 < radius**2
    return disc
