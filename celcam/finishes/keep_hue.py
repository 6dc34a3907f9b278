"""A picture in a few tones of grey in which one hue keeps its colour."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import tables
from celcam.finishes.primitive import CHANNELS, Draw, Kit, Primitive
from celcam.finishes.tone import Tone
from celcam.finishes.whole_numbers import blend


@dataclass(frozen=True)
class KeepHue(Primitive):
    """Black, white and greys; true red stays red. Orange and skin are not red: green must be low."""

    kind: ClassVar[str] = "keep-hue"

    thresholds: tuple[float, ...] = (58.0, 104.0, 160.0)  # tones between greys
    values: tuple[float, ...] = (10.0, 58.0, 150.0, 246.0)  # the greys, dark to light
    riser: float = 16.0  # levels from grey to grey
    slope: float = 0.2  # share of the tone that stays inside a step: 0 is flat
    purity: float = 2.2  # how many times the larger of green and blue must lie below red: orange and skin do not
    red_from: tuple[float, float] = (36.0, 58.0)  # levels by which it does: none kept, all kept
    red_to: tuple[int, int, int] = (226, 24, 38)  # what full red becomes
    shadow_tint: tuple[float, float, float] = (-2.0, 0.0, 6.0)  # added to blacks, levels
    tone: Tone = field(default_factory=Tone)

    def __post_init__(self) -> None:
        self.require_steps(self.thresholds, self.values, "greys")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """Greys by tone for each channel, the red that is kept, and its colour by tone."""
        stepped = tables.steps(self.thresholds, self.values, self.riser)
        gray = stepped + self.slope * (tables.LEVELS - stepped)
        shadow = 1.0 - tables.smooth(gray, 0.0, 160.0)
        named = {"others": tables.LEVELS * self.purity, "kept": 255.0 * tables.smooth(tables.LEVELS, *self.red_from)}
        light = 0.25 + 0.75 * tables.smooth(tables.LEVELS, 20.0, 235.0)
        for channel, name in enumerate(CHANNELS):
            named[name] = gray + self.shadow_tint[channel] * shadow
            named[f"kept {name}"] = light * self.red_to[channel]
        return Kit({name: tables.to_table(table) for name, table in named.items()})

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """Both pictures by table, blended by how red the pixel is."""
        tone_of = self.tone.bind(size_wh)
        table = kit.tables
        red, green, blue, kept, change, *planes = np.empty((8, size_wh[1], size_wh[0]), np.uint8)

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            tone = tone_of(rgb_u8)
            cv2.split(rgb_u8, (red, green, blue))
            cv2.LUT(cv2.max(green, blue, dst=green), table["others"], dst=kept)
            cv2.subtract(red, kept, dst=kept)
            cv2.LUT(kept, table["kept"], dst=kept)
            for plane, name in zip(planes, CHANNELS, strict=True):
                cv2.LUT(tone, table[name], dst=plane)
                cv2.LUT(red, table[f"kept {name}"], dst=change)
                blend(plane, change, kept, dst=plane)
            return np.asarray(cv2.merge(planes), np.uint8)

        return draw
