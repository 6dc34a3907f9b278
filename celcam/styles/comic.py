"""The comic look: flat planes with crisp borders, bold outlines, thin inner lines, clear colour.

Lengths are in pixels of a picture whose short side is 256 and grow with the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.styles import tone
from celcam.styles.drawing import Recipe, finish_drawing, start_drawing


@dataclass(frozen=True)
class Comic:
    """Parameters of the comic look, tuned by eye on contact sheets of portraits, animals, streets and food."""

    recipe: Recipe = Recipe(soft_skin=0.4)
    thin_ink: float = 0.78  # inner lines stay behind the outline
    bold_ink: float = 0.96
    light_gamma: float = 0.81  # lifts the middle; print and small screens are dark
    contrast: float = 0.24  # share of an S-curve in the light
    white_from: tuple[float, float] = (86.0, 97.0)  # light greys become white
    vibrance: float = 0.7
    skin_guard: float = 0.85
    neutral: float = 12.0  # Lab chroma: a grey street stays grey

    def draw(self, rgb_u8: Uint8Array, scale: float) -> Uint8Array:
        """Draw ``rgb_u8`` as a comic.

        Args:
            rgb_u8: ``(H, W, 3) uint8 RGB``.
            scale: factor on every length; 1.0 suits a short side of 256.

        Returns:
            ``(H, W, 3) uint8 RGB``, the same bytes on every run.
        """
        drawing = start_drawing(rgb_u8, self.recipe, scale)
        rgb = cv2.cvtColor(self.colour(drawing.planes, drawing.skin), cv2.COLOR_LAB2RGB)
        paper = (1.0 - self.thin_ink * drawing.inks.thin) * (1.0 - self.bold_ink * drawing.inks.bold)
        rgb = np.clip(rgb, 0.0, 1.0) * paper[..., np.newaxis]
        return finish_drawing(rgb, (rgb_u8.shape[1], rgb_u8.shape[0]))

    def colour(self, lab: FloatArray, skin: FloatArray) -> FloatArray:
        """Clear light and colour for ``(H, W, 3) float32 Lab``; ``skin``: ``(H, W) float32``, 0..1."""
        light = tone.lift(lab[..., 0], self.light_gamma)
        light = light + (1.0 - skin) * self.contrast * (100.0 * tone.taper(light, -6.0, 101.0) - light)
        light = light + (1.0 - skin) * (100.0 - light) * 0.6 * tone.taper(light, *self.white_from)
        light = light - 4.0 * (1.0 - tone.taper(light, 3.0, 16.0))
        painted = np.dstack([np.clip(light, 0.0, 100.0), lab[..., 1:]])
        painted = tone.keep_skin_saturation(painted, lab[..., 0], skin)
        return tone.add_vibrance(painted, self.vibrance, skin_guard=self.skin_guard, neutral=self.neutral)
