"""Colour and light shared by the styles: Lab conversion, flattening, light, vibrance, skin, leaves and skies.

Lab pictures are ``(H, W, 3) float32``: L 0..100, a and b about -127..127.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.pixels import to_float, to_uint8

# Skin of all tones lies about 43 degrees from +a in the a, b plane (seen on the portraits of the sample photos).
SKIN_HUE, SKIN_HUE_WIDTH = 0.75, 0.5  # radians
GREY_TO_SKIN, SKIN_TO_ORANGE = (3.0, 10.0), (45.0, 65.0)  # Lab chroma
LEAF_HUE, SKY_HUE = 1.95, -1.35  # radians: olive leaves, pale blue


@dataclass(frozen=True)
class Stairs:
    """A soft staircase of lightness."""

    risers: tuple[float, ...]  # where it climbs
    levels: tuple[float, ...]  # what lies between; one more
    width: float  # of a riser: a hard one flickers from frame to frame


def to_lab(rgb_u8: Uint8Array) -> FloatArray:
    """``(H, W, 3) uint8 RGB`` to ``(H, W, 3) float32 Lab``."""
    return cv2.cvtColor(to_float(rgb_u8), cv2.COLOR_RGB2LAB)


def to_rgb(lab: FloatArray) -> Uint8Array:
    """``(H, W, 3) float32 Lab`` to ``(H, W, 3) uint8 RGB``, clipped to 0..255."""
    rgb = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB)
    return to_uint8(rgb)


def climb(light: FloatArray, stairs: Stairs) -> FloatArray:
    """Gather lightness into soft steps.

    After the luminance quantization of Winnemöller, Olsen and Gooch, "Real-Time Video Abstraction" (2006).

    Args:
        light: ``(H, W) float32``, 0..100.
        stairs: where the steps are.

    Returns:
        ``(H, W) float32``, 0..100; a continuous, rising function of ``light``.
    """
    climbed = np.full_like(light, stairs.levels[0])
    for riser, low, high in zip(stairs.risers, stairs.levels, stairs.levels[1:], strict=False):
        climbed += (high - low) * taper(light, riser - 0.5 * stairs.width, riser + 0.5 * stairs.width)
    return climbed


def find_skin(lab: FloatArray, *, sigma: float) -> FloatArray:
    """How much skin's hue prevails around each pixel; grey has no hue.

    Args:
        lab: ``(H, W, 3) float32 Lab``.
        sigma: of the neighbourhood, in pixels, so that the shine on a forehead belongs to the face.

    Returns:
        ``(H, W) float32``, 0..1.
    """
    _, a, b = cv2.split(lab)
    chroma = length(a, b)
    # Dark skin is nearly grey.
    likely = taper(chroma / np.clip(lab[..., 0] / 50.0, 0.4, 1.0), *GREY_TO_SKIN) * (
        1.0 - taper(chroma, *SKIN_TO_ORANGE)
    )
    return cv2.GaussianBlur(_skin_hue(a, b) * likely, (0, 0), sigma)


def length(a: FloatArray, b: FloatArray) -> FloatArray:
    """The length of each vector (a, b), rounded alike everywhere; `cv2.magnitude` rounds by an array's address."""
    return np.asarray(np.sqrt(a * a + b * b))


