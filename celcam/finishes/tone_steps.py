"""Steps of light, made steep again at display size, hue and colour kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import tables
from celcam.finishes.primitive import Draw, Kit, Primitive
from celcam.finishes.whole_numbers import multiply

# A gain of 1 as a byte. Odd, as `multiply` needs it.
UNIT = 127


@dataclass(frozen=True)
class ToneSteps(Primitive):
    """Multiplies each pixel so that its luminance climbs a soft staircase."""

    kind: ClassVar[str] = "tone-steps"

    thresholds: tuple[float, ...] = (30.0, 85.0, 140.0, 195.0)
    values: tuple[float, ...] = (8.0, 58.0, 114.0, 170.0, 236.0)
    riser: float = 26.0  # levels from step to step
    share: float = 0.5  # of the staircase; the rest is the picture's own tone

    def __post_init__(self) -> None:
        self.require_steps(self.thresholds, self.values, "steps")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """The gain by luminance."""
        staircase = tables.steps(self.thresholds, self.values, self.riser)
        wanted = tables.LEVELS + self.share * (staircase - tables.LEVELS)
        return Kit({"gain": tables.to_table(UNIT * wanted / np.maximum(tables.LEVELS, 1.0))})

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """One look-up, one multiplication."""
        gain = np.empty(size_wh[::-1], np.uint8)
        gains = np.empty((*gain.shape, 3), np.uint8)

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            cv2.LUT(cv2.cvtColor(rgb_u8, cv2.COLOR_RGB2GRAY, dst=gain), kit.tables["gain"], dst=gain)
            cv2.cvtColor(gain, cv2.COLOR_GRAY2RGB, dst=gains)
            return multiply(rgb_u8, gains, UNIT)

        return draw
