"""The coloured pencil look: layers of clear colour that leave the lights to the paper, lines in a dark of their place.

Lengths are in pixels of a picture whose short side is 256 and grow with the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.styles import paper, pencil, tone
from celcam.styles.drawing import SIZE, Recipe, finish_drawing, start_drawing
from celcam.styles.flatten import blur
from celcam.styles.tone import Stairs, taper


@dataclass(frozen=True)
class ColoredPencil:
    """Parameters of the coloured pencil look, tuned by eye on contact sheets like the others."""

    recipe: Recipe = pencil.RECIPE
    point: float = 0.8
    flank: float = 0.7
    contour: float = 0.5  # of the light line around each area
    line_light: float = 0.3  # share of the local light that a line keeps
    light_gamma: float = 0.62
    colour_tone: float = 0.2  # Lab lightness that each step of chroma costs: clear water is no paper
    local_contrast: float = 0.4
    layers: Stairs = Stairs((30.0, 48.0, 64.0, 78.0), (22.0, 48.0, 70.0, 89.0, 100.0), width=17.0)
    layer_share: float = 0.75
    skin_layer_share: float = 0.25
    vibrance: float = 1.0

    def draw(self, rgb_u8: Uint8Array, scale: float) -> Uint8Array:
        """Draw ``rgb_u8`` in coloured pencil.

        Args:
            rgb_u8: ``(H, W, 3) uint8 RGB``.
            scale: factor on every length; 1.0 suits a short side of 256.

        Returns:
            ``(H, W, 3) uint8 RGB``, the same bytes on every run.
        """
        drawing = start_drawing(rgb_u8, self.recipe, scale)
        lab = self._shade(drawing.planes, drawing.skin, SIZE * scale)
        contour = pencil.draw_contours(lab[..., 0], drawing.skin, SIZE * scale)
        flank = self.flank * drawing.inks.bold * (1.0 - 0.5 * taper(lab[..., 0], 25.0, 75.0))
        ink = 1.0 - (1.0 - self.point * drawing.inks.thin) * (1.0 - flank) * (1.0 - self.contour * contour)
        lab[..., 0] *= 1.0 - (1.0 - self.line_light) * ink
        rgb = np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0.0, 1.0)
        return finish_drawing(paper.PAPER * rgb, (rgb_u8.shape[1], rgb_u8.shape[0]))

    def _shade(self, lab: FloatArray, skin: FloatArray, unit: float) -> FloatArray:
        """Layers of colour, ``(H, W, 3) float32 Lab``; white is paper."""
        before, chroma, hue = tone.to_polar(lab)
        before = before - self.colour_tone * chroma * (1.0 - skin)
        light = tone.lift(before, self.light_gamma + (0.8 - self.light_gamma) * skin)
        light = np.clip(light + self.local_contrast * (1 - 0.5 * skin) * (light - blur(light, 10.0 * unit)), 0.0, 100.0)
        share = self.layer_share + (self.skin_layer_share - self.layer_share) * skin
        light = light + share * (tone.climb(light, self.layers) - light)
        gain = 1.0 + self.vibrance * np.exp(-chroma / 45.0) * (1.0 - 0.7 * skin) * taper(chroma, 3.0, 10.0)
        gain += 0.6 * skin * (np.clip(light / (before + 4.0), 1.0, 1.5) - 1.0)
        return tone.from_polar(light, chroma * gain * (1.0 - taper(light, 94.0, 100.0)), hue)
