"""Paper, pencil and transparent pigment, shared by the styles that draw on paper.

Pictures are ``(H, W, 3) float32 RGB``, 0..1. The paper has no grain: a network learns a look from what lies around a
pixel and can't know where on the sheet the pixel is.
"""

from __future__ import annotations

import numpy as np

from celcam.arrays import FloatArray

PAPER = np.array([0.992, 0.984, 0.965], np.float32)  # a warm white
GRAPHITE = np.array([0.16, 0.16, 0.19], np.float32)  # soft pencil, never black


def thicken_pigment(rgb: FloatArray, density: FloatArray) -> FloatArray:
    """Let colour through as thicker or thinner paint does: ``C - (C - C^2) d``; white and black stay.

    Follows Bousseau, Kaplan, Thollot and Sillion, "Interactive Watercolor Rendering with Temporal Coherence and
    Abstraction" (2006).

    Args:
        rgb: ``(H, W, 3) float32 RGB``, 0..1.
        density: ``(H, W) float32``; 1 is a second layer of paint, below 0 is thinner paint.

    Returns:
        ``(H, W, 3) float32 RGB``, 0..1.
    """
    return np.asarray(np.clip(rgb - (rgb - rgb * rgb) * density[..., np.newaxis], 0.0, 1.0))


def draw_pencil(rgb: FloatArray, pencil: FloatArray) -> FloatArray:
    """Cover ``rgb`` with graphite where ``pencil``, ``(H, W) float32``, is 1, and not at all where it is 0."""
    return rgb + pencil[..., np.newaxis] * (GRAPHITE - rgb)
