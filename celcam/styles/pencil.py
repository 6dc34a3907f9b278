"""The pencil look: a fine point and the flank of the lead over soft layers of tone, grey on white paper.

Lengths are in pixels of a picture whose short side is 256 and grow with the picture.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.styles import paper, tone
from celcam.styles.drawing import SIZE, Recipe, finish_drawing, start_drawing
from celcam.styles.flatten import Flattening, blur
from celcam.styles.inks import Pens
from celcam.styles.tone import Stairs, taper

BROAD = Flattening(calm_contrast=9.0, detail=(2.5, 7.0))


@dataclass(frozen=True)
class Pencil:
    """Parameters of the pencil look, tuned by eye on contact sheets of portraits, animals, streets and food."""

    recipe: Recipe = field(default_factory=lambda: Recipe(BROAD, Pens(thin_from=0.05, thin_ramp=1.2, letters=0.5)))
    point: float = 0.85  # darkness of the fine point
    flank: float = 0.7  # of the flank, on the dark side of outlines
    light_gamma: float = 0.66  # light greys are left to the paper
    local_contrast: float = 0.3
    layers: Stairs = Stairs((30.0, 50.0, 68.0, 84.0), (14.0, 38.0, 60.0, 80.0, 100.0), width=10.0)
    layer_share: float = 0.6  # the rest is smudged

    def draw(self, rgb_u8: Uint8Array, scale: float) -> Uint8Array:
        """Draw ``rgb_u8`` in pencil.

        Args:
            rgb_u8: ``(H, W, 3) uint8 RGB``.
            scale: factor on every length; 1.0 suits a short side of 256.

        Returns:
            ``(H, W, 3) uint8 RGB``, shades between paper and graphite, the same bytes on every run.
        """
        drawing = start_drawing(rgb_u8, self.recipe, scale)
        light = self._shade(np.ascontiguousarray(drawing.planes[..., 0]), SIZE * scale)
        flank = self.flank * drawing.inks.bold * (1.0 - 0.5 * taper(light, 25.0, 75.0))
        bare = light / 100.0 * (1.0 - self.point * drawing.inks.thin) * (1.0 - flank)
        return finish_drawing(paper.draw_pencil(paper.PAPER, 1.0 - bare), (rgb_u8.shape[1], rgb_u8.shape[0]))

    def _shade(self, light: FloatArray, unit: float) -> FloatArray:
        """Layers of tone, ``(H, W) float32``, 0 to 100 (paper)."""
        lifted = tone.lift(light, self.light_gamma)
        lifted = np.clip(lifted + self.local_contrast * (lifted - blur(lifted, 10.0 * unit)), 0.0, 100.0)
        return lifted + self.layer_share * (tone.climb(lifted, self.layers) - lifted)