def to_polar(lab: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Lightness, chroma and hue in radians, each ``(H, W) float32``."""
    light, a, b = cv2.split(lab)
    return light, length(a, b), np.arctan2(b, a)


def from_polar(light: FloatArray, chroma: FloatArray, hue: FloatArray) -> FloatArray:
    """``(H, W, 3) float32 Lab`` of lightness, chroma and hue in radians."""
    return cv2.merge([light, chroma * np.cos(hue), chroma * np.sin(hue)])


def near_hue(hue: FloatArray, centre: float, width: float) -> FloatArray:
    """1 at ``centre``, less the further away; radians."""
    return np.asarray(np.exp(-(((hue - centre) / width) ** 2)))


def find_leaves(lab: FloatArray) -> FloatArray:
    """How much each pixel has the hue of leaves and grass, ``(H, W) float32``, 0..1; grey has no hue."""
    _, a, b = cv2.split(lab)
    return np.asarray(near_hue(np.arctan2(b, a), LEAF_HUE, 0.35) * taper(length(a, b), 4.0, 10.0))


def calm_skin(lab: FloatArray, *, sigma: float, share: float) -> FloatArray:
    """Bring shine and soft shades on skin nearer to the skin around them, so that no mask of patches remains.

    Args:
        lab: ``(H, W, 3) float32 Lab``.
        sigma: of the neighbourhood, in pixels.
        share: of the difference that goes, 0..1.

    Returns:
        ``(H, W, 3) float32 Lab``; brows, lips and what is not skin as before.
    """
    skin = find_skin(lab, sigma=0.3 * sigma) ** 2
    weight = cv2.GaussianBlur(skin, (0, 0), sigma)
    around = cv2.GaussianBlur(lab * skin[..., np.newaxis], (0, 0), sigma) / (weight + 1e-3)[..., np.newaxis]
    difference = lab - around
    near = taper(difference[..., 0], -24.0, -12.0) * taper(weight, 0.3, 0.6) * find_skin(lab, sigma=0.6 * sigma)
    return np.asarray(lab - (share * near)[..., np.newaxis] * difference)


def keep_skin_saturation(lab: FloatArray, before: FloatArray, skin: FloatArray) -> FloatArray:
    """Give skin as much more colour as it got light, or dark skin turns ashy.

    Args:
        lab: ``(H, W, 3) float32 Lab`` with changed light.
        before: ``(H, W) float32``, its light before.
        skin: ``(H, W) float32``, 0..1.

    Returns:
        ``(H, W, 3) float32 Lab``.
    """
    gain = np.clip((lab[..., 0] + 4.0) / (before + 4.0), 1.0, 1.35)
    gain = 1.0 + 0.9 * skin * (gain - 1.0)
    return np.dstack([lab[..., 0], lab[..., 1] * gain, lab[..., 2] * gain])


def lift(light: FloatArray, gamma: float | FloatArray) -> FloatArray:
    """Lightness, 0..100, raised to ``gamma`` as a share of white: below 1 lifts the middle."""
    return 100.0 * np.clip(light / 100.0, 0.0, 1.0) ** gamma


def add_vibrance(
    lab: FloatArray, amount: float, *, knee: float = 60.0, skin_guard: float = 0.6, neutral: float = 0.0
) -> FloatArray:
    """Raise dull colours more than vivid ones, hue kept, skin less than the rest.

    Args:
        lab: ``(H, W, 3) float32 Lab``.
        amount: 0 changes nothing; 0.5 makes a nearly grey colour half as vivid again.
        knee: chroma at which the gain has fallen to about a third.
        skin_guard: share of the gain that the hues of skin do without, 0..1.
        neutral: chroma of a grey under tinted light; about as vivid as this and less gains little, so that the tint
            stays as it is. 0 guards nothing.

    Returns:
        ``(H, W, 3) float32 Lab``.
    """
    _, a, b = cv2.split(lab)
    chroma = length(a, b)
    gain = 1.0 + amount * np.exp(-chroma / knee) * (1.0 - skin_guard * _skin_hue(a, b))
    if neutral > 0:
        gain = 1.0 + (gain - 1.0) * (1.0 - np.exp(-((chroma / neutral) ** 2)))
    return np.dstack([lab[..., 0], a * gain, b * gain])


def taper(plane: FloatArray, low: float, high: float) -> FloatArray:
    """0 below ``low``, 1 above ``high``, and a smooth way between them; any shape."""
    amount = np.clip((plane - low) / (high - low), 0.0, 1.0)
    return amount * amount * (3.0 - 2.0 * amount)


def _skin_hue(a: FloatArray, b: FloatArray) -> FloatArray:
    return near_hue(np.arctan2(b, a), SKIN_HUE, SKIN_HUE_WIDTH)
