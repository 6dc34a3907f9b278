"""The sketch look: pencil on paper, lines that grow heavy with contrast, layers and strokes of soft tone; one colour.

Lines after Kang, Lee and Chui (2009) and Winnemöller et al. (2012), in two widths; strokes are the photo's own detail
drawn out along its edges, after Cabral and Leedom, "Imaging Vector Fields Using Line Integral Convolution" (1993).
Lengths are in pixels of a picture whose short side is 256 and grow with the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.pixels import to_uint8
from celcam.styles import line_art, paper, tone
from celcam.styles.flatten import flatten
from celcam.styles.v1 import inking, kuwahara, shading


@dataclass(frozen=True)
class Sketch:
    """Parameters of the sketch look, tuned by eye on contact sheets of portraits, animals, streets and food."""

    texture_contrast: float = 4.0  # Lab distance: pencil follows finer things than ink
    point: inking.Pen = inking.Pen(0.65, 0.35, 3.0, shortest=12.0, flow_sigma=5.0, order_sigma=4.0)
    point_density: float = 0.75
    flank: inking.Pen = inking.Pen(1.25, 1.5, 6.0, shortest=12.0, flow_sigma=5.0, order_sigma=4.0)
    flank_density: float = 0.55  # the side of the pencil, for strong contrast only
    tone_radius: float = 3.0  # tone has shapes, not slopes
    tone_gamma: float = 0.8  # shadows open up
    tone_layers: int = 5
    layer_share: float = 0.7  # the rest is smudged
    bare_paper: float = 10.0  # darkness, of 100, that is left to the paper
    tone_density: float = 0.9
    stroke_sigma: float = 6.0  # length of a stroke of shading
    stroke_density: float = 0.1  # darkness for each step of Lab lightness in the photo's detail
    most_stroke: float = 0.35

    def draw(self, rgb_u8: Uint8Array, scale: float) -> Uint8Array:
        """Draw ``rgb_u8`` in pencil.

        Args:
            rgb_u8: ``(H, W, 3) uint8 RGB``.
            scale: factor on every length; 1.0 suits a short side of 256.

        Returns:
            ``(H, W, 3) uint8 RGB``, shades between paper and graphite, the same bytes on every run.
        """
        lab = tone.to_lab(rgb_u8)
        calm = flatten(lab, sigma=2.0 * scale, contrast=self.texture_contrast, rounds=2)
        bare = (1.0 - self._shade(calm, scale)) * (1.0 - self._strokes(lab, scale))
        bare *= 1.0 - self.point_density * inking.draw_lines(calm, self.point, scale)
        bare *= 1.0 - self.flank_density * inking.draw_lines(calm, self.flank, scale)
        return to_uint8(paper.draw_pencil(paper.PAPER, 1.0 - bare))

    def _shade(self, lab: FloatArray, scale: float) -> FloatArray:
        """Layers of tone, ``(H, W) float32``, 0 (paper) to 1."""
        areas = kuwahara.paint(lab, radius=self.tone_radius * scale, flow_sigma=2.0 * scale, noise=2.0)
        light = tone.lift(areas[..., 0], self.tone_gamma)
        layers = shading.step_light(light, steps=self.tone_layers, sharpness=2.0)
        darkness = 100.0 - (light + self.layer_share * (layers - light))
        return self.tone_density * tone.taper(darkness, self.bare_paper, 100.0)

    def _strokes(self, lab: FloatArray, scale: float) -> FloatArray:
        """Hatching from the photo itself, ``(H, W) float32``: its fine dark detail, drawn out along the edges."""
        light = np.ascontiguousarray(lab[..., 0])
        detail = cv2.GaussianBlur(light, (0, 0), 1.6 * scale) - cv2.GaussianBlur(light, (0, 0), 0.5 * scale)
        tangents = line_art.edge_tangent_flow(lab, sigma=2.5 * scale)
        drawn = np.maximum(line_art.smooth_along(detail, tangents, self.stroke_sigma * scale), 0.0)
        # Grass and gravel have no direction that a stroke could take.
        wanted = self.stroke_density * drawn * line_art.edge_order(lab, 4.0 * scale)
        return self.most_stroke * np.tanh(wanted / self.most_stroke)
