"""Flicker: the change from frame to frame that motion does not explain (warping error).

Pictures are ``(H, W, 3) uint8 RGB``; a change is the mean over pixels and channels, in levels of 0..255. The motion is
always that of the input, so input, target and network output are measured at the same pixels. Needs only NumPy and
OpenCV.
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

# Slower motion, in pixels per frame, counts as still: below this the optical flow of a noisy picture is meaningless.
STILL_PIXELS = 0.25
# Sundaram et al., "Dense Point Trajectories by GPU-accelerated Large Displacement Optical Flow" (2010): forward and
# backward flow may disagree by this share of their squared lengths, plus this many squared pixels.
FLOW_TOLERANCE = 0.01
FLOW_TOLERANCE_PIXELS = 0.5


@dataclass(frozen=True)
class Motion:
    """The motion of the input from the previous frame to this one."""

    source_xy: FloatArray  # (H, W, 2) float32: the position of each pixel in the previous frame
    visible: BoolArray  # (H, W): visible in both frames: forward and backward flow agree
    still: BoolArray  # (H, W): visible, and moved by less than STILL_PIXELS


@dataclass(frozen=True)
class Flicker:
    """Mean absolute change between consecutive frames, 0..255; NaN without a measurable pixel."""

    motion_compensated: float  # the previous frame is warped by the motion
    still: float  # only pixels that do not move


def estimate_motion(before: Uint8Array, now: Uint8Array) -> Motion:
    """Estimate the motion between two frames of the input by DIS optical flow (Kroeger et al., 2016), both ways.

    Args:
        before: the previous frame, ``(H, W, 3) uint8 RGB``.
        now: this frame, of the same shape.
    """
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
    visible = inside & (disagreement <= allowed)
    return Motion(source_xy, visible, visible & (_squared_length(backward) < STILL_PIXELS**2))


def flicker(before: Uint8Array, now: Uint8Array, motion: Motion) -> Flicker:
    """Measure the flicker from one picture to the next.

    Args:
        before: the output for the previous frame, or that frame itself, ``(H, W, 3) uint8 RGB``.
        now: the output for this frame, of the same shape.
        motion: between these two frames of the input.
    """
    moved = _pull(before, motion.source_xy, cv2.INTER_CUBIC)
    return Flicker(_mean_change(moved, now, motion.visible), _mean_change(before, now, motion.still))


def mean_flicker(flickers: Iterable[Flicker]) -> Flicker:
    """The mean over a clip; frames without a measurable pixel do not count."""
    values = list(flickers)
    return Flicker(_mean([value.motion_compensated for value in values]), _mean([value.still for value in values]))


def _pull(values: FloatArray, source_xy: FloatArray, interpolation: int) -> FloatArray:
    """``values`` at the source of each pixel."""
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
