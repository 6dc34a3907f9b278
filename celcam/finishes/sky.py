"""A clear sky: what is light and blue and reaches up to the top of the picture gets a luminous gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import tables, tiles
from celcam.finishes.primitive import Draw, Kit, Primitive, repeat
from celcam.finishes.whole_numbers import blur, multiply, shrink, stretch

# The sky is found at a size smaller than the network's by this factor.
SHRINK = 4


@dataclass(frozen=True)
class Sky(Primitive):
    """Multiplies by a gradient where sky is found; a white cup or shirt with something dark above it is none."""

    kind: ClassVar[str] = "sky"
    on_small: ClassVar[bool] = True

    top: tuple[int, int, int] = (112, 178, 250)
    middle: tuple[int, int, int] = (214, 236, 255)
    low: tuple[int, int, int] = (255, 246, 228)
    light_from: tuple[float, float] = (176.0, 226.0)  # of the darker of green and blue: none, all
    blue_from: tuple[float, float] = (4.0, 14.0)  # levels of blue above red: none, all; a grey wall is no sky
    alone: tuple[float, float] = (0.15, 0.5)  # share of sky around: none of a patch is left, all is
    strength: float = 0.8

    def __post_init__(self) -> None:
        self.require(0 <= self.strength <= 1, f"strength is {self.strength}; expected 0 to 1")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """The gradient as a column, how much of it a tone takes, and how much a hue that is not blue takes away."""
        share = (np.arange(size_wh[1]) + 0.5) / size_wh[1]
        rows = np.array(
            [np.interp(share, (0.0, 0.4, 0.9), stops) for stops in zip(self.top, self.middle, self.low, strict=True)]
        )
        amount = self.strength * 255.0 * tables.smooth(tables.LEVELS, *self.light_from)
        missing = 1.0 - rows.T[:, np.newaxis, :] / 255.0
        most = self.strength * 255.0
        named = {
            "amount": amount,
            "other": 255.0 * (1.0 - tables.smooth(tables.LEVELS, *self.blue_from)),
            "alone": 255.0 * tables.smooth(tables.LEVELS, self.alone[0] * most, self.alone[1] * most),
        }
        return Kit(
            {name: tables.to_table(table) for name, table in named.items()},
            {"missing": tiles.to_tile(missing)},
            {"around": 2 * max(1, min(size_wh) // (8 * SHRINK)) + 1},
        )

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """Subtracts what the gradient lacks to white."""
        width, height = size_wh
        missing = repeat(kit.tiles["missing"], size_wh)
        red, green, light, other, amount = np.empty((5, height, width), np.uint8)
        amounts = np.empty((height, width, 3), np.uint8)
        square = np.ones((3, 3), np.uint8)
        side = kit.numbers["around"]

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            cv2.split(rgb_u8, (red, green, light))
            cv2.LUT(cv2.subtract(light, red, dst=other), kit.tables["other"], dst=other)
            cv2.LUT(cv2.min(green, light, dst=light), kit.tables["amount"], dst=light)
            cv2.subtract(light, other, dst=light)
            small = shrink(light, SHRINK)
            reached = np.asarray(cv2.dilate(np.minimum.accumulate(cv2.dilate(small, square), axis=0), square), np.uint8)
            around = np.asarray(cv2.LUT(blur(blur(reached, side), side), kit.tables["alone"]), np.uint8)
            stretch(blur(multiply(reached, around, 255), 5), SHRINK, size_wh, dst=amount)
            cv2.cvtColor(cv2.min(amount, light, dst=amount), cv2.COLOR_GRAY2RGB, dst=amounts)
            return np.asarray(cv2.subtract(rgb_u8, multiply(amounts, missing, 255, dst=amounts)), np.uint8)

        return draw
