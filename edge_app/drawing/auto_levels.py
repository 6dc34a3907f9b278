"""Lifts the light of dark rooms before the network draws, slowly enough that nobody sees it change.

How dark a picture is, is measured by its median and by its highlights: a portrait in black clothes has bright
highlights and stays as it is. The curve only lifts. It is the rational curve ``y = x (1 + k) / (1 + k x)``: unlike a
gamma curve its slope at black is limited, to ``1 + k``, and with it the noise that it magnifies.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from celcam.arrays import Uint8Array

# Where the median of a dark picture is lifted to, 0..1.
GOAL = 0.38
# Highlights, the level that 9 of 10 pixels stay below, 0..255: dark up to the first, well exposed from the second.
DARK_HIGHLIGHTS, GOOD_HIGHLIGHTS = 110.0, 190.0
# The largest k. Black is then lifted with a slope of 4, which the network's and the app's smoothing can still calm.
MOST = 3.0
# The lift follows the light with this time constant, and rests while what is asked for differs by less than this.
EASE_S, REST = 1.2, 0.15
# Every so many pixels across and down are measured.
STRIDE = 4


class AutoLevels:
    """``levels(rgb_u8, captured_s)`` is the lifted picture; one instance sees each frame of one clip."""

    def __init__(self) -> None:
        """Start without a lift; the first picture gets what suits it at once."""
        self._lift: float | None = None
        self._goal = 0.0
        self._captured_s = 0.0
        self._table: tuple[float, Uint8Array] = (0.0, lift_table(0.0))

    @property
    def lift(self) -> float:
        """The ``k`` of the last picture: 0 changes nothing, `MOST` is the most."""
        return self._lift or 0.0

    def __call__(self, rgb_u8: Uint8Array, captured_s: float) -> Uint8Array:
        """Lift one picture.

        Args:
            rgb_u8: ``(H, W, 3) uint8 RGB``.
            captured_s: when it was captured, in seconds of any clock.

        Returns:
            The same shape: an array of its own, or ``rgb_u8`` itself if its exposure is good.
        """
        wanted = wanted_lift(rgb_u8)
        if self._lift is None:
            self._lift = self._goal = wanted
        elif abs(wanted - self._goal) > REST or wanted == 0.0:
            self._goal = wanted
        elapsed_s = max(0.0, captured_s - self._captured_s)
        self._captured_s = captured_s
        self._lift += (self._goal - self._lift) * (1.0 - math.exp(-elapsed_s / EASE_S))
        if abs(self._goal - self._lift) < 0.01:
            self._lift = self._goal
        if self._lift == 0.0:
            return rgb_u8
        if self._table[0] != self._lift:
            self._table = (self._lift, lift_table(self._lift))
        return np.asarray(cv2.LUT(rgb_u8, self._table[1]), np.uint8)


def wanted_lift(rgb_u8: Uint8Array) -> float:
    """The ``k`` that suits a picture, ``(H, W, 3) uint8 RGB``: 0..`MOST`."""
    gray = cv2.cvtColor(np.ascontiguousarray(rgb_u8[::STRIDE, ::STRIDE]), cv2.COLOR_RGB2GRAY)
    median, highlights = (float(level) for level in np.percentile(gray, (50, 90)))
    dark = min(1.0, max(0.0, (GOOD_HIGHLIGHTS - highlights) / (GOOD_HIGHLIGHTS - DARK_HIGHLIGHTS)))
    share = max(median, 1.0) / 255.0
    return dark * min(MOST, max(0.0, (GOAL - share) / (share * (1.0 - GOAL))))


def lift_table(lift: float) -> Uint8Array:
    """The curve of ``k`` as ``(256,) uint8``; rises, and never falls below the level itself."""
    share = np.arange(256) / 255.0
    return np.floor(share * (1.0 + lift) / (1.0 + lift * share) * 255.0 + 0.5).astype(np.uint8)
