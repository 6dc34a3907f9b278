"""The watercolor look: broad pale washes with wet edges, white gaps, bare paper, faint pencil.

Pigment density after Bousseau, Kaplan, Thollot and Sillion, "Interactive Watercolor Rendering with Temporal Coherence
and Abstraction" (2006). Lengths are in pixels of a picture whose short side is 256 and grow with the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.styles import paper, tone
from celcam.styles.drawing import SIZE, Recipe, find_rims, finish_drawing, start_drawing
from celcam.styles.flatten import Flattening
from celcam.styles.inks import Pens
from celcam.styles.tone import Stairs, taper

BROAD = Flattening(calm_sigma=3.5, calm_contrast=10.0, stroke_sigma=5.0, detail=(3.5, 9.0), strong_detail=(9.0, 16.0))


@dataclass(frozen=True)
class Watercolor:
    """Parameters of the watercolor look, tuned by eye on contact sheets of portraits, animals, streets and food."""

    recipe: Recipe = Recipe(BROAD, Pens(thin_from=0.3, faint_density=0.9))
    light_gamma: float = 0.5  # paper shines through
    skin_gamma: float = 0.76  # skin keeps its own tone
    # The first is the deepest mix of pigments: large darks, night and black hair, stay dark.
    glazes: Stairs = Stairs((20.0, 34.0, 48.0, 66.0, 84.0), (21.0, 39.0, 57.0, 75.0, 88.0, 97.0), width=10.0)
    glaze_share: float = 0.75  # the rest runs smoothly, as wet paint does
    skin_glaze_share: float = 0.2
    bare_from: tuple[float, float] = (93.0, 98.0)  # the lightest tone is the paper itself
    vibrance: float = 0.8
    most_chroma: float = 58.0  # diluted paint is never glaring
    shadow_blue: float = 13.0  # Lab b taken from the darks: painters mix them from blue
    rim_sigma: float = 1.2  # half the width of the dark rim of a wash
    rim_pigment: float = 0.22  # density for each step of Lab lightness at the edge
    most_rim: float = 1.0
    pool_sigma: float = 5.0  # towards its border a wash grows thicker
    pool_pigment: float = 0.06
    most_pool: float = 0.4
    gap_from: tuple[float, float] = (3.0, 9.0)  # Lab lightness: next to a strong edge the paper stays white
    gap_share: float = 0.75
    pencil_density: float = 0.45  # faint: it holds faces and letters together

    def draw(self, rgb_u8: Uint8Array, scale: float) -> Uint8Array:
        """Draw ``rgb_u8`` in watercolor.

        Args:
            rgb_u8: ``(H, W, 3) uint8 RGB``.
            scale: factor on every length; 1.0 suits a short side of 256.

        Returns:
            ``(H, W, 3) uint8 RGB``, the same bytes on every run.
        """
        drawing = start_drawing(rgb_u8, self.recipe, scale)
        lab = self._wash(drawing.planes, drawing.skin)
        rgb = np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0.0, 1.0)
        rgb = self._wet_edges(rgb, np.ascontiguousarray(lab[..., 0]), drawing.skin, SIZE * scale)
        pencil = self.pencil_density * np.maximum(drawing.inks.thin, 0.8 * drawing.inks.bold)
        return finish_drawing(paper.draw_pencil(paper.PAPER * rgb, pencil), (rgb_u8.shape[1], rgb_u8.shape[0]))

    def _wash(self, lab: FloatArray, skin: FloatArray) -> FloatArray:
        """Light in glazes, clear colour, bare paper in the lightest places."""
        light, chroma, hue = tone.to_polar(lab)
        lifted = tone.lift(light, self.light_gamma + (self.skin_gamma - self.light_gamma) * skin)
        share = self.glaze_share + (self.skin_glaze_share - self.glaze_share) * skin
        glazed = lifted + share * (tone.climb(lifted, self.glazes) - lifted)
        bare = taper(glazed, *self.bare_from) * (1.0 - taper(chroma, 9.0, 24.0))
        gain = 1.0 + self.vibrance * np.exp(-chroma / 50.0) * (1.0 - 0.75 * skin) * taper(chroma, 3.0, 12.0)
        chroma = chroma * (gain + 0.4 * skin * (np.clip(glazed / (light + 4.0), 1.0, 1.5) - 1.0)) * (1.0 - 0.9 * bare)
        chroma = self.most_chroma * np.tanh(chroma / self.most_chroma)
        washed = tone.from_polar(glazed, chroma, hue)
        deep = (1.0 - taper(glazed, 28.0, 62.0)) * (1.0 - skin)
        washed[..., 1] += 0.3 * self.shadow_blue * deep
        washed[..., 2] -= self.shadow_blue * deep
        return washed

    def _wet_edges(self, rgb: FloatArray, light: FloatArray, skin: FloatArray, unit: float) -> FloatArray:
        """Pigment runs to the rim of a wash; its light neighbour keeps a white gap."""
        difference = find_rims(light, self.rim_sigma * unit)
        rim = np.maximum(difference, 0.0) * (1.0 - 0.6 * skin)
        pool = np.maximum(find_rims(light, self.pool_sigma * unit), 0.0) * (1.0 - skin)
        gap = np.maximum(-difference, 0.0) * (1.0 - 0.7 * skin)
        rgb = paper.thicken_pigment(rgb, self.most_rim * np.tanh(self.rim_pigment * rim / self.most_rim))
        rgb = paper.thicken_pigment(rgb, self.most_pool * np.tanh(self.pool_pigment * pool / self.most_pool))
        return rgb + (self.gap_share * taper(gap, *self.gap_from))[..., np.newaxis] * (1.0 - rgb)
