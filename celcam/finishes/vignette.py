"""Corners that fall into the dark, as in the light of one lamp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from celcam.finishes import tables, tiles
from celcam.finishes.primitive import Draw, Kit, Primitive, as_rgb, repeat
from celcam.finishes.whole_numbers import multiply


@dataclass(frozen=True)
class Vignette(Primitive):
    """Multiplies by a smooth ellipse of light."""

    kind: ClassVar[str] = "vignette"

    depth: float = 0.5  # share of light that the corners lose
    start: float = 0.40  # distance from the middle, as a share of the sides, from which it falls
    end: float = 0.78

    def __post_init__(self) -> None:
        self.require(0 <= self.depth <= 1, f"depth is {self.depth}; expected 0 to 1")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """One tile of the whole picture."""
        y, x = np.mgrid[: size_wh[1], : size_wh[0]].astype(np.float64)
        distance = np.sqrt(((x + 0.5) / size_wh[0] - 0.5) ** 2 + ((y + 0.5) / size_wh[1] - 0.5) ** 2)
        return Kit(tiles={"light": tiles.to_tile(1.0 - self.depth * tables.smooth(distance, self.start, self.end))})

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """One multiplication."""
        light = as_rgb(repeat(kit.tiles["light"], size_wh))
        return lambda rgb_u8: multiply(rgb_u8, light, 255)
