"""A face in its window, as the functions that draw its parts see it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from celcam.arrays import FloatArray
from celcam.styles.faces.landmarks import CHIN, FOREHEAD


@dataclass(frozen=True)
class Portrait:
    """A window of the drawing; lengths in its pixels."""

    lab: FloatArray  # ``(H, W, 3) float32 Lab``: the planes, drawn on in place
    photo: FloatArray  # ``(H, W, 3) float32 Lab``
    points: FloatArray  # ``(468, 2) float32 (x, y)``
    irises: tuple[tuple[FloatArray, float], ...]
    height: float  # from forehead to chin
    unit: float  # pixels to a pixel of the finished picture
    skin: FloatArray  # ``(3,) Lab``, the photo's

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.lab.shape[0], self.lab.shape[1]

    @property
    def display_height(self) -> float:
        """From forehead to chin in pixels of the finished picture."""
        return self.height / self.unit

    @property
    def pen(self) -> float:
        """Width of a thin line."""
        return max(1.0 * self.unit, 0.011 * self.height)

    @property
    def down(self) -> FloatArray:
        """Unit vector from the forehead to the chin."""
        return np.asarray((self.points[CHIN] - self.points[FOREHEAD]) / self.height)
