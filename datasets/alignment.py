"""Whether a picture and its target show the same content at the same place, in any colours."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.pixels import resize, size_for_short_side

# Pictures are compared at this short side; shifts are pixels of that size.
COMPARED_SHORT_SIDE = 256
MAX_SEARCHED = 16
# Measured on 48 photos: targets of four style filters and Canny edges had a similarity of at least 0.43, and none was
# shifted by more than 1 pixel. Refused are 142 of 144 targets of another photo, 47 of 48 that are shifted by 3 pixels,
# and 37 of 48 that are cropped by 5% on each side.
MIN_SIMILARITY = 0.3
MAX_SHIFT = 2
# Programs that draw targets round sizes, often to multiples of 8 or 64. A larger difference means a crop.
MAX_ASPECT_RATIO = 1.05
BLUR_SIGMA, EDGE_SIGMA = 1.0, 1.5


@dataclass(frozen=True)
class Alignment:
    """How well the edges of two pictures lie on each other."""

    similarity: float  # correlation of the edges at the best shift, -1..1
    right: int  # the shift of the second picture, pixels at `COMPARED_SHORT_SIDE`
    down: int

    def fault(self) -> str:
        """What is wrong with the second picture, in a few words; empty if nothing is."""
        if self.similarity < MIN_SIMILARITY:
            return f"shows other content than its photo: similarity {self.similarity:.2f}, expected {MIN_SIMILARITY}"
        if max(abs(self.right), abs(self.down)) <= MAX_SHIFT:
            return ""
        shifts = [f"{abs(self.right)} pixels to the {'right' if self.right > 0 else 'left'}"] if self.right else []
        shifts += [f"{abs(self.down)} pixels {'down' if self.down > 0 else 'up'}"] if self.down else []
        return (
            f"is shifted {' and '.join(shifts)} at a short side of {COMPARED_SHORT_SIDE}, expected at most {MAX_SHIFT}"
        )


def measure_alignment(photo: Uint8Array, target: Uint8Array) -> Alignment:
    """Compare the edges of two pictures.

    Args:
        photo: ``(H, W, 3) uint8 RGB``.
        target: ``(H', W', 3) uint8 RGB``, scaled to the size of ``photo``.

    Returns:
        The similarity at the best shift of up to `MAX_SEARCHED` pixels, and that shift.
    """
    size = size_for_short_side((photo.shape[1], photo.shape[0]), COMPARED_SHORT_SIDE)
    one, other = (np.fft.rfft2(_edges(resize(picture, size))) for picture in (photo, target))
    correlation = np.fft.irfft2(np.conj(one) * other, size[::-1])
    near = np.roll(correlation, (MAX_SEARCHED, MAX_SEARCHED), (0, 1))[: 2 * MAX_SEARCHED + 1, : 2 * MAX_SEARCHED + 1]
    down, right = np.unravel_index(near.argmax(), near.shape)
    return Alignment(float(near.max()), int(right) - MAX_SEARCHED, int(down) - MAX_SEARCHED)


def have_one_shape(one: Uint8Array, other: Uint8Array) -> bool:
    """Whether the ratios of width to height of two ``(H, W, 3)`` pictures agree to within `MAX_ASPECT_RATIO`."""
    ratios = [picture.shape[1] / picture.shape[0] for picture in (one, other)]
    return bool(max(ratios) <= min(ratios) * MAX_ASPECT_RATIO)


def _edges(rgb_u8: Uint8Array) -> FloatArray:
    """The strength of the edges: ``(H, W) float32`` of mean 0 and norm 1; a uniform picture is 0 everywhere."""
    grey = cv2.GaussianBlur(cv2.cvtColor(rgb_u8, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), BLUR_SIGMA)
    steepness = cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    edges = cv2.GaussianBlur(np.log1p(steepness), (0, 0), EDGE_SIGMA)
    edges -= edges.mean()
    return np.asarray(edges / max(float(np.linalg.norm(edges)), 1e-6), np.float32)
