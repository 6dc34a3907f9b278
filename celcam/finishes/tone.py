"""From a colour picture to the one plane of tone that screens and inks are printed by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes.primitive import scale_of
from celcam.finishes.tables import LEVELS, times, to_table
from celcam.finishes.whole_numbers import blend_evenly, blur, shrink, stretch

# Local light is measured at a size smaller by this factor.
SHRINK = 8


@dataclass(frozen=True)
class Tone:
    """How light a pixel counts. A red share lightens skin of every tone and darkens skies, as a red filter does."""

    red: float = 0.0  # share of the red channel, the rest is luminance, 0..1
    local: float = 0.0  # local contrast added: of the difference to the surroundings
    lift: float = 0.0  # of what dark surroundings lack to middle grey, this share is added
    reach: float = 40.0  # of "surroundings", reference pixels

    def bind(self, size_wh: tuple[int, int]) -> Callable[[Uint8Array], Uint8Array]:
        """A function from ``(H, W, 3) uint8 RGB`` to ``(H, W) uint8``; the next call overwrites the result."""
        gray = np.empty(size_wh[::-1], np.uint8)
        red = np.empty_like(gray)
        share = round(self.red * 32)
        relight = _relighting(self, size_wh) if self.local or self.lift else None

        def tone(rgb_u8: Uint8Array) -> Uint8Array:
            cv2.cvtColor(rgb_u8, cv2.COLOR_RGB2GRAY, dst=gray)
            if share:
                cv2.extractChannel(rgb_u8, 0, dst=red)
                blend_evenly(gray, red, share, dst=gray)
            if relight:
                relight(gray)
            return gray

        return tone


def _relighting(tone: Tone, size_wh: tuple[int, int]) -> Callable[[Uint8Array], None]:
    """A function that adds local contrast to a plane in place and lifts what lies in the dark."""
    width, height = size_wh
    side = 2 * round(tone.reach * scale_of(size_wh) / SHRINK / 2) + 1
    gain, lack = times(tone.local), to_table(np.maximum(0.0, 128.0 - LEVELS) * tone.lift)
    change = np.empty((height, width), np.uint8)

    def relight(gray: Uint8Array) -> None:
        small = shrink(gray, SHRINK)
        around = blur(blur(small, side), side)
        up = np.asarray(cv2.add(cv2.LUT(cv2.subtract(small, around), gain), cv2.LUT(around, lack)), np.uint8)
        down = np.asarray(cv2.LUT(cv2.subtract(around, small), gain), np.uint8)
        cv2.add(gray, stretch(up, SHRINK, size_wh, dst=change), dst=gray)
        cv2.subtract(gray, stretch(down, SHRINK, size_wh, dst=change), dst=gray)

    return relight
