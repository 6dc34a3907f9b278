"""Removes the light rims that a network draws on a light ground along dark lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes import tables
from celcam.finishes.primitive import Draw, Kit, Primitive
from celcam.finishes.whole_numbers import multiply


@dataclass(frozen=True)
class Dehalo(Primitive):
    """Takes light details away that are narrow, stand on a light ground and lie next to something dark.

    Letters on a dark sign, window frames and the whites of eyes stand on a darker ground, and stay.
    """

    kind: ClassVar[str] = "dehalo"
    on_small: ClassVar[bool] = True

    width: int = 4  # pixels of the network's picture, at any size; wider details stay, and those further from the dark
    dark: tuple[float, float] = (70.0, 120.0)  # luminance: dark up to the first, not from the second
    ground: tuple[float, float] = (170.0, 205.0)  # luminance: light enough from the second

    def __post_init__(self) -> None:
        self.require_positive("width")

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """How dark and how light count; the square's side."""
        named = {
            "dark": 255.0 * (1.0 - tables.smooth(tables.LEVELS, *self.dark)),
            "ground": 255.0 * tables.smooth(tables.LEVELS, *self.ground),
        }
        side = 2 * (self.width // 2) + 1
        return Kit({name: tables.to_table(table) for name, table in named.items()}, numbers={"side": side})

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """A morphological opening is the picture without narrow light details; found in luminance."""
        square = np.ones((kit.numbers["side"],) * 2, np.uint8)
        gray, dark, ground = np.empty((3, size_wh[1], size_wh[0]), np.uint8)
        change = np.empty((*gray.shape, 3), np.uint8)

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            cv2.cvtColor(rgb_u8, cv2.COLOR_RGB2GRAY, dst=gray)
            cv2.dilate(cv2.erode(gray, square, dst=dark), square, dst=ground)
            rims = cv2.subtract(gray, ground, dst=gray)
            share = cv2.min(
                cv2.LUT(dark, kit.tables["dark"], dst=dark), cv2.LUT(ground, kit.tables["ground"], dst=ground)
            )
            multiply(np.asarray(rims, np.uint8), np.asarray(share, np.uint8), 255, dst=gray)
            return np.asarray(cv2.subtract(rgb_u8, cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB, dst=change)), np.uint8)

        return draw
