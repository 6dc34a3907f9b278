"""Flat inks by tone, as on a screen print: a dark key ink, a middle ink that goes by hue, and paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import noise, tables, tiles
from celcam.finishes.primitive import CHANNELS, Draw, Kit, Primitive, repeat, scale_of
from celcam.finishes.tone import Tone
from celcam.finishes.whole_numbers import blend

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Inks(Primitive):
    """Prints the picture in few flat inks; tones between two inks become lines of the darker one.

    A screen of lines is added to the tone before it is compared with the thresholds. So lines grow where tone falls
    from one ink to the next, and stay away from flat areas.
    """

    kind: ClassVar[str] = "inks"

    warm: tuple[Colour, ...] = ((20, 43, 69), (200, 50, 43), (243, 227, 180))  # dark to light, for red to yellow hues
    cool: tuple[Colour, ...] = ((20, 43, 69), (95, 148, 164), (243, 227, 180))  # for all other hues
    warm_at: tuple[float, ...] = (58.0, 150.0)  # tone where an ink ends, one less than inks
    cool_at: tuple[float, ...] = (58.0, 150.0)
    riser: float = 8.0  # levels from ink to ink: narrow is crisp, wide is calm
    warmth: tuple[float, float] = (
        14.0,
        44.0,
    )  # red minus the larger of blue and green: cool up to the first, all warm from the second
    yellow: float = 20.0  # levels of green that do not count against red: yellow is warm, leaves are cool
    line_period: float = 4.0  # reference pixels
    line_angle: float = 90.0  # degrees
    line_depth: float = 30.0  # levels of tone between two inks that are drawn in lines
    roughness: float = 5.0  # levels of tone by which the edge of an ink wanders
    tone: Tone = field(default_factory=Tone)

    def __post_init__(self) -> None:
        self.require_steps(self.warm_at, self.warm, "warm")
        self.require_steps(self.cool_at, self.cool, "cool")
        self.require_positive("line_period")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """Tables of both rows of inks, the tile of lines and grain, as a change of tone around 128."""
        scale = scale_of(size_wh)
        lines = tiles.lines(self.line_period * scale, self.line_angle) - 0.5
        field = noise.Field(256, scale)
        grain = field.band(11, 0.8) + field.band(12, 2.0)
        named = {"line": lines * self.line_depth, "rough": grain * (self.roughness / 1.4)}
        kit_tables = {
            f"{hue} {name}": tables.to_table(tables.steps(at, [ink[channel] for ink in inks], self.riser))
            for hue, inks, at in (("cool", self.cool, self.cool_at), ("warm", self.warm, self.warm_at))
            for channel, name in enumerate(CHANNELS)
        }
        kit_tables["green"] = tables.to_table(tables.LEVELS - self.yellow)
        kit_tables["warmth"] = tables.to_table(255.0 * tables.smooth(tables.LEVELS, *self.warmth))
        return Kit(kit_tables, {name: tiles.to_tile((128.0 + tile) / 255.0) for name, tile in named.items()})

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """Two look-ups for each channel, blended by hue."""
        tone_of = self.tone.bind(size_wh)
        shift = repeat(kit.tiles["line"], size_wh).astype(np.int16) + repeat(kit.tiles["rough"], size_wh) - 256
        up, down = (np.clip(way, 0, 255).astype(np.uint8) for way in (shift, -shift))
        cool, warm = ([kit.tables[f"{hue} {name}"] for name in CHANNELS] for hue in ("cool", "warm"))
        warmth, blue, *planes = np.empty((5, size_wh[1], size_wh[0]), np.uint8)
        change = np.empty_like(warmth)

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            tone = tone_of(rgb_u8)
            cv2.subtract(cv2.add(tone, up, dst=tone), down, dst=tone)
            cv2.extractChannel(rgb_u8, 0, dst=warmth)
            cv2.extractChannel(rgb_u8, 2, dst=blue)
            cv2.LUT(cv2.extractChannel(rgb_u8, 1, dst=change), kit.tables["green"], dst=change)
            cv2.subtract(warmth, cv2.max(blue, change, dst=change), dst=warmth)
            cv2.LUT(warmth, kit.tables["warmth"], dst=warmth)
            for plane, one, other in zip(planes, cool, warm, strict=True):
                cv2.LUT(tone, one, dst=plane)
                if (one != other).any():
                    blend(plane, np.asarray(cv2.LUT(tone, other, dst=change), np.uint8), warmth, dst=plane)
            return np.asarray(cv2.merge(planes), np.uint8)

        return draw
