"""The sheet that a picture is printed on: a tint and a grain that everything shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from celcam.finishes import noise, tiles
from celcam.finishes.primitive import Draw, Kit, Primitive, repeat, scale_of
from celcam.finishes.whole_numbers import multiply


@dataclass(frozen=True)
class Paper(Primitive):
    """Multiplies by paper."""

    kind: ClassVar[str] = "paper"

    tint: tuple[float, float, float] = (1.0, 0.99, 0.965)  # of white, red to blue
    grain: float = 0.013  # deviation of its lightness
    size: float = 1.1  # of the grain's bumps, reference pixels
    seed: int = 1

    def __post_init__(self) -> None:
        self.require_positive("size")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """A tile in colour."""
        bumps = np.clip(tiles.paper(noise.Field(320, scale_of(size_wh)), self.size, self.seed), -2.5, 2.5)
        sheet = np.clip(1.0 - self.grain * (bumps + 0.5), 0.0, 1.0)
        return Kit(tiles={"sheet": tiles.to_tile(sheet[..., np.newaxis] * np.array(self.tint))})

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """One multiplication."""
        sheet = repeat(kit.tiles["sheet"], size_wh)
        return lambda rgb_u8: multiply(rgb_u8, sheet, 255)
