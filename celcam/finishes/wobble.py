"""The hand's unsteadiness: a fixed displacement of a pixel or less, on the network's small picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import noise, tables
from celcam.finishes.primitive import Draw, Kit, Primitive, repeat, scale_of


@dataclass(frozen=True)
class Wobble(Primitive):
    """Bends outlines as a hand does that follows them loosely."""

    kind: ClassVar[str] = "wobble"
    on_small: ClassVar[bool] = True

    amount: float = 2.4  # deviation of the displacement, reference pixels
    wide: float = 26.0  # sigma of slow bends, reference pixels
    fine: float = 9.0  # of quick ones, a third as strong
    seed: int = 21

    def __post_init__(self) -> None:
        self.require(self.amount >= 0, f"amount is {self.amount}; expected 0 or more")
        self.require_positive("wide", "fine")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """Displacements in 1/32 pixel around 128, x and y."""
        scale = scale_of(size_wh)
        field = noise.Field(512, scale)
        named = {}
        for number, name in enumerate(("x", "y")):
            bend = field.band(self.seed + number, self.wide)
            bend += 0.33 * field.band(self.seed + number + 10, self.fine)
            named[name] = tables.to_table(128.0 + bend * (self.amount * scale * 32 / 1.05))
        return Kit(tiles=named)

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """One bilinear look-up a pixel."""
        x, y = (repeat(kit.tiles[name], size_wh).astype(np.float32) / 32.0 - 4.0 for name in ("x", "y"))
        columns, rows = np.meshgrid(np.arange(size_wh[0], dtype=np.float32), np.arange(size_wh[1], dtype=np.float32))
        places, shares = cv2.convertMaps(columns + x, rows + y, cv2.CV_16SC2)

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            bent = cv2.remap(rgb_u8, places, shares, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            return np.asarray(bent, np.uint8)

        return draw
