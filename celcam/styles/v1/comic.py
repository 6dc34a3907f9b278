"""The comic look: confident ink lines over flat, vivid colour with soft steps of light.

Line art after Kang, Lee and Chui (2009) and Winnemöller et al. (2012); colour after Winnemöller, Olsen and Gooch
(2006). Lengths are in pixels of a picture whose short side is 256 and grow with the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from celcam.arrays import Uint8Array
from celcam.styles import tone
from celcam.styles.flatten import flatten
from celcam.styles.v1 import inking, shading


@dataclass(frozen=True)
class Comic:
    """Parameters of the comic look, tuned by eye on contact sheets of portraits, animals, streets and food."""

    texture_contrast: float = 6.0  # Lab distance: fur and grass lie below it, eyes and lips above
    flat_contrast: float = 8.0  # colour is flattened further than the picture that lines are taken from
    line_sigma: float = 0.95  # a line of about 2 pixels at 256
    flow_sigma: float = 4.5  # long enough that lines close, short enough that corners stay
    ink_from: float = 0.42  # Lab lightness: below lies the noise of a cheap camera
    ink_full: float = 1.9  # what lies between tapers
    ink_density: float = 0.95  # ink keeps a trace of what is below it
    shortest_line: float = 14.0  # shorter marks are specks
    light_gamma: float = 0.82  # lifts the middle; print and small screens are dark
    light_steps: int = 6  # fewer blotches faces, more reads as a photo
    step_sharpness: float = 3.0
    step_share: float = 0.75  # the rest is the smooth gradient: a clear sky stays calm
    vibrance: float = 0.6

    def draw(self, rgb_u8: Uint8Array, scale: float) -> Uint8Array:
        """Draw ``rgb_u8`` as a comic.

        Args:
            rgb_u8: ``(H, W, 3) uint8 RGB``.
            scale: factor on every length; 1.0 suits a short side of 256.

        Returns:
            ``(H, W, 3) uint8 RGB``, the same bytes on every run.
        """
        textured = flatten(tone.to_lab(rgb_u8), sigma=2.0 * scale, contrast=self.texture_contrast, rounds=2)
        flat = flatten(textured, sigma=3.0 * scale, contrast=self.flat_contrast, rounds=4)
        lifted = 100.0 * (flat[..., 0] / 100.0) ** self.light_gamma
        stepped = shading.step_light(lifted, steps=self.light_steps, sharpness=self.step_sharpness)
        light = lifted + self.step_share * (stepped - lifted)
        painted = tone.add_vibrance(np.dstack([light, flat[..., 1:]]), self.vibrance)
        pen = inking.Pen(self.line_sigma, self.ink_from, self.ink_full, self.shortest_line, flow_sigma=self.flow_sigma)
        ink = inking.draw_lines(textured, pen, scale)
        return tone.to_rgb(painted * (1.0 - self.ink_density * ink)[..., np.newaxis])
