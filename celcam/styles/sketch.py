"""The sketch look: pencil on paper, lines that grow heavy with contrast, strokes of soft tone; one colour.

Lines after Kang, Lee and Chui (2009) and Winnemöller et al. (2012), in two widths; tone is the photo's own detail
drawn out along its edges, after Cabral and Leedom, "Imaging vector fields using line integral convolution" (1993).
Lengths are in pixels of a picture whose short side is 256 and grow with the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.styles import kuwahara, line_art, tone


@dataclass(frozen=True)
class Sketch:
    """Parameters of the sketch look, tuned by eye on contact sheets of portraits, animals, streets and food."""

    texture_contrast: float = 4.0  # Lab distance: pencil follows finer things than ink
    fine_sigma: float = 0.65  # the sharp point of the pencil
    fine_density: float = 0.75
    broad_sigma: float = 1.25  # its flank, for strong contrast only
    broad_density: float = 0.55
    flow_sigma: float = 5.0
    tone_radius: float = 3.0
    tone_gamma: float = 0.8  # lightness; shadows open up
    tone_density: float = 0.9  # tone alone never gets as dark as a line
    bare_paper: float = 10.0  # darkness that is left to the paper
    tone_steps: int = 5  # layers of shading
    tone_share: float = 0.7
    stroke_sigma: float = 6.0  # length of a stroke of shading
    stroke_density: float = 0.1  # darkness for each step of Lab lightness in the photo's detail
    most_stroke: float = 0.35

    def draw(self, rgb_u8: Uint8Array, scale: float) -> Uint8Array:
        """Draw ``rgb_u8`` in pencil.

        Args:
            rgb_u8: ``(H, W, 3) uint8 RGB``.
            scale: factor on every length; 1.0 suits a short side of 256.

        Returns:
            ``(H, W, 3) uint8 RGB``, the same bytes on every run.
        """
        lab = tone.to_lab(rgb_u8)
        calm = tone.flatten(lab, sigma=2.0 * scale, contrast=self.texture_contrast, rounds=2)
        fine = self._lines(calm, self.fine_sigma * scale, 0.35, 3.0, scale)
        broad = self._lines(calm, self.broad_sigma * scale, 1.5, 6.0, scale)
        bare = (1.0 - self._shade(calm, scale)) * (1.0 - self._strokes(lab, scale))
        bare *= (1.0 - self.fine_density * fine) * (1.0 - self.broad_density * broad)
        return tone.pencil_on_paper(bare)

    def _lines(self, lab: FloatArray, sigma: float, ink_from: float, ink_full: float, scale: float) -> FloatArray:
        return line_art.ink_lines(
            lab,
            sigma=sigma,
            direction_sigma=2.0 * scale,
            flow_sigma=self.flow_sigma * scale,
            ink_from=ink_from,
            ink_full=ink_full,
            shortest=12.0 * scale,
            order_sigma=4.0 * scale,
        )

    def _shade(self, lab: FloatArray, scale: float) -> FloatArray:
        areas = kuwahara.paint(lab, radius=self.tone_radius * scale, flow_sigma=2.0 * scale, noise=2.0)
        light = 100.0 * (areas[..., 0] / 100.0) ** self.tone_gamma
        stepped = tone.step_light(light, steps=self.tone_steps, sharpness=2.0)
        layered = light + self.tone_share * (stepped - light)
        return self.tone_density * tone.taper(100.0 - layered, self.bare_paper, 100.0)

    def _strokes(self, lab: FloatArray, scale: float) -> FloatArray:
        """Hatching from the photo itself: its fine dark detail, drawn out along the edges."""
        light = np.ascontiguousarray(lab[..., 0])
        detail = cv2.GaussianBlur(light, (0, 0), 1.6 * scale) - cv2.GaussianBlur(light, (0, 0), 0.5 * scale)
        tangents = line_art.edge_tangent_flow(lab, sigma=2.5 * scale)
        drawn = line_art.smooth_along(detail, tangents, self.stroke_sigma * scale)
        order = line_art.edge_order(lab, 4.0 * scale)
        wanted = self.stroke_density * order * np.maximum(drawn, 0.0)
        return self.most_stroke * np.tanh(wanted / self.most_stroke)
