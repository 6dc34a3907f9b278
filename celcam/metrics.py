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
# Canny thresholds (hysteresis on the Sobel gradient of 8-bit gray) for edges that look like a line. Lower thresholds
# find the noise of photos; higher ones miss the faint lines of a pencil.
_EDGE_SIGMA = 1.0
_EDGE_FROM, _EDGE_SURE = 60, 150
_EDGE_NEIGHBOURS = np.ones((3, 3), np.uint8)


def psnr(one: Uint8Array, other: Uint8Array) -> float:
    """Peak signal-to-noise ratio in dB over all channels; infinite for equal pictures."""
    error = float(np.mean((one.astype(np.float64) - other.astype(np.float64)) ** 2))
    return float("inf") if error == 0 else 10 * float(np.log10(255.0**2 / error))


def ssim(one: Uint8Array, other: Uint8Array) -> float:
    """Structural similarity (Wang et al., 2004), the mean of the three channels.

    Args:
        one: ``(H, W, 3) uint8 RGB``. With a side of less than 11 pixels, windows reach beyond the picture.
        other: a picture of the same shape.

    Returns:
        1 for equal pictures, about 0 for unrelated ones.
    """
    a, b = one.astype(np.float64), other.astype(np.float64)
    mean_a, mean_b = _window(a), _window(b)
    variance_a = _window(a * a) - mean_a**2
    variance_b = _window(b * b) - mean_b**2
    covariance = _window(a * b) - mean_a * mean_b
    similarity = ((2 * mean_a * mean_b + _C1) * (2 * covariance + _C2)) / (
        (mean_a**2 + mean_b**2 + _C1) * (variance_a + variance_b + _C2)
    )
    border = _WINDOW_SIZE[0] // 2  # there the window reaches beyond the picture
    inside = similarity[border:-border, border:-border]
    return float(inside.mean() if inside.size else similarity.mean())


def edge_f1(one: Uint8Array, other: Uint8Array) -> float:
    """F1 score of the lines of two pictures, with a tolerance of one pixel.

    Lines are Canny edges of the gray picture (Gaussian of sigma 1, Sobel 3x3, thresholds 60 and 150). An edge pixel
    matches if the other picture has an edge at the same pixel or one of its 8 neighbours. The result is the harmonic
    mean of precision and recall, the shares of matched edge pixels; it is symmetric.

    Args:
        one: ``(H, W, 3) uint8 RGB``.
        other: a picture of the same shape.

    Returns:
        1 if every edge matches or neither picture has an edge, 0 if no edge matches.
    """
    a, b = _edges(one), _edges(other)
    if not a.any() and not b.any():
        return 1.0
    matched_a, matched_b = _share_matched(a, b), _share_matched(b, a)
    return 2 * matched_a * matched_b / (matched_a + matched_b) if matched_a + matched_b else 0.0


def edge_steepness(rgb_u8: Uint8Array) -> float:
    """Steepness of the edges of a picture; compare it only with that of another picture of the same scene.

    Args:
        rgb_u8: ``(H, W, 3) uint8 RGB``.

    Returns:
        Levels (0..255) per pixel: the mean of the percentiles 90 to 99 of the gradient magnitude of the mean of the
        channels.
    """
    slopes = np.hypot(*np.gradient(rgb_u8.mean(axis=2)))
    return float(np.percentile(slopes, range(90, 100)).mean())


def _window(plane: FloatArray) -> FloatArray:
    return cv2.GaussianBlur(plane, _WINDOW_SIZE, _WINDOW_SIGMA)


def _edges(rgb_u8: Uint8Array) -> Uint8Array:
    gray = cv2.GaussianBlur(cv2.cvtColor(rgb_u8, cv2.COLOR_RGB2GRAY), (0, 0), _EDGE_SIGMA)
    return np.asarray(cv2.Canny(gray, _EDGE_FROM, _EDGE_SURE, L2gradient=True), np.uint8)


def _share_matched(edges: Uint8Array, others: Uint8Array) -> float:
    """The share of edge pixels with one of the ``others`` within a pixel; 0 without edge pixels."""
    near = cv2.dilate(others, _EDGE_NEIGHBOURS)
    return float(np.mean(near[edges > 0] > 0)) if edges.any() else 0.0
