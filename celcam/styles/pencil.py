"""The pencil look: a fine point and the flank of the lead over soft layers of tone, grey on white paper.

Lengths are in pixels of a picture whose short side is 256 and grow with the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.styles import paper, tone
from celcam.styles.drawing import SIZE, Recipe, find_rims, finish_drawing, start_drawing
from celcam.styles.flatten import Flattening, blur
from celcam.styles.inks import Pens
from celcam.styles.tone import Stairs, taper

# Tones are broad; lines are finer and more than the comic's.
RECIPE = Recipe(
    Flattening(calm_contrast=9.0, detail=(2.5, 7.0)), Pens(thin_from=0.05, thin_ramp=1.0, thin_busy=0.6, letters=0.3)
)


@dataclass(frozen=True)
class Pencil:
    """Parameters of the pencil look, tuned by eye on contact sheets of portraits, animals, streets and food."""

    recipe: Recipe = RECIPE
    point: float = 0.85  # darkness of the fine point
    contour: float = 0.5  # of the light line around each area
    flank: float = 0.7  # of the flank, on the dark side of outlines
    light_gamma: float = 0.58  # light greys are left to the paper
    skin_gamma: float = 0.72  # skin of every tone stays apart
    colour_tone: float = 0.2  # Lab lightness that each step of chroma costs: clear water is no paper
    local_contrast: float = 0.3
    layers: Stairs = Stairs((30.0, 48.0, 64.0, 80.0), (18.0, 46.0, 70.0, 89.0, 100.0), width=16.0)
    layer_share: float = 0.75  # the rest is smudged

    def draw(self, rgb_u8: Uint8Array, scale: float) -> Uint8Array:
        """Draw ``rgb_u8`` in pencil.

        Args:
            rgb_u8: ``(H, W, 3) uint8 RGB``.
            scale: factor on every length; 1.0 suits a short side of 256.

        Returns:
            ``(H, W, 3) uint8 RGB``, shades between paper and graphite, the same bytes on every run.
        """
        drawing = start_drawing(rgb_u8, self.recipe, scale)
        light, chroma, _ = tone.to_polar(drawing.planes)
        light = light - self.colour_tone * chroma * (1.0 - drawing.skin)
        light = self._shade(light, drawing.skin, SIZE * scale)
        flank = self.flank * drawing.inks.bold * (1.0 - 0.5 * taper(light, 25.0, 75.0))
        bare = light / 100.0 * (1.0 - self.point * drawing.inks.thin) * (1.0 - flank)
        bare *= 1.0 - self.contour * draw_contours(light, drawing.skin, SIZE * scale)
        return finish_drawing(paper.draw_pencil(paper.PAPER, 1.0 - bare), (rgb_u8.shape[1], rgb_u8.shape[0]))

    def _shade(self, light: FloatArray, skin: FloatArray, unit: float) -> FloatArray:
        """Layers of tone, ``(H, W) float32``, 0 to 100 (paper)."""
        lifted = tone.lift(light, self.light_gamma + (self.skin_gamma - self.light_gamma) * skin)
        lifted = np.clip(lifted + self.local_contrast * (lifted - blur(lifted, 10.0 * unit)), 0.0, 100.0)
        share = self.layer_share * (1.0 - 0.6 * skin)
        return np.asarray(lifted + share * (tone.climb(lifted, self.layers) - lifted))


def draw_contours(light: FloatArray, skin: FloatArray, unit: float) -> FloatArray:
    """A light line on the dark side of each border.

    Args:
        light: ``(H, W) float32``, lightness of the planes.
        skin: ``(H, W) float32``, 0..1; a shade on a cheek gets no line.
        unit: pixels of it to a pixel at scale 1.

    Returns:
        ``(H, W) float32``, 0..1.
    """
    return taper(find_rims(light, 0.9 * unit) - 1.5 * skin, 1.0, 5.5)
