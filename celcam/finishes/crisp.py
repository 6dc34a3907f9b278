"""Borders made crisp again after enlarging: unsharp masking that never leaves the range of its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import tables
from celcam.finishes.primitive import Draw, Kit, Primitive, scale_of
from celcam.finishes.whole_numbers import blur


@dataclass(frozen=True)
class Crisp(Primitive):
    """Steepens borders without halos."""

    kind: ClassVar[str] = "crisp"

    amount: float = 2.0  # how many times the difference to the blurred picture is added
    noise: float = 2.0  # differences of so many levels are left alone
    reach: float = 1.0  # of blur and neighbours, reference pixels

    def __post_init__(self) -> None:
        self.require(self.amount >= 0, f"amount is {self.amount}; expected 0 or more")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """The table that magnifies a difference."""
        side = 2 * max(1, round(self.reach * scale_of(size_wh))) + 1
        return Kit(
            {"amount": tables.to_table(np.maximum(tables.LEVELS - self.noise, 0.0) * self.amount)},
            numbers={"side": side},
        )

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """Found in luminance, added to all channels."""
        side, amount = kit.numbers["side"], kit.tables["amount"]
        gray, low, high, sharp, some = np.empty((5, size_wh[1], size_wh[0]), np.uint8)
        changes = np.empty((*gray.shape, 3), np.uint8)
        square = np.ones((side, side), np.uint8)

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            cv2.cvtColor(rgb_u8, cv2.COLOR_RGB2GRAY, dst=gray)
            blurred = blur(gray, side)
            cv2.erode(gray, square, dst=low)
            cv2.dilate(gray, square, dst=high)
            # A pixel gets lighter or darker, so one look-up serves both.
            cv2.LUT(cv2.absdiff(gray, blurred, dst=sharp), amount, dst=sharp)
            lighter = cv2.bitwise_and(sharp, cv2.compare(gray, blurred, cv2.CMP_GT, dst=some))
            darker = cv2.bitwise_xor(sharp, lighter, dst=some)
            cv2.min(lighter, cv2.subtract(high, gray, dst=high), dst=high)
            cv2.min(darker, cv2.subtract(gray, low, dst=low), dst=low)
            drawn = cv2.add(rgb_u8, cv2.cvtColor(high, cv2.COLOR_GRAY2RGB, dst=changes))
            cv2.subtract(drawn, cv2.cvtColor(low, cv2.COLOR_GRAY2RGB, dst=changes), dst=drawn)
            return np.asarray(drawn, np.uint8)

        return draw
