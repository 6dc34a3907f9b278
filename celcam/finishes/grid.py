"""Large square pixels in the colours of a fixed palette."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.finishes.primitive import Draw, Kit, Primitive
from celcam.finishes.whole_numbers import shrink

Colour = tuple[int, int, int]
# Ramps from dark to light: greys, cool in the dark and warm in the light (two ramps would flicker from one to the
# other), skin and wood, rosy skin, reds, yellows, greens, teals, blues, purples, sand.
_RAMPS = """
0d0b14 1f1d2b 33313f 4b4a56 666570 84838a a3a19f c2bfb8 dedad0 f3f0e8 ffffff
1a0f0d 2e1a14 4a2a1e 6b3f2a 8a5536 a86f47 c58c5f dcab7f eec9a2 f8e2c6
c98a7c d8a08f f0c8b8
3d0c14 6e1423 a31d2d d4302f f0573f fa8a5c ffb07c
7a4a1c b3701f e29a2c f9c846 fff08a
16301f 1f4d2c 2f7036 4f9a3e 86c24a c4e06a
0e2f3a 125563 1c8289 40b5ad 8fe0cf
131c4a 1d3280 2557bd 3a88e6 6cb9f7 b4e1fb 5a7396 8fa9c4
2d1a47 5a2a75 8e3f9b c462b0
5f5646 8c8069 b5a88c
"""
PALETTE: tuple[Colour, ...] = tuple((int(c[0:2], 16), int(c[2:4], 16), int(c[4:6], 16)) for c in _RAMPS.split())
# Ordered dither (Bayer, 1973), -0.5..0.5.
_BAYER = (np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float64) + 0.5) / 16.0 - 0.5
_BITS = 5  # of each channel in the table from colour to palette


@dataclass(frozen=True)
class Grid(Primitive):
    """Averages the picture over squares, sharpens it there, and looks each square up in a palette."""

    kind: ClassVar[str] = "grid"

    palette: tuple[Colour, ...] = PALETTE
    rows: int = 120  # squares along the short side
    dither: float = 5.0  # levels between neighbours
    sharpness: float = 0.0  # of the squares; it magnifies noise, too
    vibrance: float = 1.15  # colour before it is looked up
    hue_weight: float = 1.6  # how much more a wrong hue counts than a wrong lightness

    def __post_init__(self) -> None:
        self.require(len(self.palette) > 0, "the palette is empty; expected one colour or more")
        self.require_positive("rows")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """The table from colour to palette as a tile: red down, green and blue across."""
        levels = (np.arange(1 << _BITS) + 0.5) * (256 >> _BITS)
        cube = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
        gray = cube.mean(axis=1, keepdims=True)
        wanted = opponent(np.clip(gray + (cube - gray) * self.vibrance, 0, 255))
        have = opponent(np.array(self.palette, np.float64))
        weights = np.array([1.0, self.hue_weight, self.hue_weight])
        nearest = np.empty(len(cube), np.int64)
        for start in range(0, len(cube), 4096):
            apart = (wanted[start : start + 4096, np.newaxis] - have[np.newaxis]) * weights
            nearest[start : start + 4096] = (apart * apart).sum(axis=-1).argmin(axis=-1)
        side = 1 << _BITS
        table = np.array(self.palette, np.uint8)[nearest].reshape(side, side * side, 3)
        return Kit(tiles={"palette": table}, numbers={"square": max(1, round(min(size_wh) / self.rows))})

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """All but the first and the last step is done on the small picture."""
        square = kit.numbers["square"]
        small_wh = (-(-size_wh[0] // square), -(-size_wh[1] // square))
        whole_wh = (small_wh[0] * square, small_wh[1] * square)
        right, bottom = whole_wh[0] - size_wh[0], whole_wh[1] - size_wh[1]
        table = kit.tiles["palette"].reshape(-1, 3)
        tiled = np.tile(_BAYER, (small_wh[1] // 4 + 1, small_wh[0] // 4 + 1))[: small_wh[1], : small_wh[0], np.newaxis]
        dither = np.floor(tiled * self.dither + 0.5).astype(np.int16)
        amount = round(self.sharpness * 16)

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            whole = cv2.copyMakeBorder(rgb_u8, 0, bottom, 0, right, cv2.BORDER_REPLICATE) if right or bottom else rgb_u8
            small = shrink(np.asarray(whole, np.uint8), square).astype(np.int16)
            padded = np.pad(small, ((1, 1), (1, 1), (0, 0)), mode="edge")
            around = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
            sharp = small + ((4 * small - around) * amount >> 6) + dither
            cell = (np.clip(sharp, 0, 255) >> (8 - _BITS)).astype(np.int32)
            index = (cell[..., 0] << (2 * _BITS)) | (cell[..., 1] << _BITS) | cell[..., 2]
            large = cv2.resize(table[index], whole_wh, interpolation=cv2.INTER_NEAREST)
            return np.ascontiguousarray(large[: size_wh[1], : size_wh[0]])

        return draw


def opponent(rgb: FloatArray) -> FloatArray:
    """``(N, 3) float64 RGB``, 0..255, as the perceptual space Oklab of B. Ottosson (2020), times 100."""
    linear = np.where(rgb > 10.31475, ((rgb / 255.0 + 0.055) / 1.055) ** 2.4, rgb / 255.0 / 12.92)
    cones = np.cbrt(
        linear
        @ np.array(
            [
                [0.4122214708, 0.2119034982, 0.0883024619],
                [0.5363325363, 0.6806995451, 0.2817188376],
                [0.0514459929, 0.1073969566, 0.6299787005],
            ]
        )
    )
    return np.asarray(
        100.0
        * cones
        @ np.array(
            [
                [0.2104542553, 1.9779984951, 0.0259040371],
                [0.7936177850, -2.4285922050, 0.7827717662],
                [-0.0040720468, 0.4505937099, -0.8086757660],
            ]
        )
    )
