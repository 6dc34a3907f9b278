"""Edges shared by the styles: tangents, flow-guided difference of Gaussians, smoothing along them, clean-up of specks.

Planes are ``(H, W) float32``. Lengths (``sigma``, ``radius``) are in pixels.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from celcam.arrays import FloatArray
from celcam.pixels import dot
from celcam.styles.tone import taper

# Perception of a centre against its surround: the ratio of the two Gaussians that comes closest to a Laplacian
# (Marr and Hildreth, "Theory of edge detection", 1980).
SURROUND_RATIO = 1.6

# Squared length of a Lab gradient below which a direction is noise.
DIRECTION_FLOOR = 0.5
# Anisotropy of leaves, and of an edge among them that still deserves a line.
DISORDER = (0.1, 0.5)


def anisotropy(xx: FloatArray, xy: FloatArray, yy: FloatArray) -> FloatArray:
    """How much one direction prevails in a structure tensor: 0 in flat areas and in leaves, 1 on a clear edge."""
    return np.asarray(np.sqrt((xx - yy) ** 2 + 4 * xy**2) / (xx + yy + DIRECTION_FLOOR))


def edge_order(lab: FloatArray, sigma: float) -> FloatArray:
    """1 where edges within ``sigma`` pixels run one way, 0 where they run all ways; ``(H, W) float32``."""
    return taper(anisotropy(*structure_tensor(lab, sigma)), *DISORDER)


def structure_tensor(planes: FloatArray, sigma: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Products of the gradients ``xx``, ``xy`` and ``yy``, summed over the channels and smoothed.

    Args:
        planes: ``(H, W, C) float32``.
        sigma: of the smoothing, in pixels.

    Returns:
        Three planes, ``(H, W) float32``.
    """
    gradient_x = cv2.Scharr(planes, cv2.CV_32F, 1, 0, scale=1 / 32)
    gradient_y = cv2.Scharr(planes, cv2.CV_32F, 0, 1, scale=1 / 32)
    tensor = np.dstack(
        [
            dot(gradient_x, gradient_x),
            dot(gradient_x, gradient_y),
            dot(gradient_y, gradient_y),
        ]
    )
    xx, xy, yy = cv2.split(cv2.GaussianBlur(tensor, (0, 0), sigma))
    return xx, xy, yy


def gradient_length(planes: FloatArray) -> FloatArray:
    """Change of colour per pixel, ``(H, W, C) float32`` to ``(H, W) float32``."""
    x = cv2.Scharr(planes, cv2.CV_32F, 1, 0, scale=1 / 32)
    y = cv2.Scharr(planes, cv2.CV_32F, 0, 1, scale=1 / 32)
    return np.asarray(np.sqrt(dot(x, x) + dot(y, y)))


def edge_tangent_flow(planes: FloatArray, sigma: float) -> FloatArray:
    """Directions along which the picture changes least, from the smoothed structure tensor.

    Follows Kyprianidis and Döllner, "Image Abstraction by Structure Adaptive Filtering" (2008).

    Args:
        planes: ``(H, W, C) float32``, the picture, usually Lab.
        sigma: how far, in pixels, neighbouring directions are averaged.

    Returns:
        ``(H, W, 2) float32`` unit vectors ``(x, y)``.
    """
    xx, xy, yy = structure_tensor(planes, sigma)
    gradient_angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    return np.dstack([-np.sin(gradient_angle), np.cos(gradient_angle)]).astype(np.float32)


def flow_difference_of_gaussians(
    luma: FloatArray, tangents: FloatArray, *, sigma: float, flow_sigma: float
) -> FloatArray:
    """Dark-side edge response: difference of Gaussians across the edge, smoothed along it.

    Follows Kang, Lee and Chui, "Flow-Based Image Abstraction" (2009), and the separable form of Winnemöller,
    Kyprianidis and Olsen, "XDoG" (2012).

    Args:
        luma: ``(H, W) float32``.
        tangents: ``(H, W, 2) float32`` from `edge_tangent_flow`.
        sigma: half the width of a line, in pixels.
        flow_sigma: how far a line is followed, in pixels; long makes lines continuous and drops specks.

    Returns:
        ``(H, W) float32``: negative on the dark side of an edge and on dark lines, about 0 on flat areas.
    """
    across = np.dstack([-tangents[..., 1], tangents[..., 0]])
    return smooth_along(_difference_across(luma, across, sigma), tangents, flow_sigma)


