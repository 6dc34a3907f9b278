"""Tables of 256 bytes: curves, soft steps and products.

A table is ``(256,) uint8``; ``cv2.LUT`` applies it to every byte. All are computed in double precision and rounded with
a margin, so that they are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from celcam.arrays import FloatArray, Uint8Array

LEVELS = np.arange(256, dtype=np.float64)
# Processors differ in the last digits of a computed number. A number halfway between two bytes, within this, rounds up.
_MARGIN = 1e-7


def to_table(values: FloatArray) -> Uint8Array:
    """256 numbers as a table, or an array of any shape as bytes: rounded and clipped to 0..255."""
    return np.clip(np.floor(values + (0.5 + _MARGIN)), 0, 255).astype(np.uint8)


def curve(points: Sequence[tuple[float, float]]) -> FloatArray:
    """Straight lines through ``(level in, level out)``, levels in rising: ``(256,) float64``."""
    inputs, outputs = zip(*points, strict=True)
    return np.asarray(np.interp(LEVELS, inputs, outputs))


def smooth(values: FloatArray, low: float, high: float) -> FloatArray:
    """0 up to ``low``, 1 from ``high``, and a smooth way between."""
    share = np.clip((values - low) / max(high - low, 1e-9), 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)


def steps(thresholds: Sequence[float], values: Sequence[float], riser: float) -> FloatArray:
    """A soft staircase over the levels: ``values[i]`` between thresholds ``i - 1`` and ``i``.

    Args:
        thresholds: levels, rising.
        values: one more than thresholds.
        riser: levels from one step to the next; wide risers neither alias nor flicker.

    Returns:
        ``(256,) float64``.
    """
    staircase = np.full(256, float(values[0]))
    for threshold, before, after in zip(thresholds, values, values[1:], strict=False):
        staircase += (after - before) * smooth(LEVELS, threshold - riser / 2, threshold + riser / 2)
    return staircase


def times(factor: float) -> Uint8Array:
    """The table that multiplies by ``factor``."""
    return to_table(LEVELS * factor)
