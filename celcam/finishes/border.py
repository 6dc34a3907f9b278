"""Bare paper around a painting, its edge torn or left by the brush."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import noise, tables, tiles
from celcam.finishes.primitive import Draw, Kit, Primitive, repeat, scale_of

# Full strength as a byte; above it paint is thicker. Odd, so that rounding is the same everywhere.
FULL = 199


@dataclass(frozen=True)
class Border(Primitive):
    """Leaves the margin white; paint gathers where it ends."""

    kind: ClassVar[str] = "border"

    margin: float = 13.0  # reference pixels
    roughness: float = 5.0  # deviation of the edge, reference pixels
    pool: float = 0.25  # how much more paint lies along the edge
    seed: int = 31

    def __post_init__(self) -> None:
        self.require(self.margin >= 0, f"margin is {self.margin}; expected 0 or more")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """How much paint there is, one tile of the whole picture."""
        width, height = size_wh
        scale = scale_of(size_wh)
        y, x = np.mgrid[:height, :width].astype(np.float64)
        inside = np.minimum(np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y)) - self.margin * scale
        field = noise.Field(512, scale)
        edge = field.band(self.seed, 22.0) + 0.35 * field.band(self.seed + 1, 5.0)
        fit = (-(-height // field.side), -(-width // field.side))
        inside -= self.roughness * scale * np.tile(edge, fit)[:height, :width]
        paint = tables.smooth(inside, -1.2 * scale, 1.2 * scale)
        paint *= 1.0 + self.pool * np.exp(-np.maximum(inside, 0.0) / (3.0 * scale))
        return Kit(tiles={"paint": tiles.to_tile(np.minimum(paint * FULL / 255.0, 1.0))})

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """Multiplies what is missing to white."""
        paint = repeat(kit.tiles["paint"], size_wh)
        paints = np.ascontiguousarray(cv2.cvtColor(paint, cv2.COLOR_GRAY2RGB))
        dark = np.empty_like(paints)

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            cv2.multiply(cv2.bitwise_not(rgb_u8, dst=dark), paints, scale=1 / FULL, dst=dark)
            return np.asarray(cv2.bitwise_not(dark), np.uint8)

        return draw
