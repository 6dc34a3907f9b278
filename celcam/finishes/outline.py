"""A dark pen along the dark side of every border, so that outlines neither come and go nor stay soft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import tables
from celcam.finishes.primitive import Draw, Kit, Primitive, scale_of
from celcam.finishes.whole_numbers import blur, multiply, shrink, stretch

# The share of light that paper keeps, as a byte: all of it.
FULL = 255
# The wider surroundings are measured at a size smaller by this factor.
SHRINK = 2


@dataclass(frozen=True)
class Outline(Primitive):
    """Darkens what is darker than its surroundings.

    After the extended difference of Gaussians of Winnemöller, Kyprianidis and Olsen, "XDoG" (2012), with the mean of a
    square in place of each Gaussian. Hue stays: a pen of less than full strength draws coloured lines.
    """

    kind: ClassVar[str] = "outline"

    reach: float = 2.6  # of the surroundings to each side, reference pixels; wider draws bolder
    around: float = 6.0  # of the wider surroundings: what is lighter than these gets no line, such as the rim of a halo
    smooth: float = (
        0.7  # reach of the mean that stands for the pixel itself; wider draws smoother lines, 0 is the fastest
    )
    starts: float = 6.0  # levels darker than the surroundings from which the pen draws
    full: float = 14.0  # and at which its line is full
    busy: float = 2.0  # the mean difference in the wider surroundings, so many times, is added to both: fewer specks
    skin: float = 16.0  # levels more that it takes where red exceeds blue a little, as around the features of a face
    # Red minus blue: skin from the second to the third, no skin up to the first and from the fourth.
    warmth: tuple[float, float, float, float] = (16.0, 50.0, 90.0, 130.0)
    strength: float = 0.9  # share of the light that a full line takes

    def __post_init__(self) -> None:
        self.require_positive("reach", "around")
        self.require(0 <= self.starts < self.full, f"starts is {self.starts}; expected 0 or more, and less than full")
        self.require(list(self.warmth) == sorted(self.warmth), f"warmth is {self.warmth}; expected rising levels")
        self.require(0 <= self.strength <= 1, f"strength is {self.strength}; expected 0 to 1")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """What is left of the light by the difference; the squares' sides."""
        scale = scale_of(size_wh)
        lengths = {"wide": self.reach / SHRINK, "around": self.around / SHRINK}
        sides = {name: 2 * max(1, round(length * scale)) + 1 for name, length in lengths.items()}
        sides["near"] = 2 * max(1, round(self.smooth * scale)) + 1 if self.smooth else 1
        ink = self.strength * tables.smooth(tables.LEVELS, self.starts, self.full)
        not_vivid = 1.0 - tables.smooth(tables.LEVELS, *self.warmth[2:])
        named = {
            "left": FULL * (1.0 - ink),
            "busy": self.busy * tables.LEVELS,
            "skin": self.skin * tables.smooth(tables.LEVELS, *self.warmth[:2]) * not_vivid,
        }
        return Kit({name: tables.to_table(table) for name, table in named.items()}, numbers=sides)

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """Found in luminance, its surroundings at half the size; taken from all channels alike."""
        sides, table = kit.numbers, kit.tables
        gray, light, warm = np.empty((3, size_wh[1], size_wh[0]), np.uint8)
        share = np.empty((*gray.shape, 3), np.uint8)

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            cv2.cvtColor(rgb_u8, cv2.COLOR_RGB2GRAY, dst=gray)
            cv2.subtract(cv2.extractChannel(rgb_u8, 0, dst=warm), cv2.extractChannel(rgb_u8, 2, dst=light), dst=warm)
            half = shrink(gray, SHRINK)
            around = cv2.min(blur(half, sides["wide"]), blur(half, sides["around"]))
            lines = blur(np.asarray(cv2.subtract(around, half), np.uint8), sides["around"])
            cv2.subtract(around, cv2.LUT(lines, table["busy"]), dst=around)
            skin = blur(shrink(warm, SHRINK), sides["around"])
            cv2.subtract(around, cv2.LUT(skin, table["skin"]), dst=around)
            stretch(np.asarray(around, np.uint8), SHRINK, size_wh, dst=light)
            cv2.subtract(light, gray if sides["near"] == 1 else blur(gray, sides["near"]), dst=light)
            cv2.LUT(light, table["left"], dst=light)
            cv2.cvtColor(light, cv2.COLOR_GRAY2RGB, dst=share)
            return multiply(rgb_u8, share, FULL)

        return draw
