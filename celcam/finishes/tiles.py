"""Tiles that repeat: screens of dots and lines, grain, pencil strokes. All are ``(side, side) float64``, 0..1."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.finishes import noise, tables

# Finer screens of dots and lines would only alias with the pixels.
FINEST_PERIOD = 2.5


def to_tile(plane: FloatArray) -> Uint8Array:
    """``0..1`` as bytes, rounded and clipped."""
    return tables.to_table(plane * 255.0)


def dots(period: float, angle: float) -> FloatArray:
    """Thresholds of a round-dot screen: where tone exceeds them, ink is printed; tone ``t`` covers the share ``t``.

    Args:
        period: between dots, in pixels.
        angle: in degrees.
    """
    across, along = _waves(period, angle)
    return noise.equalise(np.cos(across) + np.cos(along))


def lines(period: float, angle: float) -> FloatArray:
    """Thresholds of a screen of straight lines; as `dots`."""
    across, _ = _waves(period, angle)
    return noise.equalise(np.cos(across))


def grain(field: noise.Field, sigma: float, seed: int) -> FloatArray:
    """Thresholds of a stochastic screen: even, without a pattern, in grains of ``2 * sigma`` reference pixels."""
    fine, wide = field.band(seed, sigma), field.band(seed, 2.2 * sigma)
    return noise.equalise(fine - 0.85 * wide * float((fine * wide).mean()))  # without its low frequencies


def paper(field: noise.Field, sigma: float, seed: int) -> FloatArray:
    """Bumps of cold-pressed paper, of three sizes: mean 0, deviation 1 (the one tile that is not 0..1)."""
    bumps = field.band(seed, sigma) + 0.8 * field.band(seed + 1, 2.0 * sigma)
    return noise.unit(bumps + 0.35 * field.band(seed + 2, 5.5 * sigma))


@dataclass(frozen=True)
class Strokes:
    """Parallel pencil strokes by hand, as thresholds: wavy, tapered, uneven in pressure."""

    period: float  # from stroke to stroke, reference pixels
    direction: tuple[int, int]  # across the strokes, in whole steps of x and y, so that they meet at the tile's edges
    length: float  # of a stroke, reference pixels
    seed: int
    waviness: float = 1.0  # 0 draws with a ruler
    rows: int = 40  # strokes before they repeat

    def thresholds(self, scale: float) -> FloatArray:
        """``(side, side) float64``, 0 where a stroke is laid first, 1 between strokes."""
        hypotenuse = float(np.hypot(*self.direction))
        field = noise.Field(max(16, 16 * round(self.rows * self.period * hypotenuse / 16)), scale)
        side = field.side
        unit = field.length / (self.rows * hypotenuse)  # the period that fits, in reference pixels
        y, x = np.mgrid[:side, :side].astype(np.float64)
        step_x, step_y = self.direction
        across = (step_x * x + step_y * y) * self.rows / side
        bend = 0.20 * field.band(self.seed, 4.5 * unit) + 0.08 * field.band(self.seed + 1, 1.5 * unit)
        across = across + self.waviness * bend
        row = np.floor(across).astype(np.int64)
        pieces = max(2, round(self.rows * unit / self.length))  # along a row before they repeat
        random = noise.white(64, self.seed + 2).ravel()
        along = (step_x * y - step_y * x) * pieces / side + random[row % self.rows] * 7.0
        piece = np.floor(along).astype(np.int64)
        share = along - piece
        taper = 1.0 - np.clip(np.minimum(share, 1.0 - share) * 5.0, 0.0, 1.0)
        pressure = random[(row % self.rows) * pieces + piece % pieces + self.rows]
        from_middle = np.abs(across - row - 0.5) * 2.0
        roughness = field.band(self.seed + 3, max(0.6, 0.12 * unit))
        return noise.equalise(0.72 * from_middle + 0.28 * pressure + 0.40 * taper + 0.09 * roughness)


def _waves(period: float, angle: float) -> tuple[FloatArray, FloatArray]:
    """Phases across and along a screen.

    The step from dot to dot is a whole number of pixels down and across, so that all dots are alike. Other screens beat
    with the pixels and show a plaid.
    """
    length = max(period, FINEST_PERIOD)
    step_x, step_y = (round(length * turn(np.deg2rad(angle))) for turn in (np.cos, np.sin))
    squared = step_x**2 + step_y**2
    y, x = np.mgrid[: squared // math.gcd(step_x, step_y), : squared // math.gcd(step_x, step_y)] * (
        2.0 * np.pi / squared
    )
    # Off the middle of pixels, so that a period of a few pixels has as many thresholds as it can have.
    return step_x * x + step_y * y + 0.6, step_x * y - step_y * x + 0.2
