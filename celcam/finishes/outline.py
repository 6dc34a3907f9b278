"""A dark pen along the dark side of every border, so that outlines neither come and go nor stay soft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import tables
from celcam.finishes.primitive import Draw, Kit, Primitive, scale_of
from celcam.finishes.whole_numbers import blur, multiply

# The share of light that paper keeps, as a byte: all of it.
FULL = 255


@dataclass(frozen=True)
class Outline(Primitive):
    """Darkens what is darker than its surroundings.

    After the extended difference of Gaussians of Winnemöller, Kyprianidis and Olsen, "XDoG" (2012), with the mean of a
    square in place of each Gaussian. Hue stays: a pen of less than full strength draws coloured lines.
    """

    kind: ClassVar[str] = "outline"

    reach: float = 2.6  # of the surroundings to each side, reference pixels; wider draws bolder
    smooth: float = 0.7  # reach of the mean that stands for the pixel itself; wider draws smoother lines
    starts: float = 6.0  # levels darker than the surroundings from which the pen draws
    full: float = 14.0  # and at which its line is full
    strength: float = 0.9  # share of the light that a full line takes

    def __post_init__(self) -> None:
        self.require_positive("reach")
        self.require(0 <= self.starts < self.full, f"starts is {self.starts}; expected 0 or more, and less than full")
        self.require(0 <= self.strength <= 1, f"strength is {self.strength}; expected 0 to 1")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """What is left of the light by the difference; the squares' sides."""
        ink = self.strength * tables.smooth(tables.LEVELS, self.starts, self.full)
        scale = scale_of(size_wh)
        near = max(1, round(self.smooth * scale))
        wide = max(near + 1, round(self.reach * scale))
        return Kit({"left": tables.to_table(FULL * (1.0 - ink))}, numbers={"near": 2 * near + 1, "wide": 2 * wide + 1})

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """Found in luminance, taken from all channels alike."""
        near, wide, left = kit.numbers["near"], kit.numbers["wide"], kit.tables["left"]
        gray = np.empty((size_wh[1], size_wh[0]), np.uint8)
        share = np.empty((*gray.shape, 3), np.uint8)

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            cv2.cvtColor(rgb_u8, cv2.COLOR_RGB2GRAY, dst=gray)
            cv2.subtract(blur(gray, wide), blur(gray, near), dst=gray)
            cv2.LUT(gray, left, dst=gray)
            cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB, dst=share)
            return multiply(rgb_u8, share, FULL)

        return draw
