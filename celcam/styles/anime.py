"""The anime look: a film's background painting. Luminous skies, clean greens, coloured lines, cool lifted shadows.

Lengths are in pixels of a picture whose short side is 256 and grow with the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.styles import tone
from celcam.styles.drawing import SIZE, Recipe, finish_drawing, start_drawing
from celcam.styles.flatten import Flattening, blur
from celcam.styles.inks import Inks, Pens
from celcam.styles.tone import LEAF_HUE, SKY_HUE, Stairs, near_hue, taper


@dataclass(frozen=True)
class Anime:
    """Parameters of the anime look, tuned by eye on contact sheets of portraits, animals, streets and food."""

    recipe: Recipe = Recipe(Flattening(detail=(2.0, 6.0)), Pens(thin_from=0.15, thin_ramp=0.7))
    thin_ink: float = 0.8
    bold_ink: float = 0.5  # an outline no heavier than the lines inside
    line_light: float = 0.26  # share of the local light that a line keeps: a dark of the local hue, not black
    light_gamma: float = 0.72
    skin_gamma: float = 0.8  # skin keeps its own tone
    darkest: float = 7.0  # Lab lightness of black: shadows are lifted, black hair stays dark
    cels: Stairs = Stairs((16.0, 34.0, 54.0, 72.0, 88.0), (11.0, 26.0, 44.0, 64.0, 82.0, 97.0), width=8.0)
    cel_share: float = 0.6
    skin_cel_share: float = 0.15
    vibrance: float = 1.0
    shadow_blue: float = 14.0  # Lab b taken from the darks
    light_warmth: float = 7.0  # Lab b given to the lights
    warm_from: tuple[float, float] = (6.0, 20.0)  # Lab b around: eyes and noses in fur stay black
    warm_sigma: float = 10.0  # of that neighbourhood

    def draw(self, rgb_u8: Uint8Array, scale: float) -> Uint8Array:
        """Draw ``rgb_u8`` as a frame of anime.

        Args:
            rgb_u8: ``(H, W, 3) uint8 RGB``.
            scale: factor on every length; 1.0 suits a short side of 256.

        Returns:
            ``(H, W, 3) uint8 RGB``, the same bytes on every run.
        """
        drawing = start_drawing(rgb_u8, self.recipe, scale)
        around = blur(drawing.planes[..., 2], self.warm_sigma * SIZE * scale)
        keep = np.maximum(drawing.skin, 0.85 * taper(around, *self.warm_from))
        lab = self._draw_lines(self._colour(drawing.planes, drawing.skin, keep), drawing.inks)
        rgb = np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0.0, 1.0)
        return finish_drawing(rgb, (rgb_u8.shape[1], rgb_u8.shape[0]))

    def _colour(self, lab: FloatArray, skin: FloatArray, keep: FloatArray) -> FloatArray:
        """Light in cels, clear colour; ``keep``: where shadows stay as they are."""
        before, chroma, hue = tone.to_polar(lab)
        light = tone.lift(before, self.light_gamma + (self.skin_gamma - self.light_gamma) * skin)
        dark = self.darkest * (1.0 - keep)
        light = dark + (1.0 - dark / 100.0) * light
        share = self.cel_share + (self.skin_cel_share - self.cel_share) * skin
        light = light + share * (tone.climb(light, self.cels) - light)
        leaf = near_hue(hue, LEAF_HUE, 0.5) * taper(chroma, 6.0, 18.0) * (1.0 - skin)
        sky = near_hue(hue, SKY_HUE, 0.6) * taper(chroma, 4.0, 14.0)
        # Leaves: yellow in the light, blue-green in the shade. Skies: azure, paler and greener near the light.
        hue = hue + leaf * (0.2 + 0.45 * (1.0 - taper(light, 35.0, 70.0)) - 0.25 * taper(light, 70.0, 92.0))
        hue = hue - 0.25 * sky * taper(light, 60.0, 95.0)
        warm = near_hue(hue, 0.95, 0.6)
        guard = 1.0 - 0.75 * np.maximum(skin, 0.5 * warm)
        gain = 1.0 + self.vibrance * np.exp(-chroma / 45.0) * guard * taper(chroma, 3.0, 12.0)
        gain += 0.35 * leaf + 0.5 * sky * np.exp(-chroma / 60.0)
        gain += 0.6 * skin * (np.clip(light / (before + 4.0), 1.0, 1.5) - 1.0)
        chroma = chroma * gain
        # A light sky can't be vivid in RGB: it would turn to cyan.
        limit = 80.0 - 36.0 * sky * taper(light, 50.0, 85.0)
        painted = tone.from_polar(light, limit * np.tanh(chroma / limit), hue)
        return self._tint(painted, skin, keep, sky)

    def _tint(self, lab: FloatArray, skin: FloatArray, keep: FloatArray, sky: FloatArray) -> FloatArray:
        """Cool shadows, warm lights; rosy shades on skin."""
        light = lab[..., 0].copy()
        shade = (1.0 - taper(light, 26.0, 64.0)) * (1.0 - keep)
        chroma = tone.length(lab[..., 1], lab[..., 2])
        bright = (
            taper(light, 70.0, 98.0) * (1.0 - sky) * (0.5 + 0.5 * taper(chroma, 2.0, 8.0))
        )  # a white dog stays white
        lab[..., 1] += 0.35 * self.shadow_blue * shade + 2.5 * skin * (1.0 - taper(light, 50.0, 85.0))
        lab[..., 2] += self.light_warmth * bright - self.shadow_blue * shade
        return lab

    def _draw_lines(self, lab: FloatArray, inks: Inks) -> FloatArray:
        """Lines in a warm dark of the colour below them."""
        ink = np.maximum(self.thin_ink * inks.thin, self.bold_ink * inks.bold)
        line = cv2.merge([self.line_light * lab[..., 0] + 2.0, 0.9 * lab[..., 1] + 6.0, 0.9 * lab[..., 2]])
        return lab + ink[..., np.newaxis] * (line - lab)
