"""Light that spills over: highlights blurred wide and laid over the picture, and the light of a low sun."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import tables, tiles
from celcam.finishes.primitive import Draw, Kit, Primitive, repeat, scale_of
from celcam.finishes.whole_numbers import blur, multiply, shrink, stretch

# Light is blurred at a size smaller than the network's by this factor.
SHRINK = 4


@dataclass(frozen=True)
class Glow(Primitive):
    """Screens blurred highlights over the network's small picture: light that spills has no fine detail."""

    kind: ClassVar[str] = "glow"
    on_small: ClassVar[bool] = True

    start: float = 150.0  # level from which light spills
    strength: float = 0.55
    reach: float = 40.0  # reference pixels
    sun: tuple[int, int, int] = (64, 44, 22)  # light from beyond the upper right corner, levels; zeros: none
    sun_reach: float = 0.6  # share of the sides

    def __post_init__(self) -> None:
        self.require_positive("reach", "sun_reach")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """How much spills by level; the sun's light at the small size."""
        small_wh = (max(1, size_wh[0] // SHRINK), max(1, size_wh[1] // SHRINK))
        y, x = np.mgrid[: small_wh[1], : small_wh[0]].astype(np.float64)
        distance = np.hypot((x + 0.5) / small_wh[0] - 0.94, (y + 0.5) / small_wh[1] + 0.1)
        sun = np.exp(-((distance / self.sun_reach) ** 2))[..., np.newaxis] * np.array(self.sun, np.float64)
        spill = np.maximum(tables.LEVELS - self.start, 0.0) * self.strength
        side = 2 * max(1, round(self.reach * scale_of(size_wh) / SHRINK / 2)) + 1
        return Kit({"spill": tables.to_table(spill)}, {"sun": tiles.to_tile(sun / 255.0)}, {"side": side})

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """Blurs on the small picture."""
        width, height = size_wh
        small_wh = (max(1, width // SHRINK), max(1, height // SHRINK))
        sun = repeat(kit.tiles["sun"], small_wh)
        side = kit.numbers["side"]
        light, dark = np.empty((2, height, width, 3), np.uint8)

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            small = np.asarray(cv2.LUT(shrink(rgb_u8, SHRINK), kit.tables["spill"]), np.uint8)
            small = np.asarray(cv2.add(blur(blur(small, side), side), sun), np.uint8)
            stretch(small, SHRINK, size_wh, dst=light)
            cv2.bitwise_not(rgb_u8, dst=dark)
            return np.asarray(cv2.add(rgb_u8, multiply(light, dark, 255, dst=light)), np.uint8)

        return draw
