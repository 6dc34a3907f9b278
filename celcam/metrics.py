"""Metrics of two pictures: PSNR, SSIM, edge-F1. Pictures are ``(H, W, 3) uint8 RGB``; needs NumPy and OpenCV only."""

from __future__ import annotations

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array

# Window and constants of Wang et al., "Image quality assessment: from error visibility to structural similarity"
# (2004), for 8-bit pictures.
_WINDOW_SIGMA = 1.5
_WINDOW_SIZE = (11, 11)
_C1 = (0.01 * 255) ** 2
_C2 = (0.03 * 255) ** 2
# Edges that the eye takes for a line: Canny's hysteresis on the Sobel gradient of 8-bit gray. Lower thresholds find the
# noise of photos, higher ones lose the faint lines of a pencil.
_EDGE_SIGMA = 1.0
_EDGE_FROM, _EDGE_SURE = 60, 150
_EDGE_NEIGHBOURS = np.ones((3, 3), np.uint8)


def psnr(one: Uint8Array, other: Uint8Array) -> float:
    """Peak signal-to-noise ratio in dB over all channels; infinite for equal pictures."""
    error = float(np.mean((one.astype(np.float64) - other.astype(np.float64)) ** 2))
    return float("inf") if error == 0 else 10 * float(np.log10(255.0**2 / error))


def ssim(one: Uint8Array, other: Uint8Array) -> float:
    """Structural similarity (Wang et al., 2004), the mean of the three channels.

    Returns:
        1 for equal pictures, about 0 for unrelated ones.
    """
    a, b = one.astype(np.float64), other.astype(np.float64)
    mean_a, mean_b = _window(a), _window(b)
    variance_a = _window(a * a) - mean_a**2
    variance_b = _window(b * b) - mean_b**2
    covariance = _window(a * b) - mean_a * mean_b
    likeness = ((2 * mean_a * mean_b + _C1) * (2 * covariance + _C2)) / (
        (mean_a**2 + mean_b**2 + _C1) * (variance_a + variance_b + _C2)
    )
    border = _WINDOW_SIZE[0] // 2  # there the window would look past the picture
    return float(likeness[border:-border, border:-border].mean())


def edge_f1(one: Uint8Array, other: Uint8Array) -> float:
    """How well the lines of two pictures lie on each other, to a pixel.

    Lines are Canny edges of the gray picture (Gaussian of sigma 1, Sobel 3x3, thresholds 60 and 150). An edge pixel is
    met where the other picture has one among its 8 neighbours or at its own place. The result is the harmonic mean of
    the shares of edge pixels that are met, which are precision and recall; it does not matter which picture is which.

    Returns:
        1 where every edge is met or neither picture has any, 0 where none is.
    """
    a, b = _edges(one), _edges(other)
    if not a.any() and not b.any():
        return 1.0
    met_a, met_b = _share_met(a, b), _share_met(b, a)
    return 2 * met_a * met_b / (met_a + met_b) if met_a + met_b else 0.0


def edge_steepness(rgb_u8: Uint8Array) -> float:
    """Mean steepness of the steepest tenth of a picture, to compare with that of another picture of the same scene.

    Returns:
        Levels of 0..255 per pixel: the mean of the percentiles 90 to 99 of the gradient's length in the mean of the
        channels.
    """
    slopes = np.hypot(*np.gradient(rgb_u8.mean(axis=2)))
    return float(np.percentile(slopes, range(90, 100)).mean())


def _window(plane: FloatArray) -> FloatArray:
    return cv2.GaussianBlur(plane, _WINDOW_SIZE, _WINDOW_SIGMA)


def _edges(rgb_u8: Uint8Array) -> Uint8Array:
    gray = cv2.GaussianBlur(cv2.cvtColor(rgb_u8, cv2.COLOR_RGB2GRAY), (0, 0), _EDGE_SIGMA)
    return np.asarray(cv2.Canny(gray, _EDGE_FROM, _EDGE_SURE, L2gradient=True), np.uint8)


def _share_met(edges: Uint8Array, others: Uint8Array) -> float:
    """The share of edge pixels that have one of the others within a pixel; 0 where there is none."""
    near = cv2.dilate(others, _EDGE_NEIGHBOURS)
    return float(np.mean(near[edges > 0] > 0)) if edges.any() else 0.0
