"""Perceptual metrics: SSIM, MS-SSIM and FLIP. Needs NumPy and OpenCV only.

Each metric has two steps: the features of one picture, and the comparison of two sets of features. So the features of a
picture are computed once, even if it is compared with several others. Filters are separable. The tests compare the
results with `celcam.metrics.ssim`, ``tf.image.ssim_multiscale`` and ``flip-evaluator``.
Pictures are ``(H, W, 3) uint8 RGB``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array

# Wang et al., "Multiscale structural similarity for image quality assessment" (2003).
_SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
_WINDOW_SIDE, _WINDOW_SIGMA = 11, 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_MIDDLE = 128.0
# The window must fit in the smallest scale.
MS_SSIM_SHORTEST_SIDE = (_WINDOW_SIDE - 1) * 2 ** (len(_SCALE_WEIGHTS) - 1) + 1

# FLIP's constants. Pixels per degree of visual angle: a 4K screen 0.7 m wide, seen from 0.7 m.
PIXELS_PER_DEGREE = 0.7 * 3840 / 0.7 * math.pi / 180
_COLOUR_POWER, _FEATURE_POWER = 0.7, 0.5
_COLOUR_KNEE, _ERROR_KNEE = 0.4, 0.95
_FEATURE_DEGREES = 0.082
# Amplitudes and widths of the Gaussians that approximate the contrast sensitivity of the eye, for each channel.
_SENSITIVITY = (((1.0, 0.0047),), ((1.0, 0.0053),), ((34.1, 0.04), (13.5, 0.025)))
_WIDEST = 0.04
_TO_XYZ = np.array(
    [
        [10135552 / 24577794, 8788810 / 24577794, 4435075 / 24577794],
        [2613072 / 12288897, 8788810 / 12288897, 887015 / 12288897],
        [1425312 / 73733382, 8788810 / 73733382, 70074185 / 73733382],
    ],
    np.float32,
)
_WHITE = _TO_XYZ.sum(axis=1)
_FROM_XYZ = np.linalg.inv(_TO_XYZ).astype(np.float32)


@dataclass(frozen=True, eq=False)
class _Scale:
    """A picture at one scale: ``(H, W, 3) float32`` minus the middle level, and mean and variance in each window."""

    planes: FloatArray
    mean: FloatArray
    variance: FloatArray


@dataclass(frozen=True, eq=False)
class Structure:
    """Features for SSIM and MS-SSIM: five scales; one if the picture is too small for five, none if for one."""

    scales: tuple[_Scale, ...]


def structure(rgb_u8: Uint8Array) -> Structure:
    """The features of ``(H, W, 3) uint8 RGB`` for SSIM and MS-SSIM."""
    shortest = min(rgb_u8.shape[:2])
    count = len(_SCALE_WEIGHTS) if shortest >= MS_SSIM_SHORTEST_SIDE else int(shortest >= _WINDOW_SIDE)
    # Subtracting the middle level leaves the variance as it is and keeps squares small enough for float32.
    planes = rgb_u8.astype(np.float32) - _MIDDLE
    scales = []
    for number in range(count):
        planes = _halved(planes) if number else planes
        mean = _window(planes)
        scales.append(_Scale(planes, mean, _window(planes * planes) - mean * mean))
    return Structure(tuple(scales))


def ssims(one: Structure, other: Structure) -> tuple[float, float]:
    """SSIM and multi-scale SSIM (Wang et al., 2003), each the mean of the three channels.

    Returns:
        SSIM, the same as `celcam.metrics.ssim`, and MS-SSIM: 1 for equal pictures. SSIM is NaN if a side is shorter
        than the window of 11 pixels, MS-SSIM if a side is shorter than `MS_SSIM_SHORTEST_SIDE`.
    """
    if not one.scales:
        return math.nan, math.nan
    parts = [_ssim_parts(a, b) for a, b in zip(one.scales, other.scales, strict=True)]
    similarities, contrasts = zip(*parts, strict=True)
    if len(parts) < len(_SCALE_WEIGHTS):
        return float(similarities[0].mean()), math.nan
    weighted = [
        np.maximum(part, 0) ** weight
        for part, weight in zip([*contrasts[:-1], similarities[-1]], _SCALE_WEIGHTS, strict=True)
    ]
    return float(similarities[0].mean()), float(np.prod(weighted, axis=0).mean())


@dataclass(frozen=True, eq=False)
class Percept:
    """Features for FLIP."""

    lab: FloatArray  # (H, W, 3) float32: colour after the contrast sensitivity filter, CIELAB with Hunt's adjustment
    edges: FloatArray  # (H, W) float32: edge strength
    points: FloatArray  # (H, W) float32: point strength


def perceive(rgb_u8: Uint8Array) -> Percept:
    """The features of ``(H, W, 3) uint8 RGB`` for FLIP."""
    xyz = _LINEAR[rgb_u8] @ (_TO_XYZ / _WHITE[:, np.newaxis]).T
    light = xyz[..., 1]
    opponents = (light, xyz[..., 0] - light, light - xyz[..., 2])
    light_seen, red_green, blue_yellow = (
        sum(cv2.sepFilter2D(plane, cv2.CV_32F, row, column, borderType=cv2.BORDER_REPLICATE) for row, column in filters)
        for plane, filters in zip(opponents, _SENSITIVITY_FILTERS, strict=True)
    )
    seen = np.stack([light_seen + red_green, light_seen, light_seen - blue_yellow], axis=-1) * _WHITE
    lab = _hunt_lab(np.clip(seen @ _FROM_XYZ.T, 0, 1))
    return Percept(lab, _strength(light, _EDGE_FILTER), _strength(light, _POINT_FILTER))


def flip_map(reference: Percept, test: Percept) -> FloatArray:
    """FLIP (Andersson et al., "FLIP: A Difference Evaluator for Alternating Images", 2020) at each pixel.

    Returns:
        ``(H, W) float32``, from 0, no visible difference, to 1, the largest difference.
    """
    colour = _hyab(reference.lab, test.lab) ** _COLOUR_POWER
    knee = _COLOUR_KNEE * _LARGEST
    low = _ERROR_KNEE / knee * colour
    high = _ERROR_KNEE + (colour - knee) / (_LARGEST - knee) * (1 - _ERROR_KNEE)
    feature = np.maximum(np.abs(reference.edges - test.edges), np.abs(reference.points - test.points))
    feature = np.clip((feature / math.sqrt(2)) ** _FEATURE_POWER, 0, 1)
    return np.asarray(np.where(colour < knee, low, high) ** (1 - feature), np.float32)


def _halved(planes: FloatArray) -> FloatArray:
    height, width = planes.shape[:2]
    even = cv2.copyMakeBorder(planes, 0, height % 2, 0, width % 2, cv2.BORDER_REFLECT)
    return cv2.resize(even, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)


def _ssim_parts(a: _Scale, b: _Scale) -> tuple[FloatArray, FloatArray]:
    """SSIM and its contrast and structure term, each as the mean of each channel."""
    covariance = _window(a.planes * b.planes) - a.mean * b.mean
    contrast = (2 * covariance + _C2) / (a.variance + b.variance + _C2)
    mean_a, mean_b = a.mean + _MIDDLE, b.mean + _MIDDLE
    similarity = contrast * (2 * mean_a * mean_b + _C1) / (mean_a**2 + mean_b**2 + _C1)
    return np.array(cv2.mean(similarity)[:3]), np.array(cv2.mean(contrast)[:3])


def _window(planes: FloatArray) -> FloatArray:
    border = _WINDOW_SIDE // 2
    blurred = cv2.GaussianBlur(planes, (_WINDOW_SIDE, _WINDOW_SIDE), _WINDOW_SIGMA)
    return blurred[border:-border, border:-border]


def _linear_levels() -> FloatArray:
    """Linear light of the 256 sRGB levels, 0..1."""
    level = np.arange(256) / 255
    return np.asarray(np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4), np.float32)


def _hunt_lab(linear: FloatArray) -> FloatArray:
    """CIELAB of linear RGB with less saturated dark colours (Hunt, 1952)."""
    xyz = linear @ (_TO_XYZ / _WHITE[:, np.newaxis]).T
    edge = 6 / 29
    curved = np.where(xyz > edge**3, cv2.pow(xyz, 1 / 3), xyz / (3 * edge**2) + 4 / 29)
    x, y, z = np.moveaxis(curved, -1, 0)
    lightness = 116 * y - 16
    return np.stack([lightness, 0.01 * lightness * 500 * (x - y), 0.01 * lightness * 200 * (y - z)], axis=-1)


def _hyab(one: FloatArray, other: FloatArray) -> FloatArray:
    """Abasi et al., "Distance metrics for very large color differences" (2019)."""
    difference = one - other
    return np.asarray(np.abs(difference[..., 0]) + np.hypot(difference[..., 1], difference[..., 2]))


def _sensitivity_filters(gaussians: tuple[tuple[float, float], ...]) -> list[tuple[FloatArray, FloatArray]]:
    """Row and column filters that add up to the contrast sensitivity of one channel."""
    radius = math.ceil(3 * math.sqrt(_WIDEST / (2 * math.pi**2)) * PIXELS_PER_DEGREE)
    degrees = np.arange(-radius, radius + 1) / PIXELS_PER_DEGREE
    lines = [np.exp(-((math.pi * degrees) ** 2) / width) for _, width in gaussians]
    shares = [amplitude * math.sqrt(math.pi / width) for amplitude, width in gaussians]
    total = sum(share * line.sum() ** 2 for share, line in zip(shares, lines, strict=True))
    return [
        ((share / total * line).astype(np.float32), line.astype(np.float32))
        for share, line in zip(shares, lines, strict=True)
    ]


def _feature_filter(order: int) -> tuple[FloatArray, FloatArray]:
    """The first or second derivative of a Gaussian along the row, and the Gaussian along the column."""
    deviation = 0.5 * _FEATURE_DEGREES * PIXELS_PER_DEGREE
    radius = math.ceil(3 * deviation)
    place = np.arange(-radius, radius + 1)
    bell = np.exp(-(place**2) / (2 * deviation**2))
    row = -place * bell if order == 1 else (place**2 / deviation**2 - 1) * bell
    row = np.where(row < 0, row / -row[row < 0].sum(), row / row[row > 0].sum())
    return row.astype(np.float32), (bell / bell.sum()).astype(np.float32)


def _strength(plane: FloatArray, filters: tuple[FloatArray, FloatArray]) -> FloatArray:
    along, across = filters
    border = cv2.BORDER_REPLICATE
    horizontal = cv2.sepFilter2D(plane, cv2.CV_32F, along, across, borderType=border)
    vertical = cv2.sepFilter2D(plane, cv2.CV_32F, across, along, borderType=border)
    return np.hypot(horizontal, vertical)


_LINEAR = _linear_levels()
_SENSITIVITY_FILTERS = [_sensitivity_filters(gaussians) for gaussians in _SENSITIVITY]
_EDGE_FILTER, _POINT_FILTER = _feature_filter(1), _feature_filter(2)
# The largest colour difference is the one between green and blue.
_GREEN_BLUE = np.array([[[0, 1, 0], [0, 0, 1]]], np.float32)
_LARGEST = float(_hyab(_hunt_lab(_GREEN_BLUE[:, :1]), _hunt_lab(_GREEN_BLUE[:, 1:]))[0, 0]) ** _COLOUR_POWER
