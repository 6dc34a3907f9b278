"""The anisotropic Kuwahara filter: brush strokes that follow the shapes of the picture.

Lab pictures are ``(H, W, 3) float32``. Lengths are in pixels.
"""

from __future__ import annotations

import cv2
import numpy as np

from celcam.arrays import FloatArray
from celcam.pixels import dot
from celcam.styles.line_art import anisotropy, edge_tangent_flow, pixel_grid, sample, smooth_along, structure_tensor

SECTORS = 8
# Rings of the unit disc at which it is sampled, and samples on each: about equally dense, so that the cost for a pixel
# is the same for a brush of any size.
RINGS = ((0.34, 8), (0.67, 16), (1.0, 24))
# A sample's weight falls to 0.14 at the rim.
RIM_FALLOFF = 2.0
# How far a sector reaches past the centre of the disc (zeta of Kyprianidis et al., 2010, over the radius).
SECTOR_OVERLAP = 0.33
# The edges come out jagged; a stroke along them, so long, makes them smooth (Kyprianidis and Döllner, 2008).
SMOOTHING = 0.75


def paint(
    lab: FloatArray, *, radius: float, flow_sigma: float, noise: float, sharpness: float = 8.0, stretch: float = 1.0
) -> FloatArray:
    """Replace each pixel by the calmest parts of the ellipse around it, which lies along the edges.

    Follows Kyprianidis, Kang and Döllner, "Image and Video Abstraction by Anisotropic Kuwahara Filtering" (2009), with
    the sector weights of Kyprianidis, Semmo, Kang and Döllner, "Anisotropic Kuwahara Filtering with Polynomial
    Weighting Functions" (2010).

    Args:
        lab: ``(H, W, 3) float32 Lab``.
        radius: of the brush where it is round.
        flow_sigma: how far neighbouring directions are averaged.
        noise: Lab distance; sectors that vary less count alike, so that flat areas are averaged and not mottled.
        sharpness: how much calm sectors outweigh busy ones; 0 is a blur.
        stretch: 1 lets the ellipse grow to four times its width; 0 keeps it round.

    Returns:
        ``(H, W, 3) float32 Lab``.
    """
    blurred = cv2.GaussianBlur(lab, (0, 0), 0.1 * radius)  # what lies between two samples counts too
    observed = np.dstack([blurred, dot(blurred, blurred)])
    along, across = _ellipse_axes(lab, radius, flow_sigma, stretch)
    grid = pixel_grid(lab.shape)
    sums = [np.zeros_like(observed) for _ in range(SECTORS)]
    for u, v, weights in _disc_samples():
        seen = sample(observed, grid + u * along + v * across)
        for sector in np.flatnonzero(weights):
            sums[sector] += weights[sector] * seen
    total = np.zeros_like(observed[..., :3])
    weight_sum = np.zeros_like(observed[..., :1])
    for mean in sums:
        variance = np.maximum(mean[..., 3] - dot(mean[..., :3], mean[..., :3]), 0.0)
        calm = ((noise**2 / (noise**2 + variance)) ** (0.5 * sharpness))[..., np.newaxis]
        total += calm * mean[..., :3]
        weight_sum += calm
    painted = total / weight_sum
    return smooth_along(painted, edge_tangent_flow(painted, flow_sigma), SMOOTHING * flow_sigma)


def _ellipse_axes(lab: FloatArray, radius: float, flow_sigma: float, stretch: float) -> tuple[FloatArray, FloatArray]:
    """Half axes of each pixel's ellipse, ``(H, W, 2) float32`` in pixels: along the edge and across it."""
    xx, xy, yy = structure_tensor(lab, flow_sigma)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    longer = 1.0 + stretch * anisotropy(xx, xy, yy)
    gradient = np.dstack([np.cos(angle), np.sin(angle)])
    tangent = np.dstack([-np.sin(angle), np.cos(angle)])
    return tangent * (radius * longer)[..., np.newaxis], gradient * (radius / longer)[..., np.newaxis]


def _disc_samples() -> list[tuple[float, float, FloatArray]]:
    """Points of the unit disc, each with its weight in every sector; a sector's weights add up to 1."""
    points = [(0.0, 0.0)]
    for ring, count in RINGS:
        turns = np.arange(count) * (2 * np.pi / count)
        points += [(ring * float(np.cos(turn)), ring * float(np.sin(turn))) for turn in turns]
    weights = np.array([_sector_weights(u, v) for u, v in points])
    weights /= weights.sum(axis=0)
    return [(u, v, row.astype(np.float32)) for (u, v), row in zip(points, weights, strict=True)]


def _sector_weights(u: float, v: float) -> FloatArray:
    half_angle = np.pi / SECTORS
    bend = (SECTOR_OVERLAP + np.cos(half_angle)) / np.sin(half_angle) ** 2
    turns = np.arange(SECTORS) * 2 * half_angle
    outward = u * np.cos(turns) + v * np.sin(turns)
    sideways = v * np.cos(turns) - u * np.sin(turns)
    inside = np.maximum(outward + SECTOR_OVERLAP - bend * sideways**2, 0.0) ** 2
    return np.asarray(inside * np.exp(-RIM_FALLOFF * (u * u + v * v)))
