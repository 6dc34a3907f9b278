"""A brush for faces: filled shapes, smooth curves and tapering strokes on planes of Lab.

Masks are ``(H, W) float32``, 0..1, with smooth borders; points are ``(N, 2) float32 (x, y)`` in pixels.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from celcam.arrays import FloatArray

# Fractions of a pixel that OpenCV's drawing takes, in bits.
SHIFT = 4
CURVE_POINTS = 40


def fill(shape_hw: tuple[int, ...], polygon: FloatArray) -> FloatArray:
    """The inside of a polygon."""
    mask = np.zeros(shape_hw[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(polygon * 2**SHIFT).astype(np.int32)], 255, cv2.LINE_AA, SHIFT)
    return mask.astype(np.float32) / np.float32(255.0)


def disc(shape_hw: tuple[int, ...], centre: FloatArray, radius: float) -> FloatArray:
    """A round spot."""
    mask = np.zeros(shape_hw[:2], np.uint8)
    x, y = (round(float(value) * 2**SHIFT) for value in centre)
    cv2.circle(mask, (x, y), max(1, round(radius * 2**SHIFT)), 255, -1, cv2.LINE_AA, SHIFT)
    return mask.astype(np.float32) / np.float32(255.0)


def curve(points: FloatArray) -> FloatArray:
    """A smooth curve of `CURVE_POINTS` points through ``points`` (Catmull and Rom, 1974)."""
    ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    place = np.linspace(0.0, len(points) - 1 - 1e-4, CURVE_POINTS)
    index = place.astype(int)
    u = (place - index)[:, np.newaxis]
    a, b, c, d = (ends[index + step] for step in range(4))
    bent = 2 * b + (c - a) * u + (2 * a - 5 * b + 4 * c - d) * u**2 + (3 * b - a - 3 * c + d) * u**3
    return np.asarray(0.5 * bent, np.float32)


def stroke(shape_hw: tuple[int, ...], points: FloatArray, widths: Sequence[float], side: float = 0.0) -> FloatArray:
    """A stroke along the curve through ``points``.

    Args:
        shape_hw: of the mask.
        points: what the curve goes through.
        widths: in pixels, at equally spaced places.
        side: -1..1 shifts the stroke across the curve, by half its width at most.

    Returns:
        ``(H, W) float32``, 0..1.
    """
    line = curve(points)
    places = np.linspace(0, 1, CURVE_POINTS)
    width = np.interp(places, np.linspace(0, 1, len(widths)), widths).astype(np.float32)[:, np.newaxis]
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-6
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    outline = [line + (0.5 + 0.5 * side) * width * across, (line - (0.5 - 0.5 * side) * width * across)[::-1]]
    return fill(shape_hw, np.vstack(outline))


def grow(mask: FloatArray, radius: float) -> FloatArray:
    """Widen a mask by ``radius`` pixels, at least one."""
    return cv2.dilate(mask, np.ones((3, 3), np.uint8), iterations=max(1, round(radius)))


def cover(lab: FloatArray, mask: FloatArray, colour: Sequence[float] | FloatArray) -> None:
    """Paint ``lab``, ``(H, W, 3) float32``, in place with one colour where ``mask`` says."""
    lab += mask[..., np.newaxis] * (np.asarray(colour, np.float32) - lab)
