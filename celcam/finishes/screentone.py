"""One ink on paper: solid blacks, a screen of dots in the middle tones, bare paper in the lights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import tables, tiles
from celcam.finishes.primitive import CHANNELS, Draw, Kit, Primitive, repeat, scale_of
from celcam.finishes.tone import Tone


@dataclass(frozen=True)
class Screentone(Primitive):
    """Prints tone as a manga does."""

    kind: ClassVar[str] = "screentone"

    ink: tuple[int, int, int] = (22, 20, 26)
    paper: tuple[int, int, int] = (253, 252, 249)
    thresholds: tuple[float, ...] = (60.0, 104.0, 146.0, 184.0)  # tones between which coverage stays the same
    coverage: tuple[float, ...] = (100.0, 52.0, 30.0, 13.0, 0.0)  # per cent of ink, from dark to light
    riser: float = 10.0  # levels from one coverage to the next
    period: float = 4.0  # of the dots, reference pixels
    angle: float = 45.0  # degrees
    softness: float = 60.0  # levels over which a dot's edge fades: narrow is crisp, wide is calm
    tone: Tone = field(default_factory=Tone)

    def __post_init__(self) -> None:
        self.require_steps(self.thresholds, self.coverage, "coverage")
        self.require_positive("period", "softness")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """Coverage by tone, the edge of a dot, the colours from ink to paper, and the tile of dots."""
        coverage = tables.steps(self.thresholds, [255.0 / 100.0 * share for share in self.coverage], self.riser)
        solid = tables.smooth(coverage, 205.0, 250.0)  # where there is no room between dots
        named = {
            "coverage": coverage,
            "solid": 255.0 * solid,
            "edge": tables.LEVELS * (255.0 / self.softness),
        }
        for channel, name in enumerate(CHANNELS):
            ink, paper = self.ink[channel], self.paper[channel]
            named[name] = paper + (ink - paper) * tables.LEVELS / 255.0
        dots = tiles.dots(self.period * scale_of(size_wh), self.angle)
        return Kit({name: tables.to_table(table) for name, table in named.items()}, {"dots": tiles.to_tile(dots)})

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """Coverage is compared with the tile of dots."""
        tone_of = self.tone.bind(size_wh)
        dots = repeat(kit.tiles["dots"], size_wh)
        ink, *planes = np.empty((4, size_wh[1], size_wh[0]), np.uint8)
        solid = np.empty_like(ink)
        table = kit.tables

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            tone = tone_of(rgb_u8)
            cv2.LUT(tone, table["solid"], dst=solid)
            cv2.LUT(tone, table["coverage"], dst=ink)
            cv2.subtract(ink, dots, dst=ink)
            cv2.LUT(ink, table["edge"], dst=ink)
            cv2.max(ink, solid, dst=ink)
            for plane, name in zip(planes, CHANNELS, strict=True):
                cv2.LUT(ink, table[name], dst=plane)
            return np.asarray(cv2.merge(planes), np.uint8)

        return draw
