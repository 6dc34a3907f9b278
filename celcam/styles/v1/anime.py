"""The anime look: thin lines in a dark of the local colour, large clean areas, lifted light, cool shadows.

Areas by an anisotropic Kuwahara filter (Kyprianidis, Kang and Döllner, 2009) and a repeated bilateral filter
(Winnemöller, Olsen and Gooch, 2006); lines after Kang, Lee and Chui (2009). Lengths are in pixels of a picture whose
short side is 256 and grow with the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.styles import tone
from celcam.styles.flatten import flatten
from celcam.styles.v1 import inking, kuwahara, shading


@dataclass(frozen=True)
class Anime:
    """Parameters of the anime look, tuned by eye on contact sheets of portraits, animals, streets and food."""

    texture_contrast: float = 5.5  # Lab distance: thin lines may follow finer things than the comic's
    pen: inking.Pen = inking.Pen(0.7, 0.45, 1.9, shortest=10.0, order_sigma=4.0)  # crowns of trees stay areas
    line_light: float = 0.28  # share of the local light that a line keeps: a dark of the local hue, not black
    brush_radius: float = 3.8  # merges leaves and tiles into areas
    brush_noise: float = 2.0  # Lab distance that is still one area
    flat_contrast: float = 6.0  # after the brush only soft slopes are left to flatten
    accent_from: float = 4.0  # Lab distance: eyes and letters come back, fur does not
    accent_full: float = 14.0
    light_gamma: float = 0.61  # lifted light
    skin_gamma: float = 0.76  # skin keeps its own tone
    skin_sigma: float = 5.0  # the shine on a forehead belongs to the face
    light_steps: int = 5
    step_sharpness: float = 2.0
    step_share: float = 0.45  # cel shading that is felt, not seen
    vibrance: float = 0.7
    neutral: float = 12.0  # Lab chroma: a grey street stays grey
    freshness: float = 0.55  # greener leaves, bluer skies; more turns snow blue
    shadow_cool: float = 9.0  # Lab b taken from black: shadows lean to blue
    shadow_reach: float = 55.0  # lightness at which shadows end

    def draw(self, rgb_u8: Uint8Array, scale: float) -> Uint8Array:
        """Draw ``rgb_u8`` as a frame of anime.

        Args:
            rgb_u8: ``(H, W, 3) uint8 RGB``.
            scale: factor on every length; 1.0 suits a short side of 256.

        Returns:
            ``(H, W, 3) uint8 RGB``, the same bytes on every run.
        """
        textured = flatten(tone.to_lab(rgb_u8), sigma=2.0 * scale, contrast=self.texture_contrast, rounds=2)
        areas = kuwahara.paint(
            textured, radius=self.brush_radius * scale, flow_sigma=2.0 * scale, noise=self.brush_noise
        )
        areas = flatten(areas, sigma=3.0 * scale, contrast=self.flat_contrast, rounds=2)
        areas = shading.keep_accents(areas, textured, low=self.accent_from, high=self.accent_full, apart=8.0 * scale)
        painted = self._colour(areas, scale)
        ink = inking.draw_lines(textured, self.pen, scale)
        painted[..., 0] *= 1.0 - (1.0 - self.line_light) * ink
        return tone.to_rgb(painted)

    def _colour(self, lab: FloatArray, scale: float) -> FloatArray:
        skin = shading.find_skin(lab, sigma=self.skin_sigma * scale)
        lifted = tone.lift(lab[..., 0], self.light_gamma + (self.skin_gamma - self.light_gamma) * skin)
        stepped = shading.step_light(lifted, steps=self.light_steps, sharpness=self.step_sharpness)
        light = lifted + self.step_share * (stepped - lifted)
        vivid = tone.add_vibrance(np.dstack([light, lab[..., 1:]]), self.vibrance, skin_guard=0.9, neutral=self.neutral)
        fresh = shading.freshen(vivid, self.freshness)
        return shading.cool_shadows(fresh, self.shadow_cool * (1.0 - skin), reach=self.shadow_reach)
