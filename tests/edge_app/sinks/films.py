"""Frames that can be recognized after they were encoded, and the contents of a film."""

from __future__ import annotations

import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from edge_app.frames import Frame


def grey_frame(number: int, media_s: float, *, size_wh: tuple[int, int] = (64, 48), noise: bool = False) -> Frame:
    """A frame whose level is `level_of` its number; noise makes it large on disk."""
    picture = np.full((size_wh[1], size_wh[0], 3), level_of(number), np.uint8)
    if noise:
        picture[size_wh[1] // 2 :] = np.random.default_rng(number).integers(0, 256, (size_wh[1] // 2, size_wh[0], 3))
    return Frame(picture, f"frame-{number:06d}", media_s, media_s)


def grey_frames(count: int, *, fps: float = 10.0, first_s: float = 0.0, noise: bool = False) -> Iterator[Frame]:
    """``count`` frames, evenly spaced."""
    for number in range(count):
        yield grey_frame(number, first_s + number / fps, noise=noise)


def level_of(number: int) -> int:
    """The level of the frame with this number, 20..219; repeats after 50."""
    return 20 + number % 50 * 4


@dataclass(frozen=True)
class Film:
    """The contents of a file, decoded as far as possible."""

    times_s: Sequence[float]
    levels: Sequence[int]  # of the upper left corner
    size_wh: tuple[int, int]
    duration_s: float | None  # by the header

    @property
    def numbers(self) -> list[int]:
        """The numbers of the frames, modulo 50."""
        return [round((level - 20) / 4) for level in self.levels]


def read_film(path: Path) -> Film:
    """Decode all pictures that can be decoded; none if the start of the file is unreadable."""
    times_s: list[float] = []
    levels: list[int] = []
    size_wh, duration_s = (0, 0), None
    with suppress(av.FFmpegError), av.open(str(path)) as film:
        stream = film.streams.video[0]
        size_wh = (stream.codec_context.width, stream.codec_context.height)
        duration_s = film.duration / 1e6 if film.duration else None
        for picture in film.decode(stream):
            times_s.append(float(picture.time))
            levels.append(round(float(picture.to_ndarray(format="rgb24")[:8, :8].mean())))
    return Film(times_s, levels, size_wh, duration_s)


@contextmanager
def largest_file(size_bytes: int) -> Iterator[None]:
    """No file can grow beyond this size: for a writer, the disk is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
