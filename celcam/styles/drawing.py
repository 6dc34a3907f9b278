"""The drawing that the looks start from: planes and inks at twice the photo's size.

A look colours the planes, lays the inks and averages the result down to the photo's size, so that every border is
smooth and about a pixel wide.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.pixels import to_uint8
from celcam.styles import tone
from celcam.styles.cut import Knife, cut
from celcam.styles.faces.features import draw_faces
from celcam.styles.faces.landmarks import find_faces
from celcam.styles.flatten import Flattening, blur, flatten, flatten_areas
from celcam.styles.inks import Inks, Pens, draw_inks, enlarge
from celcam.styles.tone import taper

# The drawing is so many times larger than the photo.
SIZE = 2


@dataclass(frozen=True)
class Recipe:
    """How planes and inks are made."""

    flattening: Flattening = Flattening()
    pens: Pens = Pens()
    calm_skin: float = 0.6  # share of the shine on skin that goes: no mask of patches
    soft_skin: float = 0.65  # share of a shade on skin that runs softly


@dataclass(frozen=True)
class Drawing:
    """Planes and inks at `SIZE` times the photo's size."""

    planes: FloatArray  # ``(SIZE H, SIZE W, 3) float32 Lab``, flat, with crisp borders
    skin: FloatArray  # ``(SIZE H, SIZE W) float32``, 0..1: how much skin prevails
    inks: Inks


def start_drawing(rgb_u8: Uint8Array, recipe: Recipe, scale: float) -> Drawing:
    """Cut the photo into planes and draw its lines.

    Args:
        rgb_u8: ``(H, W, 3) uint8 RGB``.
        recipe: how.
        scale: factor on every length; 1.0 suits a short side of 256.

    Returns:
        The drawing, `SIZE` times larger.
    """
    lab = tone.to_lab(rgb_u8)
    flat = flatten_areas(lab, recipe.flattening, scale)
    calm = tone.calm_skin(flat.lab, sigma=8.0 * scale, share=recipe.calm_skin)
    skin = enlarge(tone.find_skin(calm, sigma=5.0 * scale), SIZE)
    inks = draw_inks(lab, flat, recipe.pens, scale, SIZE)
    soft = enlarge(calm, SIZE)
    planes = _soften_skin(_cut_planes(soft, SIZE * scale), soft, recipe.soft_skin * skin)
    planes, inks = draw_faces(planes, lab, inks, find_faces(rgb_u8), SIZE)
    return Drawing(planes, np.clip(skin, 0.0, 1.0), inks)


def _soften_skin(planes: FloatArray, soft: FloatArray, share: FloatArray) -> FloatArray:
    """Shades on skin run softly, features keep their border: cut shades look like a mask."""
    difference = soft - planes
    share = share * (1.0 - taper(np.abs(difference[..., 0]), 4.0, 11.0))
    return np.asarray(planes + share[..., np.newaxis] * difference)


def _cut_planes(lab: FloatArray, unit: float) -> FloatArray:
    """Crisp borders; ``unit``: pixels of ``lab`` to a pixel at scale 1."""
    lab = cut(lab, Knife(0.5 * unit, 1.8 * unit, 7, flow_sigma=1.2 * unit, step=0.45 * unit, floor=0.15))
    lab = flatten(lab, sigma=1.2 * unit, contrast=5.5, rounds=2)
    return cut(lab, Knife(0.5 * unit, 1.8 * unit, 5, flow_sigma=1.5 * unit, step=0.35 * unit, floor=0.1))


def find_rims(light: FloatArray, sigma: float) -> FloatArray:
    """How much darker (above 0) or lighter than its surroundings each pixel next to an edge is.

    Args:
        light: ``(H, W) float32``, lightness of the planes.
        sigma: width of a rim in pixels.

    Returns:
        ``(H, W) float32``, in Lab lightness; 0 inside the planes.
    """
    return blur(light, sigma) - blur(light, 0.35 * sigma)


def finish_drawing(rgb: FloatArray, size_wh: tuple[int, int]) -> Uint8Array:
    """``(SIZE H, SIZE W, 3) float32 RGB``, 0..1, averaged down to ``(H, W, 3) uint8 RGB``."""
    return to_uint8(cv2.resize(rgb, size_wh, interpolation=cv2.INTER_AREA))
