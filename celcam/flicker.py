"""How much a clip flickers: what changes from frame to frame although nothing in front of the camera did.

Pictures are ``(H, W, 3) uint8 RGB``; a change is the mean over pixels and channels, in levels of 0..255. The motion is
that of the input, whatever was drawn of it, so input, teacher and network are measured at the same places. Needs NumPy
and OpenCV only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from celcam.arrays import BoolArray, FloatArray, Uint8Array
from celcam.pixels import dot

# Slower than this, in pixels a frame, counts as still: below it optical flow of a noisy picture means nothing.
STILL_PIXELS = 0.25
# Sundaram et al., "Dense Point Trajectories by GPU-accelerated Large Displacement Optical Flow" (2010): forward and
# backward flow may disagree by this share of their squared lengths, and by this many squared pixels besides.
FLOW_TOLERANCE = 0.01
FLOW_TOLERANCE_PIXELS = 0.5


@dataclass(frozen=True)
class Motion:
    """How the input moved from the frame before to this one."""

    source_xy: FloatArray  # (H, W, 2) float32: where in the frame before each pixel of this one was
    followed: BoolArray  # (H, W): seen in both frames, and forward and backward flow agree on it
    still: BoolArray  # (H, W): followed, and moved by less than STILL_PIXELS


@dataclass(frozen=True)
class Flicker:
    """Mean absolute change between consecutive frames, 0..255; NaN where no pixel could be followed."""

    followed: float  # after motion is taken out
    still: float  # where nothing moves


def estimate_motion(before: Uint8Array, now: Uint8Array) -> Motion:
    """The motion between two frames of the input, by DIS optical flow (Kroeger et al., 2016) both ways."""
    flow: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    gray_before, gray_now = (cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (before, now))
    backward = np.asarray(flow.calc(gray_now, gray_before, None), np.float32)
    forward = np.asarray(flow.calc(gray_before, gray_now, None), np.float32)
    height, width = gray_now.shape
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    source_xy = np.stack([columns, rows], axis=-1) + backward
    forward_there = _pull(forward, source_xy, cv2.INTER_LINEAR)
    disagreement = _squared_length(backward + forward_there)
    allowed = FLOW_TOLERANCE * (_squared_length(backward) + _squared_length(forward_there)) + FLOW_TOLERANCE_PIXELS
    x, y = source_xy[..., 0], source_xy[..., 1]
    inside = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    followed = inside & (disagreement <= allowed)
    return Motion(source_xy, followed, followed & (_squared_length(backward) < STILL_PIXELS**2))


def flicker(before: Uint8Array, now: Uint8Array, motion: Motion) -> Flicker:
    """The flicker from one picture to the next.

    Args:
        before: what was drawn of the frame before, or that frame itself.
        now: what was drawn of this frame, of the same shape.
        motion: of the input's two frames.
    """
    moved = _pull(before, motion.source_xy, cv2.INTER_CUBIC)
    return Flicker(_mean_change(moved, now, motion.followed), _mean_change(before, now, motion.still))


def mean_flicker(flickers: Iterable[Flicker]) -> Flicker:
    """The mean over a clip; a pair of frames in which nothing could be followed does not count."""
    values = list(flickers)
    return Flicker(_mean([value.followed for value in values]), _mean([value.still for value in values]))


def _pull(values: FloatArray, source_xy: FloatArray, interpolation: int) -> FloatArray:
    """``values`` of each pixel's source."""
    return cv2.remap(values, source_xy[..., 0], source_xy[..., 1], interpolation, borderMode=cv2.BORDER_REPLICATE)


def _mean_change(before: FloatArray, now: FloatArray, mask: BoolArray) -> float:
    if not mask.any():
        return math.nan
    of_channels = cv2.mean(cv2.absdiff(before, now), mask.astype(np.uint8))
    return float(np.mean(of_channels[: now.shape[2]]))


def _mean(values: list[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return float(np.mean(known)) if known else math.nan


def _squared_length(vectors: FloatArray) -> FloatArray:
    return dot(vectors, vectors)
