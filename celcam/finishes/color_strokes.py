"""Coloured pencils: strokes in the picture's own colours, paper between them, lines over all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import noise, tables, tiles
from celcam.finishes.primitive import Draw, Kit, Primitive, repeat, scale_of
from celcam.finishes.strokes import StrokeLayer, bind_strokes, bind_tone, line_side, stroke_kit
from celcam.finishes.whole_numbers import multiply, paint

# Wax that changes nothing, as a byte. Odd, as `multiply` needs it.
EVEN_WAX = 199


@dataclass(frozen=True)
class ColorStrokes(Primitive):
    """Covers paper with strokes, the more the more colour there is; the pencil changes a little from place to place."""

    kind: ClassVar[str] = "color-strokes"

    layers: tuple[StrokeLayer, ...] = (
        StrokeLayer((1, 1), 0.0, 165.0, 0.70, 4.2),
        StrokeLayer((2, 1), 110.0, 255.0, 0.55, 4.6),
    )
    # Rubbed on evenly between the strokes, amount of colour to cover.
    even: tuple[tuple[float, float], ...] = ((0, 0), (12, 0), (110, 40), (200, 100), (255, 185))
    hue_drift: float = 0.02  # deviation of single colours from place to place
    softness: float = 110.0  # levels over which a stroke fades
    grain: float = 0.15  # deviation of wax in the paper's bumps
    lines: float = 1.2  # darkness of lines, times their contrast
    line_width: float = 7.0  # what is thinner is a line, reference pixels
    seed: int = 53

    def __post_init__(self) -> None:
        self.require_positive("softness", "line_width")
        self.require_curve("even")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """Strokes, the tables of even colour and lines, and a tile of wax in three channels."""
        scale = scale_of(size_wh)
        strokes = stroke_kit(self.layers, softness=self.softness, scale=scale, seed=self.seed)
        field = noise.Field(320, scale)
        wax = 1.0 - self.grain * tiles.paper(field, 0.7, self.seed + 40)
        drift = [self.hue_drift * field.band(self.seed + 50 + channel, 7.0) for channel in range(3)]
        channels = np.stack([wax + each for each in drift], axis=-1) * (EVEN_WAX / 255.0)
        lines = tables.LEVELS * self.lines
        return Kit(
            strokes.tables | {"even": tables.to_table(tables.curve(self.even)), "line": tables.to_table(lines)},
            strokes.tiles | {"wax": tiles.to_tile(np.clip(channels, 0.0, 1.0))},
            {"line side": line_side(self.line_width, scale)},
        )

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """How much is covered is one plane; it is multiplied with what the colour lacks to white."""
        areas_of = bind_tone(kit.numbers["line side"], size_wh)
        lay_strokes = bind_strokes(kit, len(self.layers), size_wh)
        wax = repeat(kit.tiles["wax"], size_wh)
        gray, line, part, amount, covered, *planes = np.empty((8, *size_wh[::-1]), np.uint8)
        cover = np.empty((*gray.shape, 3), np.uint8)

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            cv2.cvtColor(rgb_u8, cv2.COLOR_RGB2GRAY, dst=gray)
            areas_of(gray, line)
            cv2.subtract(line, gray, dst=line)
            red, green, blue = cv2.split(rgb_u8, planes)
            cv2.min(cv2.min(red, green, dst=part), blue, dst=part)
            cv2.bitwise_not(cv2.add(part, line, dst=part), dst=amount)  # lines are drawn apart
            cv2.LUT(amount, kit.tables["even"], dst=covered)
            lay_strokes(amount, covered)
            cv2.add(covered, cv2.LUT(line, kit.tables["line"], dst=part), dst=covered)
            cv2.cvtColor(covered, cv2.COLOR_GRAY2RGB, dst=cover)
            return paint(rgb_u8, multiply(cover, wax, EVEN_WAX, dst=cover), 255)

        return draw
