"""The watercolor look: washes of colour that follow the shapes, pigment gathered at their edges, faint pencil.

Washes by an anisotropic Kuwahara filter (Kyprianidis, Kang and Döllner, 2009); pigment density after Bousseau et al.
(2006); pencil after Kang, Lee and Chui (2009). Lengths are in pixels of a picture whose short side is 256 and grow
with the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.pixels import to_float, to_uint8
from celcam.styles import paper, tone
from celcam.styles.flatten import flatten
from celcam.styles.v1 import inking, kuwahara, shading


@dataclass(frozen=True)
class Watercolor:
    """Parameters of the watercolor look, tuned by eye on contact sheets of portraits, animals, streets and food."""

    texture_contrast: float = 5.0  # Lab distance: takes noise away before the brush turns it into strokes
    brush_radius: float = 6.0  # broad washes; what it takes from faces comes back as accents
    brush_noise: float = 1.5  # Lab distance that is still one wash
    accent_from: float = 8.0  # Lab distance: eyes and letters come back, fur does not
    accent_full: float = 24.0
    light_gamma: float = 0.54  # paper shines through
    skin_gamma: float = 0.8  # skin keeps its own tone
    skin_sigma: float = 5.0  # the shine on a forehead belongs to the face
    darkest: float = 22.0  # Lab lightness of the thickest pigment
    glazes: int = 5  # layers of wash over each other, from black to paper
    glaze_sharpness: float = 1.6
    glaze_share: float = 0.55  # the rest runs smoothly, as wet paint does
    skin_glaze_guard: float = 0.8  # layers that end on a cheek look like blotches
    vibrance: float = 0.9
    neutral: float = 12.0  # Lab chroma: a grey street stays grey
    shadow_cool: float = 10.0  # Lab b taken from black: painters mix it from blue
    shadow_reach: float = 60.0  # lightness at which shadows end
    bleed_sigma: float = 1.5  # colour runs a little further than light does
    rim_sigma: float = 1.8  # half the width of the dark rim of a wash
    rim_pigment: float = 0.3  # density for each step of Lab lightness at the edge
    most_rim: float = 0.9  # a rim is never thicker than this
    most_gap: float = 0.2  # nor the wash next to it thinner than this; more is a halo
    skin_rim_guard: float = 0.5  # share of the rim that the light on a nose does without
    pencil: inking.Pen = inking.Pen(0.7, 0.5, 3.0, shortest=12.0, order_sigma=4.0)
    pencil_density: float = 0.35  # faint: it holds faces and letters together

    def draw(self, rgb_u8: Uint8Array, scale: float) -> Uint8Array:
        """Draw ``rgb_u8`` in watercolor.

        Args:
            rgb_u8: ``(H, W, 3) uint8 RGB``.
            scale: factor on every length; 1.0 suits a short side of 256.

        Returns:
            ``(H, W, 3) uint8 RGB``, the same bytes on every run.
        """
        calm = flatten(tone.to_lab(rgb_u8), sigma=2.0 * scale, contrast=self.texture_contrast, rounds=2)
        washes = kuwahara.paint(calm, radius=self.brush_radius * scale, flow_sigma=2.5 * scale, noise=self.brush_noise)
        washes = shading.keep_accents(washes, calm, low=self.accent_from, high=self.accent_full, apart=8.0 * scale)
        skin = shading.find_skin(washes, sigma=self.skin_sigma * scale)
        light = self._glaze(washes[..., 0], skin)
        colour = cv2.GaussianBlur(np.ascontiguousarray(washes[..., 1:]), (0, 0), self.bleed_sigma * scale)
        painted = tone.add_vibrance(np.dstack([light, colour]), self.vibrance, skin_guard=1.0, neutral=self.neutral)
        painted = shading.cool_shadows(painted, self.shadow_cool * (1.0 - skin), reach=self.shadow_reach)
        density = self._rim(light, scale) * (1.0 - self.skin_rim_guard * skin)
        sheet = paper.PAPER * paper.thicken_pigment(to_float(tone.to_rgb(painted)), density)
        lines = inking.draw_lines(calm, self.pencil, scale)
        return to_uint8(paper.draw_pencil(sheet, self.pencil_density * lines))

    def _glaze(self, light: FloatArray, skin: FloatArray) -> FloatArray:
        """Lightness in layers of wash, none darker than the thickest pigment."""
        lifted = tone.lift(light, self.light_gamma + (self.skin_gamma - self.light_gamma) * skin)
        stepped = shading.step_light(lifted, steps=self.glazes, sharpness=self.glaze_sharpness)
        glazed = lifted + self.glaze_share * (1.0 - self.skin_glaze_guard * skin) * (stepped - lifted)
        return np.asarray(glazed + self.darkest * (1.0 - glazed / 100.0) ** 2)

    def _rim(self, light: FloatArray, scale: float) -> FloatArray:
        """Change of pigment density: more on the dark side of an edge, a little less on its light side."""
        inner = cv2.GaussianBlur(light, (0, 0), 0.5 * self.rim_sigma * scale)
        outer = cv2.GaussianBlur(light, (0, 0), self.rim_sigma * scale)
        wanted = self.rim_pigment * (outer - inner)
        most = np.where(wanted > 0, self.most_rim, self.most_gap)
        return most * np.tanh(wanted / most)
