"""Calms a drawn video: what does not move in front of the camera keeps most of what was drawn of it before.

A network redraws each frame from nothing, so a camera's noise makes its lines tremble. Where the photo is the same as a
frame ago, the new drawing is blended into the last ones; where it moved, the new drawing is taken as it is, so nothing
lags and nothing leaves a ghost. What is kept is bounded, so light that changes slowly comes through within a second.
"""

from __future__ import annotations

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array

# At most this share of the last picture is kept: noise of a still picture falls to (1 - KEPT) / (1 + KEPT), root of it.
KEPT = 0.8
# Change of the photo's brightness, mean over a few pixels, 0..255: below the first is noise, above the second motion.
NOISE_LEVELS, MOTION_LEVELS = 2.5, 7.0
# The change is a mean over this many pixels a side, and motion reaches as far beyond its own edge.
AREA_PIXELS = 5


class Stabilizer:
    """``stabilizer(photo, drawn)`` is the calmed picture; one instance sees each frame of one clip."""

    def __init__(self) -> None:
        self._area = np.ones((AREA_PIXELS, AREA_PIXELS), np.uint8)
        change = np.arange(256, dtype=np.float32)
        still = np.clip((MOTION_LEVELS - change) / (MOTION_LEVELS - NOISE_LEVELS), 0.0, 1.0)
        self._kept_of_change = (KEPT * still * still * (3.0 - 2.0 * still)).astype(np.float32)  # smooth at both ends
        self._gray_before: Uint8Array | None = None
        self._shown: FloatArray | None = None  # kept as floats, or rounding would hold a picture off its goal

    def reset(self) -> None:
        """Forget the pictures so far, as where the look has changed."""
        self._gray_before = self._shown = None

    def __call__(self, photo_u8: Uint8Array, drawn_u8: Uint8Array) -> Uint8Array:
        """Calm one picture.

        Args:
            photo_u8: what was drawn, ``(H, W, 3) uint8 RGB``.
            drawn_u8: the drawing, of the same shape; another shape than the last one's begins anew.

        Returns:
            ``(H, W, 3) uint8 RGB``, an array of its own, or ``drawn_u8`` itself where there is nothing to keep.
        """
        gray = np.asarray(cv2.cvtColor(photo_u8, cv2.COLOR_RGB2GRAY), np.uint8)
        before, self._gray_before = self._gray_before, gray
        drawn = drawn_u8.astype(np.float32)
        if before is None or self._shown is None or self._shown.shape != drawn.shape or before.shape != gray.shape:
            self._shown = drawn
            return drawn_u8
        change = cv2.blur(cv2.absdiff(gray, before), (AREA_PIXELS, AREA_PIXELS))
        kept = cv2.LUT(cv2.dilate(change, self._area), self._kept_of_change)
        self._shown = np.asarray(cv2.blendLinear(self._shown, drawn, kept, 1.0 - kept), np.float32)
        return np.asarray(np.rint(self._shown), np.uint8)
