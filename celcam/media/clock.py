"""The times of a clip's frames, if its time stamps are faulty, missing or in the order of decoding."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

# Formats that store no time of display: their stamps are in the order of decoding.
WITHOUT_DISPLAY_TIME = frozenset({"avi"})
# The least time between two frames.
LEAST_S = 0.001


class PictureClock:
    """FFmpeg's guess of the best time stamp (``guess_correct_pts``), and rising times."""

    def __init__(self, container_format: str, frame_rate: Fraction) -> None:
        """Start before the first frame; ``frame_rate`` serves clips without time stamps."""
        self._by_decoding = container_format in WITHOUT_DISPLAY_TIME
        self._frame_s = float(1 / frame_rate)
        self._first_dts: int | None = None  # of the first packet
        self._delay: int | None = None  # by which decoding comes before display
        self._last_pts: int | None = None
        self._last_dts: int | None = None
        self._faulty_pts = self._faulty_dts = 0
        self._last_s: float | None = None

    def note_packet(self, packet: Any) -> None:
        """Take a packet before it is decoded."""
        if self._first_dts is None:
            self._first_dts = packet.dts

    def time_of(self, frame: Any) -> float:
        """The time of the next frame, in seconds; rises with every call."""
        stamp = self._stamp_of(frame)
        if stamp is None:
            time_s = 0.0 if self._last_s is None else self._last_s + self._frame_s
        else:
            time_s = float(stamp * frame.time_base)
        if self._last_s is not None:
            time_s = max(time_s, self._last_s + LEAST_S)
        self._last_s = time_s
        return time_s

    def _stamp_of(self, frame: Any) -> int | None:
        if not self._by_decoding:
            return self._guess(frame.pts, frame.dts)
        if frame.dts is None:
            return None
        if self._delay is None:
            self._delay = 0 if self._first_dts is None else max(0, frame.dts - self._first_dts)
        return int(frame.dts) - self._delay

    def _guess(self, pts: int | None, dts: int | None) -> int | None:
        """The stamp of display, or that of decoding if the former was faulty more often."""
        if dts is not None:
            self._faulty_dts += self._last_dts is not None and dts <= self._last_dts
            self._last_dts = dts
        elif pts is not None:
            self._last_dts = pts
        if pts is not None:
            self._faulty_pts += self._last_pts is not None and pts <= self._last_pts
            self._last_pts = pts
        elif dts is not None:
            self._last_pts = dts
        return pts if pts is not None and (dts is None or self._faulty_pts <= self._faulty_dts) else dts
