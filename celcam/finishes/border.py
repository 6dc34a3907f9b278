"""Bare paper around a painting, its edge torn or left by the brush."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import noise, tables, tiles, whole_numbers
from celcam.finishes.primitive import Draw, Kit, Primitive, as_rgb, repeat, scale_of

# Full strength as a byte; above it paint is thicker. Odd, as `whole_numbers.paint` needs it.
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
        """Multiplies what is missing to white, in the strips along the sides alone: further inside nothing changes."""
        paint = repeat(kit.tiles["paint"], size_wh)
        strips = [(place, as_rgb(paint[place])) for place in _strips(paint)]

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            shown = rgb_u8.copy()
            for place, paints in strips:
                shown[place] = whole_numbers.paint(rgb_u8[place], paints, FULL)
            return shown

        return draw


def _strips(paint: Uint8Array) -> list[tuple[slice, slice]]:
    """Up to four rectangles that hold every pixel whose paint is not full strength."""
    height, width = paint.shape
    rows, columns = (np.flatnonzero((paint != FULL).mean(axis=axis) < 0.5) for axis in (1, 0))
    if not rows.size or not columns.size:
        return [(slice(0, height), slice(0, width))]
    (top, bottom), (left, right) = ((inner[0], inner[-1] + 1) for inner in (rows, columns))
    while (paint[top:bottom, left:right] != FULL).any():  # the edge is rough
        top, bottom, left, right = top + 1, bottom - 1, left + 1, right - 1
    strips = [
        (slice(0, top), slice(0, width)),
        (slice(bottom, height), slice(0, width)),
        (slice(top, bottom), slice(0, left)),
        (slice(top, bottom), slice(right, width)),
    ]
    return [(down, across) for down, across in strips if down.start < down.stop and across.start < across.stop]
