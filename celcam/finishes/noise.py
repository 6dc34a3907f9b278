"""Noise that repeats and never changes: the same bytes on every machine and with every version of NumPy.

A hash of each pixel's place takes the role of a random generator. Filters act in the frequency domain, in double
precision, so that a tile has no seam.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from celcam.arrays import FloatArray

_FULL = np.uint64(0xFFFFFFFF)


def white(side: int, seed: int) -> FloatArray:
    """``(side, side) float64``, uniform in 0..1."""
    index = np.arange(side * side, dtype=np.uint64) + np.uint64(seed) * np.uint64(0x9E3779B9)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):  # the integer hash "lowbias32" of C. Wellons
        index = ((index ^ (index >> np.uint64(shift))) & _FULL) * np.uint64(factor) & _FULL
    index ^= index >> np.uint64(16)
    return (index.astype(np.float64) / 2.0**32).reshape(side, side)


@dataclass(frozen=True)
class Field:
    """A square tile that noise fills. At another scale it is the same noise, larger or smaller."""

    length: int  # of its side, reference pixels
    scale: float  # pixels to a reference pixel

    @property
    def side(self) -> int:
        """Of the tile in pixels: a multiple of 16, which is quick to filter."""
        return max(16, 16 * round(self.length * self.scale / 16))

    def band(self, seed: int, sigma: float) -> FloatArray:
        """Smooth noise of mean 0 and deviation 1.

        Args:
            seed: chooses the noise.
            sigma: of the Gaussian that smooths it, in reference pixels.

        Returns:
            ``(side, side) float64``; its right edge continues at the left one.
        """
        most = (min(self.length, self.side) - 1) // 2  # the highest frequency that both sizes hold
        rows, columns = np.r_[0 : most + 1, -most:0], np.arange(most + 1)
        squared = (rows[:, np.newaxis] ** 2 + columns[np.newaxis, :] ** 2) / self.length**2
        passed = np.exp(-2.0 * np.pi**2 * sigma**2 * squared)
        passed[0, 0] = 0.0
        spectrum = np.zeros((self.side, self.side // 2 + 1), np.complex128)
        spectrum[rows, : most + 1] = np.fft.rfft2(white(self.length, seed))[rows, : most + 1] * passed
        return unit(np.fft.irfft2(spectrum, (self.side, self.side)))


def unit(plane: FloatArray) -> FloatArray:
    """``plane`` shifted and scaled to mean 0 and deviation 1."""
    return np.asarray((plane - plane.mean()) / max(float(plane.std()), 1e-12))


def equalise(plane: FloatArray) -> FloatArray:
    """``plane`` replaced by the share of its pixels that lie below: threshold ``t`` then covers the share ``t``.

    Returns:
        The same shape, 0..1.
    """
    bins = 4097  # odd, so that the middle of a symmetric range is no border between two
    low, high = float(plane.min()), float(plane.max())
    level = np.floor((plane - low) / max(high - low, 1e-12) * (bins - 1) + 0.5).astype(np.int64)
    count = np.bincount(level.ravel(), minlength=bins)
    below = np.cumsum(count) - count / 2.0
    return np.asarray(below[level] / plane.size)
