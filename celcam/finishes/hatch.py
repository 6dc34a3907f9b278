"""Graphite on paper: strokes laid over one another as it gets darker, lines pressed harder, grain in all of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import noise, tables, tiles
from celcam.finishes.primitive import CHANNELS, Draw, Kit, Primitive, repeat, scale_of
from celcam.finishes.strokes import StrokeLayer, bind_strokes, bind_tone, line_side, stroke_kit
from celcam.finishes.tone import Tone
from celcam.finishes.whole_numbers import multiply

# Grain that changes nothing, as a byte. Odd, as `multiply` needs it.
EVEN_GRAIN = 199


@dataclass(frozen=True)
class Hatch(Primitive):
    """Draws tone in layers of strokes and thin dark structures as lines."""

    kind: ClassVar[str] = "hatch"

    layers: tuple[StrokeLayer, ...] = (
        StrokeLayer((1, 1), 16.0, 150.0, 0.30, 3.8),
        StrokeLayer((2, 1), 80.0, 215.0, 0.34, 4.2),
        StrokeLayer((1, -2), 140.0, 250.0, 0.34, 4.6),
    )
    # Even tone from the side of the lead, darkness to darkness; in the darks it closes the gaps between strokes.
    smudge: tuple[tuple[float, float], ...] = ((0, 0), (20, 0), (65, 12), (145, 58), (205, 135), (255, 205))
    eraser: float = 1.5  # how clean light details are, times their contrast
    lines: float = 1.5  # darkness of lines, times their contrast
    line_width: float = 7.0  # what is thinner is a line, reference pixels
    softness: float = 110.0  # levels over which a stroke fades
    grain: float = 0.12  # deviation of graphite in the paper's bumps
    lead: tuple[int, int, int] = (44, 43, 48)  # the darkest that graphite gets
    seed: int = 3
    tone: Tone = field(default_factory=Tone)

    def __post_init__(self) -> None:
        self.require_positive("softness", "line_width")
        self.require_curve("smudge")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """Strokes, the tables of smudge, lines and eraser, the colours of graphite, and grain."""
        scale = scale_of(size_wh)
        strokes = stroke_kit(self.layers, softness=self.softness, scale=scale, seed=self.seed)
        named = {
            "smudge": tables.curve(self.smudge),
            "eraser": tables.LEVELS * self.eraser,
            "line": tables.LEVELS * self.lines,
        }
        for channel, name in enumerate(CHANNELS):
            named[name] = 255.0 - tables.LEVELS * (1.0 - self.lead[channel] / 255.0)
        bumps = tiles.paper(noise.Field(320, scale), 0.65, self.seed + 40)
        grain = np.clip(EVEN_GRAIN / 255.0 * (1.0 - self.grain * bumps), 0.0, 1.0)
        return Kit(
            strokes.tables | {name: tables.to_table(table) for name, table in named.items()},
            strokes.tiles | {"grain": tiles.to_tile(grain)},
            {"line side": line_side(self.line_width, scale)},
        )

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """All ink is gathered in one plane, then coloured."""
        tone_of = self.tone.bind(size_wh)
        areas_of = bind_tone(kit.numbers["line side"], size_wh)
        lay_strokes = bind_strokes(kit, len(self.layers), size_wh)
        grain = repeat(kit.tiles["grain"], size_wh)
        areas, dark, ink, part, *planes = np.empty((7, *size_wh[::-1]), np.uint8)
        table = kit.tables

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            gray = tone_of(rgb_u8)
            areas_of(gray, areas)
            cv2.LUT(cv2.bitwise_not(areas, dst=dark), table["smudge"], dst=ink)
            lay_strokes(dark, ink)
            cv2.subtract(ink, cv2.LUT(cv2.subtract(gray, areas, dst=part), table["eraser"], dst=part), dst=ink)
            cv2.add(ink, cv2.LUT(cv2.subtract(areas, gray, dst=part), table["line"], dst=part), dst=ink)
            multiply(ink, grain, EVEN_GRAIN, dst=ink)
            for plane, name in zip(planes, CHANNELS, strict=True):
                cv2.LUT(ink, table[name], dst=plane)
            return np.asarray(cv2.merge(planes), np.uint8)

        return draw
