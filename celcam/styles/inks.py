"""The inks of a drawing: a thin pen for what is inside, a bold pen for outlines, a faint pass in calm places.

Lines come from a flow-based difference of Gaussians (Kang, Lee and Chui, "Flow-Based Image Abstraction", 2009),
computed at the photo's size and thresholded at the large size, so that their borders are smooth. Planes are
``(H, W) float32``; lengths are in pixels at scale 1, a picture whose short side is 256.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import FloatArray
from celcam.styles import line_art
from celcam.styles.flatten import Flat, blur, flatten
from celcam.styles.tone import taper


@dataclass(frozen=True)
class Pens:
    """Thresholds of the pens, in steps of Lab lightness by which a line must stand out."""

    thin_from: float = 0.2
    thin_ramp: float = 0.8  # over which ink becomes full: lines taper
    thin_busy: float = 0.8  # the mean line response around raises the threshold by this share
    thin_shortest: float = 9.0
    letters: float = 0.8  # share of the lines that letters and checks do without
    bold_from: float = 0.5
    bold_ramp: float = 1.3
    bold_jump: tuple[float, float] = (1.5, 4.5)  # steps of colour per pixel across an outline
    bold_shortest: float = 14.0
    faint_from: float = 0.1
    faint_ramp: float = 0.35
    faint_shortest: float = 26.0
    faint_density: float = 0.85


@dataclass(frozen=True)
class Inks:
    """Two planes of ink, ``(H, W) float32``, 0 (paper) to 1, at the large size."""

    thin: FloatArray
    bold: FloatArray


def draw_inks(lab: FloatArray, flat: Flat, pens: Pens, scale: float, size: int) -> Inks:
    """Draw thin and bold lines.

    Args:
        lab: ``(H, W, 3) float32 Lab``, the photo.
        flat: the same, flattened.
        pens: thresholds.
        scale: factor on every length.
        size: the inks are so many times larger than the photo.

    Returns:
        The inks, ``(size H, size W)``.
    """
    texture = flat.texture
    tangents = line_art.edge_tangent_flow(texture, 1.6 * scale)
    mess = 1.0 - line_art.edge_order(texture, 4.0 * scale)
    light = np.ascontiguousarray(texture[..., 0])
    thin = _respond(light, tangents, 0.55, 2.4, scale)
    busy = blur(np.abs(thin), 7.0 * scale)
    lines = thin - (
        pens.thin_from + pens.thin_busy * busy + 0.5 * taper(flat.rough, 1.0, 3.0) + 1.6 * mess + 1.0 * flat.legible
    )
    lines = taper(enlarge(lines, size), 0.0, pens.thin_ramp)
    lines *= 1.0 - pens.letters * enlarge(flat.legible, size)
    lines = line_art.drop_specks(lines, length=pens.thin_shortest * scale * size, floor=0.2)
    faint = pens.faint_density * _draw_faint(lab, flat, pens, scale, size)
    wide = _respond(light, tangents, 1.1, 4.0, scale)
    outline = blur(taper(line_art.gradient_length(blur(texture, 2.2 * scale)) * scale, *pens.bold_jump), 1.5 * scale)
    outline *= (1.0 - taper(busy, 0.9, 2.0)) * (1.0 - flat.legible)
    bold = taper(enlarge(wide - (pens.bold_from + 0.8 * busy + 2.0 * mess), size), 0.0, pens.bold_ramp)
    bold = bold * np.clip(enlarge(outline, size), 0.0, 1.0)
    bold = line_art.drop_specks(bold, length=pens.bold_shortest * scale * size, floor=0.2)
    return Inks(np.maximum(lines, faint), bold)


def enlarge(plane: FloatArray, size: int) -> FloatArray:
    """A picture ``size`` times larger, cubic."""
    return cv2.resize(plane, None, fx=size, fy=size, interpolation=cv2.INTER_CUBIC)


def _draw_faint(lab: FloatArray, flat: Flat, pens: Pens, scale: float, size: int) -> FloatArray:
    """Long faint edges in calm places: a white shirt before a white wall."""
    soft = flatten(lab, sigma=1.5 * scale, contrast=2.5, rounds=2)
    key = np.ascontiguousarray(soft[..., 0] + 0.3 * soft[..., 1])
    faint = _respond(key, line_art.edge_tangent_flow(soft, 2.5 * scale), 0.8, 6.0, scale)
    noise = blur(np.abs(faint), 9.0 * scale)
    faint -= pens.faint_from + 1.6 * noise + (1.0 - line_art.edge_order(soft, 5.0 * scale))
    ink = taper(enlarge(faint, size), 0.0, pens.faint_ramp)
    ink = line_art.drop_specks(ink, length=pens.faint_shortest * scale * size, floor=0.3)
    return ink * (1.0 - enlarge(taper(flat.rough, 1.0, 2.2), size))


def _respond(light: FloatArray, tangents: FloatArray, sigma: float, flow_sigma: float, scale: float) -> FloatArray:
    """How far dark lines stand out, in Lab lightness."""
    return -line_art.flow_difference_of_gaussians(light, tangents, sigma=sigma * scale, flow_sigma=flow_sigma * scale)
