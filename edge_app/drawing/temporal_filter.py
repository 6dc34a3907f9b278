"""Reduces flicker in a drawn video: the picture changes only where the camera's picture changes.

A network draws each frame without knowledge of the one before, so a camera's noise makes its lines flicker. The filter
shows a running mean of the drawings, and keeps the same mean of the photos. Where a new photo differs from its mean,
something has moved or the light has changed: there the filter shows the new drawing alone, so nothing lags and nothing
leaves a ghost. It compares the photo with its mean and not with the frame before, because noise then counts less and
slow motion is still seen.
"""

from __future__ import annotations

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.errors import CelcamError

# The largest share of the last picture that is kept: the noise of a still scene falls to sqrt((1 - KEPT) / (1 + KEPT)).
KEPT = 0.85
# The difference between the photo and its mean, 0..255, in the channel that differs most, averaged over a few pixels.
# Below the first value it is noise (a standard deviation of up to about 8 levels a pixel), above the second motion.
NOISE_LEVELS, MOTION_LEVELS = 3.0, 8.0
# The photo is compared at half its size, averaged over 3x3 pixels there. Lines next to a moving thing change too, so
# the moving area is extended by two pixels on each side, at half size.
AREA_PIXELS, REACH_PIXELS = 3, 5
# Where nothing moves and the mean is no further than this from what was shown, in levels, what was shown stays: a
# finish would turn a level into another ink, or a square into another colour.
DEAD_BAND = 2
# Differences are stored as bytes in steps of a quarter level.
_STEPS = 4


class TemporalFilter:
    """``filter(photo, drawn)`` is the picture to show; one instance sees every frame of one clip."""

    def __init__(self) -> None:
        self._area = np.ones((REACH_PIXELS, REACH_PIXELS), np.uint8)
        change = np.arange(256, dtype=np.float32) / _STEPS
        still = np.clip((MOTION_LEVELS - change) / (MOTION_LEVELS - NOISE_LEVELS), 0.0, 1.0)
        self._kept_of_change = (KEPT * still * still * (3.0 - 2.0 * still)).astype(np.float32)  # smooth at both ends
        # Floats, because with bytes the rounding would stop the mean before it reaches its goal. Large arrays are
        # allocated once: that costs more than the computation.
        self._photo: FloatArray | None = None  # half as wide and high
        self._shown: FloatArray | None = None
        self._drawn: FloatArray = np.empty(0, np.float32)
        self._last: Uint8Array = np.empty(0, np.uint8)

    def reset(self) -> None:
        """Forget all pictures so far, for example after a change of look."""
        self._photo = self._shown = None

    def __call__(self, photo_u8: Uint8Array, drawn_u8: Uint8Array) -> Uint8Array:
        """Filter one picture.

        Args:
            photo_u8: the photo, ``(H, W, 3) uint8 RGB``.
            drawn_u8: its drawing, of the same shape; if the shape has changed, the filter starts again.

        Returns:
            ``(H, W, 3) uint8 RGB``: a new array, or ``drawn_u8`` itself for the first picture.

        Raises:
            CelcamError: the pictures differ in shape.
        """
        if photo_u8.shape != drawn_u8.shape:
            raise CelcamError(
                f"the photo is {photo_u8.shape}, its drawing {drawn_u8.shape}; pass the photo that was drawn"
            )
        height, width = drawn_u8.shape[:2]
        half = cv2.resize(photo_u8, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
        photo = cv2.blur(half, (AREA_PIXELS, AREA_PIXELS)).astype(np.float32)
        if self._photo is None or self._shown is None or self._shown.shape != drawn_u8.shape:
            self._photo, self._shown = photo, drawn_u8.astype(np.float32, order="C")
            self._drawn = np.empty(drawn_u8.shape, np.float32)
            self._last = drawn_u8.copy()
            return drawn_u8
        kept_half = self._kept(cv2.subtract(photo, self._photo))
        cv2.blendLinear(photo, self._photo, 1.0 - kept_half, kept_half, dst=self._photo)
        kept = cv2.resize(kept_half, (width, height))
        np.copyto(self._drawn, drawn_u8)
        cv2.blendLinear(self._drawn, self._shown, 1.0 - kept, kept, dst=self._shown)
        mean = cv2.convertScaleAbs(self._shown)  # rounds
        changed = cv2.threshold(cv2.absdiff(mean, self._last), DEAD_BAND, 255, cv2.THRESH_BINARY)[1]
        moving = np.less(kept, 0.9 * KEPT).view(np.uint8)
        cv2.copyTo(mean, cv2.bitwise_or(changed, cv2.cvtColor(moving, cv2.COLOR_GRAY2RGB)), self._last)
        return self._last.copy()

    def _kept(self, difference: FloatArray) -> FloatArray:
        """The share of the last picture to keep at each pixel, ``(h, w) float32``."""
        red, green, blue = cv2.split(cv2.convertScaleAbs(difference, alpha=_STEPS))
        change = cv2.dilate(cv2.max(cv2.max(red, green), blue), self._area)
        return cv2.LUT(change, self._kept_of_change)
