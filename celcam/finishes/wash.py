"""Transparent paint: pigment that settles unevenly, gathers at the rim of a wash and never gets black."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import noise, tables, tiles
from celcam.finishes.primitive import Draw, Kit, Primitive, repeat, scale_of
from celcam.finishes.whole_numbers import blur, paint, shrink, stretch


@dataclass(frozen=True)
class Wash(Primitive):
    """Paints the picture's colours as watercolour, paper included."""

    kind: ClassVar[str] = "wash"

    darkest: tuple[float, float, float] = (0.97, 0.96, 0.92)  # share of red, green and blue that paint can take
    grain: float = 0.03  # deviation of pigment in the paper's bumps
    bloom: float = 0.08  # deviation of pigment over a wash
    hue_drift: float = 0.02  # deviation of single colours over a wash
    rim: float = 3.0  # how much darker a wash gets towards its edge, per level of contrast
    rim_width: float = 5.0  # reference pixels
    seed: int = 5

    def __post_init__(self) -> None:
        self.require_positive("rim_width")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """The table of tones and rims, the tile of pigment."""
        scale = scale_of(size_wh)
        field = noise.Field(512, scale)
        bumps = tiles.paper(field, 1.15, self.seed)
        wide = noise.unit(field.band(self.seed + 5, 14.0) + 0.8 * field.band(self.seed + 6, 38.0))
        dried = np.exp(-(((wide - 0.25) / 0.07) ** 2)) + 0.6 * np.exp(-(((wide + 0.6) / 0.09) ** 2))
        common = 0.9 + self.grain * bumps + self.bloom * (np.tanh(1.2 * wide) + 0.5 * dried)
        drift = [self.hue_drift * field.band(self.seed + 7 + channel, 30.0) for channel in range(3)]
        pigment = np.stack([(common + each) * most for each, most in zip(drift, self.darkest, strict=True)], axis=-1)
        rim = 70.0 * np.tanh(tables.LEVELS * self.rim / 70.0)
        return Kit(
            {"rim": tables.to_table(rim)},
            {"pigment": tiles.to_tile(np.clip(pigment, 0.0, 1.0))},
            {"rim": 2 * max(1, round(self.rim_width * scale / 4)) + 1},
        )

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """Rims are found at half the size."""
        width, height = size_wh
        pigment = repeat(kit.tiles["pigment"], size_wh)
        side = kit.numbers["rim"]
        gray = np.empty((height, width), np.uint8)
        rims = np.empty((height, width, 3), np.uint8)

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            cv2.cvtColor(rgb_u8, cv2.COLOR_RGB2GRAY, dst=gray)
            half = blur(shrink(gray, 2), 3)
            rim = np.asarray(cv2.LUT(cv2.subtract(blur(half, side), half), kit.tables["rim"]), np.uint8)
            cv2.cvtColor(stretch(rim, 2, size_wh, dst=gray), cv2.COLOR_GRAY2RGB, dst=rims)
            rimmed = np.asarray(cv2.subtract(rgb_u8, rims), np.uint8)
            return paint(rimmed, pigment, 255, dst=rimmed)

        return draw
