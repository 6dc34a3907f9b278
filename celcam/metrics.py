"""How alike two pictures are. Pictures are ``(H, W, 3) uint8 RGB``; needs NumPy and OpenCV only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array

# Window and constants of Wang et al., "Image quality assessment: from error visibility to structural similarity"
# (2004), for 8-bit pictures.
_WINDOW_SIGMA = 1.5
_WINDOW_SIZE = (11, 11)
_C1 = (0.01 * 255) ** 2
_C2 = (0.03 * 255) ** 2


@dataclass(frozen=True)
class Likeness:
    """PSNR in dB (infinite where the pictures are equal) and SSIM (1 where they are equal)."""

    psnr_db: float
    ssim: float


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


def compare(one: Uint8Array, other: Uint8Array) -> Likeness:
    """PSNR and SSIM of two pictures of the same shape."""
    return Likeness(psnr(one, other), ssim(one, other))


def mean_likeness(likenesses: Iterable[Likeness]) -> Likeness:
    """The mean over pictures; equal pictures count with 100 dB, so that the mean stays finite."""
    values = list(likenesses)
    return Likeness(
        float(np.mean([min(value.psnr_db, 100.0) for value in values])),
        float(np.mean([value.ssim for value in values])),
    )


def _window(plane: FloatArray) -> FloatArray:
    return cv2.GaussianBlur(plane, _WINDOW_SIZE, _WINDOW_SIGMA)
