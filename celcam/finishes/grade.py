"""Colour before anything is printed: tone, vividness, cool shadows, fresh leaves, luminous blues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import tables
from celcam.finishes.primitive import CHANNELS, Draw, Kit, Primitive
from celcam.finishes.whole_numbers import multiply

Change = tuple[float, float, float]
NONE: Change = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Grade(Primitive):
    """Shifts colours by how dark, how green and how blue they are; warm hues, skin among them, keep their shadows.

    It is drawn on the network's small picture, which has a quarter of the pixels or less.
    """

    kind: ClassVar[str] = "grade"
    on_small: ClassVar[bool] = True

    vivid: float = 0.25  # colour added, as a share of its distance from grey
    tones: tuple[tuple[float, float], ...] = ((0.0, 0.0), (255.0, 255.0))  # each channel, level to level
    shadow: Change = NONE  # added to black, levels of red, green and blue
    shadow_reach: float = 150.0  # luminance at which that has faded
    guard: tuple[float, float] = (20.0, 60.0)  # red minus blue: warm hues keep more and more of their shadows
    guarded: float = 0.65  # most that they keep, 0..1
    light: Change = NONE  # added to white
    leaf: Change = NONE  # added per level by which green exceeds red and blue
    leaf_from: float = 6.0  # levels of green that still count as grey
    blue: Change = NONE  # added per level by which blue exceeds red
    blue_from: float = 14.0  # levels of blue that still count as grey

    def __post_init__(self) -> None:
        self.require_curve("tones")
        self.require_positive("shadow_reach")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """Changes up and down for each channel, by luminance and by hue."""
        by_source = {
            "gray": (self.light, tables.smooth(tables.LEVELS, 150.0, 255.0)),
            "leaf": (self.leaf, np.clip(tables.LEVELS - self.leaf_from, 0.0, 90.0)),
            "blueness": (self.blue, np.clip(tables.LEVELS - self.blue_from, 0.0, 120.0)),
        }
        named = {
            "vivid": tables.LEVELS * (1.0 + self.vivid),
            "tones": tables.curve(self.tones),
            "guard": 255.0 * (1.0 - self.guarded * tables.smooth(tables.LEVELS, *self.guard)),
        }
        dark = 1.0 - tables.smooth(tables.LEVELS, 0.0, self.shadow_reach)
        for channel, name in enumerate(CHANNELS):
            named[f"shadow {name}"] = self.shadow[channel] * dark
            for source, (change, amount) in by_source.items():
                named[f"{source} up {name}"] = change[channel] * amount
                named[f"{source} down {name}"] = -change[channel] * amount
        return Kit({name: tables.to_table(table) for name, table in named.items()})

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """Channel by channel."""
        height, width = size_wh[::-1]
        gray, leaf, blueness, guard, part, *planes = np.empty((8, height, width), np.uint8)
        colour, more, less = np.empty((3, height, width, 3), np.uint8)
        table = kit.tables
        sources = {"gray": gray, "leaf": leaf, "blueness": blueness}
        changes = [
            (
                planes[channel],
                sources[source],
                table[f"{source} {way} {name}"],
                cv2.add if way == "up" else cv2.subtract,
            )
            for channel, name in enumerate(CHANNELS)
            for source in sources
            for way in ("up", "down")
            if table[f"{source} {way} {name}"].any()
        ]
        shadows = [
            (plane, table[f"shadow {name}"])
            for plane, name in zip(planes, CHANNELS, strict=True)
            if table[f"shadow {name}"].any()
        ]

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            cv2.cvtColor(rgb_u8, cv2.COLOR_RGB2GRAY, dst=gray)
            cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB, dst=colour)
            cv2.LUT(cv2.subtract(rgb_u8, colour, dst=more), table["vivid"], dst=more)
            cv2.LUT(cv2.subtract(colour, rgb_u8, dst=less), table["vivid"], dst=less)
            cv2.subtract(cv2.add(colour, more, dst=colour), less, dst=colour)
            toned = cv2.LUT(colour, table["tones"])
            if not changes and not shadows:
                return np.asarray(toned, np.uint8)
            red, green, blue = cv2.split(toned, planes)
            cv2.subtract(green, cv2.max(red, blue, dst=leaf), dst=leaf)
            cv2.subtract(blue, red, dst=blueness)
            cv2.LUT(cv2.subtract(red, blue, dst=guard), table["guard"], dst=guard)
            for plane, source, by, change in changes:
                change(plane, cv2.LUT(source, by, dst=part), dst=plane)
            for plane, by in shadows:
                cv2.LUT(gray, by, dst=part)
                cv2.add(plane, multiply(part, guard, 255, dst=part), dst=plane)
            return np.asarray(cv2.merge(planes), np.uint8)

        return draw
