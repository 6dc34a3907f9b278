"""Calms a drawn video: what does not move in front of the camera keeps most of what was drawn of it before.

A network redraws each frame from nothing, so a camera's noise makes its lines tremble. What is shown is a running mean
of what was drawn, and the photo is averaged alike. Where a new photo differs from its mean, something moved or the
light has changed: there the new drawing is taken as it is, so that nothing lags and nothing leaves a ghost. Against the
mean rather than the frame before, a camera's noise counts less, and what creeps does not go unseen.
"""

from __future__ import annotations

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.errors import CelcamError

# At most this share of the last picture is kept: noise of a still picture falls to (1 - KEPT) / (1 + KEPT), root of it.
KEPT = 0.85
# How far the photo is from its mean, in the channel that differs most, mean over a few pixels, 0..255: below the first
# is noise, of a camera's with a deviation of up to about 8 levels a pixel; above the second motion.
NOISE_LEVELS, MOTION_LEVELS = 3.0, 8.0
# The photo is looked at in half its size, mean over 3x3 there. Lines change beside what moves too, so motion reaches
# two pixels further on each side, there.
AREA_PIXELS, REACH_PIXELS = 3, 5
# Changes are bytes in steps of a quarter level.
_STEPS = 4


class TemporalFilter:
    """``stabilizer(photo, drawn)`` is the calmed picture; one instance sees each frame of one clip."""

    def __init__(self) -> None:
        self._area = np.ones((REACH_PIXELS, REACH_PIXELS), np.uint8)
        change = np.arange(256, dtype=np.float32) / _STEPS
        still = np.clip((MOTION_LEVELS - change) / (MOTION_LEVELS - NOISE_LEVELS), 0.0, 1.0)
        self._kept_of_change = (KEPT * still * still * (3.0 - 2.0 * still)).astype(np.float32)  # smooth at both ends
        # Floats, or rounding would hold a picture off its goal. Large arrays are made once: new ones cost more than
        # what is computed in them.
        self._photo: FloatArray | None = None  # half as wide and high
        self._shown: FloatArray | None = None
        self._drawn: FloatArray = np.empty(0, np.float32)

    def reset(self) -> None:
        """Forget the pictures so far, as where the look has changed."""
        self._photo = self._shown = None

    def __call__(self, photo_u8: Uint8Array, drawn_u8: Uint8Array) -> Uint8Array:
        """Calm one picture.

        Args:
            photo_u8: what was drawn, ``(H, W, 3) uint8 RGB``.
            drawn_u8: the drawing, of the same shape; another shape than the last one's begins anew.

        Returns:
            ``(H, W, 3) uint8 RGB``, an array of its own, or ``drawn_u8`` itself where there is nothing to keep.

        Raises:
            CelcamError: the pictures differ in shape.
        """
        if photo_u8.shape != drawn_u8.shape:
            raise CelcamError(
                f"the photo is {photo_u8.shape}, its drawing {drawn_u8.shape}; calm with the picture that was drawn"
            )
        height, width = drawn_u8.shape[:2]
        half = cv2.resize(photo_u8, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
        photo = cv2.blur(half, (AREA_PIXELS, AREA_PIXELS)).astype(np.float32)
        if self._photo is None or self._shown is None or self._shown.shape != drawn_u8.shape:
            self._photo, self._shown = photo, drawn_u8.astype(np.float32, order="C")
            self._drawn = np.empty(drawn_u8.shape, np.float32)
            return drawn_u8
        kept_half = self._kept(cv2.subtract(photo, self._photo))
        cv2.blendLinear(photo, self._photo, 1.0 - kept_half, kept_half, dst=self._photo)
        kept = cv2.resize(kept_half, (width, height))
        np.copyto(self._drawn, drawn_u8)
        cv2.blendLinear(self._drawn, self._shown, 1.0 - kept, kept, dst=self._shown)
        return np.asarray(cv2.convertScaleAbs(self._shown), np.uint8)  # rounds

    def _kept(self, difference: FloatArray) -> FloatArray:
        """The share of the last picture that is kept at each pixel, ``(h, w) float32``."""
        red, green, blue = cv2.split(cv2.convertScaleAbs(difference, alpha=_STEPS))
        change = cv2.dilate(cv2.max(cv2.max(red, green), blue), self._area)
        return cv2.LUT(change, self._kept_of_change)
