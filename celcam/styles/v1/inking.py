"""The pen of the filters of version 1: tapering lines along the edges of a picture.

Planes are ``(H, W) float32``. Lengths are in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from celcam.arrays import FloatArray
from celcam.styles.line_art import drop_specks, edge_order, edge_tangent_flow, flow_difference_of_gaussians
from celcam.styles.tone import taper

# Lab lightness by which a line among leaves must stand out further: an eye does.
DISORDER_PENALTY = 2.0


@dataclass(frozen=True)
class Pen:
    """A pen and the hand that leads it; lengths in pixels at scale 1."""

    sigma: float  # half the width of a line
    ink_from: float  # Lab lightness by which a line must stand out; below lies noise
    ink_full: float  # where ink is full; what lies between tapers
    shortest: float  # shorter marks are specks
    direction_sigma: float = 2.0  # neighbouring directions are averaged; more is a calmer hand
    flow_sigma: float = 4.5  # how far a line is followed: lines close and corners stay
    order_sigma: float = 0.0  # where edges so near run all ways, as in leaves, faint lines go; 0 keeps them


def draw_lines(lab: FloatArray, pen: Pen, scale: float) -> FloatArray:
    """Tapering lines along the edges of ``lab``, on their dark side, without specks.

    Args:
        lab: ``(H, W, 3) float32 Lab``, flattened first so that texture makes no lines.
        pen: its width and its threshold.
        scale: factor on the pen's lengths.

    Returns:
        ``(H, W) float32``, 0 (paper) to 1 (ink).
    """
    tangents = edge_tangent_flow(lab, pen.direction_sigma * scale)
    light = np.ascontiguousarray(lab[..., 0])
    response = -flow_difference_of_gaussians(
        light, tangents, sigma=pen.sigma * scale, flow_sigma=pen.flow_sigma * scale
    )
    if pen.order_sigma > 0:
        response -= DISORDER_PENALTY * (1.0 - edge_order(lab, pen.order_sigma * scale))
    return drop_specks(taper(response, pen.ink_from, pen.ink_full), length=pen.shortest * scale, floor=0.25)