def _difference_across(luma: FloatArray, across: FloatArray, sigma: float) -> FloatArray:
    grid = pixel_grid(luma.shape)
    reach = int(np.ceil(2.5 * sigma * SURROUND_RATIO))
    offsets = np.arange(-reach, reach + 1, dtype=np.float32)
    centre = np.exp(-(offsets**2) / (2 * sigma**2))
    surround = np.exp(-(offsets**2) / (2 * (sigma * SURROUND_RATIO) ** 2))
    weights = centre / centre.sum() - surround / surround.sum()
    response = np.zeros_like(luma)
    for offset, weight in zip(offsets, weights, strict=True):
        response += weight * sample(luma, grid + offset * across)
    return response


def smooth_along(plane: FloatArray, tangents: FloatArray, sigma: float) -> FloatArray:
    """Gaussian blur of ``plane`` along the curves that ``tangents`` draw (line integral convolution).

    Args:
        plane: ``(H, W)`` or ``(H, W, C) float32``.
        tangents: ``(H, W, 2) float32`` unit vectors.
        sigma: in pixels along the curve.

    Returns:
        ``float32`` of the same shape.
    """
    grid = pixel_grid(plane.shape)
    total, weight_sum = plane.copy(), 1.0
    steps = int(np.ceil(2 * sigma))
    for sense in (1.0, -1.0):
        position, heading = grid, sense * tangents
        for step in range(1, steps + 1):
            position = position + heading
            weight = float(np.exp(-(step**2) / (2 * sigma**2)))
            total += weight * sample(plane, position)
            weight_sum += weight
            if step < steps:
                heading = _turn_with(heading, sample(tangents, position, cv2.INTER_NEAREST))
    return total / weight_sum


def drop_specks(ink: FloatArray, *, length: float, floor: float) -> FloatArray:
    """Remove marks of ink that are too short to be a line.

    Args:
        ink: ``(H, W) float32``, 0 (paper) to 1 (ink).
        length: marks whose bounding box is smaller than this on both sides, in pixels, go.
        floor: ink above this belongs to a mark.

    Returns:
        ``(H, W) float32``.
    """
    mask = (ink > floor).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    extent = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    keep = (extent >= length).astype(np.float32)
    keep[0] = 1.0  # the background: its faint ink is the soft rim of lines
    kept = keep[labels]
    # A speck's soft rim lies in the background; take it too, without touching its neighbours' rims.
    gone = cv2.dilate(1 - kept, np.ones((3, 3), np.uint8))
    solid = cv2.dilate(((labels > 0) & (kept > 0)).astype(np.float32), np.ones((3, 3), np.uint8))
    return ink * np.maximum(1 - gone, solid)


def _turn_with(heading: FloatArray, tangents: FloatArray) -> FloatArray:
    """Tangents have no sense of direction: flip those that point against the present heading."""
    sense = np.where(dot(heading, tangents) < 0, np.float32(-1), np.float32(1))
    return cv2.multiply(tangents, cv2.merge([sense, sense]))


def pixel_grid(shape_hw: tuple[int, ...]) -> FloatArray:
    """``(H, W, 2) float32``: each pixel's own position ``(x, y)``."""
    rows, columns = np.mgrid[: shape_hw[0], : shape_hw[1]].astype(np.float32)
    return np.dstack([columns, rows])


def sample(plane: FloatArray, position_xy: FloatArray, interpolation: int = cv2.INTER_LINEAR) -> FloatArray:
    """``plane`` read at ``position_xy``, ``(H, W, 2) float32`` in pixels; past the border its last pixel counts."""
    no_second_map: Any = None  # OpenCV's stubs miss that one map of pairs is enough
    return cv2.remap(plane, position_xy, no_second_map, interpolation, borderMode=cv2.BORDER_REPLICATE)
