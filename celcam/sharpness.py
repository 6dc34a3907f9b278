"""Sharpness of a picture against a reference: steepness of edges, and sliced Wasserstein distances of patches.

SSIM prefers a soft line to one that lies half a pixel off. These metrics compare how lines look, not where they lie.
"""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.metrics import edge_steepness

# Karras et al., "Progressive Growing of GANs for Improved Quality, Stability, and Variation" (2018), section 5.
PATCH = 7
LEVELS = ("fine", "middle", "coarse")
_PROJECTIONS = 128
# Patches lie on a grid of this step on each level: enough of them for a steady figure, the same ones on every run.
_STEPS = (6, 3, 2)


@dataclass(frozen=True, eq=False)
class Texture:
    """What sharpness is computed from: the slope of edges, and the patches of each Laplacian level."""

    slope: float  # levels per pixel, see `celcam.metrics.edge_steepness`
    patches: tuple[FloatArray | None, ...]  # each ``(N, 7, 7, 3) float32``; None if the picture is too small


def texture(rgb_u8: Uint8Array) -> Texture:
    """The slope and the patches of ``(H, W, 3) uint8 RGB``."""
    return Texture(edge_steepness(rgb_u8), tuple(map(_patches, _laplacian(rgb_u8), _STEPS)))


def steepness(reference: Texture, test: Texture) -> float:
    """How steep the edges of a picture are, as a share of those of the reference; NaN if the reference has none."""
    return test.slope / reference.slope if reference.slope > 0 else math.nan


def swd(reference: Texture, test: Texture, level: int) -> float:
    """Sliced Wasserstein distance between the patches of two pictures.

    Args:
        reference: patches are normalised by its mean and standard deviation per channel.
        test: the other picture, of the same size.
        level: of the Laplacian pyramid, an index of `LEVELS`.

    Returns:
        The distance times 1000, 0 for equal pictures; NaN if the picture is too small for the level, or the
        reference has an even colour.
    """
    a, b = reference.patches[level], test.patches[level]
    if a is None or b is None:
        return math.nan
    mean, deviation = a.mean(axis=(0, 1, 2)), a.std(axis=(0, 1, 2))
    if not deviation.all():
        return math.nan
    sorted_a, sorted_b = (_project((patches - mean) / deviation) for patches in (a, b))
    return 1000.0 * float(np.abs(sorted_a - sorted_b).mean())


def _project(patches: FloatArray) -> FloatArray:
    """The patches along each direction, sorted."""
    return np.asarray(np.sort(patches.reshape(len(patches), -1) @ _directions(), axis=0))


@functools.cache
def _directions() -> FloatArray:
    """``(147, 128) float32``, random unit vectors, the same on every run."""
    vectors = np.random.default_rng(0).normal(size=(PATCH * PATCH * 3, _PROJECTIONS))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=0), np.float32)


def _laplacian(rgb_u8: Uint8Array) -> list[FloatArray]:
    """The picture at full, half and quarter size, each without what the next holds."""
    levels: list[FloatArray] = [rgb_u8.astype(np.float32)]
    for _ in LEVELS[1:]:
        levels.append(np.asarray(cv2.pyrDown(levels[-1]), np.float32))
    return [
        *(large - cv2.pyrUp(small, dstsize=large.shape[1::-1]) for large, small in itertools.pairwise(levels)),
        levels[-1],
    ]


def _patches(level: FloatArray, step: int) -> FloatArray | None:
    if min(level.shape[:2]) < PATCH:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(level, (PATCH, PATCH), axis=(0, 1))[::step, ::step]
    return np.ascontiguousarray(windows.transpose(0, 1, 3, 4, 2).reshape(-1, PATCH, PATCH, 3))
